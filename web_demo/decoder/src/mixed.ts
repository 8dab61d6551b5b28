import { Predictor } from './predictor.js';
import { State } from './state.js';
import type { Tokenizer } from './tokenizer.js';
import { Votes } from './votes.js';
import type { Words } from './words.js';

/** A state of the predictor inside, and the votes for words there. */
export class MixedState extends State {
  /** log of the share of the predictor inside, 1 − Σ votes. */
  readonly rest: number;

  /**
   * @param inner - The state of the predictor inside.
   * @param votes - The votes, less than 1 in all.
   * @param ofRows - Their sums over rows.
   * @param remembers - Whether what was written counts here.
   */
  constructor(
    readonly inner: State,
    readonly votes: Votes,
    readonly ofRows: Float64Array,
    readonly remembers: boolean,
  ) {
    const rest = Math.fround(Math.log1p(-votes.sum));
    const rowLogProbs = inner.rowLogProbs.map((logProb, row) =>
      mixed(Math.fround(logProb + rest), ofRows[row]!),
    );
    super(inner.states, rowLogProbs, inner.last, inner.firstWords?.lessProbable(rest) ?? null);
    this.rest = rest;
  }
}

/** log(exp(one) + other). */
function mixed(one: number, other: number): number {
  if (other === 0) return one;
  const log = Math.log(other);
  return Math.max(one, log) + Math.log1p(Math.exp(-Math.abs(one - log)));
}

/**
 * A predictor into which votes for words are mixed, such as for words said before.
 *
 *     P'(w) = (1 − Σ votes) P(w) + votes of w
 *
 * P'(row) is the sum of P'(w) over the row, so that no word is more probable than its row
 * and decoding stays exact; see `lightrnn_tf/predictors/mixed.py`.
 */
export abstract class Mixed extends Predictor {
  readonly rows: number;
  readonly columns: number;
  readonly tokenizer: Tokenizer;

  constructor(private readonly predictor: Predictor) {
    super();
    this.rows = predictor.rows;
    this.columns = predictor.columns;
    this.tokenizer = predictor.tokenizer;
  }

  get words(): Words {
    return this.predictor.words;
  }

  /**
   * The votes at a state of the model.
   *
   * @param isOneMore - Whether a word was read that is not remembered.
   */
  protected abstract votes(state: State, isOneMore: boolean): Votes;

  /** What the predictor inside and the votes make of a state of the model. */
  look(state: State, remembers = true): MixedState {
    const inner = this.predictor instanceof Mixed ? this.predictor.look(state, remembers) : state;
    return this.mix(inner, remembers, false);
  }

  override async advance(cell: number, state: State, findWords = false): Promise<MixedState> {
    const { inner, remembers } = checked(state);
    return this.mix(await this.predictor.advance(cell, inner, findWords), remembers, true);
  }

  private mix(inner: State, remembers: boolean, isOneMore: boolean): MixedState {
    const votes = remembers ? this.votes(inner, isOneMore) : Votes.NONE;
    const ofRows = new Float64Array(this.rows);
    for (let n = 0; n < votes.size; n++) {
      ofRows[Math.floor(votes.cells[n]! / this.columns)]! += votes.shares[n]!;
    }
    return new MixedState(inner, votes, ofRows, remembers);
  }

  override async expand(rows: readonly number[], state: State): Promise<Float32Array> {
    const { inner, votes, ofRows, rest, rowLogProbs } = checked(state);
    const logProbs = await this.predictor.expand(rows, inner);
    if (votes.size === 0) return logProbs;
    const inRows = this.sumsOf(votes, rows);
    rows.forEach((row, place) => {
      // Without votes the share of each word of the row stays what it was.
      if (ofRows[row] === 0) return;
      const own = inner.rowLogProbs[row]! + rest;
      for (let n = place * this.columns; n < (place + 1) * this.columns; n++) {
        logProbs[n] = mixed(logProbs[n]! + own, inRows[n]!) - rowLogProbs[row]!;
      }
    });
    return logProbs;
  }

  /** The votes for each cell of some rows. */
  private sumsOf({ cells, shares, size }: Votes, rows: readonly number[]): Float64Array {
    const places = new Int32Array(this.rows).fill(-1);
    rows.forEach((row, place) => (places[row] = place));
    const sums = new Float64Array(rows.length * this.columns);
    for (let n = 0; n < size; n++) {
      const cell = cells[n]!;
      const place = places[Math.floor(cell / this.columns)]!;
      if (place >= 0) sums[place * this.columns + (cell % this.columns)]! += shares[n]!;
    }
    return sums;
  }

  override isChanged(row: number, state: State): boolean {
    const { inner, ofRows } = checked(state);
    return ofRows[row]! > 0 || this.predictor.isChanged(row, inner);
  }
}

function checked(state: State): MixedState {
  if (state instanceof MixedState) return state;
  throw new TypeError(
    '`state` must be from `look` or `advance` of this predictor. Received: another.',
  );
}
