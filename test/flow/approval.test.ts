import { afterEach, describe, expect, it } from 'vitest';
import type { Card } from '../../src/domain/card.ts';
import { RejectedError } from '../../src/errors.ts';
import { type Flow, type FlowOptions, flow, ours, theirs } from '../support/flow.ts';
import { type ScriptedSource, scriptedSource } from '../support/flow-source.ts';
import { ana, ben, from, mia } from '../support/items.ts';

let world: Flow;
let source: ScriptedSource;

async function team(options: FlowOptions): Promise<void> {
  source = scriptedSource();
  source.onReply = () => [{ ...ours('r', 0, { replyTo: 'p1' }), createdAt: world.clock.now() }];
  world = await flow({ sources: [source], ...options });
  await world.ingest([theirs('p1', 0)]);
}
afterEach(async () => {
  await world.store.close();
});

const rule = { everyone: false, kinds: [], sources: [], words: [], newResponders: 0 };
const card = async (): Promise<Card> => world.view.card(await world.item('p1'));

describe('roles', () => {
  it('are asked before anything is done, and the refusal names who can', async () => {
    await team({ permissions: { send: 'manager', dismiss: 'manager', assign: 'manager' } });
    for (const [action, words] of [
      [{ type: 'send', text: 'x' }, 'Only managers may send. Managers: Mia. Ask for approval instead.'],
      [{ type: 'dismiss', reason: 'spam' }, 'Only managers may dismiss. Managers: Mia.'],
      [{ type: 'assign', to: ben }, 'Only managers may assign. Managers: Mia.'],
    ] as const)
      expect(await world.does(ana, 1, action)).toMatchObject({
        ok: false,
        refusal: { code: action.type === 'send' ? 'needs-approval' : 'not-allowed', text: words },
        card: { itemId: 1 },
      });
    expect(source.replies).toEqual([]);
    expect(await world.item('p1')).toMatchObject({ version: 1 });
    expect(await world.does(ana, 1, { type: 'claim' })).toMatchObject({ ok: true });
    expect(await world.does(mia, 1, { type: 'send', text: 'Yes.' })).toMatchObject({ ok: true });
  });

  it('are told to whoever asks, with nobody named where nobody is', async () => {
    await team({});
    const { may } = world.handlers();
    expect(await may(from(ana), 'send')).toMatchObject({ ok: true });
    expect(await may({ ...ana, role: 'responder' }, 'settings')).toEqual({
      ok: false,
      text: 'Only managers may change settings. Managers: Mia.',
    });
    expect(await may(from(mia), 'settings')).toMatchObject({ ok: true });
  });
});

describe('approval', () => {
  it.each([
    ['every answer', { ...rule, everyone: true }],
    ['a kind', { ...rule, kinds: ['question' as const] }],
    ['a source', { ...rule, sources: ['blog'] }],
    ['a word of the answer', { ...rule, words: ['REFUND'] }],
    ['a word of the post', { ...rule, words: ['question'] }],
  ])('is wanted by policy for %s, and offered instead of a send', async (_, approval) => {
    await team({ approval });
    const send = { type: 'send', text: 'You get a refund.' } as const;
    expect(await world.does(ana, 1, send)).toMatchObject({
      ok: false,
      refusal: { code: 'needs-approval', text: expect.stringContaining('Ask for approval instead.') },
    });
    expect(source.replies).toEqual([]);
    // Whoever may approve needs nobody.
    expect(await world.does(mia, 1, send)).toMatchObject({ ok: true });
  });

  it('is not wanted for what the policy does not name', async () => {
    await team({ approval: { ...rule, words: ['refund'], kinds: ['complaint'] } });
    expect(await world.does(ana, 1, { type: 'send', text: 'Yes.' })).toMatchObject({ ok: true });
  });

  it('is wanted for the first answers of whoever is new, and then no more', async () => {
    await team({ approval: { ...rule, newResponders: 2 } });
    source.onReply = (to, text) => [
      {
        ...ours(text, 0, { conversationId: to.conversationId, replyTo: to.id }),
        createdAt: world.clock.now(),
      },
    ];
    const asks = async (id: string): Promise<string> => {
      await world.ingest([theirs(id, 0, { conversationId: id })]);
      const itemId = (await world.item(id)).id;
      const result = await world.does(ana, itemId, { type: 'send', text: `Yes, ${id}.` });
      if (result.ok) return 'sent';
      await world.does(ana, itemId, { type: 'request-approval', text: `Yes, ${id}.` });
      expect(await world.does(mia, itemId, { type: 'approve' })).toMatchObject({ ok: true });
      return result.refusal.text;
    };
    expect(await asks('n1')).toContain('This is your first answer: the first 2 of everybody');
    expect(await asks('n2')).toContain('You have answered 1 so far');
    expect(await asks('n3')).toBe('sent');
    // Somebody else is still new.
    await world.ingest([theirs('n4', 0, { conversationId: 'n4' })]);
    expect(await world.does(ben, (await world.item('n4')).id, { type: 'send', text: 'Yes.' })).toMatchObject({
      refusal: { code: 'needs-approval' },
    });
  });

  it('is wanted for wording that the team does not send, and only for that', async () => {
    await team({ blocked: ['pitch', 'language'] });
    const send = (text: string) => world.does(ana, 1, { type: 'send', text });
    expect(await send('Order now, it is 20% off.')).toMatchObject({
      ok: false,
      refusal: {
        code: 'needs-approval',
        text: expect.stringMatching(
          /“20% off” sells.*team\.etiquette\.block: pitch.*Ask for approval instead/,
        ),
      },
    });
    expect(source.replies).toEqual([]);
    // A remark that blocks nothing is only a remark.
    expect(await send('I promise that it works.')).toMatchObject({ ok: true });
  });

  it('lets out blocked wording that a second person has read', async () => {
    await team({ blocked: ['pitch'] });
    const text = 'Order now, it is 20% off.';
    expect(await world.does(ana, 1, { type: 'request-approval', text })).toMatchObject({ ok: true });
    expect(await world.does(mia, 1, { type: 'approve' })).toMatchObject({ ok: true });
    expect(source.replies).toHaveLength(1);
  });

  it('sends once, exactly what was approved, and records both', async () => {
    await team({ approval: { ...rule, everyone: true } });
    await world.does(ana, 1, { type: 'draft', text: 'Yes.' });
    expect((await card()).actions).toContain('request-approval');
    const asked = await world.does(ana, 1, { type: 'request-approval', text: 'Yes!' });
    expect(asked).toMatchObject({
      ok: true,
      text: 'The draft for #1 waits for a second person. Nothing is public yet.',
      card: { approval: { by: 'Ana', text: 'Yes!' }, draft: { text: 'Yes!' } },
    });
    expect((await card()).actions).toEqual(expect.arrayContaining(['approve', 'refuse']));
    expect(await world.does(ben, 1, { type: 'approve' })).toMatchObject({
      refusal: { code: 'not-allowed', text: 'Only managers may approve. Managers: Mia.' },
    });
    expect(await world.does(mia, 1, { type: 'approve', text: 'No!' })).toMatchObject({
      refusal: { code: 'not-requested' },
    });
    const [one, two] = await Promise.all([
      world.does(mia, 1, { type: 'approve', text: 'Yes!' }),
      world.does({ ...mia, id: 'web:mia-too' }, 1, { type: 'approve' }),
    ]);
    expect([one.ok, two.ok].filter(Boolean)).toHaveLength(1);
    expect(source.replies).toEqual([{ key: expect.any(String), text: 'Yes!', to: 'p1' }]);
    expect(await world.store.reply(source.replies[0]?.key ?? '')).toMatchObject({
      state: 'sent',
      byName: 'Ana',
      approvedBy: { id: mia.id, name: 'Mia' },
    });
    expect((await card()).closing?.line).toBe('Answered by Ana, approved by Mia');
    expect(await world.does(mia, 1, { type: 'approve' })).toMatchObject({ refusal: { code: 'closed' } });
  });

  it('that the network refuses leaves the text and the request; that is refused leaves the text', async () => {
    await team({ approval: { ...rule, everyone: true } });
    await world.does(ana, 1, { type: 'request-approval', text: 'Yes!' });
    source.onReply = () => Promise.reject(new RejectedError('Deleted.'));
    expect(await world.does(mia, 1, { type: 'approve' })).toMatchObject({ ok: false });
    expect(await card()).toMatchObject({ approval: { text: 'Yes!' }, draft: { text: 'Yes!' } });
    expect(await world.does(mia, 1, { type: 'refuse', words: 'Too short.' })).toMatchObject({
      ok: true,
      card: { approval: null, draft: { text: 'Yes!' }, warning: expect.stringContaining('Too short.') },
    });
    expect(await world.does(mia, 1, { type: 'approve' })).toMatchObject({
      refusal: { code: 'not-requested' },
    });
    expect(source.replies).toHaveLength(1);
  });

  it('by a colleague, where the policy trusts everybody with it, is never by the one who wrote it', async () => {
    await team({ permissions: { approve: 'responder', send: 'manager' } });
    await world.does(ana, 1, { type: 'request-approval', text: 'Yes!' });
    expect(await world.does(ana, 1, { type: 'approve' })).toMatchObject({
      ok: false,
      refusal: { code: 'own-request' },
    });
    expect(await world.does(ben, 1, { type: 'approve' })).toMatchObject({ ok: true });
  });
});
