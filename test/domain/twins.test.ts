import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { twinKeys } from '../../src/domain/twins.ts';
import { HOSTILE_TEXTS } from '../support/cards.ts';
import { post, verdict } from '../support/items.ts';

const asks = verdict();
const share = verdict({ kinds: ['link-share'], answerDue: false });
const mira = (handle: string, text: string, links: readonly string[] = []) =>
  post({ author: { id: handle, name: 'Mira', handle, url: null, avatarUrl: null }, text, links: [...links] });
const share2 = (a: ReturnType<typeof mira>, b: ReturnType<typeof mira>, v = asks): boolean => {
  const keys = new Set(twinKeys(a, v));
  return twinKeys(b, v).some((key) => keys.has(key));
};

const WORDS = 'The lid of my Simmer Grande broke for the third time.';

describe('a copy on another network', () => {
  it.each([
    ['mira@social.example', 'mira.bsky.social', WORDS, WORDS],
    ['mira@social.example', 'mira', WORDS, `The lid of my Simmer Gr…\n\n${WORDS}\n\n@simmer`],
    ['u/mira', '@mira', `@simmer ${WORDS} #fail`, `${WORDS.toUpperCase()}  https://t.co/abc`],
  ])('is told by person and words: %s and %s', (a, b, one, two) => {
    expect(share2(mira(a, one), mira(b, two))).toBe(true);
  });

  it('is told by person and link, whatever stands beside it', () => {
    const one = mira('mira', 'look!', ['https://www.shop.example/p/7/?utm_source=x&b=2&a=1#top']);
    const two = mira('mira.bsky.social', 'so good', ['http://shop.example/p/7?a=1&b=2']);
    expect(share2(one, two)).toBe(true);
  });

  it('is told by an address in the text that the network made no link of', () => {
    const one = mira('mira', 'look!', ['https://shop.example/p/7']);
    expect(share2(one, mira('mira@forum', 'see https://shop.example/p/7, folks'))).toBe(true);
  });

  it('is told by the link alone where it is only passed on', () => {
    const one = post({ links: ['https://blog.example/stew'], text: 'nice' });
    const two = mira('mira', 'read this', ['https://blog.example/stew/']);
    expect(share2(one, two, share)).toBe(true);
    expect(share2(one, two, asks)).toBe(false);
  });

  it.each([
    ['two people with the same words', mira('mira', WORDS), post({ text: WORDS })],
    ['the same person with other words', mira('mira', WORDS), mira('mira', `${WORDS} And the handle.`)],
    ['a few words that everybody says', mira('mira', 'any news?'), mira('mira', 'any news?')],
    [
      'the front page of a site',
      mira('mira', 'a', ['https://a.example/']),
      mira('mira', 'b', ['https://a.example']),
    ],
  ])('is not %s', (_, a, b) => {
    expect(share2(a, b)).toBe(false);
  });

  it('never fails, and costs nothing, whatever is written', () => {
    const text = fc.oneof(
      fc.constantFrom(...HOSTILE_TEXTS.map((hostile) => hostile.text.slice(0, 20_000))),
      fc.string({ unit: 'binary', maxLength: 500 }),
    );
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (words, links) => {
        for (const key of twinKeys(mira('mira', words, links), asks)) expect(key.length).toBeLessThan(3_000);
      }),
    );
  });
});
