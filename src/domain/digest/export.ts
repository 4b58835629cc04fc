import type { Digest } from './digest.ts';
import type { DigestFigure } from './figures.ts';

/** A digest for spreadsheets and scripts. */

interface Row {
  readonly section: string;
  readonly id: string;
  readonly name: string;
  readonly value: number | string | null;
  readonly unit: string;
  readonly before: number | string | null;
  readonly note: string | null;
  readonly means: string;
}

const COLUMNS = [
  'section',
  'id',
  'name',
  'value',
  'unit',
  'before',
  'note',
  'means',
  'begins',
  'ends',
] as const;

/** Every figure in one list, in the order of the page. */
function records(digest: Digest): readonly Row[] {
  const { council } = digest;
  return [
    ...digest.figures.map((each) => ofFigure('figures', each)),
    ...digest.tables.flatMap(({ title, rows }) => rows.map((each) => ofFigure(title, each))),
    ...digest.days.flatMap(({ from, opened, answered, medianMs }) => {
      const day = new Date(from).toISOString();
      return [
        plain('days', 'day.new', day, opened, 'count', 'new conversations of the day that begins then'),
        plain('days', 'day.answered', day, answered, 'count', 'answers of the day that begins then'),
        plain('days', 'day.median', day, medianMs, 'ms', 'median time to answer of the day that begins then'),
      ];
    }),
    ...digest.waiting.map(({ itemId, by, since }) =>
      plain(
        'waiting longest',
        `item.${itemId}`,
        by,
        new Date(since).toISOString(),
        'time',
        'waits since then',
      ),
    ),
    ...(council
      ? [
          ...council.intangibles.map((each) => ofFigure('intangibles', each)),
          ...council.values.flatMap(({ title, figures }) => figures.map((each) => ofFigure(title, each))),
          ...council.themes.map(({ phrase, people, posts }, place) =>
            plain(
              'themes',
              `theme.${place}`,
              phrase,
              people,
              'people',
              `people who said it, in ${posts} posts`,
            ),
          ),
          ...council.departments.flatMap(({ name, praise, complaints }) => [
            plain('departments', 'department.praise', name, praise, 'count', 'conversations with praise'),
            plain('departments', 'department.complaints', name, complaints, 'count', 'complaints'),
          ]),
          ...council.advocates.map(({ name, reasons }) =>
            plain('advocates', 'advocate', name, reasons.join(', '), 'words', 'why they are one'),
          ),
          ...council.prompts.map(({ itemId, text, replies }) =>
            plain('our own posts', `item.${itemId}`, text, replies, 'count', 'replies'),
          ),
        ]
      : []),
  ];
}

function ofFigure(section: string, { id, label, value, unit, before, note, means }: DigestFigure): Row {
  return { section, id, name: label, value, unit, before, note, means };
}

function plain(
  section: string,
  id: string,
  name: string,
  value: number | string | null,
  unit: string,
  means: string,
): Row {
  return { section, id, name, value, unit, before: null, note: null, means };
}

/** Spreadsheets take a cell that begins like this for a formula. https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[\s\u0000]*[=+\-@\t\r＝＋－＠]/u;

/** One cell as RFC 4180 has it. Text that would be taken for a formula gets an apostrophe in front; numbers are numbers. */
function cell(value: number | string | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = value.toWellFormed().replaceAll('\u0000', '');
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The digest as CSV (RFC 4180: CRLF, quoted where needed), one figure a row, times in ISO 8601, UTF-8 with its mark. */
export function digestCsv(digest: Digest): string {
  const span = [new Date(digest.from).toISOString(), new Date(digest.to).toISOString()];
  const rows = records(digest).map((each) =>
    [
      each.section,
      each.id,
      each.name,
      each.value,
      each.unit,
      each.before,
      each.note,
      each.means,
      ...span,
    ].map(cell),
  );
  // Without the mark a well-known spreadsheet reads UTF-8 as something else.
  return `\uFEFF${[COLUMNS, ...rows].map((row) => row.join(',')).join('\r\n')}\r\n`;
}

/** The digest as JSON: the same figures, with themes, quotes and everything else in full. */
export function digestJson(digest: Digest): string {
  const { labels, from, to, ...rest } = digest;
  return `${JSON.stringify(
    {
      ...rest,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      labels: Object.fromEntries(labels),
    },
    null,
    2,
  )}\n`;
}
