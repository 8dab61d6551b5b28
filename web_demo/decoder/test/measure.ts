import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { ModelFile } from '../src/modelFile.js';
import { Suggester } from '../src/suggester.js';
import { textBeforeCursor } from '../src/textBeforeCursor.js';
import { UserWords } from '../src/userWords.js';
import { bytesOf, inRepository } from './golden.js';
import { PythonModel } from './pythonModel.js';
import { RecordedModel } from './recordedModel.js';

/** Prints the size of the package, and what it takes of the time of a suggestion. */

const ROUNDS = 20;
const TEXT = 'the weather is nice today so we should go to the park and then have dinner with them';
const SLIPS = ['teh', 'becuase', 'tommorow', 'wiht', 'definately', 'alot', 'recieve', 'seperate'];

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [inRepository('web_demo/decoder/src/index.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    legalComments: 'none',
  });
  const [file] = outputFiles;
  return `${file!.contents.length} bytes, ${gzipSync(file!.contents, { level: 9 }).length} as gzip`;
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

function shown(times: readonly number[]): string {
  const sorted = Array.from(times).sort((one, other) => one - other);
  const [least, median, most] = [0, 0.5, 0.95].map(
    (share) => sorted[Math.floor(share * sorted.length)]!,
  );
  return `${median!.toFixed(3)} ms median, ${least!.toFixed(3)} least, ${most!.toFixed(3)} p95`;
}

/** Median time of the decoder alone: the answers of the model are there already. */
async function suggestions(suggester: Suggester, texts: readonly string[]): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const text of texts) {
      const time = await millisecondsOf(() => suggester.suggest(textBeforeCursor(text)));
      if (round > 0) times.push(time);
    }
  }
  return shown(times);
}

const path = inRepository('lightrnn_tf/pretrained/en.tflite');
const bytes = bytesOf(path);
const opened: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  opened.push(await millisecondsOf(() => ModelFile.open(bytes)));
}
const file = await ModelFile.open(bytes);
const model = new PythonModel(path);
const suggester = new Suggester(file, new UserWords(file, new RecordedModel(model)));
await suggester.suggest(textBeforeCursor(''));
const first = await millisecondsOf(() => suggester.suggest(textBeforeCursor('teh')));
const words = TEXT.split(' ');
const before = words.map((_, n) =>
  words
    .slice(0, n)
    .map((word) => `${word} `)
    .join(''),
);

console.log(`bundle: ${await bundle()}`);
console.log(`open a file of ${bytes.length} bytes: ${shown(opened)}`);
console.log(`first correction, which unpacks all words: ${first.toFixed(1)} ms`);
console.log(`next word: ${await suggestions(suggester, before)}`);
const begun = words.flatMap((word, n) =>
  Array.from(word, (_, end) => before[n]! + word.slice(0, end + 1)),
);
console.log(`letters of a word: ${await suggestions(suggester, begun)}`);
console.log(`slips: ${await suggestions(suggester, SLIPS)}`);
for (const [n, word] of words.entries()) await suggester.written(word, before[n]!);
console.log(`next word, ${words.length} remembered: ${await suggestions(suggester, before)}`);
await model.close();
