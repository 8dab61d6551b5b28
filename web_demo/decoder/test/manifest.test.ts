import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DamagedModelError } from '../src/damaged.js';
import { Manifest } from '../src/manifest.js';

const json = {
  format_version: 4,
  model_bytes: 100,
  rows: 2,
  columns: 3,
  vocabulary_size: 5,
  start_cell: 0,
  unknown_cell: 1,
  tokenizer: 'words',
  lowercase: true,
  line_independent: true,
  states: [
    [1, 8],
    [1, 4],
  ],
  signatures: ['advance', 'expand', 'suggest'],
  sha256: { model: 'ab' },
};

const parse = (values: Record<string, unknown> = {}) =>
  new Manifest(JSON.stringify({ ...json, ...values }), 1000);

const cache = (weight: unknown, sharpness: unknown, size: unknown) => ({
  cache: { weight, sharpness, size },
});

test('the values are those of the file', () => {
  const manifest = parse({ unknown: {}, card: { name: 'A' } });
  assert.deepEqual(
    [manifest.rows, manifest.columns, manifest.vocabularySize, manifest.modelBytes],
    [2, 3, 5, 100],
  );
  assert.deepEqual(manifest.stateSizes, [8, 4]);
  assert.deepEqual(manifest.card, { name: 'A' });
  assert.equal(manifest.tokenizer.lowercase, true);
  assert.equal(manifest.sha256('model'), 'ab');
  assert.throws(() => manifest.sha256('vocab.bin'), DamagedModelError);
});

test('the numbers of the cache are those of the file', () => {
  assert.deepEqual(parse().cache, { weight: 0.2, sharpness: 7.5, size: 1000 });
  assert.deepEqual(parse(cache(0.25, 9, 4096)).cache, { weight: 0.25, sharpness: 9, size: 4096 });
});

test('values that are none are refused', () => {
  const damaged = [
    cache(0, 9, 100),
    cache(1, 9, 100),
    cache(-0.1, 9, 100),
    cache('x', 9, 100),
    cache(true, 9, 100),
    cache(0.2, 0, 100),
    cache(0.2, -1, 100),
    cache(0.2, null, 100),
    cache(0.2, 9, 0),
    cache(0.2, 9, 4097),
    cache(0.2, 9, 'x'),
    cache(0.2, 9, 1.5),
    { cache: 3 },
    { cache: {} },
    { cache: null },
    { card: 3 },
    { card: [] },
    { format_version: 3 },
    { format_version: '4' },
    { format_version: undefined },
    { rows: 1 },
    { rows: 0 },
    { rows: -1 },
    { rows: 1.5 },
    { rows: '2' },
    { rows: 2 ** 24 },
    { rows: 2 ** 24, columns: 2, vocabulary_size: 5 },
    { vocabulary_size: 7 },
    { vocabulary_size: 0 },
    { model_bytes: 1001 },
    { model_bytes: 0 },
    { start_cell: 6 },
    { start_cell: -1 },
    { unknown_cell: 0.5 },
    { tokenizer: 'characters' },
    { tokenizer: '__proto__' },
    { tokenizer: null },
    { lowercase: 1 },
    { line_independent: null },
    { states: [] },
    { states: [[2, 8]] },
    { states: [[1, 0]] },
    { states: [8] },
    { states: {} },
    { states: [null] },
    {
      states: [
        [1, 2 ** 24],
        [1, 1],
      ],
    },
    { signatures: ['advance'] },
    { signatures: 'advance expand' },
    { signatures: [{ toString: 1 }] },
    { sha256: null },
    { sha256: [] },
  ];
  for (const values of damaged) {
    assert.throws(() => parse(values), DamagedModelError, JSON.stringify(values));
  }
  const deep = `{"format_version":${'['.repeat(5e5)}${']'.repeat(5e5)}}`;
  for (const text of ['', '{', 'null', '[]', '3', '"x"', deep]) {
    assert.throws(() => new Manifest(text, 1000), DamagedModelError, text.slice(0, 50));
  }
});

test('what is wrong is said in one line', () => {
  assert.throws(() => parse({ format_version: 'a\nb\u2028c'.repeat(100) }), {
    message: /^The format version must be 4\. Received: "a\\nb[^\n]{1,200}$/,
  });
  assert.throws(() => parse({ rows: 0 }), {
    message: '`rows` must be an integer in [1, 16777216]. Received: 0.',
  });
});
