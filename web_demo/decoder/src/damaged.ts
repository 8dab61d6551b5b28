/** A file that is not an exported model, or not as it was written. Its message is one line. */
export class DamagedModelError extends Error {
  override readonly name = 'DamagedModelError';

  constructor(message: string) {
    super(oneLine(message));
  }
}

/** A file of a user's words or habits that is not as it was written. Its message is one line. */
export class DamagedWordsError extends Error {
  override readonly name = 'DamagedWordsError';

  constructor(message: string) {
    super(oneLine(message));
  }
}

/** A value from a file, for a message; files come from strangers. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(JSON.stringify(value)).slice(0, 64);
}

function oneLine(message: string): string {
  return message.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
