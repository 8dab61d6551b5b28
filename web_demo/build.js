/**
 * Builds the page into the Python package, which serves it: `node build.js`.
 *
 * The files of LiteRT.js are copied from its package; the WebAssembly is packed by xz,
 * which Python unpacks, because a wheel is to be small.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, '../lightrnn_tf/demo/page');
const runtime = join(dirname(createRequire(import.meta.url).resolve('@litertjs/core')), '../wasm');
const GLUE = 'litert_wasm_compat_internal';

rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, 'litert'), { recursive: true });
for (const [entry, format] of [['page/page.ts', 'esm'], ['worker/worker.ts', 'iife']]) {
  await build({
    absWorkingDir: here,
    entryPoints: [entry],
    outdir: folder,
    // Beside each other, whatever folders they come from.
    entryNames: '[name]',
    alias: { 'lightrnn-decoder': join(here, 'decoder/src/index.ts') },
    bundle: true,
    minify: true,
    format,
    target: 'es2022',
    legalComments: 'none',
  });
}
for (const name of ['index.html', 'style.css', 'icon.svg']) {
  copyFileSync(join(here, 'page', name), join(folder, name));
}
copyFileSync(join(runtime, `${GLUE}.js`), join(folder, 'litert', `${GLUE}.js`));
copyFileSync(join(here, '../LICENSE'), join(folder, 'litert/LICENSE'));
const { version } = JSON.parse(readFileSync(join(runtime, '../package.json'), 'utf8'));
writeFileSync(
  join(folder, 'litert/NOTICE'),
  `LiteRT.js ${version} (@litertjs/core) by its authors, under the Apache License 2.0.\n`,
);
const packed = execFileSync('xz', ['-9e', '--stdout', '--threads=1', join(runtime, `${GLUE}.wasm`)], {
  maxBuffer: 2 ** 24,
});
writeFileSync(join(folder, 'litert', `${GLUE}.wasm.xz`), packed);
