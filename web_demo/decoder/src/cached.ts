import type { CacheNumbers } from './cacheNumbers.js';
import { Mixed } from './mixed.js';
import type { Predictor } from './predictor.js';
import type { State } from './state.js';
import { Votes } from './votes.js';

const KEY_UNITS = 64;
const SHORTEST = 1e-9;

/** Half of λ is used at so many words. */
const HALF = 20;

/**
 * Makes words that were written lately more probable where the text is like it was there.
 *
 * A word but the newest has λ n / (n + 20) · softmax(θ · cos(h, h′)) votes of n, h the first
 * 64 numbers of the hidden state, h′ those before the word when it was written; see
 * `lightrnn_tf/predictors/cached.py`. All of it is in memory alone.
 */
export class Cached extends Mixed {
  // What was written, the oldest first; the newest does not count.
  private remembered: { cell: number; readonly key: Float32Array }[] = [];

  /** How often something was remembered or forgotten. */
  changes = 0;

  constructor(
    predictor: Predictor,
    private readonly numbers: CacheNumbers,
  ) {
    super(predictor);
  }

  /** Remembers a word that was written after a state. */
  remember(cell: number, state: State): void {
    this.remembered.push({ cell, key: keyOf(state) });
    if (this.remembered.length > this.numbers.size + 1) this.remembered.shift();
    this.changes++;
  }

  /** Forgets all words. */
  clear(): void {
    this.remembered = [];
    this.changes++;
  }

  /** Forgets a word; another is remembered in its place. */
  replace(cell: number, by: number): void {
    for (const word of this.remembered) if (word.cell === cell) word.cell = by;
    this.changes++;
  }

  protected override votes(state: State, isOneMore: boolean): Votes {
    const { size, sharpness, weight } = this.numbers;
    // The newest hardly ever follows itself.
    const newest = this.remembered.length - (isOneMore ? 0 : 1);
    if (newest < 1) return Votes.NONE;
    const counted = this.remembered.slice(Math.max(0, newest - size), newest);
    const key = keyOf(state);
    const votes = counted.map((word) => Math.exp(sharpness * (dot(key, word.key) - 1)));
    const sum = votes.reduce((total, vote) => total + vote, 0);
    const share = (weight * counted.length) / (counted.length + HALF) / sum;
    return new Votes(
      counted.map(({ cell }) => cell),
      votes.map((vote) => share * vote),
    );
  }
}

/** The start of the hidden state of the first layer, of length 1. */
function keyOf({ states }: State): Float32Array {
  const hidden = states[0]!.subarray(0, KEY_UNITS);
  const length = Math.max(Math.sqrt(dot(hidden, hidden)), SHORTEST);
  return hidden.map((number) => number / length);
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let n = 0; n < one.length; n++) sum += one[n]! * other[n]!;
  return sum;
}
