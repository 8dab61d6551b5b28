import type { Memory } from '../worker/engine.js';

const keyOf = (model: string) => `lightrnn-memory-${model}`;

/** What the browser keeps of the user for each model; nothing where it may not. */
export const storage = {
  read(model: string): Memory | null {
    try {
      const { words, habits } = JSON.parse(localStorage.getItem(keyOf(model)) ?? '{}') as Partial<Memory>;
      return words === undefined || habits === undefined ? null : { words, habits };
    } catch {
      return null;
    }
  },

  write(model: string, memory: Memory): void {
    try {
      localStorage.setItem(keyOf(model), JSON.stringify(memory));
    } catch {
      // Private windows and full disks: the words last as long as the page.
    }
  },

  clear(model: string): void {
    try {
      localStorage.removeItem(keyOf(model));
    } catch {
      // There is nothing then.
    }
  },
};
