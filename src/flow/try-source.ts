import type { Clock } from '../clock.ts';
import type { Item } from '../domain/item.ts';
import { many, oneLine } from '../domain/text.ts';
import { messageOf } from '../errors.ts';
import type { Batch, Dropped, Source } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import type { Delivery, IngestResult } from './ingest.ts';
import type { View } from './view.ts';

/** Pages that are asked for at the most: a look is no backfill. */
const MAX_PAGES = 20;
const POLL_TIMEOUT_MS = 120_000;
/** Lines that are printed of each list. */
const SHOWN = 40;

export interface TryDeps {
  readonly source: Source;
  /** An empty one, in memory: nothing of this is kept. */
  readonly store: Store;
  readonly clock: Clock;
  readonly view: View;
  readonly ingest: (delivery: Delivery) => Promise<IngestResult>;
  /** What was spent, in words; empty when nothing was. */
  readonly spent: () => Promise<string>;
  readonly print: (line: string) => void;
  /** How far it is: a bar on the terminal, or nothing. */
  readonly progress: (pages: number, posts: number) => void;
}

/** Fetches once as the bot would at its first start, and prints what would become items. True when it could be read. */
export async function trySource(deps: TryDeps): Promise<boolean> {
  const { source, print } = deps;
  if (!source.poll || !source.capabilities.poll) {
    const waits = source.capabilities.receive
      ? `waits for posts at POST /hooks/${source.name}`
      : 'brings its posts by a stream';
    print(`“${source.name}” (${source.label}) ${waits}: there is nothing to fetch.`);
    return true;
  }
  try {
    const found = await fetchAll(deps, source.poll.bind(source));
    await report(deps, found);
    return true;
  } catch (error) {
    print(`“${source.name}” (${source.label}) could not be read: ${messageOf(error)}`);
    return false;
  } finally {
    await source.close?.();
  }
}

interface Found {
  readonly pages: number;
  readonly posts: number;
  readonly more: boolean;
  readonly dropped: readonly Dropped[];
}

async function fetchAll(
  { source, ingest, progress }: TryDeps,
  poll: NonNullable<Source['poll']>,
): Promise<Found> {
  let cursor: string | null = null;
  const dropped: Dropped[] = [];
  const ids = new Set<string>();
  for (let pages = 1; ; pages++) {
    const batch: Batch = await poll(cursor, AbortSignal.timeout(POLL_TIMEOUT_MS));
    await ingest({ source: source.name, posts: batch.posts, deleted: batch.deleted ?? [], backfilled: true });
    for (const post of batch.posts) ids.add(post.id);
    dropped.push(...(batch.dropped ?? []));
    progress(pages, ids.size);
    const moved = batch.cursor !== null && batch.cursor !== cursor;
    const more = Boolean(batch.more) && moved;
    if (!more || pages >= MAX_PAGES) return { pages, posts: ids.size, more, dropped };
    cursor = batch.cursor;
  }
}

async function report(deps: TryDeps, found: Found): Promise<void> {
  const { source, store, view, print } = deps;
  const items = await store.items({ source: source.name, limit: 200, order: 'urgency' });
  const open = items.filter((item) => item.state === 'open');
  const quiet = items.filter((item) => item.state !== 'open');
  print(
    `“${source.name}” (${source.label}): ${many(found.posts, 'post')} in ${many(found.pages, 'page')}${found.more ? ', and there are more' : ''}. ${open.length} would become cards, ${quiet.length} would be quiet.`,
  );
  await list(deps, 'Cards', open, async (item) => {
    const card = await view.card(item);
    const places = (await store.cardsOf(item.id)).map(({ chat, channel }) => `${chat}:${channel}`);
    return `${card.urgency.padEnd(6)} ${card.kindLabel} · ${oneLine(card.author.name, 40)}: ${oneLine(card.text, 100) || '(no text)'}\n           ${oneLine(card.reasons.join('; '), 200)} → ${places.join(', ') || 'nowhere'}`;
  });
  await list(deps, 'Quiet', quiet, async (item) => {
    const card = await view.card(item);
    return `${oneLine(card.author.name, 40)}: ${oneLine(card.text, 80) || '(no text)'} – ${oneLine(card.closing?.line ?? '', 120)}`;
  });
  for (const { id, why } of found.dropped.slice(0, SHOWN))
    print(`  dropped  ${id === null ? '' : `${oneLine(id, 60)}: `}${oneLine(why, 300)}`);
  const spent = await deps.spent();
  if (spent !== '') print(`Cost: ${spent}.`);
  print('Nothing was written.');
}

async function list(
  { print }: TryDeps,
  title: string,
  items: readonly Item[],
  words: (item: Item) => Promise<string>,
): Promise<void> {
  if (items.length === 0) return;
  print(`${title}:`);
  for (const item of items.slice(0, SHOWN)) print(`  ${await words(item)}`);
  if (items.length > SHOWN) print(`  … and ${items.length - SHOWN} more`);
}
