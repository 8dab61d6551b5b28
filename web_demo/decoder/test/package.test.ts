import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as decoder from '../src/index.js';
import { FakeModel } from './fakeModel.js';
import { bytesOf, goldenFile, inRepository, modelPath, readJson } from './golden.js';

const folder = inRepository('web_demo/decoder');

interface Package {
  version: string;
  dependencies?: unknown;
  devDependencies: Record<string, string>;
}

test('the version is that of Python, and nothing is needed at run time', () => {
  const found = readJson<Package>(`${folder}/package.json`);
  const python = readFileSync(inRepository('lightrnn_tf/_version.py'), 'utf8');
  assert.ok(python.includes(`__version__ = "${found.version}"`));
  assert.equal(found.dependencies, undefined);
  for (const version of Object.values(found.devDependencies))
    assert.match(version, /^\d+\.\d+\.\d+$/);
});

test('the example of the README runs', async () => {
  const readme = readFileSync(`${folder}/README.md`, 'utf8');
  const [, example = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
  const [line, names = ''] = /^import \{ (.*) \} from 'lightrnn-decoder';$/m.exec(example) ?? [];
  const body = `${example.replace(line!, '')} return { words, logProbs, replacement, strip };`;
  const run = Function('bytes', 'model', names, `return (async () => { ${body} })();`) as (
    ...values: unknown[]
  ) => Promise<Record<string, unknown>>;
  const values = names.split(', ').map((name) => decoder[name as keyof typeof decoder]);
  const found = await run(bytesOf(modelPath), new FakeModel(await goldenFile()), ...values);
  assert.equal((found['words'] as string[]).length, 3);
  assert.equal((found['strip'] as decoder.Strip).typed, 'y');
});

test('files are short and their lines too', () => {
  for (const name of ['src', 'test']) {
    for (const file of readdirSync(`${folder}/${name}`).filter((one) => one.endsWith('.ts'))) {
      const lines = readFileSync(`${folder}/${name}/${file}`, 'utf8').split('\n');
      assert.ok(lines.length <= 400, file);
      lines.forEach((line, n) => assert.ok(line.length <= 100, `${file}:${n + 1}`));
    }
  }
});
