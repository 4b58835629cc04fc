/** F1 of each of `kinds` classes. */
export function f1Of(said: readonly number[], truth: readonly number[], kinds: number): readonly number[] {
  const both = new Array<number>(kinds).fill(0);
  const all = new Array<number>(kinds).fill(0);
  for (const [at, kind] of said.entries()) {
    const right = truth[at] ?? -1;
    all[kind] = (all[kind] ?? 0) + 1;
    all[right] = (all[right] ?? 0) + 1;
    if (kind === right) both[kind] = (both[kind] ?? 0) + 1;
  }
  return both.map((hits, kind) => (hits === 0 ? 0 : (2 * hits) / (all[kind] ?? 1)));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean F1 of the classes: a rare class counts as much as a common one. */
export function macroF1(said: readonly number[], truth: readonly number[], kinds: number): number {
  return mean(f1Of(said, truth, kinds));
}

/** The class with the highest score, each score moved by its offset. */
export function bestOf(scores: ArrayLike<number>, offsets: ArrayLike<number> = []): number {
  let best = 0;
  let top = Number.NEGATIVE_INFINITY;
  for (let kind = 0; kind < scores.length; kind++) {
    const value = (scores[kind] ?? 0) + (offsets[kind] ?? 0);
    if (value > top) [best, top] = [kind, value];
  }
  return best;
}

/** Offsets of the first `kinds - 1` scores with the best macro-F1, found one after the other; the last one stays 0. */
export function tuneOffsets(
  scores: readonly ArrayLike<number>[],
  truth: readonly number[],
  kinds: number,
): readonly number[] {
  const offsets = new Array<number>(kinds).fill(0);
  const now = (): number =>
    macroF1(
      scores.map((each) => bestOf(each, offsets)),
      truth,
      kinds,
    );
  let best = now();
  for (let round = 0; round < 3; round++)
    for (let kind = 0; kind < kinds - 1; kind++) {
      let kept = offsets[kind] ?? 0;
      for (let step = -30; step <= 30; step++) {
        offsets[kind] = step / 20;
        const value = now();
        if (value > best + 1e-9) [best, kept] = [value, step / 20];
      }
      offsets[kind] = kept;
    }
  return offsets;
}

/** Precision, recall and F1 of a yes or no. */
export function yesNo(
  said: readonly boolean[],
  truth: readonly boolean[],
): { readonly precision: number; readonly recall: number; readonly f1: number } {
  let both = 0;
  let yes = 0;
  let real = 0;
  for (const [at, each] of said.entries()) {
    if (each) yes++;
    if (truth[at]) real++;
    if (each && truth[at]) both++;
  }
  return {
    precision: both / Math.max(1, yes),
    recall: both / Math.max(1, real),
    f1: (2 * both) / Math.max(1, yes + real),
  };
}
