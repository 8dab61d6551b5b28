import { isAddress, parts } from './address.js';
import { Cached } from './cached.js';
import { type Casing, casingOf, inCasing } from './casing.js';
import { hasDigit } from './channel.js';
import { Correction, type Corrections } from './correction.js';
import type { FrequentWords } from './frequentWords.js';
import { Habits } from './habits.js';
import { Line } from './line.js';
import type { MixedState } from './mixed.js';
import type { ModelFile } from './modelFile.js';
import type { TextBeforeCursor } from './textBeforeCursor.js';
import { EOS } from './tokenizer.js';
import { type Suggestions, TopK } from './topK.js';
import type { UserWords } from './userWords.js';

/** How many words the strip shows. */
export const SLOTS = 3;

const SENTENCE_ENDS = new Set(['.', '!', '?', '…']);

/** What the strip shows, and how it was found. */
export interface Strip {
  /** The best words, best first, at most three, as they are to be written. */
  readonly words: readonly string[];

  /** The word as it was typed, which is always on offer; empty between words. */
  readonly typed: string;

  /** The word that was surely meant by what was typed, null to leave it. */
  readonly replacement: string | null;

  /** log P of each row for this word. */
  readonly rowLogProbs: Float32Array;

  /** How many rows were expanded, and which ones, by row. */
  readonly rowsExpanded: number;
  readonly isExpanded: Uint8Array;
}

/** How suggestions are wanted. */
export interface SuggestOptions {
  /** How the next word is to be written if nothing of it was typed. Defaults to as it is. */
  readonly shift?: Casing;

  /** Words that are not to be suggested, in lower case. Defaults to none. */
  readonly excluded?: ReadonlySet<string>;

  /** Whether what was written elsewhere must not be seen here. Defaults to `false`. */
  readonly isPrivate?: boolean;

  /** Whether words that may be meant by a slip are shown, too. Defaults to `true`. */
  readonly corrects?: boolean;
}

const NO_WORDS: ReadonlySet<string> = new Set();

/**
 * Suggests words for what stands before the cursor, and remembers what was written.
 *
 * Calls may overlap: each is done when those before it are.
 */
export class Suggester {
  /** What the user often writes. */
  readonly habits: Habits;
  private readonly cached: Cached;
  private readonly line: Line;
  private readonly search: TopK;
  private readonly correction: Correction;
  private frequent: Promise<FrequentWords> | null = null;

  // What is predicted at the cursor, which stays the same while a word is typed.
  private here: { readonly state: MixedState; readonly of: string } | null = null;

  // Looked up when they change, not for each key.
  private excluded = { words: NO_WORDS, changes: 0, cells: new Set<number>() };

  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly file: ModelFile,
    readonly userWords: UserWords,
  ) {
    this.line = new Line(userWords);
    this.habits = new Habits(userWords);
    this.cached = new Cached(this.habits, file.manifest.cache);
    this.search = new TopK(this.cached, SLOTS);
    this.correction = new Correction(this.cached, SLOTS);
  }

  /** Does some work when the work before is done. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** Returns the best words: those that may follow, or be meant by what was typed. */
  suggest(text: TextBeforeCursor, options: SuggestOptions = {}): Promise<Strip> {
    return this.inTurn(() => this.strip(text, options));
  }

  private async strip(
    { context, typed }: TextBeforeCursor,
    { shift = 'as it is', excluded = NO_WORDS, isPrivate = false, corrects = true }: SuggestOptions,
  ): Promise<Strip> {
    const state = await this.look(context, isPrivate);
    const cells = this.cellsOf(excluded);
    const found =
      typed === '' || !corrects
        ? await this.search.search(state, { prefix: typed, excluded: cells })
        : await this.correction.search(state, typed, cells);
    const casing = casingOf(typed, shift);
    const cased = (word: string) => inCasing(word, casing);
    // Two words have no cell by which they might be left out.
    const words = found.words.filter(
      (word) => !word.includes(' ') || !excluded.has(word.toLowerCase()),
    );
    const replacement = replacementIn(found);
    return {
      words: Array.from(new Set(words.map(cased))),
      typed,
      replacement: replacement === null ? null : cased(replacement),
      rowLogProbs: state.rowLogProbs,
      rowsExpanded: found.rowsExpanded,
      isExpanded: found.isExpanded,
    };
  }

  /** The cells of words that are not to be suggested, however they are written. */
  private cellsOf(words: ReadonlySet<string>): ReadonlySet<number> {
    const { changes } = this.userWords;
    if (words !== this.excluded.words || changes !== this.excluded.changes) {
      const cells = new Set<number>();
      for (const word of words) {
        for (const cell of this.userWords.withPrefix(word, true)) {
          if (this.userWords.word(cell).toLowerCase() === word.toLowerCase()) cells.add(cell);
        }
      }
      this.excluded = { words, changes, cells };
    }
    return this.excluded.cells;
  }

  private async look(context: string, isPrivate: boolean): Promise<MixedState> {
    const state = await this.line.stateAfter(context);
    const of = [this.line.changes, this.cached.changes, this.habits.changes, isPrivate].join();
    if (this.here?.of !== of) this.here = { state: this.cached.look(state, !isPrivate), of };
    return this.here.state;
  }

  /**
   * The most probable words of a row where a suggestion was made last, and their shares of
   * the row, whether or not they may be suggested.
   *
   * @throws RangeError if there is no such row.
   */
  wordsOfRow(row: number, count: number): Promise<{ word: string; share: number }[]> {
    return this.inTurn(async () => {
      const state = this.here?.state ?? (await this.look('', false));
      const logProbs = await this.cached.expand([row], state);
      const { words, columns } = this.cached;
      return Array.from(logProbs.subarray(0, columns), (logProb, column) => ({ logProb, column }))
        .filter(({ column }) => words.word(row * columns + column) !== '')
        .sort((one, other) => other.logProb - one.logProb)
        .slice(0, count)
        .map(({ logProb, column }) => ({
          word: words.written(row * columns + column),
          share: Math.exp(logProb),
        }));
    });
  }

  /** Forgets a word of the user; returns whether it was there. */
  forget(word: string): Promise<boolean> {
    return this.inTurn(async () => {
      const spelled = this.userWords.tokenizer.normalise(word);
      const cell = this.userWords.cellOf(spelled);
      if (cell >= 0) this.cached.replace(cell, this.file.manifest.unknownCell);
      this.habits.forget(spelled);
      return this.userWords.forget(spelled);
    });
  }

  /** Forgets all that was written and learned. */
  forgetAll(): Promise<void> {
    return this.inTurn(async () => {
      this.userWords.clear();
      this.habits.clear();
      this.cached.clear();
    });
  }

  /**
   * Remembers a word, or two, written behind a text, and learns those that are new; see
   * `lightrnn_tf/decoding/learning.py`.
   *
   * @param kept - Whether it was kept on purpose: then it is not taken for a slip.
   * @returns Whether the user's words changed.
   */
  written(word: string, context: string, kept = false): Promise<boolean> {
    return this.inTurn(async () => {
      let before = context;
      let learned = false;
      for (const form of this.userWords.tokenizer.withCase.words(word)) {
        learned = (await this.writtenForm(form, before, kept)) || learned;
        before = `${before}${form} `;
      }
      return learned;
    });
  }

  private async writtenForm(form: string, before: string, kept: boolean): Promise<boolean> {
    const { userWords } = this;
    const state = await this.line.stateAfter(before);
    const spelled = userWords.tokenizer.normalise(form);
    let learned = false;
    if (!userWords.knows(spelled) && (kept || !(await this.isDoubtful(spelled)))) {
      // A capital at the start of a sentence says nothing of a word.
      const isPlain = this.isAtStart(before) && hasPlainCase(form);
      learned = await userWords.learn(isPlain ? spelled : form, state, kept);
    }
    const cell = userWords.cellOf(spelled);
    this.cached.remember(cell < 0 ? this.file.manifest.unknownCell : cell, state);
    this.habits.learn(this.lastWord(before), form);
    return learned;
  }

  /** Whether a word may be a slip, or a number of an account, a time or a password. */
  private async isDoubtful(word: string): Promise<boolean> {
    if (hasDigit(word)) return true;
    this.frequent ??= this.file.frequentWords();
    return (await this.frequent).isOneSlipFrom(word);
  }

  /** Whether a sentence begins behind a text. */
  private isAtStart(text: string): boolean {
    return SENTENCE_ENDS.has(this.userWords.tokenizer.withCase.words(text).at(-1) ?? '.');
  }

  /** The word at the end of a text, addresses left out. */
  private lastWord(text: string): string {
    for (const part of parts(text).reverse()) {
      const word = isAddress(part)
        ? undefined
        : this.userWords.tokenizer.withCase.words(part).at(-1);
      if (word !== undefined) return word;
    }
    return EOS;
  }
}

function replacementIn(found: Suggestions | Corrections): string | null {
  return 'replacement' in found ? found.replacement : null;
}

/** Whether a word has no capital but perhaps the first letter. */
function hasPlainCase(form: string): boolean {
  const [first = ''] = form;
  const rest = form.slice(first.length);
  return rest === rest.toLowerCase();
}
