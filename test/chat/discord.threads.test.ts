import { afterEach, describe, expect, it } from 'vitest';
import type { Card } from '../../src/domain/card.ts';
import { RejectedError } from '../../src/errors.ts';
import { NOON, sampleCard } from '../support/cards.ts';
import type { DiscordPerson, SeenMessage } from '../support/discord/server.ts';
import {
  ANA,
  askFor,
  BO,
  CHANNEL,
  cardOf,
  type DiscordWorld,
  type DiscordWorldOptions,
  discordWorld,
  doByHand,
  FORUM,
  heard,
  levelCard,
  postCard,
  privately,
} from '../support/discord/world.ts';

let world: DiscordWorld;
/** What Discord refuses in a test on purpose. */
let provoked: readonly unknown[] = [];
const open = async (options?: DiscordWorldOptions): Promise<DiscordWorld> => {
  provoked = [];
  world = await discordWorld(options);
  return world;
};
afterEach(async () => {
  // Whatever happened: nobody was pinged, and Discord had nothing to refuse.
  expect(world.server.pings()).toEqual([]);
  expect(world.server.breaches()).toEqual(provoked);
  await world.close();
});

const signal = new AbortController().signal;
const card = (itemId = 7): SeenMessage => cardOf(world, itemId);
const refOf = (itemId = 7) => `${CHANNEL}:${card(itemId).id}`;
const level = (itemId = 7) => levelCard(world, refOf(itemId), itemId);
const press = async (who: DiscordPerson, label: string, message = card()): Promise<void> => {
  await who.press(message, label);
  await world.settle();
};
const told = (who: DiscordPerson, channel = CHANNEL): string => privately(world, who, channel).text;
const remark = (ref: string, text: string, mention: string | null) =>
  world.chat().remark?.(ref, text, mention, { nonce: 'n', signal });
const reactions = (message: SeenMessage | undefined) =>
  (
    message?.raw as
      | { readonly reactions?: readonly { readonly emoji: { readonly name: string } }[] }
      | undefined
  )?.reactions?.map(({ emoji }) => emoji.name) ?? [];
const byAna = { state: 'claimed', owner: { id: `discord:${ANA}`, name: 'Ana' } } as const;
const ZOE = { id: 'web:zoe', name: 'Zoe', role: 'manager', surface: 'web' } as const;

/** What a colleague's script, or the process beside ours, does with the same token. */
async function asBot(method: string, path: string, body: object): Promise<void> {
  const { DISCORD_API_URL: api, DISCORD_BOT_TOKEN: token } = world.server.env;
  const answer = await fetch(`${api}/v10${path}`, {
    method,
    headers: {
      authorization: `Bot ${token}`,
      'content-type': 'application/json',
      'user-agent': 'DiscordBot (https://example.com, 0.1)',
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
}

describe('the thread of a card', () => {
  it('is opened by the claim, once, archived with the item, and opened again with it', async () => {
    const { ana, server } = await open();
    await postCard(world, sampleCard());
    await level();
    expect(server.threads(CHANNEL)).toEqual([]);
    await press(ana, 'Claim');
    await level();
    const [thread] = server.threads(CHANNEL);
    expect(thread).toMatchObject({
      name: '#7 ❓ Question · Mira Lindqvist (mira.example): Does the slow cooker lid survive the dishwasher? Min…',
      archived: false,
      messageId: card().id,
    });
    await press(ana, 'Talk about it');
    expect(told(ana)).toContain('The team talks here: #');
    await world.restart();
    await level();
    await press(world.bo, 'Talk about it');
    expect(server.threads(CHANNEL)).toHaveLength(1);
    expect(server.threads(CHANNEL)[0]?.members).toEqual(expect.arrayContaining([ANA, BO]));
    await doByHand(world, ana, card(), { type: 'dismiss', reason: 'spam' });
    await level();
    expect(server.threads(CHANNEL)[0]?.archived).toBe(true);
    await world.restart();
    await press(ana, 'Reopen');
    await level();
    expect(server.threads(CHANNEL)[0]?.archived).toBe(false);
    // Nothing of it was said aloud.
    expect(server.shown(CHANNEL)).toHaveLength(1);
    expect(server.shown(thread?.id ?? '')).toEqual([]);
  });

  it('is opened by whoever asks, in the same moment as a colleague if need be, where the policy says “ask”', async () => {
    const { ana, bo, server } = await open({ policy: { threads: 'ask' } });
    await postCard(world, sampleCard(byAna));
    await level();
    expect(server.threads(CHANNEL)).toEqual([]);
    const message = card();
    await Promise.all([ana.press(message, 'Talk about it'), bo.press(message, 'Talk about it')]);
    await world.settle();
    expect(server.threads(CHANNEL)).toHaveLength(1);
    expect(told(ana)).toBe(told(bo));
    await level();
    expect(server.threads(CHANNEL)[0]?.archived).toBe(false);
  });

  it('is never opened where nobody wants one, in all channels or in one', async () => {
    const QUIET = '1180000000000000400';
    const { ana, server } = await open({
      channels: [CHANNEL, QUIET],
      prepare: (made) => made.addChannel(QUIET, { name: 'quiet' }),
      policy: { channels: { [QUIET]: { threads: 'never' } } },
    });
    await postCard(world, sampleCard(byAna), QUIET);
    expect(server.threads(QUIET)).toEqual([]);
    await press(ana, 'Talk about it', cardOf(world, 7, QUIET));
    expect(told(ana, QUIET)).toContain('Threads are switched off here');
    await expect(
      remark(`${QUIET}:${cardOf(world, 7, QUIET).id}`, 'Mira came back', null),
    ).rejects.toBeInstanceOf(RejectedError);
    expect(server.threads(QUIET)).toEqual([]);
    await postCard(world, sampleCard({ ...byAna, itemId: 8 }));
    expect(server.threads(CHANNEL)).toHaveLength(1);
    await world.reconfigure({ threads: 'never', reactions: false });
    await postCard(world, sampleCard({ ...byAna, itemId: 9 }));
    expect(server.threads(CHANNEL)).toHaveLength(1);
    // Nobody writes in threads: no intent to hear it is asked for.
    expect(server.intents).toBe(1);
  });

  it('that may not be opened keeps no card from being right, and whoever asks reads why', async () => {
    const { ana, handlers, server } = await open();
    server.setBotPermissions({ channel: CHANNEL, deny: ['CreatePublicThreads'] });
    await postCard(world, sampleCard());
    await press(ana, 'Claim');
    await level();
    expect(card().text).toContain('👤 With Ana');
    expect(world.logged()).toContain('no thread for a Discord card');
    await press(ana, 'Talk about it');
    expect(told(ana)).toContain('“Create Public Threads”');
    expect(told(ana)).not.toContain('Something went wrong');
    // The permission is given: the next edit mends it.
    server.setBotPermissions({ channel: CHANNEL, allow: ['CreatePublicThreads'] });
    handlers.happen(7, { type: 'note', text: 'x' }, ZOE);
    await level();
    expect(server.threads(CHANNEL)).toHaveLength(1);
    expect(world.chat().health().state).toBe('up');
  });

  it('is woken for one line that calls nobody but the owner', async () => {
    const { server, clock } = await open();
    const ref = await postCard(world, sampleCard());
    const line = 'Mira came back: “@everyone <@&42> **still** broken [x](https://evil.example)”\nsecond line';
    await remark(ref, line, `discord:${ANA}`);
    const [thread] = server.threads(CHANNEL);
    if (!thread) throw new Error('there is no thread');
    await clock.advance(5_000);
    server.setThread(thread.id, { archived: true });
    await remark(ref, `${line} again`, null);
    // Somebody of another chat cannot be called from here.
    await remark(ref, `${line} once more`, 'slack:T0/U0ANA');
    const said = server.shown(thread.id);
    expect(said.map(({ text }) => text.replace(/^@Ana /, '@ANA '))).toEqual([
      '@ANA Mira came back: “@\u200Beveryone <@&42> **still** broken [x](https://evil.example)” second line',
      expect.stringMatching(/^Mira came back.* second line again$/),
      expect.stringMatching(/^Mira came back.* second line once more$/),
    ]);
    expect(said.flatMap(({ links }) => links)).toEqual([]);
    expect(server.mentioned()).toEqual([`user:${ANA}`]);
    expect(server.threads(CHANNEL)[0]?.archived).toBe(false);
    // The line is no card: what is found is the card.
    await expect(world.chat().find?.(CHANNEL, 7, NOON - 1, signal)).resolves.toBe(ref);
    expect(server.shown(CHANNEL)).toHaveLength(1);
  });
});

describe('words in a thread', () => {
  const threadOf = async (change: Partial<Card> = byAna): Promise<string> => {
    await postCard(world, sampleCard(change));
    await level();
    const [thread] = world.server.threads(CHANNEL);
    if (!thread) throw new Error('there is no thread');
    return thread.id;
  };
  const say = async (who: DiscordPerson, thread: string, text: string): Promise<SeenMessage | undefined> => {
    const { id } = await who.say(thread, text);
    await heard(world);
    return world.server.shown(thread).find((each) => each.id === id);
  };

  it('become the draft where they are meant for it; every other word is the team’s own', async () => {
    const { ana, handlers, server } = await open();
    const thread = await threadOf();
    const bot = `<@${server.botUserId}>`;
    const before = server.calls().length;
    for (const words of ['is she a customer?', 'draft: not for the bot', `${bot} what do you think?`])
      await say(ana, thread, words);
    expect(handlers.acts).toEqual([]);
    // Nothing was even looked up for them.
    expect(
      server
        .calls()
        .slice(before)
        .map(({ route }) => route)
        .filter((route) => !route.includes('interactions')),
    ).toEqual([]);
    const saved = await say(ana, thread, `${bot} Draft: Yes, <@${BO}> & **it** does. <3\nSecond line`);
    expect(handlers.now(7).draft?.text).toBe('Yes, @Bo & **it** does. <3\nSecond line');
    expect(handlers.acts[0]?.actor).toEqual({ id: `discord:${ANA}`, name: 'Ana', surface: 'discord' });
    // Said without a word, and nothing is public.
    expect(reactions(saved)).toEqual(['💾']);
    expect(server.shown(thread)).toHaveLength(4);
    expect(handlers.now(7).state).toBe('claimed');
    await world.restart();
    await say(ana, thread, `${bot} draft: After a restart.`);
    expect(handlers.now(7).draft?.text).toBe('After a restart.');
  });

  it('need no mention where Potluck may read along', async () => {
    const { ana, handlers, server } = await open({ messageContent: true, policy: { messageContent: true } });
    expect(server.intents & (1 << 15)).not.toBe(0);
    const thread = await threadOf();
    await say(ana, thread, 'draft: Just so.');
    expect(handlers.now(7).draft?.text).toBe('Just so.');
    await say(ana, thread, 'my draft: is not ready');
    await say(ana, thread, 'draft:   ');
    await say(ana, CHANNEL, 'draft: not in a thread of a card');
    await asBot('POST', `/channels/${CHANNEL}/threads`, { name: 'lunch', type: 11 });
    const lunch = server.threads(CHANNEL).find(({ name }) => name === 'lunch');
    await say(ana, lunch?.id ?? '', 'draft: soup');
    expect(handlers.acts).toHaveLength(1);
  });

  it('that are refused come back by direct message, or in the thread where those are blocked', async () => {
    const { ana, bo, handlers, server } = await open({
      messageContent: true,
      policy: { messageContent: true },
    });
    const thread = await threadOf();
    const refused = await say(bo, thread, 'draft: My **words** @everyone');
    expect(reactions(refused)).toEqual([]);
    expect(bo.dms().map(({ text }) => text)).toEqual([
      expect.stringMatching(/#7 is with Ana[\s\S]*Your words:\nMy \*\*words\*\* @\u200Beveryone/),
    ]);
    expect(server.shown(thread)).toHaveLength(1);
    bo.blockDms();
    await world.clock.advance(1_000);
    await say(bo, thread, 'draft: Once more.');
    expect(server.shown(thread).at(-1)?.text).toContain('#7 is with Ana');
    // Our own line is no draft.
    await heard(world);
    expect(handlers.acts).toHaveLength(2);
    expect(ana.told()).toEqual([]);
  });

  it('are saved even where the bot may not react', async () => {
    const { ana, handlers, server } = await open({ messageContent: true, policy: { messageContent: true } });
    const thread = await threadOf();
    server.setBotPermissions({ channel: CHANNEL, deny: ['AddReactions'] });
    await say(ana, thread, 'draft: Quietly.');
    expect(handlers.now(7).draft?.text).toBe('Quietly.');
  });
});

describe('a forum', () => {
  const TAGS = ['open', 'Claimed', 'ANSWERED', '❓ question', 'Urgent', 'human-post', 'lunch'].map(
    (name, at) => ({
      id: `118000000000000030${at}`,
      name,
    }),
  );
  const forum = (options: DiscordWorldOptions = {}) =>
    open({
      channels: [FORUM],
      ...options,
      prepare: (server) => {
        server.addChannel(FORUM, { name: 'cards', type: 'forum', tags: TAGS });
        options.prepare?.(server);
      },
    });
  const posts = () => world.server.threads(FORUM);
  const postOf = (itemId = 7) => {
    const found = posts().find(({ name }) => name.startsWith(`#${itemId} `));
    if (!found) throw new Error(`there is no post #${itemId}`);
    return found;
  };
  const shown = (itemId = 7) => cardOf(world, itemId, postOf(itemId).id);
  const levelPost = (itemId = 7) => levelCard(world, `${postOf(itemId).id}:${postOf(itemId).id}`, itemId);

  it('has one post an item, named and tagged by state and kind, archived when it is closed', async () => {
    const { ana, handlers, server } = await forum();
    const ref = await postCard(world, sampleCard({ urgency: 'urgent' }));
    expect(postOf()).toMatchObject({ tags: ['open', 'Urgent', '❓ question'], archived: false });
    expect(ref).toBe(`${postOf().id}:${postOf().id}`);
    await press(ana, 'Claim', shown());
    await levelPost();
    expect(postOf().tags).toEqual(['Claimed', 'Urgent', '❓ question']);
    expect(shown().text).toContain('👤 With Ana');
    await press(ana, 'Talk about it', shown());
    expect(told(ana, postOf().id)).toContain('The team talks here');
    await doByHand(world, ana, shown(), { type: 'mark-answered' });
    await levelPost();
    expect(postOf()).toMatchObject({ tags: ['ANSWERED', '❓ question'], archived: true });
    // A note on what is closed: the card shows it, and the post stays in the archive.
    await world.restart();
    handlers.happen(7, { type: 'note', text: 'She thanked us.' }, ZOE);
    await levelPost();
    expect(postOf().archived).toBe(true);
    // The card twice as it changed, the note, and twice a fresh menu.
    expect(shown().edits).toBe(5);
    await press(ana, 'Reopen', shown());
    await levelPost();
    expect(postOf()).toMatchObject({ archived: false, tags: ['open', 'Urgent', '❓ question'] });
    expect(posts()).toHaveLength(1);
    expect(server.shown(postOf().id)).toHaveLength(1);
    await postCard(world, sampleCard({ itemId: 8, origin: 'prompt', kinds: [], kindLabel: 'Human post' }));
    expect(postOf(8)).toMatchObject({ tags: ['open', 'human-post'] });
    expect(postOf(8).name).toMatch(/^#8 💡 Human post: Does the slow/);
  });

  it('gets back a post that somebody deleted, while the item wants a person', async () => {
    const { ana, handlers, server } = await forum();
    const ref = await postCard(world, sampleCard());
    server.deleteChannel(postOf().id);
    const again = await levelCard(world, ref, 7);
    expect(again).not.toBe(ref);
    expect(posts()).toHaveLength(1);
    expect(again).toBe(`${postOf().id}:${postOf().id}`);
    await press(ana, 'Claim', shown());
    expect(handlers.now(7).owner?.name).toBe('Ana');
    // Only its first message was deleted: the words of the team below it are nobody's to lose.
    handlers.happen(7, { type: 'dismiss', reason: 'spam' }, ZOE);
    server.deleteChannel(postOf().id);
    await expect(levelCard(world, again, 7)).rejects.toBeInstanceOf(RejectedError);
    expect(posts()).toEqual([]);
  });

  it('takes words and emoji like a thread, and a remark; archived posts are woken for it', async () => {
    const { ana, bo, handlers, server } = await forum();
    const ref = await postCard(world, sampleCard());
    await ana.react(shown(), '👀');
    await heard(world);
    expect(handlers.now(7).owner?.name).toBe('Ana');
    await bo.say(postOf().id, `<@${server.botUserId}> draft: Mine.`);
    await heard(world);
    expect(bo.dms().at(-1)?.text).toContain('#7 is with Ana');
    await ana.say(postOf().id, `<@${server.botUserId}> draft: Ours.`);
    await heard(world);
    expect(handlers.now(7).draft?.text).toBe('Ours.');
    server.setThread(postOf().id, { archived: true });
    await remark(ref, 'Mira came back', `discord:${ANA}`);
    expect(server.shown(postOf().id).at(-1)?.text).toContain('Mira came back');
    expect(postOf().archived).toBe(false);
    expect(server.mentioned()).toEqual([`user:${ANA}`]);
    await expect(world.chat().find?.(FORUM, 7, NOON - 1, signal)).resolves.toBe(ref);
  });

  it('that lost a tag meanwhile still gets its posts, and archives them', async () => {
    const { handlers, server } = await forum();
    await postCard(world, sampleCard());
    // Somebody tidies up the tags; what we know of the forum is minutes old.
    server.addChannel(FORUM, { name: 'cards', type: 'forum', tags: TAGS.slice(5) });
    await postCard(world, sampleCard({ itemId: 8 }));
    expect(postOf(8)).toMatchObject({ tags: [] });
    handlers.happen(7, { type: 'dismiss', reason: 'spam' }, ZOE);
    await levelPost();
    expect(postOf().archived).toBe(true);
    // New ones are seen before long.
    server.addChannel(FORUM, { name: 'cards', type: 'forum', tags: TAGS });
    await world.clock.advance(11 * 60_000);
    await postCard(world, sampleCard({ itemId: 9 }));
    expect(postOf(9)).toMatchObject({ tags: ['open', '❓ question'] });
    server.addChannel(FORUM, { name: 'cards', type: 'forum', tags: [] });
    handlers.happen(9, { type: 'dismiss', reason: 'spam' }, ZOE);
    await levelPost(9);
    expect(postOf(9)).toMatchObject({ archived: true, tags: [] });
    provoked = [
      expect.stringContaining('POST /channels/:id/threads: 50035'),
      expect.stringContaining('PATCH /channels/:id: 50035'),
    ];
  });

  it('that demands a tag and has none that fits says so', async () => {
    await open({
      channels: [FORUM],
      prepare: (server) =>
        server.addChannel(FORUM, {
          name: 'cards',
          type: 'forum',
          tags: [{ id: '1180000000000000399', name: 'lunch' }],
          requireTag: true,
        }),
    });
    const failed = postCard(world, sampleCard());
    await expect(failed).rejects.toBeInstanceOf(RejectedError);
    await expect(failed).rejects.toThrow('add one called “Open”');
  });

  it('has its own responders, also for what is done inside of a post', async () => {
    const SUPPORT = '1180000000000002001';
    const { ana, bo, handlers, server } = await forum({
      channels: [CHANNEL, FORUM],
      policy: { channels: { [FORUM]: { responders: [SUPPORT] } } },
      prepare: (made) => made.addRole(SUPPORT, { name: 'Support' }),
    });
    server.setRoles(ANA, [SUPPORT]);
    await postCard(world, sampleCard(), FORUM);
    const no = 'Only people with the role “Support” can act here.';
    await bo.react(shown(), '👀');
    await heard(world);
    expect(bo.dms().at(-1)?.text).toContain(no);
    await bo.say(postOf().id, `<@${server.botUserId}> draft: Mine.`);
    await heard(world);
    await press(bo, 'Claim', shown());
    expect(told(bo, postOf().id)).toContain(no);
    expect(await askFor(world, bo, 'list', {}, postOf().id)).toContain(no);
    expect(handlers.acts).toEqual([]);
    await ana.react(shown(), '👀');
    await heard(world);
    expect(handlers.now(7).owner?.name).toBe('Ana');
  });
});

describe('after a crash', () => {
  it('the card that was posted is found, and not one that was never there, or is older', async () => {
    const { bo, clock, server } = await open();
    const since = clock.now();
    for (let turn = 0; turn < 120; turn++) await bo.say(CHANNEL, `talk ${turn}`);
    await clock.advance(60_000);
    const ref = await postCard(world, sampleCard());
    await postCard(world, sampleCard({ itemId: 71 }));
    await world.restart();
    const find = (itemId: number, from = since) => world.chat().find?.(CHANNEL, itemId, from, signal);
    await expect(find(7)).resolves.toBe(ref);
    await expect(find(1)).resolves.toBeNull();
    await expect(find(7, clock.now() + 1_000)).resolves.toBeNull();
    server.remove(CHANNEL, card().id);
    await expect(find(7)).resolves.toBeNull();
    await expect(find(71)).resolves.toContain(`${CHANNEL}:`);
  });

  it('a send that Discord took, and whose answer got lost, is one card', async () => {
    const { handlers, server } = await open();
    handlers.put(sampleCard());
    server.fail({ kind: 'cut' }, 'POST /channels/:id/messages');
    const post = () => world.chat().post(CHANNEL, sampleCard(), { nonce: 'n7', signal });
    await expect(post()).rejects.toMatchObject({ name: 'UnavailableError' });
    await world.restart();
    await post();
    expect(server.shown(CHANNEL)).toHaveLength(1);
  });

  it('the post of a forum is found by its item, open or archived', async () => {
    const { handlers, server, clock } = await open({
      channels: [FORUM],
      prepare: (made) => made.addChannel(FORUM, { name: 'cards', type: 'forum' }),
    });
    const since = clock.now();
    const [ref, other] = [
      await postCard(world, sampleCard()),
      await postCard(world, sampleCard({ itemId: 71 })),
    ];
    const find = (itemId: number, from = since) => world.chat().find?.(FORUM, itemId, from, signal);
    await world.restart();
    await expect(find(7)).resolves.toBe(ref);
    await expect(find(71)).resolves.toBe(other);
    await expect(find(1)).resolves.toBeNull();
    await expect(find(7, clock.now() + 1_000)).resolves.toBeNull();
    handlers.happen(7, { type: 'dismiss', reason: 'spam' }, ZOE);
    await levelCard(world, ref, 7);
    await expect(find(7)).resolves.toBe(ref);
    server.deleteChannel(ref.split(':')[0] ?? '');
    await expect(find(7)).resolves.toBeNull();
  });
});
