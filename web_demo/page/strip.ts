import { MIDDLE, type Slots } from './slots.js';

const QUIET_MS = 700;

/** The strip of three words, which screen readers are told of when typing pauses. */
export class Strip {
  private readonly buttons: readonly HTMLButtonElement[];
  private timer = 0;

  constructor(
    element: HTMLElement,
    private readonly said: HTMLElement,
    taken: (slot: number) => void,
  ) {
    this.buttons = [0, 1, 2].map((slot) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.tabIndex = -1;
      button.disabled = true;
      button.setAttribute('aria-label', `slot ${slot + 1}, empty`);
      button.classList.toggle('best', slot === MIDDLE);
      button.addEventListener('pointerdown', (event) => event.preventDefault());
      button.addEventListener('click', () => taken(slot));
      return button;
    });
    element.replaceChildren(...this.buttons);
  }

  show({ words, typed, isSure }: Slots): void {
    this.buttons.forEach((button, slot) => {
      const word = words[slot] ?? null;
      const isTyped = slot === 0 && typed !== '';
      button.textContent = isTyped ? `“${typed}”` : word;
      button.disabled = word === null;
      const name = isTyped ? `keep ${typed}` : (word ?? 'empty');
      button.setAttribute('aria-label', `slot ${slot + 1}, ${name}`);
      button.classList.toggle('sure', isSure && slot === MIDDLE);
    });
    clearTimeout(this.timer);
    const offered = words.filter((word, slot) => word !== null && !(slot === 0 && typed !== ''));
    this.timer = setTimeout(() => {
      this.said.textContent = offered.length === 0 ? '' : `Suggested: ${offered.join(', ')}`;
    }, QUIET_MS);
  }
}
