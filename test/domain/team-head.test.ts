import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DISMISS_REASONS, type DismissReason } from '../../src/domain/item.ts';
import { type About, exampleOf, exampleOfWords, weighWords } from '../../src/domain/triage/team/example.ts';
import {
  type Lesson,
  lessonsOf,
  MAX_SHIFT,
  newHead,
  shiftOf,
  teach,
} from '../../src/domain/triage/team/head.ts';
import { MAX_PACKED, packHead, unpackHead } from '../../src/domain/triage/team/pack.ts';
import { roleShift, TEAM_ROLES, type TeamRole } from '../../src/domain/triage/team/roles.ts';
import { type Saying, saidBy, type TEACHING } from '../../src/domain/triage/team/saying.ts';
import { causesOf, movedReasons, onCard } from '../../src/domain/triage/team/tell.ts';
import { KEPT, NO_TRIALS, tried, trustOf } from '../../src/domain/triage/team/trust.ts';
import { type Judged, weigh } from '../../src/domain/triage/team/weigh.ts';
import { triage } from '../../src/domain/triage/triage.ts';
import { KINDS } from '../../src/domain/triage/verdict.ts';
import {
  averagePrecision,
  type Sample,
  type SimulatedTeam,
  seeded,
  seen,
  shuffled,
  simulate,
} from '../teams/simulate.ts';

const SEED = { seed: 20_260_601 };

function about(text: string, change: Partial<Judged> = {}): Judged {
  return {
    text,
    kinds: ['question'],
    source: 'blog',
    via: 'mention',
    lang: 'en',
    authorId: 'mira',
    links: [],
    known: false,
    answerDue: true,
    priority: 50,
    reasons: [],
    ...change,
  };
}

function lesson(text: string, wanted: boolean, change: Partial<About> = {}): Lesson {
  return { example: exampleOf(about(text, change)), wanted, weight: 1 };
}

/** Quicker than to compare typed arrays number by number. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(Buffer.from(other));
}

function bytesOf(values: Float32Array | undefined): Uint8Array {
  return new Uint8Array(values?.buffer ?? new ArrayBuffer(0));
}

/** A team that takes what is about dishwashers and dismisses giveaways. */
function taught(rounds = 25): ReturnType<typeof newHead> {
  const lessons = Array.from({ length: rounds }, (_, n) => [
    lesson(`Does lid number ${n} fit into the dishwasher?`, true, { authorId: `a${n}` }),
    lesson(`A giveaway of pots, day ${n}, who is in?`, false, { authorId: `b${n}` }),
  ]);
  return teach(newHead(), lessons.flat());
}

const TEXT = fc.oneof(
  fc.string({ maxLength: 200, unit: 'binary' }),
  fc.lorem({ maxCount: 20 }),
  fc.constantFrom('', 'か'.repeat(900), 'a'.repeat(5_000), '\uD800', '@ @ @', 'https://a.example/b'),
);
const JUDGED = fc
  .record({
    text: TEXT,
    kinds: fc.subarray([...KINDS], { minLength: 1 }),
    source: fc.string({ maxLength: 8 }),
    priority: fc.integer({ min: 0, max: 100 }),
    known: fc.boolean(),
    links: fc.array(fc.string({ maxLength: 30 }), { maxLength: 3 }),
    grave: fc.boolean(),
  })
  .map(({ grave, ...change }) =>
    about('', { ...change, reasons: grave ? [{ code: 'priority.safety', text: 'touches on safety' }] : [] }),
  );
const LESSONS = fc.array(
  fc.record({ judged: JUDGED, wanted: fc.boolean(), weight: fc.constantFrom(0.4, 1, 1.5) }),
  { maxLength: 30 },
);
const toLessons = (all: readonly { judged: Judged; wanted: boolean; weight: number }[]): Lesson[] =>
  all.map(({ judged, ...rest }) => ({ example: exampleOf(judged), ...rest }));

describe('a team’s head', () => {
  it('learns what its team takes and dismisses, also in other words, and tells it', () => {
    const head = taught();
    const [good, bad] = [about('My dishwasher ate the lid'), about('Win pots: another giveaway')];
    expect(weigh(good, { role: null, head }).priority).toBeGreaterThan(52);
    expect(weigh(bad, { role: null, head }).priority).toBeLessThan(48);
    expect(weighWords(good.text, head.weights)[0]?.word).toBe('dishwasher');
    expect(causesOf(bad, head, 1)[0]).toMatchObject({ what: 'what says “giveaway”' });
    const { moved } = weigh(bad, { role: null, head });
    const [reason] = movedReasons(bad, moved, { role: null, head });
    expect(reason).toEqual({
      code: 'team.learnt',
      text: expect.stringMatching(/^your team usually dismisses what says “giveaway”/),
      points: moved.team,
    });
    expect(reason && onCard(reason)).toBe(moved.team <= -3);
  });

  it('moves nothing before it has foreseen anything, and nothing for clicks without a meaning', () => {
    expect(weigh(about('dishwasher'), { role: null, head: taught(3) }).moved.team).toBe(0);
    const random = seeded(3);
    const noise = Array.from({ length: 200 }, (_, n) =>
      lesson(['a lid', 'a pot', 'the oven', 'my order'][n % 4] ?? '', random() < 0.5, { authorId: `a${n}` }),
    );
    expect(Math.abs(shiftOf(teach(newHead(), noise), exampleOf(about('a lid'))))).toBeLessThan(2);
  });

  it('is bounded, never makes anything urgent, never lowers what is urgent or grave, and hides nothing', () => {
    fc.assert(
      fc.property(LESSONS, JUDGED, fc.constantFrom(null, ...TEAM_ROLES), (all, judged, role) => {
        const learnt = teach(newHead(), toLessons(all));
        // As if it were trusted fully.
        const head = { ...learnt, trust: 1 };
        const { priority, moved } = weigh(judged, { role, head });
        expect(Number.isInteger(priority)).toBe(true);
        expect(Math.abs(moved.team)).toBeLessThanOrEqual(MAX_SHIFT);
        expect(judged.priority + moved.role + moved.team).toBe(priority);
        if (judged.priority >= 80 || judged.kinds.includes('spam')) expect(priority).toBe(judged.priority);
        if (judged.priority < 80) expect(priority).toBeLessThan(80);
        if (judged.priority > 0) expect(priority).toBeGreaterThan(0);
        if (judged.reasons.length > 0) expect(priority).toBeGreaterThanOrEqual(judged.priority);
        expect(movedReasons(judged, moved, { role, head }).map(({ points }) => points)).toEqual(
          [moved.role, moved.team].filter((points) => points !== 0),
        );
      }),
      { ...SEED, numRuns: 80 },
    );
  });

  it('is the same for the same lessons, in one go or one by one, and leaves the one before as it was', () => {
    fc.assert(
      fc.property(LESSONS, fc.nat(), (all, cut) => {
        const lessons = toLessons(all);
        const at = cut % (lessons.length + 1);
        const whole = teach(newHead(), lessons);
        const first = teach(newHead(), lessons.slice(0, at));
        const before = packHead(first);
        expect(same(packHead(teach(first, lessons.slice(at))), packHead(whole))).toBe(true);
        expect(same(packHead(first), before)).toBe(true);
        expect(lessonsOf(whole)).toBe(lessons.length);
      }),
      { ...SEED, numRuns: 60 },
    );
  });

  it('is packed exactly and within bounds; what is broken is no head', () => {
    fc.assert(
      fc.property(LESSONS, fc.nat(), (all, cut) => {
        const head = teach(newHead(), toLessons(all));
        const bytes = packHead(head);
        expect(bytes.length).toBeLessThanOrEqual(MAX_PACKED);
        const back = unpackHead(bytes);
        expect(same(bytesOf(back?.weights), bytesOf(head.weights))).toBe(true);
        expect(same(bytesOf(back?.squares), bytesOf(head.squares))).toBe(true);
        expect({ ...back, weights: 0, squares: 0 }).toEqual({ ...head, weights: 0, squares: 0 });
        expect(unpackHead(bytes.slice(0, cut % bytes.length))?.weights.length ?? 0).toSatisfy(
          (size: number) => size === 0 || size === head.weights.length,
        );
      }),
      { ...SEED, numRuns: 60 },
    );
    const other = packHead(newHead());
    other[0] = (other[0] ?? 0) ^ 1;
    expect(unpackHead(other)).toBeNull();
    expect(unpackHead(new Uint8Array())).toBeNull();
    expect(MAX_PACKED).toBeLessThanOrEqual(256 * 1024);
    expect(newHead().weights.byteLength + newHead().squares.byteLength).toBeLessThanOrEqual(256 * 1024);
  });

  it('costs little for a hostile text', () => {
    const start = performance.now();
    const head = taught(5);
    for (let n = 0; n < 8; n++) weigh(about('aé '.repeat(33_000)), { role: 'product', head });
    expect((performance.now() - start) / 8).toBeLessThan(200);
  });
});

describe('trust', () => {
  it('comes from foreseeing clicks better than the rules, whatever the order within a kind', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            prior: fc.integer({ min: 0, max: 79 }),
            shift: fc.integer({ min: -15, max: 15 }),
            wanted: fc.boolean(),
          }),
          { maxLength: 60 },
        ),
        (trials) => {
          const all = trials.reduce(tried, NO_TRIALS);
          const turned = [...trials].reverse().reduce(tried, NO_TRIALS);
          const trust = trustOf(all);
          expect(trust).toBeGreaterThanOrEqual(0);
          expect(trust).toBeLessThanOrEqual(1);
          expect(trustOf(turned)).toBeCloseTo(trust, 9);
          expect(trustOf(trials.map((trial) => ({ ...trial, shift: 0 })).reduce(tried, NO_TRIALS))).toBe(0);
        },
      ),
      SEED,
    );
  });

  it('keeps the newest trials alone', () => {
    let trials = NO_TRIALS;
    for (let n = 0; n < KEPT + 20; n++) trials = tried(trials, { prior: n, shift: 0, wanted: true });
    expect(trials.wanted).toHaveLength(KEPT);
    expect(trials.wanted[0]?.prior).toBe(20);
  });
});

describe('the role of a team', () => {
  it.each<[TeamRole, string, string]>([
    ['support', 'complaint', 'praise'],
    ['marketing', 'praise', 'question'],
    ['product', 'comparison', 'follow'],
    ['community', 'follow', 'complaint'],
  ])('of %s puts %s before %s', (role, first, second) => {
    const points = (kind: string): number => roleShift(role, [kind as (typeof KINDS)[number]], 'x').points;
    expect(points(first)).toBeGreaterThan(points(second));
    expect(Math.max(...KINDS.map((kind) => Math.abs(points(kind))))).toBeLessThanOrEqual(12);
    expect(points('spam')).toBe(0);
  });

  it('reads words, too: wishes and faults for product, greetings for the community', () => {
    expect(roleShift('product', ['mention'], 'It would be great if it had a timer')).toEqual({
      points: 10,
      called: 'wishes (“would be great if”)',
    });
    expect(roleShift('product', ['complaint'], 'The app crashes since the update').points).toBe(8);
    expect(roleShift('community', ['mention'], 'Hi everyone, new here!').points).toBe(10);
    expect(roleShift('community', ['question'], 'Does the lid fit?').points).toBe(6);
  });
});

describe('what an act says', () => {
  const says = (type: (typeof TEACHING)[number], before: Saying | null, reason: string | null = null) =>
    saidBy({ type, reason }, before);

  it('is said once, and taken back by what is said later', () => {
    expect(says('claim', null)).toEqual({ saying: 'wanted', weight: 1 });
    expect(says('sent', 'wanted')).toBeNull();
    expect(says('dismiss', 'wanted', 'spam')).toEqual({ saying: 'unwanted', weight: 1.5 });
    expect(says('dismiss', 'unwanted', 'not-relevant')).toBeNull();
    expect(says('reopen', 'unwanted')).toEqual({ saying: 'wanted', weight: 1.5 });
    expect(says('reopen', 'wanted')).toBeNull();
  });

  it('depends on the reason of a dismissal', () => {
    const weights = Object.fromEntries(
      Object.keys(DISMISS_REASONS).map((reason) => [reason, says('dismiss', null, reason)?.weight ?? 0]),
    ) as Record<DismissReason, number>;
    expect(weights).toMatchObject({
      'not-relevant': 1.5,
      spam: 1.5,
      'no-answer-needed': 0.4,
      elsewhere: 0,
      duplicate: 0,
      other: 0,
    });
    expect(says('dismiss', 'wanted', 'no-answer-needed')).toBeNull();
    expect(says('dismiss', null, 'constructor')).toBeNull();
    expect(exampleOfWords('free coins').indices.length).toBeGreaterThan(2);
  });
});

const TOPICS = {
  question: [
    'Does the lid fit a dishwasher?',
    'Where can I buy a spare lid?',
    'Is the pot safe for induction?',
    'How long do beans take?',
  ],
  delivery: [
    'When does my parcel arrive?',
    'Can I change the delivery address?',
    'Which courier brings the parcel?',
    'Is the parcel tracked?',
  ],
  complaint: [
    'My lid is broken',
    'The pot arrived with a crack',
    'Still waiting for my refund',
    'The handle came off',
  ],
  praise: ['I love this pot', 'Best cooker ever, thank you', 'Great soup today, thanks', 'Amazing lid'],
  other: [
    'Cooking with friends tonight',
    'A giveaway of pots for everyone',
    'Reading about cookers',
    'Soup day at the office',
  ],
};
const STARTS = ['', 'Hello, ', 'Hey Simmer, ', 'Well, ', 'So, ', 'Good morning. ', 'Hi there, ', 'Folks, '];
const ENDS = [
  '',
  ' Anybody?',
  ' Cheers',
  ' :)',
  ' Greetings from Ghent',
  ' #cooking',
  ' Regards, Kim',
  ' Have a nice day',
];

function samples(count: number, random: () => number): Sample[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  return Array.from({ length: count }, () => {
    const [intent, texts] = pick(Object.entries(TOPICS));
    return {
      text: pick(STARTS) + pick(texts) + pick(ENDS),
      gold: intent === 'delivery' ? 'question' : intent,
      intent,
    };
  });
}

describe('simulated teams', () => {
  const TEAMS: SimulatedTeam[] = [
    {
      name: 'as its role',
      role: 'support',
      wants: ({ gold }) => gold === 'complaint' || gold === 'question',
      wrong: 0.05,
    },
    { name: 'one subject', role: 'support', wants: ({ intent }) => intent === 'delivery', wrong: 0.05 },
    { name: 'a wrong role', role: 'marketing', wants: ({ gold }) => gold === 'complaint', wrong: 0.05 },
    {
      name: 'noise',
      role: 'support',
      wants: ({ gold }) => gold === 'complaint' || gold === 'question',
      wrong: 0.5,
    },
  ];

  it.each(TEAMS)(
    '$name: better than the rules after 100 clicks, never worse by more than 0.01 after 200',
    (team) => {
      const gains = [1, 2].map((seed) => {
        const random = seeded(seed);
        const stream = samples(1_500, random).map((sample) => seen(sample, team.role, random, triage));
        const held = shuffled(samples(200, random), random).map((sample) =>
          seen(sample, team.role, random, triage),
        );
        const { prior, learnt } = simulate(team, stream, held, [100, 200], random);
        return { after100: (learnt.get(100) ?? 0) - prior, after200: (learnt.get(200) ?? 0) - prior };
      });
      for (const { after200 } of gains) expect(after200).toBeGreaterThan(-0.01);
      const mean = gains.reduce((sum, { after100 }) => sum + after100, 0) / gains.length;
      if (team.name !== 'noise') expect(mean).toBeGreaterThan(0);
    },
  );

  it('are measured by average precision', () => {
    const list = [
      { priority: 3, wanted: true },
      { priority: 2, wanted: false },
      { priority: 1, wanted: true },
    ];
    expect(averagePrecision(list)).toBeCloseTo((1 + 2 / 3) / 2);
    expect(averagePrecision([])).toBe(0);
  });
});
