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
  // The model that is open, none at first.
  private model = '';

  constructor(
    private readonly elements: Elements,
    private readonly engine: Engine,
    private readonly changed: () => void,
  ) {
    const { details, form, forgetAll } = elements;
    details.addEventListener('toggle', () => void this.list());
    // What was refused may be put right.
    elements.input.addEventListener('input', () => elements.input.setCustomValidity(''));
    // Another page of this browser taught or forgot.
    addEventListener('storage', () => void this.bringBack().then(changed));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.teach();
    });
    forgetAll.addEventListener('click', async () => {
      if (this.model === '') return;
      await engine.forgetAll();
      storage.clear(this.model);
      await this.list();
      changed();
    });
  }

  /** Brings back what the browser kept for a model. */
  async restore(model: string): Promise<void> {
    this.model = model;
    await this.bringBack();
  }

  private async bringBack(): Promise<void> {
    if (this.model === '') return;
    const memory = storage.read(this.model);
    // What cannot be read is as good as nothing.
    if (memory !== null) await this.engine.remember(memory).catch(() => this.engine.forgetAll());
    else await this.engine.forgetAll();
    await this.list();
  }

  /** Keeps what there is now. */
  async keep(): Promise<void> {
    storage.write(this.model, await this.engine.memory());
    await this.list();
  }

  private async teach(): Promise<void> {
    const { input } = this.elements;
    const word = input.value.trim();
    const isTaught = this.model !== '' && word !== '' && (await this.engine.teach(word));
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
    this.elements.input.focus();
    this.changed();
  }

  private async list(): Promise<void> {
    if (!this.elements.details.open || this.model === '') return;
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
