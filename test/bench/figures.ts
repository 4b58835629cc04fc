/** What a run found, each figure beside its baseline. */
export interface Figures {
  /** @param ours and @param baseline in the same unit; the ratio is what to read */
  row(what: string, ours: number, baseline: number, unit: string, baselineName: string): void;
  print(): void;
}

export function figures(): Figures {
  const rows: Record<string, { ours: string; baseline: string; ratio: string }> = {};
  const digits = (value: number): string =>
    value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
  return {
    row(what, ours, baseline, unit, baselineName) {
      rows[what] = {
        ours: `${digits(ours)} ${unit}`,
        baseline: `${digits(baseline)} ${unit} (${baselineName})`,
        ratio: (ours / baseline).toFixed(2),
      };
    },
    print: () => console.table(rows),
  };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
