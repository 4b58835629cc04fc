import type { IncidentMember, Signature } from './incident.ts';
import { isClosed } from './item.ts';
import type { Notice } from './notice.ts';
import { oneLine } from './text.ts';

/** Texts of this span are compared, in milliseconds. */
export const COPIES_WINDOW_MS = 24 * 3_600_000;
/** So many make a card together. */
const LEAST_COPIES = 3;
/** Copies by fewer people are somebody who says it twice. */
const LEAST_AUTHORS = 2;
const NAMED = 8;

/**
 * Where a copy belongs: to those that have a card together, or with others that get one now; null where it stands for
 * itself.
 *
 * @param alike its copies of the last {@link COPIES_WINDOW_MS}
 */
export function gatherCopies(
  author: string,
  alike: readonly Signature[],
): { readonly join: number } | { readonly begin: readonly number[] } | null {
  const open = alike.find(({ incident }) => incident?.state === 'open');
  if (open?.incident) return { join: open.incident.id };
  // What a person has taken apart is not put together again.
  if (alike.some(({ incident }) => incident?.state === 'split')) return null;
  const free = alike.filter(({ incident }) => incident === null);
  const authors = new Set([author, ...free.map((each) => each.author)]);
  if (free.length + 1 < LEAST_COPIES || authors.size < LEAST_AUTHORS) return null;
  return { begin: free.map(({ itemId }) => itemId) };
}

/** "an hour", "3 hours". */
export function withinWords(ms: number): string {
  const hours = Math.max(1, Math.ceil(ms / 3_600_000));
  return hours === 1 ? 'an hour' : `${hours} hours`;
}

/** "the same text as 14 others in 2 hours: first by @x". */
export function copyWords(others: number, ms: number, first: string): string {
  const by = oneLine(first, 40);
  return `the same text as ${others === 1 ? 'another' : `${others} others`} in ${withinWords(ms)}${by === '' ? '' : `: first by ${by}`}`;
}

/** The one card of a text that many posted. @param members oldest first, at most 200 */
export function copyNotice(
  incident: {
    readonly id: number;
    readonly total: number;
    readonly openedAt: number;
    readonly lastAt: number;
  },
  members: readonly IncidentMember[],
  labelOf: (source: string) => string,
): Notice {
  const open = members.filter(({ item }) => !isClosed(item));
  const [first] = members;
  const done = open.length === 0;
  const title = `The same text ${incident.total} times in ${withinWords(incident.lastAt - incident.openedAt)}`;
  const by = first ? oneLine(first.author, 40) : '';
  return {
    title: done ? `${title}: all answered or closed` : `${title}${by === '' ? '' : `, first by ${by}`}`,
    tone: done ? 'green' : 'yellow',
    blocks: done
      ? []
      : [
          { type: 'quote', text: oneLine(first?.text ?? '', 300), by, url: first?.url ?? null },
          {
            type: 'figures',
            figures: [
              { label: 'still open', value: String(open.length), press: `incident:show:${incident.id}` },
              {
                label: 'with somebody',
                value: String(open.filter(({ item }) => item.owner !== null).length),
              },
              { label: 'answered or closed', value: String(members.length - open.length) },
            ],
          },
          { type: 'heading', text: 'The newest of them' },
          {
            type: 'list',
            lines: members
              .slice(-NAMED)
              .reverse()
              .map(({ item, author, url, source }) => ({
                itemId: item.id,
                text: `${oneLine(author, 40) || 'Somebody'} on ${labelOf(source)}${isClosed(item) ? ' (closed)' : ''}`,
                url,
              })),
          },
          {
            type: 'small',
            text: 'Each is still an item of its own, in the lists and the counts. Those that ask us something have a card of their own, too.',
          },
        ],
    buttons: done
      ? []
      : [
          { press: `incident:show:${incident.id}`, label: 'Show all', style: 'primary' },
          { press: `incident:claim:${incident.id}`, label: 'Claim all' },
          { press: `incident:split:${incident.id}`, label: 'They are not the same' },
        ],
    mention: [],
  };
}
