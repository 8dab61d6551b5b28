/** Keeps a number and its unit in one line. */
const NARROW_SPACE = '\u202f';

/** A number with its thousands apart. */
export function whole(number: number): string {
  return number.toLocaleString('en');
}

/** A share of 1 in percent. */
export function percent(share: number): string {
  const digits = share < 0.0995 ? 1 : 0;
  return share < 0.0005 ? `< 0.1${NARROW_SPACE}%` : `${(100 * share).toFixed(digits)}${NARROW_SPACE}%`;
}

/** Bytes in megabytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)}${NARROW_SPACE}MB`;
}
