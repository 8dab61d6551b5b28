import { JOINERS, normalise } from './spelling.js';

export const EOS = '<eos>';
export const UNK = '<unk>';

/** Longer words, in code points, are read as `<unk>`. */
export const MAX_WORD_LENGTH = 64;

const RUN = '[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}]*';
const JOINT =
  `[${JOINERS}]|['-](?:(?<=[\\p{L}\\p{M}].)|(?=\\p{L}))` + '|[.,](?<=\\p{Nd}.)(?=\\p{Nd})';
const WORD = `${RUN}(?:(?:${JOINT})${RUN})*`;
const FLAG = '[\\u{1f1e6}-\\u{1f1ff}]{2}';
const TAG =
  '<\\/?\\p{L}[\\p{L}\\p{N}_:.\\-]*\\/?>|<\\|[\\p{L}\\p{N}_]+\\|>' +
  '|&(?:\\p{L}[\\p{L}\\p{N}]|#)[\\p{L}\\p{N}]*;';
const SIGN =
  '[^\\p{L}\\p{M}\\p{N}\\p{Z}\\p{Cc}\\p{Cf}\\p{Cs}_]' +
  '[\\p{M}\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}]*';

const PATTERNS = {
  words: new RegExp(`${WORD}|${FLAG}|${TAG}|${SIGN}(?:\\u200d${SIGN})*`, 'gu'),
  whitespace: /[^ \t\n\r\v\f]+/gu,
};

const LETTER = /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}]/u;
const MARKUP = /^(?:<.*>|\[.*\]|\{.*\}|&.*;)$/u;

/** `'words'` for raw text, `'whitespace'` for text that is cut already. */
export type TokenizerName = keyof typeof PATTERNS;

/** Whether there is a tokeniser of this name. */
export function isTokenizer(name: string): name is TokenizerName {
  return Object.hasOwn(PATTERNS, name);
}

/** Whether to offer a word while typing: it has a letter and is not special or markup. */
export function isSuggestable(word: string): boolean {
  return LETTER.test(word) && !MARKUP.test(word);
}

/** Whether a word is longer than a word may be. */
export function isLong(word: string): boolean {
  return word.length > MAX_WORD_LENGTH && Array.from(word).length > MAX_WORD_LENGTH;
}

/** Cuts text into words as the model's training text was cut. */
export class Tokenizer {
  /** @param lowercase - Whether text is lower-cased first. */
  constructor(
    private readonly name: TokenizerName,
    readonly lowercase: boolean,
  ) {}

  /** The same for text whose case is kept. */
  get withCase(): Tokenizer {
    return this.lowercase ? new Tokenizer(this.name, false) : this;
  }

  /** The words of a text, without `<eos>`. */
  words(text: string): string[] {
    return this.normalise(text).match(PATTERNS[this.name]) ?? [];
  }

  /** A text, or a word, in the spelling that the model's words have. */
  normalise(text: string): string {
    if (this.name === 'words') return normalise(text, this.lowercase);
    return this.lowercase ? text.toLowerCase() : text;
  }
}
