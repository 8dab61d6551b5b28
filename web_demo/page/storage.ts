import type { Memory } from '../worker/engine.js';

const KEY = 'lightrnn-memory';

/** What the browser keeps of the user; nothing where it may not. */
export const storage = {
  read(): Memory | null {
    try {
      const { words, habits } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Memory>;
      return words === undefined || habits === undefined ? null : { words, habits };
    } catch {
      return null;
    }
  },

  write(memory: Memory): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(memory));
    } catch {
      // Private windows and full disks: the words last as long as the page.
    }
  },

  clear(): void {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // There is nothing then.
    }
  },
};
