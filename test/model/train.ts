/**
 * `npm run train`: learns the heads of triage from the data sets and writes `models/triage.bin`, the same bytes for the
 * same data. `-- --data <folder>` where the data is not in `../shared/data`; `-- --out <file>` writes elsewhere.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { scoresOf } from '../../src/domain/triage/model/judge.ts';
import { type Head, type Model, writeModel } from '../../src/domain/triage/model/weights.ts';
import { openData } from './data.ts';
import {
  comparisonExamples,
  comparisonHead,
  headOf,
  learnMoods,
  lexiconGroups,
  moodExamples,
  troubleHead,
} from './lessons.ts';
import { bestOf, macroF1, tuneOffsets } from './measure.ts';

/** The repository, seen from where this file is compiled to. */
const ROOT = resolve(import.meta.dirname, '../../../..');
const MOOD_BITS = 17;
const args = process.argv.slice(2);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** From where on each head speaks, or doubts a mild word; set by hand on the development rows (see models/README.md). */
const LIMITS = {
  complaint: { says: 0.5, doubts: 0.15 },
  trouble: { says: 0.55, doubts: 0 },
  praise: { says: 0.6, doubts: 0.2 },
  question: { says: 0.7, doubts: 0 },
  comparison: { says: 0.5, doubts: 0.2 },
} as const;

const data = openData(ROOT, args);
const startedAt = performance.now();
const groups = lexiconGroups(data);
const moods = learnMoods(moodExamples(data.labelled('goemo4.train.jsonl')), groups);
const comparison = comparisonHead(comparisonExamples(data.labelled('jindal.all.jsonl')));
const raw: Model = {
  complaint: { ...headOf(moods, 4, 0, 3, MOOD_BITS), ...LIMITS.complaint },
  trouble: { ...troubleHead(data, groups), ...LIMITS.trouble },
  praise: { ...headOf(moods, 4, 1, 3, MOOD_BITS), ...LIMITS.praise },
  question: { ...headOf(moods, 4, 2, 3, MOOD_BITS), ...LIMITS.question },
  comparison: { ...comparison, ...LIMITS.comparison },
};
const dev = moodExamples(data.labelled('goemo4.dev.jsonl'));
const truth = dev.map(({ kind }) => kind);
const scores = dev.map(({ features }) => [...scoresOf(raw, features), 0]);
const offsets = tuneOffsets(scores, truth, 4);
const moved = (head: Head, kind: number): Head => ({ ...head, bias: head.bias + (offsets[kind] ?? 0) });
const model: Model = {
  ...raw,
  complaint: moved(raw.complaint, 0),
  praise: moved(raw.praise, 1),
  question: moved(raw.question, 2),
};
const bytes = writeModel(model);
const at = args.indexOf('--out');
const out = resolve(ROOT, (at >= 0 && args[at + 1]) || 'models/triage.bin');
writeFileSync(out, bytes);
const macro = macroF1(
  scores.map((each) => bestOf(each, offsets)),
  truth,
  4,
);
say(`Development macro-F1 of complaint, praise, question and other: ${macro.toFixed(4)}`);
say(
  `${out}: ${bytes.length.toLocaleString('en')} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`,
);
say(`${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
