import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { DamagedModelError } from '../src/damaged.js';
import { ModelFile } from '../src/modelFile.js';
import { container } from './container.js';
import { random } from './fakeModel.js';
import { bytesOf, goldenFile, inRepository, modelPath } from './golden.js';

const words = ['<eos>', '<unk>', 'the', 'cat'];
const small = { words, rows: 2, columns: 3 };

/** Opens a file, or returns what is wrong with it: one line, whatever the file is. */
async function problemOf(content: Uint8Array<ArrayBuffer>): Promise<string | null> {
  try {
    await (await ModelFile.open(content)).frequentWords();
    return null;
  } catch (error) {
    assert.ok(error instanceof DamagedModelError, String(error));
    assert.match(error.message, /^[^\n\r\u2028\u2029]{1,400}$/u);
    return error.message;
  }
}

test('a file is read', async () => {
  const file = await goldenFile();
  assert.equal(file.size, bytesOf(modelPath).length);
  assert.equal(file.model.length, file.manifest.modelBytes);
  assert.equal(file.manifest.rows * file.manifest.columns, file.lexicon.cellCount);
  assert.equal((await container(small).open()).lexicon.cellOf('cat'), 3);
});

test('a file in the middle of a buffer is read', async () => {
  const bytes = bytesOf(modelPath);
  const buffer = new Uint8Array(bytes.length + 200);
  buffer.set(bytes, 100);
  const file = await ModelFile.open(buffer.subarray(100, 100 + bytes.length));
  assert.equal(file.lexicon.cellOf('the'), (await goldenFile()).lexicon.cellOf('the'));
});

test('the bundled model is read', async () => {
  const file = await ModelFile.open(bytesOf(inRepository('lightrnn_tf/pretrained/en.tflite')));
  assert.equal(file.lexicon.written(file.lexicon.cellOf('london')), 'London');
  const frequent = await file.frequentWords();
  for (const [word, isSlip] of [
    ['teh', true],
    ['thne', true],
    ['xyzzyx', false],
    ['', false],
  ] as const) {
    assert.equal(frequent.isOneSlipFrom(word), isSlip, word);
  }
});

test('a frequent word is no slip, and a rare word has none', async () => {
  const some = ['<eos>', '<unk>', 'hello', 'world'];
  // In the order of the words; a level of 255 is 2 ** 31.75 times, 0 never.
  const counts = Uint8Array.from([255, 255, 255, 0]);
  const frequent = await (
    await container({ ...small, words: some, counts }).open()
  ).frequentWords();
  const slips = ['hello', 'helo', 'hlelo', 'world', 'wrold', ''].filter((word) =>
    frequent.isOneSlipFrom(word),
  );
  assert.deepEqual(slips, ['helo', 'hlelo']);
});

describe('damaged files are refused', () => {
  const bytes = bytesOf(modelPath);

  test('those that are cut, or no models', async () => {
    const changed = bytes.slice();
    changed[1000]! += 1;
    const damaged: [Uint8Array<ArrayBuffer>, string][] = [
      [new Uint8Array(0), 'The file has no zip at its end.'],
      [new Uint8Array(100), 'The file has no zip at its end.'],
      [bytes.slice(0, bytes.length / 2), 'The file has no zip at its end.'],
      [bytes.slice(0, bytes.length - 1), 'The file has no zip at its end.'],
      [changed, 'The SHA-256 of model is not that of the manifest.'],
    ];
    for (const [content, message] of damaged) assert.equal(await problemOf(content), message);
  });

  test('those with random damage, unless it does no harm', async () => {
    const next = random(0);
    const byte = () => Math.floor(next() * 256);
    let refused = 0;
    for (let n = 0; n < 2000; n++) {
      const content = bytes.slice();
      const from = n % 2 === 0 ? content.length - 4000 : 0;
      for (let times = 1 + Math.floor(next() * 4); times > 0; times--) {
        content[from + Math.floor(next() * (content.length - from))] = byte();
      }
      if ((await problemOf(content)) !== null) refused++;
    }
    assert.ok(refused > 1500, `${refused}`);
  });

  test('those whose words are damaged and whose sums are right', async () => {
    const { vocabulary } = container({ ...small, words: [...words, 'É', 'iphone'] });
    const next = random(1);
    for (let n = 0; n < 2000; n++) {
      const content = Buffer.from(vocabulary);
      for (let times = 1 + Math.floor(next() * 3); times > 0; times--) {
        content[Math.floor(next() * content.length)] = Math.floor(next() * 256);
      }
      const sha256 = createHash('sha256').update(content).digest('hex');
      const sums = { ...sumsOf(words.length + 2), 'vocab.bin': sha256 };
      const file = container({
        ...small,
        words: [...words, 'É', 'iphone'],
        members: { 'vocab.bin': content },
        manifest: { sha256: sums },
      });
      const problem = await problemOf(file.bytes);
      if (problem !== null) continue;
      // What was taken can be used.
      const { lexicon } = await ModelFile.open(file.bytes);
      for (const prefix of ['', 't', 'É', '\u{10ffff}'])
        Array.from(lexicon.withPrefix(prefix, true));
      for (let cell = 0; cell < 6; cell++) lexicon.cellOf(lexicon.written(cell));
      assert.equal(lexicon.folded[0]!.size, 6);
    }
  });

  test('those whose members are missing, too large or of another size', async () => {
    const wanted: [Parameters<typeof container>[0], string][] = [
      [{ ...small, members: { 'manifest.json': null } }, 'The zip has no manifest.json.'],
      [{ ...small, members: { 'vocab.bin': null } }, 'The zip has no vocab.bin.'],
      [{ ...small, members: { 'counts.bin': null } }, 'The zip has no counts.bin.'],
      [
        { ...small, members: { 'manifest.json': new Uint8Array(2 ** 20 + 1) } },
        'manifest.json has more than 1048576 bytes.',
      ],
      // A bomb: its 64 MB take 64 kB.
      [
        { ...small, members: { 'vocab.bin': new Uint8Array(2 ** 26) } },
        'vocab.bin has more than 2080 bytes.',
      ],
      [{ ...small, counts: new Uint8Array(5) }, 'counts.bin has more than 4 bytes.'],
      [{ ...small, counts: new Uint8Array(3) }, '4 words have 3 counts.'],
      [
        { ...small, members: { 'counts.bin': new Uint8Array(4) } },
        'The SHA-256 of counts.bin is not that of the manifest.',
      ],
      [{ ...small, manifest: { start_cell: 2 } }, '<eos> must be in cell 2, as the manifest says.'],
      [
        { ...small, manifest: { unknown_cell: 3 } },
        '<unk> must be in cell 3, as the manifest says.',
      ],
      [{ ...small, manifest: { sha256: {} } }, '`model` must be a string. Received: undefined.'],
    ];
    for (const [contents, message] of wanted) {
      assert.equal(await problemOf(container(contents).bytes), message);
    }
  });

  test('a page that may not compute sums says so', async () => {
    const { subtle } = crypto;
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    try {
      const message =
        'Files can be checked only by pages that come over https or from this computer.';
      assert.equal(await problemOf(bytes), message);
    } finally {
      Object.defineProperty(crypto, 'subtle', { value: subtle, configurable: true });
    }
  });
});

/** The sums of the parts of a file made by hand that are as they should be. */
function sumsOf(size: number): Record<string, string> {
  const sum = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
  return { model: sum(Buffer.from('a model')), 'counts.bin': sum(new Uint8Array(size).fill(1)) };
}
