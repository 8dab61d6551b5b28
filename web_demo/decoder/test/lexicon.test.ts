import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DamagedModelError } from '../src/damaged.js';
import { FoldedWords } from '../src/foldedWords.js';
import { Lexicon } from '../src/lexicon.js';
import { beginsWith, compareByCodePoints } from '../src/spelling.js';
import { container, vocabularyOf } from './container.js';
import { goldenFile, vectors } from './golden.js';

const { lexicon } = await goldenFile();
const words = ['<eos>', '<unk>', "don't", 'iphone', 'london', 'nasa', 'straße'];

/** The words in cells of their ranks, each with four bits of marks. */
function lexiconOf(marks: readonly number[], forms: string): Lexicon {
  const content = vocabularyOf({
    words,
    rows: 2,
    columns: 4,
    marks: Object.fromEntries(words.map((word, n) => [word, marks[n]!])),
    forms,
  });
  return new Lexicon(content, words.length, 8);
}

const all = (some: Lexicon) => Array.from({ length: some.cellCount }, (_, cell) => cell);

test('words are in the cells that Python sees', () => {
  for (const [word, cell] of Object.entries(vectors.cells)) {
    assert.equal(lexicon.cellOf(word), cell);
    assert.equal(lexicon.word(cell), word);
  }
  const suggestable = all(lexicon).filter((cell) => lexicon.isSuggestable(cell));
  const trusted = all(lexicon).filter((cell) => lexicon.isTrusted(cell));
  const sorted = (cells: number[]) => cells.map((cell) => lexicon.word(cell)).sort();
  assert.deepEqual(sorted(suggestable), Array.from(vectors.suggestable).sort());
  assert.deepEqual(sorted(trusted), Array.from(vectors.trusted).sort());
  for (const unknown of ['', 'th', 'them ', 'zebra', '\udc00', '\u{10ffff}']) {
    assert.equal(lexicon.cellOf(unknown), -1, unknown);
  }
  for (const cell of [-1, lexicon.cellCount, 0.5, NaN]) {
    assert.equal(lexicon.word(cell), '');
    assert.equal(lexicon.written(cell), '');
    assert.equal(lexicon.isSuggestable(cell), false);
  }
});

test('words with a prefix are those that begin with it', () => {
  const known = all(lexicon).filter((cell) => lexicon.isOccupied(cell));
  const prefixes = new Set(['zzz', "'", "I'"]);
  for (const cell of known) {
    const letters = Array.from(lexicon.word(cell));
    letters.forEach((_, n) => prefixes.add(letters.slice(0, n + 1).join('')));
  }
  for (const prefix of prefixes) {
    for (const ignoreCase of [false, true]) {
      const found = Array.from(lexicon.withPrefix(prefix, ignoreCase)).sort();
      const wanted = known.filter((cell) => beginsWith(lexicon.word(cell), prefix, ignoreCase));
      assert.deepEqual(found, wanted.sort(), `${prefix} ${ignoreCase}`);
    }
  }
});

test('a word is written in its form', () => {
  const found = lexiconOf([0, 0, 3, 15, 6, 9, 11], 'iPhone\n');
  const written = ['<eos>', '<unk>', "don't", 'iPhone', 'London', 'NASA', 'STRASSE', ''];
  assert.deepEqual(
    all(found).map((cell) => found.written(cell)),
    written,
  );
  assert.deepEqual(
    all(found).map((cell) => found.word(cell)),
    [...words, ''],
  );
  assert.deepEqual(
    all(found).filter((cell) => found.isSuggestable(cell)),
    [2, 3, 5, 6],
  );
  assert.deepEqual(
    all(found).filter((cell) => found.isTrusted(cell)),
    [2, 3, 4, 6],
  );
  const forms = ['Don’t', 'IPhone', 'London', 'NaSA', 'Strasse'];
  const folded = lexiconOf([0, 0, 12, 12, 12, 12, 12], forms.map((form) => `${form}\n`).join(''));
  assert.deepEqual(
    [2, 3, 4, 5, 6].map((cell) => folded.written(cell)),
    forms,
  );
});

test('forms of other words are refused', () => {
  const marks = [0, 0, 12, 12, 0, 0, 0];
  for (const forms of [
    '',
    "Don't\n",
    "Don't\niPhone",
    "Don't\niPhone\n\n",
    "Don't\niPhones\n",
    'Do\niPhone\n',
    "Don't\nLondon\n",
    "iPhone\nDon't\n",
    "Don't\niPhon\u0000e\n",
    "Don't\nNASA\nx\n",
  ]) {
    assert.throws(() => lexiconOf(marks, forms), DamagedModelError, forms);
  }
  assert.equal(lexiconOf(marks, "Don't\niPhone\n").written(2), "Don't");
});

test('a vocabulary that ends too early, or whose cells repeat, is refused', () => {
  const content = vocabularyOf({ words, rows: 2, columns: 4 });
  assert.equal(new Lexicon(content, 7, 8).size, 7);
  for (let size = 0; size < content.length; size++) {
    assert.throws(() => new Lexicon(content.subarray(0, size), 7, 8), DamagedModelError, `${size}`);
  }
  assert.throws(() => new Lexicon(content, 8, 8), DamagedModelError);
  assert.throws(() => new Lexicon(Buffer.from('the\n'), 2, 2), DamagedModelError);
  const cells = content.length - 7;
  assert.throws(() => new Lexicon(content.fill(0, cells, cells + 3), 7, 8), DamagedModelError);
});

test('U+FEFF is a word like others', async () => {
  const odd = ['<eos>', '<unk>', '\ufeff', 'a\ufeffb', '\ufeffa', 'a'];
  const file = await container({ words: odd, rows: 2, columns: 4 }).open();
  odd.forEach((word, cell) => {
    assert.equal(file.lexicon.word(cell), word);
    assert.equal(file.lexicon.cellOf(word), cell);
  });
});

test('words are sorted by code points, not by their halves', async () => {
  const odd = ['<eos>', '<unk>', '\uffee', '𝒳', '𐐨', 'ｱ', '가', '\u{1f600}', '\ue000'];
  const file = await container({ words: odd, rows: 3, columns: 3 }).open();
  odd.forEach((word, cell) => {
    assert.equal(file.lexicon.cellOf(word), cell, word);
    assert.deepEqual(Array.from(file.lexicon.withPrefix(word, false)), [cell], word);
  });
  const sorted = ['', 'a', 'a\ue000', 'a𝒳', 'b', '\ud800', '\udfff', '\uffff', '𝒳'];
  sorted.forEach((one, n) => {
    sorted.forEach((other, m) => {
      // Halves without the other one are no characters: they come last.
      if (/^[\ud800-\udfff]$/.test(one) || /^[\ud800-\udfff]$/.test(other)) return;
      assert.equal(Math.sign(compareByCodePoints(one, other)), Math.sign(n - m), `${one} ${other}`);
    });
  });
});

test('a large vocabulary of several blocks is found word by word', async () => {
  const many = ['<eos>', '<unk>', ...Array.from({ length: 700 }, (_, n) => `w${n.toString(5)}é`)];
  const file = await container({ words: many, rows: 30, columns: 30 }).open();
  many.forEach((word, cell) => {
    assert.equal(file.lexicon.word(cell), word);
    assert.equal(file.lexicon.cellOf(word), cell);
  });
  assert.equal(Array.from(file.lexicon.withPrefix('W', true)).length, 700);
  assert.equal(Array.from(file.lexicon.withPrefix('W', false)).length, 0);
});

test('folded words are ranges', () => {
  const folded = FoldedWords.of(
    new Map([
      [3, 'The'],
      [5, 'then'],
      [1, 'cat'],
      [9, 'thé'],
    ]),
  );
  const find = (letters: string) => {
    const points = Array.from(letters, (letter) => letter.codePointAt(0)!);
    return folded.withFold(points, 0, points.length);
  };
  assert.deepEqual(find('the'), [3, 9]);
  assert.deepEqual(find('then'), [5]);
  assert.deepEqual(find('th'), []);
  assert.deepEqual(find(''), []);
  assert.deepEqual(FoldedWords.of(new Map()).withFold([97], 0, 1), []);
  assert.equal(folded.letterAt(0, 3), -1);
});
