import type { FoldedWords } from './foldedWords.js';

/** The words of a model: by cell, by spelling and by prefix. */
export interface Words {
  /** How often words came or went, so that what was derived from them can be kept. */
  readonly changes: number;

  /** All words by their folds, in one or more parts. */
  readonly folded: readonly FoldedWords[];

  /** Whether a cell holds a word to offer while typing. */
  isSuggestable(cell: number): boolean;

  /** Whether a cell holds a word that is right as it is typed, offered or not. */
  isTrusted(cell: number): boolean;

  /** The word in a cell, empty if it is free. */
  word(cell: number): string;

  /** The word in a cell as it is usually written, such as `London`; empty if it is free. */
  written(cell: number): string;

  /** The cell of a word, −1 if it has none. */
  cellOf(word: string): number;

  /** The cells of the words that begin with a prefix. */
  withPrefix(prefix: string, ignoreCase: boolean): Iterable<number>;
}
