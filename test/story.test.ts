import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { type Running, startPotluck } from '../src/main.ts';
import {
  type SeenMessage,
  type SlackPerson,
  type SlackWorkspace,
  startSlackWorkspace,
} from './support/slack/workspace.ts';

const CHANNEL = 'C0CARDS01';
const POLICY = `
brand: { names: [Simmer], competitors: [CrockPal] }
sources:
  shop: { kind: webhook, token: "${'t'.repeat(32)}" }
routes:
  - { to: ["slack:${CHANNEL}"], continue: true }
  - { when: { kinds: [complaint] }, to: ["web:complaints"] }
  - { to: ["web:rest"] }
`;

let folder = '';
let slack: SlackWorkspace;
let ana: SlackPerson;
let ben: SlackPerson;
let potluck: Running;

async function start(): Promise<Running> {
  return startPotluck({
    env: { ...slack.env, DATABASE_URL: `file:${join(folder, 'story.db')}`, PORT: '0' },
    cwd: folder,
    log: pino({ level: 'silent' }),
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'potluck-story-'));
  writeFileSync(join(folder, 'potluck.yaml'), POLICY);
  slack = await startSlackWorkspace({ clock: systemClock });
  slack.addChannel(CHANNEL, { name: 'engagement' });
  ana = slack.addUser('U0ANA', { name: 'Ana' });
  ben = slack.addUser('U0BEN', { name: 'Ben' });
  potluck = await start();
});

afterEach(async () => {
  await potluck.stop();
  await slack.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Somebody writes in the shop's forum; `ours` when it is one of our people there. */
async function written(post: {
  id: string;
  text: string;
  by: string;
  at: string;
  ours?: boolean;
  thread?: string;
}): Promise<void> {
  const response = await fetch(`${potluck.url}/hooks/shop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${'t'.repeat(32)}` },
    body: JSON.stringify({
      id: post.id,
      text: post.text,
      author: { name: post.by, handle: post.by.toLowerCase() },
      url: `https://shop.example/forum/1#${post.id}`,
      conversationId: post.thread ?? 'thread-1',
      createdAt: post.at,
      ours: post.ours ?? false,
    }),
  });
  expect(await response.json()).toMatchObject({ accepted: 1 });
}

/** The cards everybody sees in the channel; there must never be two of one item. */
function cards(): readonly SeenMessage[] {
  return slack.shown(CHANNEL).filter((message) => message.metadata !== null && message.threadTs === null);
}

async function cardSays(words: string | RegExp): Promise<SeenMessage> {
  await slack.until(`a card says ${words}`, () =>
    cards().some((card) => (typeof words === 'string' ? card.text.includes(words) : words.test(card.text))),
  );
  const found = cards().find((card) =>
    typeof words === 'string' ? card.text.includes(words) : words.test(card.text),
  );
  if (!found) throw new Error('the card went away again');
  return found;
}

async function web(
  path: string,
  body?: unknown,
  actor = 'Mia',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${potluck.url}${path}`, {
    headers: { 'content-type': 'application/json', 'x-potluck-actor': actor },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('the journey', () => {
  it('leads from a post to an answer, through Slack, the web room, the network and a restart', async () => {
    // A customer asks, with a bit of mischief.
    await written({
      id: 'q1',
      by: 'Carla',
      at: '2026-06-01T10:00:00Z',
      text: 'My Simmer pot broke. <!channel> can anyone help?',
    });
    const card = await cardSays('My Simmer pot broke');
    expect(card.text).toContain('<!channel>');
    expect(slack.pings()).toEqual([]);

    // Ana is quicker than Ben; Ben alone reads why not.
    await ana.press(card, 'Claim');
    const claimed = await cardSays('Ana');
    await ben.press({ ...card }, 'Claim');
    await slack.until('Ben was told', () =>
      ben.told().some((words) => words.includes('already claimed by Ana')),
    );
    expect(slack.shown(CHANNEL).some((message) => message.text.includes('already claimed'))).toBe(false);
    expect(claimed.ts).toBe(card.ts);

    // The web room shows the same item, and the same rules.
    const list = await web('/api/items?state=claimed');
    expect(list.body).toMatchObject({ total: 1, items: [{ itemId: 1, owner: { name: 'Ana' } }] });
    expect(await web('/api/items/1/actions', { action: 'dismiss', reason: 'other' })).toMatchObject({
      status: 409,
    });
    expect(
      (await web('/api/items/1/actions', { action: 'note', text: 'Ask the workshop first' })).status,
    ).toBe(200);
    await cardSays('Ask the workshop first');

    // A colleague answers in the forum itself, with no Potluck in sight: the card closes, credits and links it.
    await written({
      id: 'a1',
      by: 'Simmer Support',
      at: '2026-06-01T10:20:00Z',
      text: 'So sorry! A new one is on its way.',
      ours: true,
    });
    const closed = await cardSays('Simmer Support');
    expect(closed.ts).toBe(card.ts);
    expect(closed.links.map(({ url }) => url)).toContain('https://shop.example/forum/1#a1');
    expect(closed.buttons.map(({ label }) => label)).not.toContain('Claim');
    expect((await web('/api/items?state=answered')).body).toMatchObject({ total: 1 });

    // A plain thanks leaves it closed; a new question brings the same card back.
    await written({ id: 'q2', by: 'Carla', at: '2026-06-01T10:30:00Z', text: 'Thank you so much!' });
    expect((await web('/api/items?state=answered')).body).toMatchObject({ total: 1 });
    await written({
      id: 'q3',
      by: 'Carla',
      at: '2026-06-02T09:00:00Z',
      text: 'It still has not arrived, when will it come?',
    });
    const again = await cardSays('It still has not arrived');
    expect(again.ts).toBe(card.ts);
    expect(again.buttons.map(({ label }) => label)).toContain('Claim');

    // A restart in between changes nothing: no card twice, and the old buttons work.
    await potluck.stop();
    potluck = await start();
    await slack.until('the socket is up again', () => slack.sockets > 0);
    await written({
      id: 'o1',
      thread: 'thread-2',
      by: 'Dora',
      at: '2026-06-02T09:05:00Z',
      text: 'Is the lid of the Simmer pot made of glass?',
    });
    await cardSays('made of glass');
    await ben.press(again, 'Claim');
    await cardSays('Ben');
    expect(cards()).toHaveLength(2);
    expect(cards().filter((message) => message.text.includes('It still has not arrived'))).toHaveLength(1);

    // Ben dismisses it with a reason; one line is left.
    const mine = await cardSays('Ben');
    await ben.press(mine, 'Dismiss');
    await slack.until('the form is open', () => ben.view() !== null);
    const reason = ben.view()?.fields[0];
    ben.choose(reason?.label ?? '', 'Handled elsewhere');
    await ben.submit();
    await cardSays('Dismissed by Ben');
    expect(slack.breaches()).toEqual([]);

    // The history knows who did what, where.
    const history = await web('/api/items/1/history');
    const events = (history.body.events ?? history.body.history) as {
      type: string;
      actor: { name: string };
      surface: string;
    }[];
    expect(events.map(({ type }) => type)).toEqual([
      'opened',
      'claim',
      'note',
      'answered-on-network',
      'customer-posted',
      'follow-up',
      ...events.slice(6).map(({ type }) => type),
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'dismiss', actor: { name: 'Ben' }, surface: 'slack' });
  });
});
