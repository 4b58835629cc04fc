import type { Card } from '../domain/card.ts';
import { type Item, isClosed, isUnpublished } from '../domain/item.ts';
import { cutAfter, type Post, readableText } from '../domain/post.ts';
import type { CardRow, Queries } from '../store/store.ts';

/** One line for the thread of a card. */
export interface Remark {
  /** What {@link CardRow.remarked} becomes with it. */
  readonly upTo: number;
  readonly text: string;
  /** Person id of who is pinged; null for nobody. */
  readonly mention: string | null;
}

const REMARK_TEXT = 200;
/** Lines that are said one by one; beyond them a number is enough, and the card has the newest. */
const MAX_LINES = 5;
const READ_EVENTS = 200;

/**
 * Up to where a card that shows the item as it stands has told everything: the count of its follow-ups, or, for a post of
 * ours, its version, as there every reply counts and not only those that want an answer.
 */
export function toldUpTo(item: Item): number {
  return item.origin === 'prompt' ? item.version : item.followUps;
}

/** What is still to be said in the thread of a card. */
export async function remarksFor(
  row: CardRow,
  item: Item,
  card: Card,
  queries: Pick<Queries, 'events' | 'post'>,
): Promise<readonly Remark[]> {
  if (item.origin === 'prompt') return isUnpublished(item) ? [] : replies(row, item, queries);
  if (item.followUps <= row.remarked || isClosed(item) || item.quiet) return [];
  const text = `${card.author.name} wrote again${said(card.text)}`;
  return [{ upTo: item.followUps, text, mention: item.lastOwner?.id ?? null }];
}

async function replies(
  row: CardRow,
  item: Item,
  queries: Pick<Queries, 'events' | 'post'>,
): Promise<readonly Remark[]> {
  const news = (await queries.events(item.id, READ_EVENTS)).filter(
    ({ type, version, detail }) =>
      version > row.remarked &&
      version <= item.version &&
      (type === 'customer-posted' || type === 'follow-up') &&
      detail.spam !== true,
  );
  const lines: Remark[] = [];
  for (const { version, detail, type } of news.slice(0, MAX_LINES)) {
    const post = await queries.post(item.source, String(detail.postId));
    // The network has deleted it.
    if (!post || post.ours) continue;
    // Who published it is called once: when somebody asks and the card opens again.
    const mention = type === 'follow-up' && !isClosed(item) ? (item.lastOwner?.id ?? null) : null;
    lines.push({ upTo: version, text: `${nameOf(post)} replied${said(readableText(post))}`, mention });
  }
  const more = news.length - MAX_LINES;
  if (more > 0) {
    const text = `And ${more} more ${more === 1 ? 'reply' : 'replies'}.`;
    lines.push({ upTo: item.version, text, mention: null });
  }
  return lines;
}

function nameOf({ author }: Post): string {
  return author.name || author.handle || 'Somebody';
}

/** `: “And the lid?”` */
function said(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const cut = line.length > REMARK_TEXT ? cutAfter(line, REMARK_TEXT) : line;
  return cut === '' ? '.' : `: “${cut}”`;
}
