import { RejectedError } from '../../errors.ts';
import type { Connection } from './connection.ts';
import type { ChannelState } from './cursor.ts';
import { codeOf } from './failures.ts';
import { byTime, isNewer, newest, tsAt } from './ids.ts';
import { type MessagePage, readPage } from './shapes.ts';
import type { Stop } from './stop.ts';

/**
 * Slack recommends at most 200 (https://docs.slack.dev/reference/methods/conversations.history). An app that is
 * distributed outside the Marketplace gets 15, whatever it asks for; nothing here relies on a full page.
 */
export const PAGE = 100;
const MAX_PAGES = 5;
/** What is this much older than the newest message read may still turn up. */
export const OVERLAP_MS = 15 * 60_000;
const SWEEP_MS = 3_600_000;

/** One page of a channel, newest first. */
export async function readHistory(
  connection: Connection,
  channelId: string,
  next: string | null,
  signal: AbortSignal,
): Promise<MessagePage> {
  const params = { channel: channelId, limit: PAGE, ...(next === null ? {} : { cursor: next }) };
  return readPage(await connection.api.get('conversations.history', params, { signal }));
}

export interface ReadChannel {
  readonly pages: readonly MessagePage[];
  /** The newest page, where it was read. */
  readonly top: MessagePage | null;
  readonly state: Pick<ChannelState, 'last' | 'walk' | 'sweep' | 'sweptAt'>;
  readonly more: boolean;
}

/**
 * A channel from now towards the past, until what was read before is met; once an hour on until the end of `follow`,
 * because only the first message of a thread tells that somebody answered in it. A way that is too long for one poll,
 * or that a limit cuts, goes on with the next one where it was left.
 */
export async function readChannel(
  connection: Connection,
  channelId: string,
  state: ChannelState,
  stop: Stop,
  signal: AbortSignal,
): Promise<ReadChannel> {
  const { clock, config } = connection;
  const pages: MessagePage[] = [];
  let { last, walk, sweep, sweptAt } = state;
  let top: MessagePage | null = null;
  let left = MAX_PAGES;

  /** One page further on a way; null at its end, `limited` where it cannot go on now. */
  async function step(next: string, goal: string): Promise<string | null | 'limited' | 'lost'> {
    left--;
    const page = await stop.unlessLimited('history', () => readOn(connection, channelId, next, signal));
    if (page === null) return 'limited';
    if (page === 'lost') return 'lost';
    pages.push(page);
    return reached(page, goal) ? null : page.next;
  }
  /** Back to what was read before; nothing counts as read until it is met. */
  async function catchUp(): Promise<void> {
    while (walk && left > 0) {
      const next = await step(walk.next, walk.goal);
      if (next === 'limited') return;
      if (next === null) last = newest(last, walk.top);
      // A way that was lost begins anew at the newest page: `last` has not moved.
      walk = next === null || next === 'lost' ? null : { ...walk, next };
    }
  }
  async function readTop(): Promise<void> {
    top = await stop.unlessLimited('history', () => readHistory(connection, channelId, null, signal));
    if (top === null) return;
    pages.push(top);
    const newestTs = top.all.reduce(newest, last);
    if (reached(top, last)) last = newestTs;
    else walk = { next: top.next ?? '', goal: last, top: newestTs };
    await catchUp();
    if (!sweep && clock.now() - sweptAt >= SWEEP_MS) {
      sweep = top.next === null ? null : { next: top.next, first: true };
      sweptAt = clock.now();
    }
  }
  async function sweepOn(): Promise<void> {
    const goal = tsAt(clock.now() - config.follow);
    while (sweep && left > 0) {
      const next = await step(sweep.next, goal);
      if (next === 'limited') return;
      sweep = next === null || next === 'lost' ? null : { ...sweep, next };
    }
  }

  await catchUp();
  if (!walk) {
    // In turn, so that where one request a minute is all there is neither starves the other.
    const order = sweep?.first ? [sweepOn, readTop] : [readTop, sweepOn];
    if (sweep) sweep = { ...sweep, first: !sweep.first };
    for (const work of order) if (!walk) await work();
  }
  return {
    pages,
    top,
    state: { last, walk, sweep, sweptAt },
    more: walk !== null || sweep !== null,
  };
}

/** Slack's cursors do not live for ever: then the way begins anew. */
async function readOn(connection: Connection, channelId: string, next: string, signal: AbortSignal) {
  try {
    return await readHistory(connection, channelId, next, signal);
  } catch (error) {
    if (error instanceof RejectedError && codeOf(error) === 'invalid_cursor') return 'lost' as const;
    throw error;
  }
}

function reached(page: MessagePage, goal: string): boolean {
  if (page.next === null) return true;
  const lowest = [...page.all].sort(byTime)[0];
  return lowest !== undefined && !isNewer(lowest, goal);
}
