import { Correction, type Corrections } from './correction.js';
import type { State } from './state.js';
import type { Tokenizer } from './tokenizer.js';
import { type SearchOptions, type Suggestions, TopK } from './topK.js';
import type { Words } from './words.js';

/** What is asked for, with the words that are not wanted. */
export interface WordOptions extends Omit<SearchOptions, 'excluded'> {
  /** Words that are not to be suggested. Defaults to none. */
  readonly exclude?: Iterable<string>;
}

/** A model and its words, with those of its user and a memory or not: what decoding needs. */
export abstract class Predictor {
  abstract readonly rows: number;
  abstract readonly columns: number;
  abstract readonly words: Words;
  abstract readonly tokenizer: Tokenizer;

  /**
   * Reads the word in a cell.
   *
   * @param findWords - Whether to find the first words, too, if the model can.
   * @throws RangeError if there is no such cell.
   */
  abstract advance(cell: number, state: State, findWords?: boolean): Promise<State>;

  /**
   * Scores the cells of rows.
   *
   * @param rows - The rows, one to eight.
   * @returns C numbers for each row: log P of each of its words, the row being known.
   * @throws RangeError if there is no such row.
   */
  abstract expand(rows: readonly number[], state: State): Promise<Float32Array>;

  /** Whether a row has words of the user or the memory, so that the first words do not hold. */
  abstract isChanged(row: number, state: State): boolean;

  /**
   * The k most probable next words, certified.
   *
   * @throws RangeError if `k` is not a positive integer.
   */
  topK(state: State, k: number, options: WordOptions = {}): Promise<Suggestions> {
    const { exclude = [], ...others } = options;
    return new TopK(this, k).search(state, { ...others, excluded: this.cellsOf(exclude) });
  }

  /**
   * The k words that may be meant by what was typed of one, right or wrong, certified.
   *
   * @param exclude - Words that are not to be suggested.
   * @throws RangeError if `k` is not a positive integer.
   */
  correct(
    state: State,
    typed: string,
    k: number,
    exclude: Iterable<string> = [],
  ): Promise<Corrections> {
    return new Correction(this, k).search(state, typed, this.cellsOf(exclude));
  }

  /** The cells of those words that have one. */
  cellsOf(words: Iterable<string>): Set<number> {
    const cells = Array.from(words, (word) => this.words.cellOf(this.tokenizer.normalise(word)));
    return new Set(cells.filter((cell) => cell >= 0));
  }
}
