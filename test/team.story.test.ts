import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../src/domain/notice.ts';
import { type Running, startPotluck } from '../src/main.ts';
import { type TestClock, testClock } from './support/clock.ts';
import { type DiscordServer, startDiscordServer } from './support/discord/server.ts';
import {
  type SeenMessage,
  type SlackPerson,
  type SlackWorkspace,
  startSlackWorkspace,
} from './support/slack/workspace.ts';

/**
 * A week of a team: one composition with Slack and Discord at once, its clock turned by hand. What is due is looked for
 * whenever the test says so, as often as a machine that was asleep would.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CARDS = 'C0CARDS01';
const TEAM = 'C0TEAM001';
const DISCORD = '1180000000000000100';
const BEN = '1180000000000001002';
const TOKEN = 't'.repeat(32);
const WALL = resolve(import.meta.dirname, 'fixtures/plug-in/wall.js');
const at = (text: string): number => Date.parse(`${text}:00Z`);

const policy = (team: string): string => `
brand: { names: [Simmer] }
team:
  zone: UTC
  hours: { days: mon-fri, from: "09:00", to: "17:00" }
  managers: [{ id: "slack:${team}/U0MIA", name: Mia }]
  channels: ["slack:${TEAM}"]
sources:
  shop: { kind: webhook, token: "${TOKEN}" }
  forum: { kind: webhook, token: "${TOKEN}", stage: plan }
  wall: { module: ${JSON.stringify(WALL)} }
routes:
  - { when: { words: [fire] }, priority: 95, continue: true }
  - { to: ["slack:${CARDS}", "discord:${DISCORD}"] }
attention: { perHour: 6 }
oncall:
  layers:
    - { name: first, every: week, from: 2026-11-23, people: [{ id: "slack:${team}/U0ANA", name: Ana }, { id: "discord:${BEN}", name: Ben }] }
    - { name: second, people: [{ id: "slack:${team}/U0CLEO", name: Cleo }] }
service:
  targets:
    - { when: { minPriority: 90 }, claim: 15m, answer: 1h, clock: always }
    - { answer: 24h }
digests: { daily: { at: "09:00", days: mon-fri }, weekly: { day: monday, at: "09:00" } }
prompts: { to: ["slack:${CARDS}"], sources: [wall], cadence: { perWeek: 5, days: mon-fri, apart: 20h } }
`;

interface Wall {
  readonly posts: readonly { readonly id: string; readonly text: string; readonly ours: boolean }[];
  answer(id: string, to: string, name: string, text: string, at: number): void;
}
const wall = (): Wall => (globalThis as unknown as { potluckWall: Wall }).potluckWall;

let folder = '';
let clock: TestClock;
let slack: SlackWorkspace;
let discord: DiscordServer;
let ana: SlackPerson;
let mia: SlackPerson;
let potluck: Running;
let jobs: (() => Promise<void>)[];

async function start(): Promise<void> {
  jobs = [];
  potluck = await startPotluck({
    env: { ...slack.env, ...discord.env, DATABASE_URL: `file:${join(folder, 'team.db')}`, PORT: '0' },
    cwd: folder,
    log: pino({ level: 'silent' }),
    clock,
    random: () => 0.5,
    every: (_, job) => {
      jobs.push(job);
      return { stop: () => {} };
    },
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'potluck-team-'));
  clock = testClock(at('2026-11-27T08:30'));
  slack = await startSlackWorkspace({ clock });
  writeFileSync(join(folder, 'potluck.yaml'), policy(slack.teamId));
  for (const [id, name] of [
    [CARDS, 'cards'],
    [TEAM, 'team'],
  ] as const)
    slack.addChannel(id, { name });
  ana = slack.addUser('U0ANA', { name: 'Ana' });
  mia = slack.addUser('U0MIA', { name: 'Mia' });
  slack.addUser('U0CLEO', { name: 'Cleo' });
  discord = await startDiscordServer({ clock });
  discord.addChannel(DISCORD, { name: 'cards' });
  discord.addMember(BEN, { name: 'Ben' });
  await start();
});
afterEach(async () => {
  await potluck.stop();
  await slack.close();
  await discord.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Looks for what is due, and lets what follows from it come to rest. */
async function look(): Promise<void> {
  for (const job of jobs) await job();
  await clock.settle();
}

/** Time passes as on a machine that sleeps in between. */
async function until(instant: number, step = instant - clock.now()): Promise<void> {
  while (clock.now() < instant) {
    await clock.leap(Math.min(step, instant - clock.now()));
    await look();
  }
}

/** Seconds pass, for whoever paces themselves, until something is there to be seen. */
async function seen(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > 90_000)
      throw new Error(
        `this never happened: ${what}\n${slack
          .shown(CARDS)
          .slice(-6)
          .map(({ text }) => text)
          .join('\n---\n')}`,
      );
    // Slowly: a busy machine must not make hours of it.
    await clock.leap(250);
    await new Promise((done) => setTimeout(done, 8));
  }
}

let posts = 0;
async function written(text: string, more: { source?: string; by?: string } = {}): Promise<void> {
  const id = `p${++posts}`;
  const name = more.by ?? `Person ${posts}`;
  const response = await fetch(`${potluck.url}/hooks/${more.source ?? 'shop'}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({
      id,
      text,
      author: { name, handle: name.toLowerCase().replace(' ', '-') },
      url: `https://shop.example/${id}`,
      createdAt: new Date(clock.now()).toISOString(),
    }),
  });
  expect(await response.json()).toMatchObject({ accepted: 1 });
}

const onSlack = (words: string, channel = CARDS): readonly SeenMessage[] =>
  slack.shown(channel).filter(({ text }) => text.includes(words));
async function cardOf(words: string): Promise<SeenMessage> {
  await seen(`a card says “${words}”`, () => onSlack(words).some(({ threadTs }) => threadTs === null));
  const found = onSlack(words).find(({ threadTs }) => threadTs === null);
  if (!found) throw new Error('the card went away again');
  return found;
}

/** What was said beside the cards, oldest first, as the ledger has it. */
async function told(channel?: string): Promise<readonly Notice[]> {
  const rows = await potluck.store.newestNotices('slack', 500);
  return rows
    .filter((row) => channel === undefined || row.channel === channel)
    .map(({ notice }) => notice)
    .reverse();
}
const titles = async (channel?: string): Promise<readonly string[]> =>
  (await told(channel)).map(({ title }) => title);
const idOf = async (words: string): Promise<number> => {
  const [item] = await potluck.store.items({ words, order: 'recent', limit: 1 });
  if (!item) throw new Error(`there is no item about ${words}`);
  return item.id;
};

describe('a week of a team', () => {
  // A week with two chats: seconds on a free machine, a minute on one that is busy.
  it('from an urgent post that nobody answers to what a post of its own brought back', {
    timeout: 240_000,
  }, async () => {
    await look();
    expect(await titles(TEAM)).toContain('On call (first): Ana');
    await until(at('2026-11-27T09:00'));
    expect(await titles(TEAM)).toContain('Daily digest · Fri 27 Nov 2026');

    // Urgent: both chats get the card; of all people only Ana is called, where she is.
    await until(at('2026-11-27T10:00'));
    await written('My Simmer cooker is on fire! Can somebody help me please?', { by: 'Frida' });
    const burning = await cardOf('on fire');
    await seen('the card on Discord', () =>
      discord.shown(DISCORD).some(({ text }) => text.includes('on fire')),
    );
    await look();
    await seen('Ana is called', () => slack.pings().includes('U0ANA'));
    expect([new Set(slack.pings()), discord.pings()]).toEqual([new Set(['U0ANA']), []]);

    // She claims it and then nothing happens: reminder, back into the queue, next layer, manager, each once.
    await ana.press(burning, 'Claim');
    await seen('Ana has it', () => onSlack('on fire').some(({ text }) => text.includes('With Ana')));
    for (const time of ['10:20', '10:50', '11:05', '11:20', '11:40', '12:10', '12:30']) {
      await until(at(`2026-11-27T${time}`));
      await look();
    }
    const about = (await told(CARDS)).map(({ title, mention }) => [
      title,
      mention.map((id) => id.split('/')[1]),
    ]);
    expect(about.slice(-5)).toEqual([
      [expect.stringMatching(/^Urgent:/), ['U0ANA']],
      ['Frida waits for an answer', ['U0ANA']],
      ['Back in the queue', ['U0ANA']],
      ['Frida still waits', ['U0CLEO']],
      ['Frida has waited for too long', ['U0MIA']],
    ]);
    await seen('Mia is called', () => slack.pings().includes('U0MIA'));
    const fire = await idOf('on fire');
    await ana.command(`/potluck answered ${fire}`, CARDS);
    await seen('it is closed', async () => (await potluck.store.item(fire))?.state === 'answered');

    // Four complain about the same: one incident; those after the first three have no card of their own.
    await until(at('2026-11-27T13:00'));
    for (const text of [
      'my Simmer lid cracked, I am disappointed',
      'The Simmer lid cracked after a week, terrible',
      'Simmer lid cracked again, so annoyed',
      'cracked Simmer lid, this is awful',
    ])
      await written(text);
    await look();
    expect((await titles(CARDS)).at(-1)).toMatch(/^4 similar complaints/);
    expect(await potluck.store.openIncidents(9)).toHaveLength(1);
    await seen('three cards', () => onSlack('Complaint · #').length >= 3);
    await seen('the incident', () => onSlack('4 similar complaints').length > 0);

    // A burst: as many cards as the channel takes in, and one that grows for the rest.
    await until(at('2026-11-27T15:00'));
    const things = [
      'oven',
      'freezer',
      'microwave',
      'dishwasher',
      'stove',
      'campfire',
      'cellar',
      'boat',
      'tent',
    ];
    for (const thing of things) await written(`Does the Simmer pot work in a ${thing}?`);
    await seen('the roll-up', () => onSlack('more conversations wait').length > 0);
    await seen(
      'the cards',
      () =>
        onSlack('Does the Simmer pot work').filter(
          ({ threadTs, metadata }) => threadTs === null && metadata !== null,
        ).length >= 6,
    );
    expect((await titles(CARDS)).filter((title) => title.includes('more conversations wait'))).toEqual([
      expect.stringMatching(/^[34] more conversations wait/),
    ]);

    // The plan for the forum, proposed from what was heard; a manager accepts it.
    await written('Is the Simmer forum the right place for questions?', { source: 'forum' });
    expect(onSlack('right place')).toEqual([]);
    await look();
    await seen('the proposal', () => onSlack('How to go on with', TEAM).length > 0);
    const [proposal] = onSlack('How to go on with', TEAM);
    if (!proposal) throw new Error('there is no proposal');
    await ana.press(proposal, 'Accept');
    await seen('Ana is told who may', () => ana.told().some((words) => words.includes('Only managers')));
    await mia.press(proposal, 'Accept');
    await seen('it is accepted', () => onSlack('Accepted by Mia', TEAM).length > 0);
    await until(at('2026-11-27T16:30'), 30 * MINUTE);
    await cardOf('right place');

    // A quiet night: what comes in calls nobody.
    await until(at('2026-11-27T20:00'), HOUR);
    const pings = slack.pings().length;
    await written('Which Simmer pot is the biggest one?', { by: 'Nora' });
    await cardOf('the biggest one');
    await until(at('2026-11-30T08:59'), 6 * HOUR);
    expect([slack.pings().length, discord.pings()]).toEqual([pings, []]);

    // Monday: hand-over, morning, digests, each once though the bot is started anew in the middle of it.
    await until(at('2026-11-30T09:01'));
    await potluck.stop();
    await start();
    await until(at('2026-11-30T09:10'), 3 * MINUTE);
    const monday = await titles(TEAM);
    for (const title of [
      'On call (first): Ben',
      'One came in meanwhile',
      'Daily digest · Mon 30 Nov 2026',
      'Weekly council · 23 Nov – 30 Nov',
      'What people say · 23 Nov – 30 Nov',
    ])
      expect([title, monday.filter((each) => each === title).length]).toEqual([title, 1]);

    // An idea for a post of our own: claimed, published, and what came back is in its thread.
    const ideas = (button: string) =>
      slack
        .shown(CARDS)
        .filter(({ text, threadTs }) => threadTs === null && text.includes('Potluck suggests'))
        .filter(({ buttons }) => buttons.some(({ label }) => label === button));
    for (let hour = 10; hour <= 16 && ideas('Claim').length === 0; hour++) {
      await until(at(`2026-11-30T${hour}:00`), 30 * MINUTE);
      for (let second = 0; second < 5 && ideas('Claim').length === 0; second++) {
        await clock.leap(1_000);
        await new Promise((done) => setTimeout(done, 10));
      }
    }
    const [idea] = ideas('Claim');
    if (!idea) throw new Error('there is no idea');
    await ana.press(idea, 'Claim');
    await seen('Ana has the idea', () => ideas('Draft').some(({ ts }) => ts === idea.ts));
    await ana.press(ideas('Draft').find(({ ts }) => ts === idea.ts) ?? idea, 'Draft');
    await seen('the editor', () => ana.view() !== null);
    await ana.submit();
    await seen(
      'the preview',
      () => ana.view()?.submit === 'Publish now' || ana.view()?.submit === 'Send now',
    );
    await ana.submit();
    await seen('it is public', () => wall().posts.some(({ ours }) => ours));
    const post = wall().posts[0] ?? expect.fail();
    await clock.leap(10 * MINUTE);
    wall().answer('r1', post.id, 'Olaf', 'Beans are simmering in my pot, with a bay leaf!', clock.now());
    wall().answer('r2', post.id, 'Pia', 'Do you have a recipe for bay leaf beans?', clock.now() + 1);
    await until(clock.now() + 5 * MINUTE, MINUTE);
    await seen('the replies on its card', () =>
      slack.shown(CARDS).some(({ threadTs, text }) => threadTs === idea.ts && text.includes('bay leaf')),
    );
    await until(at('2026-12-03T09:00'), 12 * HOUR);
    expect((await titles(CARDS)).filter((title) => title === 'What we heard')).toHaveLength(1);
    await seen('the summary', () => onSlack('What we heard').some(({ threadTs }) => threadTs === idea.ts));

    const all = await titles();
    const digests = all.filter((title) => title.startsWith('Daily digest'));
    expect(new Set(digests).size).toBe(digests.length);
    expect([...slack.breaches(), ...discord.breaches()]).toEqual([]);
  });
});
