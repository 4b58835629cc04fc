import type { Tone } from '../card.ts';
import type { Figure, Notice, NoticeBlock, NoticeButton, NoticeLine, NoticePicture } from '../notice.ts';
import { cut, oneLine } from '../text.ts';
import type { Council, Said } from './council.ts';
import type { Digest, DigestTable } from './digest.ts';
import type { Advocate, PromptEcho, Waiting } from './facts.ts';
import type { DigestFigure } from './figures.ts';
import type { Quote, Theme } from './themes.ts';
import { dateWords, dayWords, figureWords, many, spanWords, timeWords } from './words.ts';

/**
 * A digest as notices. A week is several: what a channel shows of one message is bounded (4,000 characters on the
 * narrowest), and people answer to a part of it.
 */

const DAY_MS = 86_400_000;
/** Rows of a table in a message, and lines of any list; the page and the export have them all. */
const MAX_ROWS = 6;
const MAX_LINES = 5;

export type DigestPart = 'figures' | 'voices' | 'worth';

/** A window as it stands in a button. */
function span(digest: Digest): string {
  return `${digest.from.toString(36)}:${digest.to.toString(36)}`;
}

/** "Daily digest · Mon 30 Nov 2026", "Weekly council · 23 Nov – 30 Nov". */
export function digestTitle(digest: Digest): string {
  const { window, from, to, zone } = digest;
  return window === 'day'
    ? `Daily digest · ${dayWords(to, zone)}`
    : `Weekly council · ${dateWords(from, zone)} – ${dateWords(to, zone)}`;
}

/** The notices of a digest in the order in which they are told. */
export function digestNotices(
  digest: Digest,
  picture: NoticePicture | null,
): readonly { readonly part: DigestPart; readonly notice: Notice }[] {
  const { council } = digest;
  const figures = { part: 'figures', notice: figuresNotice(digest, picture) } as const;
  if (!council) return [figures];
  return [
    figures,
    { part: 'voices', notice: voicesNotice(digest, council) },
    { part: 'worth', notice: worthNotice(digest, council) },
  ];
}

function notice(
  title: string,
  tone: Tone,
  blocks: readonly NoticeBlock[],
  more: Partial<Notice> = {},
): Notice {
  return { title, tone, blocks, buttons: [], mention: [], ...more };
}

/** The figures themselves, who waits longest, and the chart. */
export function figuresNotice(digest: Digest, picture: NoticePicture | null): Notice {
  const tables = digest.tables.filter(({ id }) => id !== 'kind');
  const buttons: NoticeButton[] = [];
  if (digest.council)
    buttons.push(
      { press: `digest:voices:${span(digest)}`, label: 'What people say' },
      { press: `digest:worth:${span(digest)}`, label: 'What it is worth' },
    );
  buttons.push({ press: `digest:csv:${digest.window}:${span(digest)}`, label: 'As CSV' });
  return notice(
    digestTitle(digest),
    toneOf(digest),
    [
      { type: 'text', text: summaryWords(digest) },
      ...deafBlocks(digest),
      { type: 'figures', figures: digest.figures.map((each) => told(digest, each)) },
      ...(digest.waiting.length === 0
        ? []
        : ([
            { type: 'heading', text: 'Waiting longest' },
            {
              type: 'list',
              lines: digest.waiting.slice(0, MAX_LINES).map((each) => waitingLine(digest, each)),
            },
          ] as const)),
      ...tables.flatMap((each) => tableBlocks(digest, each)),
      { type: 'small', text: definitions(digest.figures) },
    ],
    { picture, buttons },
  );
}

/** Which sources we do not hear, in a sentence; null while we hear all. */
export function deafWords({ deaf }: Pick<Digest, 'deaf'>): string | null {
  if (deaf.length === 0) return null;
  const names = deaf.slice(0, 10).map((name) => oneLine(name, 40));
  return `🔴 We do not hear: ${names.join(', ')}. The figures lack whatever was said there.`;
}

function deafBlocks(digest: Digest): readonly NoticeBlock[] {
  const text = deafWords(digest);
  return text === null ? [] : [{ type: 'text', text }];
}

function toneOf({ waiting, at }: Digest): Tone {
  const oldest = waiting[0];
  if (!oldest) return 'green';
  return at - oldest.since > DAY_MS ? 'red' : 'yellow';
}

function figureOf(digest: Digest, id: string): DigestFigure | undefined {
  return digest.figures.find((each) => each.id === id);
}

/** The digest in one sentence or two. */
export function summaryWords(digest: Digest): string {
  const count = (id: string): number => figureOf(digest, id)?.value ?? 0;
  const median = figureOf(digest, 'median')?.value ?? null;
  const within = median === null ? '' : `, half of them within ${spanWords(median)}`;
  const oldest = digest.waiting[0];
  const waiting =
    count('unanswered') === 0
      ? 'Nobody waits for an answer.'
      : `${many(count('unanswered'), 'customer waits', 'customers wait')} for an answer${oldest ? `, the longest for ${spanWords(digest.at - oldest.since)}` : ''}.`;
  const lacking = digest.cut ? ' More happened than is counted here.' : '';
  return `${count('new').toLocaleString('en-US')} new, ${count('answered').toLocaleString('en-US')} answered${within}. ${waiting}${lacking}`;
}

/** "9 before": what a figure is held against; null where there is nothing. */
export function beforeWords(each: DigestFigure): string | null {
  return each.before === null ? null : `${figureWords(each.before, each.unit)} before`;
}

function told(digest: Digest, each: DigestFigure): Figure {
  const note = [each.note, beforeWords(each)].filter((part) => part !== null).join('; ');
  return {
    label: oneLine(each.label, 40),
    value: figureWords(each.value, each.unit),
    ...(note === '' ? {} : { note: oneLine(note, 90) }),
    ...(each.shows && each.value !== null && each.value !== 0
      ? { press: `digest:show:${each.id}:${span(digest)}` }
      : {}),
  };
}

function tableBlocks(digest: Digest, { title, rows }: DigestTable): readonly NoticeBlock[] {
  return [
    { type: 'heading', text: title },
    { type: 'figures', figures: rows.slice(0, MAX_ROWS).map((each) => told(digest, each)) },
  ];
}

function definitions(figures: readonly DigestFigure[]): string {
  return figures.map(({ label, means }) => `${label}: ${means}.`).join(' ');
}

function waitingLine({ at, labels, zone }: Digest, each: Waiting): NoticeLine {
  const owner = each.owner === null ? '' : `, with ${oneLine(each.owner, 40)}`;
  const source = labels.get(each.source) ?? each.source;
  return {
    itemId: each.itemId,
    text: `${oneLine(each.by, 40)} on ${oneLine(source, 40)} for ${spanWords(at - each.since)} (since ${timeWords(each.since, zone)})${owner}: “${cut(oneLine(each.text, 200), 100)}”`,
    url: each.url,
  };
}

/** What people talk about: themes, comparisons, praise and complaints, and which department hears them. */
export function voicesNotice(digest: Digest, council: Council): Notice {
  return notice(
    `What people say · ${dateWords(digest.from, digest.zone)} – ${dateWords(digest.to, digest.zone)}`,
    'grey',
    [
      { type: 'heading', text: 'Themes' },
      ...(council.themes.length === 0
        ? ([{ type: 'text', text: 'No two people talked about the same.' }] as const)
        : council.themes.slice(0, MAX_LINES).flatMap(themeBlocks)),
      ...saidBlocks('Comparisons', council.comparisons),
      ...saidBlocks('Praise', council.praise),
      ...saidBlocks('Complaints', council.complaints),
      ...departmentBlocks(council),
      {
        type: 'small',
        text: 'A theme is a phrase that at least two people used this week; it weighs more the more people used it, and the less it was said in the four weeks before. Praise, complaints and comparisons: conversations of that kind, whether or not they wanted an answer. Department: the channel that read it, or as potluck.yaml names them.',
      },
    ],
  );
}

export function themeWords({ phrase, people, posts, usual }: Theme): string {
  const against =
    usual === null
      ? ''
      : usual < 0.5
        ? ', new this week'
        : `, usually ${Math.round(usual).toLocaleString('en-US')}`;
  return `“${phrase}”: ${many(people, 'person', 'people')} in ${many(posts, 'post')}${against}`;
}

function themeBlocks(theme: Theme): readonly NoticeBlock[] {
  const [first] = theme.quotes;
  const itemId = theme.itemIds[0];
  return [
    { type: 'list', lines: [{ text: themeWords(theme), ...(itemId === undefined ? {} : { itemId }) }] },
    ...(first ? [quoteBlock(first)] : []),
  ];
}

function quoteBlock({ text, by, url }: Quote): NoticeBlock {
  return { type: 'quote', text, by, url };
}

function saidBlocks(title: string, { count, before, quotes }: Said): readonly NoticeBlock[] {
  if (count === 0 && before === 0) return [];
  return [
    {
      type: 'heading',
      text: `${title}: ${count.toLocaleString('en-US')} (${before.toLocaleString('en-US')} the week before)`,
    },
    ...quotes.slice(0, 2).map(quoteBlock),
  ];
}

function departmentBlocks({ departments }: Council): readonly NoticeBlock[] {
  if (departments.length === 0) return [];
  return [
    { type: 'heading', text: 'By department' },
    {
      type: 'list',
      lines: departments.slice(0, MAX_ROWS).map(({ name, praise, complaints }) => ({
        text: `${oneLine(name, 60)}: ${many(complaints, 'complaint')}, ${praise} praise`,
      })),
    },
  ];
}

/** What the work is worth: five intangibles, three values, those who speak for us, and what our own posts brought back. */
export function worthNotice(digest: Digest, council: Council): Notice {
  const figures = (list: readonly DigestFigure[]): NoticeBlock => ({
    type: 'figures',
    figures: list.map((each) => told(digest, each)),
  });
  return notice(
    `What it is worth · ${dateWords(digest.from, digest.zone)} – ${dateWords(digest.to, digest.zone)}`,
    'grey',
    [
      { type: 'heading', text: 'Five things nobody can weigh, by what can be counted' },
      figures(council.intangibles),
      { type: 'small', text: definitions(council.intangibles) },
      ...council.values.flatMap((value): NoticeBlock[] => [
        { type: 'heading', text: value.title },
        figures(value.figures),
        { type: 'small', text: definitions(value.figures) },
      ]),
      ...listBlocks(
        'Advocates',
        council.advocates.slice(0, MAX_LINES).map((each) => ({ text: advocateWords(each), url: each.url })),
      ),
      ...listBlocks('What our own posts brought back', council.prompts.slice(0, MAX_LINES).map(promptLine)),
    ],
  );
}

function listBlocks(title: string, lines: readonly NoticeLine[]): readonly NoticeBlock[] {
  return lines.length === 0
    ? []
    : [
        { type: 'heading', text: title },
        { type: 'list', lines },
      ];
}

export function advocateWords({ name, labels, reasons }: Advocate): string {
  return `${oneLine(name, 60)} (${oneLine(labels.join(', '), 60)}): ${oneLine(reasons.join(', '), 160)}`;
}

export function promptWords({ text, replies, people, quotes }: PromptEcho): string {
  const [first] = quotes;
  const heard =
    replies === 0
      ? 'no reply yet'
      : `${many(replies, 'reply', 'replies')} by ${many(people, 'person', 'people')}`;
  return `“${cut(oneLine(text, 200), 80)}”: ${heard}${first ? `, for instance “${cut(first.text, 80)}”` : ''}`;
}

function promptLine(echo: PromptEcho): NoticeLine {
  return { text: promptWords(echo), itemId: echo.itemId, url: echo.url };
}
