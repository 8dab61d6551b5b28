import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DamagedWordsError } from '../src/damaged.js';
import type { ModelFile } from '../src/modelFile.js';
import { PlainPredictor } from '../src/plainPredictor.js';
import { TopK } from '../src/topK.js';
import { UserWords } from '../src/userWords.js';
import { goldenFile, modelPath, skip, type Suggestion, userWordsJson, vectors } from './golden.js';
import { openModel, type TestModel } from './testModel.js';

let file: ModelFile;
let model: TestModel;
let plain: PlainPredictor;

before(async () => {
  file = await goldenFile();
  if (skip) return;
  model = await openModel(modelPath);
  plain = new PlainPredictor(file, model);
});

after(() => model?.close());

async function check(wanted: readonly Suggestion[], predictor: PlainPredictor): Promise<void> {
  const search = new TopK(predictor, 3);
  for (const { context, prefix, exclude, ignore_case: ignoreCase, ...answer } of wanted) {
    const state = await predictor.read(context);
    const found = await search.search(state, {
      prefix,
      excluded: predictor.cellsOf(exclude),
      ignoreCase,
    });
    const what = JSON.stringify([context, prefix, ignoreCase]);
    assert.deepEqual(found.words, answer.words, what);
    // Runtimes and processors sum in different orders.
    found.logProbs.forEach((logProb, n) => {
      assert.ok(Math.abs(logProb - answer.log_probs[n]!) < 1e-4, what);
    });
    assert.equal(found.rowsExpanded, answer.rows_expanded, what);
    assert.equal(
      found.isExpanded.reduce((sum, one) => sum + one, 0),
      answer.rows_expanded,
    );
  }
}

async function learned(): Promise<UserWords> {
  const userWords = new UserWords(file, model);
  for (const [word, context, kept] of vectors.learned) {
    await userWords.learn(word, await plain.read(context), kept);
  }
  return userWords;
}

interface UserWordsJson {
  vocabulary: string;
  words: {
    word: string;
    form: string;
    count: number;
    cell: number | null;
    cells: number[];
    losses: number[];
  }[];
}

test('suggestions', { skip }, () => check(vectors.suggestions, plain));

test('suggestions with words of the user', { skip }, async () => {
  await check(vectors.with_user_words, await learned());
});

test('the file of user words is that of Python', { skip }, async () => {
  const userWords = await learned();
  const wanted = JSON.parse(userWordsJson) as UserWordsJson;
  const found = JSON.parse(userWords.toJson()) as UserWordsJson;
  const withoutLosses = ({ words, ...others }: UserWordsJson) => ({
    ...others,
    words: words.map(({ losses: _, ...word }) => word),
  });
  assert.deepEqual(withoutLosses(found), withoutLosses(wanted));
  wanted.words.forEach(({ losses }, n) => {
    losses.forEach((loss, place) => {
      assert.ok(Math.abs(loss - found.words[n]!.losses[place]!) < 2e-3);
    });
  });
  const again = new UserWords(file, model);
  again.fromJson(userWordsJson);
  assert.deepEqual(again.counts(), userWords.counts());
  await check(vectors.with_user_words, again);
});

test('damaged user words change nothing', { skip }, async () => {
  const userWords = await learned();
  const before = userWords.toJson();
  const damaged = [
    '',
    '{',
    '[]',
    '{}',
    'null',
    '3',
    '[['.repeat(1e6),
    before.replace('"format_version":2', '"format_version":9'),
    userWordsJson.replace('"form":"zebra"', '"form":"zebras"'),
    userWordsJson.replace('"count":1', '"count":0'),
    userWordsJson.replace('"count":1', '"count":"1"'),
    userWordsJson.replace(/"cell":\d+/, '"cell":99999'),
    userWordsJson.replace(/"cell":\d+/, '"cell":0'),
    userWordsJson.replace(/"cell":\d+/, '"cell":1.5'),
    userWordsJson.replace('"cell":144', '"cell":28'),
    userWordsJson.replace(/"losses":\[[^\]]+/, '"losses":[1'),
    userWordsJson.replace(/"losses":\[[\d.]+/, '"losses":[1e999'),
    userWordsJson.replaceAll('zebra', '<unk>'),
  ];
  for (const text of damaged) {
    assert.throws(() => userWords.fromJson(text), DamagedWordsError, text.slice(0, 100));
    assert.equal(userWords.toJson(), before);
  }
});

test('words of the first format stay offered', async () => {
  const userWords = new UserWords(file, model);
  const first = JSON.parse(userWordsJson) as UserWordsJson;
  const words = first.words.map(({ form: _, count, ...word }) => ({
    ...word,
    count: Math.max(1, count - 1),
  }));
  userWords.fromJson(JSON.stringify({ ...first, format_version: 1, words }));
  assert.deepEqual(new Set(userWords.counts().values()), new Set([2]));
  assert.ok(userWords.isSuggestable(userWords.cellOf('zebra')));
});

test('words of another model keep their counts', async () => {
  const userWords = new UserWords(file, model);
  userWords.fromJson(userWordsJson.replace(/"vocabulary":"d/, '"vocabulary":"e'));
  assert.equal(userWords.counts().get('zebra'), 3);
  assert.equal(userWords.cellOf('zebra'), -1);
});

test('a word is offered from the second time, as it was written last', { skip }, async () => {
  const userWords = new UserWords(file, model);
  const state = await userWords.read('the');
  for (const [count, isOffered] of [
    [1, false],
    [2, true],
    [3, true],
  ] as const) {
    assert.ok(await userWords.learn('zebra', state));
    assert.deepEqual(userWords.counts(), new Map([['zebra', count]]));
    assert.equal(userWords.cellOf('zebra') >= 0, isOffered);
  }
  await userWords.learn('zen', state, true);
  assert.ok(userWords.cellOf('zen') >= 0);
  // Of the file's words only those are learned that it takes for wrong.
  for (const [word, isLearned] of [
    ['the', false],
    ['tod', false],
    ['gest', true],
  ] as const) {
    assert.equal(await userWords.learn(word, state), isLearned, word);
  }
  for (const word of ['', 'two words', '3.14', 'x'.repeat(65), 'a\u0000b', '<unk>']) {
    assert.equal(await userWords.learn(word, state), false, word);
  }
});

test('the word that was learned least makes room', { skip }, async () => {
  const userWords = new UserWords(file, model);
  const state = await userWords.read('the');
  const free = file.lexicon.cellCount - file.lexicon.size;
  const words = Array.from({ length: free + 1 }, (_, n) => `zz${'abcdefghijklmnopqrst'[n]}`);
  for (const [n, word] of words.entries()) {
    // The second one is the rarest.
    for (let times = 0; times < (n === 1 ? 1 : 2); times++)
      await userWords.learn(word, state, true);
  }
  assert.deepEqual(
    Array.from(userWords.counts().keys()),
    words.filter((_, n) => n !== 1),
  );
  const cells = new Set(words.map((word) => userWords.cellOf(word)));
  assert.equal(cells.size, free + 1);
  assert.ok(cells.has(-1));
});

test('forgetting', { skip }, async () => {
  const userWords = await learned();
  assert.ok(userWords.forget('zebra'));
  assert.ok(!userWords.forget('zebra'));
  assert.equal(userWords.cellOf('zebra'), -1);
  userWords.clear();
  await check(vectors.suggestions, userWords);
});
