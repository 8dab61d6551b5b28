import { DamagedModelError } from './damaged.js';
import type { Manifest } from './manifest.js';
import { FirstWords, State } from './state.js';
import { FIRST_WORDS, ROWS_AT_ONCE, type Step, type StepModel } from './stepModel.js';

/**
 * A model that is asked for cells and rows of its table alone, and whose answers have the
 * sizes that its manifest says.
 */
export class CheckedModel {
  private readonly cellCount: number;

  constructor(
    private readonly model: StepModel,
    private readonly manifest: Manifest,
  ) {
    this.cellCount = manifest.rows * manifest.columns;
  }

  /** The state after `<eos>`, in which a line begins. */
  start(findWords: boolean): Promise<State> {
    const zeros = this.manifest.stateSizes.map((size) => new Float32Array(size));
    return this.advance(this.manifest.startCell, zeros, findWords);
  }

  /**
   * Reads the word in a cell.
   *
   * @throws RangeError if there is no such cell.
   * @throws DamagedModelError if the answer is none.
   */
  async advance(cell: number, states: readonly Float32Array[], findWords: boolean): Promise<State> {
    checkIndex('cell', cell, this.cellCount);
    const step = await this.model.advance(cell, states, findWords);
    this.manifest.stateSizes.forEach((size, n) => checkSize('state', step.states[n], size));
    checkSize('rows', step.rowLogProbs, this.manifest.rows);
    return new State(step.states, step.rowLogProbs, cell, this.firstWords(step));
  }

  /**
   * Scores the cells of rows. While letters of a word are typed, rows are asked for again and
   * again: the state remembers them.
   *
   * @param rows - The rows, one to eight.
   * @returns C numbers for each row.
   * @throws RangeError if there is no such row.
   * @throws DamagedModelError if the answer is none.
   */
  async expand(rows: readonly number[], state: State): Promise<Float32Array> {
    if (rows.length < 1 || rows.length > ROWS_AT_ONCE) {
      throw new RangeError(`\`rows\` must be 1 to ${ROWS_AT_ONCE}. Received: ${rows.length} rows.`);
    }
    for (const row of rows) checkIndex('row', row, this.manifest.rows);
    await this.expandOthers(rows, state);
    const { columns } = this.manifest;
    const logProbs = new Float32Array(rows.length * columns);
    rows.forEach((row, place) => logProbs.set(state.expanded.get(row)!, place * columns));
    return logProbs;
  }

  /** Expands those of some rows that were not expanded in this state before. */
  private async expandOthers(rows: readonly number[], state: State): Promise<void> {
    const { states, expanded } = state;
    if (rows.every((row) => expanded.has(row))) return;
    // A call takes as long for one row as for eight: with the likeliest others it is full.
    const wanted = [...rows, ...state.likeliestRows].filter((row) => !expanded.has(row));
    const asked = Array.from(new Set(wanted)).slice(0, ROWS_AT_ONCE);
    const padded = Int32Array.from({ length: ROWS_AT_ONCE }, (_, n) => asked[n] ?? asked[0]!);
    const { columns } = this.manifest;
    const logProbs = await this.model.expand(padded, states);
    checkSize('columns', logProbs, ROWS_AT_ONCE * columns);
    asked.forEach((row, place) => {
      expanded.set(row, logProbs.subarray(place * columns, (place + 1) * columns));
    });
  }

  private firstWords({ firstWords }: Step): FirstWords | null {
    if (firstWords === undefined) return null;
    checkSize('words', firstWords.logProbs, FIRST_WORDS);
    // −1 ends the list.
    const end = firstWords.cells.findIndex((cell) => cell < 0 || cell >= this.cellCount);
    const size = end < 0 ? FIRST_WORDS : end;
    return new FirstWords(
      firstWords.cells.slice(0, size),
      firstWords.logProbs.slice(0, size),
      firstWords.bound,
    );
  }
}

function checkIndex(name: string, index: number, end: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= end) {
    throw new RangeError(`\`${name}\` must be in [0, ${end}). Received: ${index}.`);
  }
}

function checkSize(name: string, numbers: Float32Array | undefined, size: number): void {
  if (numbers?.length !== size || numbers.includes(NaN)) {
    throw new DamagedModelError(
      `The model must give ${size} numbers of its ${name}. Received: ${numbers?.length ?? 0}` +
        `${numbers?.includes(NaN) ? ', not all of them numbers' : ''}.`,
    );
  }
}
