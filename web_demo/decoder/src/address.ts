// What stands in addresses wherever it stands, what does between two other characters, and
// what may stand around a word.
const ANYWHERE = /[@/\\_#]/;
const INSIDE = /[:.]/;
const AROUND = new Set('"\'()[]{}<>.,:;!?…');

/** White space as Python has it; `\s` of JavaScript has U+FEFF and lacks U+001C and others. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\p{Z}]';
const SPACES = new RegExp(`${SPACE}+`, 'u');

/** Whether something without spaces is a part of an address, a path, a user's name or a tag. */
export function isAddress(part: string): boolean {
  let start = 0;
  let end = part.length;
  while (start < end && AROUND.has(part.charAt(start))) start++;
  while (end > start && AROUND.has(part.charAt(end - 1))) end--;
  return ANYWHERE.test(part) || INSIDE.test(part.slice(start, end));
}

/** The parts of a text between its spaces. */
export function parts(text: string): string[] {
  return text.split(SPACES).filter((part) => part !== '');
}

/** The end of a text that has no spaces, of which what is typed next is a part. */
export function lastPart(text: string): string {
  return text.split(SPACES).at(-1) ?? '';
}
