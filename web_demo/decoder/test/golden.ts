import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ModelFile } from '../src/modelFile.js';

/** A path in the repository; these tests run two folders below the package. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
}

/** An answer of a search, as Python wrote it. */
export interface Answer {
  words: string[];
  log_probs: number[];
  rows_expanded: number;
}

export interface Suggestion extends Answer {
  context: string;
  prefix: string;
  ignore_case: boolean;
  exclude: string[];
}

/** What Python wrote: the same answers are wanted here. */
export interface Vectors {
  tokens: {
    tokenizer: 'words' | 'whitespace';
    lowercase: boolean;
    text: string;
    words: string[];
  }[];
  cells: Record<string, number>;
  suggestable: string[];
  trusted: string[];
  suggestions: Suggestion[];
  learned: [string, string, boolean][];
  with_user_words: Suggestion[];
}

export const vectors = readJson<Vectors>(inRepository('tests/golden/vectors.json'));
export const userWordsJson = readFileSync(inRepository('tests/golden/user_words.json'), 'utf8');
export const modelPath = inRepository('tests/golden/model.tflite');

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

export function bytesOf(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path));
}

export function goldenFile(): Promise<ModelFile> {
  return ModelFile.open(bytesOf(modelPath));
}

/** The interpreter that has lightrnn_tf: $PYTHON, or that of `make`. */
export const python = process.env['PYTHON'] ?? inRepository('.venv/bin/python');

/** Why tests that need Python are skipped, `false` if they are not. */
export const skip: string | false = reasonToSkip();

function reasonToSkip(): string | false {
  try {
    execFileSync(python, ['-c', 'import lightrnn_tf'], { stdio: 'ignore' });
    return false;
  } catch {
    return `no lightrnn_tf for ${python}: run make .venv/installed, or set PYTHON`;
  }
}

/** The file or folder into which a script of `tests/golden` has written what Python finds. */
export function written(script: string, name: string): string {
  const folder = fileURLToPath(new URL('../golden', import.meta.url));
  const out = `${folder}/${name}`;
  mkdirSync(folder, { recursive: true });
  // The training framework reports there how it is set up.
  execFileSync(python, [inRepository(`tests/golden/${script}`), out], { stdio: 'ignore' });
  return out;
}
