import type { RESTOptions } from 'discord.js';
import type { Card } from '../../domain/card.ts';
import { AuthError, messageOf, RejectedError } from '../../errors.ts';
import type { CardRef, Chat, ChatContext, ChatHandlers, ChatHealth, PostOptions } from '../chat.ts';
import { download } from '../kit/download.ts';
import { createJobs } from '../kit/jobs.ts';
import { discordApi } from './api.ts';
import { discordChecks } from './checks.ts';
import { createMemory, createStash, type Desk } from './desk.ts';
import type { Env, Policy } from './discord.ts';
import { CODE, discordCode, mayBeTags, waitOf } from './failures.ts';
import { tagsFor } from './forum.ts';
import { discordGateway, shardOf } from './gateway.ts';
import { INTERACTIONS_PATH, interactionDoor, publicKeyOf } from './http.ts';
import { discordIdentity, isForum } from './identity.ts';
import { itemOfCard } from './ids.ts';
import { type Loss, listen } from './listen.ts';
import { intentsOf } from './manifest.ts';
import { discordNames } from './names.ts';
import { discordPeople, userIdOf } from './people.ts';
import { registerCommands } from './register.ts';
import { renderCard, threadName } from './render.ts';
import { discordSpeech } from './speech.ts';
import { ARCHIVE_MINUTES, discordThreads } from './threads.ts';
import { cardIndex, cardRef, isPost, parseRef } from './trail.ts';

/** A Discord chat that can also tell when it has nothing left to do; tests and a stop wait for that. */
export interface DiscordChat extends Chat {
  /** Resolves when every click, form and command that came in has been worked on. */
  settled(): Promise<void>;
}

/**
 * A steady pace that keeps bursts out of Discord's own limits, which its headers tell and the SDK keeps; what they say
 * beyond it comes back as a `RateLimitedError` and holds the channel as long as Discord wants.
 */
const CHANNEL_INTERVAL_MS = 1_000;
/** Pages of a channel that are read to find one card: 2,000 messages. */
const MAX_PAGES = 20;
/** So long the SDK may wait by itself before it asks again, in milliseconds. */
const SHORT_WAIT_MS = 1_000;
/** A stop waits this long for work under way, in milliseconds. */
const STOP_MS = 2_500;
/** 2015-01-01T00:00:00Z: where Discord's ids begin (https://docs.discord.com/developers/reference#snowflakes). */
const EPOCH_MS = 1_420_070_400_000;

export const DEFAULT_API = 'https://discord.com/api';

/** The id that a message of this moment would have, at the least. */
function snowflakeAt(ms: number): string {
  return (BigInt(Math.max(0, Math.floor(ms) - EPOCH_MS)) << 22n).toString();
}

/** Where Discord keeps what people upload, and beside the API that was configured (a compatible server). */
function fileOrigins(apiUrl: string | undefined): readonly string[] {
  const own = ['https://cdn.discordapp.com', 'https://media.discordapp.net'];
  return apiUrl === undefined ? own : [...own, new URL(apiUrl).origin];
}

/**
 * The SDK's own client sends files through whatever undici was loaded first, and ours is of another version: the upload
 * then never ends. Node's own `fetch` turns a form into bytes by itself. What it gives back is put into a plain object,
 * because the SDK asks whether it is a global `Response`, and the web server puts a class of its own in that one's place.
 */
async function makeRequest(
  ...[url, init]: Parameters<RESTOptions['makeRequest']>
): ReturnType<RESTOptions['makeRequest']> {
  const answer = await fetch(url, init as unknown as RequestInit);
  const { headers, ok, status, statusText } = answer;
  const plain = {
    body: answer.body,
    bodyUsed: false,
    headers,
    ok,
    status,
    statusText,
    arrayBuffer: () => answer.arrayBuffer(),
    json: () => answer.json(),
    text: () => answer.text(),
  };
  return plain as unknown as Awaited<ReturnType<RESTOptions['makeRequest']>>;
}

/** One bot as a chat; nothing is connected before `start`. */
export async function openServer(env: Env, rules: Policy, context: ChatContext): Promise<DiscordChat> {
  const { clock, log, cache } = context;
  const token = env.DISCORD_BOT_TOKEN;
  if (!token) throw new AuthError('DISCORD_BOT_TOKEN is not set.');
  const { REST } = await import('discord.js');
  const rest = new REST({
    version: '10',
    api: (env.DISCORD_API_URL ?? DEFAULT_API).replace(/\/+$/, ''),
    // The flow decides when to try again; hidden retries and long hidden waits would only make it blind. A moment, such
    // as that of the fifty requests a second, the SDK waits by itself, in order.
    retries: 0,
    offset: 0,
    // A 429 without a word about the time (a proxy's page) would be asked again and again without a pause.
    rejectOnRateLimit: (limit) => waitOf(limit) > SHORT_WAIT_MS || waitOf(limit) <= 0,
    timeout: 15_000,
    userAgentAppendix: 'Potluck',
    makeRequest,
  }).setToken(token);
  const jobs = createJobs(log);
  let handlers: ChatHandlers | null = null;
  let state: 'new' | 'started' | 'stopped' = 'new';
  const stopping = new AbortController();
  const losses = new Map<string, string>();
  const given = (): ChatHandlers => {
    if (!handlers) throw new Error('Discord was not started');
    return handlers;
  };

  const identity = discordIdentity({ api: () => api, clock, log });
  const api = discordApi(rest, clock, identity, token);
  const people = discordPeople({
    rules,
    log,
    served: (guildId) => identity.guilds().has(guildId),
    roleNames: identity.roleNames,
    memberNames: async (guildId, users) =>
      Promise.all(
        users.map((id) =>
          api.member(guildId, id).then(
            (who) => who.nick || who.user.global_name || who.user.username,
            () => id,
          ),
        ),
      ),
  });
  const desk: Desk = {
    api,
    identity,
    people,
    clock,
    log,
    stash: createStash(cache),
    firstTime: createMemory(cache),
    timezone: rules.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    handlers: given,
    file: (url) => download(url, { platform: 'Discord', origins: fileOrigins(env.DISCORD_API_URL) }),
  };
  const index = cardIndex(desk);
  const threads = discordThreads(desk, { rules, index, handlers: given });
  const speech = discordSpeech(desk, threads);
  const listeners = listen(desk, {
    reactions: rules.reactions === false ? null : rules.reactions,
    index,
    talk: (place) => (clicker, itemId) => threads.talk(place, clicker, itemId),
    job: jobs.run,
    lost: noteLoss,
  });
  const gateway =
    env.DISCORD_PUBLIC_KEY === undefined
      ? discordGateway({
          rest,
          token,
          intents: intentsOf(rules),
          applicationId: () => identity.now()?.applicationId ?? '',
          shards: async () => {
            const { shards: count } = await api.gateway();
            const ids = [...identity.guilds()].map((guildId) => shardOf(guildId, count));
            return { ids: ids.length > 0 ? [...new Set(ids)] : [0], count };
          },
          hold: context.leases.hold,
          cache,
          clock,
          random: context.random,
          log,
          onDispatch: listeners.dispatch,
        })
      : null;
  if (env.DISCORD_PUBLIC_KEY !== undefined) {
    const publicKey = publicKeyOf(env.DISCORD_PUBLIC_KEY);
    const onInteraction = listeners.interaction;
    context.http.mount('/discord', interactionDoor({ publicKey, clock, log, onInteraction }));
  }

  /** The commands, wherever we are; goes on in the background until they are there. */
  async function register(): Promise<void> {
    const known = identity.now();
    // Not signed in yet, and a card was quicker: the sign-in registers them.
    if (!known) return;
    const guilds = [...identity.guilds()];
    const wait = await registerCommands(
      desk,
      known.applicationId,
      rules.commands,
      guilds,
      rules.translations,
    );
    if (wait !== null) void clock.sleep(wait, stopping.signal).then(register, () => {});
  }

  function noteLoss(what: Loss): void {
    if (what.kind === 'channel') {
      identity.forget(what.id);
      if (!given().channels().includes(what.id)) return;
      losses.set(what.id, `The Discord channel ${what.id} was deleted. Route its cards elsewhere.`);
      log.error({ channel: what.id }, 'a Discord channel with cards was deleted');
      return;
    }
    if (!identity.guilds().has(what.id)) return;
    if (what.how === 'back') {
      // Discord forgets the commands of a bot that was removed.
      if (losses.delete(what.id)) void jobs.run(register);
      return;
    }
    const words =
      what.how === 'outage'
        ? 'The Discord server is out of order, says Discord. Cards follow when it is back.'
        : 'The bot was removed from the Discord server. Invite it again (npm run doctor prints the link).';
    losses.set(what.id, words);
    log.warn({ guild: what.id, how: what.how }, 'a Discord server is gone');
  }

  const working = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    return jobs.track(work());
  };

  async function post(channelId: string, card: Card, nonce: string, signal: AbortSignal): Promise<CardRef> {
    const channel = await identity.channel(channelId, signal);
    // It could not be seen when we started: now its people are served, too.
    if (channel.guild_id !== undefined && !identity.guilds().has(channel.guild_id)) {
      await identity.learn([channelId]);
      await register();
    }
    if (isForum(channel)) {
      const made = await startPost(channelId, card, signal);
      const ref = cardRef(made.id, made.id);
      index.remember(ref, card.itemId);
      return ref;
    }
    const sent = await api.post(channelId, renderCard(card), nonce, signal);
    const ref = cardRef(channelId, sent.id);
    index.remember(ref, card.itemId);
    await threads.level(ref, card, sent, signal);
    return ref;
  }

  async function startPost(forumId: string, card: Card, signal: AbortSignal) {
    const start = async () => {
      const tags = tagsFor(card, await identity.channel(forumId, signal));
      const about = { name: threadName(card), tags, minutes: ARCHIVE_MINUTES };
      return api.startPost(forumId, about, renderCard(card), signal);
    };
    try {
      return await start();
    } catch (error) {
      if (!mayBeTags(error)) throw error;
      identity.forget(forumId);
      return start();
    }
  }

  async function update(ref: CardRef, card: Card, { signal }: PostOptions): Promise<CardRef> {
    const { channelId, messageId } = parseRef(ref);
    try {
      const sent = await edit(ref, card, signal);
      index.remember(ref, card.itemId);
      if (isPost(ref)) await threads.levelPost(ref, card, await forumOf(ref, signal), signal);
      else await threads.level(ref, card, sent, signal);
      return ref;
    } catch (error) {
      const code = discordCode(error);
      const gone = code === CODE.unknownMessage || (code === CODE.unknownChannel && isPost(ref));
      if (!gone) throw error;
      index.forget(messageId);
      // Somebody deleted the card. While the item wants a person it comes back; one that is closed stays away.
      if (card.closing) throw new RejectedError('Somebody deleted this card on Discord.', { cause: error });
      // A nonce of its own: under the old one Discord would answer with the message that is gone.
      const home = isPost(ref) ? await homeOfLostPost(card, error) : channelId;
      return post(home, card, `r-${messageId}`, signal);
    }
  }

  /** A deleted post no longer tells its forum; the item's own places do, where there is only one. */
  async function homeOfLostPost(card: Card, error: unknown): Promise<string> {
    const places = await given().places(card.itemId);
    const forums: string[] = [];
    for (const id of places) if (isForum(await identity.channel(id))) forums.push(id);
    const [only, ...others] = forums;
    if (only === undefined || others.length > 0)
      throw new RejectedError('Somebody deleted this forum post on Discord.', { cause: error });
    return only;
  }

  async function edit(ref: CardRef, card: Card, signal: AbortSignal) {
    const { channelId, messageId } = parseRef(ref);
    const message = renderCard(card);
    try {
      return await api.edit(channelId, messageId, message, signal);
    } catch (error) {
      if (discordCode(error) !== CODE.threadArchived) throw error;
      await threads.wake(messageId, signal);
      return api.edit(channelId, messageId, message, signal);
    }
  }

  async function forumOf(ref: CardRef, signal: AbortSignal) {
    const { parent_id: parentId } = await identity.channel(parseRef(ref).channelId, signal);
    if (!parentId) throw new RejectedError('This Discord post is in no forum any more.');
    return identity.channel(parentId, signal);
  }

  async function find(channelId: string, itemId: number, since: number, signal: AbortSignal) {
    const { botId } = await identity.need(signal);
    const channel = await identity.channel(channelId, signal);
    if (isForum(channel)) return findPost(channel.guild_id ?? '', channelId, itemId, since, botId, signal);
    let after = snowflakeAt(since);
    for (let page = 0; page < MAX_PAGES; page++) {
      const messages = await api.messages(channelId, after, signal);
      const found = messages.find((each) => each.author.id === botId && itemOfCard(each) === itemId);
      if (found) return cardRef(channelId, found.id);
      if (messages.length < 100) return null;
      after = messages.reduce((last, { id }) => (BigInt(id) > BigInt(last) ? id : last), after);
    }
    return null;
  }

  async function findPost(
    guildId: string,
    forumId: string,
    itemId: number,
    since: number,
    botId: string,
    signal: AbortSignal,
  ): Promise<CardRef | null> {
    const [active, archived] = await Promise.all([
      api.activeThreads(guildId, signal),
      api.archivedThreads(forumId, signal),
    ]);
    const own = [...active.threads, ...archived.threads].filter(
      (thread) =>
        thread.parent_id === forumId &&
        thread.owner_id === botId &&
        BigInt(thread.id) >= BigInt(snowflakeAt(since)) &&
        // The name begins with the number: most posts need not be opened.
        (thread.name ?? '').startsWith(`#${itemId} `),
    );
    for (const thread of own) {
      const message = await api.message(thread.id, thread.id, signal).catch(() => null);
      if (message && itemOfCard(message) === itemId) return cardRef(thread.id, thread.id);
    }
    return null;
  }

  return {
    kind: 'discord',
    label: 'Discord',
    channelIntervalMs: CHANNEL_INTERVAL_MS,
    async start(to) {
      handlers = to;
      state = 'started';
      await identity.establish(async () => {
        await identity.learn(to.channels());
        await register();
        if (env.DISCORD_PUBLIC_KEY !== undefined)
          log.info({ path: INTERACTIONS_PATH }, 'waiting for Discord’s interactions by HTTP');
        await gateway?.start();
      });
    },
    post: (channelId, card, options) =>
      working(options.signal, () => post(channelId, card, options.nonce, options.signal)),
    update: (ref, card, options) => working(options.signal, () => update(ref, card, options)),
    remark: (ref, say, mention, options) =>
      working(options.signal, () =>
        threads.say(ref, say, mention === null ? null : userIdOf(mention), options.signal),
      ),
    tell: (channelId, notice, options) =>
      working(options.signal, () => speech.tell(channelId, notice, options)),
    retell: (ref, notice, options) => working(options.signal, () => speech.retell(ref, notice, options)),
    find: (channelId, itemId, since, signal) => working(signal, () => find(channelId, itemId, since, signal)),
    health(): ChatHealth {
      if (state === 'stopped') return { state: 'down', detail: 'Discord was stopped.' };
      if (state === 'new') return { state: 'starting', detail: null };
      const problem = identity.problem() ?? gateway?.problem() ?? [...losses.values()][0] ?? null;
      return problem === null ? { state: 'up', detail: null } : { state: 'down', detail: problem };
    },
    verify: (named, signal) => discordNames(api, named, signal),
    check: (signal, channels) => discordChecks(api, { env, rules, channels }, signal),
    settled: jobs.settled,
    async stop() {
      if (state === 'stopped') return;
      state = 'stopped';
      stopping.abort();
      identity.stop();
      // First no new clicks, then what is under way, but never longer than a shutdown may take.
      const done = new AbortController();
      const limit = clock.sleep(STOP_MS, done.signal).catch(() => {});
      await Promise.race([(gateway?.stop() ?? Promise.resolve()).then(jobs.settled), limit]).catch((error) =>
        log.warn({ why: messageOf(error) }, 'Discord was not stopped in order'),
      );
      done.abort();
    },
  };
}
