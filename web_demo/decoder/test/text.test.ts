import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAddress, lastPart, parts } from '../src/address.js';
import { type Casing, casingOf, inCasing } from '../src/casing.js';
import { beginsWith, isSame } from '../src/spelling.js';
import { textBeforeCursor } from '../src/textBeforeCursor.js';

test('shift wins over how a word is written', () => {
  const wanted = {
    London: ['London', 'London', 'LONDON'],
    iPhone: ['iPhone', 'iPhone', 'IPHONE'],
    "i'm": ["i'm", "I'm", "I'M"],
    élan: ['élan', 'Élan', 'ÉLAN'],
    ŉa: ['ŉa', 'ʼNa', 'ʼNA'],
    '𐐨x': ['𐐨x', '𐐀x', '𐐀X'],
    '': ['', '', ''],
  };
  for (const [word, forms] of Object.entries(wanted)) {
    const casings: Casing[] = ['as it is', 'capital', 'capitals'];
    assert.deepEqual(
      casings.map((casing) => inCasing(word, casing)),
      forms,
    );
  }
});

test('the casing is the one in which a word was begun', () => {
  const wanted: [string, Casing, Casing][] = [
    ['', 'as it is', 'as it is'],
    ['', 'capital', 'capital'],
    ["'", 'capitals', 'capitals'],
    ['T', 'as it is', 'capital'],
    ['T', 'capitals', 'capitals'],
    ['Th', 'capitals', 'capital'],
    ['TH', 'as it is', 'capitals'],
    ['t', 'capital', 'as it is'],
    ['tH', 'as it is', 'as it is'],
    ["I'", 'as it is', 'capital'],
    ["I'M", 'as it is', 'capitals'],
    ['中文', 'as it is', 'capitals'],
  ];
  for (const [typed, shift, casing] of wanted) assert.equal(casingOf(typed, shift), casing, typed);
});

test('the word being typed is cut from what is before', () => {
  const wanted: [string, string][] = [
    ['', ''],
    ['the', ''],
    ['I thi', 'I '],
    ['a\nb c', 'b '],
    ['a ', 'a '],
    ['a\n', ''],
    ["don't", ''],
    ["'don", "'"],
    ['--don', '--'],
    ['well-kn', ''],
    ['well-', ''],
    ['3.14', ''],
    ['a 3.3', 'a '],
    ['3.', '3.'],
    ['a.b', 'a.'],
    ['.5', '.'],
    ['1,000.5', ''],
    ['cafe\u0301', ''],
    ['\u0301', '\u0301'],
    ['can’t', ''],
    ['re\u00adad', ''],
    ['a\u200bb', 'a\u200b'],
    ['a\u200cb', ''],
    ['😀', '😀'],
    ['😀th', '😀'],
    ['❤️th', '❤️'],
    ['a 👍🏽th', 'a 👍🏽'],
    ['𝒳y', ''],
    ['x 𝒳y', 'x '],
    ['²', ''],
    ['Ⅳ', ''],
    ['\ud835y', '\ud835'],
  ];
  for (const [text, context] of wanted) {
    const line = text.slice(text.lastIndexOf('\n') + 1);
    assert.deepEqual(textBeforeCursor(text), { context, typed: line.slice(context.length) }, text);
  }
});

test('addresses are told from words', () => {
  for (const part of [
    'a@b',
    'x/y',
    '#tag',
    'a_b',
    'c:\\d',
    'http://a.b',
    'a.b',
    '(www.x.org).',
    'a:b',
  ]) {
    assert.ok(isAddress(part), part);
  }
  for (const part of ['', 'word', 'word.', '(word)', '"Quux:', '...', "it's", 'well-known', '!?']) {
    assert.ok(!isAddress(part), part);
  }
  assert.equal(lastPart('a b@c.d'), 'b@c.d');
  assert.equal(lastPart('a '), '');
  assert.equal(lastPart('a\u00a0\ufeffb'), '\ufeffb');
  assert.deepEqual(parts(' a\tb\u001cc \u2003d\ufeff '), ['a', 'b', 'c', 'd\ufeff']);
});

test('apostrophes and accents may be missing in a prefix', () => {
  assert.ok(beginsWith("don't", 'dont', false));
  assert.ok(beginsWith("don't", 'don’', false));
  assert.ok(beginsWith('café', 'cafe', false));
  assert.ok(beginsWith('naïve', 'NAI', true));
  assert.ok(!beginsWith('dont', "don'", true));
  assert.ok(!beginsWith('cafe', 'café', false));
  assert.ok(isSame('Café', 'café'));
  assert.ok(!isSame('cafe', 'café'));
});
