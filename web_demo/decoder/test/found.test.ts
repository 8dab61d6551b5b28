import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Found } from '../src/found.js';

test('of equal words the cheaper comes first, then the first cell, then the second', () => {
  const sorted = [
    { loss: 1, cost: 5, cells: [9] },
    { loss: 2, cost: 0, cells: [7] },
    { loss: 2, cost: 1, cells: [3] },
    { loss: 2, cost: 1, cells: [3, 0] },
    { loss: 2, cost: 1, cells: [3, 4] },
    { loss: 2, cost: 1, cells: [5, 1] },
    { loss: 3, cost: 0, cells: [0] },
  ];
  for (let k = 1; k <= sorted.length + 1; k++) {
    for (let turn = 0; turn < sorted.length; turn++) {
      const found = new Found(k);
      assert.equal(found.worst, Infinity);
      for (const one of [...sorted.slice(turn), ...sorted.slice(0, turn)]) found.add(one);
      assert.deepEqual(found.best, sorted.slice(0, k));
      assert.equal(found.worst, k <= sorted.length ? sorted[k - 1]!.loss : Infinity);
    }
  }
});
