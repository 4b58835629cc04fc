import type { App, Receiver, ReceiverEvent, webApi } from '@slack/bolt';
import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf, RejectedError } from '../../errors.ts';
import type {
  CardRef,
  ChatContext,
  ChatHandlers,
  ChatHealth,
  ChatLog,
  NamedState,
  TellOptions,
} from '../chat.ts';
import { createJobs } from '../kit/jobs.ts';
import { readKeys, SealError, tokenBox } from './crypto.ts';
import { httpConnection } from './http.ts';
import { type Installed, slackInstallations } from './installations.ts';
import { redact } from './log.ts';
import { installPage, oauthReceiver } from './oauth-install.ts';
import { endsInstallation, eventSeconds, teamsOf } from './oauth-payload.ts';
import type { Env, Policy } from './slack.ts';
import type { Connection } from './socket.ts';
import type { Identity, RawClient } from './web.ts';
import { CHANNEL_INTERVAL_MS, openWorkspace, type SlackChat, type WorkspaceRules } from './workspace.ts';

/** A workspace that the app is installed in. */
interface Space {
  installed: Installed;
  readonly chat: SlackChat;
  /** Hands a payload to the workspace's own listeners. */
  process(event: ReceiverEvent): Promise<void>;
}

/** The SDK refreshes a token that lives less than this, in milliseconds; asking earlier is in vain. */
const REFRESH_BEFORE_MS = 7_200_000;
/** A refresh that failed is tried again after this long, in milliseconds; the token still works meanwhile. */
const REFRESH_AGAIN_MS = 60_000;

/** The HTTP door is shared: a workspace has no connection of its own. */
const SHARED_DOOR: Connection = { start: async () => {}, problem: () => null, stop: async () => {} };

/**
 * Several workspaces behind one HTTP door. Each is a chat of its own with its own token, listeners, people and health;
 * this one only finds the right one: by the workspace in a payload, and by `T0123/C0123` in a channel. What goes wrong
 * in one workspace stays there.
 */
export async function createSeveral(
  values: Env,
  rules: Policy,
  context: ChatContext,
  clientOptions: webApi.WebClientOptions,
): Promise<SlackChat> {
  const bolt = await import('@slack/bolt');
  const { cache, clock, log } = context;
  const listed = Object.keys(rules.workspaces);
  const isListed = (teamId: string): boolean => Object.hasOwn(rules.workspaces, teamId);
  const page = installPage(values);
  const jobs = createJobs(log);
  const spaces = new Map<string, Promise<Space | null>>();
  const up = new Map<string, Space>();
  /** Why an installation cannot be read. */
  const sealed = new Map<string, string>();
  let handlers: ChatHandlers | null = null;
  let state: 'new' | 'started' | 'stopped' = 'new';

  const box = tokenBox(readKeys(values.SLACK_TOKEN_KEY ?? '') ?? []);
  const installations = slackInstallations({
    cache,
    box,
    clock,
    isListed,
    changed(value) {
      const space = up.get(value.teamId);
      if (space?.installed.installedAt === value.installedAt) space.installed = value;
      else void jobs.run(() => reopen(value.teamId));
    },
  });
  const receiver = oauthReceiver(bolt, values, { installations, box, isListed, clientOptions, log });
  const door = httpConnection(receiver, { ...context, port: values.SLACK_PORT ?? 0 });
  // Of an app, a receiver uses this one method.
  receiver.init({ processEvent: dispatch } as unknown as App);

  function rulesOf(teamId: string): WorkspaceRules {
    const { workspaces, ...shared } = rules;
    const own = workspaces[teamId] ?? {};
    const { command = shared.command, reactions = shared.reactions, channel } = own;
    const { managers = shared.managers, managerGroups = shared.managerGroups } = own;
    const first = teamId === listed[0] ? (shared.channel ?? values.SLACK_CHANNEL) : undefined;
    return { command, reactions, managers, managerGroups, channel: channel ?? first };
  }

  /** The workspace, opened from what is stored when it is not open yet; null where the app is not installed. */
  function spaceOf(teamId: string): Promise<Space | null> {
    const known = spaces.get(teamId);
    if (known) return known;
    const opening = open(teamId);
    spaces.set(teamId, opening);
    const forget = (): void => void (spaces.get(teamId) === opening && spaces.delete(teamId));
    // What is not there, or could not be read, is looked for again: another process may install it.
    opening.then((space) => space ?? forget(), forget);
    return opening;
  }

  async function open(teamId: string): Promise<Space | null> {
    const installed = await stored(teamId);
    if (!installed || state === 'stopped') return null;
    const ear = listener();
    let client: { readonly token: string; readonly web: RawClient } | null = null;
    const bot = async (): Promise<RawClient> => {
      const token = await tokenOf(space);
      if (client?.token !== token) client = { token, web: new bolt.webApi.WebClient(token, clientOptions) };
      return client.web;
    };
    const space: Space = {
      installed,
      process: ear.process,
      chat: await openWorkspace(
        {
          bot,
          app: null,
          receiver: ear.receiver,
          connection: SHARED_DOOR,
          clientOptions,
          known: identityOf(installed),
        },
        rulesOf(teamId),
        { ...context, log: logOf(log, installed) },
      ),
    };
    up.set(teamId, space);
    if (state === 'started') begin(space);
    return space;
  }

  /** Reads an installation, and notes why it cannot be read. */
  async function stored(teamId: string): Promise<Installed | null> {
    try {
      const installed = await installations.read(teamId);
      sealed.delete(teamId);
      return installed;
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      const words = `The token of the workspace ${teamId} ${error.message}`;
      if (sealed.get(teamId) !== words) log.error({ team: teamId }, words);
      sealed.set(teamId, words);
      return null;
    }
  }

  function begin(space: Space): void {
    if (!handlers) return;
    const { teamId } = space.installed;
    const own = handlersIn(handlers, teamId, teamId === listed[0]);
    // Not awaited: a workspace that is out of order keeps no other waiting.
    void jobs.run(() => space.chat.start(own));
  }

  async function close(teamId: string): Promise<void> {
    const space = up.get(teamId);
    spaces.delete(teamId);
    up.delete(teamId);
    await space?.chat.stop();
  }

  async function reopen(teamId: string): Promise<void> {
    await close(teamId);
    await spaceOf(teamId);
  }

  const refreshing = new Map<string, Promise<unknown>>();
  const refreshAgainAt = new Map<string, number>();

  /** The token as it is now; refreshed before it expires, where the app has token rotation. */
  async function tokenOf(space: Space): Promise<string> {
    const { teamId, bot } = space.installed;
    const isDue = bot.expiresAt !== undefined && bot.expiresAt * 1_000 - clock.now() < REFRESH_BEFORE_MS;
    if (isDue && (refreshAgainAt.get(teamId) ?? 0) <= clock.now()) {
      refreshAgainAt.set(teamId, clock.now() + REFRESH_AGAIN_MS);
      const query = { teamId, enterpriseId: undefined, isEnterpriseInstall: false } as const;
      // Stores the new token, and so `changed` is called.
      const work = Promise.resolve(receiver.installer?.authorize(query));
      refreshing.set(
        teamId,
        work.catch((error) =>
          log.warn({ team: teamId, why: redact(messageOf(error)) }, 'a Slack token could not be refreshed'),
        ),
      );
    }
    await refreshing.get(teamId);
    return space.installed.bot.token;
  }

  /** Takes a payload to its workspace. */
  async function dispatch(event: ReceiverEvent): Promise<void> {
    const { body } = event;
    const teamId = teamsOf(body).find(isListed);
    if (teamId !== undefined && endsInstallation(body)) {
      await event.ack();
      await jobs.run(() => uninstalled(teamId, eventSeconds(body)));
      return;
    }
    const space = teamId === undefined ? null : await spaceOf(teamId);
    if (space) return space.process(event);
    log.warn(
      { team: teamId ?? teamsOf(body)[0] },
      'a Slack workspace without an installation sent something',
    );
    const words = { response_type: 'ephemeral', text: 'This workspace is not connected to Potluck.' };
    await (typeof body.command === 'string' ? event.ack(words) : event.ack());
  }

  /** Somebody removed the app, or its token. An event that is older than the installation is of one before it. */
  async function uninstalled(teamId: string, seconds: number): Promise<void> {
    const installed = up.get(teamId)?.installed ?? (await stored(teamId));
    if (installed && (seconds + 1) * 1_000 <= installed.installedAt) return;
    await installations.remove(teamId);
    await close(teamId);
    log.warn({ team: teamId }, 'the Slack app was removed from a workspace');
  }

  function placeOf(channel: string): { readonly teamId: string; readonly local: string } {
    const at = channel.indexOf('/');
    const teamId = at < 0 ? (listed[0] ?? '') : channel.slice(0, at);
    if (!isListed(teamId))
      throw new RejectedError(
        `The workspace ${teamId} is not listed under chats.slack.workspaces in potluck.yaml.`,
      );
    return { teamId, local: channel.slice(at + 1) };
  }

  /** Does something in one workspace. A refused token is that workspace's own trouble. */
  async function inside<T>(place: string, work: (chat: SlackChat, local: string) => Promise<T>): Promise<T> {
    const { teamId, local } = placeOf(place);
    const space = await spaceOf(teamId);
    if (!space) throw new AuthError(missing(teamId), { scope: 'channel' });
    try {
      return await work(space.chat, local);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      await follow(space);
      throw new AuthError(`${space.installed.team}: ${error.message}`, {
        cause: error.cause,
        scope: 'channel',
      });
    }
  }

  /** Another process may have installed the app anew, or removed it. */
  async function follow({ installed: before }: Space): Promise<void> {
    const installed = await stored(before.teamId);
    if (installed?.bot.token !== before.bot.token) await reopen(before.teamId);
  }

  function missing(teamId: string): string {
    return sealed.get(teamId) ?? `The app is not installed in the workspace ${teamId}: open ${page} there.`;
  }

  /** The thread of a card, as its own workspace knows it. */
  const within = (options: TellOptions): TellOptions => ({
    ...options,
    thread: options.thread === null ? null : placeOf(options.thread).local,
  });

  const named = (teamId: string, ref: CardRef): CardRef => `${teamId}/${ref}`;

  function troubles(): readonly string[] {
    return listed.flatMap((teamId) => {
      const space = up.get(teamId);
      if (!space) return [missing(teamId)];
      const { state: now, detail } = space.chat.health();
      return now === 'up' ? [] : [`${space.installed.team} (${teamId}): ${detail ?? now}`];
    });
  }

  return {
    kind: 'slack',
    label: 'Slack',
    // Slack's pace is per channel and per workspace, and no channel is in two of them.
    channelIntervalMs: CHANNEL_INTERVAL_MS,
    async start(given) {
      handlers = given;
      state = 'started';
      for (const channel of given.channels())
        if (channel.includes('/') && !isListed(channel.slice(0, channel.indexOf('/'))))
          log.error({ channel }, 'a route leads to a Slack workspace that is not listed');
      await Promise.all(
        listed.map((teamId) =>
          spaceOf(teamId).catch((error) =>
            log.warn({ team: teamId, why: messageOf(error) }, 'an installation could not be read'),
          ),
        ),
      );
      await door.start();
    },
    post: (channel, card, options) =>
      inside(channel, async (chat, local) =>
        named(placeOf(channel).teamId, await chat.post(local, card, options)),
      ),
    update: (ref, card, options) =>
      inside(ref, async (chat, local) => named(placeOf(ref).teamId, await chat.update(local, card, options))),
    find: (channel, itemId, since, signal) =>
      inside(channel, async (chat, local) => {
        const ref = (await chat.find?.(local, itemId, since, signal)) ?? null;
        return ref === null ? null : named(placeOf(channel).teamId, ref);
      }),
    remark: (ref, text, mention, options) =>
      inside(ref, async (chat, local) => chat.remark?.(local, text, mention, options)),
    tell: (channel, notice, options) =>
      inside(channel, async (chat, local) =>
        named(placeOf(channel).teamId, await chat.tell(local, notice, within(options))),
      ),
    retell: (ref, notice, options) =>
      inside(ref, async (chat, local) =>
        named(placeOf(ref).teamId, await chat.retell(local, notice, within(options))),
      ),
    findNotice: (channel, noticeId, thread, since, signal) =>
      inside(channel, async (chat, local) => {
        const card = thread === null ? null : placeOf(thread).local;
        const ref = await chat.findNotice(local, noticeId, card, since, signal);
        return ref === null ? null : named(placeOf(channel).teamId, ref);
      }),
    groupMembers: (group, signal) =>
      inside(group, async (chat, local) => (await chat.groupMembers?.(local, signal)) ?? []),
    verify: (named, signal) =>
      Promise.all(
        named.map(async ({ what, id }): Promise<NamedState> => {
          try {
            return await inside(id, async (chat, local) => {
              // People are called by their workspace and themselves.
              const states = await chat.verify?.([{ what, id: what === 'person' ? id : local }], signal);
              return states?.[0] ?? { state: 'unknown', remedy: missing(placeOf(id).teamId) };
            });
          } catch (error) {
            return {
              state: error instanceof RejectedError ? 'missing' : 'unknown',
              remedy: messageOf(error),
            };
          }
        }),
      ),
    health(): ChatHealth {
      if (state === 'stopped') return { state: 'down', detail: 'Slack was stopped.' };
      if (state === 'new') return { state: 'starting', detail: null };
      const shut = door.problem();
      if (shut !== null) return { state: 'down', detail: shut };
      const wrong = troubles();
      // Up while one works, and while none is installed: the page where that is done must be reached.
      const isDown = up.size > 0 && wrong.length === listed.length;
      return { state: isDown ? 'down' : 'up', detail: wrong.length === 0 ? null : wrong.join(' ') };
    },
    async check(signal) {
      const checks: Check[] = [];
      for (const teamId of listed) {
        const space = await spaceOf(teamId);
        if (space) checks.push(...(await space.chat.check(signal, [])));
        else checks.push({ ok: false, what: `Slack: is installed in ${teamId}`, remedy: missing(teamId) });
      }
      return checks;
    },
    async settled() {
      await jobs.settled();
      await Promise.all([...up.values()].map(({ chat }) => chat.settled()));
    },
    async stop() {
      if (state === 'stopped') return;
      state = 'stopped';
      await Promise.all([door.stop(), ...[...up.values()].map(({ chat }) => chat.stop())]);
    },
  };
}

/**
 * What the flow offers, as one workspace sees it: its own channels alone, by the ids that it knows them by.
 *
 * @param isFirst whether channels without a workspace are meant
 */
export function handlersIn(all: ChatHandlers, teamId: string, isFirst: boolean): ChatHandlers {
  const localOf = (channel: string): readonly string[] => {
    if (channel.startsWith(`${teamId}/`)) return [channel.slice(teamId.length + 1)];
    return isFirst && !channel.includes('/') ? [channel] : [];
  };
  /** As the routes call it. */
  const routed = (local: string): string =>
    isFirst && all.channels().includes(local) ? local : `${teamId}/${local}`;
  return {
    ...all,
    channels: () => all.channels().flatMap(localOf),
    list: (query) =>
      all.list(query.channel === undefined ? query : { ...query, channel: routed(query.channel) }),
    counts: (channel) => all.counts(channel === undefined ? undefined : routed(channel)),
  };
}

/** A receiver that only hands on what it is given. */
function listener(): { readonly receiver: Receiver; process(event: ReceiverEvent): Promise<void> } {
  let app: App | null = null;
  return {
    receiver: {
      init(given) {
        app = given;
      },
      start: async () => {},
      stop: async () => {},
    },
    process: async (event) => app?.processEvent(event),
  };
}

function identityOf({ teamId, team, bot }: Installed): Identity {
  return { teamId, team, userId: bot.userId, botId: bot.id, user: '', scopes: bot.scopes };
}

/** Lines say which workspace they are about. */
function logOf(log: ChatLog, { teamId }: Installed): ChatLog {
  const line = (level: keyof ChatLog) => (fields: object, message: string) =>
    log[level]({ team: teamId, ...fields }, message);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
