import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestClock, testClock } from '../support/clock.ts';
import { checkBlocks, checkView } from '../support/slack/limits.ts';
import { type SlackPerson, type SlackWorkspace, startSlackWorkspace } from '../support/slack/workspace.ts';

/** The double must be as strict as Slack: a test that passes on a lax double proves nothing. */
let slack: SlackWorkspace;
let clock: TestClock;
let ana: SlackPerson;
let bo: SlackPerson;
beforeEach(async () => {
  clock = testClock();
  slack = await startSlackWorkspace({ clock });
  slack.addChannel('C0A');
  ana = slack.addUser('U0ANA', { name: 'Ana' });
  bo = slack.addUser('U0BO', { name: 'Bo' });
});
afterEach(() => slack.close());

async function call(method: string, args: object, token = slack.env.SLACK_BOT_TOKEN) {
  const answer = await fetch(`${slack.env.SLACK_API_URL}${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(args),
  });
  return {
    status: answer.status,
    wait: answer.headers.get('retry-after'),
    body: (await answer.json()) as Record<string, unknown>,
  };
}
const plain = (text: string) => ({ type: 'plain_text', text });
const button = (id: string) => ({ type: 'button', action_id: id, text: plain('Go') });

describe('the Web API of the double', () => {
  it.each([
    ['no token', 'auth.test', {}, '', 'not_authed'],
    ['a strange token', 'auth.test', {}, 'xoxb-9', 'invalid_auth'],
    ['the app token', 'auth.test', {}, 'xapp-1', 'not_allowed_token_type'],
    ['a strange channel', 'chat.postMessage', { channel: 'C0X', text: 'x' }, null, 'channel_not_found'],
    ['nothing to say', 'chat.postMessage', { channel: 'C0A' }, null, 'no_text'],
    ['a long text', 'chat.postMessage', { channel: 'C0A', text: 'x'.repeat(4_001) }, null, 'msg_too_long'],
    ['a made-up trigger', 'views.open', { trigger_id: 'x', view: {} }, null, 'invalid_trigger_id'],
    ['an unknown method', 'chat.shout', {}, null, 'unknown_method'],
  ] as const)('refuses %s', async (_, method, args, token, error) => {
    const { body } = await call(method, args, token ?? undefined);
    expect(body).toMatchObject({ ok: false, error });
  });

  it('knows where the bot is, what it may, and whether it still may', async () => {
    slack.kick('C0A');
    expect((await call('chat.postMessage', { channel: 'C0A', text: 'x' })).body.error).toBe('not_in_channel');
    slack.invite('C0A');
    slack.grant([]);
    expect((await call('chat.postMessage', { channel: 'C0A', text: 'x' })).body).toMatchObject({
      error: 'missing_scope',
      needed: 'chat:write',
    });
    slack.grant(['chat:write']);
    slack.archive('C0A');
    expect((await call('chat.postMessage', { channel: 'C0A', text: 'x' })).body.error).toBe('is_archived');
    slack.revoke();
    expect((await call('auth.test', {})).body.error).toBe('token_revoked');
  });

  it('lets a channel take a burst, then one message a second', async () => {
    const post = () => call('chat.postMessage', { channel: 'C0A', text: 'x' });
    for (let message = 0; message < 4; message++) expect((await post()).status).toBe(200);
    expect(await post()).toMatchObject({ status: 429, wait: '1' });
    await clock.advance(1_000);
    expect((await post()).status).toBe(200);
    expect((await post()).status).toBe(429);
  });

  it('lets nobody overwrite a Home tab they have not seen', async () => {
    const view = { type: 'home', blocks: [{ type: 'divider' }] };
    const publish = (hash?: unknown) =>
      call('views.publish', { user_id: 'U0ANA', view, ...(hash === undefined ? {} : { hash }) });
    expect((await publish('123.x')).body.error).toBe('hash_conflict');
    const first = (await publish()).body.view as { hash: string };
    const second = (await publish(first.hash)).body.view as { hash: string };
    expect((await publish(first.hash)).body.error).toBe('hash_conflict');
    expect((await publish(second.hash)).body.ok).toBe(true);
  });

  it('gives the link of a message, where the bot may know of it', async () => {
    await call('chat.postMessage', { channel: 'C0A', text: 'hello' });
    const [message] = slack.shown('C0A');
    const ask = (channel: string) => call('chat.getPermalink', { channel, message_ts: message?.ts });
    expect((await ask('C0A')).body.permalink).toContain(`/archives/C0A/p${message?.ts.replace('.', '')}`);
    slack.addChannel('C0B', { private: true, botIn: false });
    expect((await ask('C0B')).body.error).toBe('channel_not_found');
    slack.addChannel('C0C');
    expect((await ask('C0C')).body.error).toBe('message_not_found');
  });

  it('tells who is in a user group to those with the scope', async () => {
    const ask = (usergroup: string) => call('usergroups.users.list', { usergroup });
    expect((await ask('S0M')).body).toMatchObject({ error: 'missing_scope', needed: 'usergroups:read' });
    slack.grant(['usergroups:read']);
    expect((await ask('S0M')).body.error).toBe('no_such_subteam');
    slack.setGroup('S0M', ['U0ANA']);
    expect((await ask('S0M')).body.users).toEqual(['U0ANA']);
  });

  it('answers only in threads that are there', async () => {
    const { body } = await call('chat.postMessage', { channel: 'C0A', text: 'x' });
    const reply = (ts: unknown) => call('chat.postMessage', { channel: 'C0A', text: 'y', thread_ts: ts });
    expect((await reply(body.ts)).body.ok).toBe(true);
    expect((await reply('1.000001')).body.error).toBe('thread_not_found');
  });

  it('limits methods by the minute', async () => {
    const { body } = await call('chat.postMessage', { channel: 'C0A', text: 'x' });
    const edit = () => call('chat.update', { channel: 'C0A', ts: body.ts, text: 'y', parse: 'none' });
    for (let turn = 0; turn < 50; turn++) expect((await edit()).status).toBe(200);
    expect(await edit()).toMatchObject({ status: 429, wait: '60' });
  });

  it('records a ping by text, by markup, by element, and by a careless edit', async () => {
    await call('chat.postMessage', { channel: 'C0A', text: 'hey <@U0ANA>' });
    const section = { type: 'section', text: { type: 'mrkdwn', text: 'hey <!here>' } };
    await call('chat.postMessage', { channel: 'C0A', text: 'x', blocks: [section] });
    const part = { type: 'rich_text_section', elements: [{ type: 'user', user_id: 'U0BO' }] };
    const { body } = await call('chat.postMessage', {
      channel: 'C0A',
      text: 'x',
      blocks: [{ type: 'rich_text', elements: [part] }],
    });
    await call('chat.update', { channel: 'C0A', ts: body.ts, text: 'well @channel' });
    expect(slack.pings()).toEqual(['U0ANA', '!here', '@channel']);
  });

  it('shows an ephemeral message to one person', async () => {
    await call('chat.postEphemeral', { channel: 'C0A', user: 'U0ANA', text: 'psst' });
    expect(ana.sees('C0A').map((message) => message.text)).toEqual(['psst']);
    expect(bo.sees('C0A')).toEqual([]);
    expect(slack.shown('C0A')).toEqual([]);
  });
});

describe('the limits of the double', () => {
  it.each([
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['a long section', [{ type: 'section', text: plain('x'.repeat(3_001)) }]],
    ['an empty text', [{ type: 'section', text: plain('') }]],
    ['a long button', [{ type: 'actions', elements: [{ ...button('a'), text: plain('x'.repeat(76)) }] }]],
    ['a long value', [{ type: 'actions', elements: [{ ...button('a'), value: 'x'.repeat(2_001) }] }]],
    ['26 buttons', [{ type: 'actions', elements: Array.from({ length: 26 }, (_, i) => button(`a${i}`)) }]],
    ['the same action twice', [{ type: 'actions', elements: [button('a'), button('a')] }]],
    [
      'the same block twice',
      [
        { type: 'divider', block_id: 'b' },
        { type: 'divider', block_id: 'b' },
      ],
    ],
    [
      'six menu lines',
      [
        {
          type: 'actions',
          elements: [
            {
              type: 'overflow',
              action_id: 'm',
              options: Array.from({ length: 6 }, (_, i) => ({ text: plain('x'), value: `${i}` })),
            },
          ],
        },
      ],
    ],
    ['an unknown field', [{ type: 'divider', colour: 'red' }]],
    ['an unknown block', [{ type: 'marquee' }]],
    ['an empty rich text', [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [] }] }]],
    ['an image without words', [{ type: 'image', image_url: 'https://x.example/a.png' }]],
    [
      'a field in a message',
      [{ type: 'input', label: plain('x'), element: { type: 'users_select', action_id: 'u' } }],
    ],
  ])('refuses %s', (_, blocks) => {
    expect(checkBlocks(blocks)).toMatchObject({ ok: false, error: 'invalid_blocks' });
  });

  it('refuses blocks that are too long together', () => {
    const blocks = Array.from({ length: 5 }, () => ({ type: 'section', text: plain('x'.repeat(2_900)) }));
    expect(checkBlocks(blocks)).toMatchObject({ ok: false, error: 'msg_blocks_too_long' });
  });

  it.each([
    ['a long title', { title: plain('x'.repeat(25)) }],
    ['much to remember', { private_metadata: 'x'.repeat(3_001) }],
    [
      'a field without a button to submit',
      { blocks: [{ type: 'input', label: plain('x'), element: { type: 'users_select', action_id: 'u' } }] },
    ],
  ])('refuses a form with %s', (_, part) => {
    const view = { type: 'modal', title: plain('x'), blocks: [{ type: 'divider' }], ...part };
    expect(checkView(view, new Set(['files:read']))).toMatchObject({ ok: false });
  });
});

describe('triggers and response URLs of the double', () => {
  const view = { type: 'modal', title: plain('x'), blocks: [{ type: 'divider' }] };

  /** A click whose payload is caught by a small app of the test's own. */
  async function click(): Promise<{ trigger_id: string; response_url: string }> {
    const blocks = [{ type: 'actions', elements: [button('go')] }];
    await call('chat.postMessage', { channel: 'C0A', text: 'x', blocks });
    const message = slack.shown('C0A').at(-1);
    if (!message) throw new Error('there is no message');
    const { createServer } = await import('node:http');
    const caught: string[] = [];
    const app = createServer((request, response) => {
      request.on('data', (chunk) => caught.push(String(chunk)));
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    const address = app.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    slack.sendTo({ url: `http://127.0.0.1:${port}/`, signingSecret: 's' });
    await ana.press(message, 'Go');
    app.closeAllConnections();
    await new Promise<void>((resolve) => app.close(() => resolve()));
    return JSON.parse(new URLSearchParams(caught.join('')).get('payload') ?? '{}');
  }

  it('open one form, within three seconds', async () => {
    const first = await click();
    expect((await call('views.open', { trigger_id: first.trigger_id, view })).body.ok).toBe(true);
    expect((await call('views.open', { trigger_id: first.trigger_id, view })).body.error).toBe(
      'exchanged_trigger_id',
    );
    const second = await click();
    await clock.advance(3_001);
    expect((await call('views.open', { trigger_id: second.trigger_id, view })).body.error).toBe(
      'expired_trigger_id',
    );
  });

  it('take five messages, within half an hour', async () => {
    const { response_url: url } = await click();
    const respond = () => fetch(url, { method: 'POST', body: JSON.stringify({ text: 'psst' }) });
    for (let turn = 0; turn < 5; turn++) expect((await respond()).status).toBe(200);
    expect((await respond()).status).toBe(404);
    expect(bo.sees('C0A')).toHaveLength(1);
    const later = await click();
    await clock.advance(30 * 60_000 + 1);
    expect((await fetch(later.response_url, { method: 'POST', body: '{"text":"x"}' })).status).toBe(404);
  });
});
