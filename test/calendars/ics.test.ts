import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openIcs } from '../../src/calendars/ics.ts';
import { readIcs } from '../../src/calendars/read-ics.ts';
import { calendarPlaceSchema } from '../../src/domain/calendar-event.ts';
import { testClock } from '../support/clock.ts';

const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString().replace(/:00.000Z$/, 'Z');

function calendar(...events: readonly string[]): string {
  const body = events.map((lines) => `BEGIN:VEVENT\n${lines.trim().replace(/^ +/gm, '')}\nEND:VEVENT`);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test', ...body, 'END:VCALENDAR', ''].join('\r\n');
}

function between(text: string, from: string, to: string, zone = 'Europe/Berlin'): string[] {
  return readIcs(text, zone)
    .eventsBetween(at(from), at(to))
    .map(({ title, start, end }) => `${title} ${iso(start)} ${iso(end)}`);
}

const STANDUP = calendar(
  `
  UID:standup
  SUMMARY:Stand-up
  DTSTART;TZID=Europe/Berlin:20260302T090000
  DTEND;TZID=Europe/Berlin:20260302T093000
  RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260413T070000Z
  EXDATE;TZID=Europe/Berlin:20260316T090000`,
  `
  UID:standup
  SUMMARY:Stand-up later
  RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000
  DTSTART;TZID=Europe/Berlin:20260407T110000
  DTEND;TZID=Europe/Berlin:20260407T113000`,
  `
  UID:standup
  SUMMARY:Stand-up
  STATUS:CANCELLED
  RECURRENCE-ID;TZID=Europe/Berlin:20260309T090000
  DTSTART;TZID=Europe/Berlin:20260309T090000
  DTEND;TZID=Europe/Berlin:20260309T093000`,
);

describe('a calendar', () => {
  it('repeats by the wall clock, through the change to summer time, with what was moved, called off and left out', () => {
    expect(between(STANDUP, '2026-03-01T00:00:00Z', '2026-05-01T00:00:00Z')).toEqual([
      'Stand-up 2026-03-02T08:00Z 2026-03-02T08:30Z',
      'Stand-up 2026-03-23T08:00Z 2026-03-23T08:30Z',
      'Stand-up 2026-03-30T07:00Z 2026-03-30T07:30Z',
      'Stand-up later 2026-04-07T09:00Z 2026-04-07T09:30Z',
      'Stand-up 2026-04-13T07:00Z 2026-04-13T07:30Z',
    ]);
  });

  it('has whole days that are 23 and 25 hours long, and leap days', () => {
    const days = calendar(
      `
      UID:d
      SUMMARY:Week-end
      DTSTART;VALUE=DATE:20260328
      DTEND;VALUE=DATE:20260330`,
      `
      UID:leap
      SUMMARY:Leap
      DTSTART;VALUE=DATE:20240229
      RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29`,
    );
    const found = readIcs(days, 'Europe/Berlin');
    expect(found.eventsBetween(at('2026-03-01T00:00:00Z'), at('2026-05-01T00:00:00Z'))).toMatchObject([
      { title: 'Week-end', allDay: true, start: at('2026-03-27T23:00:00Z'), end: at('2026-03-29T22:00:00Z') },
    ]);
    expect(between(days, '2027-01-01T00:00:00Z', '2028-02-05T00:00:00Z')).toEqual([]);
    expect(between(days, '2028-02-01T00:00:00Z', '2028-03-05T00:00:00Z')).toEqual([
      'Leap 2028-02-28T23:00Z 2028-02-29T23:00Z',
    ]);
  });

  it('knows a zone by the description that comes with it, and takes its own for times that name none', () => {
    const described = [
      'BEGIN:VCALENDAR',
      'BEGIN:VTIMEZONE',
      'TZID:W. Europe Standard Time',
      'BEGIN:STANDARD',
      'DTSTART:16010101T030000',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
      'END:STANDARD',
      'BEGIN:DAYLIGHT',
      'DTSTART:16010101T020000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
      'END:DAYLIGHT',
      'END:VTIMEZONE',
      'BEGIN:VEVENT',
      'UID:outlook',
      'SUMMARY:Outlook',
      'DTSTART;TZID="W. Europe Standard Time":20260701T090000',
      'DTEND;TZID="W. Europe Standard Time":20260701T100000',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:floating',
      'SUMMARY:Floating',
      'DTSTART:20260702T090000',
      'DURATION:PT1H',
      'END:VEVENT',
      'END:VCALENDAR',
    ].join('\n');
    expect(between(described, '2026-07-01T00:00:00Z', '2026-07-03T00:00:00Z', 'America/New_York')).toEqual([
      'Outlook 2026-07-01T07:00Z 2026-07-01T08:00Z',
      'Floating 2026-07-02T13:00Z 2026-07-02T14:00Z',
    ]);
  });

  it('names who takes part, in plain text', () => {
    const [event] = readIcs(
      calendar(`
        UID:u
        SUMMARY:On call\\nwith\\, commas
        DTSTART:20260701T090000Z
        ATTENDEE;CN="Ana Banana":mailto:ana@simmer.example`),
      'UTC',
    ).eventsBetween(at('2026-07-01T00:00:00Z'), at('2026-07-02T00:00:00Z'));
    expect(event).toMatchObject({
      title: 'On call with, commas',
      start: at('2026-07-01T09:00:00Z'),
      end: at('2026-07-01T09:00:00Z'),
      attendees: [{ name: 'Ana Banana', email: 'ana@simmer.example' }],
    });
  });

  it('keeps the good events beside those that cannot be, never end, or keep a machine busy', () => {
    const text = calendar(
      'UID:1\nSUMMARY:Never\nDTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
      'UID:2\nSUMMARY:Busy\nDTSTART:19700101T000000Z\nRRULE:FREQ=SECONDLY',
      'UID:3\nSUMMARY:No beginning',
      'UID:4\nSUMMARY:Broken\nDTSTART:2026',
      'UID:5\nSUMMARY:Good\nDTSTART:20260701T090000Z',
    );
    const read = readIcs(text, 'UTC');
    const titles = (): string[] =>
      read.eventsBetween(at('2026-07-01T00:00:00Z'), at('2026-07-02T00:00:00Z')).map(({ title }) => title);
    expect(titles()).toEqual(['Good']);
    expect(read.dropped()).toBe(4);
    // What never ends is not followed again.
    const began = performance.now();
    titles();
    expect(performance.now() - began).toBeLessThan(100);
  });

  it.each([['<html>'], [''], ['BEGIN:VCARD\nVERSION:4.0\nFN:x\nEND:VCARD'], ['BEGIN:VCALENDAR']])(
    'refuses %j, which is none',
    (text) => {
      expect(() => readIcs(text, 'UTC')).toThrow('no calendar');
    },
  );
});

describe('an opened calendar', () => {
  const day = [at('2026-07-01T00:00:00Z'), at('2026-07-02T00:00:00Z')] as const;
  const one = calendar('UID:5\nSUMMARY:Good\nDTSTART:20260701T090000Z');

  /** A web of one calendar, which counts how it is asked. */
  function web(answers: readonly (Response | Error)[]) {
    const asked: (string | null)[] = [];
    const fetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
      asked.push(new Headers(init?.headers).get('if-none-match'));
      const answer = answers[asked.length - 1];
      if (answer instanceof Response) return answer;
      throw answer ?? new Error('not expected');
    };
    return { asked, fetch: fetch as typeof globalThis.fetch };
  }

  it('is asked every ten minutes at most, by its ETag, and outlives an outage', async () => {
    const clock = testClock(day[0]);
    const { asked, fetch } = web([
      new Response(one, { headers: { etag: '"1"' } }),
      new Response(null, { status: 304 }),
      new Error('down'),
    ]);
    const calendar = openIcs({ place: 'webcal://x.example/secret.ics', zone: 'UTC', fetch, clock });
    const titles = async (): Promise<string[]> =>
      (await calendar.eventsBetween(...day)).map(({ title }) => title);
    await Promise.all([titles(), titles()]);
    expect(asked).toEqual([null]);
    await clock.advance(10 * 60_000);
    expect(await titles()).toEqual(['Good']);
    await clock.advance(10 * 60_000);
    expect(await titles()).toEqual(['Good']);
    expect(asked).toEqual([null, '"1"', '"1"']);
    expect(calendar.problem()).toBe('x.example: down');
  });

  it('keeps its last copy for the next start, and says what is wrong without its secret address', async () => {
    const kept = new Map<string, unknown>();
    const cache = {
      get: async (key: string) => kept.get(key),
      set: async (key: string, value: unknown) => kept.set(key, value),
    };
    const open = (answers: readonly (Response | Error)[]) =>
      openIcs({
        place: 'https://x.example/secret-1234.ics',
        zone: 'UTC',
        fetch: web(answers).fetch,
        clock: testClock(day[0]),
        cache,
      });
    const gone = open([new Response('', { status: 404 })]);
    await expect(gone.eventsBetween(...day)).rejects.toThrow('404');
    expect(gone.problem()).not.toContain('secret-1234');
    await open([new Response(one)]).eventsBetween(...day);
    expect(await open([new Response('', { status: 503 })]).eventsBetween(...day)).toHaveLength(1);
  });

  it('reads a file', async () => {
    const place = join(mkdtempSync(join(tmpdir(), 'ics-')), 'team.ics');
    const clock = testClock(day[0]);
    const calendar = openIcs({ place, zone: 'UTC', fetch: web([]).fetch, clock });
    await expect(calendar.eventsBetween(...day)).rejects.toThrow('The file cannot be read');
    writeFileSync(place, one);
    await clock.advance(60_000);
    expect(await calendar.eventsBetween(...day)).toHaveLength(1);
    expect(calendar.problem()).toBeNull();
  });

  it.each([
    ['https://x.example/a.ics', true],
    ['webcal://x.example/a', true],
    ['./team.ics', true],
    ['file:///etc/passwd.ics', false],
    ['team.txt', false],
  ])('may be at %s: %s', (place, fine) => {
    expect(calendarPlaceSchema.safeParse(place).success).toBe(fine);
  });
});
