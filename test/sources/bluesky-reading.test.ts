import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableText } from '../../src/domain/post.ts';
import { cidOf } from '../../src/sources/bluesky/cid.ts';
import { readEmbed } from '../../src/sources/bluesky/embeds.ts';
import { readFollow, readPost, writtenAt } from '../../src/sources/bluesky/read-post.ts';
import { readText } from '../../src/sources/bluesky/rich-text.ts';
import { notificationSchema, postViewSchema } from '../../src/sources/bluesky/shapes.ts';
import type { Us } from '../../src/sources/bluesky/us.ts';
import notifications from '../fixtures/bluesky/notifications.json' with { type: 'json' };
import posts from '../fixtures/bluesky/posts.json' with { type: 'json' };
import record from '../fixtures/bluesky/record.json' with { type: 'json' };

const BRAND = 'did:plc:g3c62ndyakeoqrfgnrebfuwq';
const us: Us = { did: BRAND, others: new Set() };
const [mention, picture, card, quote] = posts.posts.map((raw) =>
  readPost(postViewSchema.parse(raw), 'bsky', us, 'comment'),
);

describe('a post as Bluesky really sends it', () => {
  it('keeps a shortened link’s whole address and the words in front of and behind it', () => {
    expect(mention).toMatchObject({
      via: 'mention',
      lang: 'de',
      ours: false,
      text: '@crockhaven.test grüß euch 👩‍👩‍👧‍👦! see https://example.com/recipes/a-very-long-path/that-is-shortened?x=1 #pots',
      links: ['https://example.com/recipes/a-very-long-path/that-is-shortened?x=1'],
      author: { name: 'Anna 🍲', handle: 'anna.test', url: 'https://bsky.app/profile/anna.test' },
      url: 'https://bsky.app/profile/anna.test/post/3n2ukwzg6lc2i',
      createdAt: Date.parse('2026-11-22T02:28:02.017Z'),
    });
  });

  it('has something to read when there is only a picture', () => {
    expect(picture).toMatchObject({ via: 'reply', text: '' });
    expect(picture && readableText(picture)).toBe('A cracked lid');
    expect(picture?.conversationId).toBe(picture?.replyTo);
  });

  it('keeps the address of a link card and what it says', () => {
    expect(card?.links).toEqual(['https://example.com/review']);
    expect(card?.media).toEqual([{ url: null, alt: 'Ten pots compared – Crockhaven wins' }]);
  });

  it('tells a quoted post apart from the author’s own words', () => {
    expect(quote).toMatchObject({ via: 'quote', text: 'Mine looks different', replyTo: null });
    expect(quote?.conversationId).toBe(quote?.id);
    expect(quote?.media.map((medium) => medium.alt)).toEqual([
      'A pot with a dent',
      'Quoted @crockhaven.test: Our new pot: 24 cm, oven safe.',
    ]);
  });

  it('a follower is somebody at the door, with nothing said', () => {
    const raw = notifications.notifications.find((each) => each.reason === 'follow');
    const post = readFollow(notificationSchema.parse(raw), 'bsky', us);
    expect(post).toMatchObject({
      via: 'follow',
      text: '',
      url: 'https://bsky.app/profile/ben.test',
      replyTo: null,
    });
    expect(post.conversationId).toBe(post.id);
  });

  it('is ours by DID, and by a colleague’s handle in any case', () => {
    const view = postViewSchema.parse(posts.posts[0]);
    const ours = (team: Us) => readPost(view, 'bsky', team, 'keyword').ours;
    expect(ours({ did: view.author.did, others: new Set() })).toBe(true);
    expect(ours({ did: null, others: new Set(['anna.test']) })).toBe(true);
    expect(ours({ did: BRAND, others: new Set(['hanna.test']) })).toBe(false);
  });

  it('believes an author’s date only as far as the network does', () => {
    const seen = '2026-11-22T02:28:02.017Z';
    expect(writtenAt('2026-11-20T00:00:00Z', seen)).toBe(Date.parse('2026-11-20T00:00:00Z'));
    expect(writtenAt('2199-01-01T00:00:00Z', seen)).toBe(Date.parse(seen));
    expect(writtenAt('yesterday', seen)).toBe(Date.parse(seen));
    expect(writtenAt(undefined, seen)).toBe(Date.parse(seen));
  });
});

describe('hostile facets and embeds', () => {
  const link = (byteStart: number, byteEnd: number, uri = 'https://evil.example/') => ({
    index: { byteStart, byteEnd },
    features: [{ $type: 'app.bsky.richtext.facet#link', uri }],
  });

  it('never loses or invents words, whatever the ranges', () => {
    const facet = fc.record({
      index: fc.record({
        byteStart: fc.integer({ min: -5, max: 60 }),
        byteEnd: fc.integer({ min: -5, max: 60 }),
      }),
      features: fc.array(
        fc.record({
          $type: fc.constant('app.bsky.richtext.facet#link'),
          uri: fc.constant('https://a.example/'),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.array(facet), (text, facets) => {
        // None of these texts shows a shortened link, so the text must stay as it is.
        fc.pre(!/\.\.\.|…/.test(text) && text.isWellFormed());
        expect(readText(text, facets).text).toBe(text);
      }),
    );
  });

  it('a link behind other words keeps its words and is listed', () => {
    expect(readText('click bank.example now', [link(6, 18)])).toEqual({
      text: 'click bank.example now',
      links: ['https://evil.example/'],
      mentions: [],
    });
  });

  it('a shortened link must be short for its own address', () => {
    const text = 'see bank.example/lo...';
    expect(readText(text, [link(4, 22)]).text).toBe(text);
    expect(readText(text, [link(4, 22, 'https://www.bank.example/login')]).text).toBe(
      'see https://www.bank.example/login',
    );
  });

  it('survives any embed', () => {
    fc.assert(
      fc.property(fc.anything(), (raw) => {
        const { media, links } = readEmbed(raw);
        expect(media).toEqual([]);
        expect(links).toEqual([]);
      }),
    );
    const nested = (depth: number): unknown =>
      depth === 0
        ? {}
        : {
            $type: 'app.bsky.embed.recordWithMedia#view',
            record: { record: {} },
            media: nested(depth - 1),
          };
    expect(readEmbed(nested(50))).toEqual({ media: [], links: [] });
  });
});

it('computes the CID that the server gave to a record', () => {
  expect(cidOf(record.value)).toBe(record.cid);
});
