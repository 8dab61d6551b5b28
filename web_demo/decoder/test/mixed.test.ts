import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cached } from '../src/cached.js';
import { DamagedWordsError } from '../src/damaged.js';
import { Habits } from '../src/habits.js';
import { Mixed } from '../src/mixed.js';
import { PlainPredictor } from '../src/plainPredictor.js';
import type { Predictor } from '../src/predictor.js';
import type { State } from '../src/state.js';
import { EOS } from '../src/tokenizer.js';
import { UserWords } from '../src/userWords.js';
import { FakeModel } from './fakeModel.js';
import { goldenFile } from './golden.js';

const file = await goldenFile();
const { rows, columns } = file.manifest;
const model = new FakeModel(file);
const plain = new PlainPredictor(file, model);
const cellOf = (word: string) => file.lexicon.cellOf(word);

/** P of each cell, free ones too. */
async function probabilities(predictor: Predictor, state: State): Promise<number[]> {
  const found: number[] = [];
  for (let row = 0; row < rows; row++) {
    const inRow = await predictor.expand([row], state);
    inRow.forEach((logProb) => found.push(Math.exp(state.rowLogProbs[row]! + logProb)));
  }
  return found;
}

function close(found: readonly number[], wanted: readonly number[], what = ''): void {
  assert.equal(found.length, wanted.length);
  found.forEach((number, n) => assert.ok(Math.abs(number - wanted[n]!) < 2e-6, `${what} ${n}`));
}

/** The words of each row sum to it and all to 1; and the best words are certain. */
async function checkWhole(predictor: Predictor, state: State): Promise<void> {
  const all = await probabilities(predictor, state);
  const found = all.map((p, cell) => (predictor.words.word(cell) === '' ? 0 : p));
  const sum = (some: readonly number[]) => some.reduce((total, one) => total + one, 0);
  close([sum(found)], [1], 'the sum');
  state.rowLogProbs.forEach((logProb, row) => {
    close([sum(found.slice(row * columns, (row + 1) * columns))], [Math.exp(logProb)], 'a row');
  });
  const best = await predictor.topK(state, 10);
  const wanted = Array.from(found.keys())
    .filter((cell) => predictor.words.isSuggestable(cell))
    .sort((one, other) => found[other]! - found[one]!)
    .slice(0, 10);
  close(
    best.logProbs.map(Math.exp),
    wanted.map((cell) => found[cell]!),
    'the best',
  );
}

/** The votes of a cache, from its formula. */
function cacheVotes(
  remembered: readonly { cell: number; state: State }[],
  state: State,
  { weight, sharpness, size }: { weight: number; sharpness: number; size: number },
): number[] {
  const counted = remembered.slice(-size);
  const cosine = (one: Float32Array, other: Float32Array) => {
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, n) => sum + x * b[n]!, 0);
    return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
  };
  const keys = counted.map((one) =>
    Math.exp(sharpness * cosine(one.state.states[0]!, state.states[0]!)),
  );
  const sum = keys.reduce((total, key) => total + key, 0);
  const votes = new Array<number>(rows * columns).fill(0);
  counted.forEach(({ cell }, n) => {
    votes[cell]! += ((weight * counted.length) / (counted.length + 20)) * (keys[n]! / sum);
  });
  return votes;
}

test('a cache has the probabilities of its formula', async () => {
  for (const size of [1, 2, 5]) {
    const numbers = { weight: 0.4, sharpness: 3, size };
    const cached = new Cached(plain, numbers);
    const remembered: { cell: number; state: State }[] = [];
    let state = await plain.start();
    for (const word of ['the', 'they', 'the', 'to', 'you', 'the', 'they', 'unknown']) {
      const here = cached.look(state);
      const votes = cacheVotes(remembered.slice(0, -1), state, numbers);
      const rest = 1 - votes.reduce((sum, vote) => sum + vote, 0);
      const wanted = (await probabilities(plain, state)).map((p, cell) => rest * p + votes[cell]!);
      close(await probabilities(cached, here), wanted, `${size} ${word}`);
      await checkWhole(cached, here);
      // A word that is read behind it counts as the newest.
      const after = await cached.advance(5, here, true);
      const later = cacheVotes(remembered, after, numbers);
      const left = 1 - later.reduce((sum, vote) => sum + vote, 0);
      const next = await plain.advance(5, state);
      const then = (await probabilities(plain, next)).map((p, cell) => left * p + later[cell]!);
      close(await probabilities(cached, after), then, `after ${word}`);
      const cell = Math.max(cellOf(word), 1);
      cached.remember(cell, state);
      remembered.push({ cell, state });
      state = await plain.advance(cell, state, true);
    }
  }
});

test('nothing is remembered where it must not be, or was forgotten', async () => {
  const cached = new Cached(plain, { weight: 0.4, sharpness: 3, size: 100 });
  const state = await plain.start();
  const wanted = await probabilities(plain, state);
  close(await probabilities(cached, cached.look(state)), wanted);
  for (let n = 0; n < 3; n++) cached.remember(5, state);
  assert.notDeepEqual(cached.look(state).rowLogProbs, state.rowLogProbs);
  const hidden = cached.look(state, false);
  close(await probabilities(cached, hidden), wanted);
  assert.deepEqual((await cached.advance(5, hidden)).votes.size, 0);
  cached.replace(5, 6);
  const replaced = await probabilities(cached, cached.look(state));
  assert.ok(replaced[5]! < wanted[5]! && replaced[6]! > wanted[6]!);
  cached.clear();
  close(await probabilities(cached, cached.look(state)), wanted);
  assert.equal(cached.changes, 5);
});

test('habits have the probabilities of their formula', async () => {
  const habits = new Habits(plain);
  const messages = [
    ['the', 'they', 'zebra', 'the'],
    ['The', 'they', '.', 'to'],
    ['they', 'the'],
  ];
  for (const message of messages) {
    message.forEach((word, n) => habits.learn(message[n - 1] ?? EOS, word));
  }
  assert.deepEqual(
    habits.counts(),
    new Map([
      ['they', 3],
      ['zebra', 1],
      ['The', 1],
      ['to', 1],
      ['the', 3],
    ]),
  );
  const state = await plain.read('the');
  const wanted = await probabilities(plain, state);
  // Of eight words that the model has, four pairs, two of them behind "the".
  const votes = new Map([
    ['they', 3],
    ['The', 1],
    ['to', 1],
    ['the', 3],
  ]);
  const shares = new Map(Array.from(votes, ([word, n]) => [cellOf(word), (0.1 * n) / 508]));
  shares.set(cellOf('they'), shares.get(cellOf('they'))! + (0.15 * 1) / (1 + 5));
  const rest = 1 - Array.from(shares.values()).reduce((sum, share) => sum + share, 0);
  const mixed = wanted.map((p, cell) => rest * p + (shares.get(cell) ?? 0));
  close(await probabilities(habits, habits.look(state)), mixed);
  await checkWhole(habits, habits.look(state));
});

test('words of the user, habits and a cache are whole one in the other', async () => {
  const userWords = new UserWords(file, model);
  const habits = new Habits(userWords);
  const cached = new Cached(habits, file.manifest.cache);
  let state = await userWords.start();
  for (const word of ['zebra', 'the', 'Zebra', 'zorax', 'quux', 'zebra', 'yak', 'yeti', 'zorax']) {
    await userWords.learn(word, state, true);
    habits.learn('the', word);
    const cell = Math.max(userWords.cellOf(word.toLowerCase()), 1);
    cached.remember(cell, state);
    await checkWhole(userWords, state);
    await checkWhole(habits, habits.look(state));
    await checkWhole(cached, cached.look(state));
    await checkWhole(cached, await cached.advance(cell, cached.look(state), true));
    state = await userWords.advance(cell, state, true);
  }
  const row = Math.floor(userWords.cellOf('zebra') / columns);
  assert.ok(cached.isChanged(row, cached.look(state, false)));
});

test('a state of another predictor is refused', async () => {
  const cached = new Cached(plain, file.manifest.cache);
  await assert.rejects(cached.expand([0], await plain.start()), TypeError);
  assert.ok(cached instanceof Mixed);
});

test('habits are kept, fade and are forgotten', () => {
  const habits = new Habits(plain);
  const word = (n: number) => `w${n.toString(4).replace(/\d/g, (digit) => 'abcd'[Number(digit)]!)}`;
  for (let n = 0; n < 8192; n++) {
    habits.learn(EOS, word(n));
    if (n % 2 === 0) habits.learn(EOS, word(n));
  }
  assert.equal(habits.counts().size, 8192);
  habits.learn(EOS, 'more');
  // Those that were written once are gone.
  assert.equal(habits.counts().size, 4096);
  assert.equal(habits.counts().get(word(0)), 1);
  assert.equal(habits.counts().has(word(1)), false);
  assert.ok(habits.forget(word(0)));
  assert.ok(!habits.forget(word(0)));
  // Of the pairs behind it nothing is left, either.
  habits.learn('the', 'cat');
  habits.learn('cat', 'sat');
  assert.ok(habits.forget('cat'));
  assert.ok(!habits.toJson().includes('cat'));
  const text = habits.toJson();
  const again = new Habits(plain);
  again.fromJson(text);
  assert.equal(again.toJson(), text);
  habits.clear();
  assert.equal(habits.toJson(), '{"format_version":1,"pairs":[]}\n');
  for (const other of ['', '3.14', '<unk>', 'x'.repeat(65)]) habits.learn(EOS, other);
  assert.equal(habits.counts().size, 0);
});

test('damaged habits change nothing', () => {
  const habits = new Habits(plain);
  habits.learn(EOS, 'the');
  const text = habits.toJson();
  const pairs = (...items: unknown[]) => JSON.stringify({ format_version: 1, pairs: items });
  for (const damaged of [
    '',
    '{',
    'null',
    '[]',
    '3',
    text.replace(':1,', ':2,'),
    '{"format_version":1}',
    pairs(3),
    pairs(null),
    pairs([]),
    pairs(['a', 'b']),
    pairs(['a', 'b', 0]),
    pairs(['a', 'b', 1.5]),
    pairs(['a', 'b', '1']),
    pairs(['a', 'b', 2 ** 24 + 1]),
    pairs(['', 'b', 1]),
    pairs(['a', '', 1]),
    pairs(['a', 3, 1]),
    pairs(['a', 'b', 1, 1]),
    pairs(['a', 'x'.repeat(65), 1]),
    pairs(...Array.from({ length: 8193 }, (_, n) => ['a', `b${n}`, 1])),
    ' '.repeat(2 ** 22 + 1),
    '['.repeat(1e6),
  ]) {
    assert.throws(() => habits.fromJson(damaged), DamagedWordsError, damaged.slice(0, 99));
    assert.equal(habits.toJson(), text);
  }
  habits.fromJson(pairs(['a', '𝒳'.repeat(64), 2 ** 24]));
  assert.equal(habits.counts().get('𝒳'.repeat(64)), 2 ** 24);
});
