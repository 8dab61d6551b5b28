import type { Call, Reply } from './engine.js';
import { Keyboard } from './keyboard.js';
import { loadRuntime } from './runtime.js';

/** Answers the calls of the page. */

declare const self: DedicatedWorkerGlobalScope;

const keyboard = new Keyboard();
const runtime = loadRuntime(new URL('litert/', self.location.href));
let turn: Promise<unknown> = runtime.catch(() => undefined);

async function replyTo({ id, method, values }: Call): Promise<Reply> {
  try {
    await runtime;
    const work = keyboard[method] as (...values: unknown[]) => Promise<unknown>;
    return { id, value: await work.apply(keyboard, [...values]) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

self.onmessage = ({ data }: MessageEvent<Call>) => {
  turn = turn.then(async () => self.postMessage(await replyTo(data)));
};
