import { readCommands } from './commands.ts';
import { followupRoutes } from './followups.ts';
import { messageRoutes } from './messages.ts';
import {
  applicationPayload,
  botMember,
  channelPayload,
  guildPayload,
  memberPayload,
  rolePayloads,
  userPayload,
} from './payloads.ts';
import { channelFor } from './permissions.ts';
import { reactionRoutes } from './reactions.ts';
import { refusal } from './refusal.ts';
import { conform } from './schema.ts';
import { type Channel, type Guild, type State, snowflake } from './state.ts';
import { ownMembership, threadRoutes } from './threads.ts';

/** A call that found its route. */
export interface Call {
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export type Handler = (call: Call) => Answer;

export interface Route {
  /** Such as `POST /channels/:id/messages`. */
  readonly name: string;
  readonly pattern: RegExp;
  readonly handle: Handler;
}

const PARTS = { ':id': '(@me|\\d+)', ':token': '([\\w.-]+)', ':emoji': '([^/]+)' } as const;

function compile(name: string, handle: Handler): Route {
  const [method = '', path = ''] = name.split(' ');
  const pattern = path.replace(/:id|:token|:emoji/g, (part) => PARTS[part as keyof typeof PARTS]);
  return { name, pattern: new RegExp(`^${method} ${pattern}$`), handle };
}

function knownGuild(state: State, id: string): Guild {
  const guild = state.guilds.get(id);
  if (!guild?.botIn) throw refusal(404, 10004, 'Unknown Guild');
  return guild;
}

function directChannel(state: State, userId: string): Channel {
  const before = [...state.channels.values()].find((each) => each.recipient === userId);
  if (before) return before;
  const channel: Channel = {
    id: snowflake(state),
    guildId: null,
    type: 1,
    name: '',
    parentId: null,
    deny: new Set(),
    tags: [],
    requireTag: false,
    thread: null,
    recipient: userId,
  };
  state.channels.set(channel.id, channel);
  return channel;
}

function commandRoutes(state: State): Readonly<Record<string, Handler>> {
  const own = (id: string | undefined): void => {
    if (id !== state.applicationId)
      throw refusal(403, 20012, 'You are not authorized to perform this action on this application');
  };
  const guild = (id: string | undefined): string => {
    if (!state.guilds.get(id ?? '')?.botIn) throw refusal(403, 50001, 'Missing Access');
    return id ?? '';
  };
  return {
    'GET /applications/:id/commands'({ params }) {
      own(params[0]);
      return { status: 200, body: state.commands.get('global') ?? [] };
    },
    'PUT /applications/:id/commands'({ params, body }) {
      own(params[0]);
      const commands = readCommands(state, null, body);
      state.commands.set('global', commands);
      return { status: 200, body: commands };
    },
    'GET /applications/:id/guilds/:id/commands'({ params }) {
      own(params[0]);
      return { status: 200, body: state.commands.get(guild(params[1])) ?? [] };
    },
    'PUT /applications/:id/guilds/:id/commands'({ params, body }) {
      own(params[0]);
      const id = guild(params[1]);
      const commands = readCommands(state, id, body);
      state.commands.set(id, commands);
      return { status: 200, body: commands };
    },
  };
}

/** @param gatewayUrl where a gateway connection begins. */
export function allRoutes(state: State, gatewayUrl: () => string): readonly Route[] {
  const handlers: Readonly<Record<string, Handler>> = {
    'GET /gateway/bot': () => ({
      status: 200,
      body: {
        url: gatewayUrl(),
        shards: 1,
        session_start_limit: {
          total: 1_000,
          remaining: state.sessionsLeft,
          reset_after: 14_400_000,
          max_concurrency: 1,
        },
      },
    }),
    'GET /users/@me': () => ({
      status: 200,
      body: { ...userPayload(state, state.botUserId), verified: true, mfa_enabled: true, email: null },
    }),
    'GET /applications/@me': () => ({ status: 200, body: applicationPayload(state) }),
    'GET /guilds/:id': ({ params }) => ({
      status: 200,
      body: guildPayload(state, knownGuild(state, params[0] ?? '')),
    }),
    'GET /guilds/:id/roles': ({ params }) => ({
      status: 200,
      body: rolePayloads(state, knownGuild(state, params[0] ?? '')),
    }),
    'GET /guilds/:id/members/:id'({ params }) {
      const guild = knownGuild(state, params[0] ?? '');
      const id = params[1] ?? '';
      const member = id === state.botUserId ? botMember(state) : guild.members.get(id);
      if (member) return { status: 200, body: memberPayload(state, member) };
      throw state.users.has(id) ? refusal(404, 10007, 'Unknown Member') : refusal(404, 10013, 'Unknown User');
    },
    'POST /users/@me/channels'({ body }) {
      const { recipient_id: id } = conform(state, 'CreatePrivateChannelRequestSchema', body);
      if (typeof id !== 'string' || !state.users.has(id)) throw refusal(400, 50033, 'Invalid Recipient(s)');
      return { status: 200, body: channelPayload(state, directChannel(state, id)) };
    },
    'GET /channels/:id'({ params }) {
      const channel = channelFor(state, params[0] ?? '');
      const [member] = ownMembership(state, [channel]);
      return { status: 200, body: { ...channelPayload(state, channel), ...(member ? { member } : {}) } };
    },
    ...commandRoutes(state),
    ...messageRoutes(state),
    ...reactionRoutes(state),
    ...threadRoutes(state),
    ...followupRoutes(state),
  };
  return Object.entries(handlers).map(([name, handle]) => compile(name, handle));
}
