import { afterEach, describe, expect, it } from 'vitest';
import { ACTIONS, HOSTILE_TEXTS, hostileCard, NOON, sampleCard } from '../support/cards.ts';
import type { DiscordPerson, SeenMessage } from '../support/discord/server.ts';
import {
  ANA,
  BO,
  CHANNEL,
  cardOf,
  type DiscordWorld,
  type DiscordWorldOptions,
  discordWorld,
  doByHand,
  levelCard,
  postCard,
  privately,
} from '../support/discord/world.ts';

let world: DiscordWorld;
const open = async (options?: DiscordWorldOptions): Promise<DiscordWorld> => {
  world = await discordWorld(options);
  return world;
};
afterEach(async () => {
  // Whatever happened: nobody was pinged, and Discord had nothing to refuse.
  expect(world.server.pings()).toEqual([]);
  expect(world.server.breaches()).toEqual([]);
  await world.close();
});

const card = (itemId = 7): SeenMessage => cardOf(world, itemId);
const acts = () => world.handlers.acts.map(({ action }) => action);
/** What the reconciler does once the item has changed. */
const level = (itemId = 7) => levelCard(world, `${CHANNEL}:${card(itemId).id}`, itemId);
const press = async (who: DiscordPerson, label: string, message = card()): Promise<void> => {
  await who.press(message, label);
  await world.settle();
};
const told = (who: DiscordPerson): string => privately(world, who).text;
const labels = (who: DiscordPerson) => privately(world, who).buttons.map(({ label }) => label);
/** Writes in the editor and sends the form. */
const write = async (who: DiscordPerson, text: string, message = card()): Promise<void> => {
  await press(who, 'Draft', message);
  who.type('Your answer', text);
  await who.submit();
  await world.settle();
};
const anaOwns = { state: 'claimed', owner: { id: `discord:${ANA}`, name: 'Ana' } } as const;

describe('a day on Discord', () => {
  it('goes from the first card to the last answer', async () => {
    const { ana, bo, handlers, server } = await open();
    await postCard(
      world,
      sampleCard({
        itemId: 1,
        tone: 'red',
        urgency: 'urgent',
        priority: 90,
        text: 'The lid broke @everyone!',
      }),
    );
    await postCard(world, sampleCard({ itemId: 2 }));
    await postCard(world, sampleCard({ itemId: 3, text: 'buy my **coins** [here](https://evil.example)' }));
    expect(card(3).links.map(({ url }) => url)).not.toContain('https://evil.example');

    // Both reach for the urgent one; one gets it, the other is told, privately.
    const urgent = card(1);
    await press(ana, 'Claim', urgent);
    await press(bo, 'Claim', urgent);
    expect(told(bo)).toContain('#1 was already claimed by Ana');
    expect(ana.told()).toEqual([]);
    await level(1);
    expect(card(1).text).toContain('👤 With Ana');

    // Ana writes, looks at the exact text, changes it, looks again, sends.
    await write(ana, 'We send you a **new** one', card(1));
    expect(told(ana)).toContain('We send you a **new** one');
    expect(labels(ana)).toEqual(['Send now', 'Edit', 'Suggestions']);
    await press(ana, 'Edit', privately(world, ana));
    expect(ana.modal()?.fields[0]?.value).toBe('We send you a **new** one');
    ana.type('Your answer', 'We send you a new one today.');
    await ana.submit();
    await world.settle();
    expect(acts().some(({ type }) => type === 'send')).toBe(false);
    await press(ana, 'Send now', privately(world, ana));
    expect(acts().at(-1)).toEqual({ type: 'send', text: 'We send you a new one today.' });
    expect(told(ana)).toBe('✅ Sent: https://social.example/@potluck/1');
    await level(1);
    expect(card(1).text.split('\n')).toHaveLength(1);
    expect(card(1).links.map(({ url }) => url)).toContain('https://social.example/@potluck/1');

    // Spam is dismissed with its reason, from the form.
    await press(bo, 'Dismiss', card(3));
    await expect(bo.submit()).rejects.toThrow('required');
    bo.choose('Why does nobody need to answer?', 'Spam');
    await bo.submit();
    await world.settle();
    expect(bo.modal()).toBeNull();
    expect(handlers.now(3).state).toBe('dismissed');
    expect(bo.told().filter((words) => words.includes('Done'))).toEqual([]);

    // The rest waits until Bo has time.
    await press(bo, 'Snooze…', card(2));
    bo.choose('Bring it back', 'In four hours');
    await bo.submit();
    await world.settle();
    expect(handlers.now(2).snoozedUntil).toBe(world.clock.now() + 4 * 3_600_000);
    await level(2);
    expect(card(2).text).toContain('💤 Snoozed until');

    // One card each, edited in place, and a restart changes nothing.
    expect(server.shown(CHANNEL)).toHaveLength(3);
    await level(3);
    await world.restart();
    await press(ana, 'Reopen', card(3));
    expect(handlers.now(3).state).toBe('open');
    await press(ana, 'What happened so far', card(1));
    expect(told(ana)).toMatch(/#1: what happened so far\n.*claim by Ana\n[\s\S]*sent by Potluck/);
  });

  it('assigns to a colleague, notes for the team, marks as answered with the link, and knows the author', async () => {
    const { ana, bo, handlers } = await open();
    await postCard(world, sampleCard());
    const by = (who: DiscordPerson, action: Parameters<typeof doByHand>[3]) =>
      doByHand(world, who, card(), action);
    await by(ana, { type: 'assign', to: { id: `discord:${BO}`, name: 'Bo' } });
    expect(handlers.now(7).owner).toEqual({ id: `discord:${BO}`, name: 'Bo' });
    await by(ana, { type: 'note', text: 'Bo knows her from the fair.' });
    expect(handlers.now(7).notes[0]).toMatchObject({ by: 'Ana', text: 'Bo knows her from the fair.' });
    await level();
    handlers.replyWith({ ok: true, text: 'What we know of @mira' });
    await press(ana, 'What do we know?');
    // Whom the item is about, and nobody else who happens to have the same name.
    expect(handlers.asks.at(-1)).toMatchObject({ what: 'person', options: { author: '#7' } });
    expect(told(ana)).toBe('What we know of @mira');
    await press(bo, 'Mark answered');
    bo.type('Link to the answer', 'ftp://nowhere');
    bo.type('In your words', 'Told her by phone.');
    await bo.submit();
    await world.settle();
    expect(told(bo)).toBe(
      'That is not a link that starts with https://\nYour words:\nTold her by phone.\nftp://nowhere',
    );
    await by(bo, { type: 'mark-answered', url: 'https://social.example/answer' });
    expect(handlers.now(7).closing?.url).toBe('https://social.example/answer');
  });
});

describe('the editor', () => {
  it('shows account, length and remarks beside exactly what will be public, and nothing of it acts', async () => {
    const { ana } = await open();
    await postCard(world, sampleCard());
    const text =
      'BUY NOW @everyone! *50%* off: [code](https://evil.example) <@1180000000000001002>\n\n> # hi';
    await write(ana, text);
    const shown = told(ana);
    expect(shown).toContain(
      `👁️ This goes out in public as @potluck.example · ${[...text].length} of 300 graphemes:\n`,
    );
    for (const line of text.replace('@everyone', '@\u200Beveryone').split('\n'))
      expect(shown).toContain(line);
    expect(shown).toContain('Before it is public – hints only, you decide:');
    expect(shown).toContain('The draft of #7 is saved. Only you see this; nothing is public yet.');
    expect(privately(world, ana).links).toEqual([]);
    await press(ana, 'Send now', privately(world, ana));
    expect(acts().at(-1)).toEqual({ type: 'send', text });
  });

  it('tells in how many posts it goes out, and offers no Send for what is too long', async () => {
    const { ana, handlers } = await open();
    await postCard(world, sampleCard());
    await write(ana, 'y'.repeat(450));
    expect(told(ana)).toContain('450 of 300 graphemes, in 2 posts');
    expect(told(ana)).toContain('Post 2 of 2');
    expect(labels(ana)).toEqual(['Send now', 'Edit', 'Suggestions']);
    await write(ana, 'x'.repeat(901));
    expect(told(ana)).toContain('⚠️ It is longer than 900 graphemes.');
    expect(labels(ana)).toEqual(['Edit', 'Suggestions']);
    expect(handlers.now(7).draft?.text).toHaveLength(901);
    await press(ana, 'Edit', privately(world, ana));
    expect(ana.modal()?.fields[0]?.value).toBe('x'.repeat(901));
    ana.closeModal();
    // Fits the network, but not a message of Discord: what cannot be read is not sent.
    await postCard(
      world,
      sampleCard({ itemId: 8, reply: { account: '@a', limit: 5_000, unit: 'characters' } }),
    );
    await write(ana, 'long '.repeat(700), card(8));
    expect(told(ana)).toContain('⚠️ This is too long to be read here. Read and send it in the web room.');
    expect(labels(ana)).toEqual(['Edit', 'Suggestions']);
    // A draft of the web room that no form takes.
    handlers.happen(
      8,
      { type: 'draft', text: 'z'.repeat(4_001) },
      { id: 'web:z', name: 'Z', role: 'manager', surface: 'web' },
    );
    await press(ana, 'Draft', card(8));
    expect(ana.modal()).toBeNull();
    expect(told(ana)).toContain('Edit it in the web room');
  });

  it('shows anew what somebody changed between preview and Send, and sends nothing unseen', async () => {
    const { ana, handlers } = await open();
    await postCard(world, sampleCard(anaOwns));
    await write(ana, 'Yes, it does.');
    const preview = privately(world, ana);
    handlers.happen(
      7,
      { type: 'draft', text: 'Never say never.' },
      { id: 'web:zoe', name: 'Zoe', role: 'manager', surface: 'web' },
    );
    await press(ana, 'Send now', preview);
    expect(told(ana)).toContain('⚠️ The text has changed: this is what goes out now.');
    expect(told(ana)).toContain('Never say never.');
    expect(privately(world, ana).id).toBe(preview.id);
    expect(acts().map(({ type }) => type)).toEqual(['draft']);
    await press(ana, 'Send now', preview);
    expect(acts().at(-1)).toEqual({ type: 'send', text: 'Never say never.' });
    // Pressed once more, on a screen that was not drawn anew.
    expect(handlers.now(7).state).toBe('answered');
  });

  it('says it when the item was closed or taken meanwhile, and keeps every word', async () => {
    const { ana, bo, handlers } = await open();
    await postCard(world, sampleCard());
    await press(ana, 'Draft');
    ana.type('Your answer', 'Ten minutes of thinking.');
    await press(bo, 'Claim');
    await ana.submit();
    await world.settle();
    expect(told(ana)).toContain('#7 is with Bo');
    expect(told(ana)).toContain('Your words:\nTen minutes of thinking.');
    expect(labels(ana)).toEqual([]);
    expect(handlers.now(7).state).toBe('claimed');
    await press(ana, 'Draft');
    ana.type('Your answer', 'Ten more minutes.');
    await doByHand(world, bo, card(), { type: 'dismiss', reason: 'spam' });
    await ana.submit();
    await world.settle();
    expect(told(ana)).toContain('Your words:\nTen more minutes.');
    // The preview from before knows that there is nothing to send any more.
    await press(ana, 'Dismiss');
    expect(told(ana)).toContain('#7 is closed already');
  });

  it('that is open while a manager gives the item to somebody else sends nothing, and gives the words back', async () => {
    const { ana, handlers } = await open();
    await postCard(world, sampleCard());
    await write(ana, 'My best words.');
    handlers.happen(
      7,
      { type: 'assign', to: { id: 'web:zoe', name: 'Zoe' } },
      { id: 'web:mia', name: 'Mia', role: 'manager', surface: 'web' },
    );
    await press(ana, 'Send now', privately(world, ana));
    expect(told(ana)).toMatch(/^#7 is with Zoe.*\nYour words:\nMy best words\.$/);
    expect(labels(ana)).toEqual([]);
    expect(handlers.now(7)).toMatchObject({ state: 'claimed', draft: { text: 'My best words.' } });
  });

  it('keeps the text when the network fails, and offers to send it again', async () => {
    let fails = true;
    const { ana, handlers } = await open({
      deliver: (sent) => {
        if (fails) throw new Error('Bluesky is out of order.');
        return `https://social.example/${sent.itemId}`;
      },
    });
    await postCard(world, sampleCard());
    await write(ana, 'Yes, on the top rack.');
    await press(ana, 'Send now', privately(world, ana));
    expect(told(ana)).toContain('⚠️ Bluesky is out of order.');
    expect(told(ana)).toContain('Yes, on the top rack.');
    expect(handlers.now(7).draft?.text).toBe('Yes, on the top rack.');
    fails = false;
    await press(ana, 'Send now', privately(world, ana));
    expect(told(ana)).toBe('✅ Sent: https://social.example/7');
  });

  it('sends once, however often Send is pressed', async () => {
    const sent: string[] = [];
    const { ana, handlers } = await open({
      deliver: (_card, text) => {
        sent.push(text);
        return 'https://social.example/once';
      },
    });
    await postCard(world, sampleCard());
    await write(ana, 'Yes.');
    const preview = privately(world, ana);
    await Promise.all([ana.press(preview, 'Send now'), ana.press(preview, 'Send now')]);
    await world.settle();
    expect(sent).toEqual(['Yes.']);
    expect(handlers.now(7).state).toBe('answered');
    expect(labels(ana)).toEqual([]);
  });

  it('leaves room for a long refusal, a long account and every remark beside the longest text', async () => {
    const { ana, handlers } = await open();
    await postCard(
      world,
      sampleCard({ reply: { account: '*'.repeat(90), limit: 9_000, unit: '*'.repeat(20) } }),
    );
    const text = `BUY NOW!!! Use code LID50 #a #b #c https://a.example https://b.example https://c.example we are thrilled to announce ${'_'.repeat(900)}`;
    await write(ana, text);
    handlers.answerWith(() => ({
      ok: false,
      refusal: { code: 'unavailable', text: '*'.repeat(400) },
      card: handlers.now(7),
    }));
    await press(ana, 'Send now', privately(world, ana));
    expect(told(ana)).toContain('_'.repeat(900));
    expect(told(ana)).toContain('Before it is public');
    expect(labels(ana)).toEqual(['Send now', 'Edit', 'Suggestions']);
  });

  it('saves the draft where the network takes no answer from a bot, and gives the words back', async () => {
    const { ana, handlers } = await open();
    await postCard(world, sampleCard({ reply: null }));
    expect(card().text).toContain('lets no bot answer');
    await write(ana, 'To be pasted by hand.');
    expect(told(ana)).toContain('Nothing can be sent to Bluesky from here');
    expect(told(ana)).toContain('To be pasted by hand.');
    expect(labels(ana)).toEqual([]);
    expect(handlers.now(7).draft?.text).toBe('To be pasted by hand.');
  });

  it('is not kept from sending by remarks that cannot be made, and breaks on no text', async () => {
    const { ana, handlers } = await open();
    handlers.remarks = () => Promise.reject(new Error('no remarks today'));
    await postCard(world, sampleCard());
    await write(ana, 'Yes.');
    expect(labels(ana)).toContain('Send now');
    expect(world.logged()).toContain('no remarks today');
    for (const [at, { text }] of HOSTILE_TEXTS.entries()) {
      handlers.put(
        hostileCard(text, {
          itemId: 100 + at,
          reply: { account: text || 'x', limit: 4_000, unit: text || 'x' },
        }),
      );
      await ana.command('potluck', 'draft', { item: 100 + at }, CHANNEL);
      await world.settle();
      if (ana.modal() === null) continue;
      ana.type('Your answer', text.trim() === '' ? 'x' : text.slice(0, 3_900));
      await ana.submit();
      await world.settle();
      expect(privately(world, ana).links).toEqual([]);
    }
  });
});

describe('approval', () => {
  const managers = { policy: { managers: [BO] } };

  it('of any text fits a message, and nothing in it acts before it is public', async () => {
    const { bo, handlers } = await open(managers);
    for (const [at, { text }] of HOSTILE_TEXTS.entries()) {
      const asked = { by: text, text, at: NOON };
      handlers.put(
        hostileCard(text, {
          itemId: at + 1,
          state: 'claimed',
          approval: asked,
          actions: ['approve', 'refuse', ...ACTIONS.claimed],
        }),
      );
      await bo.command('potluck', 'show', { item: at + 1 }, CHANNEL);
      await world.settle();
      const copy = privately(world, bo);
      await press(bo, 'Approve & send…', copy);
      expect(privately(world, bo).links).toEqual([]);
      await press(bo, 'Refuse…', copy);
      expect(bo.modal()?.title).toBe(`Refuse #${at + 1}`);
      bo.closeModal();
    }
    expect(bo.told().join()).not.toContain('Something went wrong');
  });

  it('goes from the preview to a second person, who reads exactly what is sent', async () => {
    const { ana, bo, handlers } = await open(managers);
    handlers.setPermissions({ send: 'manager' });
    await postCard(world, sampleCard());
    await write(ana, 'Yes, it does.');
    expect(told(ana)).toMatch(/manager/i);
    expect(told(ana)).toContain('Managers on Discord: Bo.');
    expect(told(ana)).toContain('This would go out in public as @potluck.example · 13 of 300 graphemes');
    expect(labels(ana)).toEqual(['Ask for approval', 'Edit', 'Suggestions']);
    await press(ana, 'Ask for approval', privately(world, ana));
    expect(acts().at(-1)).toEqual({ type: 'request-approval', text: 'Yes, it does.' });
    expect(labels(ana)).toEqual([]);
    await level();
    expect(card().text).toContain('Ana asks for approval of this text (not public yet):\nYes, it does.');

    // Whoever may not approve is told who can, before anything else.
    await press(ana, 'Approve & send…');
    expect(told(ana)).toContain('Managers on Discord: Bo.');
    expect(labels(ana)).toEqual([]);

    await press(bo, 'Approve & send…');
    expect(told(bo)).toContain(
      'Ana asks for approval. This goes out in public as @potluck.example · 13 of 300 graphemes',
    );
    expect(told(bo)).toContain('Yes, it does.');
    // Ana changes her mind while Bo reads: he approves nothing he has not read.
    handlers.happen(
      7,
      { type: 'request-approval', text: 'Yes, on the top rack.' },
      { id: `discord:${ANA}`, name: 'Ana', role: 'responder', surface: 'discord' },
    );
    await press(bo, 'Approve & send', privately(world, bo));
    expect(told(bo)).toContain('⚠️ The text has changed: this is what goes out now.');
    expect(told(bo)).toContain('Yes, on the top rack.');
    expect(handlers.now(7).state).not.toBe('answered');
    await press(bo, 'Approve & send', privately(world, bo));
    expect(handlers.acts.at(-1)).toMatchObject({
      action: { type: 'approve', text: 'Yes, on the top rack.' },
      actor: { id: `discord:${BO}`, role: 'manager' },
    });
    expect(handlers.now(7).closing?.by).toBe('Ana');
    expect(told(bo)).toBe('✅ Sent: https://social.example/@potluck/7');
  });

  it('is refused with words that the author reads on the card, and the text is kept', async () => {
    const { ana, bo, handlers } = await open(managers);
    await postCard(
      world,
      sampleCard({
        ...anaOwns,
        draft: { text: 'Nope.', by: 'Ana', at: NOON },
        actions: ['request-approval', ...ACTIONS.claimed],
      }),
    );
    await press(ana, 'Ask for approval');
    expect(handlers.now(7).approval?.text).toBe('Nope.');
    await level();
    await press(ana, 'Refuse…');
    expect(ana.modal()).toBeNull();
    expect(told(ana)).toContain('Managers on Discord: Bo.');
    await press(bo, 'Refuse…');
    expect(bo.modal()?.text).toContain('Ana wants to send:\nNope.');
    bo.type('What shall change? (the team reads it)', 'Kinder, please.');
    await bo.submit();
    await world.settle();
    expect(handlers.now(7)).toMatchObject({
      approval: null,
      draft: { text: 'Nope.' },
      warning: expect.stringContaining('Kinder, please.'),
    });
    await level();
    expect(card().text).toContain('Kinder, please.');
    // Bo still has the old card on his phone: he is told, and nothing is sent.
    await press(bo, 'Note…');
    bo.closeModal();
    expect(card().buttons.map(({ label }) => label)).not.toContain('Approve & send…');
  });

  it('that nobody asks for any more is not given by an old preview', async () => {
    const { ana, bo, handlers } = await open(managers);
    await postCard(
      world,
      sampleCard({
        ...anaOwns,
        draft: { text: 'Nope.', by: 'Ana', at: NOON },
        actions: ['request-approval', ...ACTIONS.claimed],
      }),
    );
    await press(ana, 'Ask for approval');
    await level();
    await press(bo, 'Approve & send…');
    const preview = privately(world, bo);
    await write(ana, 'Something else.');
    await press(bo, 'Approve & send', preview);
    expect(told(bo)).toBe('Nobody asks for approval of #7 any more.');
    expect(handlers.now(7).state).toBe('claimed');
    expect(acts().map(({ type }) => type)).not.toContain('approve');
  });

  it('is not given to what cannot be read whole', async () => {
    const { bo, handlers } = await open(managers);
    const asks = (text: string) => ({
      ...anaOwns,
      draft: { text, by: 'Ana', at: NOON },
      approval: { text, by: 'Ana', at: NOON },
      actions: ['approve', 'refuse', ...ACTIONS.claimed] as const,
    });
    await postCard(world, sampleCard(asks('x'.repeat(901))));
    await press(bo, 'Approve & send…');
    expect(told(bo)).toContain('⚠️ It is longer than 900 graphemes.');
    expect(labels(bo)).toEqual(['Refuse…']);
    const reply = { account: '@a', limit: 5_000, unit: 'characters' };
    await postCard(world, sampleCard({ ...asks('long '.repeat(700)), itemId: 8, reply }));
    await press(bo, 'Approve & send…', card(8));
    expect(told(bo)).toContain('⚠️ This cannot be read whole here. Approve it in the web room.');
    expect(labels(bo)).toEqual(['Refuse…']);
    expect(handlers.acts).toEqual([]);
  });

  it('is asked for when the flow wants a second person for this one text, and no word is lost', async () => {
    const { ana, handlers } = await open();
    await postCard(world, sampleCard());
    await write(ana, 'Our first answer.');
    expect(labels(ana)).toEqual(['Send now', 'Edit', 'Suggestions']);
    handlers.answerWith(() => ({
      ok: false,
      refusal: { code: 'needs-approval', text: 'New colleagues ask Bo or Zoe first.' },
      card: handlers.now(7),
    }));
    await press(ana, 'Send now', privately(world, ana));
    expect(told(ana)).toContain('⚠️ New colleagues ask Bo or Zoe first.');
    expect(told(ana)).toContain('Our first answer.');
    expect(labels(ana)).toEqual(['Ask for approval', 'Edit', 'Suggestions']);
    handlers.answerWith(null);
    await press(ana, 'Ask for approval', privately(world, ana));
    expect(handlers.now(7).approval).toMatchObject({ by: 'Ana', text: 'Our first answer.' });
  });
});
