import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DigestCliDeps, parseDigestArgs, runDigest } from '../../src/flow/digest-cli.ts';
import { testClock } from '../support/clock.ts';
import { type Flow, flow, HOUR, theirs, withQueries } from '../support/flow.ts';
import { ana } from '../support/items.ts';

const BERLIN = 'Europe/Berlin';
const NOW = Date.UTC(2026, 10, 30, 12);
const at = (text: string): number => Date.parse(text);

describe('what is asked of npm run digest', () => {
  const to = (...args: string[]) => {
    const asked = parseDigestArgs(args, BERLIN, NOW);
    return typeof asked === 'string' ? asked : `${asked.window} ${new Date(asked.to).toISOString()}`;
  };
  it('is a window that is over: a whole day of the team’s zone, or up to a time', () => {
    expect(to()).toBe('day 2026-11-30T12:00:00.001Z');
    expect(to('week', '2026-11-29')).toBe('week 2026-11-29T23:00:00.000Z');
    expect(to('2026-11-29T09:00')).toBe('day 2026-11-29T08:00:00.000Z');
    expect(to('2026-10-25', 'day')).toBe('day 2026-10-25T23:00:00.000Z');
    // Of today there is what there is.
    expect(to('day', '2026-11-30')).toBe('day 2026-11-30T12:00:00.001Z');
  });
  it.each([
    [['2026-12-01'], 'not come yet'],
    [['2026-11-30T14:00'], 'not come yet'],
    [['2026-02-30'], 'no day such as'],
    [['2026-11-29T24:00'], 'no day such as'],
    [['tomorrow\u001b[31m'], '“tomorrow[31m” is no day'],
    [['day', 'week'], 'one window'],
    [['2026-11-01', '2026-11-02'], 'one time'],
    [['--csv', '--json'], 'one of'],
    [['--loud'], '--loud'],
  ])('%j makes no sense', (args, words) => {
    expect(parseDigestArgs(args, BERLIN, NOW)).toContain(words);
  });
});

describe('npm run digest', () => {
  let world: Flow;
  let printed: string;
  let saved: Map<string, Uint8Array>;
  let writes: string[];
  let deps: DigestCliDeps;

  beforeEach(async () => {
    const clock = testClock(at('2026-11-27T09:00:00Z'));
    world = await flow({ clock });
    const asked = { createdAt: clock.now() - HOUR };
    await world.ingest([
      theirs('p1', 0, { ...asked, text: 'question: does the lid fit?' }),
      theirs('p2', 0, { ...asked, conversationId: 'p2', text: 'complaint: \u001b[2J\u202E the lid broke' }),
    ]);
    await world.does(ana, (await world.item('p1')).id, { type: 'mark-answered' });
    await clock.advance(NOW - clock.now());
    [printed, saved, writes] = ['', new Map(), []];
    const refuse = (name: string) => async (): Promise<never> => {
      writes.push(name);
      throw new Error(`${name} writes`);
    };
    deps = {
      store: withQueries(world.store, () => ({
        saveSetting: refuse('saveSetting'),
        tellNotice: refuse('tellNotice'),
        savePicture: refuse('savePicture'),
        claimSlot: refuse('claimSlot'),
        acquaint: refuse('acquaint'),
      })),
      clock,
      zone: BERLIN,
      labels: () => new Map([['blog', 'The blog']]),
      deaf: async () => [],
      names: ['Potluck'],
      departments: new Map(),
      target: () => null,
      advocates: async () => [],
      chats: ['web', 'slack'],
      draw: async (svg) => new TextEncoder().encode(`png of ${svg.slice(0, 4)}`),
      print: (text) => {
        printed += text;
      },
      save: (path, bytes) => void saved.set(path, bytes),
    };
  });
  afterEach(() => world.store.close());

  it('prints a day that is over, harmless to a terminal, and writes nothing', async () => {
    expect(await runDigest(deps, ['2026-11-27'])).toBe(true);
    expect(printed).toContain('# Daily digest · ');
    expect(printed).toMatch(/^New +2 {2}\(0 before\)$/m);
    expect(printed).toMatch(/^Answered +1 /m);
    expect(printed).toContain('- #2 Carla on The blog for 3 days');
    expect(printed).toMatch(/the lid broke/);
    expect(printed).not.toMatch(/[\u001b\u202e]/);
    expect([writes, saved.size, (await world.store.newestNotices('web', 9)).length]).toEqual([[], 0, 0]);
    printed = '';
    expect(await runDigest(deps, ['2026-11-26'])).toBe(true);
    expect(printed).toMatch(/^New +0 /m);
  });

  it('gives a week as text in three parts, as CSV, as JSON, and its chart as a file', async () => {
    expect(await runDigest(deps, ['week', '2026-11-29', '--channel', 'slack:C1'])).toBe(true);
    expect(printed).toContain('As slack:C1 would be told it, the chart above. Nothing is sent.');
    expect(printed.match(/^# .*$/gm)?.map((title) => title.split(' ·')[0])).toEqual([
      '# Weekly council',
      '# What people say',
      '# What it is worth',
    ]);
    printed = '';
    expect(await runDigest(deps, ['week', '2026-11-29', '--csv', '--chart', 'week.png'])).toBe(true);
    expect(printed).toContain('\r\nfigures,new,New,2,count,');
    expect(new TextDecoder().decode(saved.get('week.png'))).toBe('png of <svg');
    printed = '';
    expect(await runDigest(deps, ['week', '2026-11-29', '--json'])).toBe(true);
    expect(JSON.parse(printed)).toMatchObject({ window: 'week', to: '2026-11-29T23:00:00.000Z' });
  });

  it('says how it is used when it makes no sense, and knows the chats that are connected', async () => {
    expect(await runDigest(deps, ['soon'])).toBe(false);
    expect(printed).toContain('npm run digest -- [day|week]');
    printed = '';
    expect(await runDigest(deps, ['--channel', 'irc:C1'])).toBe(false);
    expect(printed).toContain('connected: web, slack');
  });
});
