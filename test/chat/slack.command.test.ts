import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/chat/kit/commands.ts';
import { type Command, parseCommand } from '../../src/chat/slack/command.ts';
import { daysUntil, localHour, parseWhen, resolveWhen } from '../../src/domain/times.ts';

describe('what people type', () => {
  const cases: readonly [string, Command][] = [
    ['', { verb: 'help', about: null }],
    ['HELP claim', { verb: 'help', about: 'claim' }],
    ['list', { verb: 'list', mine: false, states: [], kinds: [], source: null }],
    ['mine', { verb: 'list', mine: true, states: [], kinds: [], source: null }],
    [
      'list my open questions',
      { verb: 'list', mine: true, states: ['open'], kinds: ['question'], source: null },
    ],
    [
      'list unanswered',
      { verb: 'list', mine: false, states: ['open', 'claimed', 'snoozed'], kinds: [], source: null },
    ],
    [
      'list complaints from Blog Feed',
      { verb: 'list', mine: false, states: [], kinds: ['complaint'], source: 'Blog Feed' },
    ],
    [
      'list quiet questions',
      { verb: 'list', mine: false, states: [], kinds: ['question'], source: null, quiet: true },
    ],
    ['next', { verb: 'next' }],
    ['12', { verb: 'show', item: 12 }],
    ['claim 12', { verb: 'claim', item: 12 }],
    ['CLAIM #12.', { verb: 'claim', item: 12 }],
    ['12 claim', { verb: 'claim', item: 12 }],
    ['take 12', { verb: 'claim', item: 12 }],
    ['release no.7', { verb: 'release', item: 7 }],
    ['draft 12', { verb: 'draft', item: 12, text: null }],
    ['draft 12 Yes &amp; no &lt;3', { verb: 'draft', item: 12, text: 'Yes & no <3' }],
    ['note 12 called 3 times', { verb: 'note', item: 12, text: 'called 3 times' }],
    [
      'answered 12 <https://x.example/1?a=b&amp;c>',
      { verb: 'answered', item: 12, url: 'https://x.example/1?a=b&c' },
    ],
    ['dismiss 12', { verb: 'dismiss', item: 12, reason: null, words: null }],
    ['dismiss 12 spam', { verb: 'dismiss', item: 12, reason: 'spam', words: null }],
    ['ignore 12 not relevant', { verb: 'dismiss', item: 12, reason: 'not-relevant', words: null }],
    ['dismiss 12 no answer needed', { verb: 'dismiss', item: 12, reason: 'no-answer-needed', words: null }],
    [
      'dismiss 12 Spam from the same bot',
      { verb: 'dismiss', item: 12, reason: 'spam', words: 'Spam from the same bot' },
    ],
    ['dismiss 12 the boss did it', { verb: 'dismiss', item: 12, reason: 'other', words: 'the boss did it' }],
    ['snooze 12 2h', { verb: 'snooze', item: 12, when: { kind: 'in', ms: 7_200_000 } }],
    ['snooze 12 until tomorrow', { verb: 'snooze', item: 12, when: { kind: 'tomorrow' } }],
    ['snooze 2h #12', { verb: 'snooze', item: 12, when: { kind: 'in', ms: 7_200_000 } }],
    ['assign 12 <@U0ANA|ana>', { verb: 'assign', item: 12, user: 'U0ANA' }],
    ['assign <@U0ANA> 12', { verb: 'assign', item: 12, user: 'U0ANA' }],
    ['find dishwasher &amp; lid', { verb: 'find', words: 'dishwasher & lid' }],
    ['sources', { verb: 'sources' }],
    ['who @mira.example', { verb: 'who', words: '@mira.example' }],
    ['whois <mailto:mira@m.example|mira@m.example>', { verb: 'who', words: 'mira@m.example' }],
    ['who <@U0ANA|ana>', { verb: 'who', words: '@ana' }],
    ['oncall', { verb: 'team', name: 'oncall', raw: '' }],
    ['duty swap <@U2>', { verb: 'team', name: 'oncall', raw: 'swap <@U2>' }],
    ['stats', { verb: 'stats', window: 'day' }],
    ['stats Week', { verb: 'stats', window: 'week' }],
    ['digest week', { verb: 'team', name: 'digest', raw: 'week' }],
    ['Report', { verb: 'team', name: 'digest', raw: '' }],
    ['idea', { verb: 'idea', text: null }],
    [
      'idea Friday: <https://x.example/a> &amp; cake',
      { verb: 'idea', text: 'Friday: https://x.example/a & cake' },
    ],
    ['mute', { verb: 'mute', words: [] }],
    ['mute free  coins, “Airdrop”, airdrop', { verb: 'mute', words: ['free coins', 'Airdrop'] }],
    ['unmute free coins', { verb: 'unmute', words: ['free coins'] }],
    ['settings', { verb: 'settings' }],
    ['draft 12 see <https://x.example/a|x.example/a>', { verb: 'draft', item: 12, text: 'see x.example/a' }],
  ];
  it.each(cases)('“%s”', (typed, wanted) => {
    expect(parseCommand(typed)).toEqual(wanted);
  });

  it.each([
    ['clam 12', 'claim 12'],
    ['dismis 12', 'dismiss 12'],
    ['relase 12', 'release 12'],
  ])('guesses a slip: “%s”', (typed, hint) => {
    expect(parseCommand(typed)).toMatchObject({ verb: 'problem', text: expect.stringContaining(hint) });
  });

  it.each([
    'claim',
    'claim twelve',
    'snooze 12 someday',
    'assign 12 ana',
    'find',
    'note 12',
    'who',
    'stats constructor',
    'unmute',
    'mute , ,',
    `mute ${'a word too much, '.repeat(5)}${Array.from({ length: 30 }, (_, at) => `w${at}`).join(',')}`,
  ])('answers “%s” with one line of help', (typed) => {
    const command = parseCommand(typed);
    expect(command.verb).toBe('problem');
    if (command.verb === 'problem') expect(command.text).not.toContain('\n');
  });

  it('never fails and always decides, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 200 })),
        (typed) => {
          const command = parseCommand(typed);
          if ('item' in command) expect(Number.isSafeInteger(command.item) && command.item > 0).toBe(true);
          if (command.verb === 'problem') expect(command.text.length).toBeLessThan(200);
          // They travel in the value of a button, which takes 2,000 characters.
          if (command.verb === 'mute') expect(JSON.stringify(command.words).length).toBeLessThan(2_000);
        },
      ),
    );
  });

  it('finds the number and the verb through capitals, signs and spaces', () => {
    const verb = fc.constantFrom('claim', 'release', 'reopen', 'show');
    fc.assert(
      fc.property(
        verb,
        fc.integer({ min: 1, max: 999_999 }),
        fc.boolean(),
        fc.boolean(),
        (name, item, sign, loud) => {
          const typed = `  ${loud ? name.toUpperCase() : name}   ${sign ? '#' : ''}${item}  `;
          expect(parseCommand(typed)).toEqual({ verb: name, item });
        },
      ),
    );
  });

  it('reads a hundred thousand characters in no time', () => {
    const began = performance.now();
    parseCommand(`snooze 12 ${'1h '.repeat(33_000)}`);
    parseCommand(`dismiss 12 ${'a '.repeat(50_000)}`);
    expect(performance.now() - began).toBeLessThan(200);
  });

  it('explains every command in the help', () => {
    for (const [usage, does] of Object.values(COMMANDS)) expect(`${usage}${does}`.length).toBeLessThan(120);
    // Whatever is explained is understood, and the other way round.
    for (const name of Object.keys(COMMANDS)) {
      const command = parseCommand(`${name} 12 word`);
      expect(command.verb === 'problem' ? command.text : command.verb).not.toContain('I do not know');
    }
  });
});

describe('when a snooze ends', () => {
  it.each([
    ['30m', 30 * 60_000],
    ['90 minutes', 90 * 60_000],
    ['1h30m', 90 * 60_000],
    ['1.5 hours', 90 * 60_000],
    ['2 days and 3 hours', 51 * 3_600_000],
    ['1w', 7 * 86_400_000],
  ])('%s', (words, ms) => {
    expect(parseWhen(words)).toEqual({ kind: 'in', ms });
  });

  it.each(['', '0h', 'h', '1 month', '2 moons', '99999w', 'tomorow', '-1h', '1h and'])(
    'not: “%s”',
    (words) => {
      expect(parseWhen(words)).toBeNull();
    },
  );

  it.each([
    ['monday', 1],
    ['fri', 5],
    ['on Sunday', 0],
  ])('%s is a day of the week', (words, weekday) => {
    expect(parseWhen(words)).toEqual({ kind: 'weekday', weekday });
  });

  const berlin = 'Europe/Berlin';
  it('tomorrow is nine o’clock where the person is, also when the clocks change in the night', () => {
    // Saturday evening before the spring change (29 March 2026, 02:00 → 03:00) and before the autumn change.
    const spring = Date.UTC(2026, 2, 28, 20);
    expect(new Date(resolveWhen({ kind: 'tomorrow' }, spring, berlin)).toISOString()).toBe(
      '2026-03-29T07:00:00.000Z',
    );
    const autumn = Date.UTC(2026, 9, 24, 20);
    expect(new Date(resolveWhen({ kind: 'tomorrow' }, autumn, berlin)).toISOString()).toBe(
      '2026-10-25T08:00:00.000Z',
    );
    const summer = Date.UTC(2026, 5, 1, 23, 30);
    // Already the second of June in Berlin.
    expect(new Date(resolveWhen({ kind: 'tomorrow' }, summer, berlin)).toISOString()).toBe(
      '2026-06-03T07:00:00.000Z',
    );
    expect(new Date(resolveWhen({ kind: 'tomorrow' }, summer, 'America/New_York')).toISOString()).toBe(
      '2026-06-02T13:00:00.000Z',
    );
  });

  it('an hour that does not exist is the hour after, and an unknown zone is UTC', () => {
    const before = Date.UTC(2026, 2, 28, 12);
    expect(new Date(localHour(before, berlin, 1, 2)).toISOString()).toBe('2026-03-29T01:00:00.000Z');
    expect(new Date(localHour(before, 'Mars/Olympus', 1, 9)).toISOString()).toBe('2026-03-29T09:00:00.000Z');
  });

  it('Monday on a Monday is in a week', () => {
    expect(daysUntil(Date.UTC(2026, 5, 1, 12), 'UTC', 1)).toBe(7);
    expect(daysUntil(Date.UTC(2026, 5, 1, 12), 'UTC', 2)).toBe(1);
  });

  it('is always in the future, at nine, in every zone', () => {
    const zones = ['UTC', 'Asia/Kolkata', 'Pacific/Chatham', 'America/St_Johns', 'Africa/Casablanca', berlin];
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }),
        fc.constantFrom(...zones),
        (now, tz) => {
          const at = resolveWhen({ kind: 'tomorrow' }, now, tz);
          expect(at).toBeGreaterThan(now);
          expect(at - now).toBeLessThan(35 * 3_600_000);
          const hour = new Intl.DateTimeFormat('en-GB', {
            timeZone: tz,
            hour: '2-digit',
            hourCycle: 'h23',
          }).format(at);
          expect(hour).toBe('09');
        },
      ),
    );
  });
});
