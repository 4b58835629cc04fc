import type { Receiver, webApi } from '@slack/bolt';
import type { Card } from '../../domain/card.ts';
import type { Notice } from '../../domain/notice.ts';
import { messageOf, RejectedError } from '../../errors.ts';
import type {
  CardRef,
  Chat,
  ChatContext,
  ChatHandlers,
  ChatHealth,
  PostOptions,
  StoredPicture,
} from '../chat.ts';
import { createJobs } from '../kit/jobs.ts';
import { slackChecks } from './checks.ts';
import type { Desk } from './desk.ts';
import { slackCode } from './failures.ts';
import { slackHomes } from './home.ts';
import { slackIdentity } from './identity.ts';
import { listen } from './listen.ts';
import { boltLogger, redact } from './log.ts';
import { FILES_SCOPE } from './manifest.ts';
import { slackNames } from './names.ts';
import { renderNotice } from './notice.ts';
import { slackPeople } from './people.ts';
import { remarkWords, renderCard } from './render.ts';
import type { Policy } from './slack.ts';
import type { Connection } from './socket.ts';
import { cardIndex, itemIn, noticeIn } from './trail.ts';
import { type Identity, type RawClient, type SlackWeb, slackWeb } from './web.ts';

type WebClientOptions = webApi.WebClientOptions;

/** What is said beside the cards. */
type Speech = 'tell' | 'retell' | 'findNotice';

/** A Slack chat that can also tell when it has nothing left to do; tests and a stop wait for that. */
export interface SlackChat extends Omit<Chat, Speech>, Required<Pick<Chat, Speech>> {
  /** Resolves when every click, form and command that came in has been worked on. */
  settled(): Promise<void>;
}

/** What the team wants in one workspace; `channel` takes what no route sends elsewhere. */
export type WorkspaceRules = Omit<Policy, 'workspaces'>;

/** How one workspace is reached. */
export interface WorkspaceLine {
  /** The client with the bot token as it is now. */
  readonly bot: () => Promise<RawClient>;
  /** Who the bot is, where the installation says so already. */
  readonly known?: Identity;
  /** The client with the app token; null in HTTP mode. */
  readonly app: RawClient | null;
  readonly receiver: Receiver;
  readonly connection: Connection;
  readonly clientOptions: WebClientOptions;
}

/**
 * `chat.postMessage` allows about one message a second a channel, `chat.update` 50 a minute a workspace: 1.2 s keep both
 * (https://docs.slack.dev/apis/web-api/rate-limits). What several channels together exceed comes back as a 429.
 */
export const CHANNEL_INTERVAL_MS = 1_200;

/** Pages of a channel that are read to find one card: 2,000 messages. */
const MAX_PAGES = 10;

/** One workspace as a chat; nothing is connected before `start`. */
export async function openWorkspace(
  line: WorkspaceLine,
  rules: WorkspaceRules,
  context: ChatContext,
): Promise<SlackChat> {
  const bolt = await import('@slack/bolt');
  const { clock, log } = context;
  const { connection } = line;
  const identity = slackIdentity({ clock, log, known: line.known ?? null });
  const web: SlackWeb = slackWeb(line.bot, line.app, clock, identity, line.clientOptions.slackApiUrl);
  const jobs = createJobs(log);
  let handlers: ChatHandlers | null = null;
  const desk: Desk = {
    web,
    clock,
    log,
    people: slackPeople({
      web,
      cache: context.cache,
      clock,
      log,
      teamId: () => identity.now()?.teamId ?? '',
      rules,
    }),
    handlers() {
      if (!handlers) throw new Error('Slack was not started');
      return handlers;
    },
    mayReadFiles: () => identity.now()?.scopes?.includes(FILES_SCOPE) ?? true,
  };
  const index = cardIndex(desk, () => identity.now()?.botId ?? '');
  const homes = slackHomes(desk, (work) => void jobs.run(work));
  const app = new bolt.App({
    receiver: line.receiver,
    clientOptions: { ...line.clientOptions },
    logger: boltLogger(log),
    convoStore: false,
    // No call on the way to a listener: the acknowledgement must not wait for the Web API.
    authorize: async () => {
      const known = identity.now();
      return known ? { botId: known.botId, botUserId: known.userId, teamId: known.teamId } : {};
    },
  });
  app.error(async (error) => log.error({ why: redact(messageOf(error)) }, 'a Slack payload failed'));
  listen(app, desk, {
    command: rules.command,
    reactions: rules.reactions === false ? null : rules.reactions,
    itemOf: index.itemOf,
    ours: () => identity.now(),
    homes,
    job: jobs.run,
  });
  let unheard: () => void = () => {};
  let state: 'new' | 'started' | 'stopped' = 'new';
  const working = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    return jobs.track(work());
  };

  async function post(channel: string, card: Card, options: PostOptions): Promise<CardRef> {
    const ts = await web.postMessage(channel, renderCard(card, options.nonce), options.signal);
    const ref = `${channel}:${ts}`;
    index.remember(ref, card.itemId);
    return ref;
  }

  /**
   * In the thread below: a block shows only a picture that its readers may see, and one shared there is theirs to see.
   * Its words stand in the notice itself, so that one which Slack does not take is a loss of comfort only.
   */
  async function showPicture(
    channel: string,
    threadTs: string,
    notice: Notice,
    picture: StoredPicture,
    signal: AbortSignal,
  ): Promise<void> {
    const alt = notice.picture?.alt ?? '';
    const name = `chart.${picture.mime.split('/')[1] ?? 'png'}`;
    try {
      await web.upload({ channel, threadTs }, { name, bytes: picture.bytes, alt }, signal);
    } catch (error) {
      log.warn({ channel, why: messageOf(error) }, 'a picture was not taken by Slack');
    }
  }

  const mentioned = (notice: Notice): readonly string[] =>
    notice.mention.flatMap((person) => desk.people.userId(person) ?? []);

  return {
    kind: 'slack',
    label: 'Slack',
    channelIntervalMs: CHANNEL_INTERVAL_MS,
    async start(given) {
      handlers = given;
      state = 'started';
      unheard();
      unheard = given.onChange(() => homes.changed());
      await identity.establish(web, () => connection.start());
    },
    post: (channel, card, options) => working(options.signal, () => post(channel, card, options)),
    update: (ref, card, options) =>
      working(options.signal, async () => {
        const { channel, ts } = parseRef(ref);
        try {
          await web.updateMessage(channel, ts, renderCard(card, options.nonce), options.signal);
        } catch (error) {
          if (slackCode(error) !== 'message_not_found') throw error;
          // Somebody deleted the card. While the item wants a person it comes back; one that is closed stays away.
          if (card.closing) throw new RejectedError('Somebody deleted this card on Slack.');
          return post(channel, card, options);
        }
        index.remember(ref, card.itemId);
        return ref;
      }),
    remark: (ref, say, mention, options) =>
      working(options.signal, async () => {
        const { channel, ts } = parseRef(ref);
        const owner = mention === null ? null : desk.people.userId(mention);
        await web.postReply(channel, ts, remarkWords(say, owner), options.signal);
      }),
    find: (channel, itemId, since, signal) =>
      working(signal, async () => {
        const { botId } = await identity.need(web, signal);
        let cursor: string | undefined;
        for (let page = 0; page < MAX_PAGES; page++) {
          const range = { oldestMs: since, ...(cursor === undefined ? {} : { cursor }) };
          const { messages, cursor: next } = await web.history(channel, range, signal);
          const found = messages.find((message) => itemIn(message, botId) === itemId);
          if (found) return `${channel}:${found.ts}`;
          if (next === null) return null;
          cursor = next;
        }
        return null;
      }),
    tell: (channel, notice, { noticeId, thread, picture, signal }) =>
      working(signal, async () => {
        const message = renderNotice(notice, noticeId, mentioned(notice));
        const threadTs = thread === null ? null : parseRef(thread).ts;
        const ts =
          threadTs === null
            ? await web.postMessage(channel, message, signal)
            : await web.postReply(channel, threadTs, message, signal);
        if (picture) await showPicture(channel, threadTs ?? ts, notice, picture, signal);
        return `${channel}:${ts}`;
      }),
    retell: (ref, notice, { noticeId, signal }) =>
      working(signal, async () => {
        const { channel, ts } = parseRef(ref);
        await web.updateMessage(channel, ts, renderNotice(notice, noticeId, mentioned(notice)), signal);
        return ref;
      }),
    findNotice: (channel, noticeId, thread, since, signal) =>
      working(signal, async () => {
        const { botId } = await identity.need(web, signal);
        const messages =
          thread === null
            ? (await web.history(channel, { oldestMs: since }, signal)).messages
            : await web.replies(channel, parseRef(thread).ts, since, signal);
        const found = messages.find((message) => noticeIn(message, botId) === noticeId);
        return found ? `${channel}:${found.ts}` : null;
      }),
    groupMembers: (group, signal) =>
      working(signal, async () => {
        await identity.need(web, signal);
        const ids = await web.groupMembers(group, signal);
        return Promise.all(
          ids.map(async (id) => ({
            id: desk.people.personId(id),
            name: (await desk.people.profile({ id })).name,
          })),
        );
      }),
    verify: (named, signal) =>
      working(signal, async () => {
        const { teamId } = await identity.need(web, signal);
        return slackNames(web, teamId, clock.now(), named, signal);
      }),
    health(): ChatHealth {
      if (state === 'stopped') return { state: 'down', detail: 'Slack was stopped.' };
      if (state === 'new') return { state: 'starting', detail: null };
      const problem = identity.problem() ?? connection.problem();
      return problem === null ? { state: 'up', detail: null } : { state: 'down', detail: problem };
    },
    check: (signal) => slackChecks(web, rules, signal, { socket: line.app !== null }),
    settled: jobs.settled,
    async stop() {
      if (state === 'stopped') return;
      state = 'stopped';
      unheard();
      homes.stop();
      identity.stop();
      // First no new clicks, then what is under way, but never longer than a shutdown may take.
      const done = new AbortController();
      const limit = clock.sleep(STOP_MS, done.signal).catch(() => {});
      await Promise.race([connection.stop().then(jobs.settled), limit]);
      done.abort();
    },
  };
}

/** A stop waits this long for work under way, in milliseconds. */
const STOP_MS = 2_500;

function parseRef(ref: CardRef): { channel: string; ts: string } {
  const match = /^([A-Z0-9]{2,32}):(\d+\.\d+)$/.exec(ref);
  if (!match?.[1] || !match[2]) throw new RejectedError('This is not the reference of a Slack card.');
  return { channel: match[1], ts: match[2] };
}
