import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ToldNotice } from '../../src/chat/chat.ts';
import { authorWords, commandOf, complete } from '../../src/chat/web/client/complete.js';
import { readFilter, writeFilter } from '../../src/chat/web/client/filter.js';
import {
  excerpt,
  initials,
  moment,
  oneLine,
  readable,
  tomorrowAt,
} from '../../src/chat/web/client/format.js';
import { begin, change, news, put, resume } from '../../src/chat/web/client/model.js';
import { noticeParts } from '../../src/chat/web/client/notice.js';
import { personCommands, personView } from '../../src/chat/web/client/person.js';
import { learn, look, NOTHING_TOLD, unread } from '../../src/chat/web/client/told.js';
import { h, outside } from '../../src/chat/web/client/tree.js';
import { LINE_COMMANDS } from '../../src/chat/web/command.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { arbitraryNotice, closedCard, HOSTILE_TEXTS, NOON, sampleCard } from '../support/cards.ts';

const cards = (...ids: number[]) => ids.map((itemId) => sampleCard({ itemId }));
const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS.map(({ text }) => text)),
  fc.string({ unit: 'binary', maxLength: 3_000 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 })
    .map((units) => String.fromCharCode(...units)),
);

describe('the scripts of the page', () => {
  it('agree with the types of a browser', () => {
    const tsc = 'node_modules/typescript/bin/tsc';
    expect(() =>
      execFileSync(process.execPath, [tsc, '-p', 'src/chat/web/client/tsconfig.json'], { stdio: 'pipe' }),
    ).not.toThrow();
  });
});

describe('what a page knows of its queue', () => {
  it('keeps the line of a card that ended where the card was', () => {
    const before = begin({ cards: cards(1, 2, 3), total: 3 });
    const ended = closedCard({ itemId: 2, version: 5 });
    const after = change(before, { cards: [], order: [1, 3], left: [ended], total: 2 });
    expect(after.order).toEqual([1, 2, 3]);
    expect([...after.left]).toEqual([2]);
    const later = change(after, { cards: cards(9), order: [9, 1, 3], left: [], total: 3 });
    expect(later.order).toEqual([9, 1, 2, 3]);
    expect([...later.fresh]).toEqual([9]);
    const back = change(later, {
      cards: [sampleCard({ itemId: 2, version: 6 })],
      order: [2, 9, 1, 3],
      left: [],
      total: 4,
    });
    expect([back.order, [...back.left]]).toEqual([[2, 9, 1, 3], []]);
  });

  it('shows the later of two versions, whatever comes first', () => {
    const queue = put(
      begin({ cards: cards(1), total: 1 }),
      sampleCard({ itemId: 1, version: 4, text: 'four' }),
    );
    const late = change(queue, {
      cards: [sampleCard({ itemId: 1, version: 3, text: 'three' })],
      order: [1],
      left: [],
      total: 1,
    });
    expect(late.cards.get(1)?.text).toBe('four');
    expect(put(late, sampleCard({ itemId: 99 })).cards.has(99)).toBe(false);
  });

  it('holds every card of the order, no card twice and no more than it must, over any history', () => {
    const step = fc.record({
      order: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 30 }),
      tell: fc.boolean(),
      again: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let queue = begin({ cards: cards(1, 2, 3), total: 3 });
        for (const { order, tell, again } of steps) {
          const gone = queue.order.filter((id) => !order.includes(id));
          const next = {
            cards: cards(...order),
            order,
            left: tell ? cards(...gone) : [],
            total: order.length,
          };
          queue = again ? resume(queue, next) : change(queue, next);
          expect(queue.order.filter((id) => !queue.left.has(id))).toEqual(order);
          expect(new Set(queue.order).size).toBe(queue.order.length);
          expect([...queue.cards.keys()].sort()).toEqual([...queue.order].sort());
          expect(queue.left.size).toBeLessThanOrEqual(12);
        }
      }),
    );
  });

  it('says aloud what matters, and not what the reader did', () => {
    const before = begin({ cards: cards(1), total: 1 });
    const claimed = sampleCard({ itemId: 1, version: 2, state: 'claimed', owner: { id: 'bo', name: 'Bo' } });
    expect(news(before, put(before, claimed), 'ana')).toBe('Number 1 is with Bo.');
    expect(news(before, put(before, claimed), 'bo')).toBe('');
    const more = change(before, { cards: cards(2, 3), order: [2, 3, 1], left: [], total: 3 });
    expect(news(before, more, null)).toBe('2 new cards.');
    expect(news(before, before, null)).toBe('');
  });
});

describe('text from outside', () => {
  it('is cut between characters, harmless, and never longer than it may be', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const short = excerpt(text);
        expect(short.text.isWellFormed()).toBe(true);
        expect(short.text.length).toBeLessThanOrEqual(721);
        expect(short.text.split('\n').length).toBeLessThanOrEqual(13);
        const line = oneLine(text, 80);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\n\r\u0000-\u001F\u202A-\u202E\u2066-\u2069]/);
        expect(line.length).toBeLessThanOrEqual(80);
        expect(readable(text)).not.toMatch(/[\u202A-\u202E\u2066-\u2069]|\p{M}{5}/u);
        expect(initials(text).isWellFormed()).toBe(true);
      }),
    );
    const family = '👩‍👩‍👧‍👦';
    expect(excerpt(family.repeat(200)).text.replaceAll(family, '')).toBe('…');
    expect(excerpt('short')).toEqual({ text: 'short', cut: false });
  });

  it('becomes a link only when it is one', () => {
    for (const url of [
      null,
      'javascript:alert(1)',
      'data:text/html,x',
      '//evil.example',
      ' https://x.example',
      'mailto:a@b.c',
    ])
      expect(outside(url, {}, 'words')).toEqual(h('span', {}, 'words'));
    expect(outside('https://social.example/1', {}, 'words').props).toEqual({
      href: 'https://social.example/1',
      target: '_blank',
      rel: 'noopener noreferrer nofollow',
    });
  });

  it('keeps a filter in the address, and nothing strange', () => {
    expect(writeFilter(readFilter(''))).toBe('/');
    expect(writeFilter(readFilter('?queue=mine&channel=a%20b&q=%3Cb%3E&evil=1'))).toBe(
      '/?queue=mine&channel=a+b&q=%3Cb%3E',
    );
    expect(readFilter('?queue=constructor').queue).toBe('waiting');
  });
});

describe('times', () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it('finds tomorrow at nine, also when the clocks change in the night', () => {
    process.env.TZ = 'Europe/Berlin';
    // 28 March 2026, 15:00 in Berlin; the clocks go forward that night.
    expect(tomorrowAt(Date.UTC(2026, 2, 28, 14), 9)).toBe(Date.UTC(2026, 2, 29, 7));
    // 24 October 2026, 15:00; the clocks go back.
    expect(tomorrowAt(Date.UTC(2026, 9, 24, 13), 9)).toBe(Date.UTC(2026, 9, 25, 8));
    expect(moment(Date.UTC(2026, 2, 29, 7), Date.UTC(2026, 2, 28, 14))).toBe('tomorrow 09:00');
    expect(moment(NOON, NOON)).toBe('today 14:00');
  });
});

describe('what a page knows of what was said', () => {
  const said = (id: number, change: Partial<ToldNotice> = {}): ToldNotice => ({
    id,
    version: 1,
    channel: 'team',
    itemId: null,
    at: NOON,
    notice: { title: `Notice ${id}`, tone: 'grey', blocks: [], buttons: [], mention: [] },
    ...change,
  });
  const kept = () => {
    const values = new Map<string, string>();
    return {
      getItem: (name: string) => values.get(name) ?? null,
      setItem: (name: string, value: string) => void values.set(name, value),
    };
  };
  const ids = (notices: readonly ToldNotice[]) => notices.map(({ id }) => id);

  it('is unread until somebody looks, for each channel, and stays read in this browser', () => {
    const storage = kept();
    const notices = [said(3), said(2, { channel: 'product' }), said(1, { at: NOON - 2 * 86_400_000 })];
    const first = learn(NOTHING_TOLD, { notices, told: 'a' }, { now: NOON, storage });
    // Who comes for the first time need not catch up on what is older than a day.
    expect(ids(unread(first))).toEqual([3, 2]);
    const seen = look(first, 'team', storage);
    expect([ids(unread(seen)), [...seen.fresh]]).toEqual([[2], [3]]);
    expect(look(seen, 'team', storage)).toBe(seen);
    const later = learn(seen, { notices: [said(4), ...notices], told: 'b' }, { now: NOON, storage });
    expect(ids(unread(later))).toEqual([4, 2]);
    const reloaded = learn(NOTHING_TOLD, { notices: later.notices, told: 'b' }, { now: NOON, storage });
    expect(ids(unread(reloaded))).toEqual([4, 2]);
  });

  it('works where the browser keeps nothing, or something else', () => {
    const full = {
      getItem: () => '{"not": "a list"}',
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    for (const storage of [null, full]) {
      const first = learn(NOTHING_TOLD, { notices: [said(1)], told: 'a' }, { now: NOON, storage });
      expect(ids(unread(first))).toEqual([1]);
      expect(ids(unread(look(first, '', storage)))).toEqual([]);
    }
  });
});

describe('a notice on the page', () => {
  const words = (tree: unknown): string => JSON.stringify(tree);

  it('keeps every text a text, offers only links that are some, and never grows without end', () => {
    fc.assert(
      fc.property(arbitraryNotice(), (notice) => {
        const shown = words(noticeParts(notice, 'press', new Set()));
        expect(shown).not.toMatch(/"(?:href|src)":"(?!https?:|\/)/i);
        expect(shown).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
        expect(shown.length).toBeLessThan(600_000);
      }),
      { numRuns: 60 },
    );
  });

  it('shows its picture before what the words mean, and a pressed button once', () => {
    const parts = noticeParts(
      {
        title: 'Digest',
        tone: 'grey',
        blocks: [
          { type: 'figures', figures: [{ label: 'New', value: '7', note: '5 before', press: 'digest:new' }] },
          { type: 'quote', text: 'Lovely', by: 'Kim', url: 'javascript:alert(1)' },
          { type: 'small', text: 'New: conversations.' },
        ],
        picture: { id: 'chart-1', alt: 'Seven new' },
        buttons: [{ press: 'digest:csv', label: 'As CSV', style: 'danger' }],
        mention: [],
      },
      'press',
      new Set(['digest:csv']),
    );
    const shown = words(parts);
    for (const piece of [
      '"/api/pictures/chart-1"',
      'Seven new',
      '7 New: show what is behind',
      'button danger',
      '"disabled":true',
    ])
      expect(shown).toContain(piece);
    expect(shown.indexOf('chart-1')).toBeLessThan(shown.indexOf('New: conversations.'));
    expect(shown).not.toContain('javascript:');
  });
});

describe('the line of commands', () => {
  const commands = Object.entries(LINE_COMMANDS).map(([name, command]) => ({ name, ...command }));
  const known = {
    commands,
    colleagues: ['Ana', 'Ana Maria', 'Ben'],
    sources: ['blog', 'forum'],
    authors: [{ handle: '@mira', name: 'Mira', label: 'Blog' }],
  };
  const lines = (line: string) => complete(line, known).map((choice) => choice.line);

  it('completes names, choices, colleagues, sources and authors where they belong', () => {
    expect(lines('').length).toBe(commands.length);
    expect(lines('dig')).toEqual(['digest ']);
    expect(lines('birth')[0]).toBe('birthday ');
    // What it does is found, too.
    expect(lines('council')).toContain('digest ');
    expect(lines('digest ')).toEqual(['digest day ', 'digest week ']);
    expect(lines('digest w')).toEqual(['digest week ']);
    expect(lines('digest week ')).toEqual([]);
    expect(lines('oncall swap @an')).toEqual(['oncall swap @Ana ', 'oncall swap "Ana Maria" ']);
    expect(lines('stage f')).toEqual(['stage forum ']);
    expect(lines('stage forum e')).toEqual(['stage forum engage ']);
    expect(authorWords('person @mi', commands)).toBe('mi');
    expect(authorWords('birthday @mira 24', commands)).toBe('');
    expect(lines('person @mi')).toEqual(['person @mira ']);
    expect(authorWords('person mira lind', commands)).toBe('mira lind');
    expect(lines('link @ben mira lind')).toEqual(['link @ben @mira ']);
    expect(lines('note-person @mira has')).toEqual([]);
    expect(lines('nonsense and')).toEqual([]);
  });

  it('never breaks on what is typed, and each completion begins with what stood there', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .tuple(fc.constantFrom(...commands.map(({ name }) => name)), fc.string({ maxLength: 40 }))
        .map(([name, rest]) => `${name} ${rest}`),
    );
    fc.assert(
      fc.property(typed, (line) => {
        for (const choice of complete(line, known)) {
          expect(choice.line.endsWith(' ')).toBe(true);
          const command = commandOf(line, commands);
          if (command) expect(choice.line.startsWith(line.slice(0, command.name.length))).toBe(true);
        }
        authorWords(line, commands);
      }),
    );
  });
});

describe('the panel about a person', () => {
  const notice: Notice = {
    title: 'Mira',
    tone: 'grey',
    blocks: [
      { type: 'heading', text: 'Notes' },
      { type: 'text', text: 'one\ntwo' },
      { type: 'small', text: 'small' },
      { type: 'list', lines: [{ text: 'Question', itemId: 7, url: 'javascript:alert(1)' }] },
    ],
    buttons: [{ press: 'person:apart:1/2', label: 'Not the same' }],
    mention: [],
  };

  const panel = {
    kind: 'person',
    itemId: 7,
    problem: null,
    done: null,
    notice: null,
    erasing: null,
  } as const;

  it('shows what is known and offers its buttons, and no link that is none', () => {
    const shown = JSON.stringify(personView({ ...panel, notice }));
    for (const piece of ['Mira', 'Notes', 'one', 'two', 'small', '"#7"', 'Question', 'person:apart:1/2'])
      expect(shown).toContain(piece);
    expect(shown).not.toContain('javascript:');
    expect(JSON.stringify(personView(panel))).toContain('Looking it up');
  });

  it('shows what an erasure would take away before anything goes, and nothing else', () => {
    const erasing = {
      ...notice,
      title: 'Erase Mira?',
      buttons: [{ press: 'erase:yes:1/1', label: 'Erase for good' }],
    };
    const shown = JSON.stringify(personView({ ...panel, notice, erasing }));
    for (const piece of ['Erase Mira?', 'erase:yes:1/1', 'person-keep']) expect(shown).toContain(piece);
    for (const piece of ['person-note', 'person-export', 'person:apart']) expect(shown).not.toContain(piece);
  });

  it('asks for what was filled in, and nothing else', () => {
    const filled = (values: Record<string, string>) => personCommands(7, (name) => values[name] ?? '');
    expect(filled({})).toEqual([]);
    expect(filled({ note: 'has two kids', tag: 'vip' })).toEqual([
      { command: 'note-person', options: { author: '#7', text: 'has two kids' } },
      { command: 'tag', options: { author: '#7', tag: 'vip' } },
    ]);
  });
});
