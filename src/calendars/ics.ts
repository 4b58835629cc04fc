import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Calendar } from '../domain/calendar-event.ts';
import { AuthError, messageOf, RejectedError, UnavailableError } from '../errors.ts';
import type { ReadCalendar } from './read-ics.ts';

/** Largest calendar that is read. A busy team's year is about 1 MB. */
export const MAX_ICS_BYTES = 5_000_000;
/** Calendars are asked at most this often; what changes in them is planned longer ahead. */
const EVERY_MS = 10 * 60_000;
/** After a failure sooner. */
const RETRY_MS = 60_000;
const TIMEOUT_MS = 30_000;
/** Windows that are remembered: everybody asks for the same few. */
const MAX_WINDOWS = 8;

export interface IcsOptions {
  /** `https://…`, `webcal://…`, or the path of a file. */
  readonly place: string;
  /** Of whole days, and of times without a zone, where the calendar names none. */
  readonly zone: string;
  /** Guarded; refuses bodies above {@link MAX_ICS_BYTES}. */
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Keeps the last good copy of a calendar on the web for the next start. */
  readonly cache?: { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<unknown> };
}

interface Copy {
  readonly text: string;
  readonly etag: string | null;
  readonly modified: string | null;
}

const copySchema = z.object({
  text: z.string().max(MAX_ICS_BYTES),
  etag: z.string().nullable(),
  modified: z.string().nullable(),
});

/** Opens a calendar in the ICS format; nothing is read before the first question. Refreshes itself, at most every ten minutes. */
export function openIcs({ place, zone, fetch, clock, cache }: IcsOptions): Calendar {
  const url = /^[a-z]+:\/\//i.test(place) ? place.replace(/^webcal:/i, 'https:') : null;
  // Addresses of calendars are often secret: only the host is ever told.
  const label = url === null ? place : URL.canParse(url) ? new URL(url).host : 'the calendar';
  let copy: Copy | null = null;
  let read: ReadCalendar | null = null;
  let problem: string | null = null;
  let askAgainAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  const windows = new Map<string, ReturnType<ReadCalendar['eventsBetween']>>();

  async function take(next: Copy): Promise<void> {
    const { readIcs } = await import('./read-ics.ts');
    read = readIcs(next.text, zone);
    copy = next;
    windows.clear();
  }

  async function recall(): Promise<void> {
    if (!cache || copy || url === null) return;
    const kept = copySchema.safeParse(await cache.get('copy').catch(() => null));
    if (kept.success) await take(kept.data).catch(() => {});
  }

  async function refresh(): Promise<void> {
    try {
      await recall();
      const next = url === null ? await readLocal(place) : await ask(url, label, copy, fetch);
      if (next && next.text !== copy?.text) {
        await take(next);
        if (url !== null) await cache?.set('copy', next);
      }
      problem = null;
      askAgainAt = clock.now() + EVERY_MS;
    } catch (error) {
      problem = `${label}: ${messageOf(error)}`;
      askAgainAt = clock.now() + RETRY_MS;
      if (!read) throw error;
    } finally {
      asking = null;
    }
  }

  return {
    async eventsBetween(from, to) {
      if (clock.now() >= askAgainAt) {
        asking ??= refresh();
        await asking;
      }
      if (!read) throw new UnavailableError(problem ?? `${label} could not be read.`);
      const key = `${from}/${to}`;
      const known = windows.get(key);
      if (known) return known;
      const events = read.eventsBetween(from, to);
      if (windows.size >= MAX_WINDOWS) windows.clear();
      windows.set(key, events);
      return events;
    },
    problem: () => {
      const dropped = read?.dropped() ?? 0;
      return problem ?? (dropped > 0 ? `${label}: ${dropped} of its events cannot be understood.` : null);
    },
  };
}

async function readLocal(path: string): Promise<Copy> {
  try {
    if ((await stat(path)).size > MAX_ICS_BYTES) throw new RejectedError('It is larger than 5 MB.');
    return { text: await readFile(path, 'utf8'), etag: null, modified: null };
  } catch (error) {
    if (error instanceof RejectedError) throw error;
    throw new UnavailableError('The file cannot be read: look whether it is there.', { cause: error });
  }
}

/** @returns null when it has not changed */
async function ask(
  url: string,
  label: string,
  known: Copy | null,
  fetch: IcsOptions['fetch'],
): Promise<Copy | null> {
  const headers: Record<string, string> = { accept: 'text/calendar, text/plain;q=0.5, */*;q=0.1' };
  if (known?.etag) headers['if-none-match'] = known.etag;
  else if (known?.modified) headers['if-modified-since'] = known.modified;
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status === 304) {
    await response.body?.cancel();
    return null;
  }
  if (!response.ok) {
    await response.body?.cancel();
    if ([401, 403, 404, 410].includes(response.status))
      throw new AuthError(
        `It does not let us read the calendar (${response.status}). Copy its address anew; shared calendars have a “secret address in iCal format”.`,
      );
    throw new UnavailableError(`It is out of order (${response.status}). We try again.`);
  }
  const text = await response.text();
  if (text.length > MAX_ICS_BYTES) throw new RejectedError(`The calendar of ${label} is larger than 5 MB.`);
  return {
    text,
    etag: response.headers.get('etag')?.slice(0, 500) ?? null,
    modified: response.headers.get('last-modified')?.slice(0, 100) ?? null,
  };
}
