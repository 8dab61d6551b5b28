import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as channel from '../src/channel.js';
import { PlainPredictor } from '../src/plainPredictor.js';
import { beginsWith, fold, isSame } from '../src/spelling.js';
import type { State } from '../src/state.js';
import { UNK } from '../src/tokenizer.js';
import { container } from './container.js';
import { FakeModel, random } from './fakeModel.js';
import { goldenFile } from './golden.js';

const file = await goldenFile();
const { columns } = file.manifest;
const { lexicon } = file;
const model = new FakeModel(file);
const predictor = new PlainPredictor(file, model);
const cells = Array.from({ length: lexicon.cellCount }, (_, cell) => cell);
const folds = cells.map((cell) => fold(lexicon.word(cell)));

async function stateAfter(cell: number): Promise<State> {
  return predictor.advance(cell, await predictor.start());
}

interface Meant {
  words: string;
  score: number;
}

/** The least cost that a word was typed so, word by word: as a whole and as a beginning. */
function costs(word: string, typed: string): { whole: number; begun: number } {
  const letters = Array.from(fold(word));
  const wanted = Array.from(fold(typed));
  const most = channel.slipsAllowed(fold(typed));
  const found = { whole: Infinity, begun: Infinity };

  function go(at: number, read: number, left: number, cost: number): void {
    const letter = letters[at];
    if (read === wanted.length) {
      const begun = cost === 0 ? 0 : wanted.length >= 3 ? cost + channel.COMPLETED : Infinity;
      found.begun = Math.min(found.begun, begun);
      end(at, left, cost);
      return;
    }
    if (letter === wanted[read]) go(at + 1, read + 1, left, cost);
    if (left === 0 || (left < most && read < channel.HEAD)) return;
    const slip = cost + (at > 0 ? channel.SLIP : channel.SLIP + channel.FIRST);
    const added = wanted[read - 1] === wanted[read] ? channel.DOUBLED : channel.ADDED;
    go(at, read + 1, left - 1, slip + added);
    if (letter === undefined) return;
    go(at + 1, read, left - 1, slip + omitted(at));
    if (letter !== wanted[read]) {
      const replaced = channel.replaced(letter.codePointAt(0)!, wanted[read]!.codePointAt(0)!);
      go(at + 1, read + 1, left - 1, slip + replaced);
      if (letter === wanted[read + 1] && letters[at + 1] === wanted[read]) {
        go(at + 2, read + 2, left - 1, slip + channel.TRANSPOSED);
      }
    }
  }

  function end(at: number, left: number, cost: number): void {
    if (at === letters.length) found.whole = Math.min(found.whole, cost);
    else if (left > 0) end(at + 1, left - 1, cost + channel.SLIP + omitted(at));
  }

  function omitted(at: number): number {
    return letters[at] === letters[at - 1] ? channel.UNDOUBLED : channel.LEFT_OUT;
  }

  go(0, 0, most, 0);
  found.begun = Math.min(found.begun, found.whole);
  for (const kind of ['whole', 'begun'] as const) {
    const lacks = found[kind] === 0 && !beginsWith(word, typed, true);
    if (lacks) found[kind] = channel.MARK;
  }
  return found;
}

/** All that may be meant, from each word and each pair of words by itself. */
async function bruteForce(state: State, typed: string, excluded: ReadonlySet<number>) {
  const logProb = (cell: number, at: State) => {
    const row = Math.floor(cell / columns);
    const inRow = model.inRow(row, at.states)[cell % columns]!;
    return Math.fround(at.rowLogProbs[row]! + inRow);
  };
  const begun: Meant[] = [];
  const whole: Meant[] = [];
  const offered = cells.filter((cell) => lexicon.isSuggestable(cell) && !excluded.has(cell));
  for (const cell of offered) {
    const cost = costs(lexicon.word(cell), typed);
    const words = lexicon.written(cell);
    if (cost.begun < Infinity) begun.push({ words, score: logProb(cell, state) - cost.begun });
    if (cost.whole < Infinity) whole.push({ words, score: logProb(cell, state) - cost.whole });
  }
  const right = cells.some(
    (cell) =>
      (lexicon.isTrusted(cell) || lexicon.isSuggestable(cell)) && isSame(lexicon.word(cell), typed),
  );
  const floor =
    right || channel.slipsAllowed(fold(typed)) === 0
      ? Infinity
      : logProb(lexicon.cellOf(UNK), state) - 10 - Array.from(fold(typed)).length + 5.5;
  const pairs: Meant[] = [];
  const folded = fold(typed);
  const isBegun = offered.some((cell) => folds[cell]!.startsWith(folded));
  const mayBePair = floor < Infinity && /^\p{L}*$/u.test(folded);
  for (const one of mayBePair ? offered : []) {
    const begin = folds[one]!;
    if (!folded.startsWith(begin)) continue;
    for (const other of offered) {
      const end = folds[other]!;
      if (begin + end !== folded || Array.from(end).length < 2) continue;
      const after = await predictor.advance(one, state);
      const score = logProb(one, state) - channel.SPACE + logProb(other, after);
      const words = `${lexicon.written(one)} ${lexicon.written(other)}`;
      if (score >= (isBegun ? floor : floor - 5.5)) pairs.push({ words, score });
    }
  }
  return { shown: sorted([...begun, ...pairs]), best: sorted([...whole, ...pairs])[0], floor };
}

function sorted(found: Meant[]): Meant[] {
  return found.sort((one, other) => other.score - one.score);
}

/** What may be typed of a word with slips, or of two without a space. */
function typedWords(): string[] {
  const next = random(7);
  const pick = <T>(some: readonly T[]) => some[Math.floor(next() * some.length)]!;
  const words = cells
    .filter((cell) => lexicon.isSuggestable(cell))
    .map((cell) => lexicon.word(cell));
  return Array.from({ length: 300 }, () => {
    let word = Array.from(pick(words) + (next() < 0.2 ? pick(words) : ''));
    for (let slips = Math.floor(next() * 3); slips > 0; slips--) {
      const at = Math.floor(next() * word.length);
      const [one, rest] = [word.slice(0, at), word.slice(at)];
      word = pick([
        [...one, pick(Array.from('aeiounst')), ...rest],
        [...one, pick(Array.from('aeiounst')), ...rest.slice(1)],
        [...one, ...rest.slice(0, 1), ...rest],
        [...one, ...rest.slice(1)],
        [...one, ...rest.slice(1, 2), ...rest.slice(0, 1), ...rest.slice(2)],
      ]);
    }
    return word.slice(0, next() < 0.3 ? 1 + Math.floor(next() * word.length) : 64).join('');
  }).filter((typed) => typed !== '');
}

test('what may be meant is what a look at each word finds', async () => {
  const excluded = predictor.cellsOf(['they', 'ban', 'café']);
  let replaced = 0;
  let pairs = 0;
  for (const [n, typed] of typedWords().entries()) {
    const state = await stateAfter(n % lexicon.cellCount);
    const { shown, best, floor } = await bruteForce(state, typed, excluded);
    for (const k of [1, 3, 200]) {
      const found = await predictor.correct(state, typed, k, ['they', 'ban', 'café']);
      assert.equal(found.words.length, Math.min(k, shown.length), typed);
      found.scores.forEach((score, place) => {
        assert.ok(Math.abs(score - shown[place]!.score) < 1e-5, `${typed} ${place}`);
      });
      const wanted = shown
        .filter(({ score }) => score > (shown[k - 1]?.score ?? -Infinity))
        .map(({ words }) => words);
      assert.deepEqual(found.words.slice(0, wanted.length), wanted, typed);
      const meant = fold(best?.words ?? '').replaceAll(' ', '');
      const isEnding =
        meant !== fold(typed) && (meant.startsWith(fold(typed)) || fold(typed).startsWith(meant));
      const isReplaced = best !== undefined && best.score >= floor + (isEnding ? 3 : 0);
      assert.equal(found.replacement, isReplaced ? best.words : null, typed);
      replaced += Number(isReplaced);
      pairs += found.words.filter((words) => words.includes(' ')).length;
    }
  }
  assert.ok(replaced > 20, `${replaced}`);
  assert.ok(pairs > 20, `${pairs}`);
});

test('every slip of one is seen, and two in a long word', async () => {
  const state = await stateAfter(1);
  for (const typed of ['thney', 'thye', 'tehy', 'hey', 'thay', 'theyy', 'rhey', 'the', 'they']) {
    const { words } = await predictor.correct(state, typed, 200);
    assert.ok(words.includes('they'), `${typed}: ${words.join()}`);
  }
  const { words } = await predictor.correct(state, 'wel-knonw', 200);
  assert.deepEqual(words, ['well-known']);
});

test('a right word is not replaced and none is shown that is excluded', async () => {
  for (let cell = 0; cell < 40; cell++) {
    const state = await stateAfter(cell);
    for (const typed of ['they', 'The', "won't", 'tod', '3.14', 'T', '']) {
      const { replacement } = await predictor.correct(state, typed, 3);
      assert.equal(replacement, null, `${cell} ${typed}`);
    }
    const { words } = await predictor.correct(state, 'tehy', 3, ['they']);
    assert.ok(!words.includes('they'));
  }
});

test('two words may lack their space', async () => {
  const found = new Set<string>();
  for (const cell of cells) {
    const { words } = await predictor.correct(await stateAfter(cell), 'thecafe', 200);
    words.forEach((word) => found.add(word));
  }
  const pairs = ['the', 'The', 'THE'].flatMap((one) => [`${one} café`, `${one} cafe`]);
  assert.deepEqual(found, new Set(pairs));
});

test('what may become a word is two only if these would replace it', async () => {
  const words = ['<eos>', '<unk>', 'face', 'bo', 'facebook'];
  const small = await container({ words, rows: 7, columns: 7 }).open();
  const few = new PlainPredictor(small, new FakeModel(small));
  const isPair = async (state: State, exclude: string[]) => {
    const { words: found, replacement } = await few.correct(state, 'facebo', 3, exclude);
    return { isShown: found.includes('face bo'), isMeant: replacement === 'face bo' };
  };
  let rather = 0;
  for (let cell = 0; cell < 49; cell++) {
    const state = await few.advance(cell, await few.start());
    const asBeginning = await isPair(state, []);
    assert.equal(asBeginning.isShown, asBeginning.isMeant, `${cell}`);
    const { isShown, isMeant } = await isPair(state, ['facebook']);
    assert.equal(isMeant, asBeginning.isMeant);
    if (isShown && !isMeant) rather++;
  }
  assert.ok(rather > 0);
});

test('what is too long is no word', async () => {
  const state = await stateAfter(1);
  for (const typed of ['t'.repeat(65), 'the'.repeat(30_000)]) {
    const { words, replacement } = await predictor.correct(state, typed, 3);
    assert.deepEqual(words, []);
    assert.equal(replacement, null);
  }
});

test('so many letters allow so many slips', () => {
  for (const [folded, slips] of [
    ['', 0],
    ['t', 0],
    ['th', 1],
    ['tomorr', 1],
    ['tomorro', 2],
    ['tomorr0', 0],
    ["''-", 0],
    ['𝒳𝒳𝒳𝒳', 1],
  ] as const) {
    assert.equal(channel.slipsAllowed(folded), slips, folded);
  }
});

test('the neighbours of a key are those that it touches', () => {
  const cost = (meant: string, typed: string) =>
    channel.replaced(meant.charCodeAt(0), typed.charCodeAt(0));
  const touched = Array.from('abcdefghijklmnopqrstuvwxyz').filter(
    (typed) => typed !== 'g' && cost('g', typed) === channel.NEIGHBOUR,
  );
  assert.deepEqual(touched, ['b', 'f', 'h', 't', 'v', 'y']);
  assert.equal(cost('a', 'e'), channel.VOWEL);
  assert.equal(cost('a', 's'), channel.NEIGHBOUR);
  assert.equal(cost('a', 'p'), channel.OTHER);
  assert.equal(cost('é', 's'), channel.OTHER);
});

test('digits are those of Python', () => {
  for (const digit of '0٣²①⑴⒈❶፩🄀') assert.ok(channel.hasDigit(digit), digit);
  for (const other of '½⑩Ⅳ〇㈠a') assert.ok(!channel.hasDigit(other), other);
});
