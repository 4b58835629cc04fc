import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MAX_PRESS, parsePress } from '../../src/domain/notice.ts';
import { HEARD_MS, type Heard, makePlan, type PlanContext } from '../../src/domain/plan.ts';
import { hoursWords, planNotice, yamlOf } from '../../src/domain/plan-notice.ts';
import { ruleSchema } from '../../src/domain/routing-rule.ts';
import { shares } from '../../src/domain/stage.ts';
import { KINDS, type Kind } from '../../src/domain/triage/verdict.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Monday, 2026-06-01, midnight in Berlin. */
const MONDAY = Date.UTC(2026, 4, 31, 22);
const TO = MONDAY + 14 * DAY;

const context: PlanContext = {
  zone: 'Europe/Berlin',
  rules: [],
  places: [{ chat: 'web', channel: 'team' }],
  people: 2,
};

/** One conversation at each of these hours after Monday. */
function heard(
  hours: readonly number[],
  about: { kind?: Kind; due?: boolean; filtered?: boolean; language?: string } = {},
): Heard {
  const { kind = 'question', due = true, filtered = false, language = 'en' } = about;
  return {
    source: 'birds',
    to: TO,
    posts: hours.map((hour, index) => ({ at: MONDAY + hour * HOUR, language, author: `a${index % 10}` })),
    items: hours.map((hour) => ({ at: MONDAY + hour * HOUR, kinds: [kind], due, filtered })),
  };
}

function both(...all: readonly Heard[]): Heard {
  return {
    source: 'birds',
    to: TO,
    posts: all.flatMap(({ posts }) => posts),
    items: all.flatMap(({ items }) => items),
  };
}

/** Two weeks, Monday to Friday, at these hours of the day. */
const workdays = (...hours: number[]): number[] =>
  [0, 1, 2, 3, 4, 7, 8, 9, 10, 11].flatMap((day) => hours.map((hour) => day * 24 + hour));

describe('a plan', () => {
  it('finds the hours in which most of what wants an answer comes', () => {
    const plan = makePlan(heard(workdays(9, 10, 13, 17)), context);
    expect(plan).toMatchObject({
      posts: 40,
      conversations: 40,
      due: 40,
      enough: true,
      hours: { days: [1, 2, 3, 4, 5], from: 9, to: 18, share: 1 },
      load: { people: 2 },
    });
    expect(hoursWords(plan.hours)).toBe('Mon–Fri 9:00–18:00');
    expect(plan.byHour[9]).toBe(10);
    expect(plan.byWeekday).toEqual([0, 8, 8, 8, 8, 8, 0]);
    // Two weeks, seen from the first post on: nine hours less than fourteen days.
    expect(plan.load.perWeek).toBe(21);
    expect(plan.load.each).toBe(11);
  });

  it('knows evenings and weekends, too', () => {
    const plan = makePlan(heard([5, 6, 12, 13].flatMap((day) => [day * 24 + 19, day * 24 + 21])), context);
    expect(hoursWords(plan.hours)).toBe('Sat–Sun 18:00–22:00');
    expect(hoursWords({ days: [0, 1, 3], from: 8, to: 12, share: 1 })).toBe('Mon, Wed, Sun 8:00–12:00');
  });

  it('budgets for nine of ten working hours', () => {
    const burst = Array.from({ length: 30 }, () => 9.5);
    const steady = workdays(9, 10, 11, 12).flatMap((hour) => [
      hour,
      hour + 0.1,
      hour + 0.2,
      hour + 0.3,
      hour + 0.4,
    ]);
    expect(makePlan(heard([...steady, ...burst]), context).cardsPerHour).toBe(5);
    expect(makePlan(heard(workdays(9)), context).cardsPerHour).toBe(3);
  });

  it('says when it heard too little', () => {
    expect(makePlan(heard([]), context)).toMatchObject({ enough: false, posts: 0, hours: { share: 0 } });
    expect(makePlan(heard(workdays(9).slice(0, 8)), context).enough).toBe(false);
    const days = Array.from({ length: 30 }, (_, index) => 14 * 24 - 3 * 24 + index);
    expect(makePlan(heard(days), context).enough).toBe(false);
  });

  it('proposes rules only for what potluck.yaml leaves open', () => {
    const all = both(
      heard(workdays(9, 10)),
      heard(workdays(11), { kind: 'complaint' }),
      heard(workdays(12), { kind: 'follow', due: false }),
      heard([30], { kind: 'praise' }),
      heard(workdays(13), { kind: 'spam', due: false, filtered: true }),
    );
    const rule = (when: object, to: string[]) => ruleSchema.parse({ when, to });
    expect(makePlan(all, context).rules).toEqual([
      { when: { sources: ['birds'], kinds: ['follow'] }, digestOnly: true },
      { when: { sources: ['birds'], kinds: ['question'] }, to: ['web:team'] },
      { when: { sources: ['birds'], kinds: ['complaint'] }, to: ['web:team'] },
    ]);
    const rules = [
      rule({ kinds: ['question'] }, ['web:questions']),
      rule({ kinds: ['complaint'], sources: ['blog'] }, ['web:complaints', 'slack:C1']),
      rule({}, ['web:rest']),
    ];
    expect(makePlan(all, { ...context, rules }).rules).toEqual([
      { when: { sources: ['birds'], kinds: ['follow'] }, digestOnly: true },
      { when: { sources: ['birds'], kinds: ['complaint'] }, to: ['web:complaints', 'slack:C1'] },
    ]);
    const rest = [rule({}, ['web:rest'])];
    expect(makePlan(heard(workdays(9)), { ...context, rules: rest }).rules).toEqual([
      { when: { sources: ['birds'], kinds: ['question'] }, to: ['web:rest'] },
    ]);
    // Those who follow and ask nothing are quiet; praise deserves a word.
    const praise = both(heard(workdays(9)), heard(workdays(12), { kind: 'praise', due: false }));
    expect(makePlan(praise, context).rules.some(({ digestOnly }) => digestOnly)).toBe(false);
  });

  const anyHeard = fc
    .array(
      fc.record({
        at: fc.integer({ min: TO - 2 * HEARD_MS, max: TO + DAY }),
        kind: fc.constantFrom(...KINDS),
        due: fc.boolean(),
        filtered: fc.boolean(),
        language: fc.constantFrom('', 'en', 'de'),
        author: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      }),
      { maxLength: 60 },
    )
    .map(
      (all): Heard => ({
        source: 'birds',
        to: TO,
        posts: all,
        items: all.map(({ at, kind, due, filtered }) => ({ at, kinds: [kind], due, filtered })),
      }),
    );

  it('adds up, whatever was heard, and every rule of it is one of potluck.yaml', () => {
    fc.assert(
      fc.property(anyHeard, fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'), (all, zone) => {
        const plan = makePlan(all, { ...context, zone });
        const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
        for (const counts of [plan.byHour, plan.byWeekday, plan.languages.map(({ count }) => count)])
          expect(sum(counts)).toBe(plan.posts);
        expect(sum(plan.kinds.map(({ count }) => count))).toBe(plan.conversations - plan.filtered);
        expect(plan.cardsPerHour).toBeGreaterThanOrEqual(3);
        expect(plan.hours.to - plan.hours.from).toBeGreaterThan(3);
        expect(plan.hours.to).toBeLessThanOrEqual(24);
        expect(plan.hours.days.length).toBeGreaterThan(0);
        for (const rule of plan.rules) {
          expect(ruleSchema.safeParse(rule).success).toBe(true);
          expect(parse(`- ${yamlOf(rule)}`)).toEqual([rule]);
        }
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
        const notice = planNotice(plan, 'Birds', zone, 12, null);
        expect(notice.buttons.map(({ press }) => parsePress(press)?.name)).toEqual(['plan', 'plan']);
      }),
      { numRuns: 200, seed: 20_261_130 },
    );
  });
});

describe('a proposal', () => {
  it('tells what was heard and what follows, with the rules as potluck.yaml takes them', () => {
    const german = heard(workdays(9, 10, 13, 17), { language: 'de' });
    const notice = planNotice(makePlan(german, context), 'Birds (birds)', 'Europe/Berlin', 1, null);
    const text = JSON.stringify(notice.blocks);
    for (const words of [
      'Heard in 14 days',
      'Languages: de 100 %',
      'question 100 % (40 to answer)',
      'Hours: Mon–Fri 9:00–18:00 (Europe/Berlin); 100 % of what wants an answer',
      'Budget: 3 cards an hour',
      'about 21 answers a week, 11 for each of the 2',
      'kinds: [question] }, to: [',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('That is little');
    expect(notice).toMatchObject({
      title: 'How to go on with Birds (birds)',
      buttons: [{ press: 'plan:accept:birds:1' }, { press: 'plan:later:birds:1' }],
      mention: [],
    });
  });

  it('warns of too little, and has no buttons once it is decided', () => {
    const plan = makePlan(heard([1]), context);
    expect(JSON.stringify(planNotice(plan, 'B', 'UTC', 1, null))).toContain(
      'That is little: 1 post in 14 days',
    );
    const decided = planNotice(plan, 'B', 'UTC', 1, 'Accepted by Mia.');
    expect(decided.buttons).toEqual([]);
    expect(JSON.stringify(decided.blocks)).toContain('Accepted by Mia.');
  });

  it('has presses that every platform takes, however long the name of a source is', () => {
    const plan = { ...makePlan(heard([1]), context), source: 'x'.repeat(40) };
    for (const { press } of planNotice(plan, 'B', 'UTC', 999_999, null).buttons)
      expect(press.length).toBeLessThanOrEqual(MAX_PRESS);
  });
});

it('the share of each source is of all posts', () => {
  const volumes = [
    { source: 'b', posts: 1 },
    { source: 'a', posts: 1 },
    { source: 'c', posts: 2 },
    { source: 'd', posts: 0 },
  ];
  expect(shares(volumes)).toEqual([
    { source: 'c', posts: 2, share: 0.5 },
    { source: 'a', posts: 1, share: 0.25 },
    { source: 'b', posts: 1, share: 0.25 },
  ]);
  expect(shares([])).toEqual([]);
});
