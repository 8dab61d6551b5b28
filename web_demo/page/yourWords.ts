import type { Engine } from '../worker/engine.js';
import { storage } from './storage.js';

interface Elements {
  readonly details: HTMLDetailsElement;
  readonly form: HTMLFormElement;
  readonly input: HTMLInputElement;
  readonly list: HTMLElement;
  readonly forgetAll: HTMLButtonElement;
}

/** The words that the user taught: listed, taught, forgotten, and kept in the browser. */
export class YourWords {
  constructor(
    private readonly elements: Elements,
    private readonly engine: Engine,
    private readonly changed: () => void,
  ) {
    const { details, form, forgetAll } = elements;
    details.addEventListener('toggle', () => void this.list());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.teach();
    });
    forgetAll.addEventListener('click', async () => {
      await engine.forgetAll();
      storage.clear();
      await this.list();
      changed();
    });
  }

  /** Brings back what the browser kept. What it cannot read is gone. */
  async restore(): Promise<void> {
    const memory = storage.read();
    if (memory !== null) await this.engine.remember(memory).catch(storage.clear);
    await this.list();
  }

  /** Keeps what there is now. */
  async keep(): Promise<void> {
    storage.write(await this.engine.memory());
    await this.list();
  }

  private async teach(): Promise<void> {
    const { input } = this.elements;
    const word = input.value.trim();
    const isTaught = word !== '' && (await this.engine.teach(word));
    input.setCustomValidity(isTaught ? '' : 'The model offers this already, or it is no word.');
    input.reportValidity();
    if (!isTaught) return;
    input.value = '';
    await this.keep();
    this.changed();
  }

  private async forget(word: string): Promise<void> {
    await this.engine.forget(word);
    await this.keep();
    this.changed();
  }

  private async list(): Promise<void> {
    if (!this.elements.details.open) return;
    const words = await this.engine.userWords();
    this.elements.list.replaceChildren(
      ...words.map(([word, count]) => {
        const item = document.createElement('li');
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = `${word} ×`;
        button.setAttribute('aria-label', `forget ${word}, written ${count} times`);
        button.addEventListener('click', () => void this.forget(word));
        item.append(button);
        return item;
      }),
    );
  }
}
