// As in the product: the sources' guarded fetch brings its own undici before Discord's SDK is loaded, and the web server
// puts its own `Response` in the place of the global one.
import '@hono/node-server';
import 'undici';
import { Keyv } from 'keyv';
import type { CardRef, ChatAction, ChatContext, HttpDoor } from '../../../src/chat/chat.ts';
import { createDiscord, discord } from '../../../src/chat/discord/discord.ts';
import { itemOfCard, parseComponent } from '../../../src/chat/discord/ids.ts';
import type { DiscordChat } from '../../../src/chat/discord/server.ts';
import type { Card, CardAction } from '../../../src/domain/card.ts';
import { DISMISS_REASONS } from '../../../src/domain/item.ts';
import type { ChatWorld, Member, ShownCard } from '../../contract/chat.ts';
import { type TestClock, testClock } from '../clock.ts';
import { type ScriptedHandlers, type ScriptOptions, scriptedHandlers } from '../handlers.ts';
import { type DiscordPerson, type DiscordServer, type SeenMessage, startDiscordServer } from './server.ts';

export const CHANNEL = '1180000000000000100';
export const FORUM = '1180000000000000200';
export const ANA = '1180000000000001001';
export const BO = '1180000000000001002';

/** Holds leases and is none of the chats. */
const STRANGER = -1;

/** Everything a test of the Discord adapter has at hand. */
export interface DiscordWorld {
  readonly server: DiscordServer;
  readonly clock: TestClock;
  readonly handlers: ScriptedHandlers;
  readonly channel: string;
  readonly ana: DiscordPerson;
  readonly bo: DiscordPerson;
  readonly cache: Keyv;
  chat(): DiscordChat;
  /** Another adapter on the same server, as after a crash: the old one is only cut off. */
  restart(): Promise<DiscordChat>;
  /** The same with another policy. */
  reconfigure(policy: object): Promise<DiscordChat>;
  /** A second process on the same database. */
  another(): Promise<DiscordChat>;
  /** The handler that was mounted for HTTP mode. */
  mounted(): Parameters<HttpDoor['mount']>[1] | null;
  /** Until the adapter has nothing left to do. */
  settle(): Promise<void>;
  /** Whoever holds a lease loses it to somebody else. */
  stealLeases(): void;
  /** Whoever had them is gone. */
  freeLeases(): void;
  logged(): string;
  close(): Promise<void>;
}

export interface DiscordWorldOptions {
  readonly policy?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly messageContent?: boolean;
  /** Before the chat is started: channels, roles, faults. */
  readonly prepare?: (server: DiscordServer) => void;
  readonly channels?: readonly string[];
  /** Whether the chat is started; default true. */
  readonly start?: boolean;
  readonly managers?: readonly { readonly id: string; readonly name: string }[];
  /** Where a sent reply lands; throwing makes the send fail with that message. */
  readonly deliver?: ScriptOptions['deliver'];
}

/** A server with a channel and two people, and a started adapter with scripted handlers. */
export async function discordWorld(options: DiscordWorldOptions = {}): Promise<DiscordWorld> {
  const clock = testClock();
  const server = await startDiscordServer({ clock, messageContent: options.messageContent ?? false });
  server.addChannel(CHANNEL, { name: 'mentions' });
  const ana = server.addMember(ANA, { name: 'Ana' });
  const bo = server.addMember(BO, { name: 'Bo' });
  options.prepare?.(server);
  const channels = options.channels ?? [CHANNEL];
  const handlers = scriptedHandlers({
    channels,
    now: () => clock.now(),
    ...(options.managers ? { managers: options.managers } : {}),
    ...(options.deliver ? { deliver: options.deliver } : {}),
  });
  const lines: string[] = [];
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const cache = new Keyv({ namespace: 'discord' });
  let mounted: Parameters<HttpDoor['mount']>[1] | null = null;
  const holders = new Map<string, number>();
  const contextOf = (holder: number): ChatContext => ({
    clock,
    random: () => 0.5,
    cache,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    leases: {
      async hold(name) {
        if (!holders.has(name)) holders.set(name, holder);
        return holders.get(name) === holder;
      },
    },
    http: {
      mount: (_prefix, handle) => {
        mounted = handle;
      },
      url: 'http://127.0.0.1:1',
      host: '127.0.0.1',
    },
  });
  const env = discord.env.parse({ ...server.env, ...options.env });
  let policy = discord.policy.parse(options.policy ?? {});
  const chats: DiscordChat[] = [];
  const make = async (): Promise<DiscordChat> => {
    const chat = await createDiscord(env, policy, contextOf(chats.length));
    chats.push(chat);
    return chat;
  };
  await make();
  const current = (): DiscordChat => {
    const chat = chats.at(-1);
    if (!chat) throw new Error('there is no chat');
    return chat;
  };
  if (options.start !== false) await current().start(handlers);
  const restart = async (): Promise<DiscordChat> => {
    await current().stop();
    holders.clear();
    const chat = await make();
    await chat.start(handlers);
    return chat;
  };
  return {
    server,
    clock,
    handlers,
    channel: CHANNEL,
    ana,
    bo,
    cache,
    chat: current,
    restart,
    async reconfigure(next) {
      policy = discord.policy.parse(next);
      return restart();
    },
    async another() {
      const chat = await make();
      await chat.start(handlers);
      return chat;
    },
    mounted: () => mounted,
    async settle() {
      await Promise.all(chats.map((chat) => chat.settled()));
    },
    stealLeases() {
      for (const name of holders.keys()) holders.set(name, STRANGER);
    },
    freeLeases() {
      holders.clear();
    },
    logged: () => lines.join('\n'),
    async close() {
      for (const chat of chats) await chat.stop();
      await server.close();
    },
  };
}

const LABELS: Readonly<Record<ChatAction['type'], string>> = {
  claim: 'Claim',
  release: 'Release',
  assign: 'Assign to…',
  draft: 'Draft',
  send: 'Draft',
  'request-approval': 'Ask for approval',
  approve: 'Approve & send…',
  refuse: 'Refuse…',
  'mark-answered': 'Mark answered',
  dismiss: 'Dismiss',
  snooze: 'Snooze…',
  reopen: 'Reopen',
  note: 'Note…',
  another: 'Another idea',
  'not-today': 'Not today',
};

/** The newest message that only this person sees. */
export function privately(world: DiscordWorld, who: DiscordPerson, channel = world.channel): SeenMessage {
  const message = who
    .sees(channel)
    .filter((each) => each.ephemeral)
    .at(-1);
  if (!message) throw new Error(`${who.name} was told nothing`);
  return message;
}

const signal = new AbortController().signal;

/** Puts a card into a channel or forum, as the reconciler does. */
export async function postCard(
  world: DiscordWorld,
  card: Card,
  channel = world.handlers.channels()[0] ?? world.channel,
): Promise<CardRef> {
  world.handlers.put(card, [channel]);
  await world.clock.advance(world.chat().channelIntervalMs);
  return world.chat().post(channel, card, { nonce: `n${card.itemId}`, signal });
}

/** Brings a card level with its item, as the reconciler does. */
export async function levelCard(world: DiscordWorld, ref: CardRef, itemId: number): Promise<CardRef> {
  await world.clock.advance(world.chat().channelIntervalMs);
  return world.chat().update(ref, world.handlers.now(itemId), { nonce: `n${itemId}`, signal });
}

/** The card of an item as everybody in the channel (or forum post) sees it. */
export function cardOf(world: DiscordWorld, itemId: number, channel = world.channel): SeenMessage {
  const found = world.server.shown(channel).find((each) => itemOfCard(each.raw) === itemId);
  if (!found) throw new Error(`there is no card #${itemId}`);
  return found;
}

/** Until everything that happened on Discord before this has reached the adapter and was worked on. */
export async function heard(world: DiscordWorld): Promise<void> {
  // Events come in order: when the suggestions are there, so is all that went before.
  await world.bo.complete('potluck', 'show', 'item', 'zzz', {}, world.channel);
  await world.settle();
}

/** Uses a sub-command and returns what only this person was told. */
export async function askFor(
  world: DiscordWorld,
  who: DiscordPerson,
  sub: string,
  options: Readonly<Record<string, string | number | boolean>> = {},
  channel = world.channel,
): Promise<string> {
  const before = who.told().length;
  await who.command('potluck', sub, options, channel);
  await world.settle();
  return who.told().slice(before).join('\n');
}

/** Does an action the way a person does it: button, form, preview, Send. */
export async function doByHand(
  world: DiscordWorld,
  who: DiscordPerson,
  message: SeenMessage,
  action: ChatAction,
): Promise<void> {
  const settle = () => world.settle();
  await who.press(message, LABELS[action.type]);
  await settle();
  if (who.modal() === null && action.type !== 'approve') return;
  switch (action.type) {
    case 'claim':
    case 'release':
    case 'reopen':
    case 'request-approval':
      return;
    case 'approve':
      await who.press(privately(world, who, message.channel), 'Approve & send');
      break;
    case 'refuse':
      if (action.words) who.type('What shall change? (the team reads it)', action.words);
      await who.submit();
      break;
    case 'draft':
      who.type('Your answer', action.text);
      await who.submit();
      break;
    case 'send':
      who.type('Your answer', action.text);
      await who.submit();
      await settle();
      await who.press(privately(world, who, message.channel), 'Send now');
      break;
    case 'dismiss':
      who.choose(
        action.reason === 'not-for-us' ? 'Why not this idea?' : 'Why does nobody need to answer?',
        DISMISS_REASONS[action.reason],
      );
      if (action.words) who.type('In your words', action.words);
      await who.submit();
      break;
    case 'note':
      who.type('For the team only; never public', action.text);
      await who.submit();
      break;
    case 'snooze':
      who.choose('Bring it back', 'As written below');
      who.type('Or when?', `${Math.round((action.until - world.clock.now()) / 60_000)}m`);
      await who.submit();
      break;
    case 'assign':
      who.choose('Who shall answer?', action.to.id.replace('discord:', ''));
      await who.submit();
      break;
    case 'mark-answered':
      if (action.url) who.type('Link to the answer', action.url);
      await who.submit();
      break;
  }
  await settle();
}

const ACTIONS: readonly string[] = [
  'claim',
  'draft',
  'dismiss',
  'release',
  'assign',
  'snooze',
  'mark-answered',
  'note',
  'reopen',
  'request-approval',
  'approve',
  'refuse',
  'another',
  'not-today',
];

function shownCard(message: SeenMessage): ShownCard {
  const verbs = message.buttons.map((button) => {
    if (button.kind === 'link') return /^Open( post| and answer there)$/.test(button.label) ? 'open' : null;
    const verb =
      button.kind === 'option' ? button.value : (parseComponent(button.customId ?? '')?.name ?? null);
    return ACTIONS.includes(verb ?? '') ? verb : null;
  });
  const version = message.buttons
    .map((button) => /\d+\.(\d+)$/.exec(button.customId ?? '')?.[1])
    .find((found) => found !== undefined);
  return {
    id: message.id,
    text: message.text,
    actions: verbs.filter((verb) => verb !== null) as CardAction[],
    links: message.links,
    version: version === undefined ? null : Number(version),
  };
}

/** The world as the chat contract wants it. */
export async function discordContractWorld(
  options: DiscordWorldOptions & { readonly forum?: boolean } = {},
): Promise<ChatWorld> {
  const channel = options.forum ? FORUM : CHANNEL;
  const world = await discordWorld({
    ...options,
    channels: [channel],
    prepare: (server) => {
      if (options.forum)
        server.addChannel(FORUM, {
          name: 'cards',
          type: 'forum',
          tags: [
            { id: '1180000000000000301', name: 'Open' },
            { id: '1180000000000000302', name: 'answered' },
            { id: '1180000000000000303', name: 'Question' },
          ],
        });
      options.prepare?.(server);
    },
  });
  const member = (person: DiscordPerson): Member => ({
    name: person.name,
    actorId: `discord:${person.id}`,
  });
  const [ana, bo] = [member(world.ana), member(world.bo)];
  const personOf = (who: Member): DiscordPerson => (who.actorId === ana.actorId ? world.ana : world.bo);
  // A person may act on what their screen still shows after the card has changed.
  const everSeen = new Map<ShownCard, SeenMessage>();
  const messages = (): readonly SeenMessage[] =>
    options.forum
      ? world.server
          .threads(FORUM)
          .flatMap((thread) => world.server.shown(thread.id).filter((each) => each.id === thread.id))
      : world.server.shown(CHANNEL).filter((each) => each.raw !== null);
  return {
    get chat() {
      return world.chat();
    },
    handlers: world.handlers,
    channel,
    ana,
    bo,
    async shown() {
      return messages().map((message) => {
        const card = shownCard(message);
        everSeen.set(card, message);
        return card;
      });
    },
    async click(who, card, action) {
      const message = everSeen.get(card);
      if (!message) throw new Error('that card was never shown');
      await doByHand(world, personOf(who), message, action);
    },
    async press(who, card, label) {
      const message = everSeen.get(card);
      if (!message) throw new Error('that card was never shown');
      await personOf(who).press(message, label);
      await world.chat().settled();
    },
    uploads: () => world.server.calls().flatMap(({ files }) => files.map(({ size }) => size)),
    mentioned: () => world.server.mentioned().map((id) => id.replace('user', 'discord')),
    async thread(card) {
      return world.server.shown(card.id).map((message) => message.text);
    },
    told: async (who) => personOf(who).told(),
    pings: () => world.server.pings(),
    breaches: () => world.server.breaches(),
    pass: (ms) => world.clock.advance(ms),
    restart: () => world.restart(),
    faults: [
      { kind: 'rate-limit', retryAfterMs: 7_000 },
      { kind: 'down' },
      { kind: 'auth' },
      { kind: 'gone-channel' },
    ],
    async fail(fault) {
      if (fault.kind === 'rate-limit')
        world.server.fail({ kind: 'rate-limit', seconds: fault.retryAfterMs / 1_000 });
      if (fault.kind === 'down') world.server.fail({ kind: 'status', status: 503 });
      if (fault.kind === 'auth') world.server.revoke();
      if (fault.kind === 'gone-channel') world.server.deleteChannel(channel);
    },
    async remove(card) {
      world.server.remove(options.forum ? card.id : CHANNEL, card.id);
    },
    logged: () => world.logged(),
    secrets: world.server.secrets,
    close: () => world.close(),
  };
}
