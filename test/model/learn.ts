import { FEATURE_COUNT, type Features } from '../../src/domain/triage/model/features.ts';

/** Numbers from 0 to 1, always the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffle<T>(values: T[], random: () => number): T[] {
  for (let at = values.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [values[at], values[other]] = [values[other] as T, values[at] as T];
  }
  return values;
}

/** One text to learn from. */
export interface Example {
  readonly features: Features;
  readonly kind: number;
}

export interface Lesson {
  readonly kinds: number;
  readonly epochs: number;
  /** Step of the first epoch; it falls to nothing until the last. */
  readonly rate: number;
  readonly decay: number;
  /** What an example of each kind counts. */
  readonly counts: readonly number[];
  readonly seed: number;
  /**
   * Groups of features that share a weight besides their own (0: none), as the words of an opinion lexicon do: what is
   * learnt of the frequent ones holds for the rare ones, too. Folded into the weights at the end.
   */
  readonly groups?: Uint8Array;
}

/** A weight for every feature and kind (`feature * kinds + kind`), and a bias for every kind. */
export interface Learnt {
  readonly weights: Float32Array;
  readonly biases: Float64Array;
}

const GROUPS = 256;

/** The examples with a further feature for each group that they touch. */
function grouped({ indices, values }: Features, groups: Uint8Array): Features {
  const sums = new Map<number, number>();
  for (const [at, index] of indices.entries()) {
    const group = groups[index] ?? 0;
    if (group > 0) sums.set(group, (sums.get(group) ?? 0) + (values[at] ?? 0));
  }
  return {
    indices: Int32Array.from([...indices, ...[...sums.keys()].map((group) => FEATURE_COUNT + group)]),
    values: Float32Array.from([...values, ...sums.values()]),
  };
}

/** The mean of several runs that differ in their seeds: what one of them learnt by the order of its examples goes away. */
export function learnOften(examples: readonly Example[], lesson: Lesson, runs: number): Learnt {
  const all = Array.from({ length: runs }, (_, run) =>
    learn(examples, { ...lesson, seed: lesson.seed + run }),
  );
  const first = all[0];
  if (!first) throw new Error('Nothing is learnt in no run.');
  const average = (of: (learnt: Learnt) => ArrayLike<number>, at: number): number =>
    all.reduce((sum, learnt) => sum + (of(learnt)[at] ?? 0), 0) / runs;
  return {
    weights: first.weights.map((_, at) => average((learnt) => learnt.weights, at)),
    biases: first.biases.map((_, at) => average((learnt) => learnt.biases, at)),
  };
}

/** Multinomial logistic regression by AdaGrad with one rate a feature. The same weights for the same lesson, bit for bit. */
export function learn(examples: readonly Example[], lesson: Lesson): Learnt {
  const { kinds, groups } = lesson;
  const all = groups
    ? examples.map(({ features, kind }) => ({ kind, features: grouped(features, groups) }))
    : examples;
  const weights = new Float32Array((FEATURE_COUNT + GROUPS) * kinds);
  const steps = new Float32Array(FEATURE_COUNT + GROUPS).fill(0.01);
  const biases = new Float64Array(kinds);
  const random = seeded(lesson.seed);
  const order = all.map((_, at) => at);
  const errors = new Float64Array(kinds);
  for (let epoch = 0; epoch < lesson.epochs; epoch++) {
    const rate = lesson.rate * (1 - epoch / lesson.epochs);
    for (const at of shuffle(order, random)) {
      const { features, kind } = all[at] as Example;
      probabilities(features, weights, biases, errors);
      const counts = lesson.counts[kind] ?? 1;
      let squares = 0;
      for (let each = 0; each < kinds; each++) {
        const error = counts * ((errors[each] ?? 0) - (each === kind ? 1 : 0));
        errors[each] = error;
        squares += error * error;
        biases[each] = (biases[each] ?? 0) - 0.02 * rate * error;
      }
      step(features, weights, steps, errors, squares, rate, lesson.decay);
    }
  }
  if (groups) fold(weights, groups, kinds);
  return { weights: weights.slice(0, FEATURE_COUNT * kinds), biases };
}

function probabilities(
  { indices, values }: Features,
  weights: Float32Array,
  biases: Float64Array,
  out: Float64Array,
): void {
  const kinds = biases.length;
  out.set(biases);
  for (let at = 0; at < indices.length; at++) {
    const from = (indices[at] ?? 0) * kinds;
    const value = values[at] ?? 0;
    for (let kind = 0; kind < kinds; kind++)
      out[kind] = (out[kind] ?? 0) + (weights[from + kind] ?? 0) * value;
  }
  const top = Math.max(...out);
  let sum = 0;
  for (let kind = 0; kind < kinds; kind++) {
    const value = Math.exp((out[kind] ?? 0) - top);
    out[kind] = value;
    sum += value;
  }
  for (let kind = 0; kind < kinds; kind++) out[kind] = (out[kind] ?? 0) / sum;
}

function step(
  { indices, values }: Features,
  weights: Float32Array,
  steps: Float32Array,
  errors: Float64Array,
  squares: number,
  rate: number,
  decay: number,
): void {
  const kinds = errors.length;
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at] ?? 0;
    const value = values[at] ?? 0;
    const seen = (steps[index] ?? 0) + squares * value * value;
    steps[index] = seen;
    const size = rate / Math.sqrt(seen);
    for (let kind = 0; kind < kinds; kind++) {
      const weight = weights[index * kinds + kind] ?? 0;
      weights[index * kinds + kind] = weight - size * ((errors[kind] ?? 0) * value + decay * weight);
    }
  }
}

function fold(weights: Float32Array, groups: Uint8Array, kinds: number): void {
  for (let index = 0; index < FEATURE_COUNT; index++) {
    const group = groups[index] ?? 0;
    if (group === 0) continue;
    for (let kind = 0; kind < kinds; kind++) {
      const own = index * kinds + kind;
      weights[own] = (weights[own] ?? 0) + (weights[(FEATURE_COUNT + group) * kinds + kind] ?? 0);
    }
  }
}

/** Weights of one kind against another as whole numbers from -127 to 127, and what one step is worth. */
export function quantise(values: Float32Array): { readonly weights: Int8Array; readonly scale: number } {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6) / 127;
  return { weights: Int8Array.from(values, (value) => Math.round(value / scale)), scale };
}
