import { DamagedWordsError, shown } from './damaged.js';
import { Mixed } from './mixed.js';
import type { Predictor } from './predictor.js';
import type { State } from './state.js';
import { isLong, isSuggestable } from './tokenizer.js';
import { Votes } from './votes.js';

const FORMAT_VERSION = 1;
const WORD_WEIGHT = 0.1;
const PAIR_WEIGHT = 0.15;
const HALF_OF_WORDS = 500;
const HALF_OF_PAIRS = 5;
const MAX_PAIRS = 8192;
const MAX_COUNT = 2 ** 24;
const MAX_CHARACTERS = 2 ** 22;

/** A word of the user behind another, and how often it was written there. */
interface Pair {
  readonly before: string;
  readonly word: string;
  readonly count: number;
}

/** Pairs by both words, the longest unseen first. */
type Pairs = Map<string, Pair>;

/**
 * Learns slowly which words and pairs of words its user writes.
 *
 *     P'(w) = (1 − Σ) P(w) + μ n(w) / (T + 500) + ν n(v w) / (n(v) + 5)
 *
 * n(w) is how often the user wrote w among T words, n(v w) how often behind v, the word
 * before. The file has the format of `lightrnn_tf.decoding.Habits`.
 */
export class Habits extends Mixed {
  private pairs: Pairs = new Map();

  // The votes: those of words, and for each word before those of pairs.
  private ofWords = Votes.NONE;
  private behind = new Map<number, Votes>();
  private countedAt: readonly [number, number] | null = null;

  /** How often something was learned or forgotten. */
  changes = 0;

  constructor(predictor: Predictor) {
    super(predictor);
  }

  protected override votes(state: State): Votes {
    const [words, changes] = this.countedAt ?? [];
    if (words !== this.words.changes || changes !== this.changes) this.count();
    return this.ofWords.and(this.behind.get(state.last) ?? Votes.NONE);
  }

  private count(): void {
    const ofWords = new Map<number, number>();
    const ofPairs = new Map<number, Map<number, number>>();
    for (const { before, word, count } of this.pairs.values()) {
      const cell = this.words.cellOf(word);
      if (cell < 0) continue;
      add(ofWords, cell, count);
      const other = this.words.cellOf(before);
      if (other < 0) continue;
      const counts = ofPairs.get(other) ?? new Map<number, number>();
      ofPairs.set(other, add(counts, cell, count));
    }
    this.ofWords = votes(ofWords, WORD_WEIGHT, HALF_OF_WORDS);
    this.behind = new Map(
      Array.from(ofPairs, ([cell, counts]) => [cell, votes(counts, PAIR_WEIGHT, HALF_OF_PAIRS)]),
    );
    this.countedAt = [this.words.changes, this.changes];
  }

  /** Counts a word that the user wrote behind another, `<eos>` before the first. */
  learn(before: string, word: string): void {
    const spelled = this.tokenizer.normalise(word);
    if (!isSuggestable(spelled) || isLong(spelled)) return;
    const pair = { before: this.tokenizer.normalise(before), word: spelled };
    const key = keyOf(pair);
    const count = Math.min((this.pairs.get(key)?.count ?? 0) + 1, MAX_COUNT);
    this.pairs.delete(key);
    this.pairs.set(key, { ...pair, count });
    if (this.pairs.size > MAX_PAIRS) this.fade();
    this.changes++;
  }

  /** Halves all counts; what was written long ago goes. */
  private fade(): void {
    const halves = Array.from(this.pairs.values(), (pair) => ({
      ...pair,
      count: Math.floor(pair.count / 2),
    })).filter(({ count }) => count > 0);
    // Where too many are left, those that were written last.
    this.pairs = byKey(halves.slice(-MAX_PAIRS / 2));
  }

  /** Each word and how often the user wrote it. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { word, count } of this.pairs.values()) add(counts, word, count);
    return counts;
  }

  /** Forgets a word, and all pairs with it; returns whether it was there. */
  forget(word: string): boolean {
    const all = Array.from(this.pairs.values());
    const isKnown = all.some((pair) => pair.word === word);
    if (isKnown) {
      this.pairs = byKey(all.filter((pair) => pair.word !== word && pair.before !== word));
      this.changes++;
    }
    return isKnown;
  }

  /** Forgets everything. */
  clear(): void {
    this.pairs = new Map();
    this.changes++;
  }

  /** The content of the file. */
  toJson(): string {
    const pairs = Array.from(this.pairs.values(), ({ before, word, count }) => [
      before,
      word,
      count,
    ]);
    return `${JSON.stringify({ format_version: FORMAT_VERSION, pairs })}\n`;
  }

  /**
   * Reads the content of a file, in place of what is there.
   *
   * @throws DamagedWordsError if it is damaged; nothing is changed then.
   */
  fromJson(text: string): void {
    this.pairs = read(text);
    this.changes++;
  }
}

function keyOf({ before, word }: Omit<Pair, 'count'>): string {
  return JSON.stringify([before, word]);
}

function byKey(pairs: readonly Pair[]): Pairs {
  return new Map(pairs.map((pair) => [keyOf(pair), pair]));
}

function add<K>(counts: Map<K, number>, key: K, count: number): Map<K, number> {
  return counts.set(key, (counts.get(key) ?? 0) + count);
}

/** Shares that grow to a weight with the counts. */
function votes(counts: ReadonlyMap<number, number>, weight: number, half: number): Votes {
  const numbers = Array.from(counts.values());
  const sum = numbers.reduce((total, count) => total + count, half);
  return new Votes(
    Array.from(counts.keys()),
    numbers.map((count) => (weight * count) / sum),
  );
}

function read(text: string): Pairs {
  if (text.length > MAX_CHARACTERS) throw damaged('it is too long');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(String(error));
  }
  const { format_version: version, pairs } = Object(json) as Record<string, unknown>;
  if (version !== FORMAT_VERSION) throw damaged(`the format ${shown(version)} is unknown`);
  if (!Array.isArray(pairs)) throw damaged('it has no list of pairs');
  if (pairs.length > MAX_PAIRS) throw damaged(`it has ${pairs.length} pairs`);
  return byKey(pairs.map(pairOf));
}

function pairOf(item: unknown): Pair {
  const [before, word, count, ...more] = Array.isArray(item) ? (item as unknown[]) : [];
  const isWord = (value: unknown): value is string =>
    typeof value === 'string' && value !== '' && !isLong(value);
  if (!isWord(before) || !isWord(word) || more.length > 0) throw damaged('a pair is none');
  if (!Number.isInteger(count) || Number(count) < 1 || Number(count) > MAX_COUNT) {
    throw damaged(`the count ${shown(count)}`);
  }
  return { before, word, count: Number(count) };
}

function damaged(what: string): DamagedWordsError {
  return new DamagedWordsError(`The file of habits is damaged: ${what}.`);
}
