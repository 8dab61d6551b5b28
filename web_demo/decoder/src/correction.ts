import { slipsAllowed, SPACE } from './channel.js';
import { Found, type FoundWords } from './found.js';
import type { Predictor } from './predictor.js';
import { SlipCosts } from './slipCosts.js';
import { findSlips } from './slips.js';
import { fold, foldedLetters, isBare, isSame } from './spelling.js';
import type { State } from './state.js';
import { ROWS_AT_ONCE } from './stepModel.js';
import { MAX_WORD_LENGTH, UNK } from './tokenizer.js';

/** What a new word costs, and each of its letters; and the margin to replace it. */
const NEW_WORD = 10.0;
const LETTER = 1.0;
const MARGIN = 5.5;

/** The margin is so much larger where letters are only added or missing at the end. */
const ENDING = 3.0;

/** The words that may be meant by what was typed. */
export interface Corrections {
  /** The words as they are written, best first; two typed without a space have it. */
  readonly words: readonly string[];

  /** The score of each in nats, log P(word | context) + log P(typed | word). */
  readonly scores: readonly number[];

  /** The word to put in place of what was typed when a space follows, null to leave it. */
  readonly replacement: string | null;

  /** How many rows were expanded, and which ones, by row. */
  readonly rowsExpanded: number;
  readonly isExpanded: Uint8Array;
}

/** Words that what was typed may begin, and those that it may be as a whole. */
interface Candidates {
  readonly begun: SlipCosts;
  readonly whole: SlipCosts;
}

/**
 * The words that may be meant by what was typed, right or wrong, certified; see
 * `lightrnn_tf/decoding/correction.py`, which does the same.
 *
 * A word scores log P(word | context) + log P(typed | word), the second being minus the
 * cost of its slips. No word scores better than its row less the least cost of a
 * candidate in it, so rows are expanded best first until no other can hold a better word.
 * Searches may overlap.
 */
export class Correction {
  // Large arrays, kept for the next search.
  private spare: Candidates | null = null;

  /**
   * @param k - How many words are shown.
   * @throws RangeError if it is not a positive integer.
   */
  constructor(
    private readonly predictor: Predictor,
    private readonly k: number,
  ) {
    if (!Number.isInteger(k) || k < 1) {
      throw new RangeError(`\`k\` must be a positive integer. Received: ${k}.`);
    }
  }

  /**
   * Finds the words.
   *
   * @param typed - The letters typed so far.
   * @param excluded - Cells of words that are not to be shown.
   */
  async search(
    state: State,
    typed: string,
    excluded: ReadonlySet<number> = new Set(),
  ): Promise<Corrections> {
    const candidates = this.spare ?? this.newCandidates();
    this.spare = null;
    try {
      return await new Query(this.predictor, state, typed, excluded, candidates).answer(this.k);
    } finally {
      candidates.begun.clear();
      candidates.whole.clear();
      this.spare = candidates;
    }
  }

  private newCandidates(): Candidates {
    const { rows, columns } = this.predictor;
    return { begun: new SlipCosts(rows, columns), whole: new SlipCosts(rows, columns) };
  }
}

/** What may be meant at one place of a text. */
class Query {
  private readonly isExpanded: Uint8Array;
  private rowsExpanded = 0;
  private readonly typed: string;
  private readonly folded: string;
  private readonly letters: readonly number[];
  private readonly columns: number;

  /** log P of the words of the rows that are expanded, the row being known. */
  private readonly inRows = new Map<number, Float32Array>();

  constructor(
    private readonly predictor: Predictor,
    private readonly state: State,
    typed: string,
    private readonly excluded: ReadonlySet<number>,
    private readonly candidates: Candidates,
  ) {
    const { rows, columns, tokenizer } = predictor;
    this.typed = tokenizer.normalise(typed);
    this.folded = fold(this.typed);
    this.letters = foldedLetters(this.typed);
    this.columns = columns;
    this.isExpanded = new Uint8Array(rows);
    this.findCandidates();
  }

  /** The k best words, and the word that replaces what was typed. */
  async answer(k: number): Promise<Corrections> {
    const shown = new Found(k);
    const best = new Found(1);
    await this.collect(this.candidates.begun, -Infinity, shown);
    const floor = await this.floor();
    if (floor < Infinity) {
      await this.collect(this.candidates.whole, floor, best);
      // Rather a new word than two that nobody would write; and what may become a word is
      // two only if these would replace it: facebo is not face bo.
      const surely = this.isBegun() ? floor : floor - MARGIN;
      const least = Math.max(Math.min(-shown.worst, floor), surely);
      for (const pair of await this.pairs(least)) {
        shown.add(pair);
        best.add(pair);
      }
    }
    const [first] = best.best;
    const replaces = first !== undefined && -first.loss >= floor + this.ending(first);
    return {
      words: shown.best.map((found) => this.written(found)),
      scores: shown.best.map(({ loss }) => -loss),
      replacement: replaces ? this.written(first) : null,
      rowsExpanded: this.rowsExpanded,
      isExpanded: this.isExpanded,
    };
  }

  private findCandidates(): void {
    const { letters } = this;
    const { begun, whole } = this.candidates;
    const { words } = this.predictor;
    if (letters.length >= 1 && letters.length <= MAX_WORD_LENGTH) {
      for (const some of words.folded) {
        const slips = findSlips(some, letters, slipsAllowed(this.folded));
        whole.add(slips.whole, some, words);
        begun.add(slips.begun, some, words);
        begun.add(slips.whole, some, words);
      }
    }
    for (const candidates of [begun, whole]) {
      for (const cell of this.excluded) candidates.remove(cell);
      if (!isBare(this.typed)) candidates.markOthers(words, this.typed);
      candidates.boundRows(this.state.rowLogProbs);
    }
  }

  /** Collects the best candidates, of those that may score `floor` or more. */
  private async collect(candidates: SlipCosts, floor: number, found: Found): Promise<void> {
    const rows = candidates.rows();
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      const bound = candidates.bounds[rows[start]!]!;
      if (-bound > found.worst || bound < floor) return;
      const batch = rows.slice(start, start + ROWS_AT_ONCE);
      await this.expand(batch);
      for (const row of batch) this.collectRow(candidates, row, found);
    }
  }

  private collectRow({ costs }: SlipCosts, row: number, found: Found): void {
    const inRow = this.inRows.get(row)!;
    const ofRow = this.state.rowLogProbs[row]!;
    const first = row * this.columns;
    // Loops, here and below: calling a function for each cell takes several times as long.
    for (let column = 0; column < this.columns; column++) {
      const cost = costs[first + column]!;
      if (cost === Infinity) continue;
      const loss = cost - Math.fround(ofRow + inRow[column]!);
      if (loss <= found.worst) found.add({ loss, cost, cells: [first + column] });
    }
  }

  /** Expands those of some rows that were not expanded before. */
  private async expand(rows: readonly number[]): Promise<void> {
    const left = rows.filter((row) => this.isExpanded[row] === 0);
    if (left.length === 0) return;
    const inRows = await this.predictor.expand(left, this.state);
    left.forEach((row, place) => {
      this.inRows.set(row, inRows.subarray(place * this.columns, (place + 1) * this.columns));
      this.isExpanded[row] = 1;
    });
    this.rowsExpanded += left.length;
  }

  private rowOf(cell: number): number {
    return Math.floor(cell / this.columns);
  }

  private async logProb(cell: number): Promise<number> {
    const row = this.rowOf(cell);
    await this.expand([row]);
    return Math.fround(this.state.rowLogProbs[row]! + this.inRows.get(row)![cell % this.columns]!);
  }

  /** The score from which a word replaces what was typed, ∞ for none. */
  private async floor(): Promise<number> {
    if (slipsAllowed(this.folded) === 0 || this.isRight()) return Infinity;
    const unknown = await this.logProb(this.predictor.words.cellOf(UNK));
    return unknown - NEW_WORD - LETTER * this.letters.length + MARGIN;
  }

  /** Whether what was typed is a word that is trusted or suggested. */
  private isRight(): boolean {
    const { words } = this.predictor;
    return this.withFold(0, this.letters.length).some(
      (cell) =>
        (words.isTrusted(cell) || words.isSuggestable(cell)) &&
        isSame(words.word(cell), this.typed),
    );
  }

  /** By how much better a word must be for being typed with an ending. */
  private ending({ cells }: FoundWords): number {
    const word = cells.map((cell) => fold(this.predictor.words.word(cell))).join('');
    if (word === this.folded) return 0;
    return word.startsWith(this.folded) || this.folded.startsWith(word) ? ENDING : 0;
  }

  /** The words of which the letters typed from one place to another are the fold. */
  private withFold(from: number, to: number): number[] {
    return this.predictor.words.folded.flatMap((some) => some.withFold(this.letters, from, to));
  }

  /** The pairs of words without their space that score `floor` or more. */
  private async pairs(floor: number): Promise<FoundWords[]> {
    const found: FoundWords[] = [];
    if (!/^\p{L}*$/u.test(this.folded)) return found;
    // One letter alone is no word behind another: it would be an ending.
    const { length } = this.letters;
    for (let n = 1; n < length - 1; n++) {
      const ones = this.offered(0, n);
      const others = ones.length > 0 ? this.offered(n, length) : [];
      for (const one of ones) {
        for (const other of others) {
          const loss = -(await this.scoreOfPair(one, other, floor));
          if (-loss >= floor) found.push({ loss, cost: SPACE, cells: [one, other] });
        }
      }
    }
    return found;
  }

  /** Whether a word begins with what was typed. */
  private isBegun(): boolean {
    const { folded } = this.predictor.words;
    return folded.some((some) => some.begunBy(this.letters).some((cell) => this.isOffered(cell)));
  }

  private offered(from: number, to: number): number[] {
    return this.withFold(from, to).filter((cell) => this.isOffered(cell));
  }

  private isOffered(cell: number): boolean {
    return this.predictor.words.isSuggestable(cell) && !this.excluded.has(cell);
  }

  /** The score of two words, or less than `floor` if it must be less. */
  private async scoreOfPair(one: number, other: number, floor: number): Promise<number> {
    const rowBound = this.state.rowLogProbs[this.rowOf(one)]! - SPACE;
    if (rowBound < floor) return rowBound;
    const first = (await this.logProb(one)) - SPACE;
    if (first < floor) return first;
    const after = await this.predictor.advance(one, this.state);
    const row = this.rowOf(other);
    const bound = first + after.rowLogProbs[row]!;
    if (bound < floor) return bound;
    this.rowsExpanded++;
    return bound + (await this.predictor.expand([row], after))[other % this.columns]!;
  }

  /** A word, or two with a space, as written. */
  private written({ cells }: FoundWords): string {
    return cells.map((cell) => this.predictor.words.written(cell)).join(' ');
  }
}
