/**
 * `npm run eval`: how well triage judges, on rows that nothing was trained or tuned on, beside simple baselines.
 * `-- --data <folder>` where the data is not in `../shared/data`. Ends with 1 when a target is missed.
 */
import { resolve } from 'node:path';
import { loadModel } from '../../src/triage-model.ts';
import { openData } from './data.ts';
import { evalComparisons } from './eval-comparisons.ts';
import { evalLanguages } from './eval-languages.ts';
import { evalMoods } from './eval-moods.ts';
import { evalQuestions } from './eval-questions.ts';
import { evalSpam } from './eval-spam.ts';
import { evalSpeed } from './eval-speed.ts';
import { evalTrouble } from './eval-trouble.ts';
import { missed, sectionWords } from './table.ts';

/** The repository, seen from where this file is compiled to. */
const ROOT = resolve(import.meta.dirname, '../../../..');

const data = openData(ROOT, process.argv.slice(2));
const { model, problem } = loadModel();
if (!model) throw new Error(problem);
const sections = [];
for (const part of [
  evalMoods,
  evalTrouble,
  evalComparisons,
  evalQuestions,
  evalSpam,
  evalLanguages,
  evalSpeed,
]) {
  const section = part(data, model);
  sections.push(section);
  process.stdout.write(`${sectionWords(section)}\n`);
}
const open = missed(sections);
process.stdout.write(
  open.length === 0 ? 'All targets are met.\n' : `Missed:\n${open.map((each) => `  ${each}\n`).join('')}`,
);
process.exitCode = open.length === 0 ? 0 : 1;
