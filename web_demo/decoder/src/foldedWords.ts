import { compareByCodePoints, fold } from './spelling.js';

/** What {@link FoldedWords.letterAt} gives behind the last letter. */
export const NO_LETTER = -1;

/**
 * Words in the order of their folds, for a walk over their letters as in a trie.
 *
 * Words that begin with the same letters are a range of ranks; each step from letter to
 * letter is a bisection in the range before. Letters are code points.
 */
export class FoldedWords {
  private readonly letters: Int32Array;
  private readonly starts: Int32Array;

  /**
   * @param folds - The folds, sorted by code points.
   * @param cells - The cell of each.
   */
  constructor(
    folds: readonly string[],
    private readonly cells: ArrayLike<number>,
  ) {
    // A letter has one or two code units, so there is room for all.
    const letters = new Int32Array(folds.reduce((sum, folded) => sum + folded.length, 0));
    this.starts = new Int32Array(folds.length + 1);
    let at = 0;
    folds.forEach((folded, rank) => {
      for (const letter of folded) letters[at++] = letter.codePointAt(0) ?? 0;
      this.starts[rank + 1] = at;
    });
    this.letters = letters.subarray(0, at);
  }

  /** An index of words by cell. */
  static of(words: ReadonlyMap<number, string>): FoldedWords {
    const sorted = Array.from(words, ([cell, word]) => ({ cell, folded: fold(word) }));
    sorted.sort(
      (one, other) => compareByCodePoints(one.folded, other.folded) || one.cell - other.cell,
    );
    return new FoldedWords(
      sorted.map(({ folded }) => folded),
      sorted.map(({ cell }) => cell),
    );
  }

  get size(): number {
    return this.cells.length;
  }

  cell(rank: number): number {
    return this.cells[rank]!;
  }

  /** The letter of a word at a depth, −1 behind its last. */
  letterAt(rank: number, depth: number): number {
    const at = this.starts[rank]! + depth;
    return at < this.starts[rank + 1]! ? this.letters[at]! : NO_LETTER;
  }

  /** Of a range that is equal up to a depth, the first rank with this letter or a later one. */
  first(letter: number, first: number, end: number, depth: number): number {
    let low = first;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.letterAt(middle, depth) < letter) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The cells of the words whose fold some letters begin. */
  begunBy(letters: readonly number[]): number[] {
    const [first, end] = this.range(letters, 0, letters.length);
    return Array.from({ length: end - first }, (_, n) => this.cell(first + n));
  }

  /** The cells of the words whose fold some letters are, those from one place to another. */
  withFold(letters: readonly number[], from: number, to: number): number[] {
    const [first, end] = this.range(letters, from, to);
    const last = this.first(0, first, end, to - from);
    return Array.from({ length: last - first }, (_, n) => this.cell(first + n));
  }

  /** The range of the words whose fold some letters begin, those from one place to another. */
  private range(letters: readonly number[], from: number, to: number): readonly [number, number] {
    let first = 0;
    let end = this.size;
    for (let at = from; at < to && first < end; at++) {
      first = this.first(letters[at]!, first, end, at - from);
      end = this.first(letters[at]! + 1, first, end, at - from);
    }
    return [first, end];
  }
}
