import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Cached } from '../src/cached.js';
import { Habits } from '../src/habits.js';
import { ModelFile } from '../src/modelFile.js';
import type { State } from '../src/state.js';
import { Suggester } from '../src/suggester.js';
import { EOS } from '../src/tokenizer.js';
import { UserWords } from '../src/userWords.js';
import { type Answer, bytesOf, readJson, skip, written } from './golden.js';
import { openModel, type TestModel } from './testModel.js';
import { type } from './typing.js';

type Words = readonly [string, number][];

interface Expected {
  words: { word: string; cell: number; written: string; suggestable: boolean; trusted: boolean }[];
  answers: (Answer & { text: string[]; learn: string; prefix: string })[];
  corrections: (Answer & {
    text: string[];
    typed: string;
    exclude: string[];
    replacement: string | null;
  })[];
  messages: string[][];
  learned: {
    lines: string[];
    user_words: { words: Record<string, unknown>[] };
    habits: { pairs: [string, string, number][] };
  };
  conversation: {
    best: Words;
    prefix: string;
    begun: Words;
    typed: string;
    meant: Words;
    replacement: string | null;
    word: string;
  }[];
}

/** What Python finds in files of today's exporter; $EXPORTED if they are written already. */
const folder = skip ? '' : (process.env['EXPORTED'] ?? written('exported.py', 'exported'));
const expected = skip ? {} : readJson<Record<string, Expected>>(`${folder}/exported.json`);

for (const quantization of ['int8', 'int4']) {
  describe(`a file of ${quantization}`, { skip }, () => {
    const path = `${folder}/${quantization}.tflite`;
    const { [quantization]: wanted } = expected as Record<string, Expected>;
    let file: ModelFile;
    let model: TestModel;
    let userWords: UserWords;

    before(async () => {
      file = await ModelFile.open(bytesOf(path));
      model = await openModel(path);
    });

    after(() => model.close());

    const read = (words: readonly string[]) => userWords.read(words.join(' '));

    test('words are written and marked as in Python', () => {
      const { lexicon } = file;
      for (const word of wanted!.words) {
        const cell = lexicon.cellOf(word.word);
        const found = {
          word: lexicon.word(cell),
          cell,
          written: lexicon.written(cell),
          suggestable: lexicon.isSuggestable(cell),
          trusted: lexicon.isTrusted(cell),
        };
        assert.deepEqual(found, word);
      }
    });

    test('the best words are those of Python', async () => {
      userWords = new UserWords(file, model);
      let begun = 0;
      for (const { text, learn, prefix, ...answer } of wanted!.answers) {
        const state = await read(text);
        if (learn !== '') await userWords.learn(learn, state, true);
        const found = await userWords.topK(state, 3, { prefix });
        const what = JSON.stringify([text, prefix]);
        assert.deepEqual(found.words, answer.words, what);
        close(found.logProbs, answer.log_probs, what);
        assert.equal(found.rowsExpanded, answer.rows_expanded, what);
        assert.equal(state.firstWords?.size, 16);
        if (found.rowsExpanded === 12) begun++;
      }
      assert.ok(begun > 0);
    });

    test('corrections are those of Python', async () => {
      userWords = new UserWords(file, model);
      const state = await read(wanted!.words.slice(100, 103).map(({ word }) => word));
      await userWords.learn('ZebraPant', state, true);
      for (const { text, typed, exclude, replacement, ...answer } of wanted!.corrections) {
        const found = await userWords.correct(await read(text), typed, 3, exclude);
        const what = JSON.stringify([text, typed]);
        assert.deepEqual(found.words, answer.words, what);
        close(found.scores, answer.log_probs, what);
        assert.equal(found.replacement, replacement, what);
      }
    });

    test('conversations are those of Python', async () => {
      userWords = new UserWords(file, model);
      await userWords.learn('Zebra', await userWords.start(), true);
      const habits = new Habits(userWords);
      for (const message of wanted!.messages) {
        message.forEach((word, n) => habits.learn(message[n - 1] ?? EOS, word));
      }
      const cached = new Cached(habits, { weight: 0.3, sharpness: 4.0, size: 25 });
      let state: State = await userWords.start();
      for (const { best, prefix, begun, typed, meant, replacement, word } of wanted!.conversation) {
        const here = cached.look(state);
        same(await cached.topK(here, 3), best, word);
        same(await cached.topK(here, 3, { prefix }), begun, `${prefix} ${word}`);
        const { words, scores: logProbs, ...found } = await cached.correct(here, typed, 3);
        same({ words, logProbs }, meant, typed);
        assert.equal(found.replacement, replacement, typed);
        const known = userWords.cellOf(word);
        const cell = known < 0 ? file.manifest.unknownCell : known;
        cached.remember(cell, state);
        state = await userWords.advance(cell, state, true);
      }
    });

    test('what is typed is learned as in Python', async () => {
      const suggester = new Suggester(file, new UserWords(file, model));
      const { lines, user_words: words, habits } = wanted!.learned;
      for (const line of lines) await type(line, suggester);
      const found = JSON.parse(suggester.userWords.toJson()) as typeof words;
      const some = ({ word, form, count, cell }: Record<string, unknown>) => [
        word,
        form,
        count,
        cell,
      ];
      assert.deepEqual(found.words.map(some), words.words.map(some));
      const { pairs } = JSON.parse(suggester.habits.toJson()) as typeof habits;
      assert.deepEqual(pairs, habits.pairs);
    });
  });
}

function same(
  { words, logProbs }: { words: readonly string[]; logProbs: readonly number[] },
  wanted: Words,
  what: string,
): void {
  assert.deepEqual(
    words,
    wanted.map(([word]) => word),
    what,
  );
  close(
    logProbs,
    wanted.map(([, logProb]) => logProb),
    what,
  );
}

/** The same runtime answers, so nothing differs but the sums of the decoder. */
function close(found: readonly number[], wanted: readonly number[], what: string): void {
  assert.equal(found.length, wanted.length, what);
  found.forEach((number, n) => assert.ok(Math.abs(number - wanted[n]!) < 1e-4, what));
}
