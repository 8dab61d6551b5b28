import type { Casing } from 'lightrnn-decoder';

/** What a model file says about itself. */
export interface ModelFacts {
  /** Tells its words from those of other models. */
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly bytes: number;
  readonly words: number;
  readonly rows: number;
  readonly columns: number;

  /** By cell, whether a word is in it. */
  readonly isOccupied: Uint8Array;
}

/** What the page wants to know. */
export interface Question {
  /** The text before the cursor. */
  readonly text: string;

  /** How the next word is to be written if nothing of it was typed. */
  readonly shift: Casing;

  /** Whether words that may be meant by a slip are wanted, too. */
  readonly corrects: boolean;
}

/** The words that may come, and how they were found. */
export interface Answer {
  readonly words: readonly string[];

  /** The word as it was typed; empty between words. */
  readonly typed: string;

  /** The word that was surely meant by what was typed, null to leave it. */
  readonly replacement: string | null;

  /** The cells of the words, but for words that are two. */
  readonly cells: readonly number[];

  /** log P of each row, whether it was expanded, and how many were. */
  readonly rowLogProbs: Float32Array;
  readonly isExpanded: Uint8Array;
  readonly rowsExpanded: number;

  readonly milliseconds: number;
}

/** A word of a row, and its share of the row. */
export interface WordOfRow {
  readonly word: string;
  readonly share: number;
}

/** What is kept of a user, each as JSON. */
export interface Memory {
  readonly words: string;
  readonly habits: string;
}

/** What the worker does for the page. It does one thing after the other. */
export interface Engine {
  /**
   * Opens a model in place of the one that is open, which stays if this one cannot be used.
   *
   * @throws Error that says in one line what is wrong with the file.
   */
  open(content: Uint8Array<ArrayBuffer>): Promise<ModelFacts>;

  suggest(question: Question): Promise<Answer>;

  /** The most probable words of a row where the last suggestion was made. */
  wordsOfRow(row: number, count: number): Promise<WordOfRow[]>;

  /** Remembers a word behind a text, and learns it if it is new. */
  written(word: string, context: string, isKept: boolean): Promise<void>;

  /** The words that the user taught, and how often each was written. */
  userWords(): Promise<[word: string, count: number][]>;

  /** Teaches a word, or forgets one; returns whether that was possible. */
  teach(word: string): Promise<boolean>;
  forget(word: string): Promise<boolean>;

  /** Forgets all that was written and taught. */
  forgetAll(): Promise<void>;

  /** What is kept of the user, and back. */
  memory(): Promise<Memory>;
  remember(memory: Memory): Promise<void>;
}

/** A call of the page, and its answer. */
export interface Call {
  readonly id: number;
  readonly method: keyof Engine;
  readonly values: readonly unknown[];
}
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };
