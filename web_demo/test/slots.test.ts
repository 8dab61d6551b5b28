import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSlots, NO_SLOTS } from '../page/slots.js';
import type { Answer } from '../worker/engine.js';

function answer(typed: string, words: string[], replacement: string | null = null): Answer {
  const none = { cells: [], rowLogProbs: new Float32Array(), isExpanded: new Uint8Array() };
  return { ...none, words, typed, replacement, rowsExpanded: 0, milliseconds: 0 };
}

test('between words the best one is in the middle', () => {
  const { words } = nextSlots(NO_SLOTS, answer('', ['a', 'b', 'c']));
  assert.deepEqual(words, ['b', 'a', 'c']);
  assert.deepEqual(nextSlots(NO_SLOTS, answer('', ['a'])).words, [null, 'a', null]);
  assert.deepEqual(nextSlots(NO_SLOTS, answer('', [])).words, [null, null, null]);
});

test('the typed word is on the left, and never twice', () => {
  const { words } = nextSlots(NO_SLOTS, answer('the', ['the', 'they', 'them']));
  assert.deepEqual(words, ['the', 'they', 'them']);
});

test('what was surely meant is in the middle', () => {
  const slots = nextSlots(NO_SLOTS, answer('teh', ['tech', 'the'], 'the'));
  assert.deepEqual(slots, { words: ['teh', 'the', 'tech'], typed: 'teh', isSure: true });
});

test('a suggestion stays in its slot while the letters match it', () => {
  let slots = nextSlots(NO_SLOTS, answer('t', ['the', 'to']));
  slots = nextSlots(slots, answer('th', ['to', 'the']));
  assert.deepEqual(slots.words, ['th', 'the', 'to']);
  slots = nextSlots(slots, answer('tho', ['those', 'though']));
  assert.deepEqual(slots.words, ['tho', 'those', 'though']);
});
