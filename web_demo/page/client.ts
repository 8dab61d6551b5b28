import type { Call, Engine, Reply } from '../worker/engine.js';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the worker, and makes its methods callable here. */
export function startEngine(script: URL): Engine {
  const worker = new Worker(script);
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) call?.reject(new Error(data.error));
    else call?.resolve(data.value);
  };
  worker.onerror = (event) => {
    const error = new Error(event.message || 'The worker cannot be loaded.');
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const call = (method: keyof Engine, values: readonly unknown[]) =>
    new Promise((resolve, reject) => {
      const id = calls++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, values } satisfies Call);
    });
  return new Proxy({} as Engine, {
    get: (_, method: keyof Engine) => (...values: readonly unknown[]) => call(method, values),
  });
}
