import type { Chat, ChatHealth, PostOptions } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import type { Card } from '../domain/card.ts';
import { type Item, isClosed } from '../domain/item.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError } from '../errors.ts';
import type { CardBehind, CardRow, NoticeRow, Store } from '../store/store.ts';
import type { Attention } from './attention.ts';
import type { Leases } from './leases.ts';
import { remarksFor, toldUpTo } from './remarks.ts';
import { createTelling, FIND_SLACK_MS, type Way } from './telling.ts';
import type { View } from './view.ts';
import { within } from './within.ts';

export interface PresentDeps {
  /** Whether nobody is to be called for it now. */
  readonly quiet?: (item: Item) => boolean;
  readonly store: Store;
  readonly clock: Clock;
  readonly view: View;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly leases: Leases;
  /** Asks the network for the item's conversation, so that what was answered elsewhere is never put before the team. */
  readonly freshen: (item: Item) => Promise<void>;
  /** Null where a channel takes whatever comes. */
  readonly attention?: Attention | null;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** The item → card half of the journey for one chat: keeps every card level with its item. */
export interface Present {
  /** Something changed: look now. */
  nudge(): void;
  /** Runs until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  health(): ChatHealth;
}

/** Looks at the ledger at least this often, so that a change by another process is seen too. */
const TICK_MS = 1_000;
/** Cards read at once; where there is a pace, only the most urgent one of each channel is needed. */
const PAGE = 200;
const PACED_PAGE = 25;
/** Where the platform sets a pace, nothing is gained by looking more often than this, however much changes. */
const LOOK_EVERY_MS = 250;
/** A write that hangs must not hold its channel up for ever. */
const WRITE_TIMEOUT_MS = 30_000;
/** A chat whose credentials were refused is tried again this seldom. */
const AUTH_PAUSE_MS = 5 * 60_000;
/** One channel among others: somebody is just installing the app there, and wants to see it work. */
const CHANNEL_AUTH_PAUSE_MS = 60_000;
const FIRST_BACKOFF_MS = 2_000;
const MAX_BACKOFF_MS = 5 * 60_000;

/**
 * Level-triggered: no queue of messages exists, only cards that show an older version than their item has. Five changes
 * between two looks make one update; a crash loses nothing; the most urgent go first; each channel keeps its own pace.
 */
export function createPresent(chat: Chat, deps: PresentDeps): Present {
  return chat.look ? createGlance(chat, chat.look) : createReconciler(chat, deps);
}

/** A platform that reads the ledger by itself only wants to hear when. */
function createGlance(chat: Chat, look: () => void): Present {
  return {
    nudge: () => look.call(chat),
    run: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    health: () => chat.health(),
  };
}

function createReconciler(chat: Chat, deps: PresentDeps): Present {
  const { store, clock, view } = deps;
  const telling = createTelling(chat, deps);
  let wake: () => void = () => {};
  let nudged = false;
  let pausedUntil = 0;
  let trouble: string | null = null;
  /** Per channel: not before. */
  const channelFree = new Map<string, number>();
  const lookEveryMs = Math.min(LOOK_EVERY_MS, chat.channelIntervalMs / 4);

  function nudge(): void {
    nudged = true;
    wake();
  }

  async function run(signal: AbortSignal): Promise<void> {
    const busy = new Map<string, Promise<void>>();
    const stop = (): void => wake();
    signal.addEventListener('abort', stop, { once: true });
    for (let lookedAt = Number.NEGATIVE_INFINITY; !signal.aborted; ) {
      const early = lookedAt + lookEveryMs - clock.now();
      if (early > 0) await clock.sleep(early, signal).catch(() => {});
      lookedAt = clock.now();
      nudged = false;
      try {
        if (clock.now() >= pausedUntil) await startChannels(busy, signal);
      } catch (error) {
        // The database is away for a moment: the cards stay behind and are found again.
        deps.log.warn({ chat: chat.kind, error: messageOf(error) }, 'cards could not be looked up');
        await pause(busy, signal);
        continue;
      }
      if (!nudged) await pause(busy, signal);
    }
    signal.removeEventListener('abort', stop);
    await Promise.allSettled(busy.values());
  }

  /** Lets every channel that is free, and has a card behind, work on its most urgent ones. */
  async function startChannels(busy: Map<string, Promise<void>>, signal: AbortSignal): Promise<void> {
    const now = clock.now();
    // The long queue of a channel that must wait would hide the others, and cost much for nothing.
    const waiting = [...channelFree].filter(([, at]) => at > now).map(([channel]) => channel);
    const except = [...new Set([...busy.keys(), ...waiting])];
    const page = chat.channelIntervalMs > 0 ? PACED_PAGE : PAGE;
    const full = (await deps.attention?.full(now)) ?? { channels: [], exempt: 0 };
    await rollUp(full.channels, now);
    const [behind, said] = await Promise.all([
      store.cardsBehind(chat.kind, now, page, except, full),
      telling ? store.noticesBehind(chat.kind, now, page, except) : [],
    ]);
    const channels = byChannel(behind);
    for (const [channel, notices] of byChannel(said)) {
      // What is said beside the cards is rare and short: it does not wait behind a storm of them.
      channels.set(channel, [...notices, ...(channels.get(channel) ?? [])]);
    }
    for (const [channel, rows] of channels) {
      if (busy.has(channel) || (channelFree.get(channel) ?? 0) > now) continue;
      const work = workOff(channel, rows, signal).finally(() => {
        busy.delete(channel);
        nudge();
      });
      busy.set(channel, work);
    }
  }

  /** What a full channel must wait for is summed up there. */
  async function rollUp(full: readonly string[], now: number): Promise<void> {
    const { attention } = deps;
    if (!attention) return;
    for (const channel of await attention.rolling(full)) {
      // Asking for a channel that another process has must not hold up what is ours.
      if (await deps.leases.hold(leaseOf(channel))) await attention.level(channel, now);
    }
  }

  /** The most urgent card of a channel; several where the platform sets no pace, until it is time to look again. */
  async function workOff(
    channel: string,
    rows: readonly (CardBehind | NoticeRow)[],
    signal: AbortSignal,
  ): Promise<void> {
    const startedAt = clock.now();
    for (const row of rows) {
      if (signal.aborted || clock.now() < pausedUntil || clock.now() - startedAt >= TICK_MS) break;
      try {
        await ('notice' in row ? levelNotice(row, signal) : level(row, signal));
      } catch (error) {
        deps.log.warn({ chat: chat.kind, channel, error: messageOf(error) }, 'a card failed');
        channelFree.set(channel, clock.now() + TICK_MS);
      }
      if ((channelFree.get(channel) ?? 0) > clock.now()) break;
    }
  }

  async function pause(busy: ReadonlyMap<string, unknown>, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const now = clock.now();
    const free = [...channelFree]
      .filter(([channel, at]) => at > now && !busy.has(channel))
      .map(([, at]) => at - now);
    const ms = Math.max(1, Math.min(TICK_MS, ...free));
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await Promise.race([woken, clock.sleep(ms, over.signal).catch(() => {})]);
    over.abort();
    wake = () => {};
  }

  const leaseOf = (channel: string): string => `channel:${chat.kind}/${channel}`;

  async function mine(channel: string): Promise<boolean> {
    if (await deps.leases.hold(leaseOf(channel))) return true;
    channelFree.set(channel, clock.now() + TICK_MS);
    return false;
  }

  /** Brings one card level, or notes why not. */
  async function level(found: CardBehind, signal: AbortSignal): Promise<void> {
    if (!(await mine(found.channel))) return;
    // The page was read before the channel was ours, and other cards were written since.
    let item = (await store.item(found.itemId)) ?? found.item;
    const row = (await rowOf(found)) ?? rowIn(found);
    if (row.shownVersion >= item.version || row.givenUpVersion >= item.version) {
      // Somebody else wrote it. Never look again at once: whatever is wrong, it must not become a tight loop.
      channelFree.set(row.channel, clock.now() + TICK_MS);
      return;
    }
    if (row.ref === null && row.postingAt === null) {
      await deps
        .freshen(item)
        .catch((error) =>
          deps.log.warn({ itemId: item.id, error: messageOf(error) }, 'the network could not be asked first'),
        );
      item = (await store.item(item.id)) ?? item;
      if (isClosed(item) || !(await mine(row.channel))) return;
    }
    try {
      await within(clock, WRITE_TIMEOUT_MS, signal, (stop) => write(row, item, stop));
      trouble = null;
    } catch (error) {
      if (signal.aborted) return;
      await failed(row, item, error);
    }
    const free = clock.now() + chat.channelIntervalMs;
    channelFree.set(row.channel, Math.max(channelFree.get(row.channel) ?? 0, free));
  }

  async function levelNotice(found: NoticeRow, signal: AbortSignal): Promise<void> {
    if (!telling || !(await mine(found.channel))) return;
    const row = (await store.notice(found.id)) ?? found;
    if (row.shownVersion >= row.version || row.givenUpVersion >= row.version) return;
    try {
      const spoke = await within(clock, WRITE_TIMEOUT_MS, signal, (stop) => telling.level(row, stop));
      trouble = null;
      if (!spoke) return;
    } catch (error) {
      if (signal.aborted) return;
      deps.log.warn(
        { chat: chat.kind, channel: row.channel, notice: row.id, error: messageOf(error) },
        'a notice is behind',
      );
      const current = (await store.notice(row.id)) ?? row;
      await store.saveNotice({ ...current, ...afterFailure(row, row.version, error) });
    }
    const free = clock.now() + chat.channelIntervalMs;
    channelFree.set(row.channel, Math.max(channelFree.get(row.channel) ?? 0, free));
  }

  async function rowOf(place: CardRow): Promise<CardRow | undefined> {
    const rows = await store.cardsOf(place.itemId);
    return rows.find((row) => row.chat === place.chat && row.channel === place.channel);
  }

  async function write(row: CardRow, item: Item, signal: AbortSignal): Promise<void> {
    const card = await view.card(item);
    const options = { nonce: nonceOf(item.id, row.channel), signal };
    const shown = (ref: string): CardRow => ({
      ...row,
      ref,
      remarked: toldUpTo(item),
      shownVersion: card.version,
      notBefore: 0,
      failures: 0,
    });
    let ref = row.ref;
    if (ref === null && row.postingAt !== null && chat.find) {
      // The process may have died between "sent" and "saved".
      ref = await chat.find(row.channel, item.id, row.postingAt - FIND_SLACK_MS, signal);
    }
    if (ref !== null) {
      const updated = await chat.update(ref, card, options);
      await remark({ ...row, ref: updated }, item, card, options);
      await store.saveCards([shown(updated)]);
      return;
    }
    if (isClosed(item)) {
      // It was never posted, and there is nothing to show any more.
      await store.saveCards([{ ...row, postingAt: null }]);
      return;
    }
    const postingAt = row.postingAt ?? clock.now();
    await store.saveCards([{ ...row, postingAt }]);
    signal.throwIfAborted();
    const posted = await chat.post(row.channel, card, options);
    await store.saveCards([{ ...shown(posted), postingAt }]);
  }

  /**
   * The author came back: lines in the card's thread. Each is noted before it is said, so that after a crash it is rather
   * missing than said twice; the card itself shows the follow-up in any case.
   */
  async function remark(row: CardRow, item: Item, card: Card, options: PostOptions): Promise<void> {
    if (!chat.remark || row.ref === null) return;
    let before = row;
    for (const { upTo, text, mention } of await remarksFor(row, item, card, store)) {
      const after = { ...row, remarked: upTo };
      await store.saveCards([after]);
      await clock.sleep(chat.channelIntervalMs, options.signal);
      try {
        await chat.remark(row.ref, text, deps.quiet?.(item) ? null : mention, options);
      } catch (error) {
        // Certain that nothing was said: it is said at the next attempt.
        if (error instanceof RateLimitedError || error instanceof AuthError) {
          await store.saveCards([before]);
          throw error;
        }
        deps.log.warn(
          { chat: chat.kind, itemId: item.id, error: messageOf(error) },
          'a follow-up was not told',
        );
      }
      before = after;
    }
  }

  async function failed(row: CardRow, item: Item, error: unknown): Promise<void> {
    const current = (await rowOf(row)) ?? row;
    deps.log.warn(
      {
        chat: chat.kind,
        channel: row.channel,
        itemId: row.itemId,
        failures: row.failures + 1,
        error: messageOf(error),
      },
      'a card is behind',
    );
    await store.saveCards([{ ...current, ...afterFailure(row, item.version, error) }]);
  }

  /** What a failure means for the channel, and what is remembered of it. @param version which the platform may have refused */
  function afterFailure(
    row: Way & { readonly channel: string },
    version: number,
    error: unknown,
  ): Partial<Omit<Way, 'ref' | 'shownVersion'>> {
    const now = clock.now();
    const failures = row.failures + 1;
    trouble = messageOf(error);
    if (error instanceof RateLimitedError) {
      // The whole channel waits as long as the platform said. Nothing was posted.
      channelFree.set(row.channel, now + error.retryAfterMs);
      return { postingAt: row.postingAt };
    }
    if (error instanceof AuthError) {
      if (error.scope === 'channel') channelFree.set(row.channel, now + CHANNEL_AUTH_PAUSE_MS);
      else pausedUntil = now + AUTH_PAUSE_MS;
      return { postingAt: row.postingAt };
    }
    // Said no for good: nothing is tried until it says something else.
    if (error instanceof RejectedError)
      return { postingAt: row.postingAt, failures, givenUpVersion: version };
    // Whether it was posted is unknown: `postingAt` stays, and the next attempt looks first.
    const backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 10));
    return { failures, notBefore: now + Math.round(backoff * (0.5 + deps.random() / 2)) };
  }

  return {
    nudge,
    run,
    health() {
      const own = chat.health();
      if (own.state !== 'up' || trouble === null) return own;
      return { state: clock.now() < pausedUntil ? 'down' : 'up', detail: trouble };
    },
  };
}

function rowIn({ item: _, ...row }: CardBehind): CardRow {
  return row;
}

/** At most 25 characters (Discord's limit for a nonce), stable for an item and a channel. */
function nonceOf(itemId: number, channel: string): string {
  let hash = 0x811c9dc5;
  for (const unit of channel) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return `pl-${itemId.toString(36)}-${hash.toString(36)}`.slice(0, 25);
}

function byChannel<Row extends { readonly channel: string }>(
  rows: readonly Row[],
): Map<string, (CardBehind | NoticeRow | Row)[]> {
  const groups = new Map<string, (CardBehind | NoticeRow | Row)[]>();
  for (const row of rows) {
    const group = groups.get(row.channel);
    if (group) group.push(row);
    else groups.set(row.channel, [row]);
  }
  return groups;
}
