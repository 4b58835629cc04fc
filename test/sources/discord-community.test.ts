import { afterEach, describe, expect, it } from 'vitest';
import type { Post } from '../../src/domain/post.ts';
import { AuthError, RateLimitedError, RejectedError, UncertainError } from '../../src/errors.ts';
import { discordCommunity } from '../../src/sources/discord-community/discord-community.ts';
import { messageSchema } from '../../src/sources/discord-community/shapes.ts';
import { messageToPost } from '../../src/sources/discord-community/to-post.ts';
import { SECOND as A_SECOND, HOUR, MINUTE } from '../contract/source-steps.ts';
import {
  CHANNEL,
  type FakeMessage,
  FORUM,
  GUILD,
  type Quirks,
  SECOND,
  STAFF_ROLE,
  TOKEN,
} from '../fixtures/discord-community/fake-discord.ts';
import messages from '../fixtures/discord-community/messages.json' with { type: 'json' };
import { type DiscordWorld, discordWorld } from '../fixtures/discord-community/world.ts';

const worlds: DiscordWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function start(config: object = {}, quirks: Partial<Quirks> = {}): Promise<DiscordWorld> {
  const world = await discordWorld({ config, quirks });
  worlds.push(world);
  return world;
}
const signal = (): AbortSignal => new AbortController().signal;

async function poll(world: DiscordWorld, cursor: string | null = null) {
  const batch = await world.source.poll?.(cursor, signal());
  if (!batch) throw new Error('no poll');
  return batch;
}
const conversation = async (world: DiscordWorld, post: Post): Promise<readonly Post[]> =>
  (await world.source.conversation?.(post, signal())) ?? [];
const reply = (world: DiscordWorld, post: Post, text = 'It does.', key = 'reply-1') =>
  world.source.reply?.(post, text, { idempotencyKey: key, signal: signal() });

/** Somebody's message in the help channel, a minute ago. */
function say(world: DiscordWorld, content: string, more: Partial<Parameters<typeof world.fake.add>[0]> = {}) {
  const at = world.clock.now() - MINUTE;
  return world.fake.add({ channelId: CHANNEL, author: world.person('Ana', 'ana'), content, at, ...more });
}
function find(posts: readonly Post[], message: FakeMessage): Post {
  const post = posts.find((one) => one.id === message.id);
  if (!post) throw new Error(`${message.content} is missing`);
  return post;
}
async function polled(world: DiscordWorld, message: FakeMessage): Promise<Post> {
  return find((await poll(world)).posts, message);
}
/** Requests to a path since the beginning. */
const asked = (world: DiscordWorld, path: RegExp): number =>
  world.fake.service.requests.filter((request) => path.test(request.path)).length;

describe('the configuration', () => {
  const errors = (config: object): string[] => {
    const parsed = discordCommunity.config.safeParse(config);
    return parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  };
  it('says what is wrong', () => {
    expect(errors({ token: TOKEN, channels: [Number(CHANNEL)] })[0]).toMatch(/channels\.0: .*in quotes/);
    expect(errors({ token: TOKEN, channels: ['help'] })[0]).toMatch(/in quotes/);
    expect(errors({ token: TOKEN, channels: [] })[0]).toMatch(/at least one channel/);
    expect(errors({ token: 'x', channels: [CHANNEL] })[0]).toMatch(/Reset Token/);
    expect(errors({ token: TOKEN, channels: [CHANNEL], every: '1s' })[0]).toMatch(/10s/);
    expect(errors({ token: TOKEN, channels: [CHANNEL], chanels: [] })[0]).toMatch(/chanels/);
  });
  it('takes a token as people paste it, and each channel once', () => {
    const config = discordCommunity.config.parse({ token: `Bot ${TOKEN}`, channels: [CHANNEL, CHANNEL] });
    expect(config).toMatchObject({ token: TOKEN, channels: [CHANNEL], bots: false, ours: [] });
  });
});

describe('a message', () => {
  const names = { user: () => null, role: () => null, channel: () => 'big-news' };
  const context = {
    source: 'c',
    guildId: GUILD,
    conversationId: '1',
    via: 'comment',
    ours: false,
    names,
  } as const;
  const read = (raw: object): Post => messageToPost(messageSchema.parse(raw), context);

  it('is read as the documentation shows it', () => {
    expect(read(messages.plain)).toMatchObject({
      id: '334385199974967042',
      text: 'Supa Hot',
      url: `https://discord.com/channels/${GUILD}/290926798999357250/334385199974967042`,
      createdAt: Date.UTC(2017, 6, 11, 17, 27, 7, 299),
      editedAt: null,
      author: {
        name: 'Mason',
        handle: 'Mason#9999',
        avatarUrl:
          'https://cdn.discordapp.com/avatars/53908099506183680/a_bab14f271d565501444b2ca3be944b25.png',
      },
    });
    // A reference that is no answer: the message came from a channel that this one follows.
    expect(read(messages.crossposted)).toMatchObject({
      text: 'Big news! In this #big-news channel!',
      replyTo: null,
    });
  });
  it('that passes another one on, and a poll, have their words', () => {
    expect(read(messages.forwarded)).toMatchObject({ text: '> The lid :boom:\n> is broken', replyTo: null });
    expect(read(messages.poll)).toMatchObject({
      text: 'Which lid?\n• Glass\n• Steel',
      editedAt: Date.UTC(2026, 5, 1, 11, 5),
    });
  });
  it('has names in the place of ids', async () => {
    const world = await start({ ours: [STAFF_ROLE] });
    const bo = world.person('Bo Bo', 'bo');
    const user = { ...bo, global_name: bo.globalName, discriminator: '0', avatar: null };
    const mention = { public_flags: 0, flags: 0, primary_guild: null, id: user.id, username: user.username };
    const message = say(
      world,
      `<@${bo.id}> <@!${bo.id}> ask <@&${STAFF_ROLE}> in <#${SECOND}> <a:party:1234567890123456789> ` +
        'at <t:1780315200:R>, see </help me:1234567890123456789> <https://example.com/a_b> <@1> <#2> **bold**',
      {
        extra: {
          mentions: [{ ...mention, global_name: user.global_name, discriminator: '0', avatar: null }],
          mention_roles: [STAFF_ROLE],
        },
      },
    );
    const post = await polled(world, message);
    expect(post.text).toBe(
      '@Bo Bo @Bo Bo ask @Crockhaven Team in #lounge :party: ' +
        'at 2026-06-01 12:00 UTC, see /help me https://example.com/a_b <@1> <#2> **bold**',
    );
    expect(post.links).toEqual(['https://example.com/a_b']);
    expect(post.via, 'the team was spoken to').toBe('mention');
  });
  it('shows attachments by description, else by name, and stickers', async () => {
    const world = await start();
    const url = 'https://cdn.discordapp.com/attachments/1/2/lid.png';
    const file = { id: '1', filename: 'lid.png', size: 1, url, proxy_url: url };
    const message = say(world, '', {
      extra: {
        attachments: [file, { ...file, id: '2', description: 'A cracked lid' }],
        sticker_items: [{ id: '3', name: 'Wave', format_type: 1 }],
      },
    });
    expect((await polled(world, message)).media.map((medium) => medium.alt)).toEqual([
      'lid.png',
      'A cracked lid',
      'Sticker: Wave',
    ]);
  });
});

describe('whose a message is', () => {
  it('is told by roles and ids of the team, asked once', async () => {
    const world = await start({ ours: [STAFF_ROLE, '910000000000000002'] });
    const lea = world.person('Lea', 'lea');
    world.fake.roles.set(lea.id, [STAFF_ROLE]);
    const ask = say(world, 'Does it fit?');
    const first = say(world, 'It does', { author: lea, replyTo: ask.id });
    const tom = { id: '910000000000000002', username: 'tom', globalName: 'Tom' };
    const second = say(world, 'Really', { author: tom, replyTo: ask.id });
    const back = say(world, 'Thanks', { replyTo: first.id });
    const { posts, cursor } = await poll(world);
    expect(posts.map((post) => post.ours)).toEqual([false, true, true, false]);
    expect(find(posts, back)).toMatchObject({ via: 'reply', replyTo: first.id, conversationId: ask.id });
    expect(find(posts, second)).toMatchObject({ conversationId: ask.id });
    say(world, 'One more', { author: lea });
    await poll(world, cursor);
    expect(asked(world, /members\/91/), 'Ana and Lea once each, Tom never').toBe(2);
  });
  it('of somebody who left the server is not ours', async () => {
    const world = await start({ ours: [STAFF_ROLE] });
    world.fake.gone.add(world.person('Ana', 'ana').id);
    expect((await polled(world, say(world, 'Bye'))).ours).toBe(false);
  });
  it('of bots and webhooks is not read, unless they are wanted or ours', async () => {
    const helper = { id: '930000000000000001', username: 'helper', globalName: null, bot: true };
    const write = (world: DiscordWorld) => [
      say(world, 'Beep', { author: helper }),
      say(world, 'News', { extra: { webhook_id: '930000000000000002' } }),
      // What a server writes by itself: somebody joined, a thread was opened, a message was pinned.
      say(world, '', { type: 7 }),
      say(world, 'A thread', { type: 18 }),
      say(world, '', { type: 6 }),
    ];
    const plain = await start({ ours: [STAFF_ROLE] });
    write(plain);
    expect((await poll(plain)).posts).toEqual([]);
    expect(asked(plain, /members/), 'no roles of bots are asked for').toBe(0);
    const open = await start({ bots: true });
    write(open);
    expect((await poll(open)).posts.map((post) => post.text)).toEqual(['Beep', 'News']);
    const own = await start({ ours: [helper.id] });
    write(own);
    expect((await poll(own)).posts.map(({ text, ours }) => [text, ours])).toEqual([['Beep', true]]);
  });
});

describe('a conversation in a channel', () => {
  it('is the chain of answers, also when its beginning is old or deleted', async () => {
    const world = await start({ lookback: '1h' });
    const old = say(world, 'Old question', { at: world.clock.now() - 5 * HOUR });
    const middle = say(world, 'Old answer', { at: world.clock.now() - 4 * HOUR, replyTo: old.id });
    const lost = world.fake.idAt(world.clock.now() - 3 * HOUR);
    const fresh = say(world, 'Me too', { replyTo: middle.id });
    const orphan = say(world, 'What did you say?', { replyTo: lost });
    const { posts, cursor } = await poll(world);
    expect(posts.map((post) => post.text)).toEqual(['Me too', 'What did you say?']);
    expect(find(posts, fresh).conversationId).toBe(old.id);
    expect(find(posts, orphan).conversationId).toBe(lost);
    const before = asked(world, /messages\/\d+$/);
    const next = say(world, 'And me', { replyTo: fresh.id });
    expect(find((await poll(world, cursor)).posts, next).conversationId).toBe(old.id);
    expect(asked(world, /messages\/\d+$/), 'a known chain is not asked for again').toBe(before);
  });
  it('is found among everything else that is said, with the thread somebody opened', async () => {
    const world = await start();
    const at = world.clock.now() - HOUR;
    const ask = say(world, 'Does it fit?', { at });
    for (let i = 0; i < 150; i++) say(world, `Noise ${i}`, { at: at + A_SECOND + i });
    const answer = say(world, 'Yes', { at: at + 5 * MINUTE, replyTo: ask.id, author: world.fake.bot });
    const other = say(world, 'Not this', { at: at + 6 * MINUTE });
    say(world, 'Nor this', { at: at + 7 * MINUTE, replyTo: other.id });
    world.fake.openThread(CHANNEL, ask.id);
    say(world, '', { channelId: ask.id, type: 21, at: at + 8 * MINUTE });
    const inside = say(world, 'In the thread', { channelId: ask.id, at: at + 9 * MINUTE });
    const { posts } = await poll(world);
    expect(find(posts, inside).conversationId, 'a thread has the id of its first message').toBe(ask.id);
    expect((await conversation(world, find(posts, ask))).map((post) => post.text)).toEqual([
      'Does it fit?',
      'Yes',
      'In the thread',
    ]);
    const fromThread = await conversation(world, find(posts, inside));
    expect(fromThread.map((post) => post.text)).toEqual(['Does it fit?', 'In the thread']);
    expect(find(posts, answer).ours).toBe(true);
  });
});

describe('threads and forums', () => {
  it('of ten thousand messages are shown in part: the first, the one in question, the newest', async () => {
    const world = await start({ channels: [FORUM] });
    const at = world.clock.now() - 20 * HOUR;
    const first = world.fake.idAt(at);
    world.fake.openThread(FORUM, first);
    world.fake.add({ id: first, channelId: first, author: world.person('Ana', 'ana'), content: 'First', at });
    const all = Array.from({ length: 9_999 }, (_, i) =>
      say(world, `M${i}`, { channelId: first, at: at + (i + 1) * A_SECOND }),
    );
    const target = all[3_000];
    if (!target) throw new Error('no target');
    const url = `https://discord.com/channels/${GUILD}/${first}/${target.id}`;
    const before = world.fake.service.requests.length;
    const posts = await conversation(world, { id: target.id, conversationId: first, url } as Post);
    expect(posts).toHaveLength(500);
    expect(posts[0]?.text).toBe('First');
    expect(posts.some((post) => post.id === target.id)).toBe(true);
    expect(posts.at(-1)?.text).toBe('M9998');
    expect([...posts].sort((a, b) => a.createdAt - b.createdAt)).toEqual(posts);
    expect(world.fake.service.requests.length - before).toBeLessThan(15);
  });
  it('that are private bring messages, not comments', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    world.fake.openThread(CHANNEL, id, { type: 12 });
    expect((await polled(world, say(world, 'My order', { channelId: id }))).via).toBe('message');
  });
  it('of other channels are left alone', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    world.fake.openThread(SECOND, id);
    say(world, 'Elsewhere', { channelId: id });
    expect((await poll(world)).posts).toEqual([]);
  });
  it('without news are not read again', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    world.fake.openThread(CHANNEL, id);
    const path = new RegExp(`/channels/${id}/messages$`);
    say(world, 'One', { channelId: id });
    const { cursor } = await poll(world);
    const again = await poll(world, cursor);
    expect(asked(world, path)).toBe(1);
    say(world, 'Two', { channelId: id });
    expect((await poll(world, again.cursor)).posts.map((post) => post.text)).toEqual(['Two']);
    expect(asked(world, path)).toBe(2);
  });
  it('whose newest message was deleted at once do not bring us back for ever', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    world.fake.openThread(CHANNEL, id);
    say(world, 'One', { channelId: id });
    const path = new RegExp(`/channels/${id}/messages$`);
    let { cursor } = await poll(world);
    const two = say(world, 'Two', { channelId: id });
    ({ cursor } = await poll(world, cursor));
    world.fake.messages.delete(two.id);
    const third = await poll(world, cursor);
    expect(third.deleted).toEqual([two.id]);
    world.fake.messages.delete(say(world, 'Never seen', { channelId: id }).id);
    const fourth = await poll(world, third.cursor);
    expect(fourth.posts).toEqual([]);
    const before = asked(world, path);
    await poll(world, fourth.cursor);
    expect(asked(world, path)).toBe(before);
  });
  it('that somebody archived between two polls are found within the hour', async () => {
    const world = await start();
    const { cursor } = await poll(world);
    await world.clock.advance(10 * MINUTE);
    const id = world.fake.idAt(world.clock.now() - 5 * MINUTE);
    world.fake.openThread(CHANNEL, id, { archived: true });
    const message = say(world, 'Quick question', { channelId: id });
    const soon = await poll(world, cursor);
    expect(soon.posts).toEqual([]);
    await world.clock.advance(HOUR);
    expect(find((await poll(world, soon.cursor)).posts, message).conversationId).toBe(id);
  });
  it('that leave the list are read to the end and forgotten', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    const thread = world.fake.openThread(CHANNEL, id);
    say(world, 'One', { channelId: id });
    let { cursor } = await poll(world);
    say(world, 'Last', { channelId: id });
    thread.archived = true;
    const closing = await poll(world, cursor);
    expect(closing.posts.map((post) => post.text)).toEqual(['Last']);
    ({ cursor } = await poll(world, closing.cursor));
    expect(JSON.parse(cursor ?? '').threads).toEqual({});
  });
  it('that are locked may not be answered, also after a restart', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    const thread = world.fake.openThread(CHANNEL, id, { locked: true });
    const batch = await poll(world);
    const inside = say(world, 'Hello?', { channelId: id });
    const post = await polled(world, inside);
    expect(world.source.mayNotReply?.(post)).toMatch(/locked/);
    thread.archived = true;
    const later = await world.restart();
    await later.poll?.(batch.cursor, signal());
    expect(later.mayNotReply?.(post)).toMatch(/locked/);
    thread.locked = false;
    thread.archived = false;
    await later.poll?.(batch.cursor, signal());
    expect(later.mayNotReply?.(post)).toBeNull();
  });
  it('that are only archived may be answered, which opens them again', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    const thread = world.fake.openThread(CHANNEL, id);
    const post = await polled(world, say(world, 'Hello?', { channelId: id }));
    thread.archived = true;
    expect(world.source.mayNotReply?.(post)).toBeNull();
    expect((await reply(world, post))?.[0]).toMatchObject({ conversationId: id, replyTo: post.id });
    expect(thread.archived).toBe(false);
  });
  it('learn of a lock from a refusal', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    const thread = world.fake.openThread(CHANNEL, id);
    const post = await polled(world, say(world, 'Hello?', { channelId: id }));
    thread.locked = true;
    await expect(reply(world, post)).rejects.toThrow(/locked/);
    expect(world.source.mayNotReply?.(post)).toMatch(/locked/);
  });
});

describe('a flood', () => {
  it('within a moment is read to its end, once', async () => {
    const world = await start();
    say(world, 'Before', { at: world.clock.now() - HOUR });
    let { cursor } = await poll(world);
    for (let i = 0; i < 1_300; i++) say(world, `M${i}`);
    const ids = new Set<string>();
    for (let more: boolean | undefined = true; more; ) {
      const batch = await poll(world, cursor);
      ({ cursor, more } = batch);
      for (const post of batch.posts) ids.add(post.id);
    }
    expect(ids.size).toBe(1_300);
    const before = asked(world, /messages$/);
    expect((await poll(world, cursor)).posts).toEqual([]);
    expect(asked(world, /messages$/)).toBe(before + 1);
  });
});

describe('changes', () => {
  it('come once, with the time of the change', async () => {
    const world = await start();
    const message = say(world, 'Teh lid');
    const first = await poll(world);
    message.content = 'The lid';
    message.editedAt = world.clock.now();
    const second = await poll(world, first.cursor);
    expect(second.posts).toMatchObject([{ id: message.id, text: 'The lid', editedAt: world.clock.now() }]);
    expect((await poll(world, second.cursor)).posts).toEqual([]);
  });
  it('deletions on the newest page are told once', async () => {
    const world = await start();
    const one = say(world, 'One');
    say(world, 'Two');
    const three = say(world, 'Three');
    const first = await poll(world);
    world.fake.messages.delete(one.id);
    world.fake.messages.delete(three.id);
    const second = await poll(world, first.cursor);
    expect([...(second.deleted ?? [])].sort()).toEqual([one.id, three.id].sort());
    expect((await poll(world, second.cursor)).deleted).toEqual([]);
  });
  it('what only left the newest page is not deleted', async () => {
    const world = await start();
    say(world, 'One');
    const first = await poll(world);
    await world.clock.advance(HOUR);
    for (let i = 0; i < 220; i++) say(world, `Noise ${i}`);
    const second = await poll(world, first.cursor);
    expect(second.posts).toHaveLength(220);
    expect(second.deleted).toEqual([]);
    expect((await poll(world, second.cursor)).deleted).toEqual([]);
  });
  it('an empty channel is looked at closely: without “Read Message History” it only looks empty', async () => {
    const world = await start();
    const one = say(world, 'One');
    const first = await poll(world);
    world.fake.quirks.noHistory.add(CHANNEL);
    const blind = await poll(world, first.cursor);
    expect(blind.deleted).toEqual([]);
    world.fake.quirks.noHistory.clear();
    world.fake.messages.delete(one.id);
    expect((await poll(world, blind.cursor)).deleted).toEqual([one.id]);
  });
  it('a thread that was deleted takes its messages along', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    world.fake.openThread(CHANNEL, id);
    const message = say(world, 'Hello?', { channelId: id });
    const first = await poll(world);
    const post = find(first.posts, message);
    world.fake.threads.delete(id);
    world.fake.messages.delete(message.id);
    expect((await poll(world, first.cursor)).deleted).toEqual([message.id]);
    expect(await conversation(world, post)).toEqual([]);
  });
  it('what a permission hides is not gone', async () => {
    const world = await start();
    const id = world.fake.idAt(world.clock.now() - HOUR);
    world.fake.openThread(CHANNEL, id);
    const [message, inside] = [say(world, 'Hello?'), say(world, 'Inside?', { channelId: id })];
    const first = await poll(world);
    world.fake.quirks.hidden.add(CHANNEL);
    for (const one of [message, inside]) {
      const post = find(first.posts, one);
      expect(await conversation(world, post)).toEqual([post]);
    }
    const again = await world.restart();
    const post = find(first.posts, inside);
    expect(await again.conversation?.(post, signal()).catch(() => [post])).toEqual([post]);
  });
  it('what is found gone while a conversation is read is told by the next poll', async () => {
    const world = await start({ lookback: '30d' });
    const ask = say(world, 'Does it fit?', { at: world.clock.now() - 10 * HOUR });
    for (let i = 0; i < 120; i++) say(world, `Noise ${i}`);
    const first = await poll(world);
    world.fake.messages.delete(ask.id);
    const quiet = await poll(world, first.cursor);
    expect(quiet.deleted, 'too far back for the newest page').toEqual([]);
    expect(await conversation(world, find(first.posts, ask))).toEqual([]);
    const told = await poll(world, quiet.cursor);
    expect(told.deleted).toEqual([ask.id]);
    expect((await poll(world, told.cursor)).deleted).toEqual([]);
  });
});

describe('what stands in the way', () => {
  it('without the Message Content intent nothing is read, and the reason is said', async () => {
    const world = await start({}, { messageContent: false });
    say(world, 'Hidden');
    await expect(poll(world)).rejects.toThrow(/Message Content Intent.*Developer Portal/);
    const checks = await world.source.check(signal());
    expect(checks[0]).toMatchObject({ ok: false });
    expect(checks[0]?.remedy).toMatch(/Message Content Intent/);
    world.fake.quirks.messageContent = true;
    expect((await poll(world)).posts.map((post) => post.text)).toEqual(['Hidden']);
  });
  it('an intent that is switched off later stops the poll before anything empty is stored', async () => {
    const world = await start();
    const { cursor } = await poll(world);
    world.fake.quirks.messageContent = false;
    say(world, 'Hidden');
    await expect(poll(world, cursor)).rejects.toBeInstanceOf(AuthError);
  });
  it('a channel that is shut, or gone, is told once; the others go on', async () => {
    const world = await start({ channels: [CHANNEL, SECOND, '900000000000000099'] });
    world.fake.quirks.hidden.add(SECOND);
    say(world, 'Here');
    const first = await poll(world);
    expect(first.posts.map((post) => post.text)).toEqual(['Here']);
    expect(first.dropped?.map((drop) => drop.id).sort()).toEqual([SECOND, '900000000000000099']);
    expect((await poll(world, first.cursor)).dropped).toEqual([]);
    world.fake.quirks.hidden.add(CHANNEL);
    await expect(poll(world, first.cursor)).rejects.toBeInstanceOf(AuthError);
  });
  it('the check names the permission that is missing, and who counts as ours', async () => {
    const world = await start({ channels: [CHANNEL, FORUM], ours: [STAFF_ROLE, '910000000000000002'] });
    const channel = world.fake.channels.get(CHANNEL);
    const forum = world.fake.channels.get(FORUM);
    if (channel)
      channel.overwrites = [{ id: GUILD, type: 0, allow: '0', deny: String((1n << 16n) | (1n << 11n)) }];
    // In a forum nobody needs to begin posts.
    if (forum) forum.overwrites = [{ id: GUILD, type: 0, allow: '0', deny: String(1n << 11n) }];
    const checks = await world.source.check(signal());
    expect(checks.filter((check) => !check.ok)).toEqual([
      {
        ok: false,
        what: 'reads and answers in #help',
        remedy: expect.stringMatching(/“Read Message History”, “Send Messages” there/),
      },
    ]);
    expect(checks.map((check) => check.what)).toContain('reads and answers in the forum #questions');
    expect(checks.at(-1)?.what).toBe('counts as ours: @Crockhaven Team, 1 named by id');
  });
});

describe('limits', () => {
  it('a used-up window is waited for when it is short', async () => {
    const world = await start();
    say(world, 'One');
    const { cursor } = await poll(world);
    world.fake.quirks.remaining = 0;
    world.fake.quirks.resetAfter = 2.5;
    const before = await poll(world, cursor);
    const polling = poll(world, before.cursor);
    await expect.poll(() => world.clock.sleeping).toBe(1);
    const requests = world.fake.service.requests.length;
    world.fake.quirks.remaining = null;
    await world.clock.advance(2_500);
    await polling;
    expect(world.fake.service.requests.length).toBeGreaterThan(requests);
  });
  it('a long one is the flow’s to wait for, without a request', async () => {
    const world = await start();
    const { cursor } = await poll(world);
    world.fake.quirks.remaining = 0;
    world.fake.quirks.resetAfter = 60;
    await poll(world, cursor);
    const requests = world.fake.service.requests.length;
    const error: unknown = await poll(world, cursor).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitedError);
    expect((error as RateLimitedError).retryAfterMs).toBe(60_000);
    expect(world.fake.service.requests.length).toBe(requests);
  });
  it('a global limit, and Cloudflare’s, hold everything', async () => {
    const world = await start({ channels: [CHANNEL, SECOND] });
    const { cursor } = await poll(world);
    world.fail({
      status: 429,
      headers: { 'retry-after': '600', 'content-type': 'text/html' },
      body: '<html>',
    });
    await expect(poll(world, cursor)).rejects.toMatchObject({ retryAfterMs: 600_000 });
    world.fail(null);
    const requests = world.fake.service.requests.length;
    await expect(poll(world, cursor)).rejects.toBeInstanceOf(RateLimitedError);
    expect(world.fake.service.requests.length).toBe(requests);
    await world.clock.advance(600_000);
    await poll(world, cursor);
  });
  it('every call is counted, answers as answers', async () => {
    const world = await start({ ours: [STAFF_ROLE] });
    const post = await polled(world, say(world, 'Does it fit?'));
    await reply(world, post);
    expect(world.spent).toHaveLength(world.fake.service.requests.length);
    expect(world.spent.filter((one) => 'purpose' in one && one.purpose === 'answer')).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('is threaded, pings nobody but the author, and carries its own nonce', async () => {
    const world = await start();
    const ask = say(world, 'Does it fit?');
    const post = await polled(world, ask);
    const posts = await reply(world, post, '  It does, @everyone <@910000000000000001>.\r\nReally. ');
    const body = JSON.parse(world.fake.service.requests.at(-1)?.body.toString() ?? '') as object;
    expect(body).toEqual({
      content: 'It does, @everyone <@910000000000000001>.\nReally.',
      message_reference: { message_id: ask.id, channel_id: CHANNEL, fail_if_not_exists: true },
      allowed_mentions: { parse: [], replied_user: true },
      nonce: expect.stringMatching(/^.{25}$/),
      enforce_nonce: true,
    });
    expect(posts).toMatchObject([{ ours: true, via: 'reply', replyTo: ask.id, conversationId: ask.id }]);
    expect(world.source.account?.()).toEqual({ handle: 'crockhaven', url: null });
  });
  it('whose confirmation was lost is asked for again, and never sent twice', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    world.fail('lost-answer');
    void world.fake.service.nextRequest().then(() => world.fail(null));
    const posts = await reply(world, post);
    expect(posts).toMatchObject([{ text: 'It does.', ours: true }]);
    expect(world.fake.sent()).toHaveLength(1);
    // A person who sends the same reply once more gets the message that is there.
    expect((await reply(world, post))?.[0]?.id).toBe(posts?.[0]?.id);
    expect(world.fake.sent()).toHaveLength(1);
    await reply(world, post, 'Another.', 'reply-2');
    expect(world.fake.sent()).toHaveLength(2);
  });
  it('that may have gone out before a refusal stays uncertain', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    world.fail('reset');
    void world.fake.service.nextRequest().then(() => world.fail({ status: 401 }));
    await expect(reply(world, post)).rejects.toBeInstanceOf(UncertainError);
  });
  it('that Discord refuses says why', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    const refused = async (status: number, code: number): Promise<Error> => {
      world.fake.quirks.refuses = { status, code, message: 'Because' };
      const error: unknown = await reply(world, post)?.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RejectedError);
      return error as Error;
    };
    expect((await refused(403, 50_013)).message).toMatch(/Send Messages/);
    expect((await refused(400, 200_000)).message).toMatch(/AutoMod/);
    expect((await refused(400, 240_000)).message).toMatch(/harmful links/);
    expect((await refused(400, 50_083)).message).toMatch(/archived/);
    expect((await refused(400, 99_999)).message).toMatch(/Because/);
    expect(world.fake.sent()).toEqual([]);
  });
  it('has at most 2,000 characters', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    const measure = (text: string) => world.source.measure?.(post, text);
    expect(measure('a'.repeat(2_000))).toMatchObject({ length: 2_000, problem: null });
    expect(measure('a'.repeat(2_001))?.problem).toMatch(/2001 characters.*2000/);
    expect(measure(' \n')?.problem).toMatch(/nothing/);
  });
  it('to a post of another source is refused', async () => {
    const world = await start();
    const post = await polled(world, say(world, 'Does it fit?'));
    await expect(reply(world, { ...post, url: 'https://example.com/' })).rejects.toThrow(/where on Discord/);
  });
});
