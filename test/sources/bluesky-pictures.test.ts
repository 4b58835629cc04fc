import { afterEach, beforeEach, expect, it } from 'vitest';
import { RejectedError } from '../../src/errors.ts';
import type { Media } from '../../src/sources/source.ts';
import { png } from '../support/pictures.ts';
import { type BlueskyWorld, blueskyWorld } from './bluesky-world.ts';

let world: BlueskyWorld;
beforeEach(async () => {
  world = await blueskyWorld();
});
afterEach(() => world.close());

const POT: Media = { mime: 'image/png', bytes: png(30, 20), width: 30, height: 20, alt: 'A red pot.' };
const publish = (text: string, media: readonly Media[]) =>
  world.source.publish?.(text, {
    idempotencyKey: 'reply-0123456789',
    signal: new AbortController().signal,
    media,
  });

it('says how high and wide they are, and in which language the words are', async () => {
  await publish('What is in your pot today? I have lentils, and they are wonderful.', [POT, POT]);
  const [post] = world.network.posts;
  expect(post?.record).toMatchObject({
    langs: ['en'],
    embed: {
      $type: 'app.bsky.embed.images',
      images: [
        { alt: 'A red pot.', aspectRatio: { width: 30, height: 20 } },
        { alt: 'A red pot.', aspectRatio: { width: 30, height: 20 } },
      ],
    },
  });
});

it('knows the name of a post with pictures before it is there, so that a thread holds together', async () => {
  await publish('A sentence that goes on and on about pots and lids. '.repeat(9), [POT]);
  const [first, second] = world.network.posts;
  expect(first?.record.embed).toBeDefined();
  expect(second?.record.embed).toBeUndefined();
  expect(second?.record.reply?.parent).toEqual({ uri: first?.uri, cid: first?.cid });
  expect(world.logged()).not.toContain('stored a post otherwise');
});

it('tells what a server says to a picture that is too large for it', async () => {
  world.network.intercept = (nsid) =>
    nsid === 'com.atproto.repo.applyWrites'
      ? {
          status: 400,
          headers: { 'content-type': 'application/json' },
          body: { error: 'BlobTooLarge', message: 'This file is too large. The maximum size is 1000000.' },
        }
      : null;
  const failed = publish('A pot.', [POT]);
  await expect(failed).rejects.toThrow(RejectedError);
  await expect(failed).rejects.toThrow('too large');
  expect(world.network.posts).toEqual([]);
});
