import { afterEach, describe, expect, it } from 'vitest';
import { foundSource } from '../../src/flow/track.ts';
import { type Flow, flow, HOUR, MINUTE, ours, theirs } from '../support/flow.ts';
import { type Presenting, presenting } from '../support/flow-chat.ts';
import { type ScriptedSource, scriptedSource } from '../support/flow-source.ts';
import { NOON } from '../support/items.ts';
import type { SeenMessage, SlackPerson } from '../support/slack/workspace.ts';
import { type SlackWorld, slackWorld } from '../support/slack/world.ts';

/** The real flow and its ledger behind the real adapter, on the strict workspace: one working day of three people. */
let world: SlackWorld;
let team: Flow;
let blog: ScriptedSource;
let reconciler: Presenting;
let mia: SlackPerson;

afterEach(async () => {
  await reconciler.stop();
  await world.close();
  await team.store.close();
});

/** Lets time pass in small steps, with the network in between, until something holds. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let step = 0; step < 400; step++) {
    if (holds()) return;
    await world.clock.advance(250);
    for (let turn = 0; turn < 15; turn++) await new Promise((resolve) => setImmediate(resolve));
    await world.chat().settled();
  }
  throw new Error(`this never happened: ${what}\n${world.logged()}`);
}

const cards = (): readonly SeenMessage[] =>
  world.slack.shown(world.channel).filter((message) => message.metadata !== null);
function cardOf(itemId: number): SeenMessage {
  const card = cards().find((message) => message.metadata?.event_payload.item_id === itemId);
  if (!card) throw new Error(`there is no card #${itemId}`);
  return card;
}
const says = (itemId: number, words: string) => () => cardOf(itemId).text.includes(words);

/** Types a command and returns what only that person was told. */
async function ask(who: SlackPerson, text: string): Promise<string> {
  const before = who.told().length;
  await who.command(`/potluck ${text}`, world.channel);
  await world.chat().settled();
  return who.told().slice(before).join('\n');
}

async function pressed(who: SlackPerson, message: SeenMessage, label: string): Promise<void> {
  await who.press(message, label);
  await world.chat().settled();
}

async function morning(): Promise<void> {
  world = await slackWorld({ start: false, policy: { managers: ['U0MIA'] } });
  mia = world.slack.addUser('U0MIA', { name: 'Mia', tz: 'Europe/Berlin' });
  blog = scriptedSource({ can: { publish: true } });
  const chat = world.chat();
  team = await flow({
    clock: world.clock,
    sources: [blog, foundSource(chat)],
    places: [{ chat: 'slack', channel: world.channel }],
    duty: {},
    approval: { everyone: false, kinds: ['complaint'], sources: [], newResponders: 0, words: [] },
  });
  await chat.start(team.handlers('slack', [world.channel]));
  reconciler = presenting(team, chat);
  await team.ingest([
    theirs('p1', -90, { text: 'complaint p=90: the lid broke <!channel>' }),
    ...Array.from({ length: 11 }, (_, at) =>
      theirs(`q${at}`, -60 - at, { conversationId: `q${at}`, text: `question ${at}: does it fit?` }),
    ),
  ]);
  await until('all cards are there', () => cards().length === 12);
}

describe('a working day on Slack', () => {
  it('goes from the morning’s figures to the evening’s, with everything a team does in between', async () => {
    await morning();
    const { ana, bo, channel, clock, slack } = world;
    const urgent = (await team.item('p1')).id;

    // 9:00. Where do we stand?
    await ana.openHome();
    await world.chat().settled();
    expect(ana.home()?.text).toContain('12 open · 0 claimed');
    expect(ana.home()?.text).toContain('12 new · 0 answered · 0 dismissed');
    expect(ana.home()?.text).toContain('Nobody is on call: whoever claims an item has it.');
    expect(await ask(bo, 'oncall')).toContain('whoever claims an item has it');
    expect(await ask(bo, 'digest')).toContain('12 customers wait for an answer');
    expect(await ask(bo, 'help')).toContain('/potluck who @author');
    expect(await ask(bo, 'list')).toContain('(1–10 of 12)');
    const page = bo.sees(channel).at(-1);
    if (page) await pressed(bo, page, 'More');
    expect(bo.sees(channel).at(-1)?.text).toContain('(11–12 of 12)');

    // Ana takes the most urgent one from the lightning menu; her first answer is a pitch, her second one is not.
    await ana.shortcut('potluck_next');
    await world.chat().settled();
    expect(ana.view()?.title).toBe(`Answer #${urgent}`);
    ana.type('Your answer', 'BUY A NEW LID NOW!!! 50% OFF');
    await ana.submit();
    expect(ana.view()?.text).toContain('hints only, you decide');
    ana.type('Your answer', 'Oh no, Carla – the lid should hold. We send you another one today.');
    await ana.submit();
    expect(ana.view()).toMatchObject({ submit: 'Send now' });
    // An answer to a complaint is read by a second person.
    await ana.submit();
    await world.chat().settled();
    expect(ana.view()?.text).toContain('second person');
    expect(ana.view()).toMatchObject({ submit: 'Ask for approval' });
    await ana.submit();
    await world.chat().settled();
    await until('the card asks for approval', says(urgent, 'Ana asks for approval of this text'));
    expect(blog.replies).toEqual([]);
    await pressed(bo, cardOf(urgent), 'Approve & send…');
    expect(bo.told().at(-1)).toContain('Managers on Slack: Mia.');
    await pressed(mia, cardOf(urgent), 'Approve & send…');
    expect(mia.view()?.text).toContain('We send you another one today.');
    blog.onReply = () => [ours('a1', 0, { conversationId: 'p1', createdAt: clock.now() })];
    await mia.submit();
    await world.chat().settled();
    expect(blog.replies.map(({ text }) => text)).toEqual([
      'Oh no, Carla – the lid should hold. We send you another one today.',
    ]);
    await until('the card is closed', says(urgent, 'Answered by Ana, approved by Mia'));

    // 11:00. Carla comes back: the card opens again, and one line in its thread calls the one who knows the story.
    await clock.advance(5_000);
    await team.ingest([
      theirs('p2', 0, { text: 'question: and the pot?', createdAt: clock.now(), conversationId: 'p1' }),
    ]);
    const inThread = () => slack.shown(channel).filter((message) => message.threadTs === cardOf(urgent).ts);
    await until('the line in the thread', () => inThread().length === 1);
    expect(inThread()[0]?.text).toContain('@U0ANA');
    expect(inThread()[0]?.text).not.toContain('\n');
    await ana.say(channel, 'is she the one from the fair? https://x.example/fair', cardOf(urgent).ts);
    await ana.say(channel, 'draft: The pot holds, too – see https://x.example/pot', cardOf(urgent).ts);
    await world.chat().settled();
    await until('the draft is on the card', says(urgent, 'The pot holds, too – see https://x.example/pot'));
    expect(blog.replies).toHaveLength(1);

    // Emoji, snooze until tomorrow at nine where Bo lives, a note, a colleague.
    const [first, second, third] = await Promise.all(
      ['q0', 'q1', 'q2'].map(async (name) => (await team.item(name)).id),
    );
    if (!first || !second || !third) throw new Error('the questions are not there');
    await bo.react(cardOf(first), 'eyes');
    await world.chat().settled();
    await until('Bo has it', says(first, 'With Bo'));
    await pressed(bo, cardOf(second), 'Snooze…');
    bo.choose('Bring it back', 'Tomorrow at 9:00, your time');
    await bo.submit();
    await world.chat().settled();
    expect(new Date((await team.item('q1')).snoozedUntil ?? 0).toISOString()).toBe(
      '2026-06-02T13:00:00.000Z',
    );
    expect(await ask(bo, `note ${third} asked @ana about it`)).not.toContain('wrong');
    expect(await ask(bo, `assign ${third} @mia`)).not.toContain('wrong');
    expect((await team.item('q2')).owner).toEqual({ id: 'slack:T0POTLUCK/U0MIA', name: 'Mia' });

    // What a colleague heard in another channel becomes an item, once.
    slack.addChannel('C0HALL', { botIn: false });
    await bo.say('C0HALL', 'a customer at the door asks for @ana');
    const [heard] = bo.sees('C0HALL');
    if (!heard) throw new Error('nobody spoke');
    await bo.messageShortcut(heard, 'potluck_track');
    await ana.messageShortcut(heard, 'potluck_track');
    await world.chat().settled();
    expect(ana.told().at(-1)).toContain('already #13');
    await until('its card', () => cards().some((card) => card.text.includes('at the door asks for @Ana')));

    // A post of our own, seen before it is public.
    await ana.shortcut('potluck_idea');
    await world.chat().settled();
    ana.type('Your post', 'Friday is soup day in our kitchen.');
    await ana.submit();
    await world.chat().settled();
    expect(ana.view()).toMatchObject({ submit: 'Publish now' });
    expect(blog.published).toEqual([]);
    blog.onPublish = () => [ours('h1', 0, { conversationId: 'h1', via: 'message', createdAt: clock.now() })];
    await ana.submit();
    await world.chat().settled();
    expect(blog.published.map(({ text }) => text)).toEqual(['Friday is soup day in our kitchen.']);

    // Noise is muted by a manager, after a trial.
    expect(await ask(bo, 'mute does it fit')).toContain('Managers on Slack: Mia.');
    expect(await ask(mia, 'mute does it fit')).toMatch(
      /would have hidden 11 of the last \d+, none of which you answered/,
    );
    const trial = mia.sees(channel).at(-1);
    if (trial) await pressed(mia, trial, 'Confirm: mute');
    expect(await ask(mia, 'mute')).toContain('“does it fit”');
    await team.ingest([theirs('n1', 0, { conversationId: 'n1', text: 'question: does it fit in?' })]);
    expect((await team.item('n1')).state).toBe('dismissed');
    await mia.command('/potluck settings', channel);
    await world.chat().settled();
    expect(mia.view()?.fields[0]?.value).toBe('does it fit');

    // 18:00. Who was that, and how was the day?
    const who = await ask(ana, 'who @carla');
    expect(who).toMatch(/conversations?, \d+ posts?/);
    expect(who).toContain(`#${urgent}`);
    const stats = await ask(ana, 'stats');
    expect(stats).toContain('1 answered');
    expect(stats).toContain('Answers by: Ana 1');
    await until('the Home tab is level', () => ana.home()?.text.includes('1 answered') === true);

    // One card each, nobody was called but the one who knew the story, and Slack had nothing to refuse.
    expect(new Set(cards().map((card) => card.metadata?.event_payload.item_id)).size).toBe(cards().length);
    expect(slack.pings()).toEqual(['U0ANA']);
    expect(slack.breaches()).toEqual([]);
    expect(world.logged()).not.toMatch(/^error/m);
    expect(clock.now()).toBeLessThan(NOON + HOUR + MINUTE);
  });
});
