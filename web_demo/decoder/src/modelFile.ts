import { DamagedModelError } from './damaged.js';
import { FrequentWords } from './frequentWords.js';
import { Lexicon } from './lexicon.js';
import { Manifest } from './manifest.js';
import { EOS, MAX_WORD_LENGTH, UNK } from './tokenizer.js';
import { Zip } from './zip.js';

const MAX_MANIFEST = 2 ** 20;

// The characters of a word and of its form take at most 4 bytes each; line ends, cell and
// marks take 8. A file of a few bytes can claim so many words that no memory holds them.
const MAX_WORD = 8 * MAX_WORD_LENGTH + 8;
const MAX_VOCABULARY = 2 ** 28;

/**
 * An exported model, as `export/FORMAT.md` specifies: a LiteRT model with a zip behind it.
 *
 * Nothing in the file is trusted: sizes are checked before anything is unpacked.
 */
export class ModelFile {
  private constructor(
    private readonly content: Uint8Array<ArrayBuffer>,
    private readonly zip: Zip,
    readonly manifest: Manifest,
    readonly lexicon: Lexicon,
  ) {}

  /**
   * Reads a file.
   *
   * @param content - The whole file.
   * @throws DamagedModelError if it is not such a file.
   */
  static async open(content: Uint8Array<ArrayBuffer>): Promise<ModelFile> {
    const zip = new Zip(content);
    const text = new TextDecoder().decode(await zip.member('manifest.json', MAX_MANIFEST));
    const manifest = new Manifest(text, content.length);
    await checkSum('model', content.subarray(0, manifest.modelBytes), manifest);
    const most = Math.min(MAX_WORD * manifest.vocabularySize, MAX_VOCABULARY);
    const words = await zip.member('vocab.bin', most);
    await checkSum('vocab.bin', words, manifest);
    const { vocabularySize, rows, columns, startCell, unknownCell } = manifest;
    const lexicon = new Lexicon(words, vocabularySize, rows * columns);
    for (const [word, cell] of [
      [EOS, startCell],
      [UNK, unknownCell],
    ] as const) {
      if (lexicon.cellOf(word) !== cell) {
        throw new DamagedModelError(`${word} must be in cell ${cell}, as the manifest says.`);
      }
    }
    return new ModelFile(content, zip, manifest, lexicon);
  }

  /** Bytes of the whole file. */
  get size(): number {
    return this.content.length;
  }

  /** The part that the runtime reads. */
  get model(): Uint8Array<ArrayBuffer> {
    return this.content.subarray(0, this.manifest.modelBytes);
  }

  /**
   * The words that the training text has often.
   *
   * @throws DamagedModelError if the counts are damaged.
   */
  async frequentWords(): Promise<FrequentWords> {
    const { vocabularySize } = this.manifest;
    const counts = await this.zip.member('counts.bin', vocabularySize);
    await checkSum('counts.bin', counts, this.manifest);
    if (counts.length !== vocabularySize) {
      throw new DamagedModelError(`${vocabularySize} words have ${counts.length} counts.`);
    }
    return new FrequentWords(this.lexicon, counts);
  }
}

async function checkSum(
  name: 'model' | 'vocab.bin' | 'counts.bin',
  content: Uint8Array<ArrayBuffer>,
  manifest: Manifest,
): Promise<void> {
  // Browsers have it in secure contexts alone, of which localhost is one.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    throw new DamagedModelError(
      'Files can be checked only by pages that come over https or from this computer.',
    );
  }
  const sum = new Uint8Array(await subtle.digest('SHA-256', content));
  const digits = Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (digits !== manifest.sha256(name)) {
    throw new DamagedModelError(`The SHA-256 of ${name} is not that of the manifest.`);
  }
}
