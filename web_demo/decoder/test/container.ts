import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { ModelFile } from '../src/modelFile.js';
import { compareByCodePoints, fold } from '../src/spelling.js';
import { isSuggestable } from '../src/tokenizer.js';

interface Contents {
  words: readonly string[];
  rows: number;
  columns: number;
  lowercase?: boolean;

  /** Four bits of each word, by word. */
  marks?: Readonly<Record<string, number>>;
  forms?: string;
  counts?: Uint8Array;

  /** Values in place of those of the manifest. */
  manifest?: Readonly<Record<string, unknown>>;

  /** Members in place of others; null for none. */
  members?: Readonly<Record<string, Uint8Array | null>>;
}

/** A file as FORMAT.md has it, made by hand; the n-th word is in cell n. */
export function container(contents: Contents) {
  const { words, rows, columns, lowercase = false } = contents;
  const model = Buffer.from('a model');
  const vocabulary = vocabularyOf(contents);
  const counts = contents.counts ?? new Uint8Array(words.length).fill(1);
  const manifest = {
    format_version: 4,
    model_bytes: model.length,
    model: 'lightrnn',
    rows,
    columns,
    vocabulary_size: words.length,
    suggest_rows: 1,
    signatures: ['advance', 'expand', 'suggest'],
    states: [
      [1, 4],
      [1, 4],
    ],
    initial_state: 'zeros',
    start_cell: words.indexOf('<eos>'),
    unknown_cell: words.indexOf('<unk>'),
    tokenizer: 'words',
    lowercase,
    line_independent: true,
    quantization: 'none',
    quantize_aware: false,
    training: {},
    sha256: { model: sum(model), 'vocab.bin': sum(vocabulary), 'counts.bin': sum(counts) },
    ...contents.manifest,
  };
  const members = {
    'manifest.json': Buffer.from(JSON.stringify(manifest)),
    'vocab.bin': vocabulary,
    'counts.bin': counts,
    ...contents.members,
  };
  const bytes = new Uint8Array(withZip(model, members));
  return { bytes, vocabulary, open: () => ModelFile.open(bytes) };
}

/** `vocab.bin`, words sorted and each spelled out. */
export function vocabularyOf({ words, rows, columns, marks = {}, forms = '' }: Contents): Buffer {
  const sorted = Array.from(words).sort(
    (one, other) => compareByCodePoints(fold(one), fold(other)) || compareByCodePoints(one, other),
  );
  const bits = Math.max(1, Math.ceil(Math.log2(rows * columns)));
  const cells = packed(
    sorted.map((word) => words.indexOf(word)),
    bits,
  );
  const markOf = (word: string) => marks[word] ?? (isSuggestable(word) ? 3 : 0);
  return Buffer.concat([
    Buffer.alloc(words.length),
    Buffer.from(sorted.map((word) => `${word}\n`).join('')),
    cells,
    packed(sorted.map(markOf), 4),
    Buffer.from(forms),
  ]);
}

function packed(numbers: readonly number[], bits: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((numbers.length * bits) / 8));
  numbers.forEach((number, n) => {
    for (let bit = 0; bit < bits; bit++) {
      const at = n * bits + bit;
      bytes[at >> 3]! |= ((number >> bit) & 1) << (at & 7);
    }
  });
  return bytes;
}

function withZip(model: Buffer, members: Record<string, Uint8Array | null>): Buffer {
  const parts = [model];
  const directory: Buffer[] = [];
  let at = model.length;
  for (const [name, content] of Object.entries(members)) {
    if (content === null) continue;
    // Stored or deflated, as files may have both.
    const isStored = name === 'counts.bin';
    const data = isStored ? Buffer.from(content) : deflateRawSync(content);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50);
    header.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(isStored ? 0 : 8, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, Buffer.from(name));
    parts.push(header, Buffer.from(name), data);
    at += header.length + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

function sum(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
