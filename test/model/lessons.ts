import { maskNames } from '../../src/domain/triage/brand.ts';
import {
  FEATURE_COUNT,
  type Features,
  features,
  featuresOf,
  visitFeatures,
} from '../../src/domain/triage/model/features.ts';
import { NAME_MARK, readPieces } from '../../src/domain/triage/model/pieces.ts';
import type { Head } from '../../src/domain/triage/model/weights.ts';
import { read } from '../../src/domain/triage/reading.ts';
import { readWords } from '../../src/domain/triage/tokens.ts';
import { type Data, type Labelled, moodOf, unmasked } from './data.ts';
import { type Example, type Learnt, learn, learnOften, quantise, seeded, shuffle } from './learn.ts';
import { DATA_BRAND } from './names.ts';
import { postOf } from './subjects.ts';

/** Seed of everything that is drawn by lot. */
export const SEED = 20_260_601;
const MOOD_RUNS = 5;

/** The feature of a single word. */
function indexOfWord(word: string): number {
  let found = -1;
  visitFeatures(readPieces(word), (index) => {
    if (found < 0) found = index;
  });
  return found;
}

/** Words of the opinion lexicon as groups that share a weight: 1 good, 2 bad. */
export function lexiconGroups(data: Data): Uint8Array {
  const groups = new Uint8Array(FEATURE_COUNT);
  for (const word of data.words('positive-words.txt')) groups[indexOfWord(word)] = 1;
  for (const word of data.words('negative-words.txt')) groups[indexOfWord(word)] = 2;
  return groups;
}

export function moodExamples(rows: readonly Labelled[]): readonly Example[] {
  return rows.map((row) => ({ features: features(unmasked(row.text)), kind: moodOf(row) }));
}

/** Complaint, praise, question and other, learnt together. */
export function learnMoods(examples: readonly Example[], groups: Uint8Array): Learnt {
  const lesson = {
    kinds: 4,
    epochs: 3,
    rate: 0.25,
    decay: 1e-3,
    // Rare kinds count for more, because each of them matters alike.
    counts: [1.3, 1.1, 2, 1],
    seed: SEED,
    groups,
  };
  return learnOften(examples, lesson, MOOD_RUNS);
}

/** A sentence with its names masked, as the comparison head sees posts. */
export function maskedSentence(text: string): string {
  return maskNames(text, readWords(text), DATA_BRAND, NAME_MARK);
}

/** Comparative (1) or not (0), each sentence once: repeated ones would be in training and test. */
export function comparisonExamples(
  rows: readonly Labelled[],
): readonly (Example & { readonly text: string })[] {
  const seen = new Map(rows.map(({ text, label }) => [text, label === 'NONE' ? 0 : 1]));
  return [...seen].map(([text, kind]) => ({ text, kind, features: comparisonFeatures(text) }));
}

function comparisonFeatures(text: string): Features {
  return featuresOf(readPieces(maskedSentence(text)));
}

const TROUBLE_BITS = 17;
/** How often the few posts of customers count beside the many comments of others. */
const CARE_COUNTS = 3;
const TALK = 12_000;

/** Posts of customers of one split, told by the rules alone: does one of their words name a fault? */
export function carePosts(
  data: Data,
  split: string,
): readonly { readonly text: string; readonly fault: boolean }[] {
  return data
    .dialogs()
    .filter((dialog) => dialog.split === split)
    .flatMap(({ posts }) => posts.filter(({ ours }) => !ours))
    .flatMap(({ text }) => {
      const { reading, problems } = read(postOf(text));
      return reading.language === 'en' && reading.sure ? [{ text, fault: problems > 0 }] : [];
    });
}

/**
 * The head that tells when a customer's thing does not work. Nobody labelled such posts, so the rules teach: what stands
 * around the words that they know is heard afterwards without these words. What companies answer, what people say on
 * Reddit without complaining and what reviews praise is the other side.
 */
export function troubleHead(data: Data, groups: Uint8Array): TrainedHead {
  const example = (text: string, bad: boolean): Example => ({ features: features(text), kind: bad ? 1 : 0 });
  const customers = carePosts(data, 'dev').map(({ text, fault }) => example(text, fault));
  const answers = data
    .dialogs()
    .filter(({ split }) => split === 'dev')
    .flatMap(({ posts }) => posts.filter(({ ours }) => ours).map(({ text }) => example(text, false)));
  const talk = shuffle([...data.labelled('goemo4.train.jsonl')], seeded(SEED))
    .slice(0, TALK)
    .flatMap(({ text, label }) => (label === 'complaint' ? [] : [example(unmasked(text), false)]));
  const reviews = data.reviews().map(({ text, bad }) => example(text, bad));
  const examples = [
    ...talk,
    ...answers,
    ...reviews,
    ...Array.from({ length: CARE_COUNTS }, () => customers).flat(),
  ];
  const lesson = { kinds: 2, epochs: 4, rate: 0.2, decay: 1e-3, counts: [1, 2], seed: SEED, groups };
  return headOf(learnOften(examples, lesson, 3), 2, 1, 0, TROUBLE_BITS);
}

const COMPARISON_BITS = 17;

/** The head that tells comparative sentences. */
export function comparisonHead(examples: readonly Example[]): TrainedHead {
  const learnt = learn(examples, { kinds: 2, epochs: 4, rate: 0.2, decay: 1e-3, counts: [1, 8], seed: SEED });
  return headOf(learnt, 2, 1, 0, COMPARISON_BITS);
}

/** What is learnt of a head; its limits are set by hand. */
export type TrainedHead = Pick<Head, 'weights' | 'scale' | 'bias'>;

/** Kind `one` against kind `other`, as whole numbers, folded to 2 to the power of `bits` weights. */
export function headOf(learnt: Learnt, kinds: number, one: number, other: number, bits: number): TrainedHead {
  return {
    ...quantise(against(learnt, kinds, one, other, bits)),
    bias: (learnt.biases[one] ?? 0) - (learnt.biases[other] ?? 0),
  };
}

function against(learnt: Learnt, kinds: number, one: number, other: number, bits: number): Float32Array {
  const out = new Float32Array(1 << bits);
  for (let index = 0; index < FEATURE_COUNT; index++) {
    const at = index & (out.length - 1);
    out[at] =
      (out[at] ?? 0) +
      (learnt.weights[index * kinds + one] ?? 0) -
      (learnt.weights[index * kinds + other] ?? 0);
  }
  return out;
}
