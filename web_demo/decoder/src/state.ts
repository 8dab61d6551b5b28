import { FIRST_WORDS } from './stepModel.js';

/** Where a text has come to. It is never written over, and remembers its expanded rows. */
export class State {
  /** The rows that were expanded here, and log P of their words, the row being known. */
  readonly expanded = new Map<number, Float32Array>();

  private likeliest: readonly number[] | null = null;

  /**
   * @param states - The recurrent states.
   * @param rowLogProbs - log P of each row for the next word.
   * @param last - The cell of the word that was read last, −1 at the very start.
   * @param firstWords - What the model has found by the way, null if it was not asked.
   */
  constructor(
    readonly states: readonly Float32Array[],
    readonly rowLogProbs: Float32Array,
    readonly last: number,
    readonly firstWords: FirstWords | null,
  ) {}

  /** All rows, the most probable first. */
  get likeliestRows(): readonly number[] {
    const { rowLogProbs } = this;
    this.likeliest ??= Array.from(rowLogProbs.keys()).sort(
      (one, other) => rowLogProbs[other]! - rowLogProbs[one]!,
    );
    return this.likeliest;
  }
}

/** The best words of the best rows, which a model gives in one call. */
export class FirstWords {
  /**
   * @param cells - Their cells, best first.
   * @param logProbs - log P of each.
   * @param bound - log P of the best row that is left. Of rows that equal it, any may be left.
   */
  constructor(
    readonly cells: Int32Array,
    readonly logProbs: Float32Array,
    readonly bound: number,
  ) {}

  get size(): number {
    return this.cells.length;
  }

  /** Upper bound of log P of the other words of these rows. */
  get unlisted(): number {
    return this.logProbs[FIRST_WORDS - 1] ?? -Infinity;
  }

  /** The same, all of them less probable by so many nats, a number up to 0. */
  lessProbable(nats: number): FirstWords {
    const logProbs = this.logProbs.map((logProb) => logProb + nats);
    return new FirstWords(this.cells, logProbs, Math.fround(this.bound + nats));
  }
}
