import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const here = fileURLToPath(new URL('../..', import.meta.url));
const committed = join(here, '../lightrnn_tf/demo/page');
const fresh = join(here, 'target/fresh');

/** The contents of a folder by their paths, unpacked: what xz writes depends on its version. */
function contents(folder: string): Map<string, Buffer> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(folder, path)).isFile()).sort();
  return new Map(
    files.map((path) => {
      const file = join(folder, path);
      const isPacked = path.endsWith('.xz');
      const options = { maxBuffer: 2 ** 25 };
      return [path, isPacked ? execFileSync('xz', ['--decompress', '--stdout', file], options) : readFileSync(file)];
    }),
  );
}

test('the page in the package is that of these sources: else `npm run build`', () => {
  execFileSync('node', [join(here, 'build.js'), fresh]);
  const [old, made] = [contents(committed), contents(fresh)];
  assert.deepEqual([...old.keys()], [...made.keys()]);
  for (const [path, content] of made) assert.ok(content.equals(old.get(path)!), path);
});
