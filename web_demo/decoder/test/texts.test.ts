import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginsExactlyWith, beginsWith, fold, isBare } from '../src/spelling.js';
import { Tokenizer } from '../src/tokenizer.js';
import { readJson, skip, vectors, written } from './golden.js';

interface Texts {
  tokens: { text: string; words: string[][] }[];
  prefixes: {
    word: string;
    prefix: string;
    fold: string;
    begins: boolean;
    begins_exactly: boolean;
    is_bare: boolean;
  }[];
}

const found: Texts = skip
  ? { tokens: [], prefixes: [] }
  : readJson(written('texts.py', 'texts.json'));

test('text is cut as Python cuts it', () => {
  assert.equal(vectors.tokens.length, 28);
  for (const { tokenizer, lowercase, text, words } of vectors.tokens) {
    assert.deepEqual(new Tokenizer(tokenizer, lowercase).words(text), words, text);
  }
});

test('random texts have the words of Python', { skip }, () => {
  const tokenizers = [
    new Tokenizer('words', false),
    new Tokenizer('words', true),
    new Tokenizer('whitespace', false),
  ];
  assert.equal(found.tokens.length, 6000);
  for (const { text, words } of found.tokens) {
    assert.deepEqual(
      tokenizers.map((tokenizer) => tokenizer.words(text)),
      words,
      shown(text),
    );
  }
});

test('prefixes are compared as in Python', { skip }, () => {
  assert.equal(found.prefixes.length, 2999);
  for (const { word, prefix, ...wanted } of found.prefixes) {
    const answer = {
      fold: fold(word),
      begins: beginsWith(word, prefix, false),
      begins_exactly: beginsExactlyWith(word, prefix, false),
      is_bare: isBare(prefix),
    };
    assert.deepEqual(answer, wanted, shown(`${word}, ${prefix}`));
  }
});

test('the attributes of a tag are dropped', () => {
  const tokenizer = new Tokenizer('words', true);
  const cut = {
    '<a href="x">': ['<a>'],
    '<br  \t/>': ['<br/>'],
    '<a b=c//>': ['<a/>'],
    '</P class=x >': ['</p>'],
    '<a b>': ['<', 'a', 'b', '>'],
    '<a <b c=d>': ['<', 'a', '<b>'],
    '<a / >': ['<', 'a', '/', '>'],
  };
  for (const [text, words] of Object.entries(cut)) assert.deepEqual(tokenizer.words(text), words);
});

test('a long text is read once', () => {
  const tokenizer = new Tokenizer('words', true);
  for (const text of ['<a', '<a ', '<a b=', '&a', "a'", '=', 'é', '3.', '\u200d', 'ﬁ']) {
    // Read anew from each of its characters, it would take minutes.
    assert.ok(tokenizer.words(`<a ${text.repeat(200_000)}`).length > 0, text);
  }
});

/** A text with the numbers of its characters, as many cannot be told apart. */
function shown(text: string): string {
  return text.replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
