/** One measured thing: who measured it, how it came out, and what it should be. */
export interface Row {
  readonly who: string;
  readonly value: number;
  /** `f1`, `posts/s`, `ms` or `%`: how the value is written. */
  readonly unit: 'f1' | 'posts/s' | 'ms' | '%';
  /** What the value must reach (or stay below); none for baselines. */
  readonly target?: { readonly atLeast?: number; readonly atMost?: number };
  readonly note?: string;
}

export interface Section {
  readonly title: string;
  readonly about: string;
  readonly rows: readonly Row[];
}

function written(value: number, unit: Row['unit']): string {
  if (unit === 'f1') return value.toFixed(3);
  if (unit === '%') return `${(100 * value).toFixed(2)} %`;
  return `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)} ${unit}`;
}

function isMet({ value, target }: Row): boolean {
  return (
    value >= (target?.atLeast ?? Number.NEGATIVE_INFINITY) &&
    value <= (target?.atMost ?? Number.POSITIVE_INFINITY)
  );
}

function targetWords(row: Row): string {
  if (!row.target) return '';
  const { atLeast, atMost } = row.target;
  const bound =
    atLeast !== undefined ? `≥ ${written(atLeast, row.unit)}` : `≤ ${written(atMost ?? 0, row.unit)}`;
  return `${bound}  ${isMet(row) ? 'met' : 'MISSED'}`;
}

/** A section as text, columns aligned. */
export function sectionWords({ title, about, rows }: Section): string {
  const who = Math.max(...rows.map((row) => row.who.length));
  const values = rows.map((row) => written(row.value, row.unit));
  const width = Math.max(...values.map((value) => value.length));
  const lines = rows.map((row, at) =>
    `  ${row.who.padEnd(who)}  ${(values[at] ?? '').padStart(width)}  ${[targetWords(row), row.note ?? ''].filter(Boolean).join('  ')}`.trimEnd(),
  );
  return `${title}\n${'-'.repeat(title.length)}\n${about}\n${lines.join('\n')}\n`;
}

/** The targets that were not reached. */
export function missed(sections: readonly Section[]): readonly string[] {
  return sections.flatMap(({ title, rows }) =>
    rows.filter((row) => row.target && !isMet(row)).map((row) => `${title}: ${row.who}`),
  );
}
