import type { StepModel } from '../src/stepModel.js';
import { PythonModel } from './pythonModel.js';

/** A model on some runtime. */
export interface TestModel extends StepModel {
  close(): Promise<void>;
}

interface Runtime {
  openModel(path: string): Promise<TestModel>;
}

/**
 * Opens the model of a file on the runtime of Python, or on that of the module which
 * $RUNTIME names: the golden vectors are the same for all.
 */
export async function openModel(path: string): Promise<TestModel> {
  const module = process.env['RUNTIME'];
  if (module === undefined) return new PythonModel(path);
  return ((await import(module)) as Runtime).openModel(path);
}
