import type { Casing } from 'lightrnn-decoder';

/** What a key of the board does. */
export interface BoardListener {
  key(key: string): void;
  backspace(): void;
}

const LETTERS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const SYMBOLS = ['1234567890', '@#$%&-+()/', '*"\':;!?€='];
const DOUBLE_TAP_MS = 350;
const HOLD_MS = 400;
const REPEAT_MS = 60;

const ICONS = {
  shift: 'M12 4 4 12h4v7h8v-7h4z',
  capitals: 'M12 3 4 11h4v5h8v-5h4zM8 20h8',
  backspace: 'M9 6h11v12H9l-6-6zM12 9l5 6M17 9l-5 6',
  enter: 'M20 6v7H5M9 9l-4 4 4 4',
};

/** The keyboard on the screen. It writes; what the words become is not its business. */
export class Board {
  private page: readonly string[] = LETTERS;
  private chosen: Casing | null = null;
  private casing: Casing = 'as it is';
  private shiftAt = 0;
  private repeat = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly listener: BoardListener,
  ) {
    this.draw();
    // Of the window: keys are drawn anew where a sentence begins, under the finger.
    for (const event of ['pointerup', 'pointercancel']) {
      addEventListener(event, () => clearTimeout(this.repeat));
    }
  }

  /** How the next letter is written: as the user chose, or as the text asks. */
  show(casing: Casing): void {
    const next = this.chosen ?? casing;
    if (next === this.casing) return;
    this.casing = next;
    this.draw();
  }

  private draw(): void {
    const [top = '', middle = '', bottom = ''] = this.page;
    const isLetters = this.page === LETTERS;
    const keys = (row: string) => Array.from(row, (key) => this.letter(key));
    this.element.replaceChildren(
      rowOf(keys(top)),
      rowOf(keys(middle)),
      rowOf([isLetters ? this.shiftKey() : null, ...keys(bottom), this.backspaceKey()]),
      rowOf([
        button('wide', isLetters ? '?123' : 'ABC', isLetters ? 'digits and signs' : 'letters', () => {
          this.page = isLetters ? SYMBOLS : LETTERS;
          this.draw();
        }),
        this.letter(','),
        this.letter("'"),
        button('space', 'space', 'space', () => {
          // After a sign and a space come letters again.
          this.page = LETTERS;
          this.listener.key(' ');
          this.draw();
        }),
        this.letter('.'),
        icon(button('wide', '', 'new line', () => this.listener.key('\n')), ICONS.enter),
      ]),
    );
  }

  private letter(key: string): HTMLButtonElement {
    const shown = this.casing === 'as it is' ? key : key.toUpperCase();
    return button('', shown, shown, () => {
      if (this.chosen === 'capital' || this.chosen === 'as it is') this.chosen = null;
      this.listener.key(shown);
    });
  }

  private shiftKey(): HTMLButtonElement {
    const isOn = this.casing !== 'as it is';
    const key = button(isOn ? 'wide pressed' : 'wide', '', 'shift', () => this.shift());
    key.setAttribute('aria-pressed', String(isOn));
    return icon(key, this.casing === 'capitals' ? ICONS.capitals : ICONS.shift);
  }

  /** A tap is for one letter; two in haste are for all until the next tap. */
  private shift(): void {
    const isDouble = performance.now() - this.shiftAt < DOUBLE_TAP_MS;
    this.shiftAt = isDouble ? 0 : performance.now();
    if (isDouble) this.chosen = 'capitals';
    else this.chosen = this.casing === 'as it is' ? 'capital' : 'as it is';
    this.casing = this.chosen;
    this.draw();
  }

  /** Held, it goes on deleting. */
  private backspaceKey(): HTMLButtonElement {
    const key = icon(
      button('wide', '', 'delete', () => this.listener.backspace()),
      ICONS.backspace,
    );
    const again = () => {
      this.listener.backspace();
      this.repeat = setTimeout(again, REPEAT_MS);
    };
    key.addEventListener('pointerdown', () => {
      clearTimeout(this.repeat);
      this.repeat = setTimeout(again, HOLD_MS);
    });
    return key;
  }
}

function rowOf(keys: readonly (HTMLButtonElement | null)[]): HTMLElement {
  const row = document.createElement('div');
  row.append(...keys.filter((key) => key !== null));
  return row;
}

function button(kind: string, shown: string, name: string, press: () => void): HTMLButtonElement {
  const key = document.createElement('button');
  key.type = 'button';
  key.className = kind;
  key.textContent = shown;
  key.setAttribute('aria-label', name);
  // The text keeps the focus; a person who uses Tab has keys enough.
  key.tabIndex = -1;
  // Written when the finger comes down: two thumbs overlap. A click is a screen reader's.
  key.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    if (event.button === 0) press();
  });
  key.addEventListener('click', ({ detail }) => {
    if (detail === 0) press();
  });
  return key;
}

function icon(key: HTMLButtonElement, path: string): HTMLButtonElement {
  const NAMESPACE = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(NAMESPACE, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  key.append(svg);
  return key;
}
