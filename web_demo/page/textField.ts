import type { Field } from './typing.js';

/** The text area of the page. */
export class TextField implements Field {
  private isEditing = false;

  constructor(readonly area: HTMLTextAreaElement) {}

  get before(): string {
    return this.area.value.slice(0, this.area.selectionStart);
  }

  get after(): string {
    return this.area.value.slice(this.area.selectionEnd);
  }

  get isSelected(): boolean {
    return this.area.selectionStart !== this.area.selectionEnd;
  }

  /** Whether what changes now is changed by `replace`. */
  get isOwnEdit(): boolean {
    return this.isEditing;
  }

  replace(before: number, text: string, after = 0): void {
    const { area } = this;
    area.focus({ preventScroll: true });
    area.setSelectionRange(
      Math.max(0, area.selectionStart - before),
      Math.min(area.value.length, area.selectionEnd + after),
    );
    this.isEditing = true;
    // Old, but all that keeps what the user can undo; `setRangeText` is for the rest.
    const command = text === '' ? 'delete' : 'insertText';
    if (!document.execCommand(command, false, text)) {
      area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
    }
    this.isEditing = false;
    // As a key of the computer does.
    if (area.selectionEnd === area.value.length) area.scrollTop = area.scrollHeight;
  }

  insertAfter(text: string): void {
    this.replace(0, text);
    const cursor = this.area.selectionStart - text.length;
    this.area.setSelectionRange(cursor, cursor);
  }
}
