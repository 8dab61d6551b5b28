import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Step, StepModel } from 'lightrnn-decoder';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from './chromium.js';
import type { ModelPage } from './modelPage.js';
import { StaticServer } from './staticServer.js';

const here = fileURLToPath(new URL('..', import.meta.url));
const runtime = join(here, '../node_modules/@litertjs/core/wasm');

declare const page: ModelPage;

/** A model that LiteRT.js runs in Chromium, for tests that run in Node.js. */
export class BrowserModel implements StepModel {
  private constructor(
    private readonly browser: Browser,
    private readonly server: StaticServer,
    private readonly page: Page,
    private readonly model: number,
  ) {}

  static async open(path: string): Promise<BrowserModel> {
    const files: Readonly<Record<string, () => Uint8Array>> = {
      'index.html': () => Buffer.from('<body><script src="modelPage.js"></script>'),
      'modelPage.js': () => readFileSync(join(here, 'modelPage.js')),
      'model.tflite': () => readFileSync(path),
    };
    const server = await StaticServer.start(
      (name) =>
        name.startsWith('litert/') ? readFileSync(join(runtime, basename(name))) : (files[name]?.() ?? null),
      '/',
    );
    const browser = await startChromium();
    try {
      const opened = await browser.newPage();
      await opened.goto(server.address);
      const model = await opened.evaluate(() => page.open('model.tflite'));
      return new BrowserModel(browser, server, opened, model);
    } catch (error) {
      await browser.close();
      server.close();
      throw error;
    }
  }

  async advance(cell: number, states: readonly Float32Array[], findWords: boolean): Promise<Step> {
    const question = { model: this.model, cell, states: numbers(states), findWords };
    const answer = await this.page.evaluate(
      ({ model, cell, states, findWords }) => page.advance(model, cell, states, findWords),
      question,
    );
    const step = {
      states: answer.states.map((state) => Float32Array.from(state)),
      rowLogProbs: Float32Array.from(answer.rowLogProbs),
    };
    if (answer.bound === null) return step;
    const cells = Int32Array.from(answer.cells);
    const logProbs = Float32Array.from(answer.logProbs);
    return { ...step, firstWords: { cells, logProbs, bound: answer.bound } };
  }

  /** Reads a word so many times; returns the bytes of memory of LiteRT.js. */
  advanceOften(count: number, states: readonly Float32Array[]): Promise<number> {
    return this.page.evaluate(
      ({ model, count, states }) => page.advanceOften(model, count, states),
      { model: this.model, count, states: numbers(states) },
    );
  }

  async expand(rows: Int32Array, states: readonly Float32Array[]): Promise<Float32Array> {
    const answer = await this.page.evaluate(
      ({ model, rows, states }) => page.expand(model, rows, states),
      { model: this.model, rows: Array.from(rows), states: numbers(states) },
    );
    return Float32Array.from(answer);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}

/** What the tests of the decoder ask for; see `decoder/test/testModel.ts`. */
export function openModel(path: string): Promise<BrowserModel> {
  return BrowserModel.open(path);
}

function numbers(states: readonly Float32Array[]): number[][] {
  return states.map((state) => Array.from(state));
}
