import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item, ItemEvent } from '../../src/domain/item.ts';
import {
  DEFAULT_TARGETS,
  type DoneStep,
  dueAt,
  keptTarget,
  ownedSince,
  type Service,
  STEPS,
  type StepPlan,
  serviceSchema,
  snoozesOf,
  stepDue,
  targetFor,
  waited,
  withinTarget,
} from '../../src/domain/service.ts';
import type { WorkingTime } from '../../src/domain/working-time.ts';
import { ana, openItem as anItem, ben } from '../support/items.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);
const iso = (instant: number | null): string | null =>
  instant === null ? null : new Date(instant).toISOString().slice(0, 16);

const working: WorkingTime = {
  zone: 'Europe/Berlin',
  week: [[], ...Array.from({ length: 5 }, () => [{ from: 540, to: 1_020 }]), []],
  holidays: new Set(['2026-12-25']),
};
const service: Service = { targets: DEFAULT_TARGETS, working };
const plan: StepPlan = { remind: 0.75, release: undefined, next: 1.25, managers: 2 };
/** Friday, 16:00 in Berlin: an hour is left. */
const FRIDAY = at('2026-11-27T15:00:00Z');

function waiting(change: Partial<Item> = {}): Item {
  return anItem({
    state: 'open',
    kinds: ['question'],
    priority: 50,
    waitingSince: FRIDAY,
    openedAt: FRIDAY,
    ...change,
  });
}

let version = 0;
function event(type: ItemEvent['type'], when: number, change: Partial<ItemEvent> = {}): ItemEvent {
  return { itemId: 1, version: ++version, at: when, type, actor: ana, surface: 'web', detail: {}, ...change };
}

describe('targets', () => {
  it.each([
    [{ priority: 85 }, HOUR],
    [{ kinds: ['complaint'] }, 8 * HOUR],
    [{ kinds: ['praise'] }, 24 * HOUR],
  ] as const)('of %j: %d ms', (change, answer) => {
    expect(targetFor(service, waiting(change))?.answer).toBe(answer);
  });

  it('are counted in working time, those of urgent items around the clock', () => {
    expect(iso(dueAt(service, waiting()))).toBe('2026-11-30T15:00');
    expect(iso(dueAt(service, waiting({ priority: 90 })))).toBe('2026-11-27T16:00');
    expect(dueAt(service, waiting({ state: 'answered', waitingSince: null }))).toBeNull();
    expect(dueAt({ ...service, targets: [] }, waiting())).toBeNull();
  });

  it('stand still while it is snoozed', () => {
    const monday = at('2026-11-30T09:00:00Z');
    const events = [
      event('snooze', monday, { detail: { until: monday + 3 * HOUR } }),
      event('claim', monday + HOUR),
    ];
    expect(snoozesOf(events, monday + DAY)).toEqual([{ from: monday, to: monday + HOUR }]);
    expect(iso(dueAt(service, waiting(), snoozesOf(events, monday + DAY)))).toBe('2026-11-30T16:00');
    // Over night nothing had been counted anyway.
    const night = { from: at('2026-11-27T20:00:00Z'), to: at('2026-11-28T20:00:00Z') };
    expect(iso(dueAt(service, waiting(), [night]))).toBe('2026-11-30T15:00');
  });

  it('say whether an answer was in time', () => {
    const of = (answered: string): boolean | null => withinTarget(service, waiting(), FRIDAY, at(answered));
    expect([of('2026-11-30T15:00:00Z'), of('2026-11-30T15:00:01Z')]).toEqual([true, false]);
    expect(withinTarget({ ...service, targets: [] }, waiting(), FRIDAY, FRIDAY)).toBeNull();
  });

  it('count for figures as for reminders: not while snoozed, and in the hours of the team', () => {
    const answer = {
      itemId: 1,
      source: 'blog',
      kinds: ['question' as const],
      by: 'Ana',
      priority: 50,
      at: at('2026-11-30T16:30:00Z'),
      waitedMs: at('2026-11-30T16:30:00Z') - FRIDAY,
    };
    const snoozes = [{ from: at('2026-11-30T09:00:00Z'), to: at('2026-11-30T11:00:00Z') }];
    // An hour on Friday and eight and a half on Monday, of which two were slept through.
    expect(keptTarget(service, answer)).toBe(false);
    expect(keptTarget(service, { ...answer, snoozes })).toBe(true);
    expect(keptTarget(service, { ...answer, snoozes, waitedMs: null })).toBeNull();
    expect(keptTarget({ ...service, targets: [] }, { ...answer, snoozes })).toBeNull();
  });

  it('are due exactly when they have been waited for, whatever was snoozed', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 20 * DAY }), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.constantFrom(50, 90),
        fc.integer({ min: 0, max: 60 * DAY }),
        cuts,
        (priority, shift, given) => {
          const since = at('2026-03-20T00:00:00Z') + shift;
          const sorted = given.sort((a, b) => a - b);
          const snoozes = sorted.flatMap((from, index) =>
            index % 2 === 0 && sorted[index + 1] !== undefined
              ? [{ from: since + from, to: since + (sorted[index + 1] ?? 0) }]
              : [],
          );
          const about = waiting({ priority, waitingSince: since });
          const target = targetFor(service, about) ?? expect.fail();
          const due = dueAt(service, about, snoozes) ?? expect.fail();
          expect(waited(service, target, about.source, since, due, snoozes)).toBe(target.answer);
          expect(waited(service, target, about.source, since, due - 1, snoozes)).toBeLessThan(target.answer);
          expect(withinTarget(service, about, since, due, snoozes)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('steps', () => {
  const claimed = [event('opened', FRIDAY), event('claim', FRIDAY + HOUR)];
  const owned = waiting({ state: 'claimed', owner: ana });

  it.each([
    [
      'nobody has taken it after half of the time',
      waiting(),
      claimed.slice(0, 1),
      '2026-11-30T11:00:00Z',
      'claim',
    ],
    ['not sooner', waiting(), claimed.slice(0, 1), '2026-11-30T10:59:59Z', null],
    ['reminds its owner', owned, claimed, '2026-11-30T13:00:00Z', 'remind'],
    ['not at night', owned, claimed, '2026-11-30T03:00:00Z', null],
    [
      'leaves alone who has just taken it',
      owned,
      [event('opened', FRIDAY), event('claim', at('2026-11-30T12:30:00Z'))],
      '2026-11-30T13:30:00Z',
      null,
    ],
    [
      'not while a reply is on its way',
      { ...owned, sending: { replyId: 'r', text: 'x', by: ana, at: 0 } },
      claimed,
      '2026-12-10T13:00:00Z',
      null,
    ],
    [
      'not while it sleeps',
      { ...owned, state: 'snoozed', snoozedUntil: 1 } as Item,
      claimed,
      '2026-12-10T13:00:00Z',
      null,
    ],
    ['not when nobody waits', { ...owned, waitingSince: null }, claimed, '2026-12-10T13:00:00Z', null],
  ] as const)('%s', (_, item, events, now, step) => {
    expect(stepDue(service, plan, item, events, [], at(now))).toBe(step);
  });

  it('does not take from its owner what waits for a manager’s word', () => {
    const late = at('2026-11-30T15:30:00Z');
    const reminded = [{ step: 'remind', at: at('2026-11-30T13:00:00Z') }] as const;
    expect(stepDue(service, plan, owned, claimed, reminded, late)).toBe('release');
    const asked = { ...owned, approval: { text: 'x', by: ana, at: 0 } };
    expect(stepDue(service, plan, asked, claimed, reminded, late)).toBeNull();
  });

  it('come one after the other when all of them were missed, with time between for people to act', () => {
    let now = at('2026-12-04T10:00:00Z');
    const done: DoneStep[] = [];
    while (now < at('2026-12-05T00:00:00Z')) {
      const step = stepDue(service, plan, owned, claimed, done, now);
      if (step) done.push({ step, at: now });
      now += 3 * 60_000;
    }
    expect(done.map(({ step }) => step)).toEqual(['remind', 'release', 'next', 'managers']);
    for (const [index, each] of done.slice(1).entries())
      expect(each.at - (done[index]?.at ?? 0)).toBeGreaterThanOrEqual(24 * 60_000);
  });

  it('happen once, in order, however often and however seldom somebody looks', () => {
    const moves = fc.array(
      fc.record({
        after: fc.integer({ min: 1, max: 30 }),
        what: fc.constantFrom('look', 'claim', 'release', 'snooze'),
      }),
      { minLength: 5, maxLength: 60 },
    );
    fc.assert(
      fc.property(moves, fc.constantFrom(50, 90), (script, priority) => {
        let item = waiting({ priority });
        const events: ItemEvent[] = [event('opened', FRIDAY)];
        const done: DoneStep[] = [];
        let now = FRIDAY;
        for (const { after, what } of script) {
          now += after * HOUR;
          if (item.state === 'snoozed' && (item.snoozedUntil ?? 0) <= now) {
            events.push(event('wake', now));
            item = { ...item, state: item.owner ? 'claimed' : 'open', snoozedUntil: null };
          }
          if (what === 'claim' && !item.owner) {
            events.push(event('claim', now));
            item = { ...item, state: 'claimed', owner: ana };
          } else if (what === 'release' && item.owner) {
            events.push(event('release', now));
            item = { ...item, state: 'open', owner: null };
          } else if (what === 'snooze' && item.state !== 'snoozed') {
            events.push(event('snooze', now, { detail: { until: now + 5 * HOUR } }));
            item = { ...item, state: 'snoozed', snoozedUntil: now + 5 * HOUR };
          }
          const step = stepDue(service, plan, item, events, done, now);
          if (step) done.push({ step, at: now });
        }
        const order = done.map(({ step }) => STEPS.indexOf(step));
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });

  it('know since when somebody has it', () => {
    const taken = [
      event('opened', 1),
      event('claim', 2, { actor: ben }),
      event('release', 3, { actor: ben }),
      event('claim', 4),
      event('note', 5),
    ];
    expect(ownedSince({ owner: ana, updatedAt: 9 }, taken)).toBe(4);
    const given = [...taken, event('assign', 6, { actor: ben, detail: { to: 'x' } })];
    expect(ownedSince({ owner: { id: 'x', name: 'X' }, updatedAt: 9 }, given)).toBe(6);
    expect(ownedSince({ owner: ana, updatedAt: 9 }, [])).toBe(9);
  });
});

describe('service in potluck.yaml', () => {
  it('has mild defaults, and can be told never', () => {
    expect(serviceSchema.parse({})).toMatchObject({ remind: 0.75, next: 1.25, managers: 2, morning: true });
    expect(serviceSchema.parse({ remind: 'never', release: '4h' })).toMatchObject({
      remind: null,
      release: 4 * HOUR,
    });
  });

  it.each([
    [{ remind: 75 }],
    [{ remind: 'soon' }],
    [{ targets: [] }],
    [{ targets: [{ answer: 'soon' }] }],
    [{ pager: true }],
  ])('refuses %j', (given) => {
    expect(serviceSchema.safeParse(given).success).toBe(false);
  });
});
