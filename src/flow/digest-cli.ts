import { parseArgs } from 'node:util';
import { addDays, instantOf, isDay } from '../domain/calendar.ts';
import { chartSvg } from '../domain/digest/chart.ts';
import { makeDigest } from '../domain/digest/digest.ts';
import { digestCsv, digestJson } from '../domain/digest/export.ts';
import type { DigestWindow } from '../domain/digest/facts.ts';
import { spanUntil } from '../domain/digest/schedule.ts';
import { digestNotices } from '../domain/digest/tell.ts';
import { noticeText } from '../domain/notice-text.ts';
import { placeOf } from '../domain/routing.ts';
import { oneLine } from '../domain/text.ts';
import { type DigestFactsDeps, digestFacts } from './digest-facts.ts';

export const DIGEST_USAGE: string = [
  'Write: npm run digest -- [day|week] [2026-11-29|2026-11-29T09:00] [--csv|--json] [--chart file.png] [--channel slack:C0123ABCD]',
  'The window ends with that day, or at that time, in the team’s zone; left out, now. Nothing is sent and nothing is changed.',
  '',
].join('\n');

/** What somebody asks on the command line. */
export interface DigestAsked {
  readonly window: DigestWindow;
  /** When the window ends, epoch milliseconds. */
  readonly to: number;
  readonly as: 'text' | 'csv' | 'json';
  readonly chart: string | null;
  readonly channel: string | null;
}

/** Reads the arguments; a sentence when they make no sense. @param zone in which days and times are meant */
export function parseDigestArgs(args: readonly string[], zone: string, now: number): DigestAsked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        csv: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        chart: { type: 'string' },
        channel: { type: 'string' },
      },
      allowPositionals: true,
    });
    const windows = positionals.filter((word) => word === 'day' || word === 'week');
    const [end, ...more] = positionals.filter((word) => word !== 'day' && word !== 'week');
    if (windows.length > 1 || more.length > 0) return 'Say one window and one time.';
    const window = windows[0] === 'week' ? 'week' : 'day';
    const time = end === undefined ? { begins: now, ends: now + 1 } : readEnd(end, zone);
    if (!time) return `“${oneLine(end ?? '', 40)}” is no day such as 2026-11-29, nor 2026-11-29T09:00.`;
    if (time.begins > now) return 'That has not come yet.';
    if (values.csv && values.json) return 'Take one of --csv and --json.';
    return {
      window,
      // Of a day that is not over, what there is.
      to: Math.min(time.ends, now + 1),
      as: values.csv ? 'csv' : values.json ? 'json' : 'text',
      chart: values.chart ?? null,
      channel: values.channel ?? null,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A day is over at midnight; a time is what it is. */
function readEnd(text: string, zone: string): { readonly begins: number; readonly ends: number } | null {
  const [, day = '', hours, minutes] = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2}))?$/.exec(text) ?? [];
  if (!isDay(day)) return null;
  if (hours === undefined)
    return { begins: instantOf(day, 0, zone), ends: instantOf(addDays(day, 1), 0, zone) };
  const minute = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) > 59 || minute >= 1_440) return null;
  const at = instantOf(day, minute, zone);
  return { begins: at, ends: at };
}

export interface DigestCliDeps extends DigestFactsDeps {
  /** The chats that are connected. */
  readonly chats: readonly string[];
  /** Draws an SVG as a PNG. @throws when it cannot */
  readonly draw: (svg: string) => Promise<Uint8Array>;
  readonly print: (text: string) => void;
  readonly save: (path: string, bytes: Uint8Array) => void;
}

/** Prints the digest of a window that is over. Reads alone, also beside a running bot. Returns whether all went well. */
export async function runDigest(deps: DigestCliDeps, args: readonly string[]): Promise<boolean> {
  const asked = parseDigestArgs(args, deps.zone, deps.clock.now());
  if (typeof asked === 'string') {
    deps.print(`${asked}\n${DIGEST_USAGE}`);
    return false;
  }
  const { channel } = asked;
  if (channel !== null && !deps.chats.includes(placeOf(channel).chat)) {
    deps.print(
      `“${oneLine(channel, 60)}” is no channel of a chat that is connected: ${deps.chats.join(', ')}.\n`,
    );
    return false;
  }
  const digest = makeDigest(
    await digestFacts(deps, asked.window, spanUntil(asked.window, asked.to, deps.zone)),
  );
  if (asked.as === 'csv') deps.print(digestCsv(digest));
  else if (asked.as === 'json') deps.print(digestJson(digest));
  else {
    if (channel !== null)
      deps.print(`As ${oneLine(channel, 60)} would be told it, the chart above. Nothing is sent.\n\n`);
    deps.print(
      digestNotices(digest, null)
        .map(({ notice }) => noticeText(notice))
        .join('\n'),
    );
  }
  if (asked.chart !== null) deps.save(asked.chart, await deps.draw(chartSvg(digest)));
  return true;
}
