import { afterEach, describe, expect, it } from 'vitest';
import type { Card } from '../../src/domain/card.ts';
import { sampleCard } from '../support/cards.ts';
import { type SlackWorld, type SlackWorldOptions, slackWorld } from '../support/slack/world.ts';

let world: SlackWorld;
const open = async (options?: SlackWorldOptions): Promise<SlackWorld> => {
  world = await slackWorld(options);
  return world;
};
afterEach(async () => {
  // Whatever happened: nobody was pinged, and Slack had nothing to refuse.
  expect(world.slack.pings()).toEqual([]);
  expect(world.slack.breaches()).toEqual([]);
  await world.close();
});

const signal = new AbortController().signal;
const refs = new Map<number, string>();

/** What the reconciler does: brings every card level with its item. */
async function level(...cards: readonly Card[]): Promise<void> {
  for (const card of cards) {
    world.handlers.put(card);
    refs.set(card.itemId, await world.chat().post(world.channel, card, { nonce: `n${card.itemId}`, signal }));
  }
  for (const [itemId, ref] of refs) {
    await world.clock.advance(world.chat().channelIntervalMs);
    const card = world.handlers.now(itemId);
    refs.set(itemId, await world.chat().update(ref, card, { nonce: `n${itemId}`, signal }));
  }
}
const cardOf = (itemId: number) => {
  const message = world.slack
    .shown(world.channel)
    .find((each) => each.metadata?.event_payload.item_id === itemId);
  if (!message) throw new Error(`there is no card #${itemId}`);
  return message;
};
const settled = () => world.chat().settled();

describe('a day on Slack', () => {
  it('goes from the first card to the last answer', async () => {
    await open();
    refs.clear();
    const { ana, bo, channel, handlers, slack } = world;
    await level(
      sampleCard({
        itemId: 1,
        tone: 'red',
        urgency: 'urgent',
        priority: 90,
        text: 'The lid broke <!channel>!',
      }),
      sampleCard({ itemId: 2 }),
      sampleCard({ itemId: 3, text: 'buy my *coins* <https://evil.example|here>' }),
    );

    // Both reach for the urgent one; one gets it, the other is told, privately.
    const urgent = cardOf(1);
    await ana.press(urgent, 'Claim');
    await bo.press(urgent, 'Claim');
    await settled();
    expect(bo.told().at(-1)).toContain('#1 was already claimed by Ana');
    await level();
    expect(cardOf(1).text).toContain('With Ana');
    expect(cardOf(1).text).toContain('The lid broke <!channel>!');

    // Ana drafts, saves, looks at the exact text, changes it, looks again, sends.
    await ana.press(cardOf(1), 'Draft');
    await settled();
    expect(ana.view()?.text).toContain('@potluck.example');
    ana.type('Your answer', 'We send you a new one & sorry <3');
    await ana.pressInView('Save draft, send nothing');
    await settled();
    expect(ana.view()?.text).toContain('Saved. Nothing was sent.');
    expect(handlers.now(1).draft?.text).toBe('We send you a new one & sorry <3');
    await ana.submit();
    expect(ana.view()).toMatchObject({ submit: 'Send now' });
    expect(ana.view()?.text).toContain('This goes out in public as @potluck.example');
    ana.type('Your answer', 'We send you a new one today.');
    await ana.submit();
    expect(ana.view()?.text).toContain('The text has changed');
    expect(handlers.acts.some((act) => act.action.type === 'send')).toBe(false);
    await ana.submit();
    await settled();
    expect(handlers.acts.at(-1)?.action).toEqual({ type: 'send', text: 'We send you a new one today.' });
    expect(ana.view()?.text).toContain('Sent: https://social.example/@potluck/1');
    ana.close();
    expect(ana.view()).toBeNull();
    await level();
    expect(cardOf(1).text.split('\n')).toHaveLength(1);
    expect(cardOf(1).links.map((link) => link.url)).toContain('https://social.example/@potluck/1');

    // Spam is dismissed with its reason, from the form.
    await bo.press(cardOf(3), 'Dismiss');
    await settled();
    await bo.submit();
    expect(bo.view()?.errors).toEqual({
      'Why does nobody need to answer?': 'Please complete this required field.',
    });
    bo.choose('Why does nobody need to answer?', 'Spam');
    await bo.submit();
    await settled();
    expect(bo.view()).toBeNull();
    expect(handlers.now(3)).toMatchObject({ state: 'dismissed' });

    // The rest waits until tomorrow at nine, where Bo lives.
    await bo.press(cardOf(2), 'Snooze…');
    await settled();
    bo.choose('Bring it back', 'Tomorrow at 9:00, your time');
    await bo.submit();
    await settled();
    expect(new Date(handlers.now(2).snoozedUntil ?? 0).toISOString()).toBe('2026-06-02T13:00:00.000Z');
    await level();
    expect(cardOf(2).text).toContain('Snoozed until');

    // One card each, edited in place, and a restart changes nothing.
    expect(slack.shown(channel)).toHaveLength(3);
    await world.restart();
    await ana.press(cardOf(3), 'Reopen');
    await settled();
    expect(handlers.now(3).state).toBe('open');
  });
});

describe('the forms', () => {
  it('assign to a colleague, note for the team, mark as answered with the link', async () => {
    await open();
    refs.clear();
    await level(sampleCard());
    const { ana, handlers } = world;
    await ana.press(cardOf(7), 'Assign to…');
    await settled();
    ana.choose('Who shall answer?', 'U0BO');
    await ana.submit();
    await settled();
    expect(handlers.now(7).owner).toEqual({ id: 'slack:T0POTLUCK/U0BO', name: 'Bo' });

    await ana.press(cardOf(7), 'Note…');
    await settled();
    ana.type('For the team only; never public', 'Bo knows her from the fair.');
    await ana.submit();
    await settled();
    expect(handlers.now(7).notes[0]).toMatchObject({ by: 'Ana', text: 'Bo knows her from the fair.' });

    await world.bo.press(cardOf(7), 'Mark answered');
    await settled();
    world.bo.type('Link to the answer', 'https://social.example/answer');
    await world.bo.submit();
    await settled();
    expect(handlers.now(7).closing?.url).toBe('https://social.example/answer');
  });

  it('say it when somebody else acted meanwhile, and keep every word', async () => {
    await open();
    refs.clear();
    await level(sampleCard());
    const { ana, bo, handlers } = world;
    await ana.press(cardOf(7), 'Draft');
    await settled();
    ana.type('Your answer', 'Ten minutes of thinking.');
    await bo.press(cardOf(7), 'Claim');
    await settled();
    await ana.submit();
    expect(ana.view()?.submit).toBe('Send now');
    await ana.submit();
    await settled();
    expect(ana.view()?.text).toContain('#7 is with Bo');
    expect(ana.view()?.fields[0]?.value).toBe('Ten minutes of thinking.');
    expect(handlers.now(7).state).toBe('claimed');
  });

  it('tell in place what the network will not take', async () => {
    await open();
    refs.clear();
    await level(sampleCard());
    await world.ana.press(cardOf(7), 'Draft');
    await settled();
    world.ana.type('Your answer', 'x'.repeat(901));
    await world.ana.submit();
    expect(world.ana.view()?.errors).toEqual({ 'Your answer': 'It is longer than 900 graphemes.' });
    world.ana.type('Your answer', 'y'.repeat(450));
    await world.ana.submit();
    expect(world.ana.view()?.text).toContain('450 of 300 graphemes, in 2 posts');
    expect(world.ana.view()?.text).toContain('Post 2 of 2');
  });

  it('offer only the draft where the network takes no answer from a bot', async () => {
    await open();
    refs.clear();
    await level(sampleCard({ reply: null }));
    expect(cardOf(7).text).toContain('lets no bot answer');
    await world.ana.press(cardOf(7), 'Draft');
    await settled();
    expect(world.ana.view()?.submit).toBe('Save draft');
    world.ana.type('Your answer', 'To be pasted by hand.');
    await world.ana.submit();
    await settled();
    expect(world.handlers.now(7).draft?.text).toBe('To be pasted by hand.');
    expect(world.ana.view()).toBeNull();
  });

  it('say “working on it” while a network is slow, and how it ended, also to a closed form', async () => {
    await open();
    refs.clear();
    await level(sampleCard({ itemId: 1 }), sampleCard({ itemId: 2 }));
    const { ana, handlers, clock } = world;
    for (const itemId of [1, 2]) {
      let fail: () => void = () => {};
      handlers.answerWith(
        () =>
          new Promise((resolve) => {
            fail = () =>
              resolve({
                ok: false,
                refusal: { code: 'unavailable', text: 'Bluesky is out of order.' },
                card: handlers.now(itemId),
              });
          }),
      );
      await ana.press(cardOf(itemId), 'Draft');
      await settled();
      ana.type('Your answer', `Words for ${itemId}.`);
      await ana.submit();
      const sent = ana.submit();
      await world.slack.until('the flow was asked', () => handlers.acts.length === itemId);
      await clock.advance(1_600);
      await sent;
      expect(ana.view()?.text).toContain('Working on it…');
      if (itemId === 2) ana.close();
      fail();
      await settled();
      await world.slack.until('the end is told', () => ana.told().join().includes('Bluesky is out of order'));
      if (itemId === 1) expect(ana.view()?.fields[0]?.value).toBe('Words for 1.');
      else await world.slack.until('the words', () => (ana.told().at(-1) ?? '').includes('Words for 2.'));
    }
  });
});

describe('the slash command', () => {
  it('answers everything privately', async () => {
    await open({ policy: { reactions: false } });
    refs.clear();
    const { ana, bo, channel, handlers, slack } = world;
    await level(
      sampleCard({ itemId: 1, priority: 90 }),
      sampleCard({ itemId: 2, kinds: ['complaint'], kindLabel: 'Complaint', text: 'broken lid' }),
    );
    handlers.setSources([
      { name: 'bluesky', label: 'Bluesky', state: 'quiet', detail: null, lastSuccessAt: 1, lastPostAt: 1 },
      {
        name: 'blog',
        label: 'Blog',
        state: 'blind',
        detail: 'The feed is gone.',
        lastSuccessAt: 1,
        lastPostAt: null,
      },
    ]);
    const say = async (text: string): Promise<string> => {
      const before = ana.told().length;
      await ana.command(`/potluck ${text}`, channel);
      await settled();
      return ana.told().slice(before).join('\n');
    };
    expect(await say('')).toContain('/potluck claim 12 – it is yours');
    expect(await say('list')).toMatch(/#1 Question[\s\S]*#2 Complaint/);
    expect(await say('list complaints')).not.toContain('#1');
    expect(await say('list bluesky')).toContain('#1');
    expect(await say('list myspace')).toContain('Sources: bluesky, blog.');
    expect(await say('find broken')).toContain('#2');
    expect(await say('sources')).toContain('Blog · 🔴 blind – The feed is gone.');
    expect(await say('next')).toContain('With Ana');
    expect(handlers.now(1).owner?.name).toBe('Ana');
    expect(await say('mine')).toContain('#1');
    expect(await say('assign 2 @bo')).toContain('Done');
    expect(handlers.now(2).owner?.name).toBe('Bo');
    expect(await say('claim 2')).toContain('already claimed by Bo');
    expect(await say('claim 99')).toContain('There is no #99.');
    expect(await say('draft 1 Thanks &lt; you & me')).toContain('Done');
    expect(handlers.now(1).draft?.text).toBe('Thanks &lt; you & me');
    expect(await say('snooze 1 monday')).toContain('Done');
    // Monday at nine in Berlin; this is a Monday.
    expect(new Date(handlers.now(1).snoozedUntil ?? 0).toISOString()).toBe('2026-06-08T07:00:00.000Z');
    expect(await say('note 2 <!channel> knows')).toContain('Done');
    expect(await say('dismiss 1 spam')).toContain('Done');
    expect(await say('answered 2 https://social.example/x')).toContain('is with Bo');
    expect(await say('clam 2')).toContain('Did you mean');
    await ana.command('/potluck dismiss 2', channel);
    await settled();
    expect(ana.view()?.title).toBe('Dismiss #2');
    // Nobody else saw any of it.
    expect(bo.told()).toEqual([]);
    expect(slack.shown(channel)).toHaveLength(2);
  });

  it('works in a channel the bot is not in, and turns pages', async () => {
    await open();
    refs.clear();
    world.slack.addChannel('C0ELSE', { botIn: false });
    for (let itemId = 1; itemId <= 23; itemId++) world.handlers.put(sampleCard({ itemId }));
    const { ana } = world;
    await ana.command('/potluck list', 'C0ELSE');
    await settled();
    const answer = () => ana.sees('C0ELSE').at(-1);
    expect(answer()?.text).toContain('(1–10 of 23)');
    for (const range of ['(11–20 of 23)', '(21–23 of 23)']) {
      const page = answer();
      if (!page) throw new Error('there is no answer');
      await ana.press(page, 'More');
      await settled();
      expect(answer()?.text).toContain(range);
    }
    expect(ana.sees('C0ELSE')).toHaveLength(1);
    expect(answer()?.buttons.map((button) => button.label)).toEqual(['Earlier']);
  });
});

describe('what people leave on a card', () => {
  it('an emoji acts, taking 👀 away releases, and a refusal is private', async () => {
    await open();
    refs.clear();
    await level(sampleCard());
    const { ana, bo, handlers } = world;
    await ana.react(cardOf(7), 'eyes');
    await settled();
    expect(handlers.now(7).owner?.name).toBe('Ana');
    await bo.react(cardOf(7), 'white_check_mark');
    await settled();
    expect(bo.told().join()).toContain('#7 is with Ana');
    await bo.unreact(cardOf(7), 'eyes');
    await settled();
    expect(handlers.now(7).owner?.name).toBe('Ana');
    await ana.unreact(cardOf(7), 'eyes');
    await settled();
    expect(handlers.now(7).owner).toBeNull();
    await ana.react(cardOf(7), 'zzz');
    await settled();
    expect(handlers.now(7).state).toBe('snoozed');
    await ana.react(cardOf(7), 'tada');
    await settled();
    expect(handlers.acts).toHaveLength(5);
  });

  it('an emoji does nothing when the policy switches it off', async () => {
    await open({ policy: { reactions: false } });
    refs.clear();
    await level(sampleCard());
    await world.ana.react(cardOf(7), 'eyes');
    await settled();
    expect(world.handlers.acts).toEqual([]);
  });

  it('an emoji works after a restart, and on our cards only', async () => {
    await open();
    refs.clear();
    await level(sampleCard());
    await world.restart();
    await world.bo.say(world.channel, 'lunch?');
    const talk = world.slack.shown(world.channel).find((message) => message.author === 'U0BO');
    if (!talk) throw new Error('nobody talked');
    await world.ana.react(talk, 'eyes');
    await settled();
    expect(world.handlers.acts).toEqual([]);
    await world.ana.react(cardOf(7), 'eyes');
    await settled();
    expect(world.handlers.now(7).owner?.name).toBe('Ana');
  });

  it('a thread is the team’s own; only “draft:” becomes the draft, and nothing is said aloud', async () => {
    await open();
    refs.clear();
    await level(sampleCard());
    const { ana, channel, handlers } = world;
    await ana.say(channel, 'is she a customer?', cardOf(7).ts);
    await settled();
    expect(handlers.acts).toEqual([]);
    await ana.say(channel, 'Draft: Yes & it does. <3', cardOf(7).ts);
    await settled();
    expect(handlers.now(7).draft?.text).toBe('Yes & it does. <3');
    expect(ana.told().join()).toContain('Nothing was sent');
    // Two lines of Ana's and the card: the bot has not spoken in public.
    expect(world.slack.shown(channel)).toHaveLength(3);
    await ana.say(channel, 'draft: not in a thread of a card');
    await settled();
    expect(handlers.acts).toHaveLength(1);
  });
});

describe('the Home tab', () => {
  it('shows mine, the queue and the sources, and follows what changes, at Slack’s pace', async () => {
    await open();
    refs.clear();
    await level(sampleCard({ itemId: 1, priority: 80 }), sampleCard({ itemId: 2 }));
    const { ana, handlers, clock, slack } = world;
    await ana.openHome();
    await settled();
    expect(ana.home()?.text).toContain('Nothing. Take the next one?');
    expect(ana.home()?.text).toContain('2 open · 0 claimed');
    await ana.pressAtHome('Claim the most urgent');
    await settled();
    expect(handlers.now(1).owner?.name).toBe('Ana');
    expect(ana.view()?.title).toBe('Answer #1');
    expect(ana.home()?.text).toContain('1 open · 1 claimed');
    // Many changes make one redraw.
    handlers.happen(
      2,
      { type: 'dismiss', reason: 'spam' },
      { id: 'x', name: 'X', role: 'manager', surface: 'web' },
    );
    const drawn = slack.calls('views.publish').length;
    for (let turn = 0; turn < 5; turn++) await level();
    await clock.advance(10_000);
    await settled();
    expect(ana.home()?.text).toContain('0 open · 1 claimed');
    expect(slack.calls('views.publish').length - drawn).toBeLessThanOrEqual(3);
  });

  it('the shortcut takes the next item from anywhere', async () => {
    await open();
    refs.clear();
    world.handlers.put(sampleCard());
    await world.ana.shortcut('potluck_next');
    await settled();
    expect(world.handlers.now(7).owner?.name).toBe('Ana');
    expect(world.ana.view()?.title).toBe('Answer #7');
    await world.bo.shortcut('potluck_next');
    await settled();
    expect(world.bo.view()?.text).toContain('Nothing waits');
  });
});
