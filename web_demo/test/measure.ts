import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { open } from 'lightrnn-decoder';
import { BrowserModel } from './browserModel.js';
import { startChromium } from './chromium.js';
import { BUNDLED, DemoPage, GOLDEN, serveDemo } from './demoPage.js';

/** Measures the page with the bundled file: `npm run measure`. Appends to results/browser.jsonl. */

const OPENINGS = 9;
const ROUNDS = 3;
const CALLS = 1000;
const TEXT =
  'the weather is nice today so we should go to teh park. I think that it woudl be good for ' +
  'us, and then we can have dinner with them. thank you very much! how are you doing? ';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const built = join(root, 'lightrnn_tf/demo/page');
const litert = join(root, 'web_demo/node_modules/@litertjs/core');

interface Times {
  readonly least: number;
  readonly median: number;
  readonly p95: number;
}

function timesOf(milliseconds: readonly number[]): Times {
  const sorted = Array.from(milliseconds).sort((one, other) => one - other);
  const [least, median, p95] = [0, 0.5, 0.95].map(
    (share) => Number(sorted[Math.floor(share * sorted.length)]!.toFixed(3)),
  ) as [number, number, number];
  return { least, median, p95 };
}

/** From asking for the page to words in the strip; nothing is in a cache. */
async function openings(browser: Browser, address: string): Promise<Times> {
  const found: number[] = [];
  for (let n = 0; n < OPENINGS; n++) {
    const begin = performance.now();
    const { context } = await DemoPage.open(browser, address);
    found.push(performance.now() - begin);
    await context.close();
  }
  return timesOf(found);
}

/** Of each letter of a text, what its words took in the worker. */
async function suggestions(browser: Browser, address: string): Promise<Times> {
  const { context, page } = await DemoPage.open(browser, address);
  const found = await page.evaluate(
    async ({ text, rounds }) => {
      const worker = new Worker('worker.js');
      let calls = 0;
      const call = (method: string, ...values: unknown[]) =>
        new Promise<{ milliseconds: number }>((resolve, reject) => {
          worker.onmessage = ({ data }) => ('error' in data ? reject(data.error) : resolve(data.value));
          worker.postMessage({ id: calls++, method, values });
        });
      await call('open', new Uint8Array(await (await fetch('model.tflite')).arrayBuffer()));
      const times: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        for (let end = 0; end <= text.length; end++) {
          const question = { text: text.slice(0, end), shift: 'as it is', corrects: true };
          const { milliseconds } = await call('suggest', question);
          // The first round makes the engine compile what is called often.
          if (round > 0) times.push(milliseconds);
        }
      }
      return times;
    },
    { text: TEXT, rounds: ROUNDS },
  );
  await context.close();
  return timesOf(found);
}

/** A call of the runtime, on average; of a tiny model it is what passing tensors takes. */
async function callOf(path: string): Promise<number> {
  const { manifest } = await open(readFileSync(path));
  const states = manifest.stateSizes.map((size) => new Float32Array(size));
  const model = await BrowserModel.open(path);
  await model.advanceOften(CALLS, states);
  const begin = performance.now();
  await model.advanceOften(CALLS, states);
  const milliseconds = (performance.now() - begin) / CALLS;
  await model.close();
  return Number(milliseconds.toFixed(3));
}

function sizes(paths: readonly string[]): { bytes: number; gzip: number; brotli: number } {
  const sum = (size: (content: Buffer) => number) =>
    paths.reduce((total, path) => total + size(readFileSync(path)), 0);
  return {
    bytes: sum((content) => content.length),
    gzip: sum((content) => gzipSync(content, { level: 9 }).length),
    brotli: sum((content) => brotliCompressSync(content).length),
  };
}

const pageFiles = readdirSync(built).filter((name) => name !== 'litert');
const runtimeFiles = ['js', 'wasm'].map((end) => `wasm/litert_wasm_compat_internal.${end}`);
const { version } = JSON.parse(readFileSync(join(litert, 'package.json'), 'utf8')) as { version: string };
const [browser, server] = await Promise.all([startChromium(), serveDemo()]);
const row = {
  page_and_decoder: sizes(pageFiles.map((name) => join(built, name))),
  runtime: sizes(runtimeFiles.map((name) => join(litert, name))),
  model: readFileSync(BUNDLED).length,
  first_suggestion_ms: await openings(browser, server.address),
  suggestion_ms: await suggestions(browser, server.address),
  letters: TEXT.length,
  call_ms: await callOf(BUNDLED),
  call_of_a_tiny_model_ms: await callOf(GOLDEN),
  chromium: browser.version(),
  litert_js: version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
};
await browser.close();
server.close();
appendFileSync(join(root, 'results/browser.jsonl'), `${JSON.stringify(row)}\n`);
console.log(JSON.stringify(row, null, 2));
