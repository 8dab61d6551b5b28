import type { Lexicon } from '../src/lexicon.js';
import type { ModelFile } from '../src/modelFile.js';
import { FIRST_WORDS, type Step, type StepModel } from '../src/stepModel.js';

const FIRST_ROWS = 3;

/** A model of made-up probabilities that depend on the last word. */
export class FakeModel implements StepModel {
  private readonly rowsKnown = new Map<string, Float32Array>();
  private readonly rows: number;
  private readonly columns: number;
  private readonly stateSizes: readonly number[];
  private readonly lexicon: Lexicon;

  constructor({ manifest, lexicon }: ModelFile) {
    this.rows = manifest.rows;
    this.columns = manifest.columns;
    this.stateSizes = manifest.stateSizes;
    this.lexicon = lexicon;
  }

  async advance(cell: number, _states: unknown, findWords: boolean): Promise<Step> {
    const states = this.stateSizes.map((size) =>
      Float32Array.from({ length: size }, (_, n) => (n === 0 ? cell : number(cell, n))),
    );
    const rowLogProbs = logSoftmax(
      this.rows,
      (row) => number(cell, row),
      () => true,
    );
    const step = { states, rowLogProbs };
    return findWords ? { ...step, firstWords: this.firstWords(states, rowLogProbs) } : step;
  }

  private firstWords(states: readonly Float32Array[], rowLogProbs: Float32Array) {
    const order = Array.from(rowLogProbs.keys()).sort(
      (one, other) => rowLogProbs[other]! - rowLogProbs[one]!,
    );
    const next = order[FIRST_ROWS];
    const words = order
      .slice(0, FIRST_ROWS)
      .flatMap((row) =>
        Array.from(this.inRow(row, states), (logProb, column) => ({
          cell: row * this.columns + column,
          logProb: rowLogProbs[row]! + logProb,
        })),
      )
      .filter(({ cell }) => this.lexicon.isOccupied(cell))
      .sort((one, other) => other.logProb - one.logProb)
      .slice(0, FIRST_WORDS);
    while (words.length < FIRST_WORDS) words.push({ cell: -1, logProb: -1e9 });
    return {
      cells: Int32Array.from(words, ({ cell }) => cell),
      logProbs: Float32Array.from(words, ({ logProb }) => logProb),
      bound: next === undefined ? -1e9 : rowLogProbs[next]!,
    };
  }

  async expand(rows: Int32Array, states: readonly Float32Array[]): Promise<Float32Array> {
    const logProbs = new Float32Array(rows.length * this.columns);
    rows.forEach((row, place) => logProbs.set(this.inRow(row, states), place * this.columns));
    return logProbs;
  }

  /** log P of each word of a row, the row being known. */
  inRow(row: number, states: readonly Float32Array[]): Float32Array {
    const [cell] = states[0]!;
    const key = `${cell} ${row}`;
    const known = this.rowsKnown.get(key);
    if (known !== undefined) return known;
    const inRow = logSoftmax(
      this.columns,
      (column) => number(cell!, 31 * row + column + 1000),
      (column) => this.lexicon.isOccupied(row * this.columns + column),
    );
    this.rowsKnown.set(key, inRow);
    return inRow;
  }
}

/** log of the shares of those that count, and scores on the same scale for the others. */
function logSoftmax(
  size: number,
  score: (n: number) => number,
  counts: (n: number) => boolean,
): Float32Array {
  const scores = Array.from({ length: size }, (_, n) => score(n));
  const sum = scores.filter((_, n) => counts(n)).reduce((total, one) => total + Math.exp(one), 0);
  return Float32Array.from(scores, (one) => one - Math.log(sum || 1));
}

/** A number in [0, 8.4) that two integers make up. */
function number(one: number, other: number): number {
  let mixed = Math.imul(one, 0x9e3779b1) ^ Math.imul(other, 0x85ebca6b);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed >>> 8) / 2e6;
}

/** Random numbers in [0, 1), the same each time. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}
