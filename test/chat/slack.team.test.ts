import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { statsParts } from '../../src/chat/slack/figures.ts';
import { botScopes } from '../../src/chat/slack/manifest.ts';
import { rich } from '../../src/chat/slack/rich.ts';
import type { Card } from '../../src/domain/card.ts';
import { spanWords } from '../../src/domain/digest/words.ts';
import type { Stats } from '../../src/domain/stats.ts';
import { ACTIONS, closedCard, HOSTILE_TEXTS, NOON, sampleCard } from '../support/cards.ts';
import { checkBlocks } from '../support/slack/limits.ts';
import { type SlackWorld, type SlackWorldOptions, slackWorld } from '../support/slack/world.ts';

let world: SlackWorld;
const open = async (options?: SlackWorldOptions): Promise<SlackWorld> => {
  world = await slackWorld(options);
  return world;
};
afterEach(async () => {
  expect(world.slack.breaches()).toEqual([]);
  await world.close();
});

const signal = new AbortController().signal;
const settled = () => world.chat().settled();

async function post(card: Card): Promise<string> {
  world.handlers.put(card);
  return world.chat().post(world.channel, card, { nonce: `n${card.itemId}`, signal });
}

function cardOf(itemId: number) {
  const message = world.slack
    .shown(world.channel)
    .find((each) => each.metadata?.event_payload.item_id === itemId);
  if (!message) throw new Error(`there is no card #${itemId}`);
  return message;
}

/** Types a command as Ana (or Bo) and returns what only they were told. */
async function ask(text: string, who: 'ana' | 'bo' = 'ana'): Promise<string> {
  const person = world[who];
  const before = person.told().length;
  await person.command(`/potluck ${text}`, world.channel);
  await settled();
  return person.told().slice(before).join('\n');
}

describe('what the command tells', () => {
  it('who somebody is, and that nobody of that name wrote', async () => {
    const { handlers, slack, channel } = await open();
    handlers.replyWith({
      ok: true,
      text: 'What we know of @mira',
      notice: {
        title: '<!channel> *Mira* Evil',
        tone: 'grey',
        blocks: [{ type: 'text', text: '3 conversations, 7 posts' }],
        buttons: [],
        mention: [],
      },
    });
    const told = await ask('who @mira.example');
    expect(handlers.asks.at(-1)).toMatchObject({ what: 'person', options: { author: '@mira.example' } });
    expect(told).toContain('<!channel> *Mira* Evil');
    expect(told).toContain('3 conversations, 7 posts');
    handlers.replyWith({ ok: false, text: 'Nobody called “here” has written to us.' });
    expect(await ask('who <!here>')).toContain('Nobody called “');
    expect(slack.pings()).toEqual([]);
    expect(slack.shown(channel)).toEqual([]);
  });

  it('the figures with their meaning, and who is on call', async () => {
    const { handlers } = await open();
    expect(await ask('stats')).toContain('Nobody waits for an answer');
    for (let itemId = 1; itemId <= 8; itemId++)
      handlers.put(
        sampleCard({ itemId, priority: itemId * 10, waitingSince: NOON - (20 - itemId) * 3_600_000 }),
      );
    handlers.put(closedCard({ itemId: 9, postedAt: NOON - 3_600_000 }));
    handlers.setSources([
      { name: 'bluesky', label: 'Bluesky', state: 'blind', detail: 'x', lastSuccessAt: 1, lastPostAt: 1 },
    ]);
    const stats = await ask('stats');
    expect(stats).toContain('The last 24 hours');
    expect(stats).toContain('9 new · 1 answered · 0 dismissed');
    expect(stats).toContain('8 waiting, the longest since 2026-05-31 17:00');
    expect(stats).toContain('half of them within 59 min, nine of ten within 59 min');
    expect(stats).toContain('By kind: question 9');
    expect(stats).toContain('By source: Bluesky 9');
    expect(stats).toContain('Answers by: Ana 1');
    expect(stats).toContain('Time to answer: from the customer’s first unanswered post');
    expect(await ask('stats week')).toContain('The last seven days');
  });

  it('keeps every limit for any people and any figures', () => {
    const hostile = fc.constantFrom(...HOSTILE_TEXTS.map(({ text }) => text));
    const count = fc.nat({ max: 1e9 });
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 8, maxLength: 8 }), count, (words, number) => {
        const stats: Stats = {
          from: 0,
          to: number,
          opened: number,
          filtered: number,
          answered: number,
          dismissed: number,
          waiting: number,
          oldestWaitingSince: number,
          medianToAnswerMs: number,
          p90ToAnswerMs: number,
          byKind: [{ kind: 'link-share', count: number }],
          inTime: { kept: 0, of: 0 },
          noise: { count: 0, of: number },
          useful: number,
          byReason: [{ reason: 'spam', count: number }],
          bySource: words.map((source) => ({ source, count: number, answered: number })),
          byPerson: words.map((name) => ({ name, answered: number })),
        };
        expect(checkBlocks([rich(statsParts(stats, []))])).toMatchObject({ ok: true });
      }),
      { numRuns: 40 },
    );
    expect([0, 59_000, 90 * 60_000, 7_200_000, 3 * 86_400_000].map(spanWords)).toEqual([
      'under a minute',
      '1 min',
      '1 h 30 min',
      '2 h',
      '3 days',
    ]);
  });
});

describe('muted words', () => {
  const managers = { policy: { managers: ['U0ANA'] } };

  it('are tried on the latest posts before they hide anything, by a manager only', async () => {
    const { ana, bo, channel, handlers } = await open(managers);
    handlers.put(sampleCard({ itemId: 1, text: 'free coins here' }));
    handlers.put(closedCard({ itemId: 2, text: 'my free coins are gone' }));
    handlers.put(sampleCard({ itemId: 3, text: 'coins for free' }));
    expect(await ask('mute')).toContain('No word is muted');
    expect(await ask('mute free coins', 'bo')).toMatch(/manager/i);
    expect(bo.sees(channel).at(-1)?.buttons).toEqual([]);
    expect(await ask('mute free coins')).toBe(
      '🔇 Muting “free coins” would have hidden 2 of the last 3, among them 1 that you answered.\nWhat is muted opens no card; it stays counted, and “unmute” brings it back.',
    );
    expect((await handlers.settings()).muted).toEqual([]);
    const trial = ana.sees(channel).at(-1);
    if (!trial) throw new Error('there is no trial');
    await ana.press(trial, 'Confirm: mute');
    await settled();
    expect((await handlers.settings()).muted).toEqual(['free coins']);
    // The trial has given way to the outcome: nobody confirms twice.
    expect(ana.sees(channel).at(-1)).toMatchObject({ ts: trial.ts, buttons: [] });
    expect(await ask('mute')).toBe('Muted: “free coins”.');
    expect(await ask('mute Free Coins')).toContain('muted already');
    await ask('unmute free coins', 'bo');
    expect((await handlers.settings()).muted).toEqual(['free coins']);
    await ask('unmute free coins');
    expect((await handlers.settings()).muted).toEqual([]);
  });

  it('are edited in the settings, where a colleague’s change is not undone unseen', async () => {
    const { ana, bo, channel, handlers } = await open(managers);
    handlers.put(sampleCard({ itemId: 1, text: 'an airdrop for you' }));
    expect(await ask('settings', 'bo')).toMatch(/manager/i);
    expect(bo.view()).toBeNull();
    await ana.command('/potluck settings', channel);
    await settled();
    const field = 'Muted words or phrases, one a line';
    ana.type(field, 'airdrop\nfree coins');
    await handlers.mute({ add: ['lottery'] }, { id: 'x', name: 'Zoe', surface: 'web', role: 'manager' });
    await ana.submit();
    expect(ana.view()?.text).toContain('Somebody changed the words meanwhile. They are now: “lottery”.');
    expect(ana.view()?.fields[0]?.value).toBe('airdrop\nfree coins');
    ana.type(field, 'airdrop\nfree coins\nlottery');
    await ana.submit();
    expect(ana.view()).toMatchObject({ submit: 'Save it so' });
    expect(ana.view()?.text).toContain(
      'Muting “airdrop”, “free coins” would have hidden 1 of the last 1, none of which you answered.',
    );
    expect((await handlers.settings()).muted).toEqual(['lottery']);
    await ana.submit();
    expect(ana.view()?.text).toContain('Muted words: lottery, airdrop, free coins');
    ana.close();
    // Taking words away needs no trial.
    await ana.command('/potluck settings', channel);
    await settled();
    ana.type(field, '');
    await ana.submit();
    expect((await handlers.settings()).muted).toEqual([]);
  });
});

describe('human posts', () => {
  const BLUESKY = {
    source: 'bluesky',
    account: '@potluck.example on Bluesky',
    limit: 300,
    unit: 'graphemes',
  };
  const MASTODON = { source: 'mastodon', account: '@potluck@m.example', limit: 500, unit: 'characters' };

  it('are written, kept, looked at as they will be public, and published', async () => {
    const { ana, channel, handlers } = await open();
    expect(await ask('idea')).toContain('No source that is connected lets us publish');
    handlers.setOutlets([BLUESKY, MASTODON]);
    await ana.command('/potluck idea Friday is potluck day & more', channel);
    await settled();
    expect(ana.view()?.title).toBe('New human post');
    expect(ana.view()?.fields).toMatchObject([
      {
        label: 'Where',
        options: expect.arrayContaining(['@potluck.example on Bluesky · up to 300 graphemes']),
      },
      { label: 'Your post', value: 'Friday is potluck day & more' },
    ]);
    await ana.submit();
    expect(ana.view()?.errors).toEqual({ Where: 'Please complete this required field.' });
    ana.choose('Where', 'mastodon');
    await ana.submit();
    await settled();
    expect(ana.view()).toMatchObject({ title: 'Human post #1', submit: 'Publish now' });
    expect(ana.view()?.text).toContain('goes out in public as @potluck@m.example · 28 of 500 characters');
    expect(handlers.now(1)).toMatchObject({ origin: 'prompt', owner: { name: 'Ana' } });
    expect(handlers.acts).toEqual([]);
    ana.type('Your post', 'Friday is potluck day.');
    await ana.submit();
    expect(ana.view()?.text).toContain('The text has changed');
    await ana.submit();
    await settled();
    expect(handlers.acts.map(({ action }) => action)).toEqual([
      { type: 'send', text: 'Friday is potluck day.' },
    ]);
    expect(ana.view()?.text).toContain('Sent: https://social.example/@potluck/1');
  });

  it('are saved without a word in public, also from the lightning menu, and only once', async () => {
    const { ana, handlers, slack } = await open();
    handlers.setOutlets([BLUESKY]);
    await ana.shortcut('potluck_idea');
    await settled();
    await ana.pressInView('Save draft, publish nothing');
    await settled();
    expect(ana.view()?.text).toContain('Write the post first.');
    ana.type('Your post', 'A quiet thought.');
    slack.twice();
    await ana.pressInView('Save draft, publish nothing');
    await settled();
    expect(ana.view()?.text).toContain('Saved as #1. Nothing is public.');
    expect(ana.view()?.fields[0]?.value).toBe('A quiet thought.');
    await expect(handlers.card(2)).resolves.toBeNull();
    await ana.submit();
    expect(ana.view()).toMatchObject({ submit: 'Publish now' });
    expect(handlers.acts).toEqual([]);
  });

  it('that are too long for the network stay, with the reason', async () => {
    const { ana, handlers } = await open();
    handlers.setOutlets([BLUESKY]);
    await ana.shortcut('potluck_idea');
    await settled();
    ana.type('Your post', 'x'.repeat(901));
    await ana.submit();
    await settled();
    expect(ana.view()?.text).toContain('It is longer than 900 graphemes.');
    expect(ana.view()?.submit).toBe('Preview…');
    expect(ana.view()?.fields[0]?.value).toBe('x'.repeat(901));
    await ana.submit();
    expect(ana.view()?.errors['Your post']).toContain('longer than 900');
    expect(handlers.now(1).draft?.text).toHaveLength(901);
    await expect(handlers.card(2)).resolves.toBeNull();
  });
});

describe('tracking a message', () => {
  it('makes one item of it, with its author, its words and its link, and tells only the one who asked', async () => {
    const { ana, bo, channel, handlers, slack } = await open();
    slack.addUser('U0CY', { name: 'Cy Young', teamId: 'T0PARTNER' });
    await bo.say(channel, '@ana a customer told me: the lid <!broke> & she is sad https://x.example/a');
    const [message] = slack.shown(channel);
    if (!message) throw new Error('nobody spoke');
    await ana.messageShortcut(message, 'potluck_track');
    await settled();
    expect(ana.told().at(-1)).toContain('It is #1 now.');
    expect(handlers.now(1)).toMatchObject({
      text: '@Ana a customer told me: the lid <!broke> & she is sad https://x.example/a',
      author: { name: 'Bo' },
      url: `https://potluck-test.slack.example/archives/${channel}/p${message.ts.replace('.', '')}`,
      postedAt: Math.floor(Number(message.ts) * 1_000),
    });
    await bo.messageShortcut(message, 'potluck_track');
    await settled();
    expect(bo.told().at(-1)).toContain('already #1');
    expect(slack.shown(channel)).toHaveLength(1);
    expect(slack.pings()).toEqual([]);
  });

  it('works where the bot was never invited, and not on our own cards or for people from outside', async () => {
    const { ana, channel, handlers, slack } = await open();
    slack.addChannel('C0SECRET', { private: true, botIn: false });
    await ana.say('C0SECRET', 'heard at the fair: they love it');
    const [heard] = ana.sees('C0SECRET');
    if (!heard) throw new Error('nobody spoke');
    await ana.messageShortcut(heard, 'potluck_track');
    await settled();
    expect(handlers.now(1)).toMatchObject({ url: null, text: 'heard at the fair: they love it' });
    await post(sampleCard({ itemId: 7 }));
    await ana.messageShortcut(cardOf(7), 'potluck_track');
    await settled();
    expect(ana.told().at(-1)).toContain('That is the card of #7 already.');
    const cy = slack.addUser('U0CY', { name: 'Cy', teamId: 'T0PARTNER' });
    await cy.say(channel, 'hello');
    const said = slack.shown(channel).at(-1);
    if (!said) throw new Error('nobody spoke');
    await cy.messageShortcut(said, 'potluck_track');
    await settled();
    expect(cy.told().at(-1)).toContain('Only people of the workspace');
    await expect(handlers.card(8)).resolves.toBeNull();
  });
});

describe('approval', () => {
  const managers = { policy: { managers: ['U0BO'] } };

  it('goes from the preview to a second person, who reads exactly what is sent', async () => {
    const { ana, bo, handlers } = await open(managers);
    handlers.setPermissions({ send: 'manager' });
    await post(sampleCard());
    await ana.press(cardOf(7), 'Draft');
    await settled();
    ana.type('Your answer', 'Yes, it does.');
    await ana.submit();
    expect(ana.view()).toMatchObject({ submit: 'Ask for approval' });
    expect(ana.view()?.text).toMatch(/manager/i);
    expect(ana.view()?.text).toContain(
      'This would go out in public as @potluck.example · 13 of 300 graphemes',
    );
    await ana.submit();
    await settled();
    expect(handlers.acts.map(({ action }) => action.type)).toEqual(['request-approval']);
    const ref = cardOf(7);
    await world.chat().update(`${ref.channel}:${ref.ts}`, handlers.now(7), { nonce: 'n', signal });
    expect(cardOf(7).text).toContain('Ana asks for approval of this text (not public yet):\nYes, it does.');

    // Whoever may not approve is told who can, before any form.
    await ana.press(cardOf(7), 'Approve & send…');
    await settled();
    expect(ana.told().at(-1)).toMatch(/manager/i);
    expect(ana.view()?.submit ?? null).toBeNull();

    await bo.press(cardOf(7), 'Approve & send…');
    await settled();
    expect(bo.view()?.text).toContain('This goes out in public as @potluck.example · 13 of 300 graphemes');
    expect(bo.view()?.text).toContain('Yes, it does.');
    // Ana changes her mind while Bo reads: he approves nothing he has not read.
    handlers.happen(
      7,
      { type: 'request-approval', text: 'Yes, on the top rack.' },
      { id: 'slack:T0POTLUCK/U0ANA', name: 'Ana', role: 'responder', surface: 'slack' },
    );
    await bo.submit();
    expect(bo.view()?.text).toContain('The text has changed. Read it again.');
    expect(bo.view()?.text).toContain('Yes, on the top rack.');
    await bo.submit();
    await settled();
    expect(handlers.acts.at(-1)).toMatchObject({
      action: { type: 'approve', text: 'Yes, on the top rack.' },
      actor: { id: 'slack:T0POTLUCK/U0BO', role: 'manager' },
    });
    expect(handlers.now(7).closing?.by).toBe('Ana');
    expect(bo.view()?.text).toContain('Sent: https://social.example/@potluck/7');
  });

  it('is refused with words that the author reads on the card, and the text is kept', async () => {
    const { bo, handlers } = await open(managers);
    await post(
      sampleCard({
        state: 'claimed',
        owner: { id: 'slack:T0POTLUCK/U0ANA', name: 'Ana' },
        draft: { text: 'Nope.', by: 'Ana', at: NOON },
        actions: ['request-approval', ...ACTIONS.claimed],
      }),
    );
    await world.ana.press(cardOf(7), 'Ask for approval');
    await settled();
    expect(handlers.now(7).approval?.text).toBe('Nope.');
    const ref = cardOf(7);
    await world.chat().update(`${ref.channel}:${ref.ts}`, handlers.now(7), { nonce: 'n', signal });
    await bo.press(cardOf(7), 'Refuse…');
    await settled();
    bo.type('What shall change? (the team reads it)', 'Kinder, please.');
    await bo.submit();
    await settled();
    expect(handlers.now(7)).toMatchObject({
      approval: null,
      draft: { text: 'Nope.' },
      warning: expect.stringContaining('Kinder, please.'),
    });
    // A second look at the old card is told so.
    await bo.press(ref, 'Ask for approval');
    await settled();
    expect(handlers.now(7).approval?.by).toBe('Bo');
  });

  it('is asked for when the flow wants a second person for this one text, and no word is lost', async () => {
    const { ana, handlers } = await open();
    await post(sampleCard());
    await ana.press(cardOf(7), 'Draft');
    await settled();
    ana.type('Your answer', 'Our first answer.');
    await ana.submit();
    expect(ana.view()?.submit).toBe('Send now');
    handlers.answerWith(() => ({
      ok: false,
      refusal: { code: 'needs-approval', text: 'New colleagues ask Bo or Zoe first.' },
      card: handlers.now(7),
    }));
    await ana.submit();
    expect(ana.view()?.text).toContain('New colleagues ask Bo or Zoe first.');
    expect(ana.view()).toMatchObject({
      submit: 'Ask for approval',
      fields: [{ value: 'Our first answer.' }],
    });
    handlers.answerWith(null);
    await ana.submit();
    await settled();
    expect(handlers.now(7).approval).toMatchObject({ by: 'Ana', text: 'Our first answer.' });
  });
});

describe('remarks', () => {
  it('on the wording are shown with the preview and keep nobody from sending', async () => {
    const { ana, handlers } = await open();
    await post(sampleCard());
    await ana.press(cardOf(7), 'Draft');
    await settled();
    ana.type('Your answer', 'BUY NOW!!! 50% OFF WITH CODE LID50');
    await ana.submit();
    expect(ana.view()?.text).toContain('Before it is public – hints only, you decide:');
    expect(ana.view()?.submit).toBe('Send now');
    await ana.submit();
    await settled();
    expect(handlers.now(7).state).toBe('answered');
  });

  it('that cannot be made keep nobody from sending, either', async () => {
    const { ana, handlers } = await open();
    handlers.remarks = () => Promise.reject(new Error('no remarks today'));
    await post(sampleCard());
    await ana.press(cardOf(7), 'Draft');
    await settled();
    ana.type('Your answer', 'Yes.');
    await ana.submit();
    expect(ana.view()).toMatchObject({ submit: 'Send now' });
    expect(world.logged()).toContain('no remarks today');
  });

  it('of the bot stand in the thread, as one line, and call nobody but the owner', async () => {
    const { channel, slack } = await open();
    const ref = await post(sampleCard());
    const line = 'Mira came back: “<!channel> *still* broken”\nsecond line';
    const options = { nonce: 'n', signal };
    await world.chat().remark?.(ref, line, 'slack:T0POTLUCK/U0ANA', options);
    await world.chat().remark?.(ref, line, null, options);
    await world.clock.advance(5_000);
    // Somebody of another chat cannot be called from here.
    await world.chat().remark?.(ref, line, 'web:zoe', options);
    await world.chat().remark?.(ref, line, 'slack:T0OTHER/U0ANA', options);
    const said = slack.shown(channel).filter((message) => message.threadTs !== null);
    expect(said.map((message) => message.text)).toEqual([
      '@U0ANA Mira came back: “<!channel> *still* broken” second line',
      ...Array.from({ length: 3 }, () => 'Mira came back: “<!channel> *still* broken” second line'),
    ]);
    expect(new Set(said.map((message) => `${channel}:${message.threadTs}`))).toEqual(new Set([ref]));
    expect(slack.pings()).toEqual(['U0ANA']);
    // The line is no card: what is found is the card.
    await expect(world.chat().find?.(channel, 7, 0, signal)).resolves.toBe(ref);
    slack.remove(channel, cardOf(7).ts);
    await world.clock.advance(5_000);
    await expect(world.chat().remark?.(ref, line, null, options)).rejects.toMatchObject({
      name: 'RejectedError',
    });
  });
});

describe('roles', () => {
  const groups = { policy: { managerGroups: ['S0MANAGERS'] } };
  const scopes = botScopes();

  it('come from a user group, asked for every five minutes at most, and kept while Slack is out of order', async () => {
    const { handlers, slack, clock } = await open({ ...groups, scopes: [...scopes, 'usergroups:read'] });
    slack.setGroup('S0MANAGERS', ['U0ANA']);
    const roles = () => handlers.acts.map(({ actor }) => actor.role);
    await post(sampleCard());
    await ask('note 7 one');
    await ask('note 7 two', 'bo');
    expect(roles()).toEqual(['manager', undefined]);
    expect(slack.calls('usergroups.users.list')).toHaveLength(1);
    slack.setGroup('S0MANAGERS', ['U0BO']);
    await clock.advance(5 * 60_000 + 1);
    await ask('note 7 three');
    await ask('note 7 four', 'bo');
    expect(roles().slice(2)).toEqual([undefined, 'manager']);
    await clock.advance(5 * 60_000 + 1);
    slack.fail({ kind: 'status', status: 503 }, 'usergroups.users.list');
    await ask('note 7 five', 'bo');
    expect(roles().at(-1)).toBe('manager');
    const checks = await world.chat().check(signal, []);
    expect(checks.find((check) => check.what.includes('S0MANAGERS'))).toMatchObject({ ok: true });
  });

  it('are nobody’s without the scope, which the doctor names', async () => {
    const { handlers } = await open({ ...groups, scopes });
    await post(sampleCard());
    await ask('note 7 one');
    expect(handlers.acts[0]?.actor.role).toBeUndefined();
    const checks = await world.chat().check(signal, []);
    const bad = checks.filter((check) => !check.ok);
    expect(bad).toHaveLength(1);
    expect(bad[0]?.remedy).toContain('usergroups:read');
  });

  it('that are missing are told before a form is filled in, with who can', async () => {
    const { bo, handlers } = await open({ policy: { managers: ['U0ANA'] } });
    handlers.setPermissions({ dismiss: 'manager', assign: 'manager' });
    await post(sampleCard());
    for (const label of ['Dismiss', 'Assign to…']) {
      const before = bo.told().length;
      await bo.press(cardOf(7), label);
      await settled();
      expect(bo.view()).toBeNull();
      expect(bo.told().slice(before).join()).toContain('Managers on Slack: Ana.');
    }
    await bo.react(cardOf(7), 'see_no_evil');
    await settled();
    expect(bo.told().at(-1)).toContain('Managers on Slack: Ana.');
    expect(handlers.now(7).state).toBe('open');
    await world.ana.press(cardOf(7), 'Dismiss');
    await settled();
    expect(world.ana.view()?.title).toBe('Dismiss #7');
  });
});

describe('the Home tab', () => {
  it('shows figures, duty, deaf sources and shortcuts to all, and settings to managers', async () => {
    const { ana, bo, handlers } = await open({ policy: { managers: ['U0ANA'] } });
    handlers.setOutlets([{ source: 'bluesky', account: '@potluck.example', limit: 300, unit: 'graphemes' }]);
    handlers.setSources([
      { name: 'a', label: 'Blog', state: 'quiet', detail: null, lastSuccessAt: 1, lastPostAt: 1 },
      { name: 'b', label: 'Forum', state: 'blind', detail: 'gone', lastSuccessAt: 1, lastPostAt: 1 },
    ]);
    handlers.put(sampleCard());
    handlers.put(closedCard({ itemId: 8 }));
    await ana.openHome();
    await bo.openHome();
    await settled();
    for (const person of [ana, bo]) {
      const text = person.home()?.text ?? '';
      expect(text).toContain('2 new · 1 answered · 0 dismissed');
      expect(text).toContain('1 waiting');
      expect(text).toContain('Done.');
      expect(text).toContain('Blog · ⚪ works, but nothing comes');
      expect(text).toContain('Forum · 🔴 blind');
    }
    expect(bo.home()?.buttons.map((button) => button.label)).toEqual([
      'Claim the most urgent',
      'New human post',
      'Refresh',
    ]);
    expect(bo.home()?.text).not.toContain('Muted words');
    expect(ana.home()?.text).toContain('Muted words: none');
    await ana.pressAtHome('Settings…');
    await settled();
    expect(ana.view()?.title).toBe('Settings');
    ana.close();
    await bo.pressAtHome('New human post');
    await settled();
    expect(bo.view()?.title).toBe('New human post');
    bo.close();
    // There is no channel to whisper in: the refusal comes as a view.
    handlers.setOutlets([]);
    await bo.pressAtHome('New human post');
    await settled();
    expect(bo.view()?.text).toContain('No source that is connected lets us publish');
  });

  it('follows every change, each viewer at most every ten seconds, all together within Slack’s limit', async () => {
    const { clock, handlers, slack } = await open();
    const people = Array.from({ length: 30 }, (_, at) => slack.addUser(`U1P${at}`, { name: `P${at}` }));
    for (const person of people) await person.openHome();
    await settled();
    const opened = slack.calls('views.publish').length;
    expect(opened).toBe(30);
    const began = clock.now();
    // Two minutes in which something changes all the time.
    for (let second = 0; second < 120; second++) {
      handlers.put(sampleCard({ itemId: 1 + (second % 40) }));
      await clock.advance(1_000);
      await settled();
    }
    const calls = slack.calls('views.publish').slice(opened);
    expect(calls.every((call) => call.result === 'ok')).toBe(true);
    for (const from of [0, 30_000, 60_000]) {
      const minute = calls.filter(({ at }) => at >= began + from && at < began + from + 60_000);
      expect(minute.length).toBeGreaterThan(20);
      expect(minute.length).toBeLessThanOrEqual(61);
    }
    for (const person of people) {
      const own = calls.filter((call) => call.args.user_id === person.id).map((call) => call.at);
      expect(own.length).toBeGreaterThan(1);
      for (const [at, when] of own.entries())
        if (at > 0) expect(when - (own[at - 1] ?? 0)).toBeGreaterThanOrEqual(10_000);
    }
    // Nobody looks any more: nothing is drawn.
    await clock.advance(11 * 60_000);
    const quiet = slack.calls('views.publish').length;
    handlers.put(sampleCard({ itemId: 99 }));
    await clock.advance(60_000);
    await settled();
    expect(slack.calls('views.publish')).toHaveLength(quiet);
  });

  it('is never put back to what was true before', async () => {
    const { ana, clock, handlers, slack } = await open();
    await ana.openHome();
    await settled();
    // A redraw that the ledger keeps waiting, with the queue as it was.
    const { stats } = handlers;
    let answer: () => void = () => {};
    handlers.stats = (window) => new Promise((resolve) => (answer = () => resolve(stats(window))));
    handlers.put(sampleCard());
    await clock.advance(10_000);
    handlers.stats = stats;
    await ana.command('/potluck claim 7', world.channel);
    await slack.until('it is hers', () => handlers.now(7).owner?.name === 'Ana');
    await ana.pressAtHome('Refresh');
    await slack.until('the newest', () => ana.home()?.text.includes('0 open · 1 claimed') === true);
    answer();
    await settled();
    expect(slack.calls('views.publish').at(-1)?.result).toBe('hash_conflict');
    expect(ana.home()?.text).toContain('0 open · 1 claimed');
    await clock.advance(20_000);
    await settled();
    expect(ana.home()?.text).toContain('0 open · 1 claimed');
  });

  it('waits as long as Slack asks for, and then shows what is true', async () => {
    const { ana, clock, handlers, slack } = await open();
    await ana.openHome();
    await settled();
    slack.fail({ kind: 'rate-limit', seconds: 40 }, 'views.publish');
    handlers.put(sampleCard());
    await clock.advance(10_000);
    await settled();
    const tried = slack.calls('views.publish').length;
    await clock.advance(39_000);
    await settled();
    expect(slack.calls('views.publish')).toHaveLength(tried);
    await clock.advance(2_000);
    await settled();
    await slack.until('it was drawn', () => ana.home()?.text.includes('1 open') === true);
  });
});
