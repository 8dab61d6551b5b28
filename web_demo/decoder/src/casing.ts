/** How words are to be written: as they usually are, with a capital, or in capitals. */
export type Casing = 'as it is' | 'capital' | 'capitals';

/** A word in a casing; one with a capital of its own, such as iPhone, needs no other. */
export function inCasing(written: string, casing: Casing): string {
  if (casing === 'capitals') return inCapitals(written);
  return casing === 'capital' && !/\p{Uppercase}/u.test(written) ? capitalised(written) : written;
}

/** The casing in which a word was begun; of nothing typed, the one of shift. */
export function casingOf(typed: string, shift: Casing): Casing {
  const letters = typed.match(/\p{L}/gu) ?? [];
  const [first] = letters;
  if (first === undefined) return shift;
  if (letters.length > 1 && !letters.some((letter) => /\p{Lowercase}/u.test(letter))) {
    return 'capitals';
  }
  if (!/\p{Uppercase}/u.test(first)) return 'as it is';
  // One capital may be the first of several.
  return letters.length === 1 && shift === 'capitals' ? 'capitals' : 'capital';
}

/** A word with its first character in upper case. */
export function capitalised(word: string): string {
  const [first = ''] = word;
  return inCapitals(first) + word.slice(first.length);
}

/** A word in upper case, the same in every language. */
export function inCapitals(word: string): string {
  return word.toUpperCase();
}
