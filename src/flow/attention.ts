import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { BUDGET_WINDOW_MS, type Held, rollUpNotice, showAllPress } from '../domain/attention.ts';
import { findThemes } from '../domain/digest/themes.ts';
import type { Item } from '../domain/item.ts';
import { URGENT } from '../domain/make-card.ts';
import { readableText } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import type { Store } from '../store/store.ts';
import type { DeskPart } from './desk.ts';
import type { Notices } from './notices.ts';
import type { View } from './view.ts';

/** Keeps the new cards of a chat's channels within what people still look at. */
export interface Attention {
  /** Channels in which only what is urgent is begun now. */
  full(now: number): Promise<{ readonly channels: readonly string[]; readonly exempt: number }>;
  /** Channels that have, or may need, a roll-up. */
  rolling(full: readonly string[]): Promise<readonly string[]>;
  /** Brings the roll-up of a channel level with what is held back there. For one process at a time. */
  level(channel: string, now: number): Promise<void>;
}

export interface AttentionDeps {
  readonly chat: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly notices: Notices;
  readonly budget: (place: Place) => number | null;
  /** Within which the budget holds, in milliseconds; default an hour. */
  readonly windowMs?: number;
  readonly labelOf: (source: string) => string;
  /** Our own names: everybody says them. */
  readonly names: readonly string[];
}

/** So many held ones, or one held for so long, are worth a message of their own. */
const LEAST_HELD = 3;
const LONG_HELD_MS = 10 * 60_000;
/** A roll-up grows at most this often: each step is an edit that the platform counts. */
const GROW_EVERY_MS = 30_000;
/** After this long a new one begins below: the old one has scrolled out of sight. */
const ANEW_AFTER_MS = 12 * 3_600_000;
const READ = 200;
/** A channel may come to us from another process: what that one began is known after this time. */
const FRESH_MS = 30_000;

const rollsSchema = z.record(z.string(), z.object({ since: z.number() })).catch({});
type Rolls = z.output<typeof rollsSchema>;

export function createAttention(deps: AttentionDeps): Attention {
  const { chat, store, notices } = deps;
  const setting = `rollups/${chat}`;
  let rolls: Rolls | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  const shown = new Map<string, { readonly what: string; readonly at: number }>();

  async function read(): Promise<Rolls> {
    const now = deps.clock.now();
    if (!rolls || now - readAt >= FRESH_MS) {
      rolls = rollsSchema.parse(JSON.parse((await store.setting(setting)) ?? '{}'));
      readAt = now;
    }
    return rolls;
  }

  /** Remembered before the roll-up is said: after a crash it goes on instead of beginning another. */
  async function remember(channel: string, since: number | null): Promise<void> {
    rolls = await store.transaction(setting, async (queries) => {
      const { [channel]: _, ...others } = rollsSchema.parse(
        JSON.parse((await queries.setting(setting)) ?? '{}'),
      );
      const next = since === null ? others : { ...others, [channel]: { since } };
      await queries.saveSetting(setting, JSON.stringify(next));
      return next;
    });
  }

  async function heldIn(items: readonly Item[]): Promise<readonly Held[]> {
    return Promise.all(
      items.map(async (item) => {
        const post = await store.post(item.source, item.postId);
        const author = post ? post.author.name || post.author.handle : '';
        return { item, author, text: post ? readableText(post) : '', url: post?.url ?? null };
      }),
    );
  }

  return {
    async full(now) {
      const begun = await store.cardsBegun(chat, now - (deps.windowMs ?? BUDGET_WINDOW_MS));
      const channels = [...begun].flatMap(([channel, count]) => {
        const budget = deps.budget({ chat, channel });
        return budget !== null && count >= budget ? [channel] : [];
      });
      return { channels, exempt: URGENT };
    },

    rolling: async (full) => [...new Set([...full, ...Object.keys(await read())])],

    async level(channel, now) {
      const before = shown.get(channel);
      if (before && now - before.at < GROW_EVERY_MS) return;
      const { items, total } = await store.cardsHeld(chat, channel, READ);
      const since = (await read())[channel]?.since ?? null;
      const worth = total >= LEAST_HELD || items.some((item) => now - item.openedAt >= LONG_HELD_MS);
      if (since === null && !worth) return;
      const begun = since === null || now - since >= ANEW_AFTER_MS ? now : since;
      const what = `${begun}|${total}|${items
        .slice(0, 5)
        .map(({ id }) => id)
        .join(',')}`;
      if (before?.what === what) return;
      if (begun !== since) await remember(channel, begun);
      const held = await heldIn(items);
      const notice = rollUpNotice({
        since: begun,
        now,
        channel,
        perHour: deps.budget({ chat, channel }) ?? 0,
        total,
        held,
        themes: themesOf(held, deps.names),
        labelOf: deps.labelOf,
      });
      await notices.tell(`rollup/${begun}`, [{ chat, channel }], notice);
      shown.set(channel, { what, at: now });
      if (total > 0) return;
      await remember(channel, null);
      shown.delete(channel);
    },
  };
}

const SHOWN = 25;

const THEMES = 3;

/** What the held ones talk about, most first. */
function themesOf(held: readonly Held[], names: readonly string[]): readonly string[] {
  const voices = held.map(({ item, author, text, url }) => ({
    source: item.source,
    text,
    lang: null,
    authorId: author,
    by: author,
    url,
    at: item.openedAt,
    itemId: item.id,
  }));
  return findThemes(voices, [], { names, limit: THEMES }).map(({ phrase }) => phrase);
}

/** “Show all” below a roll-up. */
export function attentionDesk(deps: {
  readonly store: Store;
  readonly view: View;
  readonly channels: (chat: string) => readonly string[];
}): DeskPart {
  return {
    presses: {
      async rollup(rest, { chat }) {
        const channel = deps.channels(chat).find((each) => showAllPress(each) === `rollup:${rest}`);
        if (channel === undefined) return { ok: false, text: 'That channel is not one of ours any more.' };
        const { items, total } = await deps.store.cardsHeld(chat, channel, SHOWN);
        if (total === 0) return { ok: true, text: 'Nothing is held back any more. 🎉' };
        const cards = await deps.view.cards(items);
        return { ok: true, text: '', cards: { title: 'Held back, most urgent first', cards, total } };
      },
    },
  };
}
