import { isAddress, lastPart } from '../src/address.js';
import type { Suggester } from '../src/suggester.js';
import { textBeforeCursor } from '../src/textBeforeCursor.js';

/** Types a line as a person does: a word counts when a space shows that it is no address. */
export async function type(line: string, suggester: Suggester): Promise<void> {
  const waiting: { word: string; context: string }[] = [];
  let text = '';
  for (const key of `${line}\n`) {
    const { context, typed } = textBeforeCursor(text);
    if (!/[\p{L}\p{N}'’-]/u.test(key) && /[\p{L}\p{N}'’-]$/u.test(text) && typed !== '') {
      waiting.push({ word: typed, context });
    }
    if (/\s/.test(key)) {
      const isPart = isAddress(lastPart(text));
      for (const { word, context: before } of waiting.splice(0)) {
        if (!isPart) await suggester.written(word, before);
      }
    }
    text += key;
  }
}
