import { DamagedWordsError, shown } from './damaged.js';

const FORMAT_VERSION = 2;
const MAX_CHARACTERS = 2 ** 24;
const MAX_COUNT = 2 ** 31;

/** Cells that are stored for each word. */
export const CANDIDATES = 8;

/** A word of the user. */
export interface UserWord {
  /** How often it was learned. */
  readonly count: number;

  /** How the user wrote it last. */
  readonly form: string;

  /** Its cell, −1 if it has none yet. */
  readonly cell: number;

  /** The cells that were best for it when it was first learned. */
  readonly cells: readonly number[];

  /** Nats that it would have cost in each of these, over all its contexts. */
  readonly losses: readonly number[];
}

/** What a reader has to know of the model. */
export interface UserWordsModel {
  /** The SHA-256 of `vocab.bin`, which tells models apart. */
  readonly vocabulary: string;

  /** Whether a cell is a free one. */
  isFree(cell: number): boolean;

  /** The spelling of a word, null if it is none. */
  spelled(word: string): string | null;
}

type Json = Readonly<Record<string, unknown>>;

/** The content of a file, as `lightrnn_tf.decoding.UserWords` writes it. */
export function write(entries: ReadonlyMap<string, UserWord>, vocabulary: string): string {
  const words = Array.from(entries, ([word, { form, count, cell, cells, losses }]) => ({
    word,
    form,
    count,
    cell: cell < 0 ? null : cell,
    cells,
    losses: losses.map((loss) => Math.round(loss * 1000) / 1000),
  }));
  return `${JSON.stringify({ format_version: FORMAT_VERSION, vocabulary, words })}\n`;
}

/**
 * Reads the content of a file. Words of a model with another vocabulary keep their counts
 * and have no cells.
 *
 * @throws DamagedWordsError if it is damaged.
 */
export function read(text: string, model: UserWordsModel): Map<string, UserWord> {
  if (text.length > MAX_CHARACTERS) throw damaged('it is too long');
  const { format_version: version, vocabulary, words } = parsed(text);
  if (version !== 1 && version !== FORMAT_VERSION) {
    throw damaged(`the format ${shown(version)} is unknown`);
  }
  if (!Array.isArray(words)) throw damaged('it has no list of words');
  const found = new Map<string, UserWord>();
  const taken = new Set<number>();
  for (const value of words as unknown[]) {
    const item = Object(value) as Json;
    const word = spelled(item.word, model);
    const entry = entryOf(version === 1 ? ofFirstFormat(item, word) : item, vocabulary, model);
    if (model.spelled(entry.form) !== word) throw damaged(`the form ${shown(entry.form)}`);
    if (taken.has(entry.cell)) throw damaged('two words are in one cell');
    if (entry.cell >= 0) taken.add(entry.cell);
    found.set(word, entry);
  }
  return found;
}

function parsed(text: string): Json {
  try {
    return Object(JSON.parse(text)) as Json;
  } catch (error) {
    throw damaged(String(error));
  }
}

function spelled(value: unknown, model: UserWordsModel): string {
  const word = typeof value === 'string' ? model.spelled(value) : null;
  if (word === null) throw damaged(`${shown(value)} is not a word`);
  return word;
}

/** Words had no form at first, and were offered from the first time. */
function ofFirstFormat(item: Json, word: string): Json {
  return { ...item, form: word, count: item.count === 1 ? 2 : item.count };
}

function entryOf(item: Json, vocabulary: unknown, model: UserWordsModel): UserWord {
  const { form } = item;
  if (typeof form !== 'string') throw damaged(`the form ${shown(form)}`);
  const count = Number.isInteger(item.count) ? Number(item.count) : 0;
  if (count < 1 || count > MAX_COUNT) throw damaged(`the count ${shown(item.count)}`);
  if (vocabulary !== model.vocabulary) return { count, form, cell: -1, cells: [], losses: [] };
  const cells = list(item.cells);
  const losses = list(item.losses);
  if (cells.length !== losses.length || cells.length > CANDIDATES) throw damaged('its losses');
  if (!losses.every(Number.isFinite)) throw damaged('its losses');
  const named = item.cell === null ? cells : [...cells, Number(item.cell)];
  if (!named.every((cell) => Number.isInteger(cell) && model.isFree(cell))) {
    throw damaged(`a cell of ${shown(form)}`);
  }
  return { count, form, cell: item.cell === null ? -1 : Number(item.cell), cells, losses };
}

function list(value: unknown): number[] {
  if (Array.isArray(value) && value.every((number) => typeof number === 'number')) return value;
  throw damaged('its cells or losses');
}

function damaged(what: string): DamagedWordsError {
  return new DamagedWordsError(`The file of user words is damaged: ${what}.`);
}
