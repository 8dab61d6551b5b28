/**
 * What a slip costs in nats: −log P(typed | word); see `lightrnn_tf/decoding/channel.py`,
 * which says where the numbers come from.
 */

export const SLIP = 0.0;
export const VOWEL = 5.27;
export const NEIGHBOUR = 6.64;
export const OTHER = 8.2;
export const TRANSPOSED = 3.77;
export const DOUBLED = 4.66;
export const UNDOUBLED = 1.9;
export const LEFT_OUT = 3.41;
export const ADDED = 7.23;
export const FIRST = 1.87;
export const COMPLETED = 3.0;
export const MARK = SLIP + 9.53;
export const SPACE = SLIP + 6.33;

/** The least letters for a slip in a whole word and in its beginning, and for two. */
export const ONE_IN_WORD = 2;
export const ONE = 3;
export const TWO = 7;

/** Of two slips, at most one is at so many first letters. */
export const HEAD = 3;

const VOWELS = new Set(codePoints('aeiouy'));
const KEYS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'].map(codePoints);

/** For each letter those beside it, above it and below it on QWERTY. */
const NEIGHBOURS = new Map(
  KEYS.flatMap((keys, row) => keys.map((key, place) => [key, neighboursOf(row, place)] as const)),
);

function neighboursOf(row: number, place: number): Set<number> {
  const found = KEYS.flatMap((keys, otherRow) =>
    keys.filter((_, otherPlace) => {
      const below = otherRow - row;
      // Each row of keys is half a key further to the right.
      const halvesApart = 2 * (otherPlace - place) + below;
      const isItself = below === 0 && halvesApart === 0;
      return !isItself && Math.abs(below) <= 1 && Math.abs(halvesApart) <= 2;
    }),
  );
  return new Set(found);
}

function codePoints(letters: string): number[] {
  return Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** What it costs to type one letter for another, both as code points. */
export function replaced(meant: number, typed: number): number {
  if (VOWELS.has(meant) && VOWELS.has(typed)) return VOWEL;
  return NEIGHBOURS.get(meant)?.has(typed) ? NEIGHBOUR : OTHER;
}

// Digits as Python's `isdigit` has them: also those above or below the line, in circles,
// brackets or with a full stop.
const DIGIT = new RegExp(
  '[\\p{Nd}²³¹\\u1369-\\u1371\\u19da\\u2070\\u2074-\\u2079\\u2080-\\u2089\\u2460-\\u2468' +
    '\\u2474-\\u247c\\u2488-\\u2490\\u24ea\\u24f5-\\u24fd\\u24ff\\u2776-\\u277e\\u2780-\\u2788' +
    '\\u278a-\\u2792\\u{10a40}-\\u{10a43}\\u{10e60}-\\u{10e68}\\u{11052}-\\u{1105a}' +
    '\\u{1f100}-\\u{1f10a}]',
  'u',
);

/** Whether a text has a digit. */
export function hasDigit(text: string): boolean {
  return DIGIT.test(text);
}

/** How many slips are looked for in what was typed, of which this is the fold. */
export function slipsAllowed(folded: string): number {
  if (hasDigit(folded) || !/\p{L}/u.test(folded)) return 0;
  const { length } = Array.from(folded);
  return Number(length >= ONE_IN_WORD) + Number(length >= TWO);
}
