import type { Clock } from '../../../src/clock.ts';
import { type SeenMessage, type SlackPerson, seeMessage, slackPerson } from './person.ts';
import { type ApiCall, type Channel, renderMessage, type State, type User } from './state.ts';
import { webApi } from './web-api.ts';
import { type Fault, type HttpTarget, startWire, type Wire } from './wire.ts';

export type { SeenMessage, SlackPerson } from './person.ts';
export type { Fault } from './wire.ts';

/** Every bot scope there is a use for; tests take some away. */
const ALL_SCOPES = [
  'channels:history',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'im:write',
  'reactions:read',
  'users:read',
] as const;

export interface WorkspaceOptions {
  /** Time of timestamps, rate limits, trigger ids, and acknowledgement: a test clock makes them all turn by hand. */
  readonly clock: Clock;
  /** The bot token's scopes; default all that the manifest may ask for. */
  readonly scopes?: readonly string[];
  /** Another workspace beside the first: its id, with tokens, bot and people of its own. */
  readonly teamId?: string;
}

/** Where payloads go in HTTP mode. */
export type { HttpTarget } from './wire.ts';

/**
 * A strict Slack workspace on 127.0.0.1: Web API, Socket Mode and HTTP mode, with Slack's limits enforced, and hands to
 * act as people and to break things. Nothing in it waits for real time.
 */
export interface SlackWorkspace {
  /** The variables that connect an app by Socket Mode. */
  readonly env: {
    readonly SLACK_BOT_TOKEN: string;
    readonly SLACK_APP_TOKEN: string;
    readonly SLACK_API_URL: string;
  };
  /** Tokens that must never be seen in a log or on a card. */
  readonly secrets: readonly string[];
  readonly teamId: string;
  /** Adds a channel; the bot is in it unless told otherwise. */
  addChannel(
    id: string,
    options?: { readonly name?: string; readonly private?: boolean; readonly botIn?: boolean },
  ): void;
  /** Somebody leaves the company. */
  deactivate(id: string): void;
  /** A user group with these people; called again, it has others. */
  setGroup(id: string, users: readonly string[]): void;
  invite(channel: string): void;
  kick(channel: string): void;
  archive(channel: string): void;
  /** Adds a person and returns their eyes and hands. `tz` defaults to UTC; `teamId` to this workspace. */
  addUser(
    id: string,
    options: { readonly name: string; readonly tz?: string; readonly teamId?: string },
  ): SlackPerson;
  /** What everybody in the channel sees (no ephemeral messages), oldest first, threads included. */
  shown(channel: string): readonly SeenMessage[];
  /** Somebody deletes a message. */
  remove(channel: string, ts: string): void;
  /** Every mention that notified somebody. */
  pings(): readonly string[];
  /** Sizes of the files that the app uploaded. */
  uploads(): readonly number[];
  /** What Slack would have refused or cut, or shown to a person as the app's failure. */
  breaches(): readonly string[];
  /** Every Web API call so far. */
  calls(method?: string): readonly ApiCall[];
  /** The next call (of that method) goes wrong. */
  fail(fault: Fault, method?: string): void;
  /** The tokens stop working, with this error; null makes them work again. */
  revoke(error?: 'token_revoked' | 'account_inactive' | 'invalid_auth' | null): void;
  grant(scopes: readonly string[]): void;
  /** Sends payloads by signed HTTP requests from now on; null goes back to Socket Mode. */
  sendTo(target: HttpTarget | null): void;
  /** Sockets that are up. */
  readonly sockets: number;
  readonly connectionsOpened: number;
  /** Slack asks the app to connect anew. */
  refresh(reason?: 'refresh_requested' | 'warning'): void;
  /** The sockets break without a word. */
  drop(): void;
  /** Holds payloads back; {@link release} lets them go, in order or reversed. */
  hold(): void;
  release(order?: 'kept' | 'reversed'): void;
  /** The next payload goes out twice. */
  twice(): void;
  /** The acknowledgement of the next payload gets lost: it is sent again once the clock has passed 3 s. */
  loseAck(): void;
  /**
   * Resolves when the condition holds, looked at on every turn of the event loop, and after a while every few
   * milliseconds; rejects after `limitMs` of real time (default 15,000), which only a failing test ever sees.
   */
  until(what: string, holds: () => boolean, limitMs?: number): Promise<void>;
  close(): Promise<void>;
}

export async function startSlackWorkspace(options: WorkspaceOptions): Promise<SlackWorkspace> {
  let count = 100;
  const teamId = options.teamId ?? 'T0POTLUCK';
  const state: State = {
    clock: options.clock,
    teamId,
    appId: 'A0POTLUCK',
    botId: teamId.replace(/^T/, 'B'),
    botUserId: teamId.replace(/^T/, 'U'),
    // Put together so that no scanner takes them for real ones.
    botToken: ['xoxb', '111', '222', `testOnlyBotToken${options.teamId ?? ''}`].join('-'),
    appToken: ['xapp', '1', 'A0POTLUCK', 'testOnlyAppToken'].join('-'),
    scopes: new Set(options.scopes ?? ALL_SCOPES),
    revoked: null,
    channels: new Map(),
    users: new Map(),
    messages: [],
    homes: new Map(),
    groups: new Map(),
    screens: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    calls: [],
    breaches: [],
    told: new Map(),
    files: new Map(),
    uploads: new Map(),
    filesUrl: '',
    next: () => ++count,
  };
  let target: HttpTarget | null = null;
  const wire: Wire = await startWire(state, webApi(state), () => target);
  state.filesUrl = wire.base;

  const channelOf = (id: string): Channel => {
    const channel = state.channels.get(id);
    if (!channel) throw new Error(`there is no channel ${id}`);
    return channel;
  };

  return {
    env: {
      SLACK_BOT_TOKEN: state.botToken,
      SLACK_APP_TOKEN: state.appToken,
      SLACK_API_URL: wire.apiUrl,
    },
    secrets: [state.botToken, state.appToken],
    teamId: state.teamId,
    addChannel(id, { name = id.toLowerCase(), private: isPrivate = false, botIn = true } = {}) {
      state.channels.set(id, { id, name, isPrivate, botIn, archived: false });
    },
    deactivate(id) {
      const user = state.users.get(id);
      if (user) user.deleted = true;
    },
    setGroup(id, users) {
      state.groups.set(id, users);
    },
    invite(id) {
      channelOf(id).botIn = true;
    },
    kick(id) {
      channelOf(id).botIn = false;
    },
    archive(id) {
      channelOf(id).archived = true;
    },
    addUser(id, { name, tz = 'UTC', teamId = state.teamId }) {
      const handle = name.toLowerCase().replace(/[^a-z0-9]+/g, '.');
      const user: User = { id, handle, name, tz, teamId };
      state.users.set(id, user);
      return slackPerson(state, () => wire, user);
    },
    shown: (channel) =>
      state.messages
        .filter((each) => each.channel === channel && !each.deleted && each.ephemeralFor === null)
        .map(seeMessage),
    remove(channel, ts) {
      const message = state.messages.find((each) => each.channel === channel && each.ts === ts);
      if (message) message.deleted = true;
    },
    uploads: () => [...state.uploads.values()].flatMap(({ bytes }) => (bytes ? [bytes.length] : [])),
    pings: () =>
      state.messages.filter((each) => each.botId !== null).flatMap((each) => renderMessage(each).pings),
    breaches: () => state.breaches,
    calls: (method) => state.calls.filter((call) => method === undefined || call.method === method),
    fail: (fault, method) => wire.fault(fault, method ?? null),
    revoke(error = 'token_revoked') {
      state.revoked = error;
    },
    grant(scopes) {
      state.scopes = new Set(scopes);
    },
    sendTo(to) {
      target = to;
    },
    get sockets() {
      return wire.sockets;
    },
    get connectionsOpened() {
      return wire.connectionsOpened;
    },
    refresh: (reason = 'refresh_requested') => wire.refresh(reason),
    drop: () => wire.drop(),
    hold: () => wire.hold(),
    release: (order) => wire.release(order),
    twice: () => wire.twice(),
    loseAck: () => wire.loseAck(),
    until(what, holds, limitMs = 15_000) {
      const began = performance.now();
      let looks = 0;
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (holds()) resolve();
          else if (performance.now() - began > limitMs) reject(new Error(`this never happened: ${what}`));
          // A bot on the machine's own clock needs the processor meanwhile.
          else if (++looks > 2_000) setTimeout(look, 5);
          else setImmediate(look);
        };
        look();
      });
    },
    close: () => wire.close(),
  };
}
