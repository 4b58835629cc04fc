import type { Clock } from '../../clock.ts';
import { type AuthError, messageOf, RateLimitedError, RejectedError } from '../../errors.ts';
import type { ChatLog } from '../chat.ts';
import type { ApiWatcher, Channel, DiscordApi } from './api.ts';

/** Waits between two attempts to sign in, in milliseconds; a refused token is tried again only rarely. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const REFUSED_WAIT_MS = 15 * 60_000;
/** How long the shape of a channel, and the names of roles, are believed, in milliseconds. */
const SHAPE_TTL_MS = 10 * 60_000;

/** https://docs.discord.com/developers/resources/channel#channel-object-channel-types */
const FORUM_TYPES = [15, 16];

export function isForum(channel: Pick<Channel, 'type'>): boolean {
  return FORUM_TYPES.includes(channel.type);
}

/** Who we are on Discord. */
export interface Identity {
  readonly applicationId: string;
  readonly botId: string;
  readonly name: string;
}

/** Who we are, whether Discord still believes it, and in which servers we work. */
export interface DiscordIdentity extends ApiWatcher {
  now(): Identity | null;
  need(signal?: AbortSignal): Promise<Identity>;
  /** Signs in, then runs `onward` once; goes on trying in the background when that fails. */
  establish(onward: () => Promise<void>): Promise<void>;
  /** What a channel is; kept for a while. */
  channel(id: string, signal?: AbortSignal): Promise<Channel>;
  forget(channelId: string): void;
  /** The servers of our channels, as far as they could be asked. */
  guilds(): ReadonlySet<string>;
  /**
   * Looks up the servers of these channels. Channels that cannot be seen are left out, and told in the log.
   *
   * @throws what waiting may mend: people of a server that is not known are not served
   */
  learn(channels: readonly string[]): Promise<void>;
  roleNames(guildId: string, roles: readonly string[]): readonly string[];
  /** Null while the token works; else what is wrong. */
  problem(): string | null;
  stop(): void;
}

export function discordIdentity(deps: {
  /** Late, because calls report here. */
  readonly api: () => DiscordApi;
  readonly clock: Clock;
  readonly log: ChatLog;
}): DiscordIdentity {
  const { clock, log } = deps;
  const stopping = new AbortController();
  const shapes = new Map<string, { readonly until: number; readonly channel: Channel }>();
  const guilds = new Set<string>();
  const roles = new Map<string, string>();
  let known: Identity | null = null;
  let refusal: string | null = null;
  let outage: string | null = 'Signing in to Discord.';
  let rechecking = false;

  async function ask(signal?: AbortSignal): Promise<Identity> {
    const [app, me] = await Promise.all([deps.api().application(signal), deps.api().me(signal)]);
    return { applicationId: app.id, botId: me.id, name: me.global_name || me.username };
  }

  /** Asks every quarter of an hour whether the token works again. */
  async function recheck(): Promise<void> {
    if (rechecking) return;
    rechecking = true;
    while (refusal !== null && !stopping.signal.aborted) {
      const woken = await clock.sleep(REFUSED_WAIT_MS, stopping.signal).then(
        () => true,
        () => false,
      );
      if (woken) await ask(stopping.signal).catch(() => null);
    }
    rechecking = false;
  }

  async function keepTrying(onward: () => Promise<void>, first: () => void): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      try {
        known = await ask(stopping.signal);
        outage = null;
        await onward();
        break;
      } catch (error) {
        const wait = waitAfter(error, failures);
        first();
        await clock.sleep(wait, stopping.signal).catch(() => {});
      }
    }
    first();
  }

  function waitAfter(error: unknown, failures: number): number {
    if (refusal !== null) return REFUSED_WAIT_MS;
    outage = messageOf(error);
    log.warn({ why: outage, failures }, 'could not sign in to Discord');
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
    return error instanceof RateLimitedError ? Math.max(wait, error.retryAfterMs) : wait;
  }

  async function channel(id: string, signal?: AbortSignal): Promise<Channel> {
    const kept = shapes.get(id);
    if (kept && kept.until > clock.now()) return kept.channel;
    const found = await deps.api().channel(id, signal);
    shapes.set(id, { until: clock.now() + SHAPE_TTL_MS, channel: found });
    if (shapes.size > 1_000) shapes.delete([...shapes.keys()][0] ?? '');
    return found;
  }

  return {
    now: () => known,
    async need(signal) {
      known ??= await ask(signal);
      return known;
    },
    establish: (onward) =>
      new Promise((resolve) => {
        void keepTrying(onward, resolve).catch((error: unknown) => {
          outage = messageOf(error);
          resolve();
        });
      }),
    channel,
    forget: (id) => void shapes.delete(id),
    guilds: () => guilds,
    async learn(channels) {
      for (const id of channels) {
        try {
          const { guild_id: guildId } = await channel(id, stopping.signal);
          if (guildId === undefined || guilds.has(guildId)) continue;
          const guild = await deps.api().guild(guildId, stopping.signal);
          for (const role of guild.roles) roles.set(role.id, role.name);
          guilds.add(guildId);
        } catch (error) {
          if (!(error instanceof RejectedError)) throw error;
          log.warn({ channel: id, why: messageOf(error) }, 'a Discord channel could not be looked at');
        }
      }
    },
    roleNames: (_guildId, ids) => ids.map((id) => roles.get(id) ?? id),
    worked() {
      if (refusal !== null) log.info({}, 'Discord accepts the token again');
      refusal = null;
    },
    refused(error: AuthError) {
      if (refusal === null) log.error({ why: error.message }, 'Discord refuses the token');
      refusal = error.message;
      if (known) void recheck();
    },
    problem: () => refusal ?? outage,
    stop: () => stopping.abort(),
  };
}
