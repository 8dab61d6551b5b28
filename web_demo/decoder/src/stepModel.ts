/** Rows that a model scores at once. */
export const ROWS_AT_ONCE = 8;

/** Words that a model gives in one call. */
export const FIRST_WORDS = 16;

/** What a model answers when it has read a word. The arrays belong to who asked. */
export interface Step {
  /** The recurrent states, each as long as the manifest says. */
  readonly states: readonly Float32Array[];

  /** log P of each row for the next word. */
  readonly rowLogProbs: Float32Array;

  /** The outputs `words`, `log_probs` and `bound` of `suggest`, if it was asked. */
  readonly firstWords?: {
    readonly cells: Int32Array;
    readonly logProbs: Float32Array;
    readonly bound: number;
  };
}

/**
 * A model that reads one word at a time and scores rows, then the cells of rows. It is all
 * that knows the runtime: it takes and gives plain arrays, and may take its time.
 *
 * No index is out of range: some runtimes answer such with whatever their memory holds.
 */
export interface StepModel {
  /**
   * Reads the word in a cell; the signature `suggest` or `advance`.
   *
   * @param findWords - Whether to find the first words, too, if the model can.
   */
  advance(cell: number, states: readonly Float32Array[], findWords: boolean): Promise<Step>;

  /**
   * Scores the cells of rows; the signature `expand`.
   *
   * @param rows - Eight rows.
   * @returns Of each row log P of its C words, the row being known, and for free cells their
   *   score on the same scale.
   */
  expand(rows: Int32Array, states: readonly Float32Array[]): Promise<Float32Array>;
}
