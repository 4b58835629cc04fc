import { checkBlocks, checkMetadata, checkText, checkView } from './limits.ts';
import {
  type Channel,
  fillView,
  type Message,
  named,
  newTs,
  type OpenView,
  renderMessage,
  renderView,
  type State,
  tellPerson,
  viewPayload,
} from './state.ts';

type Args = Readonly<Record<string, unknown>>;
type Answer = Record<string, unknown> & { readonly ok: boolean };

/** Scopes of each method, written down here a second time on purpose: the double must not believe the code it tests. */
const METHODS: Readonly<
  Record<
    string,
    { readonly scopes: readonly string[]; readonly perMinute: number; readonly token: 'bot' | 'app' }
  >
> = {
  'auth.test': { scopes: [], perMinute: 600, token: 'bot' },
  'apps.connections.open': { scopes: ['connections:write'], perMinute: 30, token: 'app' },
  'chat.getPermalink': { scopes: [], perMinute: 300, token: 'bot' },
  'usergroups.users.list': { scopes: ['usergroups:read'], perMinute: 20, token: 'bot' },
  'chat.postMessage': { scopes: ['chat:write'], perMinute: 600, token: 'bot' },
  'chat.postEphemeral': { scopes: ['chat:write'], perMinute: 100, token: 'bot' },
  'chat.update': { scopes: ['chat:write'], perMinute: 50, token: 'bot' },
  'chat.delete': { scopes: ['chat:write'], perMinute: 50, token: 'bot' },
  'conversations.history': { scopes: ['channels:history', 'groups:history'], perMinute: 50, token: 'bot' },
  'conversations.replies': { scopes: ['channels:history', 'groups:history'], perMinute: 50, token: 'bot' },
  'conversations.open': { scopes: ['im:write'], perMinute: 50, token: 'bot' },
  'files.getUploadURLExternal': { scopes: ['files:write'], perMinute: 100, token: 'bot' },
  'files.completeUploadExternal': { scopes: ['files:write'], perMinute: 100, token: 'bot' },
  'users.info': { scopes: ['users:read'], perMinute: 100, token: 'bot' },
  'views.open': { scopes: [], perMinute: 100, token: 'bot' },
  'views.update': { scopes: [], perMinute: 100, token: 'bot' },
  'views.publish': { scopes: [], perMinute: 100, token: 'bot' },
};

/** A trigger id lives this long, in milliseconds. */
const TRIGGER_MS = 3_000;
/** A response URL lives half an hour, for five uses. */
const RESPONSE_MS = 30 * 60_000;
const RESPONSE_USES = 5;
/** Messages a channel takes in one go before one a second is enforced. */
const CHANNEL_BURST = 4;

export interface WebApi {
  /** Answers a call: the body, or how long to wait. */
  call(
    method: string,
    args: Args,
    token: string | null,
  ): { readonly body: Answer } | { readonly retryAfter: number };
  /** A message to a response URL. */
  respond(id: string, body: Args): { readonly status: number; readonly body: Answer };
}

export function webApi(state: State): WebApi {
  const recent = new Map<string, number[]>();
  const buckets = new Map<string, { tokens: number; at: number }>();

  const breach = (what: string): void => {
    state.breaches.push(what);
  };
  const no = (error: string, why?: string, extra: Record<string, unknown> = {}): Answer => {
    if (why !== undefined) breach(`${error}: ${why}`);
    return { ok: false, error, ...(why ? { response_metadata: { messages: [why] } } : {}), ...extra };
  };

  function limited(method: string, args: Args): number | null {
    const now = state.clock.now();
    const limit = METHODS[method]?.perMinute ?? 50;
    const calls = (recent.get(method) ?? []).filter((at) => at > now - 60_000);
    const [oldest] = calls;
    if (calls.length >= limit && oldest !== undefined) return Math.ceil((oldest + 60_000 - now) / 1_000) || 1;
    recent.set(method, [...calls, now]);
    if (method !== 'chat.postMessage') return null;
    const key = String(args.channel);
    const bucket = buckets.get(key) ?? { tokens: CHANNEL_BURST, at: now };
    const tokens = Math.min(CHANNEL_BURST, bucket.tokens + (now - bucket.at) / 1_000);
    if (tokens < 1) return Math.ceil(1 - tokens) || 1;
    buckets.set(key, { tokens: tokens - 1, at: now });
    return null;
  }

  function authorise(method: string, token: string | null): Answer | null {
    const needs = METHODS[method];
    if (!needs) return no('unknown_method', `the app called ${method}`);
    if (token === null) return no('not_authed');
    if (needs.token === 'app') {
      if (token.startsWith('xoxb-')) return no('not_allowed_token_type');
      return token === state.appToken && state.revoked === null ? null : no(state.revoked ?? 'invalid_auth');
    }
    if (token.startsWith('xapp-')) return no('not_allowed_token_type');
    if (token !== state.botToken) return no('invalid_auth');
    if (state.revoked !== null) return no(state.revoked);
    const provided = [...state.scopes].join(',');
    const enough = needs.scopes.length === 0 || needs.scopes.some((scope) => state.scopes.has(scope));
    return enough ? null : no('missing_scope', undefined, { needed: needs.scopes.join(','), provided });
  }

  function channelFor(args: Args, write: boolean): Channel | Answer {
    const channel = state.channels.get(String(args.channel));
    // A private channel that the bot is not in does not exist for it.
    if (!channel || (channel.isPrivate && !channel.botIn)) return no('channel_not_found');
    if (!channel.botIn) return no('not_in_channel');
    if (write && channel.archived) return no('is_archived');
    if (!write && !state.scopes.has(channel.isPrivate ? 'groups:history' : 'channels:history'))
      return no('missing_scope', undefined, {
        needed: channel.isPrivate ? 'groups:history' : 'channels:history',
      });
    return channel;
  }

  function content(args: Args): Pick<Message, 'text' | 'blocks' | 'metadata'> | Answer {
    const text = checkText(args.text);
    if (!text.ok) return no(text.error, text.why);
    const blocks = checkBlocks(args.blocks ?? []);
    if (!blocks.ok) return no(blocks.error, blocks.why);
    const metadata = checkMetadata(args.metadata);
    if (!metadata.ok) return no(metadata.error, metadata.why);
    if (text.value.trim() === '' && blocks.value.length === 0)
      return no('no_text', 'neither text nor blocks');
    if (text.value.trim() === '')
      breach('a message without text says nothing to notifications and screen readers');
    return { text: text.value, blocks: named(state, blocks.value), metadata: metadata.value };
  }

  const linkNames = (args: Args, byDefault: boolean): boolean =>
    args.link_names === true || args.parse === 'full' || (byDefault && args.parse === undefined);

  function post(args: Args, ephemeralFor: string | null, defaultLinks = false): Message | Answer {
    const made = content(args);
    if ('ok' in made) return made;
    const message: Message = {
      ts: newTs(state),
      channel: String(args.channel),
      user: state.botUserId,
      botId: state.botId,
      ...made,
      threadTs: typeof args.thread_ts === 'string' ? args.thread_ts : null,
      ephemeralFor,
      edits: 0,
      deleted: false,
      linkNames: linkNames(args, defaultLinks),
      reactions: new Map(),
    };
    state.messages.push(message);
    if (ephemeralFor !== null) tellPerson(state, ephemeralFor, renderMessage(message).text);
    return message;
  }

  function show(open: OpenView): void {
    tellPerson(state, open.userId, renderView(open));
  }

  const methods: Readonly<Record<string, (args: Args) => Answer>> = {
    'auth.test': () => ({
      ok: true,
      url: 'https://potluck-test.slack.example/',
      team: 'Crock & Co',
      team_id: state.teamId,
      user: 'potluck',
      user_id: state.botUserId,
      bot_id: state.botId,
      is_enterprise_install: false,
    }),
    // The wire adds the address of the socket.
    'apps.connections.open': () => ({ ok: true }),
    'chat.postMessage'(args) {
      const channel = channelFor(args, true);
      if ('ok' in channel) return channel;
      if (args.thread_ts !== undefined) {
        const parent = state.messages.find(
          (each) => each.channel === channel.id && each.ts === args.thread_ts && !each.deleted,
        );
        if (!parent) return no('thread_not_found');
        if (parent.threadTs !== null) breach('an answer to an answer: thread_ts must be the first message');
        if (args.reply_broadcast === true) breach('an answer in a thread was sent to the whole channel');
      }
      const message = post(args, null);
      return 'ok' in message
        ? message
        : { ok: true, channel: channel.id, ts: message.ts, message: { text: message.text, ts: message.ts } };
    },
    'chat.postEphemeral'(args) {
      const channel = channelFor(args, true);
      if ('ok' in channel) return channel;
      if (!state.users.has(String(args.user))) return no('user_not_in_channel');
      const message = post(args, String(args.user));
      return 'ok' in message ? message : { ok: true, message_ts: message.ts };
    },
    'chat.update'(args) {
      const channel = channelFor(args, true);
      if ('ok' in channel) return channel;
      const message = state.messages.find(
        (each) =>
          each.channel === channel.id && each.ts === args.ts && !each.deleted && each.ephemeralFor === null,
      );
      if (!message) return no('message_not_found');
      if (message.botId !== state.botId) return no('cant_update_message');
      const made = content(args);
      if ('ok' in made) return made;
      Object.assign(message, {
        ...made,
        metadata: args.metadata === undefined ? message.metadata : made.metadata,
        edits: message.edits + 1,
        // Unlike chat.postMessage, `parse` is `client` unless the app says otherwise.
        linkNames: linkNames(args, true),
      });
      return { ok: true, channel: channel.id, ts: message.ts, text: message.text };
    },
    'conversations.history'(args) {
      const channel = channelFor(args, false);
      if ('ok' in channel) return channel;
      const limit = Number(args.limit ?? 100);
      if (!(limit >= 1 && limit <= 999)) return no('invalid_limit', String(args.limit));
      const oldest = Number(args.oldest ?? 0);
      const latest = args.latest === undefined ? Number.POSITIVE_INFINITY : Number(args.latest);
      const inclusive = args.inclusive === true || args.inclusive === 'true';
      const inside = (ts: number): boolean =>
        inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest;
      const all = state.messages
        .filter((each) => each.channel === channel.id && each.ephemeralFor === null && !each.deleted)
        .filter((each) => each.threadTs === null && inside(Number(each.ts)))
        .reverse();
      const start = Number(/^at:(\d+)$/.exec(String(args.cursor ?? ''))?.[1] ?? 0);
      const page = all.slice(start, start + limit);
      const more = start + limit < all.length;
      const withMetadata = args.include_all_metadata === true || args.include_all_metadata === 'true';
      return {
        ok: true,
        has_more: more,
        messages: page.map((each) => ({
          type: 'message',
          ts: each.ts,
          user: each.user,
          text: each.text,
          ...(each.botId ? { bot_id: each.botId, app_id: state.appId } : {}),
          ...(withMetadata && each.metadata ? { metadata: each.metadata } : {}),
        })),
        response_metadata: { next_cursor: more ? `at:${start + limit}` : '' },
      };
    },
    'conversations.replies'(args) {
      const channel = channelFor(args, false);
      if ('ok' in channel) return channel;
      const limit = Number(args.limit ?? 1_000);
      if (!(limit >= 1 && limit <= 1_000)) return no('invalid_limit', String(args.limit));
      const oldest = Number(args.oldest ?? 0);
      const inThread = state.messages.filter(
        (each) =>
          each.channel === channel.id &&
          each.ephemeralFor === null &&
          !each.deleted &&
          (each.ts === args.ts || each.threadTs === args.ts),
      );
      if (inThread.length === 0) return no('thread_not_found');
      const withMetadata = args.include_all_metadata === true || args.include_all_metadata === 'true';
      // The parent comes in any case: https://docs.slack.dev/reference/methods/conversations.replies
      const page = inThread.filter((each) => each.ts === args.ts || Number(each.ts) > oldest).slice(0, limit);
      return {
        ok: true,
        has_more: page.length < inThread.length,
        messages: page.map((each) => ({
          type: 'message',
          ts: each.ts,
          user: each.user,
          text: each.text,
          ...(each.botId ? { bot_id: each.botId, app_id: state.appId } : {}),
          ...(withMetadata && each.metadata ? { metadata: each.metadata } : {}),
        })),
        response_metadata: { next_cursor: '' },
      };
    },
    'conversations.open'(args) {
      const user = state.users.get(String(args.users));
      if (!user) return no('user_not_found');
      const id = `D${user.id.slice(1)}`;
      if (!state.channels.has(id))
        state.channels.set(id, { id, name: user.handle, isPrivate: true, botIn: true, archived: false });
      return { ok: true, channel: { id } };
    },
    'files.getUploadURLExternal'(args) {
      const length = Number(args.length);
      if (typeof args.filename !== 'string' || !(length > 0))
        return no('invalid_arguments', 'filename and length are needed');
      if (args.alt_txt !== undefined && String(args.alt_txt).length > 1_000)
        return no('alt_txt_too_large', `${String(args.alt_txt).length} characters`);
      const id = `F${state.next()}UP`;
      state.uploads.set(id, { name: args.filename, length, alt: String(args.alt_txt ?? ''), bytes: null });
      return { ok: true, upload_url: `${state.filesUrl}/upload/${id}`, file_id: id };
    },
    'files.completeUploadExternal'(args) {
      const channel = channelFor({ channel: args.channel_id }, true);
      if ('ok' in channel) return channel;
      const given = typeof args.files === 'string' ? JSON.parse(args.files) : args.files;
      const files = given as readonly { readonly id: string; readonly title?: string }[];
      for (const { id, title = '' } of files) {
        const upload = state.uploads.get(id);
        if (!upload?.bytes) return no('file_not_found', `${id} was never uploaded`);
        const parent = args.thread_ts === undefined ? null : String(args.thread_ts);
        if (parent !== null && !state.messages.some((each) => each.ts === parent && each.threadTs === null))
          return no('thread_not_found', parent);
        // A description is no markup.
        const words = { type: 'plain_text', text: `[${title}] ${upload.alt}`, emoji: false };
        const blocks = [{ type: 'section', text: words }];
        const message = post({ channel: channel.id, text: title, blocks }, null);
        if ('ok' in message) return message;
        message.threadTs = parent;
      }
      return { ok: true, files: files.map(({ id }) => ({ id })) };
    },
    'users.info'(args) {
      const user = state.users.get(String(args.user));
      if (!user) return no('user_not_found');
      return {
        ok: true,
        user: {
          id: user.id,
          team_id: user.teamId,
          deleted: user.deleted ?? false,
          name: user.handle,
          real_name: user.name,
          tz: user.tz,
          is_bot: false,
          profile: { display_name: user.name, real_name: user.name },
        },
      };
    },
    'views.open'(args) {
      const userId = useTrigger(args.trigger_id);
      if (typeof userId !== 'string') return userId;
      const view = checkView(args.view, state.scopes);
      if (!view.ok) return no(view.error, view.why);
      if (view.value.type !== 'modal') return no('invalid_arguments', 'views.open takes a modal');
      if ((state.screens.get(userId) ?? []).length >= 3) return no('push_limit_reached');
      const open: OpenView = {
        id: `V${state.next()}`,
        userId,
        view: view.value,
        blocks: named(state, view.value.blocks),
        values: new Map(),
        errors: {},
      };
      fillView(open);
      state.screens.set(userId, [open]);
      show(open);
      return { ok: true, view: viewPayload(state, open) };
    },
    'views.update'(args) {
      const open = [...state.screens.values()].flat().find((each) => each.id === args.view_id);
      if (!open) return no('not_found');
      const view = checkView(args.view, state.scopes);
      if (!view.ok) return no(view.error, view.why);
      open.view = view.value;
      open.blocks = named(state, view.value.blocks);
      open.errors = {};
      fillView(open);
      show(open);
      return { ok: true, view: viewPayload(state, open) };
    },
    'views.publish'(args) {
      if (!state.users.has(String(args.user_id))) return no('user_not_found');
      const view = checkView(args.view, state.scopes);
      if (!view.ok) return no(view.error, view.why);
      if (view.value.type !== 'home') return no('invalid_arguments', 'views.publish takes a home view');
      const user = String(args.user_id);
      const before = state.homes.get(user);
      // Whoever names the view they replace must mean the one that is there.
      if (args.hash !== undefined && args.hash !== before?.hash) return no('hash_conflict');
      const value = { ...view.value, blocks: [...named(state, view.value.blocks)] };
      const hash = `${Math.floor(state.clock.now() / 1_000)}.${state.next()}`;
      state.homes.set(user, { view: value, hash });
      return { ok: true, view: { id: `V${user}`, ...value, hash } };
    },
    'chat.getPermalink'(args) {
      const channel = state.channels.get(String(args.channel));
      if (!channel || (channel.isPrivate && !channel.botIn)) return no('channel_not_found');
      if (typeof args.message_ts !== 'string') return no('invalid_arguments', 'message_ts must be a string');
      const message = state.messages.find(
        (each) => each.channel === channel.id && each.ts === args.message_ts && !each.deleted,
      );
      if (!message || message.ephemeralFor !== null) return no('message_not_found');
      const thread = message.threadTs ? `?thread_ts=${message.threadTs}&cid=${channel.id}` : '';
      const permalink = `https://potluck-test.slack.example/archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`;
      return { ok: true, channel: channel.id, permalink };
    },
    'usergroups.users.list'(args) {
      const users = state.groups.get(String(args.usergroup));
      return users ? { ok: true, users } : no('no_such_subteam');
    },
  };

  function useTrigger(id: unknown): string | Answer {
    const trigger = state.triggers.get(String(id));
    if (!trigger) return no('invalid_trigger_id', 'a trigger id that Slack never gave');
    if (trigger.used) return no('exchanged_trigger_id', 'a trigger id was used twice');
    if (state.clock.now() - trigger.at > TRIGGER_MS) return no('expired_trigger_id');
    trigger.used = true;
    return trigger.userId;
  }

  return {
    call(method, args, token) {
      const call = { method, args, at: state.clock.now(), result: 'ok' };
      state.calls.push(call);
      const refused = authorise(method, token);
      const wait = refused ? null : limited(method, args);
      if (wait !== null) {
        call.result = 'ratelimited';
        return { retryAfter: wait };
      }
      const body = refused ?? methods[method]?.(args) ?? no('unknown_method');
      call.result = body.ok ? 'ok' : String(body.error);
      return { body };
    },
    respond(id, body) {
      const url = state.responseUrls.get(id);
      if (!url) return { status: 404, body: no('no_url') };
      if (state.clock.now() - url.at > RESPONSE_MS) return { status: 404, body: no('expired_url') };
      if (url.uses >= RESPONSE_USES)
        return { status: 404, body: no('used_url', 'a response URL was used six times') };
      url.uses += 1;
      const original = url.message;
      if (body.replace_original === true && original) {
        const made = content(body);
        if ('ok' in made) return { status: 200, body: made };
        Object.assign(original, { ...made, edits: original.edits + 1 });
        if (original.ephemeralFor) tellPerson(state, original.ephemeralFor, renderMessage(original).text);
      } else {
        const everybody = body.response_type === 'in_channel';
        const message = post({ ...body, channel: url.channel }, everybody ? null : url.userId);
        if ('ok' in message) return { status: 200, body: message };
      }
      return { status: 200, body: { ok: true } };
    },
  };
}
