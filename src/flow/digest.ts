import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Answer } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { latestSlot } from '../domain/calendar.ts';
import { itemsBehind } from '../domain/digest/behind.ts';
import { chartAlt, chartSvg } from '../domain/digest/chart.ts';
import { type Digest, makeDigest } from '../domain/digest/digest.ts';
import { digestCsv } from '../domain/digest/export.ts';
import type { DigestWindow } from '../domain/digest/facts.ts';
import { type DigestSchedule, type DigestSpan, spanOfSlot, spanUntil } from '../domain/digest/schedule.ts';
import { type DigestPart, digestNotices } from '../domain/digest/tell.ts';
import type { NoticePicture } from '../domain/notice.ts';
import { messageOf } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { DeskPart } from './desk.ts';
import { type DigestFactsDeps, digestFacts } from './digest-facts.ts';
import type { Leases } from './leases.ts';
import type { View } from './view.ts';

export interface DigestDeps extends DigestFactsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly view: Pick<View, 'cards'>;
  readonly leases: Pick<Leases, 'hold'>;
  readonly schedules: readonly DigestSchedule[];
  /** Draws an SVG as a PNG. @throws when it cannot */
  readonly draw: (svg: string) => Promise<Uint8Array>;
  /** There is something to say: look now. */
  readonly nudge: () => void;
  readonly log: { warn(fields: object, message: string): void };
}

/** Summaries of windows of time, by themselves and when they are asked for. */
export interface Digests {
  /** The digest of a window that ends at `to`; null is now. */
  digest(window: DigestWindow, to: number | null): Promise<Digest>;
  /** The items behind a figure of a window, at most {@link MAX_SHOWN}; null where no figure has that name. */
  behind(figure: string, from: number, to: number): Promise<Behind | null>;
  /** Tells what is due. May run at any time, twice, and in several processes. */
  tick(): Promise<void>;
  readonly part: DeskPart;
}

interface Behind {
  readonly cards: NonNullable<Answer['cards']>['cards'];
  readonly total: number;
}

/** Cards of one answer. */
const MAX_SHOWN = 20;
/** A digest that was made a moment ago answers the next who asks for the same. */
const FRESH_MS = 30_000;
/** No button asks for more. */
const LONGEST_MS = 40 * 86_400_000;
const SINCE = 'digest.since.';

export function createDigests(deps: DigestDeps): Digests {
  const { store, clock } = deps;
  const fresh = new LRUCache<string, { readonly at: number; readonly digest: Promise<Digest> }>({ max: 20 });
  const told = new Set<string>();

  function make(window: DigestWindow, span: DigestSpan): Promise<Digest> {
    const at = clock.now();
    const key = `${window}/${span.from}/${span.to}`;
    const known = fresh.get(key);
    if (known && at - known.at < FRESH_MS) return known.digest;
    const digest = digestFacts(deps, window, span).then(makeDigest);
    fresh.set(key, { at, digest });
    // What failed is asked for anew.
    digest.catch(() => fresh.delete(key));
    return digest;
  }

  function now(window: DigestWindow): Promise<Digest> {
    // To the next half minute: whoever asks again within it gets the same, and what happened this very moment counts.
    const to = (Math.floor(clock.now() / FRESH_MS) + 1) * FRESH_MS;
    return make(window, spanUntil(window, to, deps.zone));
  }

  /** The chart, drawn and kept; a digest without it is a digest all the same. */
  async function picture(digest: Digest): Promise<NoticePicture | null> {
    const svg = chartSvg(digest);
    const id = `chart-${createHash('sha256').update(svg).digest('hex').slice(0, 32)}`;
    try {
      if ((await store.picture(id)) === null)
        await store.savePicture({ id, mime: 'image/png', bytes: await deps.draw(svg) }, clock.now());
      return { id, alt: chartAlt(digest) };
    } catch (error) {
      deps.log.warn({ error: messageOf(error) }, 'a chart was not drawn');
      return null;
    }
  }

  /** Whether the schedule is older than this slot: who sets one up at noon does not want the morning's digest. */
  async function wasScheduled(name: string, at: number): Promise<boolean> {
    const since = await store.setting(`${SINCE}${name}`);
    if (since !== null) return Number(since) <= at;
    const now = clock.now();
    await store.saveSetting(`${SINCE}${name}`, String(now));
    return now <= at;
  }

  async function tellDue(schedule: DigestSchedule): Promise<void> {
    const { at, day } = latestSlot(schedule.slot, clock.now());
    const name = `digest/${schedule.name}`;
    if (told.has(`${name}/${day}`)) return;
    if (!(await wasScheduled(schedule.name, at)) || (await store.slotClaimed(name, day))) {
      told.add(`${name}/${day}`);
      return;
    }
    // The work is one process's; that it is told once does not depend on it.
    if (!(await deps.leases.hold('digests'))) return;
    const digest = await make(schedule.window, spanOfSlot(schedule, at));
    const notices = digestNotices(digest, await picture(digest));
    // Claimed and told in one commit: nothing that may happen in between loses a digest or tells it twice.
    const mine = await store.transaction(name, async (queries) => {
      const now = clock.now();
      if (!(await queries.claimSlot(name, day, now))) return false;
      for (const { part, notice } of notices)
        for (const { chat, channel } of schedule.places)
          await queries.tellNotice({
            key: `${name}/${day}/${part}`,
            chat,
            channel,
            notice,
            thread: null,
            at: now,
          });
      return true;
    });
    told.add(`${name}/${day}`);
    if (mine) deps.nudge();
  }

  async function behind(figure: string, from: number, to: number): Promise<Behind | null> {
    if (figure === 'unanswered') {
      const waiting = await store.items({
        states: ['open', 'claimed', 'snoozed'],
        order: 'waiting',
        quiet: false,
        limit: MAX_SHOWN,
      });
      const { waiting: total } = await store.window(to, to);
      return { cards: await deps.view.cards(waiting.filter((item) => item.waitingSince !== null)), total };
    }
    const ids = itemsBehind(figure, await store.window(from, to), deps.target);
    if (!ids) return null;
    const items = await store.itemsNumbered(ids.slice(0, MAX_SHOWN));
    return { cards: await deps.view.cards(items), total: ids.length };
  }

  async function onPress(rest: string): Promise<Answer> {
    const [verb = '', ...more] = rest.split(':');
    const [from, to] = more.slice(-2).map((part) => Number.parseInt(part, 36));
    if (from === undefined || to === undefined || !isSpan(from, to)) return NO_SUCH;
    if (verb === 'show') {
      const found = await behind(more[0] ?? '', from, to);
      return found ? { ok: true, text: '', cards: { title: 'Behind this figure', ...found } } : NO_SUCH;
    }
    if (verb === 'csv') return asCsv(more[0] === 'week' ? 'week' : 'day', from, to);
    if (verb !== 'voices' && verb !== 'worth') return NO_SUCH;
    return partAnswer(await make('week', { ...spanUntil('week', to, deps.zone), from }), verb);
  }

  async function asCsv(window: DigestWindow, from: number, to: number): Promise<Answer> {
    const digest = await make(window, { ...spanUntil(window, to, deps.zone), from });
    const day = new Date(to).toISOString().slice(0, 10);
    const bytes = Buffer.from(digestCsv(digest));
    const file = { name: `potluck-${window}-${day}.csv`, mime: 'text/csv', bytes };
    return { ok: true, text: 'The figures as a table.', file };
  }

  function partAnswer(digest: Digest, wanted: DigestPart): Answer {
    const found = digestNotices(digest, null).find(({ part }) => part === wanted);
    return found ? { ok: true, text: '', notice: found.notice } : NO_SUCH;
  }

  return {
    digest: (window, to) => (to === null ? now(window) : make(window, spanUntil(window, to, deps.zone))),
    behind: async (figure, from, to) => (isSpan(from, to) ? behind(figure, from, to) : null),
    async tick() {
      for (const schedule of deps.schedules) {
        try {
          await tellDue(schedule);
        } catch (error) {
          deps.log.warn(
            { digest: schedule.name, error: messageOf(error) },
            'a digest was not told; it comes with the next tick',
          );
        }
      }
    },
    part: {
      commands: {
        digest: async ({ window }) => {
          const digest = await now(window === 'week' ? 'week' : 'day');
          const [first] = digestNotices(digest, await picture(digest));
          return first ? { ok: true, text: '', notice: first.notice } : NO_SUCH;
        },
      },
      presses: { digest: onPress },
    },
  };
}

const NO_SUCH: Answer = { ok: false, text: 'This button asks for something that no digest has.' };

function isSpan(from: number, to: number): boolean {
  return (
    Number.isSafeInteger(from) && Number.isSafeInteger(to) && 0 < from && from < to && to - from <= LONGEST_MS
  );
}
