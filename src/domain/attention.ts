import { z } from 'zod';
import { ago, type Item } from './item.ts';
import { KIND_LABELS } from './make-card.ts';
import type { Notice, NoticeBlock } from './notice.ts';
import { oneLine } from './text.ts';
import type { Kind } from './triage/verdict.ts';

/** New cards in an hour and a channel that people still look at: one every three minutes. */
const PER_HOUR = 20;
/** Within which cards are counted, in milliseconds. */
export const BUDGET_WINDOW_MS = 3_600_000;
/** How many of the held ones a roll-up names. */
const NAMED = 5;
/** Somebody who wrote so long before we heard of it wrote during an outage, or before we were connected. */
const LATE_MS = 30 * 60_000;

const perHour = z.number().int('must be a whole number').min(0).max(1_000);

/** `attention` in potluck.yaml: how many new cards a channel takes in an hour; 0 is no limit. */
export const attentionSchema = z.strictObject({
  perHour: perHour.optional(),
  /** By place: `slack:C0123456789`. */
  channels: z.record(z.string().regex(/^[a-z]+:[^\s:]{1,100}$/), perHour).default({}),
});
export type Attention = z.output<typeof attentionSchema>;

/**
 * Most new cards of a channel in an hour; null where there is no limit.
 *
 * @param planned what holds where potluck.yaml says nothing, from what would hold else
 */
export function budgetOf(
  attention: Attention,
  place: { readonly chat: string; readonly channel: string },
  planned: (usual: number) => number = (usual) => usual,
): number | null {
  const said = attention.channels[`${place.chat}:${place.channel}`] ?? attention.perHour;
  return (said ?? planned(PER_HOUR)) || null;
}

/** An item whose card is held back, with what its post says. */
export interface Held {
  readonly item: Pick<Item, 'id' | 'kinds' | 'priority' | 'openedAt' | 'waitingSince' | 'source'>;
  readonly author: string;
  readonly text: string;
  readonly url: string | null;
}

export interface RollUp {
  /** Since when cards are held back in this channel. */
  readonly since: number;
  readonly now: number;
  readonly channel: string;
  readonly perHour: number;
  /** How many are held. */
  readonly total: number;
  /** The most urgent of them, at most 200. */
  readonly held: readonly Held[];
  /** What they talk about, most first. */
  readonly themes: readonly string[];
  readonly labelOf: (source: string) => string;
}

/** What a roll-up is pressed for: all that it stands for. */
export function showAllPress(channel: string): string {
  return `rollup:${channel.replace(/[^A-Za-z0-9/_.-]/g, '')}`.slice(0, 80);
}

/**
 * One growing card in place of many: what came beyond the attention budget, by kind and theme, with the most urgent five.
 * Every item keeps its place in the queue and gets its card as soon as there is room.
 */
export function rollUpNotice(roll: RollUp): Notice {
  const { held, total, now, themes } = roll;
  if (total === 0)
    return {
      title: 'All caught up: everything that had been held back has its card, or is done',
      tone: 'green',
      blocks: [],
      buttons: [],
      mention: [],
    };
  const late = held.filter(({ item }) => item.openedAt - (item.waitingSince ?? item.openedAt) >= LATE_MS);
  const blocks: NoticeBlock[] = [
    {
      type: 'text',
      text: `This channel takes ${roll.perHour} new cards an hour. What is urgent comes at once; the rest follows as there is room, most urgent first.`,
    },
    { type: 'figures', figures: kindFigures(held) },
    ...(themes.length > 0 ? [{ type: 'text' as const, text: `They talk about: ${themes.join(', ')}` }] : []),
    ...(late.length > 0 ? [{ type: 'text' as const, text: lateWords(late, now, roll.labelOf) }] : []),
    { type: 'heading', text: total > NAMED ? 'The most urgent of them' : 'These are they' },
    {
      type: 'list',
      lines: held.slice(0, NAMED).map(({ item, author, text, url }) => ({
        itemId: item.id,
        text: `${kindWord(item.kinds)} by ${oneLine(author, 40) || 'somebody'} on ${roll.labelOf(item.source)}, ${ago(now - (item.waitingSince ?? item.openedAt))}: ${oneLine(text, 120)}`,
        url,
      })),
    },
    { type: 'small', text: 'Held back means delayed, never dropped.' },
  ];
  return {
    title: `${total} more ${total === 1 ? 'conversation waits' : 'conversations wait'} behind this channel’s attention budget`,
    tone: 'yellow',
    blocks,
    buttons: [{ press: showAllPress(roll.channel), label: 'Show all', style: 'primary' }],
    mention: [],
  };
}

function kindWord(kinds: readonly Kind[]): string {
  return KIND_LABELS[kinds[0] ?? 'mention'];
}

/** Labels without a plural. */
const UNCOUNTED: ReadonlySet<string> = new Set(['praise', 'spam']);

/** How many of each leading kind, most first. */
function kindFigures(held: readonly Held[]): { label: string; value: string }[] {
  const counts = new Map<string, number>();
  for (const { item } of held) {
    const label = kindWord(item.kinds).toLowerCase();
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1))
    .map(([label, count]) => ({
      label: count === 1 || UNCOUNTED.has(label) ? label : `${label}s`,
      value: String(count),
    }));
}

/** "12 of them were written before we could hear it: Bluesky 9, Forum 3." */
function lateWords(late: readonly Held[], now: number, labelOf: (source: string) => string): string {
  const bySource = new Map<string, number>();
  for (const { item } of late) bySource.set(item.source, (bySource.get(item.source) ?? 0) + 1);
  const places = [...bySource].map(([source, count]) => `${labelOf(source)} ${count}`).join(', ');
  const oldest = Math.min(...late.map(({ item }) => item.waitingSince ?? item.openedAt));
  const verb = late.length === 1 ? '1 of them was' : `${late.length} of them were`;
  return `${verb} written before we could hear it, the oldest ${ago(now - oldest)}: ${places}.`;
}
