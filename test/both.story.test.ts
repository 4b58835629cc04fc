import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { type Running, startPotluck } from '../src/main.ts';
import {
  type DiscordPerson,
  type DiscordServer,
  type SeenMessage,
  startDiscordServer,
} from './support/discord/server.ts';
import {
  type SeenMessage as SlackMessage,
  type SlackPerson,
  type SlackWorkspace,
  startSlackWorkspace,
} from './support/slack/workspace.ts';

/** The running bot with Slack and Discord at once: one item, one winner, and both cards level afterwards. */

const SLACK_CHANNEL = 'C0CARDS01';
const DISCORD_CHANNEL = '1180000000000000100';
const TOKEN = 't'.repeat(32);
const POLICY = `
brand: { names: [Simmer] }
sources:
  shop: { kind: webhook, token: "${TOKEN}" }
routes:
  - { to: ["slack:${SLACK_CHANNEL}", "discord:${DISCORD_CHANNEL}"] }
`;

let folder = '';
let slack: SlackWorkspace;
let discord: DiscordServer;
let ana: SlackPerson;
let bo: DiscordPerson;
let potluck: Running;

async function start(): Promise<Running> {
  return startPotluck({
    env: { ...slack.env, ...discord.env, DATABASE_URL: `file:${join(folder, 'both.db')}`, PORT: '0' },
    cwd: folder,
    log: pino({ level: 'silent' }),
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'potluck-both-'));
  writeFileSync(join(folder, 'potluck.yaml'), POLICY);
  slack = await startSlackWorkspace({ clock: systemClock });
  slack.addChannel(SLACK_CHANNEL, { name: 'engagement' });
  ana = slack.addUser('U0ANA', { name: 'Ana' });
  discord = await startDiscordServer({ clock: systemClock });
  discord.addChannel(DISCORD_CHANNEL, { name: 'engagement' });
  bo = discord.addMember('1180000000000001002', { name: 'Bo' });
  potluck = await start();
});

afterEach(async () => {
  await potluck.stop();
  await slack.close();
  await discord.close();
  rmSync(folder, { recursive: true, force: true });
});

async function written(id: string, text: string, more: object = {}): Promise<void> {
  const response = await fetch(`${potluck.url}/hooks/shop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({
      id,
      text,
      author: { name: 'Mira', handle: 'mira' },
      url: `https://shop.example/forum/${id}`,
      conversationId: id,
      createdAt: new Date(Date.now() - 60_000).toISOString(),
      ...more,
    }),
  });
  expect(await response.json()).toMatchObject({ accepted: 1 });
}

const onSlack = (words: string): SlackMessage | undefined =>
  slack.shown(SLACK_CHANNEL).find((card) => card.threadTs === null && card.text.includes(words));
const onDiscord = (words: string): SeenMessage | undefined =>
  discord.shown(DISCORD_CHANNEL).find((card) => card.text.includes(words));

async function level(words: string, state: string): Promise<[SlackMessage, SeenMessage]> {
  const holds = (): boolean =>
    (onSlack(words)?.text.includes(state) ?? false) && (onDiscord(words)?.text.includes(state) ?? false);
  await slack.until(`both cards of “${words}” say “${state}”`, holds);
  const [there, here] = [onSlack(words), onDiscord(words)];
  if (!there || !here) throw new Error('a card went away again');
  return [there, here];
}

describe('Slack and Discord at once', () => {
  it('lets one of two win a race, and brings both cards level', async () => {
    const races = ['dishwasher', 'oven', 'freezer', 'microwave'];
    for (const word of races) await written(word, `Does the Simmer lid survive the ${word}?`);
    const winners = { slack: 0, discord: 0 };
    for (const word of races) {
      const [there, here] = await level(`the ${word}?`, 'Nobody has it yet');
      const before = { ana: ana.told().length, bo: bo.told().length };
      await Promise.all([ana.press(there, 'Claim'), bo.press(here, 'Claim')]);
      await slack.until('one of them was told that the other was faster', () => {
        return ana.told().length - before.ana + (bo.told().length - before.bo) === 1;
      });
      const anaLost = ana.told().length > before.ana;
      winners[anaLost ? 'discord' : 'slack'] += 1;
      const winner = anaLost ? 'Bo' : 'Ana';
      const told = anaLost ? ana.told().at(-1) : bo.told().at(-1);
      expect(told).toMatch(new RegExp(`already claimed by ${winner}`, 'i'));
      const [slackCard, discordCard] = await level(`the ${word}?`, `With ${winner}`);
      expect(slackCard.text).not.toContain(`With ${anaLost ? 'Ana' : 'Bo'}`);
      expect(discordCard.text).not.toContain(`With ${anaLost ? 'Ana' : 'Bo'}`);
    }
    expect(winners.slack + winners.discord).toBe(races.length);
    expect(slack.shown(SLACK_CHANNEL)).toHaveLength(races.length);
    expect(discord.shown(DISCORD_CHANNEL).filter((card) => card.buttons.length > 0)).toHaveLength(
      races.length,
    );
    expect([...slack.breaches(), ...discord.breaches()]).toEqual([]);
    expect([...slack.pings(), ...discord.pings()]).toEqual([]);
  });

  it('tells each platform what happened on the other, through a restart to the end', async () => {
    await written('lid', 'Hello @everyone <!channel> **does** the [lid](https://evil.example) fit? simmer');
    const [there] = await level('lid', 'Nobody has it yet');

    // A claim in Slack is seen in Discord within a second or two, with a thread for the team there.
    const clickedAt = performance.now();
    await ana.press(there, 'Claim');
    const [claimed] = await level('lid', 'With Ana');
    expect(performance.now() - clickedAt).toBeLessThan(5_000);
    await discord.until('the thread is open', () => discord.threads(DISCORD_CHANNEL).length === 1);

    // Bo cannot take what Ana has, and reads why.
    await bo.command('potluck', 'claim', { item: 1 }, DISCORD_CHANNEL);
    await discord.until('Bo is told', () => bo.told().join('\n').includes('already claimed by Ana'));

    // The plug is pulled in between; the buttons of before still work.
    await potluck.stop();
    potluck = await start();
    await ana.press(claimed, 'Release');
    const [, free] = await level('lid', 'Nobody has it yet');
    await bo.press(free, 'Dismiss');
    bo.choose('Why does nobody need to answer?', 'Duplicate');
    await bo.submit();
    await level('lid', 'Dismissed by Bo');
    await discord.until('the thread is archived', () =>
      discord.threads(DISCORD_CHANNEL).every((thread) => thread.archived),
    );

    // The customer writes again: the same cards come back, and each platform says one line below.
    await written('lid-2', 'I still do not know: does the lid fit the big pot?', { conversationId: 'lid' });
    await level('the big pot?', 'follow-up');
    expect([...slack.breaches(), ...discord.breaches()]).toEqual([]);
    expect([...slack.pings(), ...discord.pings()]).toEqual([]);
  });
});
