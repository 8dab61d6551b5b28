import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Step } from '../src/stepModel.js';
import { Suggester } from '../src/suggester.js';
import { textBeforeCursor } from '../src/textBeforeCursor.js';
import { UserWords } from '../src/userWords.js';
import { container } from './container.js';
import { FakeModel } from './fakeModel.js';

const words = [
  '<eos>',
  '<unk>',
  '.',
  ',',
  'the',
  'they',
  'then',
  'there',
  'cat',
  'cats',
  'cafe',
  'café',
  'i',
  'iphone',
  'london',
  "don't",
  'well',
  'known',
  'nasa',
  'damn',
  '2nd',
  'hello',
  'world',
  'see',
  'you',
];
const rows = 7;
const columns = 8;
const marks = { iphone: 15, london: 7, nasa: 11, i: 7, damn: 2 };
const file = await container({
  words,
  rows,
  columns,
  lowercase: true,
  marks,
  forms: 'iPhone\n',
}).open();

/** A model that notes how many words it read. */
class CountingModel extends FakeModel {
  read = 0;

  override advance(cell: number, states: unknown, findWords: boolean): Promise<Step> {
    this.read++;
    return super.advance(cell, states, findWords);
  }
}

function suggester() {
  const model = new CountingModel(file);
  return { model, found: new Suggester(file, new UserWords(file, model)) };
}

const at = textBeforeCursor;

test('three words are suggested, in their forms and in the casing of shift', async () => {
  const { found } = suggester();
  for (const context of ['', 'the ', 'the cat, ', 'unknown 3.14 ']) {
    const strip = await found.suggest(at(context));
    assert.equal(strip.words.length, 3);
    assert.equal(strip.typed, '');
    assert.equal(strip.replacement, null);
    const shifted = await found.suggest(at(context), { shift: 'capitals' });
    assert.deepEqual(
      shifted.words,
      strip.words.map((word) => word.toUpperCase()),
    );
    assert.equal(strip.rowLogProbs.length, rows);
    assert.equal(strip.isExpanded.length, rows);
  }
  assert.deepEqual((await found.suggest(at('iph'))).words, ['iPhone']);
  assert.deepEqual((await found.suggest(at('Iph'))).words, ['iPhone']);
  assert.deepEqual((await found.suggest(at('IPH'))).words, ['IPHONE']);
  assert.equal((await found.suggest(at('lon'))).words[0], 'London');
  assert.deepEqual((await found.suggest(at('dont'), { corrects: false })).words, ["don't"]);
});

test('slips are corrected where that is wanted', async () => {
  const { found } = suggester();
  assert.ok((await found.suggest(at('Lodnon'))).words.includes('London'));
  assert.deepEqual((await found.suggest(at('Lodnon'), { corrects: false })).words, []);
  assert.deepEqual((await found.suggest(at('nasa'))).replacement, null);
  const pair = await found.suggest(at('seeyou'));
  assert.ok(pair.words.includes('see you'));
  const without = await found.suggest(at('Seeyou'), { excluded: new Set(['see you']) });
  assert.deepEqual(without.words, []);
});

test('excluded words are not suggested, however they are written', async () => {
  const { found } = suggester();
  const excluded = new Set(['london', 'café']);
  assert.deepEqual((await found.suggest(at('Lond'), { excluded })).words, []);
  assert.equal((await found.suggest(at('caf'), { excluded })).words[0], 'cafe');
  // A rude word is right, and never offered.
  const rude = await found.suggest(at('damn'));
  assert.deepEqual([rude.words.includes('damn'), rude.replacement], [false, null]);
});

test('the words of a row are told with their shares, the likeliest first', async () => {
  const { model, found } = suggester();
  await found.suggest(at('the '));
  for (let row = 0; row < rows; row++) {
    const told = await found.wordsOfRow(row, columns);
    const logProbs = model.inRow(row, [Float32Array.of(words.indexOf('the'))]);
    const wanted = words.slice(row * columns, (row + 1) * columns).filter((word) => word !== '');
    assert.deepEqual(told.map(({ word }) => word.toLowerCase()).sort(), wanted.sort());
    const shares = told.map(({ share }) => share);
    assert.deepEqual(shares, Array.from(shares).sort((one, other) => other - one));
    for (const { word, share } of told) {
      const column = words.indexOf(word.toLowerCase()) - row * columns;
      assert.ok(Math.abs(share - Math.exp(logProbs[column]!)) < 1e-6);
    }
  }
  assert.equal((await found.wordsOfRow(0, 3)).length, 3);
  await assert.rejects(found.wordsOfRow(rows, 3), RangeError);
});

test('a word is read once, and a line from where it is another', async () => {
  const { model, found } = suggester();
  await found.suggest(at('the cat '));
  assert.equal(model.read, 3);
  for (const text of ['the cat s', 'the cat se', 'the cat see', 'the cat '])
    await found.suggest(at(text));
  const { read } = model;
  await found.suggest(at('the cat see '));
  assert.equal(model.read, read + 1);
  await found.suggest(at('the cats '));
  assert.equal(model.read, read + 2);
  await found.suggest(at('another line\nthe cats '));
  assert.equal(model.read, read + 2);
});

test('a line is read anew when a word of it is learned', async () => {
  const { model, found } = suggester();
  const { userWords } = found;
  const state = await userWords.read('see');
  await found.suggest(at('see zorax '));
  await userWords.learn('Zorax', state, true);
  const { read } = model;
  const strip = await found.suggest(at('see zorax '));
  assert.equal(model.read, read + 1);
  const { found: other } = suggester();
  other.userWords.fromJson(userWords.toJson());
  assert.deepEqual(await other.suggest(at('see zorax ')), strip);
});

test('what was perhaps shouted is written as before', async () => {
  const { found } = suggester();
  const state = await found.userWords.read('see');
  for (const [word, form] of [
    ['Zorax', 'Zorax'],
    ['ZORAX', 'Zorax'],
    ['zorax', 'zorax'],
    ['zoRAX', 'zoRAX'],
  ] as const) {
    await found.userWords.learn(word, state, true);
    const { words: begun } = await found.suggest(at('see zor'), { corrects: false });
    assert.deepEqual(begun, [form], word);
  }
});

test('of a long line the last words count', async () => {
  const { model, found } = suggester();
  const line = (length: number) => Array.from({ length }, (_, n) => words[4 + (n % 9)]).join(' ');
  for (let length = 0; length < 200; length++) await found.suggest(at(`${line(length)} `));
  // One for each word, and 32 anew at each step.
  assert.ok(model.read < 200 + 6 * 32, `${model.read}`);
  const strip = await found.suggest(at(`${line(199)} `));
  const other = await suggester().found.suggest(at(`${line(199)} `));
  assert.deepEqual(other.words, strip.words);
});

test('calls that overlap are answered as those one after the other', async () => {
  const typed = ['', 't', 'th', 'the', 'the ', 'the c', 'the ca', 'the cat ', 'x', 'the cat s'];
  const { found: one } = suggester();
  const { found: other } = suggester();
  const wanted = [];
  for (const text of typed) {
    wanted.push(await one.suggest(at(text)));
    await one.written('zebra', text, true);
  }
  const both = typed.map((text) => {
    const answer = other.suggest(at(text));
    void other.written('zebra', text, true);
    return answer;
  });
  assert.deepEqual(await Promise.all(both), wanted);
});

test('a call that fails does not keep the next from being answered', async () => {
  const model = new CountingModel(file);
  const advance = model.advance.bind(model);
  model.advance = () => Promise.reject(new Error('lost'));
  const found = new Suggester(file, new UserWords(file, model));
  await assert.rejects(found.suggest(at('the ')), { message: 'lost' });
  model.advance = advance;
  assert.equal((await found.suggest(at('the '))).words.length, 3);
});

test('what was written is remembered, but not where it is private', async () => {
  const { found } = suggester();
  const before = await found.suggest(at('the '));
  for (let n = 0; n < 30; n++) await found.written('hello', 'the ');
  const after = await found.suggest(at('the '));
  assert.equal(after.words[0], 'hello');
  assert.notDeepEqual(after.words, before.words);
  const hidden = await found.suggest(at('the '), { isPrivate: true });
  assert.deepEqual(hidden.words, before.words);
  assert.deepEqual(hidden.rowLogProbs, before.rowLogProbs);
  await found.forgetAll();
  assert.deepEqual(await found.suggest(at('the ')), before);
});

test('new words are learned, slips, numbers and plain capitals are not', async () => {
  const { found } = suggester();
  // "Teh" is one slip from a word, "2nds" has a digit.
  for (const [word, isLearned] of [
    ['teh', false],
    ['zo2', false],
    ['x²y', false],
    ['Xyzzyx', true],
  ] as const) {
    assert.equal(await found.written(word, 'see '), isLearned, word);
  }
  assert.deepEqual(found.userWords.counts(), new Map([['xyzzyx', 1]]));
  assert.equal(await found.written('teh', 'see ', true), true);
  assert.equal((await found.suggest(at('teh'))).words.includes('teh'), true);
  await found.written('Xyzzyx', '');
  assert.deepEqual((await found.suggest(at('see xyz'))).words, ['xyzzyx']);
  await found.written('Xyzzyx', 'see ');
  assert.deepEqual((await found.suggest(at('see xyz'))).words, ['Xyzzyx']);
  assert.equal(await found.forget('Xyzzyx'), true);
  assert.equal(await found.forget('Xyzzyx'), false);
  assert.deepEqual((await found.suggest(at('see xyz'))).words, []);
  assert.equal(found.habits.counts().has('xyzzyx'), false);
});

test('habits are counted behind the word before, addresses left out', async () => {
  const { found } = suggester();
  await found.written('hello', '');
  await found.written('world', 'see a@b.c ');
  await found.written('see you', 'the. ');
  const { pairs } = JSON.parse(found.habits.toJson()) as { pairs: unknown };
  assert.deepEqual(pairs, [
    ['<eos>', 'hello', 1],
    ['see', 'world', 1],
    ['.', 'see', 1],
    ['see', 'you', 1],
  ]);
});
