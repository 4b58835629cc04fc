import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { sampleCard } from '../support/cards.ts';
import { type SlackWorld, slackWorld } from '../support/slack/world.ts';

const SECRET = 'signing-secret-of-the-test';

let world: SlackWorld;
afterEach(() => world.close());

/** A port of this machine that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function open(): Promise<string> {
  const port = await freePort();
  world = await slackWorld({ env: { SLACK_SIGNING_SECRET: SECRET, SLACK_PORT: String(port) } });
  const url = `http://127.0.0.1:${port}/slack/events`;
  world.slack.sendTo({ url, signingSecret: SECRET });
  return url;
}

async function post(): Promise<void> {
  const card = world.handlers.put(sampleCard());
  await world.chat().post(world.channel, card, { nonce: 'n7', signal: new AbortController().signal });
}

const onlyCard = () => {
  const [message] = world.slack.shown(world.channel);
  if (!message) throw new Error('there is no card');
  return message;
};

describe('HTTP mode', () => {
  it('takes clicks, forms, commands and events by signed requests, with no socket', async () => {
    await open();
    await post();
    expect(world.chat().health()).toEqual({ state: 'up', detail: null });
    await world.ana.press(onlyCard(), 'Draft');
    await world.chat().settled();
    world.ana.type('Your answer', 'Yes.');
    await world.ana.submit();
    expect(world.ana.view()?.submit).toBe('Send now');
    await world.ana.submit();
    await world.chat().settled();
    expect(world.handlers.now(7).state).toBe('answered');
    await world.ana.command('/potluck reopen 7', world.channel);
    await world.chat().settled();
    await world.bo.react(onlyCard(), 'eyes');
    await world.slack.until('the claim', () => world.handlers.now(7).owner?.name === 'Bo');
    expect(world.slack.connectionsOpened).toBe(0);
    expect(world.slack.breaches()).toEqual([]);
  });

  it('refuses what is not signed, wrongly signed, or old', async () => {
    const url = await open();
    const body = new URLSearchParams({ payload: '{"type":"block_actions"}' }).toString();
    const now = Math.floor(Date.now() / 1_000);
    const sign = (stamp: number, secret: string): Record<string, string> => ({
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(stamp),
      'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')}`,
    });
    for (const headers of [{}, sign(now, 'guess'), sign(now - 301, SECRET)]) {
      const answer = await fetch(url, { method: 'POST', headers, body });
      expect(answer.status).toBe(401);
      await answer.body?.cancel();
    }
    expect(world.handlers.acts).toEqual([]);
    expect(world.logged()).not.toContain(SECRET);
  });

  it('says which port is taken, and takes it when it is free', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    world = await slackWorld({ env: { SLACK_SIGNING_SECRET: SECRET, SLACK_PORT: String(port) } });
    expect(world.chat().health()).toMatchObject({
      state: 'down',
      detail: expect.stringContaining(`port ${port}`),
    });
    await new Promise<void>((resolve) => blocker.close(() => resolve()));
    await world.clock.advance(15_000);
    await world.slack.until('the port is open', () => world.chat().health().state === 'up');
  });
});
