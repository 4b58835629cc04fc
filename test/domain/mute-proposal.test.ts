import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type JudgedPost,
  MOST_KEPT_SHARE,
  muteNotice,
  proposeMute,
  type Standing,
} from '../../src/domain/mute-proposal.ts';
import { mutedBy } from '../../src/domain/muting.ts';
import { post } from '../support/items.ts';

const OWN = new Set(['simmer']);
let count = 0;
function judged(
  text: string,
  standing: Standing,
  change: { author?: string; links?: string[]; answered?: boolean } = {},
): JudgedPost {
  const id = `p${++count}`;
  const author = change.author ?? `a${count}`;
  return {
    itemId: count,
    standing,
    answered: change.answered ?? false,
    post: post({
      id,
      text,
      lang: 'en',
      links: change.links ?? [],
      author: { id: author, name: author, handle: author, url: null, avatarUrl: null },
    }),
  };
}

const GIVEAWAYS = [1, 2, 3, 4, 5].map((n) => judged(`Simmer giveaway number ${n}: win a pot`, 'dismissed'));
const KEPT = ['Does the lid fit?', 'My handle broke', 'I love the pot'].map((text) =>
  judged(text, 'kept', { answered: true }),
);

describe('a proposal to mute', () => {
  it('names what several dismissed posts share, and what that would have hidden', () => {
    const posts = [...GIVEAWAYS, judged('One more giveaway', 'other'), ...KEPT];
    expect(proposeMute(posts, OWN, [])).toEqual({
      entry: 'giveaway',
      dismissed: 5,
      itemIds: GIVEAWAYS.map(({ itemId }) => itemId),
      hidden: 6,
      answered: 0,
      looked: 9,
    });
    const proposal = proposeMute(posts, OWN, []);
    const notice = proposal && muteNotice(3, proposal, null);
    expect(JSON.stringify(notice)).toContain(
      '5 of the last 6 posts with “giveaway” were dismissed as not about us or spam. Muting it would have hidden 6 of the last 9, of which 0 were answered.',
    );
    expect(notice?.buttons.map(({ press }) => press)).toEqual([
      'mute-idea:yes:3',
      'mute-idea:no:3',
      'mute-idea:show:3',
    ]);
    expect(proposal && muteNotice(3, proposal, 'Muted by Mia.').buttons).toHaveLength(1);
  });

  it('names an author or a site, too', () => {
    const texts = ['pots', 'great lids', 'our ovens', 'soups'];
    const byOne = texts.map((text) => judged(text, 'dismissed', { author: 'Spammer' }));
    expect(proposeMute([...byOne, ...KEPT], OWN, [])?.entry).toBe('from:spammer');
    const sites = texts.map((text) => judged(text, 'dismissed', { links: ['https://www.coins.example/x'] }));
    expect(proposeMute([...sites, ...KEPT], OWN, [])?.entry).toBe('site:coins.example');
  });

  it('is none for what people answer, decline, or mute already, and for our own names', () => {
    const answered = judged('The giveaway of last week: where is my pot?', 'kept', { answered: true });
    const rare = ['giveaway', 'win', 'pot', 'number', 'giveaway number', 'win pot'];
    expect(
      proposeMute(
        [...GIVEAWAYS.map((each) => ({ ...each, post: { ...each.post, text: 'a giveaway' } })), answered],
        OWN,
        [],
      ),
    ).toBeNull();
    expect(proposeMute([...GIVEAWAYS, ...KEPT], OWN, rare)).toBeNull();
    expect(proposeMute(GIVEAWAYS.slice(0, 3), OWN, [])).toBeNull();
    const named = [1, 2, 3, 4].map(() => judged('Simmer is ok', 'dismissed'));
    expect(proposeMute(named, OWN, [])).toBeNull();
  });

  it('never hides more than a small share of what was answered, no name of ours, no word of two letters', () => {
    const word = fc.constantFrom('simmer', 'win', 'giveaway', 'pot', 'go', 'ok', 'lid', '鍋', 'coins', 'x');
    const posts = fc.array(
      fc.record({
        words: fc.array(word, { maxLength: 5 }),
        standing: fc.constantFrom<Standing>('dismissed', 'dismissed', 'kept', 'other'),
        answered: fc.boolean(),
        author: fc.constantFrom('a', 'b', 'c', 'd'),
      }),
      { minLength: 5, maxLength: 40 },
    );
    let proposed = 0;
    fc.assert(
      fc.property(posts, (all) => {
        const made = all.map(({ words, standing, answered, author }) =>
          judged(words.join(' '), standing, { author, answered: standing === 'kept' && answered }),
        );
        const found = proposeMute(made, OWN, []);
        if (!found) return;
        proposed += 1;
        const hits = made.filter((each) => mutedBy(each.post, [found.entry]) !== null);
        const kept = hits.filter(({ standing }) => standing === 'kept');
        expect(kept.length).toBeLessThanOrEqual(hits.length * MOST_KEPT_SHARE);
        expect(found).toMatchObject({
          hidden: hits.length,
          answered: hits.filter(({ answered }) => answered).length,
        });
        expect(found.entry.split(' ')).not.toContain('simmer');
        expect([...found.entry].length).toBeGreaterThanOrEqual(3);
        expect(proposeMute(made, OWN, [found.entry])?.entry).not.toBe(found.entry);
      }),
      { numRuns: 200, seed: 20_260_601 },
    );
    expect(proposed).toBeGreaterThan(10);
  });

  it('costs little for hostile posts', () => {
    const posts = Array.from({ length: 500 }, (_, n) =>
      judged(`win ${'é a'.repeat(7_000)} ${n}`, 'dismissed'),
    );
    const start = performance.now();
    proposeMute(posts, OWN, []);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe('what mutes', () => {
  const someone = { author: 'Spammer', links: ['https://shop.coins.example/a'] };
  it('is a word, an author or a site', () => {
    const { post: about } = judged('free pots', 'other', someone);
    expect(mutedBy(about, ['free'])).toBe('free');
    expect(mutedBy(about, ['pot'])).toBeNull();
    expect(mutedBy(about, ['from:@spammer'])).toBe('from:@spammer');
    expect(mutedBy(about, ['from:spam', 'from:', 'site:'])).toBeNull();
    expect(mutedBy(about, ['site:coins.example'])).toBe('site:coins.example');
    expect(mutedBy(about, ['site:oins.example'])).toBeNull();
    expect(mutedBy(about, [])).toBeNull();
  });
});
