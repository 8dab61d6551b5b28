import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { open } from 'lightrnn-decoder';
import { BrowserModel } from './browserModel.js';
import { BUNDLED } from './demoPage.js';

test('tensors are freed: memory is the same after thousands of words', async () => {
  const { manifest } = await open(readFileSync(BUNDLED));
  const states = manifest.stateSizes.map((size) => new Float32Array(size));
  const model = await BrowserModel.open(BUNDLED);
  try {
    const bytes = await model.advanceOften(100, states);
    assert.ok(bytes > 1e6);
    // Those of a word take 4 kB, so 8 MB would have been taken.
    assert.equal(await model.advanceOften(2000, states), bytes);
  } finally {
    await model.close();
  }
});
