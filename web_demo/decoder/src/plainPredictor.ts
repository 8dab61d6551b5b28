import { CheckedModel } from './checkedModel.js';
import type { Lexicon } from './lexicon.js';
import type { Manifest } from './manifest.js';
import type { ModelFile } from './modelFile.js';
import { Predictor } from './predictor.js';
import type { State } from './state.js';
import type { StepModel } from './stepModel.js';
import type { Tokenizer } from './tokenizer.js';
import type { Words } from './words.js';

/** A model with the words that it was trained with. */
export class PlainPredictor extends Predictor {
  readonly rows: number;
  readonly columns: number;
  readonly tokenizer: Tokenizer;
  protected readonly manifest: Manifest;
  protected readonly lexicon: Lexicon;
  private readonly model: CheckedModel;

  /**
   * @param file - The file, from `open`.
   * @param model - The model of this file on a runtime.
   */
  constructor(file: ModelFile, model: StepModel) {
    super();
    this.manifest = file.manifest;
    this.rows = file.manifest.rows;
    this.columns = file.manifest.columns;
    this.tokenizer = file.manifest.tokenizer;
    this.model = new CheckedModel(model, file.manifest);
    this.lexicon = file.lexicon;
  }

  get words(): Words {
    return this.lexicon;
  }

  /** The state in which a line begins. */
  start(findWords = true): Promise<State> {
    return this.model.start(findWords);
  }

  /** The state after the words of a line. */
  async read(line: string): Promise<State> {
    const cells = this.cellsIn(line);
    let state = await this.start(cells.length === 0);
    for (const [place, cell] of cells.entries()) {
      // Words are wanted behind the last one alone.
      state = await this.advance(cell, state, place + 1 === cells.length);
    }
    return state;
  }

  /** The cells of the words of a line, those of unknown words being that of `<unk>`. */
  cellsIn(line: string): number[] {
    return this.tokenizer.words(line).map((word) => {
      const cell = this.words.cellOf(word);
      return cell < 0 ? this.manifest.unknownCell : cell;
    });
  }

  override advance(cell: number, state: State, findWords = false): Promise<State> {
    return this.model.advance(cell, state.states, findWords);
  }

  override expand(rows: readonly number[], state: State): Promise<Float32Array> {
    return this.model.expand(rows, state);
  }

  override isChanged(_row: number, _state: State): boolean {
    return false;
  }
}
