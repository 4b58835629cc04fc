import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatHandlers } from '../../src/chat/chat.ts';
import type { Item } from '../../src/domain/item.ts';
import type { PictureRules } from '../../src/domain/picture.ts';
import type { Post } from '../../src/domain/post.ts';
import { RejectedError, UncertainError } from '../../src/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { deferred, type Flow, flow, MINUTE, ours, theirs, withQueries } from '../support/flow.ts';
import { type ScriptedSource, scriptedSource } from '../support/flow-source.ts';
import { ana, ben, from, mia } from '../support/items.ts';
import { phonePhoto, png } from '../support/pictures.ts';

const RULES: PictureRules = {
  most: 2,
  mimes: ['image/jpeg', 'image/png'],
  bytes: 20_000,
  pixels: 1_000_000,
  alt: 200,
};
const IDEA = { source: 'blog', text: 'What is in your pot today?' };

let world: Flow;
let source: ScriptedSource;
let handlers: ChatHandlers;
let broken: Error | null;

const through = (store: Store): Store =>
  withQueries(store, (queries) => ({
    attachment: (...args) => (broken ? Promise.reject(broken) : queries.attachment(...args)),
    addAttachment: (...args) => (broken ? Promise.reject(broken) : queries.addAttachment(...args)),
  }));

beforeEach(async () => {
  broken = null;
  source = scriptedSource({ can: { publish: true }, pictures: RULES });
  source.onPublish = (text) => [mine({ text })];
  world = await flow({
    sources: [source, scriptedSource({ name: 'feed', can: { publish: true } })],
    places: [],
    through,
  });
  handlers = world.handlers('web', ['all']);
  await handlers.propose(IDEA, from(ana));
});
afterEach(async () => {
  await world.store.close();
});

function mine(change: Partial<Post> = {}): Post {
  return { ...ours('our-1', 0, { conversationId: 'our-1' }), createdAt: world.clock.now(), ...change };
}
const item = async (id = 1): Promise<Item> => {
  const found = await world.store.item(id);
  if (!found) throw new Error(`no #${id}`);
  return found;
};
const attach = (bytes: Uint8Array = phonePhoto(), alt = 'A red pot.', who = ana, id = 1) =>
  handlers.attachments.attach(id, { bytes, alt }, from(who));
const send = (text = IDEA.text, pictures?: readonly string[]) =>
  world.does(ana, 1, { type: 'send', text, ...(pictures ? { pictures } : {}) });
const firstId = async (): Promise<string> => (await item()).pictures?.[0]?.id ?? '';

describe('pictures of a prompt', () => {
  it('are kept clean, shown on the card, and go out with the post once', async () => {
    expect(await handlers.outlets()).toMatchObject([{ source: 'blog', pictures: RULES }, { source: 'feed' }]);
    const added = await attach();
    expect(added).toMatchObject({
      ok: true,
      text: 'The picture goes out with the draft for #1. Nothing is public yet.',
      card: {
        pictures: [{ mime: 'image/jpeg', width: 16, height: 24, alt: 'A red pot.' }],
        reply: { pictures: RULES },
      },
    });
    expect(await attach(png(), 'Its lid.')).toMatchObject({ ok: true });
    const file = await handlers.attachments.file(1, await firstId());
    expect(Buffer.from(file?.bytes ?? []).toString('latin1')).not.toMatch(/52\.52|Pocket/);
    expect(source.published).toEqual([]);

    const results = await Promise.all([send(), send()]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(source.published).toHaveLength(1);
    expect(source.published[0]).toMatchObject({
      text: IDEA.text,
      media: [
        { mime: 'image/jpeg', alt: 'A red pot.', width: 16, height: 24 },
        { mime: 'image/png', alt: 'Its lid.', width: 24, height: 16 },
      ],
    });
    expect(Buffer.from(source.published[0]?.media?.[1]?.bytes ?? []).equals(png())).toBe(true);
    const row = await world.store.reply(source.published[0]?.key ?? '');
    expect(row).toMatchObject({ state: 'sent', pictures: [{ alt: 'A red pot.' }, { alt: 'Its lid.' }] });
    expect(await item()).toMatchObject({ state: 'answered', pictures: [] });
  });

  it('do not go out without a description, and everybody is told so beforehand', async () => {
    expect(await attach(png(), '')).toMatchObject({ ok: true });
    const words = expect.stringContaining('has no description');
    expect(await handlers.measure(1, IDEA.text)).toMatchObject({ problem: words });
    expect(await handlers.remarks(1, IDEA.text)).toContainEqual(
      expect.objectContaining({ code: 'alt', text: words, kinder: expect.any(String) }),
    );
    expect(await send()).toMatchObject({ ok: false, refusal: { text: words } });
    expect(source.published).toEqual([]);
    const id = await firstId();
    expect(await handlers.attachments.describe(1, id, 'A red pot.', from(ana))).toMatchObject({ ok: true });
    expect(await handlers.measure(1, IDEA.text)).toMatchObject({ problem: null });
    expect(await handlers.remarks(1, IDEA.text)).toEqual([]);
    expect(await send()).toMatchObject({ ok: true });
    expect(source.published[0]?.media).toMatchObject([{ alt: 'A red pot.' }]);
  });

  it('are refused at once where they could never go out', async () => {
    const why = async (...args: Parameters<typeof attach>): Promise<string> => {
      const result = await attach(...args);
      return result.ok ? 'taken' : result.refusal.text;
    };
    expect(await why(Buffer.from('<svg/>'))).toContain('SVG');
    expect(await why(Buffer.from('GIF89a\x01\0\x01\0\0\0\0\x2c', 'latin1'))).toContain('broken');
    expect(await why(png(1, 1, { size: [5_000, 5_000] }))).toContain('5000 × 5000 pixels');
    expect(
      await why(
        Buffer.concat([phonePhoto().subarray(0, -2), Buffer.alloc(30_000), Buffer.from([0xff, 0xd9])]),
      ),
    ).toContain('takes at most 20 kB');
    expect(await why(png(), 'x', ana, 99)).toBe('There is no #99.');
    await handlers.propose({ ...IDEA, source: 'feed' }, from(ana));
    expect(await why(png(), 'x', ana, 2)).toBe('Potluck cannot send pictures to Scripted.');
    expect(await why(png(), 'x', ben)).toContain('#1 is with Ana');
    expect(await why(png(), 'x', mia)).toBe('taken');
    expect((await item()).pictures).toHaveLength(1);
  });

  it('stay with the draft when the network refuses or nobody knows, and go out with the next try', async () => {
    await attach();
    for (const error of [new RejectedError('Not today.'), new UncertainError('Gone.')]) {
      source.onPublish = () => Promise.reject(error);
      expect(await send()).toMatchObject({ ok: false, card: { pictures: [{ alt: 'A red pot.' }] } });
      expect(await item()).toMatchObject({ sending: null, draft: { text: IDEA.text } });
    }
    source.onPublish = (text) => [mine({ text })];
    expect(await send()).toMatchObject({ ok: true });
    expect(source.published.map(({ media }) => media?.length)).toEqual([1, 1, 1]);
    expect(new Set(source.published.map(({ key }) => key)).size).toBe(3);
  });

  it('survive a crash in the middle, and are never sent again by themselves', async () => {
    await attach();
    const out = deferred<readonly Post[]>();
    source.onPublish = () => out.promise;
    void send();
    await world.clock.settle();
    expect(await handlers.attachments.detach(1, await firstId(), from(ana))).toMatchObject({
      ok: false,
      refusal: { code: 'sending' },
    });
    await world.clock.advance(10 * MINUTE);
    expect(await world.act.settleStuck()).toBe(1);
    expect(await item()).toMatchObject({
      sending: null,
      warning: expect.stringContaining('may or may not be public'),
      pictures: [{ alt: 'A red pot.' }],
    });
    expect(source.published).toHaveLength(1);
    out.resolve([mine()]);
    await world.act.idle();
  });

  it('are not sent when their file is gone or cannot be read: nothing goes out, for certain', async () => {
    await attach();
    broken = new Error('disk on fire');
    expect(await send()).toMatchObject({ ok: false, refusal: { text: expect.stringContaining('Not sent') } });
    broken = null;
    await world.store.removeAttachment(1, await firstId());
    expect(await send()).toMatchObject({
      ok: false,
      refusal: { text: expect.stringContaining('no longer stored') },
    });
    expect(source.published).toEqual([]);
    expect(await handlers.attachments.detach(1, await firstId(), from(ana))).toMatchObject({ ok: true });
    expect(await send()).toMatchObject({ ok: true });
    expect(source.published[0]?.media).toBeUndefined();
  });

  it('are with the item or nowhere when the database fails', async () => {
    broken = new Error('disk on fire');
    expect(await attach()).toMatchObject({ ok: false, refusal: { code: 'unavailable' } });
    expect((await item()).pictures ?? []).toEqual([]);
  });

  it('that changed since they were seen do not go out', async () => {
    await attach();
    const seen = [await firstId()];
    await attach(png(), 'Its lid.', mia);
    expect(await send(IDEA.text, seen)).toMatchObject({
      ok: false,
      refusal: { text: expect.stringContaining('changed in the meantime') },
    });
    expect(source.published).toEqual([]);
  });

  it('go along with an answer, too', async () => {
    await world.ingest([theirs('p1', 24 * 60)]);
    expect(await attach(png(), 'The lid, turned to the left.', ben, 2)).toMatchObject({
      ok: true,
      card: { owner: { name: 'Ben' } },
    });
    source.onReply = () => [{ ...ours('r', 0, { replyTo: 'p1' }), createdAt: world.clock.now() }];
    expect(await world.does(ben, 2, { type: 'send', text: 'Like this.' })).toMatchObject({ ok: true });
    expect(source.replies).toMatchObject([{ media: [{ alt: 'The lid, turned to the left.' }] }]);
  });
});
