import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Step, StepModel } from '../src/stepModel.js';
import { inRepository, python } from './golden.js';

type Arrays = Record<string, number[]>;

/** A model that the runtime of Python runs, in a process of its own. */
export class PythonModel implements StepModel {
  private readonly process: ChildProcessByStdio<Writable, Readable, null>;
  private readonly answers: AsyncIterator<string>;

  /** How often each signature was called. */
  readonly calls = new Map<string, number>();

  constructor(path: string) {
    const script = inRepository('web_demo/decoder/test/run_model.py');
    this.process = spawn(python, [script, path], {
      // The runtime reports there how it is set up.
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async advance(cell: number, states: readonly Float32Array[], findWords: boolean): Promise<Step> {
    const answer = await this.run(findWords ? 'suggest' : 'advance', { word: [cell] }, states);
    const step = {
      states: states.map((_, n) => Float32Array.from(answer[`state_${n}`]!)),
      rowLogProbs: Float32Array.from(answer.row_log_probs!),
    };
    if (!findWords) return step;
    const firstWords = {
      cells: Int32Array.from(answer.words!),
      logProbs: Float32Array.from(answer.log_probs!),
      bound: answer.bound![0]!,
    };
    return { ...step, firstWords };
  }

  async expand(rows: Int32Array, states: readonly Float32Array[]): Promise<Float32Array> {
    const answer = await this.run('expand', { rows: Array.from(rows) }, states);
    return Float32Array.from(answer.column_log_probs!);
  }

  private async run(
    signature: string,
    inputs: Arrays,
    states: readonly Float32Array[],
  ): Promise<Arrays> {
    this.calls.set(signature, (this.calls.get(signature) ?? 0) + 1);
    states.forEach((state, n) => (inputs[`state_${n}`] = Array.from(state)));
    this.process.stdin.write(`${JSON.stringify({ signature, inputs })}\n`);
    const { value } = await this.answers.next();
    if (value === undefined) throw new Error('The model in Python has ended.');
    return JSON.parse(value as string) as Arrays;
  }

  async close(): Promise<void> {
    this.process.stdin.end();
    await once(this.process, 'exit');
  }
}
