import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lint } from '../../src/domain/etiquette.ts';
import { type Action, type Actor, type Item, transition } from '../../src/domain/item.ts';
import {
  cleanAlt,
  MAX_ALT,
  PICTURES_KEPT_MS,
  type PictureRules,
  picturesProblem,
  picturesWords,
  ruleWords,
  sizeWords,
} from '../../src/domain/picture.ts';
import { ana, ben, openItem as item, mia } from '../support/items.ts';
import { picture } from '../support/pictures.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const RULES: PictureRules = {
  most: 2,
  mimes: ['image/jpeg', 'image/png'],
  bytes: 1_000_000,
  pixels: 1_000,
  alt: 30,
};

function became(before: Item, action: Action, actor: Actor = ana, now = NOW): Item {
  const outcome = transition(before, action, actor, now);
  if (!outcome.ok) throw new Error(outcome.refusal.text);
  return outcome.item;
}
const refusal = (before: Item, action: Action, actor: Actor = ana) => {
  const outcome = transition(before, action, actor, NOW);
  return outcome.ok ? null : outcome.refusal;
};
const attach = (id: string, alt = 'A pot.') => ({ type: 'attach', picture: picture({ id, alt }) }) as const;

describe('pictures of a draft', () => {
  it('are added, described and removed by whoever may write it', () => {
    const one = became(item(), attach('a', ' A\u202E pot\n on the\tstove. '));
    expect(one).toMatchObject({
      state: 'claimed',
      owner: { name: 'Ana' },
      pictures: [{ id: 'a', alt: 'A pot on the stove.' }],
    });
    expect(refusal(one, attach('b'), ben)?.code).toBe('not-yours');
    const two = became(one, attach('b', ''), mia);
    const described = became(two, { type: 'describe', pictureId: 'b', alt: 'Its lid.' });
    expect(described.pictures).toMatchObject([{ id: 'a' }, { id: 'b', alt: 'Its lid.' }]);
    expect(refusal(described, { type: 'describe', pictureId: 'b', alt: 'Its lid.' })?.code).toBe(
      'nothing-to-do',
    );
    expect(became(described, { type: 'detach', pictureId: 'a' }).pictures).toMatchObject([{ id: 'b' }]);
    for (const type of ['detach', 'describe'] as const)
      expect(refusal(described, { type, pictureId: 'z', alt: 'x' } as Action)?.code).toBe('nothing-to-do');
    expect(refusal(described, attach('a'))?.code).toBe('nothing-to-do');
    const full = became(became(described, attach('c')), attach('d'));
    expect(refusal(full, attach('e'))?.text).toContain('4 pictures already');
  });

  it('do not change under a second person who reads, nor while they go out', () => {
    const asked = became(became(item(), attach('a')), { type: 'request-approval', text: 'A pot.' });
    for (const action of [
      attach('b'),
      { type: 'detach', pictureId: 'a' },
      { type: 'describe', pictureId: 'a', alt: 'Another.' },
    ] as const) {
      const changed = became(asked, action);
      expect(changed.approval).toBeNull();
      expect(refusal(changed, { type: 'approve', replyId: 'r', text: 'A pot.' }, mia)?.code).toBe(
        'not-requested',
      );
    }
    const sending = became(asked, { type: 'approve', replyId: 'r', text: 'A pot.' }, mia);
    expect(sending.pictures).toHaveLength(1);
    expect(refusal(sending, attach('b'))?.code).toBe('sending');
    expect(refusal(sending, { type: 'detach', pictureId: 'a' })?.code).toBe('sending');
  });

  it('go out only as the sender saw them', () => {
    const two = became(became(item(), attach('a')), attach('b'));
    const send = (pictures?: readonly string[]) =>
      refusal(two, { type: 'send', text: 'A pot.', replyId: 'r', ...(pictures ? { pictures } : {}) });
    expect(send(['a'])?.text).toContain('changed in the meantime');
    expect(send(['b', 'a'])?.text).toContain('changed in the meantime');
    expect(send(['a', 'b'])).toBeNull();
    expect(send()).toBeNull();
  });

  it('stay when a send fails, and go when it does not', () => {
    const sending = became(became(item(), attach('a')), { type: 'send', text: 'A pot.', replyId: 'r' });
    const system: Actor = { id: 'system', name: 'Potluck', role: 'system', surface: 'system' };
    for (const action of [
      { type: 'send-failed', replyId: 'r', why: 'No.' },
      { type: 'send-uncertain', replyId: 'r' },
    ] as const)
      expect(became(sending, action, system).pictures).toHaveLength(1);
    expect(became(sending, { type: 'sent', replyId: 'r', url: null }, system).pictures).toEqual([]);
  });

  it('come back with an item that is taken up again, as long as they are kept', () => {
    const closed = became(became(item(), attach('a')), { type: 'dismiss', reason: 'other' });
    expect(became(closed, { type: 'reopen' }, ana, NOW + PICTURES_KEPT_MS).pictures).toHaveLength(1);
    expect(became(closed, { type: 'reopen' }, ana, NOW + PICTURES_KEPT_MS + 1).pictures).toEqual([]);
  });
});

describe('what a network takes', () => {
  const why = (change: Parameters<typeof picture>[0], rules: PictureRules | null = RULES) =>
    picturesProblem([picture(change)], rules, 'Birdsong');

  it('is said in words that tell what to do', () => {
    expect(why({})).toBeNull();
    expect(picturesProblem([], null, 'Birdsong')).toBeNull();
    expect(why({}, null)).toContain('cannot send pictures to Birdsong');
    expect(why({ mime: 'image/gif' })).toBe('The picture is a GIF; Birdsong takes JPEG or PNG.');
    expect(why({ bytes: 1_400_000 })).toContain('has 1.4 MB; Birdsong takes at most 1 MB');
    expect(why({ width: 100, height: 100 })).toContain('100 × 100 pixels');
    expect(why({ alt: '' })).toContain('has no description');
    expect(why({ alt: 'x'.repeat(31) })).toContain('31 characters; Birdsong takes 30');
    expect(why({ alt: '🍲'.repeat(30) })).toBeNull();
    expect(picturesProblem([picture(), picture(), picture()], RULES, 'Birdsong')).toContain('there are 3');
    expect(picturesProblem([picture(), picture({ alt: '' })], RULES, 'Birdsong')).toMatch(
      /^Picture 2 has no/,
    );
    expect(ruleWords(RULES)).toBe('up to 2 pictures, JPEG or PNG, 1 MB each');
    expect(ruleWords({ ...RULES, most: 1, bytes: 99_000_000 })).toBe('one picture, JPEG or PNG, 10 MB each');
    expect(picturesWords([picture({ alt: 'A pot.' }), picture({ alt: '' })])).toBe(
      '2 pictures: A pot.; (no description yet)',
    );
    expect([1, 999, 310_400, 1_000_000, 2_449_999].map(sizeWords)).toEqual([
      '1 kB',
      '1 kB',
      '310 kB',
      '1 MB',
      '2.4 MB',
    ]);
  });

  it('descriptions are clean, bounded lines whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (raw) => {
        const alt = cleanAlt(raw);
        expect(alt.isWellFormed()).toBe(true);
        expect(alt.length).toBeLessThanOrEqual(MAX_ALT);
        expect(alt).not.toMatch(/[\n\r\0\u202E]/u);
        expect(cleanAlt(alt)).toBe(alt);
      }),
    );
  });

  it('is remarked on while the words are written', () => {
    const context = { said: null, name: null, handle: null, lang: null, measure: null };
    const alts = (...given: string[]) =>
      lint('A pot.', { ...context, pictures: given.map((alt) => ({ alt })) }).map(({ code, text }) => [
        code,
        text,
      ]);
    expect(alts()).toEqual([]);
    expect(alts('A red pot on the stove.', 'Photo of Ana at the stove')).toEqual([]);
    expect(alts('A red pot.', '')).toEqual([['alt', expect.stringMatching(/^Picture 2 has no description/)]]);
    for (const name of ['IMG_2041.JPG', 'IMG 2041', 'Screenshot (12)', 'pot-final-2.png', 'image'])
      expect(alts(name), name).toEqual([['alt', expect.stringContaining('name of a file')]]);
  });
});
