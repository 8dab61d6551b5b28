import type { Step, StepModel } from '../src/stepModel.js';

/** A model whose answers are kept, so that asking again takes no time. */
export class RecordedModel implements StepModel {
  private readonly kept = new Map<string, Promise<unknown>>();

  constructor(private readonly model: StepModel) {}

  advance(cell: number, states: readonly Float32Array[], findWords: boolean): Promise<Step> {
    const ask = () => this.model.advance(cell, states, findWords);
    return this.recorded(`${cell} ${findWords}`, states, ask);
  }

  expand(rows: Int32Array, states: readonly Float32Array[]): Promise<Float32Array> {
    return this.recorded(`rows ${rows.join()}`, states, () => this.model.expand(rows, states));
  }

  private recorded<T>(what: string, states: readonly Float32Array[], ask: () => Promise<T>) {
    const key = `${what} ${states.map((state) => state[0]).join()}`;
    const known = this.kept.get(key) ?? ask();
    this.kept.set(key, known);
    return known as Promise<T>;
  }
}
