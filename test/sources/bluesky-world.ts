import { RichText } from '@atproto/api';
import { Keyv } from 'keyv';
import type { PictureMime } from '../../src/domain/picture.ts';
import { guardedFetch } from '../../src/fetch.ts';
import { bluesky } from '../../src/sources/bluesky/bluesky.ts';
import type { Meter, Source } from '../../src/sources/source.ts';
import {
  type GivenPost,
  type SentReply,
  type SourceWorld,
  testSourceContext,
  type WorldOptions,
} from '../contract/source-world.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { type FakeAccount, type FakeBluesky, type FakePost, startFakeBluesky } from './bluesky-fake.ts';

/** The adapter on a fake network, as the contract and the stories use it. */
export interface BlueskyWorld extends SourceWorld {
  readonly network: FakeBluesky;
  readonly cache: Keyv;
}

export interface BlueskyOptions extends Partial<WorldOptions> {
  readonly clock?: TestClock;
  readonly meter?: Meter;
  /** More configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export async function blueskyWorld(options: BlueskyOptions = {}): Promise<BlueskyWorld> {
  const clock = options.clock ?? testClock();
  const network = await startFakeBluesky(clock);
  const cache = new Keyv();
  const { brand } = network;
  const { context, logged } = testSourceContext({
    name: 'bsky',
    clock,
    cache,
    ...(options.meter ? { meter: options.meter } : {}),
    fetch: guardedFetch({
      allowPrivate: true,
      userAgent: 'Potluck-test',
      timeoutMs: options.timeoutMs ?? 10_000,
    }),
  });
  const config = bluesky.config.parse({
    handle: brand.handle,
    password: brand.password,
    service: network.url,
    jetstream: network.jetstream.url,
    allowPrivate: true,
    ...options.config,
  });
  const open = (): Promise<Source> => bluesky.create(config, context);
  let source = await open();
  const byKey = new Map<string, FakePost>();
  const ofKey = (key: string): FakePost => {
    const post = byKey.get(key);
    if (!post) throw new Error(`never given: ${key}`);
    return post;
  };
  return {
    network,
    cache,
    clock,
    logged,
    get source() {
      return source;
    },
    secrets: [brand.password, 'access-secret', 'refresh-secret'],
    lacks: {
      'oldest-first': 'Bluesky lists notifications newest first only',
      edited: 'nobody can change a post on Bluesky: it is deleted and written anew',
      'missing-author': 'every Bluesky post lies in the repository of its author',
    },
    many: 250,
    async give(posts) {
      for (const post of posts) byKey.set(post.key, give(network, post, ofKey));
    },
    idOf: (key) => ofKey(key).uri,
    async giveBroken() {
      network.addBroken(clock.now());
    },
    async remove(key) {
      network.remove(ofKey(key).uri);
    },
    fail: network.fail,
    // Epoch seconds, and no Retry-After: https://docs.bsky.app/docs/advanced-guides/rate-limits
    rateLimited: (waitMs, now) => ({
      status: 429,
      headers: {
        'ratelimit-limit': '3000',
        'ratelimit-remaining': '0',
        'ratelimit-reset': String(Math.ceil((now + waitMs) / 1_000)),
        'ratelimit-policy': '3000;w=300',
      },
      body: '{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}',
    }),
    nextRequest: network.nextRequest,
    streaming: network.jetstream.listening,
    breakStream: async () => network.jetstream.end(),
    sent: () =>
      network.posts
        .filter((post) => post.author === brand && ![...byKey.values()].includes(post))
        .map((post) => {
          const parent = post.record.reply?.parent.uri;
          const key = [...byKey].find(([, each]) => each.uri === parent)?.[0];
          return { text: post.record.text, replyTo: key ?? null, media: mediaOf(network, post) };
        }),
    async restart() {
      await source.close?.();
      source = await open();
      return source;
    },
    async close() {
      await source.close?.();
      await network.close();
    },
  };
}

/** The pictures of a post, as everybody sees them. */
function mediaOf(network: FakeBluesky, post: FakePost): NonNullable<SentReply['media']> {
  const { images = [] } = (JSON.parse(JSON.stringify(post.record.embed ?? {})) ?? {}) as {
    images?: readonly { alt: string; image: { ref: { $link: string } } }[];
  };
  return images.map(({ alt, image }) => {
    const blob = network.blobs.get(image.ref.$link);
    if (!blob) throw new Error('a post without its picture');
    return { alt, mime: blob.mime as PictureMime, bytes: blob.bytes };
  });
}

/** As a client would post it: links and mentions with facets, empty words with a quotation of us. */
function give(network: FakeBluesky, post: GivenPost, ofKey: (key: string) => FakePost): FakePost {
  const { brand } = network;
  const author = post.ours ? brand : authorOf(network, post.author);
  const reply = post.replyTo === undefined ? undefined : ofKey(post.replyTo);
  const toUs = reply?.author === brand;
  const quotes = post.text === '' && !toUs;
  const mentions = !post.ours && !toUs && !quotes;
  const text = mentions ? `${post.text} @${brand.handle}` : post.text;
  const rich = new RichText({ text: text.length < 10_000 ? text : '' });
  rich.detectFacetsWithoutResolution();
  const links = (rich.facets ?? []).filter((facet) => facet.features.some((feature) => 'uri' in feature));
  const end = Buffer.byteLength(text);
  const mention = {
    index: { byteStart: end - brand.handle.length - 1, byteEnd: end },
    features: [{ $type: 'app.bsky.richtext.facet#mention' as const, did: brand.did }],
  };
  const own = quotes ? ourOwn(network) : undefined;
  return network.add({
    author,
    text,
    at: post.at,
    reason: post.ours ? null : toUs ? 'reply' : quotes ? 'quote' : 'mention',
    facets: mentions ? [...links, mention] : links,
    ...(post.lang ? { langs: [post.lang] } : {}),
    ...(reply ? { reply } : {}),
    ...(own
      ? {
          recordEmbed: {
            $type: 'app.bsky.embed.record',
            record: { uri: own.uri, cid: own.cid },
          },
        }
      : {}),
    ...(post.alt === undefined ? {} : { embed: imageOf(post.alt) }),
  });
}

/** A handle has one name at a time: of two people with one handle the second gets a number. */
function authorOf(network: FakeBluesky, author: GivenPost['author']): FakeAccount {
  const { handle, name } = author ?? { handle: 'nobody', name: 'Nobody' };
  for (let number = 0; ; number++) {
    const account = network.account(`${handle}${number || ''}.test`, name);
    if (account.displayName === name) return account;
  }
}

export function imageOf(alt: string): object {
  const image = 'https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:x/bafkreiimage';
  return {
    $type: 'app.bsky.embed.images#view',
    images: [{ thumb: image, fullsize: image, alt }],
  };
}

/** A post of ours from long ago, to be quoted. */
function ourOwn(network: FakeBluesky): FakePost {
  const at = Date.UTC(2024, 0, 1);
  return network.add({ author: network.brand, text: 'Our best pot yet', at, rkey: '3kbest2222222' });
}
