import { open, Suggester, textBeforeCursor, UserWords } from 'lightrnn-decoder';
import type { Answer, Engine, Memory, ModelFacts, Question, WordOfRow } from './engine.js';
import { LiteRtModel } from './runtime.js';

/** An open model, and what was written and taught to it. */
interface Opened {
  readonly model: LiteRtModel;
  readonly userWords: UserWords;
  readonly suggester: Suggester;

  /** Whether the words are unpacked that corrections are looked for in. */
  isWarm: boolean;
}

/** The model of the page, with a memory for its user. */
export class Keyboard implements Engine {
  private opened: Opened | null = null;

  private get here(): Opened {
    if (this.opened === null) throw new Error('No model is open.');
    return this.opened;
  }

  async open(content: Uint8Array<ArrayBuffer>): Promise<ModelFacts> {
    const file = await open(content);
    const model = await LiteRtModel.load(file);
    const userWords = new UserWords(file, model);
    const suggester = new Suggester(file, userWords);
    this.opened?.model.close();
    this.opened = { model, userWords, suggester, isWarm: false };
    const { card, rows, columns, vocabularySize } = file.manifest;
    return {
      id: file.manifest.sha256('vocab.bin'),
      name: said(card.name),
      language: said(card.language),
      bytes: file.size,
      words: vocabularySize,
      rows,
      columns,
      isOccupied: Uint8Array.from({ length: rows * columns }, (_, cell) =>
        Number(file.lexicon.isOccupied(cell)),
      ),
    };
  }

  async suggest({ text, shift, corrects }: Question): Promise<Answer> {
    const { here } = this;
    const { suggester, userWords } = here;
    const begin = performance.now();
    const strip = await suggester.suggest(textBeforeCursor(text), { shift, corrects });
    const milliseconds = performance.now() - begin;
    if (!here.isWarm) {
      here.isWarm = true;
      // The first correction unpacks all words: behind the first answer, before a letter comes.
      setTimeout(() => void suggester.suggest(textBeforeCursor('a')));
    }
    const cells = strip.words.map((word) => userWords.cellOf(userWords.tokenizer.normalise(word)));
    return { ...strip, cells: cells.filter((cell) => cell >= 0), milliseconds };
  }

  wordsOfRow(row: number, count: number): Promise<WordOfRow[]> {
    return this.here.suggester.wordsOfRow(row, count);
  }

  async written(word: string, context: string, isKept: boolean): Promise<void> {
    await this.here.suggester.written(word, context, isKept);
  }

  async userWords(): Promise<[string, number][]> {
    const { userWords } = this.here;
    return Array.from(userWords.counts(), ([word, count]) => {
      const cell = userWords.cellOf(word);
      return [cell < 0 ? word : userWords.written(cell), count];
    });
  }

  async teach(word: string): Promise<boolean> {
    const { userWords } = this.here;
    return userWords.learn(word, await userWords.start(false), true);
  }

  forget(word: string): Promise<boolean> {
    return this.here.suggester.forget(word);
  }

  forgetAll(): Promise<void> {
    return this.here.suggester.forgetAll();
  }

  async memory(): Promise<Memory> {
    const { userWords, suggester } = this.here;
    return { words: userWords.toJson(), habits: suggester.habits.toJson() };
  }

  async remember({ words, habits }: Memory): Promise<void> {
    const { userWords, suggester } = this.here;
    userWords.fromJson(words);
    suggester.habits.fromJson(habits);
  }
}

/** Text that a card says, which strangers wrote. */
function said(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
