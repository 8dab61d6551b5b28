import { type Casing, isAddress, lastPart, textBeforeCursor } from 'lightrnn-decoder';

/** A text with a cursor. */
export interface Field {
  readonly before: string;
  readonly after: string;
  readonly isSelected: boolean;

  /** Puts a text in the place of so many characters before the cursor and after it. */
  replace(before: number, text: string, after?: number): void;

  /** Puts a text behind the cursor. */
  insertAfter(text: string): void;
}

/** Who hears of what was typed. */
export interface TypingListener {
  /** A word was written behind a text; `isKept` if it was kept on purpose. */
  written(word: string, context: string, isKept: boolean): void;

  /** A suggestion or correction saved so many keys; fewer than none if it is taken back. */
  saved(keys: number): void;
}

/** A word that stands for what was typed, which backspace brings back. */
interface Taken {
  readonly word: Waiting | null;
  readonly typed: string;
  readonly inserted: string;
  readonly removed: string;
  readonly saved: number;
  readonly lettersWereTyped: boolean;
}

/** A word that may turn out to be a part of an address, and what stands before it. */
interface Waiting {
  readonly word: string;
  readonly context: string;
  readonly isKept: boolean;
}

type Space = 'none' | 'typed' | 'added' | 'added and typed';

const JOINING = "'’-";
const CLOSING = '.,!?;:)…';
const MOUTHS = '()';
const DOUBLE_TAP_MS = 1000;
const LETTER = /[\p{L}\p{N}]/u;
const SENTENCE_START = /(^\s*|[.!?…]["'”’)\]]*\s+)$/u;

/**
 * What typing does beyond writing a key: suggestions, corrections, spaces that swap, words
 * that were written. It is the keyboard's `Typing` of `android_demo` for a field of a page.
 */
export class Typing {
  private taken: Taken | null = null;
  private waiting: Waiting[] = [];

  // What was typed where a suggestion was taken back, and what is not corrected again.
  private undone = '';
  private readonly refused = new Set<string>();

  // The text before the cursor after the last edit, to know when the cursor was moved.
  private lastText = '';
  private lettersWereTyped = false;
  // The space before the cursor; one that was added may be typed, too.
  private space: Space = 'none';
  private spaceAt = 0;

  /** Whether a suggestion was taken back just now, so that a digit is a digit. */
  wasTakenBack = false;

  /**
   * @param clock - The time in milliseconds, by which two spaces are told from a double tap.
   */
  constructor(
    private readonly field: Field,
    private readonly listener: TypingListener,
    private readonly clock: () => number = Date.now,
  ) {}

  /** How the next letter is written where nothing is chosen: a capital begins a sentence. */
  get shift(): Casing {
    const { context, typed } = textBeforeCursor(this.field.before);
    return typed === '' && SENTENCE_START.test(context) ? 'capital' : 'as it is';
  }

  /** Whether a word may be put in the place of this one when a space follows. */
  mayCorrect(typed: string): boolean {
    const isPart = isAddress(lastPart(this.field.before));
    return this.lettersWereTyped && !this.refused.has(typed) && !this.isInside() && !isPart;
  }

  /**
   * A key that writes is about to.
   *
   * @param meant - The word to put in the place of what was typed if this ends it.
   * @returns Whether something else was written in its place.
   */
  type(key: string, meant: string | null = null): boolean {
    this.follow();
    this.wasTakenBack = false;
    if (key === ' ' && this.space !== 'none') return this.secondSpace();
    if (this.mayCloseUp(key)) return this.closeUp(key);
    if (meant !== null && (key === ' ' || CLOSING.includes(key))) return this.correct(meant, key);
    const isLetter = LETTER.test(key);
    const isJoining = JOINING.includes(key);
    if (!isLetter && !isJoining) this.finishWord();
    if (key.trim() === '') this.confirmWaiting();
    this.confirmTaken();
    this.lettersWereTyped = isLetter || (this.lettersWereTyped && isJoining);
    this.edited(key === ' ' ? 'typed' : 'none', this.field.before + key);
    return false;
  }

  /** A space behind one that a suggestion wrote is that one; two in haste are a full stop. */
  private secondSpace(): boolean {
    const { field, space } = this;
    this.confirmTaken();
    const isSentence = /[\p{L}\p{N}'"”’)\]}%] $/u.test(field.before);
    const isDoubleTap = this.clock() - this.spaceAt < DOUBLE_TAP_MS;
    if (space === 'added') {
      this.edited('added and typed');
    } else if (isSentence && isDoubleTap) {
      field.replace(1, '. ');
      this.taken = {
        word: null, typed: '  ', inserted: '. ', removed: '', saved: 0, lettersWereTyped: false,
      };
      this.edited('none');
    } else {
      this.edited('typed', `${field.before} `);
      return false;
    }
    return true;
  }

  private mayCloseUp(mark: string): boolean {
    const wasAdded = this.space === 'added' || this.space === 'added and typed';
    return wasAdded && (CLOSING.includes(mark) || this.endsFace(mark));
  }

  /** Whether a mark makes a face of the one before, which changed places already. */
  private endsFace(mark: string): boolean {
    return MOUTHS.includes(mark) && /[:;] $/.test(this.field.before);
  }

  /** A mark behind a space that a suggestion wrote changes places with it. */
  private closeUp(mark: string): boolean {
    const { field } = this;
    this.confirmTaken();
    if (this.endsFace(mark)) field.replace(2, ` ${field.before.at(-2)}${mark} `);
    else field.replace(1, `${mark} `);
    this.edited('added');
    return true;
  }

  /** A word that was surely meant takes the place of what was typed, before a space or mark. */
  private correct(meant: string, end: string): boolean {
    this.confirmTaken();
    this.put(meant, meant + end, '');
    this.edited(end === ' ' ? 'typed' : 'none');
    return true;
  }

  /** The word that was typed stays as it is, and is remembered. */
  keepTyped(): void {
    this.follow();
    this.lettersWereTyped = true;
    this.undone = textBeforeCursor(this.field.before).typed;
    // A space would cut the word that the cursor is in.
    if (this.isInside()) return;
    if (!this.type(' ')) this.field.replace(0, ' ');
    this.edited('added');
  }

  /** A suggestion takes the place of what was typed of it. */
  take(suggestion: string): void {
    this.follow();
    const { field } = this;
    this.wasTakenBack = false;
    this.confirmTaken();
    const { isSelected } = field;
    // The rest of a word that the cursor is in goes, and a space that follows is passed.
    const rest = isSelected ? '' : /^[\p{L}\p{N}'’-]*/u.exec(field.after)![0];
    const next = field.after.charAt(rest.length);
    const removed = next === ' ' ? `${rest} ` : rest;
    const inserted = next !== '' && CLOSING.includes(next) ? suggestion : `${suggestion} `;
    this.put(suggestion, inserted, removed);
    if (isSelected) this.confirmTaken();
    this.edited(inserted.endsWith(' ') ? 'added' : 'none');
    this.confirmWaiting();
  }

  private put(word: string, inserted: string, removed: string): void {
    const { typed, context } = textBeforeCursor(this.field.before);
    this.field.replace(typed.length, inserted, removed.length);
    const saved = keysSaved(typed, word, inserted);
    this.taken = {
      word: { word, context, isKept: false },
      typed, inserted, removed, saved,
      lettersWereTyped: this.lettersWereTyped,
    };
    this.lettersWereTyped = false;
    this.listener.saved(saved);
  }

  /**
   * Backspace is about to delete.
   *
   * @returns Whether it brought back what was typed in place of that.
   */
  backspace(): boolean {
    this.follow();
    const { taken, field } = this;
    if (taken === null || field.isSelected || !field.before.endsWith(taken.inserted)) return false;
    this.taken = null;
    field.replace(taken.inserted.length, taken.typed);
    if (taken.removed !== '') field.insertAfter(taken.removed);
    this.lettersWereTyped = taken.lettersWereTyped;
    if (taken.word !== null) {
      this.undone = taken.typed;
      this.refused.add(taken.typed);
      this.listener.saved(-taken.saved);
      this.wasTakenBack = true;
    }
    this.edited('none');
    return true;
  }

  /** Something was deleted before the cursor. */
  deleted(): void {
    const wasTaken = this.taken !== null;
    this.confirmTaken();
    const isInWord = textBeforeCursor(this.field.before).typed !== '';
    // The mark behind a word is gone: its letters count again.
    const isBack = isInWord && !this.lettersWereTyped && this.waiting.length > 0;
    if (isBack) this.waiting.pop();
    this.lettersWereTyped = isBack || (this.lettersWereTyped && !wasTaken && isInWord);
    this.edited('none');
  }

  /** Something else may have changed the text or moved the cursor. */
  follow(): void {
    if (this.field.before === this.lastText) return;
    this.confirmTaken();
    this.confirmWaiting();
    this.undone = '';
    this.lettersWereTyped = false;
    this.edited('none');
  }

  /** A word is finished if it was typed here and the cursor is at its end. */
  private finishWord(): void {
    const { typed, context } = textBeforeCursor(this.field.before);
    if (!this.lettersWereTyped || this.isInside() || typed === '') return;
    this.waiting.push({ word: typed, context, isKept: typed === this.undone });
    this.undone = '';
  }

  private isInside(): boolean {
    return LETTER.test(this.field.after.charAt(0));
  }

  /** A suggestion counts as written as soon as it is not taken back. */
  private confirmTaken(): void {
    const word = this.taken?.word ?? null;
    this.taken = null;
    if (word !== null) this.write(word, lastPart(word.context) + word.word);
  }

  /** Finished words count as written when a space shows that they are no parts of an address. */
  private confirmWaiting(): void {
    const part = lastPart(this.lastText.trimEnd());
    for (const word of this.waiting.splice(0)) this.write(word, part);
  }

  private write({ word, context, isKept }: Waiting, part: string): void {
    if (!isAddress(part)) this.listener.written(word, context, isKept);
  }

  private edited(space: Space, text = this.field.before): void {
    this.space = space;
    this.lastText = text;
    if (space !== 'none') this.spaceAt = this.clock();
  }
}

/** The keys that it would have taken without the suggestion: deleted, typed and a space. */
function keysSaved(typed: string, word: string, inserted: string): number {
  let same = 0;
  while (same < typed.length && typed[same]!.toLowerCase() === word[same]?.toLowerCase()) same++;
  return typed.length - same + inserted.length - same - 1;
}
