import type { Predictor } from './predictor.js';
import { beginsExactlyWith } from './spelling.js';
import type { FirstWords, State } from './state.js';
import { ROWS_AT_ONCE } from './stepModel.js';

/** The most probable next words. */
export interface Suggestions {
  /** The words, best first, as they are usually written. */
  readonly words: readonly string[];

  /** Their cells, and their log-probabilities in nats, among all words. */
  readonly cells: readonly number[];
  readonly logProbs: readonly number[];

  /** How many rows were expanded, and which ones, by row. */
  readonly rowsExpanded: number;
  readonly isExpanded: Uint8Array;
}

/** What is asked for besides the k best words. */
export interface SearchOptions {
  /**
   * What the words begin with; accents and apostrophes may be missing in it. Of equally
   * probable words those that begin with it exactly come first. Defaults to any word.
   */
  readonly prefix?: string;

  /** Cells of words that are not to be suggested. Defaults to none. */
  readonly excluded?: ReadonlySet<number>;

  /** Whether case makes no difference in the prefix. Defaults to that of the model's text. */
  readonly ignoreCase?: boolean;
}

const NONE: ReadonlySet<number> = new Set();

/**
 * The k most probable next words, certified, without scoring all of them.
 *
 * No word of a row is more probable than its row, so rows are expanded best first until
 * the k-th best word is at least as probable as the best row that is left. What the model
 * has found by the way comes first. Searches may overlap.
 */
export class TopK {
  // Kept while the same prefix is asked for again.
  private candidates: Candidates | null = null;

  /**
   * @param k - How many words.
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

  /** Finds the words that may follow at a state. */
  async search(state: State, options: SearchOptions = {}): Promise<Suggestions> {
    const { tokenizer, words } = this.predictor;
    const { prefix = '', excluded = NONE, ignoreCase = tokenizer.lowercase } = options;
    if (this.candidates?.isFor(prefix, ignoreCase, words.changes) !== true) {
      this.candidates = new Candidates(this.predictor, prefix, ignoreCase);
    }
    const { candidates } = this;
    const begin = () => new Search(this.predictor, state, this.k, candidates, excluded);
    const first = state.firstWords;
    if (prefix === '' && first !== null && first.size >= this.k) {
      const search = begin();
      await search.beginWith(first);
      if (search.reaches(first.unlisted)) return search.suggestions();
      // A word of these rows that is not listed may be better: expand them, too.
    }
    const search = begin();
    await search.expand(search.rows());
    return search.suggestions();
  }
}

/** The words that begin with a prefix and may be suggested. */
class Candidates {
  /** Whether each cell holds one, and how many each row has. */
  readonly isOne: Uint8Array;
  readonly inRow: Int32Array;
  private readonly changes: number;

  constructor(
    { words, rows, columns }: Predictor,
    readonly prefix: string,
    readonly ignoreCase: boolean,
  ) {
    this.isOne = new Uint8Array(rows * columns);
    this.inRow = new Int32Array(rows);
    this.changes = words.changes;
    const begun = prefix === '' ? this.isOne.keys() : words.withPrefix(prefix, ignoreCase);
    for (const cell of begun) {
      if (!words.isSuggestable(cell) || this.isOne[cell] === 1) continue;
      this.isOne[cell] = 1;
      this.inRow[Math.floor(cell / columns)]!++;
    }
  }

  /** Whether they are those of a prefix, after so many changes of the words. */
  isFor(prefix: string, ignoreCase: boolean, changes: number): boolean {
    return prefix === this.prefix && ignoreCase === this.ignoreCase && changes === this.changes;
  }
}

/** One search for the k best of the candidates at a state. */
class Search {
  private readonly cells: number[] = [];
  private readonly logProbs: number[] = [];
  private readonly isExpanded: Uint8Array;
  private rowsExpanded = 0;
  private readonly columns: number;
  private readonly rowLogProbs: Float32Array;

  constructor(
    private readonly predictor: Predictor,
    private readonly state: State,
    private readonly k: number,
    private readonly candidates: Candidates,
    private readonly excluded: ReadonlySet<number>,
  ) {
    this.isExpanded = new Uint8Array(predictor.rows);
    this.columns = predictor.columns;
    this.rowLogProbs = state.rowLogProbs;
  }

  suggestions(): Suggestions {
    const { cells, logProbs, rowsExpanded, isExpanded } = this;
    const words = cells.map((cell) => this.predictor.words.written(cell));
    return { words, cells, logProbs, rowsExpanded, isExpanded };
  }

  /** Whether the k best words are at least so probable. */
  reaches(bound: number): boolean {
    const worst = this.logProbs[this.k - 1];
    return worst !== undefined && worst >= bound;
  }

  /** Takes over the first words, and expands the rows that they do not cover. */
  async beginWith(first: FirstWords): Promise<void> {
    const isLeft = (row: number) =>
      this.rowLogProbs[row]! <= first.bound || this.predictor.isChanged(row, this.state);
    first.cells.forEach((cell, place) => {
      if (!isLeft(Math.floor(cell / this.columns))) this.collect(cell, first.logProbs[place]!);
    });
    for (let row = 0; row < this.isExpanded.length; row++) if (!isLeft(row)) this.note(row);
    const left = this.rows().filter(isLeft);
    const [best] = left;
    if (best !== undefined && !this.reaches(this.rowLogProbs[best]!)) await this.expand(left);
  }

  /** The rows with candidates, the best first; of equal ones the first. */
  rows(): number[] {
    const { inRow } = this.candidates;
    const left = inRow.slice();
    for (const cell of this.excluded) {
      if (this.candidates.isOne[cell] === 1) left[Math.floor(cell / this.columns)]!--;
    }
    const rows = Array.from(left.keys()).filter((row) => left[row]! > 0);
    return rows.sort((one, other) => this.rowLogProbs[other]! - this.rowLogProbs[one]!);
  }

  /** Expands rows in their order while one may hold a better word. */
  async expand(rows: readonly number[]): Promise<void> {
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      if (start > 0 && this.reaches(this.rowLogProbs[rows[start]!]!)) return;
      const batch = rows.slice(start, start + ROWS_AT_ONCE);
      const inRows = await this.predictor.expand(batch, this.state);
      batch.forEach((row, place) => {
        this.note(row);
        this.collectRow(row, inRows.subarray(place * this.columns, (place + 1) * this.columns));
      });
    }
  }

  private note(row: number): void {
    this.isExpanded[row] = 1;
    this.rowsExpanded++;
  }

  private collectRow(row: number, inRow: Float32Array): void {
    const ofRow = this.rowLogProbs[row]!;
    const first = row * this.columns;
    // A loop: calling a function for each cell takes several times as long.
    for (let column = 0; column < this.columns; column++) {
      // Like the answers of a model, in 32 bits.
      this.collect(first + column, Math.fround(ofRow + inRow[column]!));
    }
  }

  private collect(cell: number, logProb: number): void {
    const { cells, logProbs, k } = this;
    if (this.candidates.isOne[cell] === 0) return;
    if (cells.length === k && !this.isBefore(cell, logProb, k - 1)) return;
    if (this.excluded.has(cell)) return;
    let place = cells.length;
    while (place > 0 && this.isBefore(cell, logProb, place - 1)) place--;
    cells.splice(place, 0, cell);
    logProbs.splice(place, 0, logProb);
    cells.length = logProbs.length = Math.min(cells.length, k);
  }

  /** Whether a word comes before the one that was found in a place. */
  private isBefore(cell: number, logProb: number, place: number): boolean {
    const other = this.logProbs[place]!;
    if (logProb !== other) return logProb > other;
    return this.candidates.prefix !== '' && this.isTyped(cell) && !this.isTyped(this.cells[place]!);
  }

  private isTyped(cell: number): boolean {
    const { prefix, ignoreCase } = this.candidates;
    return beginsExactlyWith(this.predictor.words.written(cell), prefix, ignoreCase);
  }
}
