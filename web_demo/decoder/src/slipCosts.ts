import { MARK } from './channel.js';
import type { FoldedWords } from './foldedWords.js';
import type { SlipRange } from './slips.js';
import type { Words } from './words.js';

/** Candidates and what the slips of each cost, by cell; ∞ for all other words. */
export class SlipCosts {
  readonly costs: Float64Array;
  private readonly cells: number[] = [];

  /** The score that no candidate of a row exceeds, −∞ for rows without any. */
  readonly bounds: Float64Array;

  constructor(
    rows: number,
    private readonly columns: number,
  ) {
    this.costs = new Float64Array(rows * columns).fill(Infinity);
    this.bounds = new Float64Array(rows);
  }

  /** Makes room for other candidates. */
  clear(): void {
    for (const cell of this.cells) this.costs[cell] = Infinity;
    this.cells.length = 0;
  }

  /** Adds the words of ranges, of each the least cost, that may be suggested. */
  add(ranges: readonly SlipRange[], some: FoldedWords, words: Words): void {
    for (const { cost, first, end } of ranges) {
      for (let rank = first; rank < end; rank++) {
        const cell = some.cell(rank);
        const before = this.costs[cell]!;
        if (cost >= before || !words.isSuggestable(cell)) continue;
        if (before === Infinity) this.cells.push(cell);
        this.costs[cell] = cost;
      }
    }
  }

  remove(cell: number): void {
    this.costs[cell] = Infinity;
  }

  /** Words without slips lack a mark unless they begin with what was typed. */
  markOthers(words: Words, typed: string): void {
    const begun = new Set(words.withPrefix(typed, true));
    for (const cell of this.cells) {
      if (this.costs[cell] === 0 && !begun.has(cell)) this.costs[cell] = MARK;
    }
  }

  boundRows(rowLogProbs: Float32Array): void {
    this.bounds.fill(-Infinity);
    for (const cell of this.cells) {
      const row = Math.floor(cell / this.columns);
      this.bounds[row] = Math.max(this.bounds[row]!, rowLogProbs[row]! - this.costs[cell]!);
    }
  }

  /** The rows with candidates, the greatest bound first; of equal ones the first. */
  rows(): number[] {
    const rows = Array.from(this.bounds.keys()).filter((row) => this.bounds[row]! > -Infinity);
    return rows.sort((one, other) => this.bounds[other]! - this.bounds[one]!);
  }
}
