import type { Answer } from '../worker/engine.js';

/** Which word is in which of the three slots of the strip, from left to right. */
export interface Slots {
  readonly words: readonly (string | null)[];

  /** The word as it was typed, which is then the one on the left; empty between words. */
  readonly typed: string;

  /** Whether the one in the middle was surely meant by what was typed. */
  readonly isSure: boolean;
}

export const NO_SLOTS: Slots = { words: [null, null, null], typed: '', isSure: false };

/** The slot of the best word. */
export const MIDDLE = 1;

/**
 * The slots after these: the best word in the middle. While a word is typed, a suggestion
 * stays in its slot as long as the letters match it.
 */
export function nextSlots(slots: Slots, { words, typed, replacement }: Answer): Slots {
  const [first = null, second = null, third = null] = words;
  if (typed === '') return { words: [second, first, third], typed, isSure: false };
  // What would be shown twice is shown as it was typed.
  const all = replacement === null ? words : [replacement, ...words];
  const [best = null, other = null] = new Set(all.filter((word) => word !== typed));
  const isSure = replacement !== null;
  const wouldMove =
    best !== null && other !== null && (slots.words[2] === best || slots.words[1] === other);
  const shown = wouldMove && !isSure ? [other, best] : [best, other];
  return { words: [typed, ...shown], typed, isSure };
}
