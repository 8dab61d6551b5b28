import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlainPredictor } from '../src/plainPredictor.js';
import { beginsWith } from '../src/spelling.js';
import type { State } from '../src/state.js';
import { TopK } from '../src/topK.js';
import { container } from './container.js';
import { FakeModel } from './fakeModel.js';
import { goldenFile } from './golden.js';

const file = await goldenFile();
const { rows, columns } = file.manifest;
const { lexicon } = file;
const model = new FakeModel(file);
const predictor = new PlainPredictor(file, model);

async function stateAfter(cell: number, findWords = false): Promise<State> {
  return predictor.advance(cell, await predictor.start(), findWords);
}

/** All words that may be suggested, best first, of equal ones the first cell. */
function bruteForce(state: State): { cell: number; logProb: number }[] {
  return Array.from({ length: lexicon.cellCount }, (_, cell) => {
    const row = Math.floor(cell / columns);
    const logProb = state.rowLogProbs[row]! + model.inRow(row, state.states)[cell % columns]!;
    return { cell, logProb: Math.fround(logProb) };
  })
    .filter(({ cell }) => lexicon.isSuggestable(cell))
    .sort((one, other) => other.logProb - one.logProb);
}

test('the best of all words', async () => {
  const excluded = predictor.cellsOf(['the', 'ban', 'nothing']);
  assert.equal(excluded.size, 2);
  for (let last = 0; last < 40; last++) {
    const state = await stateAfter(last);
    const all = bruteForce(state).filter(({ cell }) => !excluded.has(cell));
    for (const prefix of ['', 't', 'b', 'cafe', 'zzz']) {
      const begun = all.filter(({ cell }) => beginsWith(lexicon.word(cell), prefix, false));
      for (const k of [1, 2, 3, 500]) {
        const wanted = begun.slice(0, k);
        const found = await new TopK(predictor, k).search(state, { prefix, excluded });
        assert.deepEqual(
          found.cells,
          wanted.map(({ cell }) => cell),
          `${last} ${k} '${prefix}'`,
        );
        assert.deepEqual(
          found.logProbs,
          wanted.map(({ logProb }) => logProb),
        );
        assert.deepEqual(
          found.words,
          found.cells.map((cell) => lexicon.written(cell)),
        );
      }
    }
  }
});

test('what the model found by the way changes nothing', async () => {
  const exclude = ['the', 'ban', 'nothing'];
  let begun = 0;
  for (let last = 0; last < 182; last++) {
    for (const k of [1, 3, 16, 17]) {
      const plain = await predictor.topK(await stateAfter(last), k, { exclude });
      const found = await predictor.topK(await stateAfter(last, true), k, { exclude });
      assert.deepEqual(found.words, plain.words, `${last} ${k}`);
      assert.deepEqual(found.logProbs, plain.logProbs);
      if (found.rowsExpanded === 3) begun++;
    }
  }
  assert.ok(begun > 0);
});

test('rows with words of the user are expanded', async () => {
  class Changed extends PlainPredictor {
    override async expand(some: readonly number[], state: State): Promise<Float32Array> {
      const logProbs = await super.expand(some, state);
      return logProbs.map((logProb, n) => logProb - (some[Math.floor(n / columns)]! % 2 ? 0 : 0.5));
    }

    override isChanged(row: number): boolean {
      return row % 2 === 0;
    }
  }
  const changed = new Changed(file, model);
  for (let last = 0; last < 182; last++) {
    const plain = await changed.topK(await stateAfter(last), 3);
    const found = await changed.topK(await stateAfter(last, true), 3);
    assert.deepEqual(found.words, plain.words, `${last}`);
  }
});

test('not all rows are expanded, and the answer says which', async () => {
  const { rowsExpanded, isExpanded } = await predictor.topK(await stateAfter(1), 3);
  assert.ok(rowsExpanded < rows);
  assert.equal(isExpanded.length, rows);
  assert.equal(isExpanded.filter((one) => one === 1).length, rowsExpanded);
});

test('searches may overlap', async () => {
  const search = new TopK(predictor, 3);
  const queries = Array.from({ length: 30 }, (_, n) => ({
    last: n,
    prefix: ['', 't', 'b'][n % 3]!,
  }));
  const together = await Promise.all(
    queries.map(async ({ last, prefix }) => search.search(await stateAfter(last), { prefix })),
  );
  for (const [n, { last, prefix }] of queries.entries()) {
    const alone = await new TopK(predictor, 3).search(await stateAfter(last), { prefix });
    assert.deepEqual(together[n], alone);
  }
});

test('k must be a positive integer', () => {
  for (const k of [0, -1, 1.5, NaN]) {
    assert.throws(() => new TopK(predictor, k), {
      name: 'RangeError',
      message: `\`k\` must be a positive integer. Received: ${k}.`,
    });
  }
});

test('tables of one row, one column and without words to suggest', async () => {
  for (const [words, size] of [
    [
      ['<eos>', '<unk>'],
      [1, 2],
    ],
    [
      ['<eos>', '<unk>', 'a'],
      [1, 3],
    ],
    [
      ['<eos>', '<unk>', 'a', 'b'],
      [4, 1],
    ],
    [
      ['<eos>', '<unk>', 'a', 'b'],
      [20, 20],
    ],
  ] as const) {
    const small = await container({ words, rows: size[0], columns: size[1] }).open();
    const fake = new FakeModel(small);
    const found = await new PlainPredictor(small, fake).topK(
      await new PlainPredictor(small, fake).start(),
      3,
    );
    assert.deepEqual(new Set(found.words), new Set(words.slice(2)));
  }
});
