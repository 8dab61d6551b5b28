/**
 * One spelling for each word, and what is compared of it; see "Spelling" in
 * `export/FORMAT.md`, and `lightrnn_tf/words/spelling.py`, which does the same.
 */

export const JOINERS = '\u200c\u200d';
const LETTERS_LIKE_APOSTROPHES = '\u02bc\uff07\ua78b\ua78c';
const APOSTROPHES = `'\u2018\u2019\u201b\u00b4\u2032\u05f3${LETTERS_LIKE_APOSTROPHES}`;
const HYPHENS = '\u2010\u2011\ufe63\uff0d';

const INVISIBLE = /(?![\u200b-\u200d\u{e0020}-\u{e007f}])[\p{Cf}\u034f\u0640]/gu;
// What stands in it is looked at afterwards, so that it is read once.
const TAG_WITH_MORE = /(<\/?\p{L}[\p{L}\p{N}_:.-]*)[ \t]([^<>]*?)(\/?>)/gu;
const REPEATED_JOINER = new RegExp(`([${JOINERS}])[${JOINERS}]+`, 'gu');
const FORM =
  '\\u0132\\u0133\\u0149\\u017f\\u01c4-\\u01cc\\u01f1-\\u01f3' +
  '\\ufb00-\\ufdff\\ufe70-\\ufefc\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\uff66-\\uffdc';
const FORMS = new RegExp(`[${FORM}]+`, 'gu');
const FINAL_SIGMA = /(?<=[\p{L}\p{M}])Σ(?![\p{L}\p{M}])/gu;
const ANY_HYPHEN = new RegExp(`[${HYPHENS}]`, 'gu');
const LETTER_LIKE_APOSTROPHE = new RegExp(`[${LETTERS_LIKE_APOSTROPHES}]`, 'gu');
const INNER_APOSTROPHE = new RegExp(
  `(?<=[\\p{L}\\p{M}\\p{N}])[${APOSTROPHES}](?=[\\p{L}\\p{N}])`,
  'gu',
);
const ACCENT =
  '\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7' +
  '\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8' +
  '\\u06ea-\\u06ed\\u093c\\u09bc\\u0a3c\\u0abc\\u0b3c\\u1ab0-\\u1aff\\u1dc0-\\u1dff' +
  '\\u20d0-\\u20ff\\ufe20-\\ufe2f';
const ACCENTS = new RegExp(`[${ACCENT}]`, 'gu');
const IS_ACCENT = new RegExp(`^[${ACCENT}]`, 'u');
const MAY_BE_MISSING = new RegExp(`['${JOINERS}${ACCENT}]`, 'u');
const ALL_THAT_MAY_BE_MISSING = new RegExp(MAY_BE_MISSING, 'gu');
const JOINING = new RegExp(`^['${JOINERS}-]*$`, 'u');
const ASCII = /^[\0-\x7f]*$/;

/** Letters that Unicode does not take apart. */
const BASES = withCapitals({
  ı: 'i\u0335',
  ß: 'ss\u0335',
  æ: 'ae\u0335',
  œ: 'oe\u0335',
  ø: 'o\u0338',
  đ: 'd\u0335',
  ð: 'd\u0338',
  ħ: 'h\u0335',
  ł: 'l\u0335',
  ŧ: 't\u0335',
});

function withCapitals(bases: Record<string, string>): Map<string, string> {
  const found = new Map(Object.entries(bases));
  for (const [letter, base] of Object.entries(bases)) {
    const capital = letter.toUpperCase();
    if (capital.toLowerCase() === letter) found.set(capital, base.toUpperCase());
  }
  return found;
}

/** Maps the characters of texts, each worked out when it is first met and kept. */
class Table {
  private readonly found = new Map<string, string>();

  constructor(private readonly map: (character: string) => string) {}

  of(text: string): string {
    let mapped = '';
    for (const character of text) {
      let found = this.found.get(character);
      if (found === undefined) {
        found = this.map(character);
        this.found.set(character, found);
      }
      mapped += found;
    }
    return mapped;
  }
}

const anyCase = new Table(spelled);
const lowerCase = new Table((character) => Array.from(character.toLowerCase(), spelled).join(''));
const folds = new Table((character) =>
  lowerCase.of(character).replace(ALL_THAT_MAY_BE_MISSING, ''),
);

/** A character as base letters and the accents that belong to them. */
function spelled(character: string): string {
  if (APOSTROPHES.includes(character)) return "'";
  if (HYPHENS.includes(character)) return '-';
  if ('\u034f\u0640'.includes(character)) return '';
  if (character === 'ς') return 'σ';
  const base = BASES.get(character);
  if (base !== undefined) return base;
  if (/^\p{Cf}$/u.test(character)) return JOINERS.includes(character) ? character : '';
  const plain = character.replace(FORMS, (form) => form.normalize('NFKC'));
  const decomposed = plain.normalize('NFD');
  const accents = decomposed.match(ACCENTS) ?? [];
  return decomposed.replace(ACCENTS, '').normalize('NFC') + accents.join('');
}

/** A text in the one spelling of its words. */
export function normalise(text: string, lowercase: boolean): string {
  const short = text.replace(TAG_WITH_MORE, (tag, name: string, more: string, end: string) =>
    /^[ \t]*$/.test(more) || more.includes('=') ? name + end : tag,
  );
  if (ASCII.test(short)) return lowercase ? short.toLowerCase() : short;
  let found = short
    .replace(INVISIBLE, '')
    .replace(REPEATED_JOINER, '$1')
    .replace(FORMS, (forms) => forms.normalize('NFKC'));
  if (lowercase) found = found.replace(FINAL_SIGMA, 'ς').replaceAll('Σ', 'σ').toLowerCase();
  return found
    .normalize('NFC')
    .replace(ANY_HYPHEN, '-')
    .replace(LETTER_LIKE_APOSTROPHE, "'")
    .replace(INNER_APOSTROPHE, "'");
}

/** What words are sorted and found by: base letters in lower case. */
export function fold(text: string): string {
  return folds.of(text);
}

/** The code points of the fold of a text. */
export function foldedLetters(text: string): number[] {
  return Array.from(fold(text), (letter) => letter.codePointAt(0) ?? 0);
}

/** Whether a prefix has nothing that a word might lack, but for its case. */
export function isBare(prefix: string): boolean {
  return lowerCase.of(prefix) === folds.of(prefix);
}

/** Whether a character joins the letters of a word, or is not seen among them. */
export function isJoining(character: string): boolean {
  return character === '-' || (character !== '\u200b' && JOINING.test(anyCase.of(character)));
}

/** Whether a word begins with a prefix, in which accents and apostrophes may be missing. */
export function beginsWith(word: string, prefix: string, ignoreCase: boolean): boolean {
  const table = ignoreCase ? lowerCase : anyCase;
  const letters = table.of(word);
  let at = 0;
  for (const wanted of table.of(prefix).split('')) {
    while (at < letters.length && letters.charAt(at) !== wanted) {
      if (!MAY_BE_MISSING.test(letters.charAt(at))) return false;
      at++;
    }
    if (at++ >= letters.length) return false;
  }
  return true;
}

/** Whether a word begins with a prefix and nothing is missing in it. */
export function beginsExactlyWith(word: string, prefix: string, ignoreCase: boolean): boolean {
  const table = ignoreCase ? lowerCase : anyCase;
  const letters = table.of(word);
  const begin = table.of(prefix);
  // An accent that follows belongs to the last letter.
  return letters.startsWith(begin) && !IS_ACCENT.test(letters.slice(begin.length));
}

/** Whether two words differ in nothing but case. */
export function isSame(one: string, other: string): boolean {
  return beginsExactlyWith(one, other, true) && beginsExactlyWith(other, one, true);
}

/** Compares two texts by code points; `<` compares halves of those beyond U+FFFF. */
export function compareByCodePoints(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  for (let at = 0; at < most; at++) {
    const difference = order(one.charCodeAt(at)) - order(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Halves of code points come behind all others. */
function order(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit < 0xe000 ? codeUnit + 0x10000 : codeUnit;
}
