import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { AuthError, messageOf, RejectedError, UnavailableError } from '../../errors.ts';
import { download } from '../kit/download.ts';
import { inTime } from '../kit/payloads.ts';
import type { HomeView, KnownBlock, MessageMetadata, ModalView } from './block-kit.ts';
import { slackCode, slackError } from './failures.ts';
import type { AppMethod, WebMethod } from './manifest.ts';
import type { SlackMessage } from './render.ts';

/** The part of the SDK's client that is used: one door for every method. */
export interface RawClient {
  /** The bot token as it is now; absent where a client has none. */
  readonly token?: string | undefined;
  apiCall(method: string, args?: Record<string, unknown>): Promise<unknown>;
}

/** After this long without an answer Slack counts as out of order, in milliseconds. */
const CALL_TIMEOUT_MS = 10_000;

/** Who we are in the workspace. */
export interface Identity {
  readonly teamId: string;
  readonly team: string;
  readonly userId: string;
  readonly botId: string;
  readonly user: string;
  /** As the `x-oauth-scopes` header says; null where a proxy dropped it. */
  readonly scopes: readonly string[] | null;
}

/** A person of the workspace. */
export interface SlackUser {
  readonly name: string;
  /** IANA time zone. */
  readonly tz: string;
  /** The workspace they belong to; null where Slack does not say. */
  readonly teamId: string | null;
  /** Their account was deactivated; absent where it was not. */
  readonly left?: true;
}

/** The calls Potluck makes. Each throws the errors of `errors.ts`. */
export interface SlackWeb {
  authTest(signal?: AbortSignal): Promise<Identity>;
  /** Opens a Socket Mode address with the app token, only to see that it would work. */
  connectionsOpen(signal?: AbortSignal): Promise<void>;
  postMessage(channel: string, message: SlackMessage, signal?: AbortSignal): Promise<string>;
  /** One line in the thread of a message; pings only the people whom the blocks mention. */
  postReply(
    channel: string,
    threadTs: string,
    words: Words & { readonly metadata?: MessageMetadata },
    signal?: AbortSignal,
  ): Promise<string>;
  updateMessage(channel: string, ts: string, message: SlackMessage, signal?: AbortSignal): Promise<void>;
  postEphemeral(channel: string, user: string, words: Words, threadTs?: string): Promise<void>;
  /** One page of a channel's messages that carry cards of ours, newest first. */
  history(
    channel: string,
    range: { readonly oldestMs?: number; readonly onlyTs?: string; readonly cursor?: string },
    signal?: AbortSignal,
  ): Promise<{ readonly messages: readonly HistoryMessage[]; readonly cursor: string | null }>;
  /** What was said in a thread since `oldestMs`, at most 200 messages. */
  replies(
    channel: string,
    threadTs: string,
    oldestMs: number,
    signal?: AbortSignal,
  ): Promise<readonly HistoryMessage[]>;
  user(id: string): Promise<SlackUser>;
  openView(triggerId: string, view: ModalView): Promise<string>;
  updateView(viewId: string, view: ModalView): Promise<void>;
  /**
   * @param hash of the view it shall replace, as an earlier call returned it; null replaces whatever is there.
   * @throws RejectedError (`hash_conflict`) when another view was published meanwhile
   */
  publishHome(userId: string, view: HomeView, hash: string | null): Promise<string | null>;
  /** The address of a message. */
  permalink(channel: string, ts: string): Promise<string>;
  /** A file that somebody uploaded, at most 10 MB. @throws RejectedError when its address is not Slack's. */
  file(url: string): Promise<Uint8Array>;
  /** Shares a file in a channel or a thread, with the words for those who do not see it. */
  upload(
    to: { readonly channel: string; readonly threadTs: string | null },
    file: { readonly name: string; readonly bytes: Uint8Array; readonly alt: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /** The conversation of the bot with one person. */
  openDm(user: string): Promise<string>;
  /** User ids of a user group. */
  groupMembers(groupId: string, signal?: AbortSignal): Promise<readonly string[]>;
}

/** Something said to one person. `text` is already escaped. */
export interface Words {
  readonly text: string;
  readonly blocks?: readonly KnownBlock[];
}

const historyMessage = z.object({
  ts: z.string(),
  bot_id: z.string().optional(),
  metadata: z
    .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
    .optional()
    .catch(undefined),
});
export type HistoryMessage = z.output<typeof historyMessage>;

/** Those that can be read; one that cannot is none of ours. */
function readable(messages: readonly unknown[]): readonly HistoryMessage[] {
  return messages.flatMap((raw) => historyMessage.safeParse(raw).data ?? []);
}

const authTest = z.object({
  team_id: z.string(),
  team: z.string().default(''),
  user_id: z.string(),
  user: z.string().default(''),
  bot_id: z.string(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});
const posted = z.object({ ts: z.string() });
const historyPage = z.object({
  messages: z.array(z.unknown()),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
const userInfo = z.object({
  user: z.object({
    name: z.string().default(''),
    team_id: z.string().nullish(),
    // On Enterprise Grid the same person belongs to several workspaces.
    enterprise_user: z.unknown().optional(),
    deleted: z.boolean().optional(),
    tz: z.string().nullish(),
    real_name: z.string().nullish(),
    profile: z.object({ display_name: z.string().nullish(), real_name: z.string().nullish() }).optional(),
  }),
});
const opened = z.object({ view: z.object({ id: z.string() }) });
const published = z.object({ view: z.object({ hash: z.string().optional() }).optional() });
const permalinked = z.object({ permalink: z.url({ protocol: /^https?$/ }) });
const groupUsers = z.object({ users: z.array(z.string()) });
const anything = z.object({});
const uploadUrl = z.object({ upload_url: z.url(), file_id: z.string() });
const openedDm = z.object({ channel: z.object({ id: z.string() }) });

/** What health needs to know of every call. */
export interface WebWatcher {
  /** A call went well. */
  worked(): void;
  /** Slack refused the token; nothing will work until a person acts. */
  refused(error: AuthError): void;
}

/** Text of ours that Slack must take as it stands: no names or addresses made into links, no previews. */
const VERBATIM = { parse: 'none', link_names: false } as const;

/** Where Slack keeps files: files.slack.com, or beside the API that was configured (GovSlack, a proxy). */
function fileOrigins(apiUrl: string | undefined): readonly string[] {
  if (apiUrl === undefined) return ['https://files.slack.com'];
  const { protocol, host, origin } = new URL(apiUrl);
  return ['https://files.slack.com', `${protocol}//files.${host}`, origin];
}

/** The address itself is the permission: no token goes with it. */
async function send(address: URL, bytes: Uint8Array): Promise<void> {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from(bytes),
    redirect: 'error',
  }).catch((error: unknown) => {
    throw new UnavailableError(`Slack did not take the file: ${messageOf(error)}`);
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new UnavailableError(`Slack did not take the file (HTTP ${answer.status}).`);
}

/**
 * @param apiUrl the base address of the Web API, where it is not Slack's own
 * @param bot the client with the bot token as it is now; @param app the client with the app token, null in HTTP mode.
 */
export function slackWeb(
  bot: () => Promise<RawClient>,
  app: RawClient | null,
  clock: Clock,
  watcher: WebWatcher,
  apiUrl?: string,
): SlackWeb {
  async function call<Schema extends z.ZodType>(
    method: WebMethod | AppMethod,
    args: Record<string, unknown>,
    schema: Schema,
    signal?: AbortSignal,
  ): Promise<z.output<Schema>> {
    const isBots = method !== 'apps.connections.open';
    if (!isBots && !app) throw new UnavailableError(`No token for ${method}.`);
    const channel = typeof args.channel === 'string' ? args.channel : undefined;
    try {
      const asked = (isBots || !app ? bot() : Promise.resolve(app)).then((client) =>
        client.apiCall(method, args),
      );
      const answer = await inTime('Slack', asked, clock, CALL_TIMEOUT_MS, signal);
      const parsed = schema.safeParse(answer);
      if (!parsed.success)
        throw new UnavailableError(
          `Slack's answer to ${method} could not be read: ${parsed.error.issues[0]?.path.join('.')}`,
        );
      if (isBots) watcher.worked();
      return parsed.data;
    } catch (error) {
      if (signal?.aborted || error instanceof UnavailableError) throw error;
      const told = slackError(error, { method, channel });
      // A missing scope spoils one feature; a refused token spoils everything.
      if (told instanceof AuthError && isBots && slackCode(told) !== 'missing_scope') watcher.refused(told);
      throw told;
    }
  }

  return {
    async authTest(signal) {
      const answer = await call('auth.test', {}, authTest, signal);
      return {
        teamId: answer.team_id,
        team: answer.team,
        userId: answer.user_id,
        user: answer.user,
        botId: answer.bot_id,
        scopes: answer.response_metadata?.scopes ?? null,
      };
    },
    async connectionsOpen(signal) {
      await call('apps.connections.open', {}, anything, signal);
    },
    async postMessage(channel, { blocks, text, metadata }, signal) {
      const args = { channel, blocks, text, metadata, ...VERBATIM, mrkdwn: false };
      const quiet = { unfurl_links: false, unfurl_media: false };
      return (await call('chat.postMessage', { ...args, ...quiet }, posted, signal)).ts;
    },
    async postReply(channel, threadTs, { text, blocks, metadata }, signal) {
      const args = { channel, thread_ts: threadTs, text, ...(blocks ? { blocks } : {}), ...VERBATIM };
      const quiet = {
        mrkdwn: false,
        unfurl_links: false,
        unfurl_media: false,
        ...(metadata ? { metadata } : {}),
      };
      return (await call('chat.postMessage', { ...args, ...quiet }, posted, signal)).ts;
    },
    async updateMessage(channel, ts, { blocks, text, metadata }, signal) {
      // `chat.update` parses names and links by default, unlike `chat.postMessage`: hence VERBATIM.
      await call('chat.update', { channel, ts, blocks, text, metadata, ...VERBATIM }, anything, signal);
    },
    async postEphemeral(channel, user, { text, blocks }, threadTs) {
      const args = { channel, user, text, ...(blocks ? { blocks } : {}), ...VERBATIM };
      await call('chat.postEphemeral', { ...args, ...(threadTs ? { thread_ts: threadTs } : {}) }, anything);
    },
    async history(channel, range, signal) {
      const answer = await call(
        'conversations.history',
        {
          channel,
          include_all_metadata: true,
          ...(range.oldestMs === undefined ? {} : { oldest: (range.oldestMs / 1_000).toFixed(6) }),
          ...(range.onlyTs === undefined
            ? { limit: 200 }
            : { oldest: range.onlyTs, latest: range.onlyTs, inclusive: true, limit: 1 }),
          ...(range.cursor === undefined ? {} : { cursor: range.cursor }),
        },
        historyPage,
        signal,
      );
      return { messages: readable(answer.messages), cursor: answer.response_metadata?.next_cursor || null };
    },
    async replies(channel, threadTs, oldestMs, signal) {
      const answer = await call(
        'conversations.replies',
        {
          channel,
          ts: threadTs,
          include_all_metadata: true,
          oldest: (oldestMs / 1_000).toFixed(6),
          limit: 200,
        },
        historyPage,
        signal,
      );
      return readable(answer.messages);
    },
    async user(id) {
      const { user } = await call('users.info', { user: id }, userInfo);
      const { profile } = user;
      const name = profile?.display_name || profile?.real_name || user.real_name || user.name;
      return {
        name: name || id,
        tz: user.tz ?? 'UTC',
        teamId: user.enterprise_user ? null : (user.team_id ?? null),
        ...(user.deleted ? { left: true as const } : {}),
      };
    },
    async openView(triggerId, view) {
      return (await call('views.open', { trigger_id: triggerId, view }, opened)).view.id;
    },
    async updateView(viewId, view) {
      await call('views.update', { view_id: viewId, view }, anything);
    },
    async publishHome(userId, view, hash) {
      const args = { user_id: userId, view, ...(hash === null ? {} : { hash }) };
      return (await call('views.publish', args, published)).view?.hash ?? null;
    },
    async permalink(channel, ts) {
      return (await call('chat.getPermalink', { channel, message_ts: ts }, permalinked)).permalink;
    },
    async file(url) {
      const { token } = await bot();
      return download(url, {
        platform: 'Slack',
        origins: fileOrigins(apiUrl),
        headers: token ? { authorization: `Bearer ${token}` } : {},
      });
    },
    async upload({ channel, threadTs }, { name, bytes, alt }, signal) {
      const about = {
        filename: name,
        length: bytes.length,
        ...(alt === '' ? {} : { alt_txt: alt.slice(0, 1_000) }),
      };
      const place = await call('files.getUploadURLExternal', about, uploadUrl, signal);
      const address = new URL(place.upload_url);
      if (!fileOrigins(apiUrl).includes(address.origin))
        throw new RejectedError(`Slack wants the file at ${address.origin}, which is not Slack.`);
      await inTime('Slack', send(address, bytes), clock, CALL_TIMEOUT_MS, signal);
      const files = [{ id: place.file_id, title: name }];
      const thread = threadTs === null ? {} : { thread_ts: threadTs };
      await call('files.completeUploadExternal', { files, channel_id: channel, ...thread }, anything, signal);
    },
    async openDm(user) {
      return (await call('conversations.open', { users: user }, openedDm)).channel.id;
    },
    async groupMembers(groupId, signal) {
      return (await call('usergroups.users.list', { usergroup: groupId }, groupUsers, signal)).users;
    },
  };
}
