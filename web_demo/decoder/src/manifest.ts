import { CACHE_DEFAULTS, type CacheNumbers, MAX_CACHE_SIZE } from './cacheNumbers.js';
import { DamagedModelError, shown } from './damaged.js';
import { isTokenizer, Tokenizer } from './tokenizer.js';

const FORMAT_VERSION = 4;
const MAX_CELLS = 2 ** 24;

type Json = Readonly<Record<string, unknown>>;

/** What an exported model says of itself; see `export/FORMAT.md` for each value. */
export class Manifest {
  readonly modelBytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly vocabularySize: number;
  readonly startCell: number;
  readonly unknownCell: number;
  readonly tokenizer: Tokenizer;
  readonly lineIndependent: boolean;

  /** Names of the signatures. */
  readonly signatures: readonly string[];

  /** Lengths of the states, layer by layer. */
  readonly stateSizes: readonly number[];

  /** How strongly words of the text so far are remembered. */
  readonly cache: CacheNumbers;

  /** What the file says about itself to people: text of strangers, to be shown as text. */
  readonly card: Json;

  private readonly sums: Json;

  /**
   * @param text - `manifest.json`.
   * @param fileBytes - The size of the whole file.
   * @throws DamagedModelError if it is not the manifest of a LightRNN.
   */
  constructor(text: string, fileBytes: number) {
    const json = object('the manifest', parsed(text));
    if (json.format_version !== FORMAT_VERSION) {
      throw new DamagedModelError(
        `The format version must be ${FORMAT_VERSION}. Received: ${shown(json.format_version)}. ` +
          "Export the run again with today's lightrnn.",
      );
    }
    this.signatures = list(json, 'signatures').filter((name) => typeof name === 'string');
    if (!['advance', 'expand'].every((name) => this.signatures.includes(name))) {
      throw new DamagedModelError(
        'The decoder needs a LightRNN, with the signatures advance and expand. ' +
          `Received: ${shown(this.signatures.join(', '))}.`,
      );
    }
    this.modelBytes = integer(json, 'model_bytes', 1, fileBytes);
    this.rows = integer(json, 'rows', 1, MAX_CELLS);
    this.columns = integer(json, 'columns', 1, MAX_CELLS / this.rows);
    this.vocabularySize = integer(json, 'vocabulary_size', 1, this.rows * this.columns);
    this.startCell = integer(json, 'start_cell', 0, this.rows * this.columns - 1);
    this.unknownCell = integer(json, 'unknown_cell', 0, this.rows * this.columns - 1);
    this.stateSizes = list(json, 'states').map(stateSize);
    const numbers = this.stateSizes.reduce((sum, size) => sum + size, 0);
    if (numbers < 1 || numbers > MAX_CELLS) {
      throw new DamagedModelError(`The states have ${numbers} numbers, not 1 to ${MAX_CELLS}.`);
    }
    this.tokenizer = tokenizer(json);
    this.lineIndependent = boolean(json, 'line_independent');
    this.cache = json.cache === undefined ? CACHE_DEFAULTS : cacheNumbers(json.cache);
    this.card = json.card === undefined ? {} : object('card', json.card);
    this.sums = object('sha256', json.sha256);
  }

  /** The SHA-256 of a part, in hexadecimal. */
  sha256(name: 'model' | 'vocab.bin' | 'counts.bin'): string {
    return string(this.sums, name);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DamagedModelError(`The manifest is damaged: ${String(error)}`);
  }
}

function stateSize(shape: unknown): number {
  const [one, size] = Array.isArray(shape) ? (shape as unknown[]) : [];
  if (one !== 1) throw mustBe('A shape of `states`', 'be [1, H]', shape);
  return integer({ states: size }, 'states', 1, MAX_CELLS);
}

function tokenizer(json: Json): Tokenizer {
  const name = string(json, 'tokenizer');
  if (!isTokenizer(name)) throw mustBe('`tokenizer`', 'be "words" or "whitespace"', name);
  return new Tokenizer(name, boolean(json, 'lowercase'));
}

function cacheNumbers(value: unknown): CacheNumbers {
  const json = object('cache', value);
  const { weight, sharpness } = json;
  if (typeof weight !== 'number' || weight <= 0 || weight >= 1) {
    throw mustBe('`weight` of the cache', 'be between 0 and 1', weight);
  }
  if (typeof sharpness !== 'number' || sharpness <= 0 || !Number.isFinite(sharpness)) {
    throw mustBe('`sharpness` of the cache', 'be above 0', sharpness);
  }
  return { weight, sharpness, size: integer(json, 'size', 1, MAX_CACHE_SIZE) };
}

function object(name: string, value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw mustBe(`\`${name}\``, 'be an object', value);
  }
  return value as Json;
}

function list(json: Json, name: string): readonly unknown[] {
  const value = json[name];
  if (!Array.isArray(value)) throw mustBe(`\`${name}\``, 'be a list', value);
  return value as unknown[];
}

function integer(json: Json, name: string, least: number, most: number): number {
  const value = json[name];
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
    throw mustBe(`\`${name}\``, `be an integer in [${least}, ${Math.floor(most)}]`, value);
  }
  return Number(value);
}

function string(json: Json, name: string): string {
  const value = json[name];
  if (typeof value !== 'string') throw mustBe(`\`${name}\``, 'be a string', value);
  return value;
}

function boolean(json: Json, name: string): boolean {
  const value = json[name];
  if (typeof value !== 'boolean') throw mustBe(`\`${name}\``, 'be true or false', value);
  return value;
}

function mustBe(name: string, what: string, value: unknown): DamagedModelError {
  return new DamagedModelError(`${name} must ${what}. Received: ${shown(value)}.`);
}
