import {
  ADDED,
  COMPLETED,
  DOUBLED,
  FIRST,
  HEAD,
  LEFT_OUT,
  ONE,
  replaced,
  SLIP,
  TRANSPOSED,
  UNDOUBLED,
} from './channel.js';
import { type FoldedWords, NO_LETTER } from './foldedWords.js';

/** A range of words, by their ranks, and what it costs that they were meant. */
export interface SlipRange {
  readonly cost: number;
  readonly first: number;
  readonly end: number;
}

/** Words that may have been meant; one may be in several ranges. */
export interface Slips {
  /** Words that may have been begun. */
  readonly begun: readonly SlipRange[];

  /** Words that may have been typed as a whole. */
  readonly whole: readonly SlipRange[];
}

/**
 * Finds the words that may have been meant by what was typed.
 *
 * @param words - The words.
 * @param typed - The code points of the fold of what was typed, at least one.
 * @param most - How many slips are looked for.
 */
export function findSlips(words: FoldedWords, typed: readonly number[], most: number): Slips {
  const walk = new Walk(words, typed, most);
  walk.go({ from: 0, to: words.size, depth: 0, before: NO_LETTER, read: 0, cost: 0, left: most });
  return walk;
}

/** A range of words that are equal up to a depth, and how they were reached. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly depth: number;

  /** Their last letter there. */
  readonly before: number;

  /** How many of the letters typed are behind it. */
  readonly read: number;

  /** The cost of the slips so far, and how many more are allowed. */
  readonly cost: number;
  readonly left: number;
}

/** Goes over the letters of the words, with slips where they are allowed. */
class Walk implements Slips {
  readonly begun: SlipRange[] = [];
  readonly whole: SlipRange[] = [];

  constructor(
    private readonly words: FoldedWords,
    private readonly typed: readonly number[],
    private readonly most: number,
  ) {}

  /** Goes on with the words at a place. */
  go(place: Place): void {
    const { cost, left } = place;
    let { from, to, depth, before, read } = place;
    while (from < to && read < this.typed.length) {
      if (left > 0 && (left === this.most || read >= HEAD)) {
        this.slip({ from, to, depth, before, read, cost, left });
      }
      before = this.typed[read++]!;
      from = this.words.first(before, from, to, depth);
      to = this.words.first(before + 1, from, to, depth);
      depth++;
    }
    if (from >= to) return;
    if (cost === 0) this.begun.push({ cost, first: from, end: to });
    else if (this.typed.length >= ONE) {
      this.begun.push({ cost: cost + COMPLETED, first: from, end: to });
    }
    this.end({ from, to, depth, before, read, cost, left });
  }

  /** Goes on with each slip that is possible at a place. */
  private slip({ from, to, depth, before, read, cost: sum, left: allowed }: Place): void {
    const { words, typed } = this;
    const letter = typed[read]!;
    const after = typed[read + 1];
    const left = allowed - 1;
    const cost = sum + (depth > 0 ? SLIP : SLIP + FIRST);
    this.forEachLetter(from, to, depth, (meant, first, end) => {
      const next = { from: first, to: end, depth: depth + 1, before: meant, read, cost, left };
      this.go({ ...next, cost: cost + omitted(meant, before) });
      if (meant !== letter) {
        this.go({ ...next, read: read + 1, cost: cost + replaced(meant, letter) });
      }
      if (meant === after && after !== letter) {
        const begin = words.first(letter, first, end, depth + 1);
        const stop = words.first(letter + 1, begin, end, depth + 1);
        this.go({
          from: begin,
          to: stop,
          depth: depth + 2,
          before: letter,
          read: read + 2,
          cost: cost + TRANSPOSED,
          left,
        });
      }
    });
    const added = typed[read - 1] === letter ? DOUBLED : ADDED;
    this.go({ from, to, depth, before, read: read + 1, cost: cost + added, left });
  }

  /** Notes the words that end at a place, or after letters that were left out. */
  private end({ from, to, depth, before, read, cost, left }: Place): void {
    const first = this.words.first(0, from, to, depth);
    if (first > from) this.whole.push({ cost, first: from, end: first });
    if (left === 0) return;
    this.forEachLetter(first, to, depth, (meant, begin, end) => {
      this.end({
        from: begin,
        to: end,
        depth: depth + 1,
        before: meant,
        read,
        cost: cost + SLIP + omitted(meant, before),
        left: left - 1,
      });
    });
  }

  /** Calls `use` with each letter at a depth of a range, and its words. */
  private forEachLetter(
    from: number,
    to: number,
    depth: number,
    use: (letter: number, first: number, end: number) => void,
  ): void {
    let first = this.words.first(0, from, to, depth);
    while (first < to) {
      const letter = this.words.letterAt(first, depth);
      const end = this.words.first(letter + 1, first, to, depth);
      use(letter, first, end);
      first = end;
    }
  }
}

function omitted(meant: number, before: number): number {
  return meant === before ? UNDOUBLED : LEFT_OUT;
}
