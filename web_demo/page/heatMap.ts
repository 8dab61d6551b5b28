import type { Answer, ModelFacts } from '../worker/engine.js';

// Pixels of a cell, and log P of the row that is drawn coldest.
const SCALE = 3;
const COLDEST = Math.log(1e-5);

type Colour = readonly [red: number, green: number, blue: number];

/** The table of words as a picture: a line of cells for each row, as warm as its P(row). */
export class HeatMap {
  private readonly small = document.createElement('canvas');
  private model: ModelFacts | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  of(model: ModelFacts): void {
    this.model = model;
    this.small.width = model.columns;
    this.small.height = model.rows;
    this.canvas.width = SCALE * model.columns;
    this.canvas.height = SCALE * model.rows;
  }

  draw(answer: Answer, row: number | null): void {
    const context = this.canvas.getContext('2d');
    const { model } = this;
    if (context === null || model === null) return;
    this.drawRows(answer, model);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.small, 0, 0, this.canvas.width, this.canvas.height);
    context.fillStyle = context.strokeStyle = this.style('--map-chosen');
    for (const cell of answer.cells) {
      const x = SCALE * ((cell % model.columns) + 0.5);
      const y = SCALE * (Math.floor(cell / model.columns) + 0.5);
      context.beginPath();
      context.arc(x, y, 2.5 * SCALE, 0, 2 * Math.PI);
      context.fill();
    }
    if (row !== null) context.strokeRect(0, SCALE * row - 1, this.canvas.width, SCALE + 2);
  }

  private drawRows({ rowLogProbs, isExpanded }: Answer, { rows, columns, isOccupied }: ModelFacts): void {
    const context = this.small.getContext('2d');
    if (context === null) return;
    const colour = (name: string) => rgb(this.style(name));
    const [free, cold, hot] = [colour('--map-free'), colour('--map-cold'), colour('--map-hot')];
    const expanded = [colour('--map-expanded-cold'), colour('--map-expanded-hot')] as const;
    const image = context.createImageData(columns, rows);
    for (let row = 0; row < rows; row++) {
      const warmth = Math.min(1, Math.max(0, 1 - rowLogProbs[row]! / COLDEST));
      const [from, to] = isExpanded[row] ? expanded : [cold, hot];
      const word = from.map((part, n) => part + warmth * (to[n]! - part));
      for (let cell = row * columns; cell < (row + 1) * columns; cell++) {
        image.data.set([...(isOccupied[cell] ? word : free), 255], 4 * cell);
      }
    }
    context.putImageData(image, 0, 0);
  }

  private style(name: string): string {
    return getComputedStyle(this.canvas).getPropertyValue(name).trim();
  }
}

function rgb(hex: string): Colour {
  const number = Number.parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}
