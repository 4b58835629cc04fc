import { afterEach, expect, it } from 'vitest';
import { AuthError, RejectedError } from '../../src/errors.ts';
import type { Media } from '../../src/sources/source.ts';
import { type MastodonWorld, mastodonWorld } from '../fixtures/mastodon/world.ts';
import { gif } from '../support/pictures.ts';

let world: MastodonWorld;
afterEach(() => world.close());

const POT: Media = {
  mime: 'image/gif',
  bytes: gif(2, 2, 3),
  width: 2,
  height: 2,
  alt: 'A pot that boils over.',
};
const signal = new AbortController().signal;
const publish = () =>
  world.source.publish?.('A pot.', { idempotencyKey: 'reply-0123456789', signal, media: [POT] });

/** Turns the clock while something waits for it. */
async function turning<T>(work: Promise<T> | undefined): Promise<T | undefined> {
  let over = false;
  const done = Promise.resolve(work).finally(() => {
    over = true;
  });
  done.catch(() => undefined);
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    await world.clock.advance(500);
  }
  return done;
}

it('waits until the server has made what it shows of them', async () => {
  world = await mastodonWorld({ quirks: { processing: 3 } });
  const posts = await turning(publish());
  expect(posts).toMatchObject([{ media: [{ alt: POT.alt }] }]);
  expect(world.fake.service.requests.filter(({ path }) => path.startsWith('/api/v1/media/'))).toHaveLength(3);
});

it('gives up when that takes too long, and publishes nothing', async () => {
  world = await mastodonWorld({ quirks: { processing: 100 } });
  await expect(turning(publish())).rejects.toThrow(RejectedError);
  expect(world.fake.posted()).toEqual([]);
});

it('names the scope that a token lacks', async () => {
  world = await mastodonWorld({ quirks: { scopes: ['read', 'write:statuses'] } });
  expect(await world.source.check(signal)).toContainEqual(
    expect.objectContaining({ ok: true, what: expect.stringContaining('write:media') }),
  );
  const failed = publish();
  await expect(failed).rejects.toThrow(AuthError);
  await expect(failed).rejects.toThrow('write:media');
  expect(world.fake.posted()).toEqual([]);
});

it('takes what the server takes', async () => {
  const configuration = {
    statuses: { max_characters: 500, max_media_attachments: 6 },
    media_attachments: {
      supported_mime_types: ['image/jpeg', 'image/webp', 'video/mp4'],
      image_size_limit: 5_000_000,
      image_matrix_limit: 16_777_216,
      description_limit: 500,
    },
  };
  world = await mastodonWorld({ quirks: { instance: { domain: 'social.example', configuration } } });
  expect(world.source.pictures?.()).toMatchObject({ most: 4, alt: 1_500 });
  await world.source.check(signal);
  expect(world.source.pictures?.()).toEqual({
    most: 6,
    mimes: ['image/jpeg', 'image/webp'],
    bytes: 5_000_000,
    pixels: 16_777_216,
    alt: 500,
  });
});
