import { open } from 'lightrnn-decoder';
import { LiteRtModel, loadRuntime } from '../worker/runtime.js';

/** What `browserModel.ts` calls in Chromium: models on LiteRT.js, by number. */

const models: LiteRtModel[] = [];
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

  async expand(model: number, rows: readonly number[], states: readonly number[][]) {
    return Array.from(await models[model]!.expand(Int32Array.from(rows), floats(states)));
  },
};

export type ModelPage = typeof page;
Object.assign(globalThis, { page });
