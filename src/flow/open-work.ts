import { lengthWords } from '../domain/calendar-words.ts';
import type { Card } from '../domain/card.ts';
import type { Item } from '../domain/item.ts';
import type { NoticeBlock, NoticeLine } from '../domain/notice.ts';
import { cutAfter } from '../domain/post.ts';
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

/** What is open and waits for one of the team, most urgent first; what nobody is told of does not. */
export async function openItems(store: Pick<Queries, 'items'>): Promise<readonly Item[]> {
  const found = new Map<number, Item>();
  for (let offset = 0; offset < MAX_ITEMS; offset += PAGE) {
    const page = await store.items({
      states: ['open', 'claimed'],
      quiet: false,
      order: 'urgency',
      limit: PAGE,
      offset,
    });
    for (const item of page) found.set(item.id, item);
    if (page.length < PAGE) break;
  }
  return [...found.values()];
}

type Reads = Pick<Queries, 'incidentsOf'>;

/** Items with those of one incident together, where its most urgent one stands. */
async function gathered(store: Reads, items: readonly Item[]): Promise<readonly (readonly Item[])[]> {
  const incidents = await store.incidentsOf(items.map(({ id }) => id));
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const incident = incidents.get(item.id);
    const key = incident === undefined ? `item ${item.id}` : `incident ${incident}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/** The most urgent of some items by name; similar complaints are one line. */
export async function namedItems(
  { store, view }: { readonly store: Reads; readonly view: View },
  items: readonly Item[],
  now: number,
): Promise<readonly NoticeBlock[]> {
  const groups = await gathered(store, items);
  const named = groups.slice(0, NAMED);
  const cards = await view.cards(named.flatMap(([first]) => first ?? []));
  const lines = cards.map((card, index) => {
    const line = itemLine(card, now);
    const alike = named[index]?.length ?? 1;
    return alike > 1 ? { ...line, text: `${alike} similar complaints, the most urgent: ${line.text}` } : line;
  });
  const shown = named.reduce((sum, group) => sum + group.length, 0);
  return [
    { type: 'list', lines },
    ...(items.length > shown
      ? [{ type: 'small', text: `The most urgent ${shown} of ${items.length}.` } as const]
      : []),
  ];
}

/** What is open, in figures and the most urgent by name. */
export async function openWork(
  deps: { readonly store: Pick<Queries, 'items' | 'incidentsOf'>; readonly view: View },
  now: number,
): Promise<readonly NoticeBlock[]> {
  const items = await openItems(deps.store);
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
    ...(await namedItems(deps, items, now)),
  ];
}
