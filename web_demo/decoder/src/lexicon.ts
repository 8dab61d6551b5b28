import { DamagedModelError } from './damaged.js';
import { FoldedWords } from './foldedWords.js';
import { Marks } from './marks.js';
import { beginsWith, compareByCodePoints, fold, isBare } from './spelling.js';
import type { Words } from './words.js';

const BLOCK = 64;
const MOST_LOOKED_UP = 1000;
const NEW_LINE = 0x0a;

/** No character, so no word sorts after it. */
const LAST_CHARACTER = '\u{10ffff}';

/**
 * The words of an exported model as they lie in its file: sorted and front-coded, each as
 * the number of bytes that it shares with the one before and the bytes that follow. A
 * prefix is a range of them, found by bisection, without unpacking them all.
 */
export class Lexicon implements Words {
  readonly changes = 0;
  private readonly blockStarts: Int32Array;
  private readonly cells: Int32Array;
  private readonly ranks: Int32Array;
  private readonly marks: Marks;
  private foldedWords: readonly FoldedWords[] | null = null;

  // The words of a text are looked up with each word that is added to it.
  private readonly lookedUp = new Map<string, number>();

  // The word that was unpacked last. U+FEFF is a word like others.
  private bytes = new Uint8Array(64);
  private length = 0;
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /**
   * @param content - `vocab.bin`, unpacked.
   * @param size - Number of words, V.
   * @param cellCount - Number of cells, R · C.
   * @throws DamagedModelError if the bytes are not those of so many words and cells.
   */
  constructor(
    private readonly content: Uint8Array,
    readonly size: number,
    readonly cellCount: number,
  ) {
    const bits = Math.max(1, 32 - Math.clz32(cellCount - 1));
    this.blockStarts = new Int32Array(Math.ceil(size / BLOCK));
    const wordsEnd = this.findBlocks();
    const cellsEnd = wordsEnd + Math.ceil((size * bits) / 8);
    if (cellsEnd > content.length) throw new DamagedModelError('The vocabulary is too short.');
    this.marks = new Marks(content, cellsEnd, size);
    this.cells = new Int32Array(size);
    this.ranks = new Int32Array(cellCount).fill(-1);
    for (let rank = 0; rank < size; rank++) {
      const cell = this.unpackedCell(8 * wordsEnd + rank * bits, bits);
      if (cell >= cellCount || this.ranks[cell]! >= 0) {
        throw new DamagedModelError(`Cell ${cell} of the vocabulary is not its own.`);
      }
      this.cells[rank] = cell;
      this.ranks[cell] = rank;
    }
    this.checkForms();
  }

  /** Finds the first word of each block; returns where the words end. */
  private findBlocks(): number {
    let at = this.size;
    for (let rank = 0; rank < this.size; rank++) {
      if (rank % BLOCK === 0) this.blockStarts[rank / BLOCK] = at;
      const end = this.content.indexOf(NEW_LINE, at);
      if (end < 0 || at >= this.content.length) {
        throw new DamagedModelError(
          `The vocabulary must hold ${this.size} words. Received: ${rank}.`,
        );
      }
      at = end + 1;
    }
    return at;
  }

  /** The cell of `bits` bits at a bit. */
  private unpackedCell(offset: number, bits: number): number {
    let cell = 0;
    for (let bit = 0; bit < bits; bit++) {
      const at = offset + bit;
      // Bits of a large file are more than 2³¹.
      cell |= ((this.content[Math.floor(at / 8)]! >> (at % 8)) & 1) << bit;
    }
    return cell;
  }

  /** Refuses forms of other words: they would be offered in place of these. */
  private checkForms(): void {
    const { spelledOut } = this.marks;
    let form = 0;
    this.walk(0, (rank) => {
      if (rank === spelledOut[form]) {
        if (fold(this.marks.form(form)) !== fold(this.unpacked())) {
          throw new DamagedModelError('A form of the vocabulary is not that of its word.');
        }
        form++;
      }
      return form < spelledOut.length;
    });
  }

  isOccupied(cell: number): boolean {
    return this.rankOf(cell) >= 0;
  }

  /** The cell of a word, from its place in the order of the words. */
  cell(rank: number): number {
    return this.cells[rank]!;
  }

  private rankOf(cell: number): number {
    return this.ranks[cell] ?? -1;
  }

  isSuggestable(cell: number): boolean {
    const rank = this.rankOf(cell);
    return rank >= 0 && this.marks.isSuggestable(rank);
  }

  isTrusted(cell: number): boolean {
    const rank = this.rankOf(cell);
    return rank >= 0 && this.marks.isTrusted(rank);
  }

  word(cell: number): string {
    const rank = this.rankOf(cell);
    if (rank < 0) return '';
    this.walk(rank, () => false);
    return this.unpacked();
  }

  written(cell: number): string {
    const rank = this.rankOf(cell);
    return rank < 0 ? '' : this.marks.written(rank, this.word(cell));
  }

  cellOf(word: string): number {
    const known = this.lookedUp.get(word);
    if (known !== undefined) return known;
    if (this.lookedUp.size === MOST_LOOKED_UP) this.lookedUp.clear();
    const cell = this.findCell(word);
    this.lookedUp.set(word, cell);
    return cell;
  }

  private findCell(word: string): number {
    const folded = fold(word);
    let found = -1;
    this.walk(this.firstRank(folded), (rank) => {
      const other = this.unpacked();
      if (other === word) found = this.cell(rank);
      return found < 0 && fold(other) === folded;
    });
    return found;
  }

  withPrefix(prefix: string, ignoreCase: boolean): Iterable<number> {
    const folded = fold(prefix);
    const first = this.firstRank(folded);
    const end = this.firstRank(folded + LAST_CHARACTER);
    if (first >= end) return [];
    if (ignoreCase && isBare(prefix)) return this.cells.subarray(first, end);
    const found: number[] = [];
    this.walk(first, (rank) => {
      if (beginsWith(this.unpacked(), prefix, ignoreCase)) found.push(this.cell(rank));
      return rank + 1 < end;
    });
    return found;
  }

  /** Made when it is first asked for. */
  get folded(): readonly FoldedWords[] {
    if (this.foldedWords === null) {
      const folds: string[] = [];
      this.walk(0, () => folds.push(fold(this.unpacked())) > 0);
      this.foldedWords = [new FoldedWords(folds, this.cells)];
    }
    return this.foldedWords;
  }

  private unpacked(): string {
    return this.decoder.decode(this.bytes.subarray(0, this.length));
  }

  /** Unpacks the words from a rank on, until `more` says that it was the last one. */
  private walk(first: number, more: (rank: number) => boolean): void {
    let rank = first - (first % BLOCK);
    let at = this.blockStarts[rank / BLOCK] ?? 0;
    this.length = 0;
    for (; first < this.size && rank < this.size; rank++) {
      this.length = Math.min(this.content[rank]!, this.length);
      for (let byte = this.content[at++]!; byte !== NEW_LINE; byte = this.content[at++]!) {
        if (this.length === this.bytes.length) this.makeRoom();
        this.bytes[this.length++] = byte;
      }
      if (rank >= first && !more(rank)) return;
    }
  }

  private makeRoom(): void {
    const larger = new Uint8Array(2 * this.bytes.length);
    larger.set(this.bytes);
    this.bytes = larger;
  }

  /** The rank of the first word whose fold is this one or a later one. */
  private firstRank(folded: string): number {
    let low = 0;
    let high = this.blockStarts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      this.walk(middle * BLOCK, () => false);
      if (this.isBefore(folded)) low = middle + 1;
      else high = middle;
    }
    let found = this.size;
    this.walk(Math.max(low - 1, 0) * BLOCK, (rank) => {
      const before = this.isBefore(folded);
      if (!before) found = rank;
      return before;
    });
    return found;
  }

  /** Whether the word that was unpacked last comes before a fold. */
  private isBefore(folded: string): boolean {
    return compareByCodePoints(fold(this.unpacked()), folded) < 0;
  }
}
