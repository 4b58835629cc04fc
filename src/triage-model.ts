import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Model, readModel } from './domain/triage/model/weights.ts';
import { messageOf } from './errors.ts';

/** The trained heads, or why there are none. */
export type LoadedModel =
  | { readonly model: Model; readonly problem: null }
  | { readonly model: null; readonly problem: string };

const FILE = join('models', 'triage.bin');

/** `models/triage.bin` of the package that `folder` is in, compiled or not; null where there is none. */
function findFile(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, FILE);
    if (existsSync(file)) return file;
    if (at === dirname(at)) return null;
  }
}

/** Reads the trained heads. Never throws: without them triage goes by its rules alone, and the problem says what to do. */
export function loadModel(folder: string = import.meta.dirname): LoadedModel {
  const file = findFile(folder);
  const advice =
    'Triage goes by its rules alone. Restore the file from the release, or make it with npm run train.';
  if (!file) return { model: null, problem: `${FILE} is missing. ${advice}` };
  try {
    return { model: readModel(readFileSync(file)), problem: null };
  } catch (error) {
    return { model: null, problem: `${file} cannot be used: ${messageOf(error)}. ${advice}` };
  }
}
