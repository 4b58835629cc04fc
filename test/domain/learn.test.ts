import { describe, expect, it } from 'vitest';
import { FEATURE_COUNT, features } from '../../src/domain/triage/model/features.ts';
import { type Example, learn, learnOften, quantise } from '../model/learn.ts';
import { macroF1, tuneOffsets, yesNo } from '../model/measure.ts';

const GOOD = ['what a lovely pot', 'lovely stew tonight', 'the lid is lovely', 'lovely people'];
const BAD = ['what an ugly pot', 'ugly stew tonight', 'the lid is ugly', 'ugly people'];
const EXAMPLES: readonly Example[] = [
  ...GOOD.map((text) => ({ features: features(text), kind: 1 })),
  ...BAD.map((text) => ({ features: features(text), kind: 0 })),
];
const LESSON = { kinds: 2, epochs: 8, rate: 0.3, decay: 1e-3, counts: [1, 1], seed: 7 };

function score(learnt: ReturnType<typeof learn>, text: string): number {
  const { indices, values } = features(text);
  return indices.reduce(
    (sum, index, at) =>
      sum + ((learnt.weights[index * 2 + 1] ?? 0) - (learnt.weights[index * 2] ?? 0)) * (values[at] ?? 0),
    (learnt.biases[1] ?? 0) - (learnt.biases[0] ?? 0),
  );
}

describe('learning', () => {
  it('tells what it was taught, in new sentences', () => {
    const learnt = learn(EXAMPLES, LESSON);
    expect(score(learnt, 'a lovely spoon')).toBeGreaterThan(0.2);
    expect(score(learnt, 'an ugly spoon')).toBeLessThan(-0.2);
  });

  it('gives the same bits for the same lesson, and others for another seed', () => {
    const bytes = (seed: number) => Buffer.from(learnOften(EXAMPLES, { ...LESSON, seed }, 2).weights.buffer);
    expect(bytes(7).equals(bytes(7))).toBe(true);
    expect(bytes(7).equals(bytes(8))).toBe(false);
  });

  it('carries what it learnt of one word to others of its group', () => {
    const groups = new Uint8Array(FEATURE_COUNT);
    const index = (word: string): number => features(word).indices[0] ?? 0;
    groups[index('lovely')] = 1;
    groups[index('splendid')] = 1;
    expect(score(learn(EXAMPLES, LESSON), 'splendid')).toBeLessThan(
      score(learn(EXAMPLES, { ...LESSON, groups }), 'splendid') - 0.05,
    );
  });

  it('keeps the order of weights when it rounds them', () => {
    const { weights, scale } = quantise(Float32Array.of(0, 0.5, -1, 0.001));
    expect([...weights]).toEqual([0, 64, -127, 0]);
    expect(scale).toBeCloseTo(1 / 127);
  });
});

describe('measuring', () => {
  it('counts rare kinds like common ones', () => {
    expect(macroF1([0, 0, 0, 0], [0, 0, 0, 1], 2)).toBeCloseTo(6 / 7 / 2);
    expect(macroF1([0, 1], [0, 1], 2)).toBe(1);
    expect(yesNo([true, true, false], [true, false, true])).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
  });

  it('finds offsets that part the kinds', () => {
    expect(
      tuneOffsets(
        [
          [0.2, 0],
          [0.3, 0],
          [0.9, 0],
          [0.8, 0],
        ],
        [1, 1, 0, 0],
        2,
      )[0],
    ).toBeLessThan(-0.3);
  });
});
