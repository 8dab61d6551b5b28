/** How strongly words of the text so far are remembered. */
export interface CacheNumbers {
  /** λ, their share, in (0, 1). */
  readonly weight: number;

  /** θ, above 0: how much alike two places have to be. */
  readonly sharpness: number;

  /** N, how many words are remembered. */
  readonly size: number;
}

export const MAX_CACHE_SIZE = 4096;

/** Where the file says nothing. */
export const CACHE_DEFAULTS: CacheNumbers = { weight: 0.2, sharpness: 7.5, size: 1000 };
