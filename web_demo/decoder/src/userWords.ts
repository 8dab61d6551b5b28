import { FoldedWords } from './foldedWords.js';
import type { ModelFile } from './modelFile.js';
import { PlainPredictor } from './plainPredictor.js';
import { beginsWith } from './spelling.js';
import type { State } from './state.js';
import { ROWS_AT_ONCE, type StepModel } from './stepModel.js';
import { isLong, isSuggestable } from './tokenizer.js';
import { CANDIDATES, read, type UserWord, write } from './userWordsFile.js';
import type { Words } from './words.js';

const FIRST_BIAS = 2.0;

/** A word that was written once may be a slip. */
const OFFERED_FROM = 2;

const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Z}]/u;

/** The best cells for a word, and what it has lost in them so far. */
type Places = Pick<UserWord, 'cells' | 'losses'>;

/**
 * A model with the words of its user, which take free cells.
 *
 * A free cell has a score s on the scale of the log-probabilities of its row. A word of
 * bias d there has the probability exp(s + d) / Z, Z = 1 + Σ exp(s + d) over the user's
 * words of the row, and each other word of the row what it had, divided by Z: all still
 * sum to 1. A word is offered from the second time it was learned, as it was written last;
 * a word of the model that its file does not offer is learned like others.
 */
export class UserWords extends PlainPredictor implements Words {
  private readonly vocabulary: string;
  private readonly free: readonly number[];
  private entries = new Map<string, UserWord>();

  // What follows from the entries, by cell; NaN is no bias.
  private readonly wordOf = new Map<number, string>();
  private readonly formOf = new Map<number, string>();
  private readonly biasOf: Float64Array;
  private readonly rowsWithWords = new Set<number>();
  private foldedParts: readonly FoldedWords[] | null = null;

  /** How often a word was learned or forgotten. */
  changes = 0;

  constructor(file: ModelFile, model: StepModel) {
    super(file, model);
    this.vocabulary = file.manifest.sha256('vocab.bin');
    this.biasOf = new Float64Array(this.lexicon.cellCount).fill(NaN);
    this.free = Array.from(this.biasOf.keys()).filter((cell) => !this.lexicon.isOccupied(cell));
  }

  override get words(): Words {
    return this;
  }

  /** The words and how often each was learned, the longest unseen first. */
  counts(): Map<string, number> {
    return new Map(Array.from(this.entries, ([word, { count }]) => [word, count]));
  }

  isSuggestable(cell: number): boolean {
    return this.formOf.has(cell) || this.lexicon.isSuggestable(cell);
  }

  isTrusted(cell: number): boolean {
    return this.formOf.has(cell) || this.lexicon.isTrusted(cell);
  }

  word(cell: number): string {
    return this.wordOf.get(cell) ?? this.lexicon.word(cell);
  }

  written(cell: number): string {
    return this.formOf.get(cell) ?? this.lexicon.written(cell);
  }

  cellOf(word: string): number {
    const cell = this.entries.get(word)?.cell ?? -1;
    return cell >= 0 ? cell : this.lexicon.cellOf(word);
  }

  withPrefix(prefix: string, ignoreCase: boolean): number[] {
    const cells = Array.from(this.lexicon.withPrefix(prefix, ignoreCase));
    for (const [cell, word] of this.wordOf) {
      if (beginsWith(word, prefix, ignoreCase)) cells.push(cell);
    }
    return cells;
  }

  get folded(): readonly FoldedWords[] {
    this.foldedParts ??= [...this.lexicon.folded, FoldedWords.of(this.wordOf)];
    return this.foldedParts;
  }

  override async expand(rows: readonly number[], state: State): Promise<Float32Array> {
    const logProbs = await super.expand(rows, state);
    rows.forEach((row, place) => {
      if (!this.rowsWithWords.has(row)) return;
      const start = place * this.columns;
      this.addWords(row, logProbs.subarray(start, start + this.columns));
    });
    return logProbs;
  }

  /** Gives the words of the user in a row their share of it. */
  private addWords(row: number, logProbs: Float32Array): void {
    const first = row * this.columns;
    const biases = this.biasOf.subarray(first, first + this.columns);
    const own: number[] = [];
    biases.forEach((bias, n) => {
      if (!Number.isNaN(bias)) own.push(logProbs[n]! + bias);
    });
    const largest = own.reduce((most, score) => Math.max(most, score), 0);
    const sum = own.reduce((total, score) => total + Math.exp(score - largest), Math.exp(-largest));
    const total = largest + Math.log(sum);
    biases.forEach((bias, n) => {
      logProbs[n]! += (Number.isNaN(bias) ? 0 : bias) - total;
    });
  }

  override isChanged(row: number, _state: State): boolean {
    return this.rowsWithWords.has(row);
  }

  /**
   * Counts a word that the user wrote, and places it where it fits. One word after the other.
   *
   * Words that the model offers change nothing. When no cell is free the word that was
   * learned least makes room, of equal ones the longest unseen.
   *
   * @param state - Where the text had come to before the word.
   * @param kept - Whether the user kept it on purpose, so that it is offered at once.
   * @returns Whether it is a word that can be learned.
   */
  async learn(word: string, state: State, kept = false): Promise<boolean> {
    const spelled = this.learnable(word);
    if (spelled === null || this.free.length === 0 || this.knows(spelled)) return false;
    const isNew = this.lexicon.cellOf(spelled) < 0;
    const old = this.entries.get(spelled);
    const count = Math.max((old?.count ?? 0) + 1, kept ? OFFERED_FROM : 1);
    const places = isNew ? await this.placesFor(old, state) : { cells: [], losses: [] };
    const given = this.formOfWord(word, spelled);
    const form = old !== undefined && isShouted(given) ? old.form : given;
    this.entries.delete(spelled);
    const cell = isNew && count >= OFFERED_FROM ? this.cellAt(places) : -1;
    this.entries.set(spelled, { count, form, cell, ...places });
    this.update();
    return true;
  }

  /** Whether the file says of a word that it is right, or offers it. */
  knows(word: string): boolean {
    const cell = this.lexicon.cellOf(word);
    return this.lexicon.isSuggestable(cell) || this.lexicon.isTrusted(cell);
  }

  /** How a word is written, from how the user wrote it. */
  private formOfWord(written: string, word: string): string {
    const [form, ...others] = this.tokenizer.withCase.words(written);
    if (form === undefined || others.length > 0) return word;
    return this.tokenizer.normalise(form) === word ? form : word;
  }

  private async placesFor(old: UserWord | undefined, state: State): Promise<Places> {
    if (old !== undefined && old.cells.length > 0) {
      const more = await this.losses(old.cells, state);
      return { cells: old.cells, losses: old.losses.map((loss, n) => loss + more[n]!) };
    }
    const losses = await this.losses(this.free, state);
    const best = Array.from(losses.keys())
      .sort((one, other) => losses[one]! - losses[other]!)
      .slice(0, CANDIDATES);
    return { cells: best.map((n) => this.free[n]!), losses: best.map((n) => losses[n]!) };
  }

  /** The word as it would be kept, null if it is not one word that can be learned. */
  learnable(word: string): string | null {
    if (word === '' || UNPRINTABLE.test(word)) return null;
    const [cut, ...others] = this.tokenizer.words(word);
    if (cut === undefined || others.length > 0 || isLong(cut)) return null;
    return isSuggestable(cut) ? cut : null;
  }

  /** −log P of a new word in each of some cells. */
  private async losses(cells: readonly number[], state: State): Promise<number[]> {
    const rowOf = (cell: number) => Math.floor(cell / this.columns);
    const rows = Array.from(new Set(cells.map(rowOf)));
    const scores = new Map<number, Float32Array>();
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      const batch = rows.slice(start, start + ROWS_AT_ONCE);
      const inRows = await super.expand(batch, state);
      batch.forEach((row, place) => {
        scores.set(row, inRows.subarray(place * this.columns, (place + 1) * this.columns));
      });
    }
    return cells.map((cell) => {
      const score = scores.get(rowOf(cell))![cell % this.columns]! + FIRST_BIAS;
      const log = Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score)));
      return log - score - state.rowLogProbs[rowOf(cell)]!;
    });
  }

  /** The best free cell for a word; when none is free the rarest word makes room. */
  private cellAt({ cells, losses }: Places): number {
    const taken = new Set(Array.from(this.entries.values(), ({ cell }) => cell));
    const order = Array.from(cells.keys()).sort((one, other) => losses[one]! - losses[other]!);
    const best = order.map((n) => cells[n]!).find((cell) => !taken.has(cell));
    const any = best ?? this.free.find((cell) => !taken.has(cell));
    if (any !== undefined) return any;
    const placed = Array.from(this.entries).filter(([, { cell }]) => cell >= 0);
    const [rarest, { cell }] = placed.reduce((least, entry) =>
      entry[1].count < least[1].count ? entry : least,
    );
    this.entries.delete(rarest);
    return cell;
  }

  /** Forgets a word; returns whether it was there. */
  forget(word: string): boolean {
    const wasThere = this.entries.delete(word);
    this.update();
    return wasThere;
  }

  /** Forgets all words. */
  clear(): void {
    this.entries.clear();
    this.update();
  }

  private update(): void {
    this.changes++;
    this.wordOf.clear();
    this.formOf.clear();
    this.biasOf.fill(NaN);
    this.rowsWithWords.clear();
    this.foldedParts = null;
    for (const [word, { cell, count, form }] of this.entries) {
      if (cell >= 0) {
        this.wordOf.set(cell, word);
        this.formOf.set(cell, form);
        this.biasOf[cell] = FIRST_BIAS + Math.log(count);
        this.rowsWithWords.add(Math.floor(cell / this.columns));
      } else if (count >= OFFERED_FROM) {
        const known = this.lexicon.cellOf(word);
        if (known >= 0) this.formOf.set(known, form);
      }
    }
  }

  /** The content of the file. */
  toJson(): string {
    return write(this.entries, this.vocabulary);
  }

  /**
   * Reads the content of a file, in place of the words that are there. Words of a model
   * with another vocabulary keep their counts and are placed when they are learned again.
   *
   * @throws DamagedWordsError if it is damaged; nothing is changed then.
   */
  fromJson(text: string): void {
    const free = new Set(this.free);
    const found = read(text, {
      vocabulary: this.vocabulary,
      isFree: (cell) => free.has(cell),
      spelled: (word) => this.learnable(word),
    });
    this.entries = new Map(Array.from(found).filter(([word]) => !this.knows(word)));
    this.update();
  }
}

/** In capitals a word was perhaps shouted. */
function isShouted(form: string): boolean {
  return form.length > 1 && form === form.toUpperCase() && form !== form.toLowerCase();
}
