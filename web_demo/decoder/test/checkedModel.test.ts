import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedModel } from '../src/checkedModel.js';
import { DamagedModelError } from '../src/damaged.js';
import type { Step } from '../src/stepModel.js';
import { FakeModel } from './fakeModel.js';
import { goldenFile } from './golden.js';

const file = await goldenFile();
const { manifest } = file;
const { rows, columns } = manifest;

/** A model that notes what it is asked, and whose answers are changed. */
class NotingModel extends FakeModel {
  readonly asked: number[][] = [];

  constructor(
    private readonly changeStep = (step: Step) => step,
    private readonly changeRows = (logProbs: Float32Array) => logProbs,
  ) {
    super(file);
  }

  override async advance(cell: number, states: unknown, findWords: boolean): Promise<Step> {
    this.asked.push([cell]);
    return this.changeStep(await super.advance(cell, states, findWords));
  }

  override async expand(some: Int32Array, states: readonly Float32Array[]) {
    this.asked.push(Array.from(some));
    return this.changeRows(await super.expand(some, states));
  }
}

test('no index out of range reaches the model', async () => {
  const model = new NotingModel();
  const checked = new CheckedModel(model, manifest);
  const state = await checked.start(true);
  assert.deepEqual(model.asked, [[manifest.startCell]]);
  for (const cell of [-1, rows * columns, 1.5, NaN, Infinity]) {
    await assert.rejects(checked.advance(cell, state.states, false), {
      name: 'RangeError',
      message: `\`cell\` must be in [0, ${rows * columns}). Received: ${cell}.`,
    });
  }
  for (const some of [[-1], [rows], [0, rows], [NaN], [], Array<number>(9).fill(0)]) {
    await assert.rejects(checked.expand(some, state), RangeError, String(some));
  }
  assert.equal(model.asked.length, 1);
  await checked.advance(rows * columns - 1, state.states, false);
  await checked.expand([rows - 1], state);
  const [cell, some = []] = model.asked.slice(1);
  assert.deepEqual(cell, [rows * columns - 1]);
  assert.equal(some[0], rows - 1);
});

test('a row is expanded once in a state, and what is given may be written over', async () => {
  const model = new NotingModel();
  const checked = new CheckedModel(model, manifest);
  const state = await checked.start(false);
  const unlikely = state.likeliestRows.slice(-3);
  const [one = -1, other = -1, third = -1] = unlikely;
  const first = await checked.expand([one, other], state);
  assert.deepEqual(first.subarray(0, columns), model.inRow(one, state.states));
  assert.deepEqual(first.subarray(columns), model.inRow(other, state.states));
  first.fill(0);
  const asked = model.asked.length;
  const again = await checked.expand([other, one], state);
  assert.deepEqual(again.subarray(0, columns), model.inRow(other, state.states));
  assert.equal(model.asked.length, asked);
  const more = await checked.expand([one, third], state);
  assert.deepEqual(more.subarray(columns), model.inRow(third, state.states));
  assert.equal(model.asked.at(-1)![0], third);
  // In another state it is another row.
  await checked.expand([one], await checked.advance(3, state.states, false));
  assert.equal(model.asked.length, asked + 3);
});

test('a call is filled up with the likeliest of the other rows', async () => {
  const model = new NotingModel();
  const checked = new CheckedModel(model, manifest);
  const state = await checked.start(false);
  const order = state.likeliestRows;
  const all = Array.from({ length: rows }, (_, row) => row);
  assert.deepEqual(Array.from(order).sort((one, other) => one - other), all);
  order.slice(1).forEach((row, n) => {
    assert.ok(state.rowLogProbs[row]! <= state.rowLogProbs[order[n]!]!);
  });
  const last = order.at(-1)!;
  await checked.expand([last], state);
  const asked = model.asked.at(-1)!;
  assert.deepEqual(Array.from(new Set(asked)), [last, ...order.slice(0, Math.min(7, rows - 1))]);
});

test('answers that are none are refused', async () => {
  const short = (numbers: Float32Array) => numbers.slice(1);
  const nan = (numbers: Float32Array) => numbers.map((number, n) => (n === 1 ? NaN : number));
  const damaged: ((step: Step) => Step)[] = [
    (step) => ({ ...step, rowLogProbs: short(step.rowLogProbs) }),
    (step) => ({ ...step, rowLogProbs: nan(step.rowLogProbs) }),
    (step) => ({ ...step, states: step.states.slice(1) }),
    (step) => ({ ...step, states: step.states.map(short) }),
    (step) => ({ ...step, states: step.states.map(nan) }),
    (step) => ({ ...step, firstWords: { ...step.firstWords!, logProbs: new Float32Array(3) } }),
  ];
  for (const change of damaged) {
    await assert.rejects(
      new CheckedModel(new NotingModel(change), manifest).start(true),
      DamagedModelError,
    );
  }
  for (const change of [short, nan]) {
    const checked = new CheckedModel(new NotingModel((step) => step, change), manifest);
    await assert.rejects(checked.expand([0], await checked.start(false)), DamagedModelError);
  }
});

test('the list of first words ends where no cell follows', async () => {
  for (const [cells, size] of [
    [[], 16],
    [[-1], 0],
    [[4, -1, 5], 1],
    [[4, rows * columns], 1],
  ] as const) {
    const checked = new CheckedModel(
      new NotingModel((step) => {
        const all = step.firstWords!.cells.slice();
        all.set(cells);
        return { ...step, firstWords: { ...step.firstWords!, cells: all } };
      }),
      manifest,
    );
    const { firstWords } = await checked.start(true);
    assert.equal(firstWords?.size, size);
    const unlisted = size === 16 ? firstWords!.logProbs[15] : -Infinity;
    assert.equal(firstWords?.unlisted, unlisted);
  }
});
