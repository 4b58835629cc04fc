import { afterEach, describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, RejectedError, UncertainError } from '../../src/errors.ts';
import { messageSchema } from '../../src/sources/slack-community/shapes.ts';
import { slackCommunity } from '../../src/sources/slack-community/slack-community.ts';
import { messageToPost } from '../../src/sources/slack-community/to-post.ts';
import { DAY, HOUR, MINUTE } from '../contract/source-steps.ts';
import {
  CHANNEL,
  type FakeMessage,
  GROUP,
  ME,
  type Quirks,
  SECOND,
  TOKEN,
} from '../fixtures/slack-community/fake-slack.ts';
import messages from '../fixtures/slack-community/messages.json' with { type: 'json' };
import { type SlackWorld, slackWorld } from '../fixtures/slack-community/world.ts';

const worlds: SlackWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(config: object = {}, quirks: Partial<Quirks> = {}): Promise<SlackWorld> {
  const world = await slackWorld({ config, quirks });
  worlds.push(world);
  return world;
}
const signal = (): AbortSignal => new AbortController().signal;

async function poll(world: SlackWorld, cursor: string | null = null) {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('no poll');
  return batch;
}
/** Polls until nothing more is waiting. */
async function drain(world: SlackWorld, cursor: string | null = null) {
  const posts = new Map<string, Post>();
  const deleted: string[] = [];
  let at = cursor;
  for (let round = 0; round < 50; round++) {
    const batch = await poll(world, at);
    for (const post of batch.posts) posts.set(post.id, post);
    deleted.push(...(batch.deleted ?? []));
    at = batch.cursor;
    if (!batch.more) return { posts: [...posts.values()], deleted, cursor: at };
  }
  throw new Error('never ends');
}
const conversation = async (world: SlackWorld, post: Post): Promise<readonly Post[]> =>
  (await world.source.conversation?.(post, signal())) ?? [];
const reply = (world: SlackWorld, post: Post, text = 'It does.', key = 'reply-1') =>
  world.source.reply?.(post, text, { idempotencyKey: key, signal: signal() });

/** Somebody's message in the help channel, a minute ago. */
function say(world: SlackWorld, text: string, more: Partial<Parameters<typeof world.fake.add>[0]> = {}) {
  return world.fake.add({ text, at: world.clock.now() - MINUTE, user: world.person('Ana', 'ana'), ...more });
}
const idOf = (message: FakeMessage): string => `${message.channel}:${message.ts}`;
function find(posts: readonly Post[], message: FakeMessage): Post {
  const post = posts.find((one) => one.id === idOf(message));
  if (!post) throw new Error(`${message.text} is missing`);
  return post;
}
const polled = async (world: SlackWorld, message: FakeMessage): Promise<Post> =>
  find((await drain(world)).posts, message);
const asked = (world: SlackWorld, method: string): number =>
  world.fake.service.requests.filter((request) => request.path === `/api/${method}`).length;

describe('the configuration', () => {
  const errors = (config: object): string[] => {
    const parsed = slackCommunity.config.safeParse({ token: TOKEN, channels: [CHANNEL], ...config });
    return parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  };
  it('says what is wrong', () => {
    expect(errors({ token: 'xoxp-123' })[0]).toMatch(/token: .*bot token/);
    expect(errors({ channels: ['#help'] })[0]).toMatch(/channels\.0: .*channel id/);
    expect(errors({ channels: [] })[0]).toMatch(/at least one/);
    expect(errors({ ours: ['ana'] })[0]).toMatch(/ours\.0: .*S… of a user group/);
    expect(errors({ chanels: [] })[0]).toMatch(/chanels/);
    const many = Array.from({ length: 20 }, (_, i) => `C0000000${String(i).padStart(2, '0')}`);
    expect(errors({ channels: many, every: '10s' })[0]).toMatch(/every: .*50 requests a minute/);
    expect(errors({ channels: many })).toEqual([]);
  });
});

describe('a message', () => {
  const context = {
    source: 's',
    workspace: 'https://crock-friends.slack.com',
    channelId: CHANNEL,
    author: { id: 'U0ANA00001', name: 'Ana', handle: 'ana', avatarUrl: null },
    via: 'comment',
    ours: false,
    names: {
      user: (id: string) => (id === 'U0ANA00001' ? 'Ana' : null),
      channel: (id: string) => (id === SECOND ? 'lounge' : null),
    },
  } as const;
  const read = (raw: object): Post => messageToPost(messageSchema.parse(raw), context);

  it('is read as the documentation shows it', () => {
    expect(read(messages.edited)).toMatchObject({
      id: `${CHANNEL}:1355517523.000005`,
      text: 'Hello, world!',
      createdAt: 1_355_517_523_000,
      editedAt: 1_355_517_536_000,
      url: `https://crock-friends.slack.com/archives/${CHANNEL}/p1355517523000005`,
    });
  });
  it('has names in the place of ids, links whole, and nothing escaped', () => {
    const post = read(messages.formatted);
    expect(post.text).toBe(
      '@Ana and @old name, see #help #lounge the lid (https://example.com/a?b=1&c=2) https://example.com/ ' +
        'ana@example.com @here @team 18 February 2014 <b> R&D :pot: *bold*',
    );
    expect(post.links).toEqual(['https://example.com/a?b=1&c=2', 'https://example.com/']);
  });
  it('that passes another one on quotes it; previews of links are left out', () => {
    expect(read(messages.shared).text).toBe('Same here\n\n> The lid\n> is broken');
  });
  it('in a thread has the thread’s link', () => {
    const raw = { ...messages.edited, thread_ts: '1355517500.000001' };
    expect(read(raw)).toMatchObject({
      conversationId: `${CHANNEL}:1355517500.000001`,
      replyTo: `${CHANNEL}:1355517500.000001`,
      url: `https://crock-friends.slack.com/archives/${CHANNEL}/p1355517523000005?thread_ts=1355517500.000001&cid=${CHANNEL}`,
    });
  });
});

describe('whose a message is', () => {
  it('is told by people and user groups', async () => {
    const world = await start({ ours: [GROUP, 'U0TOM00001'] });
    const lea = world.person('Lea', 'lea');
    world.fake.group.add(lea);
    const ask = say(world, 'Does it fit?');
    say(world, 'Yes', { user: lea, threadTs: ask.ts });
    say(world, 'Really', { user: 'U0TOM00001', threadTs: ask.ts });
    say(world, 'From the app', { user: ME, threadTs: ask.ts });
    const spoken = say(world, `<!subteam^${GROUP}|@team> help <@${lea}>`);
    const { posts } = await drain(world);
    expect(posts.filter((post) => post.ours).map((post) => post.text)).toEqual([
      'Yes',
      'Really',
      'From the app',
    ]);
    expect(find(posts, spoken)).toMatchObject({ via: 'mention', text: '@team help @Lea' });
    // Nobody knows who U0TOM00001 is: the id has to do.
    expect(posts.find((post) => post.text === 'Really')?.author.name).toBe('U0TOM00001');
  });
  it('an answer to us is one', async () => {
    const world = await start();
    const ours = say(world, 'What do you cook today?', { user: ME });
    const answer = say(world, 'Beans', { threadTs: ours.ts });
    expect((await polled(world, answer)).via).toBe('reply');
  });
  it('of apps and of Slack itself is not read, unless it is wanted', async () => {
    const write = (world: SlackWorld): void => {
      say(world, 'Beep', {
        user: null,
        extra: { subtype: 'bot_message', bot_id: 'B0HELPER01', username: 'helper' },
      });
      say(world, 'Reminder', { user: 'USLACKBOT' });
      say(world, 'joined', { extra: { subtype: 'channel_join' } });
      say(world, 'topic', { extra: { subtype: 'channel_topic' } });
    };
    const plain = await start();
    write(plain);
    expect((await drain(plain)).posts).toEqual([]);
    const open = await start({ bots: true });
    write(open);
    expect((await drain(open)).posts.map(({ text, author }) => [text, author.name])).toEqual([
      ['Beep', 'helper'],
      ['Reminder', 'USLACKBOT'],
    ]);
  });
  it('names are asked for once a day', async () => {
    const world = await start();
    say(world, 'One');
    const { cursor } = await drain(world);
    say(world, 'Two');
    await drain(world, cursor);
    expect(asked(world, 'users.info')).toBe(1);
  });
});

describe('threads', () => {
  it('new answers are found by their first message, once', async () => {
    const world = await start();
    const ask = say(world, 'Does it fit?', { at: world.clock.now() - HOUR });
    let { cursor } = await drain(world);
    const answer = say(world, 'Yes', { threadTs: ask.ts });
    const next = await drain(world, cursor);
    expect(next.posts.map((post) => post.text)).toEqual(['Yes']);
    expect(find(next.posts, answer).conversationId).toBe(idOf(ask));
    const before = asked(world, 'conversations.replies');
    ({ cursor } = await drain(world, next.cursor));
    expect((await drain(world, cursor)).posts).toEqual([]);
    expect(asked(world, 'conversations.replies')).toBe(before);
  });
  it('begun long before the look-back have their new answers read, and only those', async () => {
    const world = await start({ follow: '7d' });
    const old = say(world, 'Last week', { at: world.clock.now() - 6 * DAY });
    say(world, 'Old answer', { at: world.clock.now() - 5 * DAY, threadTs: old.ts });
    for (let i = 0; i < 230; i++) say(world, `Noise ${i}`, { at: world.clock.now() - 3 * DAY + i });
    const fresh = say(world, 'Me too', { threadTs: old.ts });
    const first = await drain(world);
    expect(first.posts.map((post) => post.text)).toEqual(['Me too']);
    expect(find(first.posts, fresh).conversationId).toBe(idOf(old));
    // Too far back for the newest page: found by the hourly look.
    const later = say(world, 'And me', { threadTs: old.ts });
    const soon = await drain(world, first.cursor);
    expect(soon.posts).toEqual([]);
    await world.clock.advance(HOUR);
    expect(find((await drain(world, soon.cursor)).posts, later).text).toBe('And me');
  });
  it('an answer that also went to the channel is one post', async () => {
    const world = await start();
    const ask = say(world, 'Does it fit?', { at: world.clock.now() - HOUR });
    const both = say(world, 'Yes', { threadTs: ask.ts, extra: { subtype: 'thread_broadcast' } });
    const { posts } = await drain(world);
    expect(posts).toHaveLength(2);
    expect(find(posts, both)).toMatchObject({ conversationId: idOf(ask), replyTo: idOf(ask) });
  });
  it('of ten thousand answers are shown in part: the first, the one in question, the newest', async () => {
    const world = await start();
    const at = world.clock.now() - 20 * HOUR;
    const first = say(world, 'First', { at });
    const all = Array.from({ length: 10_000 }, (_, i) =>
      say(world, `M${i}`, { at: at + (i + 1) * 1_000, threadTs: first.ts }),
    );
    const target = all[3_000];
    if (!target) throw new Error('no target');
    const before = world.fake.service.requests.length;
    const posts = await conversation(world, { id: idOf(target), conversationId: idOf(first) } as Post);
    expect(posts.length).toBeLessThanOrEqual(500);
    expect(posts.length).toBeGreaterThan(350);
    expect(posts[0]?.text).toBe('First');
    expect(posts.some((post) => post.id === idOf(target))).toBe(true);
    expect(posts.at(-1)?.text).toBe('M9999');
    expect(world.fake.service.requests.length - before).toBeLessThan(15);
  });
});

describe('changes', () => {
  it('come once, with the time of the change, in threads when they are read again', async () => {
    const world = await start();
    const message = say(world, 'Teh lid');
    const answer = say(world, 'Waht', { threadTs: message.ts });
    const first = await drain(world);
    message.text = 'The lid';
    message.editedTs = world.fake.tsAt(world.clock.now());
    answer.text = 'What';
    answer.editedTs = world.fake.tsAt(world.clock.now());
    say(world, 'Another', { threadTs: message.ts });
    const second = await drain(world, first.cursor);
    expect(second.posts.map(({ text, editedAt }) => [text, editedAt])).toEqual([
      ['The lid', world.clock.now()],
      ['What', world.clock.now()],
      ['Another', null],
    ]);
    expect((await drain(world, second.cursor)).posts).toEqual([]);
  });
  it('deletions are told once: of messages, of those with answers, of answers', async () => {
    const world = await start();
    const alone = say(world, 'Alone');
    const asker = say(world, 'Answered');
    const answer = say(world, 'Answer', { threadTs: asker.ts });
    const second = say(world, 'Second answer', { threadTs: asker.ts });
    const first = await drain(world);
    expect(first.posts).toHaveLength(4);
    alone.deleted = true;
    asker.deleted = true;
    second.deleted = true;
    const next = await drain(world, first.cursor);
    expect(next.deleted.sort()).toEqual([idOf(alone), idOf(asker), idOf(second)].sort());
    const last = await drain(world, next.cursor);
    expect(last.deleted).toEqual([]);
    answer.deleted = true;
    expect(await conversation(world, find(first.posts, answer))).toEqual([]);
    expect((await drain(world, last.cursor)).deleted).toEqual([idOf(answer)]);
  });
  it.each(['not_in_channel', 'channel_not_found'])('what %s hides is not gone', async (code) => {
    const world = await start();
    const ask = say(world, 'Does it fit?');
    const first = await poll(world);
    const post = find(first.posts, ask);
    world.fake.quirks.refuses = { 'conversations.replies': code, 'conversations.history': code };
    expect(await conversation(world, post)).toEqual([post]);
    world.fake.quirks.refuses = {};
    expect((await poll(world, first.cursor)).deleted).toEqual([]);
    world.fake.quirks.refuses = { 'conversations.replies': 'thread_not_found' };
    expect(await conversation(world, post)).toEqual([]);
  });
  it('what only left the newest page is not deleted', async () => {
    const world = await start();
    say(world, 'One');
    const first = await drain(world);
    await world.clock.advance(HOUR);
    for (let i = 0; i < 220; i++) say(world, `Noise ${i}`);
    const next = await drain(world, first.cursor);
    expect(next.posts).toHaveLength(220);
    expect(next.deleted).toEqual([]);
  });
});

describe('limits', () => {
  it('with 15 messages once a minute everything arrives all the same, later', async () => {
    const world = await start({ lookback: '2h' }, { unlisted: true });
    const all = Array.from({ length: 40 }, (_, i) =>
      say(world, `M${i}`, { at: world.clock.now() - HOUR + i * 1_000 }),
    );
    const asks = all[3];
    if (!asks) throw new Error('no message');
    const answer = say(world, 'Answer', { threadTs: asks.ts });
    const found = new Set<string>();
    let cursor: string | null = null;
    for (let minute = 0; minute < 12; minute++) {
      const batch = await poll(world, cursor);
      cursor = batch.cursor;
      for (const post of batch.posts) found.add(post.id);
      expect(batch.more, 'nobody is asked in vain').toBe(false);
      await world.clock.advance(Math.max(MINUTE, batch.waitMs ?? 0));
    }
    expect(found.size).toBe(41);
    expect(found.has(idOf(answer))).toBe(true);
    const checks = await world.source.check(signal());
    expect(checks.find((check) => !check.ok)?.remedy).toMatch(/outside its Marketplace/);
  });
  it('a poll that reads nothing at all fails, and no method is asked again too early', async () => {
    const world = await start();
    const { cursor } = await drain(world);
    world.fail({ status: 429, headers: { 'retry-after': '30' }, body: '{"ok":false,"error":"ratelimited"}' });
    await expect(poll(world, cursor)).rejects.toMatchObject({ retryAfterMs: 30_000 });
    world.fail(null);
    const requests = world.fake.service.requests.length;
    await expect(poll(world, cursor)).rejects.toBeInstanceOf(RateLimitedError);
    expect(world.fake.service.requests.length).toBe(requests);
    await world.clock.advance(30_000);
    await poll(world, cursor);
  });
  it('a flood within a moment is read to its end, once', async () => {
    const world = await start();
    for (let i = 0; i < 1_300; i++) say(world, `M${i}`);
    const { posts, cursor } = await drain(world);
    expect(posts).toHaveLength(1_300);
    const before = asked(world, 'conversations.history');
    expect((await drain(world, cursor)).posts).toEqual([]);
    expect(asked(world, 'conversations.history')).toBe(before + 1);
  });
  it('a way that lost its cursor begins anew', async () => {
    const world = await start();
    for (let i = 0; i < 700; i++) say(world, `M${i}`, { at: world.clock.now() - HOUR + i });
    const first = await poll(world);
    expect(first.more).toBe(true);
    world.fake.quirks.forgetsCursors = true;
    const lost = await poll(world, first.cursor);
    world.fake.quirks.forgetsCursors = false;
    const rest = await drain(world, lost.cursor);
    const ids = new Set([...first.posts, ...lost.posts, ...rest.posts].map((post) => post.id));
    expect(ids.size).toBe(700);
  });
  it('every call is counted, answers as answers', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    await reply(world, post);
    expect(world.spent).toHaveLength(world.fake.service.requests.length);
    expect(world.spent.filter((one) => 'purpose' in one && one.purpose === 'answer')).toHaveLength(2);
  });
});

describe('what stands in the way', () => {
  it('Slack’s own words become ours', async () => {
    for (const [code, words] of [
      ['invalid_auth', /bot token anew/],
      ['account_inactive', /removed/],
      ['missing_scope', /lacks a permission/],
    ] as const) {
      const world = await start();
      world.fake.quirks.refuses = { 'conversations.history': code };
      const error: unknown = await poll(world).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AuthError);
      expect((error as Error).message).toMatch(words);
    }
  });
  it('a channel without the app, or none, is told once; the others go on', async () => {
    const world = await start({ channels: [CHANNEL, SECOND, 'C0NOWHERE01'] });
    const second = world.fake.channels.get(SECOND);
    if (second) second.is_member = false;
    say(world, 'Here');
    const first = await poll(world);
    expect(first.posts.map((post) => post.text)).toEqual(['Here']);
    expect(first.dropped?.map((drop) => drop.id).sort()).toEqual([SECOND, 'C0NOWHERE01'].sort());
    expect((await poll(world, first.cursor)).dropped).toEqual([]);
    const checks = await world.source.check(signal());
    expect(checks.filter((check) => !check.ok).map((check) => check.remedy)).toEqual([
      expect.stringMatching(/check the id/),
      expect.stringMatching(/\/invite @app/),
    ]);
  });
  it('the check names missing permissions', async () => {
    const world = await start({ ours: [GROUP] }, { scopes: 'channels:history,channels:read,users:read' });
    const checks = await world.source.check(signal());
    expect(checks.find((check) => !check.ok)?.remedy).toMatch(/chat:write, usergroups:read/);
  });
  it('archived channels and locked threads may not be answered, locks also after a restart', async () => {
    const world = await start();
    const ask = say(world, 'Does it fit?', { extra: { is_locked: true } });
    const other = say(world, 'And the lid?');
    const { posts, cursor } = await drain(world);
    expect(world.source.mayNotReply?.(find(posts, ask))).toMatch(/locked/);
    expect(world.source.mayNotReply?.(find(posts, other))).toBeNull();
    const channel = world.fake.channels.get(CHANNEL);
    if (channel) channel.is_archived = true;
    ask.deleted = true;
    const later = await world.restart();
    await later.poll?.(cursor, signal());
    expect(later.mayNotReply?.(find(posts, ask))).toMatch(/archived/);
    if (channel) channel.is_archived = false;
    const again = await world.restart();
    await again.poll?.(cursor, signal());
    expect(again.mayNotReply?.(find(posts, ask))).toMatch(/locked/);
  });
});

describe('an answer', () => {
  it('goes into the thread, escaped, with its key as metadata', async () => {
    const world = await start();
    const ask = say(world, 'Does it fit?');
    const back = say(world, 'Hello?', { threadTs: ask.ts });
    const { posts } = await drain(world);
    const sent = await reply(
      world,
      find(posts, back),
      ' <!channel> <@U1> R&D\r\nhttps://example.com/?a=1&b=2 ',
    );
    const body = JSON.parse(world.fake.service.requests.at(-1)?.body.toString() || '{}') as object;
    expect(body).toEqual({
      channel: CHANNEL,
      thread_ts: ask.ts,
      text: '&lt;!channel&gt; &lt;@U1&gt; R&amp;D\nhttps://example.com/?a=1&amp;b=2',
      link_names: false,
      metadata: { event_type: 'potluck_reply', event_payload: { key: expect.stringMatching(/^\w{32}$/) } },
    });
    expect(sent).toMatchObject([
      {
        text: '<!channel> <@U1> R&D\nhttps://example.com/?a=1&b=2',
        ours: true,
        conversationId: idOf(ask),
        replyTo: idOf(ask),
      },
    ]);
    expect(world.source.account?.()).toEqual({ handle: '@crock', url: null });
  });
  it('whose confirmation was lost is found again, and never sent twice', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    world.fake.service.fail('lost-answer');
    const posts = await reply(world, post);
    expect(posts).toMatchObject([{ text: 'It does.', ours: true }]);
    world.fake.service.fail(null);
    expect((await reply(world, post))?.[0]?.id).toBe(posts?.[0]?.id);
    expect(world.fake.sent()).toHaveLength(1);
    await reply(world, post, 'Another.', 'reply-2');
    expect(world.fake.sent()).toHaveLength(2);
  });
  it('that could not be found is uncertain, and looked for before a person’s second try', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    world.fail('lost-answer');
    await expect(reply(world, post)).rejects.toBeInstanceOf(UncertainError);
    world.fail(null);
    const [sent] = world.fake.sent();
    if (sent) sent.lagging = false;
    const again = await world.restart();
    const posts = await again.reply?.(post, 'It does.', { idempotencyKey: 'reply-1', signal: signal() });
    expect(posts?.[0]?.id).toBe(sent && idOf(sent));
    expect(world.fake.sent()).toHaveLength(1);
  });
  it('that Slack refuses says why', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    for (const [code, words] of [
      ['is_archived', /archived/],
      ['restricted_action', /setting/],
      ['not_in_channel', /\/invite/],
      ['something_new', /something_new/],
    ] as const) {
      world.fake.quirks.refuses = { 'chat.postMessage': code };
      const error: unknown = await reply(world, post)?.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RejectedError);
      expect((error as Error).message).toMatch(words);
    }
    world.fake.quirks.refuses = { 'chat.postMessage': 'restricted_action_thread_locked' };
    await expect(reply(world, post)).rejects.toThrow(/locked/);
    expect(world.source.mayNotReply?.(post)).toMatch(/locked/);
    expect(world.fake.sent()).toEqual([]);
  });
  it('a limit on reading keeps nobody from answering', async () => {
    const world = await start({}, { unlisted: true });
    const ask = say(world, 'Does it fit?');
    const post = find((await poll(world)).posts, ask);
    await conversation(world, post);
    await reply(world, post);
    expect(world.fake.sent()).toHaveLength(1);
  });
  it('has at most 4,000 characters', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    expect(world.source.measure?.(post, 'a'.repeat(4_000))).toMatchObject({ length: 4_000, problem: null });
    expect(world.source.measure?.(post, 'a'.repeat(4_001))?.problem).toMatch(/4001 characters.*4000/);
  });
});
