import { open } from 'lightrnn-decoder';
import { LiteRtModel, loadRuntime } from '../worker/runtime.js';

/** What `browserModel.ts` calls in Chromium: models on LiteRT.js, by number. */

const models: LiteRtModel[] = [];
const memories: WebAssembly.Memory[] = [];
const { instantiateStreaming } = WebAssembly;
WebAssembly.instantiateStreaming = async (...source) => {
  const made = await instantiateStreaming(...source);
  for (const it of Object.values(made.instance.exports)) {
    if (it instanceof WebAssembly.Memory) memories.push(it);
  }
  return made;
};
const runtime = loadRuntime(new URL('litert/', document.baseURI));

const floats = (states: readonly number[][]) => states.map((state) => Float32Array.from(state));

const page = {
  async open(address: string): Promise<number> {
    await runtime;
    const content = new Uint8Array(await (await fetch(address)).arrayBuffer());
    return models.push(await LiteRtModel.load(await open(content))) - 1;
  },

  async advance(model: number, cell: number, states: readonly number[][], findWords: boolean) {
    const step = await models[model]!.advance(cell, floats(states), findWords);
    const { firstWords } = step;
    return {
      states: step.states.map((state) => Array.from(state)),
      rowLogProbs: Array.from(step.rowLogProbs),
      cells: Array.from(firstWords?.cells ?? []),
      logProbs: Array.from(firstWords?.logProbs ?? []),
      bound: firstWords?.bound ?? null,
    };
  },

  /** Reads a word so many times, and returns the bytes that WebAssembly takes then. */
  async advanceOften(model: number, count: number, states: readonly number[][]): Promise<number> {
    for (let n = 0; n < count; n++) await models[model]!.advance(0, floats(states), true);
    return memories.reduce((bytes, { buffer }) => bytes + buffer.byteLength, 0);
  },

  async expand(model: number, rows: readonly number[], states: readonly number[][]) {
    return Array.from(await models[model]!.expand(Int32Array.from(rows), floats(states)));
  },
};

export type ModelPage = typeof page;
Object.assign(globalThis, { page });
