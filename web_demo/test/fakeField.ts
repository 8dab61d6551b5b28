import type { Field } from '../page/typing.js';

/** A text with a cursor, and what the browser does to it. */
export class FakeField implements Field {
  isSelected = false;

  constructor(
    public before = '',
    public after = '',
  ) {}

  replace(before: number, text: string, after = 0): void {
    this.before = this.before.slice(0, this.before.length - before) + text;
    this.after = this.after.slice(after);
  }

  insertAfter(text: string): void {
    this.after = text + this.after;
  }
}
