import { FoldedWords } from './foldedWords.js';
import type { Lexicon } from './lexicon.js';
import { findSlips } from './slips.js';
import { foldedLetters } from './spelling.js';
import { MAX_WORD_LENGTH } from './tokenizer.js';

/** The least share of the words of the text. */
const FREQUENT = 1e-5;

/** Levels of `counts.bin` for each doubling. */
const LEVELS = 8;

/** The words that a model's text has often, to tell slips from new words. */
export class FrequentWords {
  private readonly words: FoldedWords;

  /**
   * @param lexicon - The words.
   * @param levels - `counts.bin`: of each word, in order, the logarithm of its count.
   */
  constructor(lexicon: Lexicon, levels: Uint8Array) {
    const total = levels.reduce((sum, level) => sum + count(level), 0);
    const found = new Map<number, string>();
    levels.forEach((level, rank) => {
      const cell = lexicon.cell(rank);
      if (count(level) >= FREQUENT * total) found.set(cell, lexicon.word(cell));
    });
    this.words = FoldedWords.of(found);
  }

  /** Whether a word is one slip away from a frequent word. */
  isOneSlipFrom(word: string): boolean {
    const folded = foldedLetters(word);
    if (folded.length === 0 || folded.length > MAX_WORD_LENGTH) return false;
    return findSlips(this.words, folded, 1).whole.some(({ cost }) => cost > 0);
  }
}

function count(level: number): number {
  return level === 0 ? 0 : Math.round(2 ** ((level - 1) / LEVELS));
}
