import { type CompiledModel, loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import {
  DamagedModelError,
  FIRST_WORDS,
  type Manifest,
  type ModelFile,
  ROWS_AT_ONCE,
  type Step,
  type StepModel,
} from 'lightrnn-decoder';

// The build without relaxed SIMD runs in every browser, and is as fast on these models.
const GLUE = 'litert_wasm_compat_internal.js';

type Numbers = Float32Array | Int32Array;

/**
 * Loads LiteRT.js, once in a worker.
 *
 * @param folder - The address of the folder with its files.
 */
export async function loadRuntime(folder: URL): Promise<void> {
  // It asks for a graphics device whether or not it is to use one.
  Object.defineProperty(navigator, 'gpu', { value: undefined });
  Object.assign(self, {
    Module: {
      // In a worker it looks beside the worker, not beside itself.
      locateFile: (name: string) => new URL(name, folder).href,
      // What it reports of its own set-up comes as errors.
      printErr: (line: string) => {
        if (!/^(INFO|WARNING|VERBOSE)/.test(line)) console.error(line);
      },
    },
  });
  await loadLiteRt(new URL(GLUE, folder).href);
}

/** An exported model on LiteRT.js. */
export class LiteRtModel implements StepModel {
  private readonly findsWords: boolean;

  private constructor(
    private readonly compiled: CompiledModel,
    private readonly manifest: Manifest,
  ) {
    // In older files the signature is there, and does not give what `advance` does.
    const outputs = compiled.signatures.suggest?.getOutputDetails() ?? [];
    this.findsWords = outputs.some(({ name }) => name === 'row_log_probs');
  }

  /** @throws DamagedModelError if the runtime cannot run the model. */
  static async load({ model, manifest }: ModelFile): Promise<LiteRtModel> {
    let compiled: CompiledModel;
    try {
      compiled = await loadAndCompile(model, { accelerator: 'wasm' });
    } catch (error) {
      throw new DamagedModelError(`LiteRT.js cannot run this model: ${String(error)}`);
    }
    const loaded = new LiteRtModel(compiled, manifest);
    await loaded.check();
    return loaded;
  }

  /** Runs it once, so that a model that is not as its manifest says is known at once. */
  private async check(): Promise<void> {
    const { stateSizes, startCell } = this.manifest;
    const states = stateSizes.map((size) => new Float32Array(size));
    try {
      await this.advance(startCell, states, true);
      await this.expand(new Int32Array(ROWS_AT_ONCE), states);
    } catch (error) {
      this.close();
      throw new DamagedModelError(`LiteRT.js cannot run this model: ${String(error)}`);
    }
  }

  async advance(cell: number, states: readonly Float32Array[], findWords: boolean): Promise<Step> {
    const finds = findWords && this.findsWords;
    const numbers = await this.run(finds ? 'suggest' : 'advance', 'word', Int32Array.of(cell), states);
    const step: Step = {
      states: states.map((state, n) => floats(numbers, `state_${n}`, state.length)),
      rowLogProbs: floats(numbers, 'row_log_probs', this.manifest.rows),
    };
    if (!finds) return step;
    const cells = numbers.words;
    if (!(cells instanceof Int32Array)) throw new Error('`words` must be whole numbers.');
    const logProbs = floats(numbers, 'log_probs', FIRST_WORDS);
    const [bound = NaN] = floats(numbers, 'bound', 1);
    return { ...step, firstWords: { cells, logProbs, bound } };
  }

  async expand(rows: Int32Array, states: readonly Float32Array[]): Promise<Float32Array> {
    const numbers = await this.run('expand', 'rows', rows, states);
    return floats(numbers, 'column_log_probs', ROWS_AT_ONCE * this.manifest.columns);
  }

  /** Runs a signature. Tensors are freed whatever happens: nothing else would free them. */
  private async run(
    signature: string,
    name: string,
    numbers: Int32Array,
    states: readonly Float32Array[],
  ): Promise<Record<string, Numbers>> {
    const inputs: Record<string, Tensor> = {};
    let outputs: Record<string, Tensor> = {};
    try {
      inputs[name] = new Tensor(numbers, [numbers.length]);
      states.forEach((state, n) => {
        inputs[`state_${n}`] = new Tensor(state, [1, state.length]);
      });
      outputs = await this.compiled.run(signature, inputs);
      return Object.fromEntries(
        Object.entries(outputs).map(([key, tensor]) => [key, tensor.toTypedArray().slice() as Numbers]),
      );
    } finally {
      for (const tensor of [...Object.values(inputs), ...Object.values(outputs)]) tensor.delete();
    }
  }

  close(): void {
    this.compiled.delete();
  }
}

function floats(numbers: Record<string, Numbers>, name: string, length: number): Float32Array {
  const found = numbers[name];
  if (found instanceof Float32Array && found.length === length) return found;
  throw new Error(`\`${name}\` must be ${length} numbers.`);
}
