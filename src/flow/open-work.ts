import { lengthWords } from '../domain/calendar-words.ts';
import type { Card } from '../domain/card.ts';
import type { Figure, NoticeBlock, NoticeLine } from '../domain/notice.ts';
import { cutAfter } from '../domain/post.ts';
import type { ItemQuery, Queries } from '../store/store.ts';
import type { View } from './view.ts';

/** Items that are named one by one. */
const NAMED = 5;
const QUOTED = 80;

/** Whatever still wants somebody. */
const OPEN: Pick<ItemQuery, 'states'> = { states: ['open', 'claimed'] };

/** One line of text about an item: "Question by Mira on Bluesky, waits 3 h: “Does the lid …”". */
export function itemLine(card: Card, now: number): NoticeLine {
  const text = card.text.replace(/\s+/g, ' ').trim();
  const quoted = text === '' ? '' : `: “${text.length > QUOTED ? cutAfter(text, QUOTED) : text}”`;
  const waits = card.waitingSince === null ? '' : `, waits ${lengthWords(now - card.waitingSince)}`;
  const owner = card.owner ? `, with ${card.owner.name}` : '';
  return {
    text: `${card.kindLabel} by ${card.author.name} on ${card.source.label}${waits}${owner}${quoted}`,
    itemId: card.itemId,
  };
}

/** What is open, in figures and the most urgent by name. */
export async function openWork(
  deps: { readonly store: Pick<Queries, 'items' | 'countItems' | 'countByState'>; readonly view: View },
  now: number,
): Promise<readonly NoticeBlock[]> {
  const [counts, items] = await Promise.all([
    deps.store.countByState({}),
    deps.store.items({ ...OPEN, order: 'urgency', limit: NAMED }),
  ]);
  const open = counts.open + counts.claimed;
  if (open === 0) return [{ type: 'text', text: 'Nothing is open.' }];
  const figures: Figure[] = [
    { label: 'unclaimed', value: String(counts.open) },
    { label: 'claimed', value: String(counts.claimed) },
    { label: 'snoozed', value: String(counts.snoozed) },
  ];
  const cards = await deps.view.cards(items);
  return [
    { type: 'figures', figures },
    { type: 'list', lines: cards.map((card) => itemLine(card, now)) },
    ...(open > cards.length
      ? [{ type: 'small', text: `The most urgent ${cards.length} of ${open}.` } as const]
      : []),
  ];
}
