import type { PlainPredictor } from './plainPredictor.js';
import type { State } from './state.js';

/** Words of a line that count at most. */
const MAX_WORDS = 64;

/**
 * Reads the line before the cursor. The states after its words are kept, so that a letter
 * reads nothing again and a word is read once. It reads one line at a time.
 */
export class Line {
  // The states at the start and after each of the cells.
  private readonly states: State[] = [];
  private readonly cells: number[] = [];

  // While a word is typed, what stands before it stays the same.
  private context: string | null = null;
  private wordsChanges = -1;

  /** How often another line was read. */
  changes = 0;

  constructor(private readonly predictor: PlainPredictor) {}

  /** The state of the model after a line, of whose words the last 32 to 64 count. */
  async stateAfter(context: string): Promise<State> {
    const { words } = this.predictor;
    if (context !== this.context || words.changes !== this.wordsChanges) {
      this.changes++;
      this.context = null;
      await this.read(this.lastCells(context));
      this.context = context;
      this.wordsChanges = words.changes;
    }
    return this.states.at(-1)!;
  }

  private lastCells(context: string): number[] {
    const cells = this.predictor.cellsIn(context);
    // Moved on in large steps, so that a long line is not read anew with each word.
    const step = MAX_WORDS / 2;
    return cells.slice(Math.floor(Math.max(0, cells.length - step) / step) * step);
  }

  private async read(cells: readonly number[]): Promise<void> {
    let state = this.states[0] ?? (await this.predictor.start());
    this.states[0] = state;
    const other = cells.findIndex((cell, place) => cell !== this.cells[place]);
    const same = other < 0 ? cells.length : other;
    this.cells.length = same;
    this.states.length = same + 1;
    state = this.states[same] ?? state;
    for (const [n, cell] of cells.slice(same).entries()) {
      // Words are wanted behind the last one alone.
      state = await this.predictor.advance(cell, state, same + n + 1 === cells.length);
      this.states.push(state);
      this.cells.push(cell);
    }
  }
}
