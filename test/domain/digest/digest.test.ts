import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemsBehind } from '../../../src/domain/digest/behind.ts';
import { NO_DEPARTMENT } from '../../../src/domain/digest/council.ts';
import { type Digest, makeDigest } from '../../../src/domain/digest/digest.ts';
import { digestCsv, digestJson } from '../../../src/domain/digest/export.ts';
import type { DigestFacts } from '../../../src/domain/digest/facts.ts';
import type { DigestFigure } from '../../../src/domain/digest/figures.ts';
import { digestNotices } from '../../../src/domain/digest/tell.ts';
import { figureWords } from '../../../src/domain/digest/words.ts';
import { parsePress, pressesOf } from '../../../src/domain/notice.ts';
import { partOf, type Raw } from '../../../src/domain/stats.ts';
import type { Kind } from '../../../src/domain/triage/verdict.ts';
import { HOSTILE_TEXTS } from '../../support/cards.ts';
import { facts, heard, NO_COUNCIL, NOTHING, rawWindow } from '../../support/digest.ts';

/** Every figure of a digest, wherever it stands. */
function figuresOf({ figures, tables, council }: Digest): readonly DigestFigure[] {
  return [
    ...figures,
    ...tables.flatMap(({ rows }) => rows),
    ...(council?.intangibles ?? []),
    ...(council?.values.flatMap((value) => value.figures) ?? []),
  ];
}

const named = (digest: Digest, id: string): DigestFigure =>
  figuresOf(digest).find((each) => each.id === id) ?? expect.fail(`no ${id}`);

const anyFacts = (): fc.Arbitrary<DigestFacts> =>
  fc
    .record({
      raw: rawWindow(),
      week: fc.boolean(),
      begun: fc.nat(5),
      people: fc.nat(20),
      dollars: fc.constantFrom(0, 0.004, 3),
      clear: fc.nat(3),
    })
    .map(({ raw, week, begun, people, dollars, clear }) =>
      facts({
        raw,
        window: week ? 'week' : 'day',
        begun,
        crowds:
          people === 0 ? [] : [{ source: 'blog', posts: people * 2, people, known: Math.floor(people / 2) }],
        spent: [{ source: 'blog', cost: { requests: 40, units: 0, dollars } }],
        target: ({ waitedMs }) => (waitedMs === null ? null : waitedMs < 1_000_000),
        council: week ? { ...NO_COUNCIL, voice: { sent: 3, clear } } : null,
      }),
    );

describe('a digest', () => {
  it('has no figure that is none, no share beyond the whole, and sums that add up', () => {
    fc.assert(
      fc.property(anyFacts(), (given) => {
        const digest = makeDigest(given);
        for (const { id, value, before, unit, label, means } of figuresOf(digest)) {
          for (const each of [value, before].filter((one) => one !== null)) {
            expect(Number.isFinite(each), id).toBe(true);
            expect(each, id).toBeGreaterThanOrEqual(0);
            if (unit === 'share') expect(each, id).toBeLessThanOrEqual(1);
          }
          expect(figureWords(value, unit)).not.toMatch(/NaN|undefined|Infinity/);
          expect(label && means).toBeTruthy();
        }
        const total = (id: string): number =>
          digest.tables
            .find((table) => table.id === id)
            ?.rows.reduce((sum, row) => sum + (row.value ?? 0), 0) ?? 0;
        expect(total('source')).toBe(named(digest, 'new').value);
        expect(total('kind')).toBe(named(digest, 'new').value);
        expect(total('person')).toBe(named(digest, 'answered').value);
        expect(total('reason')).toBe(named(digest, 'dismissed').value);
        expect(digest.days.reduce((sum, day) => sum + day.answered, 0)).toBe(
          given.raw.answers.filter(({ at }) => at < 100).length,
        );
      }),
    );
  });

  it('tells as many items behind a figure as the figure counts', () => {
    fc.assert(
      fc.property(anyFacts(), (given) => {
        const digest = makeDigest(given);
        const raw = partOf(given.raw, given.from, given.to);
        const behind = (id: string): readonly number[] =>
          itemsBehind(id, raw, given.target) ?? expect.fail(id);
        for (const id of ['new', 'dismissed']) expect(behind(id)).toHaveLength(named(digest, id).value ?? 0);
        expect(behind('answered').length).toBe(new Set(raw.answers.map(({ itemId }) => itemId)).size);
        for (const { id, rows } of digest.tables.filter(({ id: own }) =>
          ['source', 'kind', 'reason'].includes(own),
        ))
          for (const row of rows.filter(({ shows }) => shows))
            expect(behind(row.id), id).toHaveLength(row.value ?? 0);
        for (const { id, shows } of figuresOf(digest))
          if (shows && id !== 'unanswered') expect(new Set(behind(id)).size).toBe(behind(id).length);
      }),
    );
    for (const id of ['', 'x', 'source.', 'source.9999', 'person.-1', '__proto__', 'constructor.1'])
      expect(itemsBehind(id, NOTHING, () => null)).toBeNull();
  });

  it('is told in notices whose every press can be read back', () => {
    fc.assert(
      fc.property(anyFacts(), (given) => {
        const notices = digestNotices(
          makeDigest({ ...given, from: 1_764_493_200_050, to: 1_764_579_600_100 }),
          null,
        );
        expect(notices).toHaveLength(given.window === 'week' ? 3 : 1);
        for (const { notice } of notices)
          for (const { press } of [...pressesOf(notice), ...notice.buttons])
            expect(parsePress(press)?.name, press).toBe('digest');
      }),
    );
  });

  it('says what each figure means, and who waits longest', () => {
    const digest = makeDigest(
      facts({
        at: 90_000_000,
        deaf: ['Reddit'],
        raw: { ...NOTHING, waiting: 1, oldestWaitingSince: 0 },
        waiting: [
          {
            itemId: 7,
            source: 'blog',
            by: 'Kim',
            text: 'Is it safe?',
            since: 0,
            state: 'open',
            owner: 'Ana',
            url: null,
          },
        ],
      }),
    );
    const [first] = digestNotices(digest, { id: 'c', alt: 'a chart' });
    const notice = first?.notice ?? expect.fail();
    expect(notice).toMatchObject({ tone: 'red', picture: { id: 'c' } });
    const words = JSON.stringify(notice.blocks);
    expect(words).toContain('0 new, 0 answered. 1 customer waits for an answer, the longest for 25 h.');
    expect(words).toContain('We do not hear: Reddit');
    expect(words).toContain('"itemId":7');
    expect(words).toContain('Kim on Blog for 25 h');
    expect(words).toContain('with Ana');
    expect(words).toContain('Noise: what was filtered out');
  });
});

const moment = (itemId: number, kinds: readonly Kind[], at = 60) => ({ itemId, at, source: 'blog', kinds });

describe('the council', () => {
  const raw: Raw = {
    ...NOTHING,
    opened: [
      { ...moment(1, ['complaint']), useful: true },
      { ...moment(2, ['complaint']), useful: false },
      { ...moment(3, ['question', 'comparison']), useful: true },
    ],
    filtered: [moment(4, ['praise']), moment(5, ['spam', 'praise'])],
    answers: [
      { ...moment(1, ['complaint'], 70), by: 'Ana', priority: 50, waitedMs: 60_000 },
      { ...moment(3, ['question', 'comparison'], 71), by: 'Ben', priority: 50, waitedMs: 120_000 },
    ],
    holdings: [
      { ...moment(9, []), type: 'release' },
      { ...moment(1, []), type: 'claim' },
      { ...moment(2, []), type: 'claim' },
      { ...moment(2, [], 65), type: 'release' },
    ],
  };
  const place = (channel: string) => ({ chat: 'web', channel });
  const week = facts({
    window: 'week',
    raw,
    crowds: [{ source: 'blog', posts: 9, people: 4, known: 1 }],
    council: {
      ...NO_COUNCIL,
      heard: [
        heard('The lid cracked in the first week', { itemId: 1, kinds: ['complaint'], at: 60 }),
        heard('My lid cracked as well, sadly', { itemId: 2, kinds: ['complaint'], at: 61 }),
        heard('Better than Potterly', { itemId: 3, kinds: ['question', 'comparison'] }),
      ],
      placed: [
        { itemId: 1, kinds: ['complaint'], place: place('kitchen') },
        { itemId: 1, kinds: ['complaint'], place: place('shop') },
        { itemId: 2, kinds: ['complaint'], place: place('kitchen') },
        { itemId: 4, kinds: ['praise'], place: place('shop') },
      ],
      answeredBefore: new Set([3]),
      voice: { sent: 4, clear: 3 },
      advocates: [{ name: '@kim', url: null, labels: ['Blog'], reasons: ['praised us twice'] }],
    },
  });

  it('measures five intangibles and three values, each with its meaning', () => {
    const digest = makeDigest(week);
    expect(digest.council?.intangibles.map(({ id, value, note }) => [id, value, note])).toEqual([
      ['trust', 2 / 3, 'half of all answers within 1 min'],
      ['word-of-mouth', 1, '1 advocate'],
      ['credibility', 0, '1 of 2 claims kept'],
      ['knowledge', 0.25, '1 of 4 people'],
      ['clarity', 0.75, '3 of 4 answers sent from here'],
    ]);
    expect(digest.council?.values.map(({ title }) => title)).toEqual([
      'Customer service',
      'Sales',
      'Public relations',
    ]);
    expect(named(digest, 'service.complaints').value).toBe(0.5);
    expect(named(digest, 'sales.new-people').value).toBe(3);
    expect(named(digest, 'pr.balance').value).toBe(1 / 3);
  });

  it('counts praise and complaints by the department that reads them', () => {
    expect(makeDigest(week).council?.departments).toEqual([
      { name: 'kitchen', praise: 0, complaints: 2 },
      { name: 'shop', praise: 1, complaints: 1 },
    ]);
    const departments = new Map([['Kitchen', [place('kitchen')]]]);
    expect(makeDigest({ ...week, departments }).council?.departments).toEqual([
      { name: 'Kitchen', praise: 0, complaints: 2 },
      { name: NO_DEPARTMENT, praise: 1, complaints: 0 },
    ]);
  });

  it('quotes people, with the way to their words', () => {
    const { council } = makeDigest(week);
    expect(council?.themes[0]).toMatchObject({ phrase: 'lid cracked', people: 2, itemIds: [1, 2] });
    expect(council?.complaints).toMatchObject({ count: 2, quotes: [{ itemId: 2 }, { itemId: 1 }] });
    expect(council?.comparisons.quotes[0]?.text).toBe('Better than Potterly');
  });

  it('is exported whole, and no cell of it is a formula', () => {
    const hostile = { ...week, labels: new Map([['blog', '=HYPERLINK("https://evil.example")']]) };
    const csv = digestCsv(makeDigest(hostile));
    expect(csv.startsWith('\uFEFFsection,id,name,value,')).toBe(true);
    expect(csv).toContain('"\'=HYPERLINK(""https://evil.example"")"');
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(...HOSTILE_TEXTS.map((each) => each.text.slice(0, 400)))),
        fc.constantFrom('=', '+', '-', '@', '\t', '＝', ''),
        (text, sign) => {
          const name = `${sign}${text}`;
          const answers: Raw['answers'] = [{ ...moment(1, []), by: name, priority: 1, waitedMs: null }];
          const cells = parsed(digestCsv(makeDigest(facts({ raw: { ...NOTHING, answers } })))).flat();
          for (const cell of cells)
            if (!/^-?\d/.test(cell)) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/u);
        },
      ),
    );
  });

  it('is exported as JSON with all that is in it', () => {
    const json = JSON.parse(digestJson(makeDigest(week)));
    expect(json).toMatchObject({
      from: '1970-01-01T00:00:00.050Z',
      labels: { blog: 'Blog' },
      council: { prompts: [] },
    });
    expect(json.figures.every((each: DigestFigure) => each.means !== '')).toBe(true);
  });
});

/** Reads CSV as RFC 4180 has it, and checks that each row has as many cells as the first. */
function parsed(csv: string): string[][] {
  const rows: string[][] = [];
  let rest = csv.replace(/^\uFEFF/, '');
  const row: string[] = [];
  while (rest !== '') {
    const [all = '', quoted, plain = '', end] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? [];
    if (all === '') throw new Error(`no CSV: ${JSON.stringify(rest.slice(0, 40))}`);
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push(row.splice(0));
    rest = rest.slice(all.length);
  }
  expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
  return rows;
}
