import { addMessage, MAY_SET, readWritten } from './content.ts';
import { publishChannel, publishMessage } from './events.ts';
import { checkRights, messageIn, refuseArchived } from './messages.ts';
import { channelPayload, messagePayload } from './payloads.ts';
import { botPermissions, channelFor } from './permissions.ts';
import { invalidForm, refusal } from './refusal.ts';
import type { Answer, Handler } from './routes.ts';
import { conform } from './schema.ts';
import { type Channel, iso, type Json, messagesIn, type State, snowflake } from './state.ts';

function addThread(
  state: State,
  parent: Channel,
  made: {
    readonly id: string;
    readonly name: string;
    readonly autoArchive: number | null;
    readonly messageId: string | null;
    readonly tags: readonly string[];
  },
): Channel {
  const channel: Channel = {
    id: made.id,
    guildId: parent.guildId,
    type: parent.type === 5 ? 10 : 11,
    name: made.name,
    parentId: parent.id,
    deny: new Set(),
    tags: [],
    requireTag: false,
    recipient: null,
    thread: {
      ownerId: state.botUserId,
      archived: false,
      locked: false,
      archivedAt: state.clock.now(),
      createdAt: state.clock.now(),
      autoArchive: made.autoArchive ?? 4_320,
      members: new Set([state.botUserId]),
      tags: made.tags,
      messageId: made.messageId,
    },
  };
  state.channels.set(channel.id, channel);
  return channel;
}

/** Words of Discord itself in a channel: that a thread begins, has another name, has a new member. */
function systemMessage(
  state: State,
  channelId: string,
  type: number,
  content: string,
  reference: string | null,
): void {
  const message = addMessage(
    state,
    { content, embeds: [], components: [], flags: 0, allowed: { parse: [] } },
    { channelId, type, reference },
  );
  publishMessage(state, message);
}

/**
 * Discord archives threads in which nothing was said for long enough. Nobody waits for that here: it is looked after
 * before anything is asked for, as if it had happened in time.
 */
export function archiveQuiet(state: State): void {
  for (const channel of state.channels.values()) {
    const { thread } = channel;
    if (!thread || thread.archived) continue;
    const last = messagesIn(state, channel.id).at(-1)?.at ?? 0;
    const at = Math.max(last, thread.archivedAt, thread.createdAt) + thread.autoArchive * 60_000;
    if (at > state.clock.now()) continue;
    thread.archived = true;
    thread.archivedAt = at;
    publishChannel(state, 'THREAD_UPDATE', channel);
  }
}

function knownTags(parent: Channel, tags: unknown): readonly string[] {
  const ids = (tags as readonly string[] | null | undefined) ?? [];
  const strange = ids.filter((id) => !parent.tags.some((tag) => tag.id === id));
  if (strange.length > 0)
    throw invalidForm(
      strange.map((id) => ({ path: ['applied_tags'], code: 'UNKNOWN_TAG', message: `no tag here: ${id}` })),
    );
  if (parent.requireTag && ids.length === 0)
    throw refusal(400, 40067, 'A tag is required to create a forum post in this channel');
  return ids;
}

function createFromMessage(state: State, channelId: string, messageId: string, raw: unknown): Answer {
  const channel = channelFor(state, channelId, ['CreatePublicThreads']);
  if (channel.type !== 0 && channel.type !== 5)
    throw refusal(400, 50024, 'Cannot execute action on this channel type');
  const message = messageIn(state, channel, messageId);
  if (message.threadId !== null || state.channels.has(message.id))
    throw refusal(400, 160004, 'A thread has already been created for this message');
  const body = conform(state, 'CreateTextThreadWithMessageRequestSchema', raw);
  const thread = addThread(state, channel, {
    id: message.id,
    name: threadName(body.name),
    autoArchive: (body.auto_archive_duration as number | null | undefined) ?? null,
    messageId: message.id,
    tags: [],
  });
  message.threadId = thread.id;
  publishChannel(state, 'THREAD_CREATE', thread, { newly_created: true });
  systemMessage(state, thread.id, 21, '', message.id);
  return { status: 201, body: channelPayload(state, thread) };
}

function threadName(name: unknown): string {
  const text = String(name);
  if (text.trim() === '')
    throw invalidForm([{ path: ['name'], code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }]);
  return text;
}

function createInForum(state: State, parent: Channel, raw: unknown): Answer {
  if (!botPermissions(state, parent).has('SendMessages')) throw refusal(403, 50013, 'Missing Permissions');
  const body = conform(state, 'CreateForumThreadRequestSchema', raw);
  const tags = knownTags(parent, body.applied_tags);
  checkRights(state, parent, body.message);
  const written = readWritten(
    state,
    'BaseCreateMessageCreateRequestSchema',
    body.message,
    null,
    MAY_SET.create,
    ['message'],
  );
  const id = snowflake(state);
  const thread = addThread(state, parent, {
    id,
    name: threadName(body.name),
    autoArchive: (body.auto_archive_duration as number | null | undefined) ?? null,
    messageId: id,
    tags,
  });
  const message = addMessage(state, written, { id, channelId: id });
  publishChannel(state, 'THREAD_CREATE', thread, { newly_created: true });
  publishMessage(state, message);
  return {
    status: 201,
    body: { ...channelPayload(state, thread), message: messagePayload(state, message) },
  };
}

function createAlone(state: State, parent: Channel, raw: unknown): Answer {
  const body = conform(state, 'CreateTextThreadWithoutMessageRequestSchema', raw);
  if (body.type !== 11 && body.type !== 10) throw refusal(403, 50013, 'Missing Permissions');
  channelFor(state, parent.id, ['CreatePublicThreads']);
  const thread = addThread(state, parent, {
    id: snowflake(state),
    name: threadName(body.name),
    autoArchive: (body.auto_archive_duration as number | null | undefined) ?? null,
    messageId: null,
    tags: [],
  });
  publishChannel(state, 'THREAD_CREATE', thread, { newly_created: true });
  systemMessage(state, parent.id, 18, thread.name, null);
  return { status: 201, body: channelPayload(state, thread) };
}

function change(state: State, id: string, raw: unknown): Answer {
  const channel = channelFor(state, id);
  const { thread } = channel;
  // Channels themselves are not the app's to change: it never asks for that right.
  if (!thread) throw refusal(403, 50013, 'Missing Permissions');
  const body = conform(state, 'UpdateThreadRequestPartialSchema', raw);
  const has = botPermissions(state, channel);
  const manages = has.has('ManageThreads');
  const mine = thread.ownerId === state.botUserId;
  const opens = body.archived === false;
  if (thread.archived && !opens) throw refusal(400, 50083, 'Thread is archived');
  const onlyOpens = opens && Object.keys(body).every((key) => key === 'archived') && !thread.locked;
  const enough = onlyOpens
    ? has.has('SendMessagesInThreads')
    : manages || (mine && !locks(body, thread.locked));
  if (!enough) throw refusal(403, 50013, 'Missing Permissions');
  const parent = state.channels.get(channel.parentId ?? '');
  if (body.applied_tags !== undefined) {
    if (parent?.type !== 15)
      throw invalidForm([{ path: ['applied_tags'], code: 'TAGS_FORUM_ONLY', message: 'not in a forum' }]);
    thread.tags = knownTags(parent, body.applied_tags);
  }
  if (typeof body.name === 'string' && body.name !== channel.name) {
    channel.name = threadName(body.name);
    systemMessage(state, channel.id, 4, channel.name, null);
  }
  if (typeof body.auto_archive_duration === 'number') thread.autoArchive = body.auto_archive_duration;
  if (typeof body.locked === 'boolean') thread.locked = body.locked;
  if (typeof body.archived === 'boolean' && body.archived !== thread.archived) {
    thread.archived = body.archived;
    thread.archivedAt = state.clock.now();
  }
  publishChannel(state, 'THREAD_UPDATE', channel);
  return { status: 200, body: channelPayload(state, channel) };
}

function locks(body: Json, locked: boolean): boolean {
  return locked || (body.locked !== undefined && body.locked !== null);
}

/** The bot's own place in threads, as lists of threads carry it. */
export function ownMembership(state: State, threads: readonly Channel[]): Json[] {
  return threads.flatMap(({ id, thread }) =>
    thread?.members.has(state.botUserId)
      ? [{ id, user_id: state.botUserId, join_timestamp: iso(thread.createdAt), flags: 0 }]
      : [],
  );
}

export function threadRoutes(state: State): Readonly<Record<string, Handler>> {
  const membership = (params: readonly string[], requires: 'SendMessagesInThreads' | 'ManageThreads') => {
    const channel = channelFor(state, params[0] ?? '', [requires]);
    if (!channel.thread) throw refusal(400, 50024, 'Cannot execute action on this channel type');
    refuseArchived(channel);
    const id = params[1] === '@me' ? state.botUserId : (params[1] ?? '');
    const known = id === state.botUserId || state.guilds.get(channel.guildId ?? '')?.members.has(id);
    if (!known) throw refusal(404, 10007, 'Unknown Member');
    return { channel, thread: channel.thread, id };
  };
  return {
    'PATCH /channels/:id': ({ params, body }) => change(state, params[0] ?? '', body),
    'POST /channels/:id/messages/:id/threads': ({ params, body }) =>
      createFromMessage(state, params[0] ?? '', params[1] ?? '', body),
    'POST /channels/:id/threads'({ params, body }) {
      const parent = channelFor(state, params[0] ?? '');
      if (parent.type === 15) return createInForum(state, parent, body);
      if (parent.thread || parent.guildId === null)
        throw refusal(400, 50024, 'Cannot execute action on this channel type');
      return createAlone(state, parent, body);
    },
    'GET /guilds/:id/threads/active'({ params }) {
      const guild = state.guilds.get(params[0] ?? '');
      if (!guild?.botIn) throw refusal(403, 50001, 'Missing Access');
      const threads = [...state.channels.values()].filter(
        (each) =>
          each.guildId === guild.id &&
          each.thread &&
          !each.thread.archived &&
          botPermissions(state, each).has('ViewChannel'),
      );
      return {
        status: 200,
        body: {
          threads: threads.map((each) => channelPayload(state, each)),
          members: ownMembership(state, threads),
          has_more: false,
        },
      };
    },
    'GET /channels/:id/threads/archived/public'({ params, query }) {
      const parent = channelFor(state, params[0] ?? '', ['ReadMessageHistory']);
      const limit = Number(query.get('limit') ?? 50);
      const before = query.has('before') ? Date.parse(query.get('before') ?? '') : Number.POSITIVE_INFINITY;
      if (Number.isNaN(before) || !(limit >= 2 && limit <= 100))
        throw invalidForm([{ path: ['before'], code: 'DATE_TIME_TYPE_PARSE', message: 'before or limit' }]);
      const all = [...state.channels.values()]
        .filter((each) => each.parentId === parent.id && each.thread?.archived)
        .filter((each) => (each.thread?.archivedAt ?? 0) < before)
        .sort((a, b) => (b.thread?.archivedAt ?? 0) - (a.thread?.archivedAt ?? 0));
      const threads = all.slice(0, limit);
      return {
        status: 200,
        body: {
          threads: threads.map((each) => channelPayload(state, each)),
          members: ownMembership(state, threads),
          has_more: all.length > limit,
        },
      };
    },
    'PUT /channels/:id/thread-members/:id'({ params }) {
      const { channel, thread, id } = membership(params, 'SendMessagesInThreads');
      if (!thread.members.has(id)) {
        thread.members.add(id);
        if (id !== state.botUserId) systemMessage(state, channel.id, 1, '', null);
      }
      return { status: 204 };
    },
    'DELETE /channels/:id/thread-members/:id'({ params }) {
      const self = params[1] === '@me';
      const { thread, id } = membership(params, self ? 'SendMessagesInThreads' : 'ManageThreads');
      thread.members.delete(id);
      return { status: 204 };
    },
  };
}
