import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Typing } from '../page/typing.js';
import { FakeField } from './fakeField.js';

let field: FakeField;
let typing: Typing;
let now: number;
let saved: number;
let written: [word: string, context: string, isKept: boolean][];

beforeEach(() => start(''));

function start(before: string, after = ''): void {
  field = new FakeField(before, after);
  [now, saved, written] = [0, 0, []];
  typing = new Typing(
    field,
    {
      written: (...word) => written.push(word),
      saved: (keys) => (saved += keys),
    },
    () => now,
  );
}

/** Types keys as a person does, a second apart; ⌫ is backspace. */
function type(keys: string, meant: string | null = null): void {
  for (const key of keys) {
    now += 1000;
    if (key === '⌫') {
      if (!typing.backspace()) {
        field.replace(1, '');
        typing.deleted();
      }
    } else if (!typing.type(key, meant)) field.replace(0, key);
  }
}

const words = () => written.map(([word]) => word);

test('a word is written when a space follows, with what stood before it', () => {
  type('how are ');
  assert.equal(field.before, 'how are ');
  assert.deepEqual(written, [
    ['how', '', false],
    ['are', 'how ', false],
  ]);
  assert.equal(saved, 0);
});

test('a suggestion takes the place of the letters, and saves keys', () => {
  type('how ar');
  typing.take('are');
  assert.equal(field.before, 'how are ');
  // One letter and the space, for one tap.
  assert.equal(saved, 1);
  assert.deepEqual(words(), ['how']);
  type('y');
  assert.deepEqual(words(), ['how', 'are']);
});

test('a mark changes places with the space of a suggestion, and a space is that one', () => {
  type('I');
  typing.take('in');
  type('.');
  assert.equal(field.before, 'in. ');
  type(' x');
  assert.equal(field.before, 'in. x');
  start('well ');
  typing.take('yes');
  type(' ');
  assert.equal(field.before, 'well yes ');
});

test('two spaces in haste are a full stop, which backspace takes back', () => {
  type('yes ');
  now -= 500;
  type(' ');
  assert.equal(field.before, 'yes. ');
  type('⌫');
  assert.equal(field.before, 'yes  ');
  start('');
  type('yes  ');
  assert.equal(field.before, 'yes  ');
});

test('backspace takes a suggestion back, and the word is kept and not corrected again', () => {
  type('yuo');
  assert.ok(typing.mayCorrect('yuo'));
  type(' ', 'you');
  assert.equal(field.before, 'you ');
  type('⌫');
  assert.equal(field.before, 'yuo');
  assert.equal(saved, 0);
  assert.ok(typing.wasTakenBack);
  assert.ok(!typing.mayCorrect('yuo'));
  type(' ');
  assert.equal(field.before, 'yuo ');
  assert.deepEqual(written, [['yuo', '', true]]);
});

test('a mark corrects, too', () => {
  type('yuo');
  type('?', 'you');
  assert.equal(field.before, 'you?');
});

test('the typed word is kept on purpose', () => {
  type('zorp');
  typing.keepTyped();
  assert.equal(field.before, 'zorp ');
  type('.');
  assert.equal(field.before, 'zorp. ');
  assert.deepEqual(written, [['zorp', '', true]]);
});

test('parts of addresses are not learned', () => {
  type('me@example.org see lightrnn.example/x ');
  assert.deepEqual(words(), ['see']);
});

test('a suggestion in a word takes its rest away, and passes the space that follows', () => {
  start('so wo', 'nder ful');
  typing.take('would');
  assert.deepEqual([field.before, field.after], ['so would ', 'ful']);
  type('⌫');
  assert.deepEqual([field.before, field.after], ['so wo', 'nder ful']);
  start('so wo', ', well');
  typing.take('would');
  assert.deepEqual([field.before, field.after], ['so would', ', well']);
});

test('where the cursor was moved nothing is taken back or corrected', () => {
  type('yu');
  typing.take('yuck');
  field.before = 'elsewhere ';
  assert.ok(!typing.backspace());
  assert.deepEqual(words(), ['yuck']);
  assert.ok(!typing.mayCorrect('elsewhere'));
});

test('a word whose letters come back is written once', () => {
  type('how,⌫s ');
  assert.deepEqual(words(), ['hows']);
});

test('a mark behind a space that was passed or typed again changes places with it', () => {
  start('i th', ' cats');
  typing.take('think');
  type(',');
  assert.equal(field.before + field.after, 'i think, cats');
  start('');
  typing.take('there');
  type(' .');
  assert.equal(field.before, 'there. ');
  for (const face of [':)', ';)', ':(']) {
    start('');
    typing.take('there');
    type(face);
    assert.equal(field.before, `there ${face} `);
  }
});

test('parts of addresses are not corrected, and a word that the cursor is in is not cut', () => {
  for (const part of ['#', 'me@', 'c/', 'www.']) {
    start(part);
    type('teh');
    assert.equal(typing.mayCorrect('teh'), false, part);
  }
  start('so (');
  type('teh');
  assert.equal(typing.mayCorrect('teh'), true);
  start('hel', 'lo');
  typing.keepTyped();
  assert.equal(field.before + field.after, 'hello');
});

test('a sentence begins with a capital', () => {
  for (const [text, shift] of [
    ['', 'capital'],
    ['h', 'as it is'],
    ['how ', 'as it is'],
    ['Well. ', 'capital'],
    ['Well.', 'as it is'],
    ['He said “no.” ', 'capital'],
    ['one\n', 'capital'],
    ['3.5 ', 'as it is'],
  ] as const) {
    start(text);
    assert.equal(typing.shift, shift, JSON.stringify(text));
  }
});
