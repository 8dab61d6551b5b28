import type { Answer, Engine, ModelFacts } from '../worker/engine.js';
import { HeatMap } from './heatMap.js';
import { megabytes, percent, whole } from './numbers.js';

const WORDS_SHOWN = 12;

interface Elements {
  readonly details: HTMLDetailsElement;
  readonly looked: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly row: HTMLElement;
}

/** How the words in the strip were found: the table, its rows, and the numbers. */
export class Thinking {
  private readonly map: HeatMap;
  private model: ModelFacts | null = null;
  private answer: Answer | null = null;
  private row: number | null = null;

  constructor(
    private readonly elements: Elements,
    private readonly engine: Engine,
  ) {
    const { canvas, details } = elements;
    this.map = new HeatMap(canvas);
    details.addEventListener('toggle', () => this.draw());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    for (const event of ['pointermove', 'pointerdown'] as const) {
      canvas.addEventListener(event, ({ offsetY }) => {
        if (this.model !== null) {
          this.choose(Math.floor((offsetY / canvas.clientHeight) * this.model.rows));
        }
      });
    }
    canvas.addEventListener('keydown', (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.choose((this.row ?? -1) + step);
    });
  }

  opened(model: ModelFacts): void {
    this.model = model;
    this.answer = this.row = null;
    this.map.of(model);
  }

  show(answer: Answer): void {
    this.answer = answer;
    this.draw();
  }

  private draw(): void {
    const { answer, model, elements } = this;
    if (answer === null || model === null || !elements.details.open) return;
    this.map.draw(answer, this.row);
    elements.looked.textContent =
      `${answer.rowsExpanded} of ${model.rows} rows looked into, exact: no other of ` +
      `${whole(model.words)} words is better · ${answer.milliseconds.toFixed(1)}\u202fms · ` +
      megabytes(model.bytes);
    void this.describeRow();
  }

  private choose(row: number): void {
    const { model } = this;
    if (model === null) return;
    const chosen = Math.min(model.rows - 1, Math.max(0, row));
    if (chosen === this.row) return;
    this.row = chosen;
    this.draw();
  }

  private async describeRow(): Promise<void> {
    const { row, answer } = this;
    if (row === null || answer === null) return;
    const words = await this.engine.wordsOfRow(row, WORDS_SHOWN);
    // Another row may have been chosen since.
    if (row !== this.row || answer !== this.answer) return;
    const listed = words.map(({ word, share }) => `${word} ${percent(share)}`).join(', ');
    this.elements.row.textContent =
      `Row ${row + 1}, P(row) ${percent(Math.exp(answer.rowLogProbs[row]!))}. ` +
      `Its likeliest words, as shares of the row: ${listed}.`;
  }
}
