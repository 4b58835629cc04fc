import { describe, expect, it } from 'vitest';
import { RejectedError, UnavailableError, UncertainError } from '../../src/errors.ts';
import { MINUTE } from '../contract/source-steps.ts';
import { answer, asked, poll, signal, start } from '../fixtures/mastodon/steps.ts';

describe('answers', () => {
  it('keep who may see it, the warning and the language, and speak to the author', async () => {
    const world = await start();
    const ask = await asked(world, { visibility: 'direct', spoiler: 'pottery', language: 'de' });
    const sent = await answer(world, ask, 'Wir schicken einen neuen.');
    expect(world.fake.posted()).toMatchObject([
      {
        source: '@ada@far.example Wir schicken einen neuen.',
        visibility: 'direct',
        spoiler: 'pottery',
        language: 'de',
        inReplyTo: ask.id,
      },
    ]);
    expect(sent).toMatchObject([{ ours: true, via: 'message', conversationId: ask.id }]);
  });

  it('go out exactly as measured, in parts where one post is too short', async () => {
    const world = await start();
    const ask = await asked(world);
    const text = Array.from({ length: 60 }, (_, index) => `This is sentence ${index} of it.`).join(' ');
    const measure = world.source.measure?.(ask, text);
    expect(measure?.problem).toBeNull();
    expect(measure?.parts.length).toBe(4);
    const sent = await answer(world, ask, text);
    const posted = world.fake.posted();
    expect(posted.map((status) => status.source)).toEqual(measure?.parts);
    expect(posted.map((status) => status.inReplyTo)).toEqual([
      ask.id,
      ...posted.slice(0, 3).map((one) => one.id),
    ]);
    expect(new Set(sent?.map((post) => post.conversationId))).toEqual(new Set([ask.id]));
  });

  it('are found again when only the confirmation was lost', async () => {
    for (const idempotency of [true, false]) {
      const world = await start({ idempotency });
      const ask = await asked(world);
      world.fake.service.fail('lost-answer');
      const sent = await answer(
        world,
        ask,
        'Sorry! See https://example.com/a/long/path/to/the/form?x=1 @bob@far.example',
      );
      expect(world.fake.posted()).toHaveLength(1);
      expect(sent).toMatchObject([{ id: world.fake.posted()[0]?.id, ours: true }]);
    }
  });

  it('are uncertain when they cannot be found, also when an older one says the same', async () => {
    const world = await start();
    const ask = await asked(world);
    const old = world.clock.now() - 60 * MINUTE;
    world.fake.addStatus({
      account: world.fake.brand,
      createdAt: old,
      inReplyTo: ask.id,
      content: '<p>@ada Sorry!</p>',
    });
    world.fake.quirks.lag = true;
    world.fake.service.fail('lost-answer');
    await expect(answer(world, ask, 'Sorry!')).rejects.toBeInstanceOf(UncertainError);
    expect(world.fake.posted()).toHaveLength(1);
  });

  it('of which half went out are for a person to finish', async () => {
    const world = await start();
    const ask = await asked(world);
    const long = 'This goes on. '.repeat(60);
    const posting = answer(world, ask, long);
    const failing = expect(posting).rejects.toThrow(/Only 1 of 2 parts/);
    for (;;) {
      await world.fake.service.nextRequest();
      if (world.fake.posted().length > 0 || world.fake.service.requests.at(-1)?.method === 'POST') break;
    }
    world.fake.quirks.scopes = ['read'];
    await failing;
    await expect(posting).rejects.toBeInstanceOf(UncertainError);
    expect(world.fake.posted()).toHaveLength(1);
  });

  it('never reached a server that is not there', async () => {
    const world = await start();
    const ask = await asked(world);
    await world.fake.service.close();
    await expect(answer(world, ask, 'Hello')).rejects.toBeInstanceOf(UnavailableError);
  });

  it('are not sent differently than they were shown', async () => {
    const world = await start();
    const ask = await asked(world);
    const ada = world.fake.statuses.get(ask.id);
    if (!ada) throw new Error('gone');
    // The author put a long warning on it after we had read it.
    world.fake.statuses.set(ask.id, { ...ada, spoiler: 'w'.repeat(200) });
    const text = 'word '.repeat(80);
    expect(world.source.measure?.(ask, text)?.parts).toHaveLength(1);
    await expect(answer(world, ask, text)).rejects.toBeInstanceOf(RejectedError);
    expect(world.fake.posted()).toEqual([]);
    expect(world.source.measure?.(ask, text)?.parts).toHaveLength(2);
    await answer(world, ask, text);
    expect(world.fake.posted()).toHaveLength(2);
  });

  it('pass on the server’s own words when it says no', async () => {
    const world = await start();
    const ask = await asked(world);
    world.fake.quirks.maxCharacters = 5;
    await expect(answer(world, ask, 'Hello there')).rejects.toThrow(/Text character limit of 5 exceeded/);
    await expect(answer(world, ask, 'Hello there')).rejects.toBeInstanceOf(RejectedError);
  });

  it('greet a new follower, and a published post is its own conversation', async () => {
    const world = await start();
    const { fake, clock, source } = world;
    const ada = fake.account('ada@far.example', 'Ada');
    fake.notify({ type: 'follow', createdAt: clock.now(), account: ada, statusId: null });
    const [follow] = (await poll(world)).posts;
    if (!follow) throw new Error('no follower');
    await answer(world, follow, 'Welcome!');
    const published = await source.publish?.('Potluck on Friday. Your favourite dish?', {
      idempotencyKey: 'p1',
      signal: signal(),
    });
    expect(fake.posted().map((status) => [status.source, status.inReplyTo])).toEqual([
      ['@ada@far.example Welcome!', null],
      ['Potluck on Friday. Your favourite dish?', null],
    ]);
    expect(published).toMatchObject([{ ours: true, conversationId: fake.posted()[1]?.id }]);
  });
});
