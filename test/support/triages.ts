import { createTriage } from '../../src/domain/triage/triage.ts';
import type { Triage } from '../../src/domain/triage/verdict.ts';
import { loadModel } from '../../src/triage-model.ts';

const { model, problem } = loadModel();
if (!model) throw new Error(problem);

/** The trained heads of this repository. */
export const MODEL = model;

/** What holds for triage by rules alone must hold with the trained heads, too. */
export const TRIAGES: readonly (readonly [string, Triage])[] = [
  ['by rules alone', createTriage(null)],
  ['with the trained heads', createTriage(MODEL)],
];
