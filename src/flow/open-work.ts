import { lengthWords } from '../domain/calendar-words.ts';
import type { Card } from '../domain/card.ts';
import type { Item } from '../domain/item.ts';
import type { NoticeBlock, NoticeLine } from '../domain/notice.ts';
import { cutAfter } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import type { Queries } from '../store/store.ts';
import type { View } from './view.ts';

/** Items that are named one by one. */
const NAMED = 5;
const QUOTED = 80;
const PAGE = 200;
/** Of a queue that is longer, the most urgent are looked at. */
const MAX_ITEMS = 2_000;

/** One line of text about an item: "Question by Mira on Bluesky, waits 3 h: “Does the lid …”". */
function itemLine(card: Card, now: number): NoticeLine {
  const text = card.text.replace(/\s+/g, ' ').trim();
  const quoted = text === '' ? '' : `: “${text.length > QUOTED ? cutAfter(text, QUOTED) : text}”`;
  const waits = card.waitingSince === null ? '' : `, waits ${lengthWords(now - card.waitingSince)}`;
  const owner = card.owner ? `, with ${card.owner.name}` : '';
  return {
    text: `${card.kindLabel} by ${card.author.name} on ${card.source.label}${waits}${owner}${quoted}`,
    itemId: card.itemId,
  };
}

/** What is open and has a card in one of the chats: what has none is nobody's yet. Most urgent first. */
export async function openItems(
  store: Pick<Queries, 'items'>,
  places: readonly Place[],
): Promise<readonly Item[]> {
  const found = new Map<number, Item>();
  for (const chat of new Set(places.map((place) => place.chat))) {
    for (let offset = 0; offset < MAX_ITEMS; offset += PAGE) {
      const page = await store.items({
        states: ['open', 'claimed'],
        chat,
        order: 'urgency',
        limit: PAGE,
        offset,
      });
      for (const item of page) found.set(item.id, item);
      if (page.length < PAGE) break;
    }
  }
  const waiting = ({ waitingSince }: Item): number => waitingSince ?? Number.MAX_SAFE_INTEGER;
  return [...found.values()].sort(
    (a, b) => b.priority - a.priority || waiting(a) - waiting(b) || a.id - b.id,
  );
}

/** The most urgent of some items by name. */
export async function namedItems(
  view: View,
  items: readonly Item[],
  now: number,
): Promise<readonly NoticeBlock[]> {
  const cards = await view.cards(items.slice(0, NAMED));
  return [
    { type: 'list', lines: cards.map((card) => itemLine(card, now)) },
    ...(items.length > cards.length
      ? [{ type: 'small', text: `The most urgent ${cards.length} of ${items.length}.` } as const]
      : []),
  ];
}

/** What is open, in figures and the most urgent by name. */
export async function openWork(
  deps: { readonly store: Pick<Queries, 'items'>; readonly view: View; readonly places: readonly Place[] },
  now: number,
): Promise<readonly NoticeBlock[]> {
  const items = await openItems(deps.store, deps.places);
  if (items.length === 0) return [{ type: 'text', text: 'Nothing is open.' }];
  const claimed = items.filter(({ state }) => state === 'claimed').length;
  return [
    {
      type: 'figures',
      figures: [
        { label: 'unclaimed', value: String(items.length - claimed) },
        { label: 'claimed', value: String(claimed) },
      ],
    },
    ...(await namedItems(deps.view, items, now)),
  ];
}
