import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  gather,
  INCIDENT_QUIET_MS,
  incidentWords,
  ownWords,
  type Signature,
  signatureWords,
} from '../../src/domain/incident.ts';

const OWN = ownWords({ names: ['Simmer & Co.', 'Simmer'] });
const NOW = 1_800_000_000_000;
const words = (text: string, lang: string | null = 'en') => signatureWords(text, lang, OWN);

let ids = 0;
function signed(text: string, change: Partial<Signature> = {}): Signature {
  const itemId = ++ids;
  return {
    itemId,
    author: `a${itemId}`,
    words: words(text),
    at: NOW,
    sketch: null,
    incident: null,
    ...change,
  };
}

const LIDS = [
  'The lid of my Simmer cracked after two weeks, very disappointed',
  'My lid cracked in the first week. Cheap glass.',
  'Anyone else whose glass lid is cracking? Mine cracked after a week',
  'Simmer pot: lid cracked again, second one!',
];
const OTHERS = [
  'Your parcel never arrived and nobody answers my mails',
  'The timer is off by ten minutes and I burnt my stew',
  'Why does the app ask for my location, this is creepy',
  'I was charged twice for one order',
];

describe('complaints about the same', () => {
  const newcomer = (text: string, author = 'new') => ({ author, words: words(text) });

  it('are found by the words that carry the meaning, and others are not', () => {
    const recent = [...LIDS.slice(0, 3), ...OTHERS].map((text) => signed(text));
    expect(gather(newcomer(LIDS[3] ?? ''), recent, NOW)).toEqual({
      begin: recent.slice(0, 3).map(({ itemId }) => itemId),
    });
    for (const text of OTHERS) expect(gather(newcomer(text), recent.slice(0, 3), NOW), text).toBeNull();
  });

  it('need several people: one who says it five times is one', () => {
    const recent = LIDS.map((text) => signed(text, { author: 'one' }));
    expect(gather(newcomer(LIDS[0] ?? '', 'one'), recent, NOW)).toBeNull();
    expect(gather(newcomer(LIDS[0] ?? '', 'two'), recent, NOW)).toBeNull();
  });

  it('join an incident that is still going on, and no other', () => {
    const within = (lastAt: number, state: 'open' | 'done' | 'split') =>
      LIDS.map((text) => signed(text, { incident: { id: 7, state, lastAt } }));
    const text = 'cracked lid here too, glass everywhere';
    expect(gather(newcomer(text), within(NOW - 1, 'open'), NOW)).toEqual({ join: 7 });
    expect(gather(newcomer(text), within(NOW - INCIDENT_QUIET_MS, 'open'), NOW)).toBeNull();
    expect(gather(newcomer(text), within(NOW - 1, 'done'), NOW)).toBeNull();
    // What a person took apart stays apart.
    expect(
      gather(newcomer(text), [...within(NOW - 1, 'split'), ...LIDS.map((t) => signed(t))], NOW),
    ).toBeNull();
  });

  it('are compared in other scripts, too', () => {
    const recent = [
      '蓋がすぐに割れた、ひどい',
      '蓋が割れたんだけど、ひどすぎる',
      '一週間で蓋が割れた。ひどい',
    ].map((text) => signed('', { words: words(text, 'ja') }));
    expect(gather({ author: 'x', words: words('また蓋が割れた…ひどい', 'ja') }, recent, NOW)).toMatchObject({
      begin: [expect.any(Number), expect.any(Number), expect.any(Number)],
    });
  });

  it('are named by what most of them say', () => {
    const members = LIDS.map((text, id) => ({
      item: { id, state: 'open' as const, openedAt: 0, waitingSince: 0, owner: null },
      author: 'x',
      text,
      lang: 'en',
      url: null,
      source: 'blog',
    }));
    const said = incidentWords(members, OWN).toLowerCase();
    expect(said).toContain('lid');
    expect(said).toContain('cracked');
  });

  it('cost little whatever is written, and never throw', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 20 }), (texts) => {
        const recent = texts.map((text) => signed(text));
        const found = gather(newcomer(texts[0] ?? ''), recent, NOW);
        if (found && 'begin' in found) expect(found.begin.length).toBeGreaterThanOrEqual(3);
        expect(words(texts.join(' ').repeat(50)).length).toBeLessThanOrEqual(30);
      }),
      { numRuns: 50 },
    );
  });
});
