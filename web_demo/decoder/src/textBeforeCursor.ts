import { isJoining } from './spelling.js';

/** What stands before the cursor, as far as suggestions need it. */
export interface TextBeforeCursor {
  /** What stands before the word that is being typed, in the line of the cursor. */
  readonly context: string;

  /** The letters of the word that is being typed, empty between words. */
  readonly typed: string;
}

const BEGINS_WORD = /^[\p{L}\p{N}]/u;
const MARK = /^\p{M}/u;
const DIGIT = /^\p{Nd}/u;

/** Cuts the text before the cursor into the word being typed and what is before. */
export function textBeforeCursor(text: string): TextBeforeCursor {
  const line = text.slice(text.lastIndexOf('\n') + 1);
  let start = line.length;
  while (start > 0) {
    const character = characterBefore(line, start);
    if (!isPartOfWord(character, line, start)) break;
    start -= character.length;
  }
  // A mark that joins nothing to the left belongs to the text before the word.
  const typed = line.slice(start).search(/[\p{L}\p{N}]/u);
  const cut = typed < 0 ? line.length : start + typed;
  return { context: line.slice(0, cut), typed: line.slice(cut) };
}

function isPartOfWord(character: string, line: string, end: number): boolean {
  if (BEGINS_WORD.test(character) || MARK.test(character) || isJoining(character)) return true;
  // 3.14 and 3.30pm are words.
  return (
    (character === '.' || character === ',') &&
    DIGIT.test(characterBefore(line, end - 1)) &&
    DIGIT.test(line.slice(end, end + 2))
  );
}

function characterBefore(text: string, end: number): string {
  const pair = text.slice(Math.max(0, end - 2), end);
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(pair) ? pair : pair.slice(-1);
}
