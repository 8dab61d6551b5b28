import { ModelFile } from './modelFile.js';

/**
 * Reads an exported file.
 *
 * @param content - The whole file.
 * @throws DamagedModelError if it is not such a file.
 */
export function open(content: Uint8Array<ArrayBuffer>): Promise<ModelFile> {
  return ModelFile.open(content);
}

export { isAddress, lastPart } from './address.js';
export type { CacheNumbers } from './cacheNumbers.js';
export { Cached } from './cached.js';
export { type Casing, casingOf, inCasing } from './casing.js';
export { Correction, type Corrections } from './correction.js';
export { DamagedModelError, DamagedWordsError } from './damaged.js';
export type { FrequentWords } from './frequentWords.js';
export { Habits } from './habits.js';
export type { Lexicon } from './lexicon.js';
export type { Manifest } from './manifest.js';
export { MixedState } from './mixed.js';
export type { ModelFile } from './modelFile.js';
export { PlainPredictor } from './plainPredictor.js';
export { Predictor, type WordOptions } from './predictor.js';
export { FirstWords, State } from './state.js';
export { FIRST_WORDS, ROWS_AT_ONCE, type Step, type StepModel } from './stepModel.js';
export { SLOTS, type Strip, Suggester, type SuggestOptions } from './suggester.js';
export { type TextBeforeCursor, textBeforeCursor } from './textBeforeCursor.js';
export { EOS, Tokenizer, UNK } from './tokenizer.js';
export { type SearchOptions, type Suggestions, TopK } from './topK.js';
export { UserWords } from './userWords.js';
export type { Words } from './words.js';
