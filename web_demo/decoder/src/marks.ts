import { capitalised, inCapitals } from './casing.js';
import { DamagedModelError } from './damaged.js';

const SUGGESTABLE = 1;
const TRUSTED = 2;
const CASE = 2;
const CAPITAL = 1;
const CAPITALS = 2;
const SPELLED_OUT = 3;
const NEW_LINE = 0x0a;

/**
 * What a file says of each word, by its rank: whether it may be suggested, whether it is
 * right as it is typed, and how it is written.
 */
export class Marks {
  /** Ranks of the words whose form is spelled out, in rising order. */
  readonly spelledOut: readonly number[];
  private readonly formEnds: readonly number[];
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /**
   * @param content - `vocab.bin`, unpacked.
   * @param start - Where the marks begin, four bits a word; the forms follow.
   * @param size - Number of words, V.
   * @throws DamagedModelError if there are not as many forms as words that have one.
   */
  constructor(
    private readonly content: Uint8Array,
    private readonly start: number,
    size: number,
  ) {
    const forms = start + Math.ceil(size / 2);
    if (forms > content.length) throw new DamagedModelError('The vocabulary is too short.');
    const spelledOut = [];
    for (let rank = 0; rank < size; rank++) {
      if (this.caseOf(rank) === SPELLED_OUT) spelledOut.push(rank);
    }
    const ends = [forms - 1];
    for (let at = forms; at < content.length; at++) if (content[at] === NEW_LINE) ends.push(at);
    if (ends.length !== spelledOut.length + 1 || ends.at(-1) !== content.length - 1) {
      throw new DamagedModelError(
        `The vocabulary must have ${spelledOut.length} forms. Received: ${ends.length - 1}.`,
      );
    }
    this.spelledOut = spelledOut;
    this.formEnds = ends;
  }

  isSuggestable(rank: number): boolean {
    return (this.of(rank) & SUGGESTABLE) !== 0;
  }

  isTrusted(rank: number): boolean {
    return (this.of(rank) & TRUSTED) !== 0;
  }

  /** A word as it is usually written. */
  written(rank: number, word: string): string {
    switch (this.caseOf(rank)) {
      case CAPITAL:
        return capitalised(word);
      case CAPITALS:
        return inCapitals(word);
      case SPELLED_OUT:
        return this.form(this.placeOfForm(rank));
      default:
        return word;
    }
  }

  /** The n-th of the forms that are spelled out. */
  form(n: number): string {
    return this.decoder.decode(this.content.subarray(this.formEnds[n]! + 1, this.formEnds[n + 1]));
  }

  private placeOfForm(rank: number): number {
    let low = 0;
    let high = this.spelledOut.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.spelledOut[middle]! < rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private caseOf(rank: number): number {
    return this.of(rank) >> CASE;
  }

  private of(rank: number): number {
    return (this.content[this.start + (rank >> 1)]! >> (4 * (rank & 1))) & 15;
  }
}
