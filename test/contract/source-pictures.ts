import { describe, expect } from 'vitest';
import { MAX_PICTURES } from '../../src/domain/picture.ts';
import { AuthError, RateLimitedError, RejectedError, UncertainError } from '../../src/errors.ts';
import type { Media } from '../../src/sources/source.ts';
import { jpeg, png } from '../support/pictures.ts';
import { ADA, drain, expectError, expectValid, MINUTE, pick, worldTest } from './source-steps.ts';
import type { MakeWorld, SentReply, SourceWorld } from './source-world.ts';

const POT: Media = {
  mime: 'image/jpeg',
  bytes: jpeg(),
  width: 24,
  height: 16,
  alt: 'A red pot “& lid” <b>on</b> the stove 🍲',
};
const LID: Media = { mime: 'image/png', bytes: png(30, 20), width: 30, height: 20, alt: 'Its lid.' };

async function publish(world: SourceWorld, text: string, media: readonly Media[]) {
  const { source } = world;
  if (!source.publish) throw new Error('capabilities.publish is true and there is no publish()');
  return source.publish(text, {
    idempotencyKey: '01J0000000000000000000PICT',
    signal: new AbortController().signal,
    media,
  });
}
/** Signed in already: the next request is that of the picture. */
async function known(world: SourceWorld): Promise<void> {
  await world.source.check(new AbortController().signal);
}
const told = (sent: SentReply | undefined) =>
  sent?.media?.map(({ mime, alt, bytes }) => ({ mime, alt, bytes: Buffer.from(bytes).toString('base64') }));
const asTold = (media: readonly Media[]) => told({ text: '', replyTo: null, media });

/** Pictures with their descriptions, for sources whose `pictures()` says that they go out. */
export function picturesContract(make: MakeWorld): void {
  describe('pictures', () => {
    worldTest(
      make,
      'says what it takes',
      { can: ['publish'], pictures: true },
      async ({ source: { pictures } }) => {
        const rules = pictures?.();
        expect(rules?.most).toBeGreaterThanOrEqual(1);
        expect(rules?.most).toBeLessThanOrEqual(Math.max(MAX_PICTURES, 20));
        expect(rules?.mimes).toEqual(expect.arrayContaining(['image/jpeg', 'image/png']));
        expect(rules?.bytes).toBeGreaterThan(100_000);
        expect(rules?.alt).toBeGreaterThan(100);
      },
    );

    worldTest(
      make,
      'go out with a post of our own, in order, with their descriptions',
      { can: ['publish'], pictures: true },
      async (world) => {
        const posts = await publish(world, 'What is in your pot today?', [POT, LID]);
        expect(world.sent?.()).toHaveLength(1);
        expect(told(world.sent?.()[0])).toEqual(asTold([POT, LID]));
        expect(posts).toHaveLength(1);
        for (const post of posts) expectValid(world, post);
        expect(posts[0]).toMatchObject({
          ours: true,
          text: 'What is in your pot today?',
          media: [{ alt: POT.alt }, { alt: LID.alt }],
        });
      },
    );

    worldTest(
      make,
      'go out with an answer, and only with its first part',
      { can: ['reply', 'publish', 'poll'], pictures: true },
      async (world) => {
        const at = world.clock.now() - MINUTE;
        await world.give([{ key: 'ask', text: 'Does the lid fit?', author: ADA, at, lang: 'en' }]);
        const ask = pick(world, (await drain(world, null)).posts, 'ask');
        const long = `${'It does fit, and here is how. '.repeat(14)}\n\n${'Turn it to the left. '.repeat(14)}`;
        const text = world.source.measure?.(ask, long).problem == null ? long : 'It does.';
        await world.source.reply?.(ask, text, {
          idempotencyKey: '01J0000000000000000000PICT',
          signal: new AbortController().signal,
          media: [POT],
        });
        const sent = world.sent?.() ?? [];
        expect(sent[0]?.replyTo).toBe('ask');
        expect(told(sent[0])).toEqual(asTold([POT]));
        for (const part of sent.slice(1)) expect(part.media ?? []).toEqual([]);
      },
    );

    for (const failure of [
      { status: 500 },
      { status: 502 },
      { status: 413 },
      'reset',
      'lost-answer',
      'garbage',
    ] as const)
      worldTest(
        make,
        `that cannot be handed over (${typeof failure === 'string' ? failure : failure.status}) keep the post from going out, for certain`,
        { can: ['publish'], pictures: true },
        async (world) => {
          await known(world);
          world.fail(failure);
          const error = await expectError(world, RejectedError, () => publish(world, 'A pot.', [POT, LID]));
          expect(error).not.toBeInstanceOf(UncertainError);
          world.fail(null);
          expect(world.sent?.()).toEqual([]);
          await publish(world, 'A pot.', [POT, LID]);
          expect(world.sent?.()).toHaveLength(1);
        },
      );

    worldTest(
      make,
      'tell a refused credential from a limit',
      { can: ['publish'], pictures: true },
      async (world) => {
        await known(world);
        world.fail({ status: 401 });
        await expectError(world, AuthError, () => publish(world, 'A pot.', [POT]));
        world.fail(
          world.rateLimited?.(60_000, world.clock.now()) ?? { status: 429, headers: { 'retry-after': '60' } },
        );
        await expectError(world, RateLimitedError, () => publish(world, 'A pot.', [POT]));
        expect(world.sent?.()).toEqual([]);
      },
    );
  });
}
