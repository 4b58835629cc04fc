import type { Installation, InstallationStore } from '@slack/bolt';
import type { Keyv } from 'keyv';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { SealError, type TokenBox } from './crypto.ts';

/** The app in one workspace: what is needed to work there, and nothing more. No user's token is asked for or kept. */
const installed = z.object({
  teamId: z.string(),
  team: z.string(),
  appId: z.string().optional(),
  installedAt: z.number(),
  bot: z.object({
    token: z.string(),
    id: z.string(),
    userId: z.string(),
    scopes: z.array(z.string()),
    /** With token rotation only: the token lives until `expiresAt`, in seconds since 1970. */
    refreshToken: z.string().optional(),
    expiresAt: z.number().optional(),
  }),
});
export type Installed = z.output<typeof installed>;

const stored = z.object({ key: z.string(), nonce: z.string(), tag: z.string(), text: z.string() });

export interface Installations {
  /** @throws SealError when it was stored with a key that is gone */
  read(teamId: string): Promise<Installed | null>;
  remove(teamId: string): Promise<void>;
  /** The same store as the SDK's OAuth flow wants it. */
  readonly forSdk: InstallationStore;
}

/**
 * Installations in the key-value store, each sealed as a whole. There is no list of them: the configuration names the
 * workspaces, and no other can be stored.
 */
export function slackInstallations(deps: {
  readonly cache: Keyv;
  readonly box: TokenBox;
  readonly clock: Clock;
  readonly isListed: (teamId: string) => boolean;
  /** A workspace was installed, or its token was changed. */
  readonly changed: (value: Installed) => void;
}): Installations {
  const { cache, box, clock } = deps;
  const keyOf = (teamId: string): string => `installation:${teamId}`;

  async function write(value: Installed): Promise<void> {
    const kept = await cache.set(keyOf(value.teamId), box.seal(value.teamId, JSON.stringify(value)));
    // Keyv says so, and does not throw.
    if (!kept) throw new Error('the installation could not be stored');
  }

  async function read(teamId: string): Promise<Installed | null> {
    const raw: unknown = await cache.get(keyOf(teamId));
    if (raw === undefined || raw === null) return null;
    const sealed = stored.safeParse(raw);
    if (!sealed.success) throw new SealError('cannot be read: install the app there again.');
    const { text, isOld } = box.open(teamId, sealed.data);
    const value = installed.parse(JSON.parse(text));
    if (isOld) await write(value);
    return value;
  }

  return {
    read,
    remove: async (teamId) => void (await cache.delete(keyOf(teamId))),
    forSdk: {
      async storeInstallation(given) {
        const value = fromSdk(given, clock.now());
        if (!deps.isListed(value.teamId)) throw new Error(`the workspace ${value.teamId} is not listed`);
        await write(value);
        deps.changed(value);
      },
      async fetchInstallation(query) {
        const value = query.teamId === undefined ? null : await read(query.teamId);
        if (!value) throw new Error('the app is not installed there');
        return toSdk(value);
      },
    },
  };
}

/** @throws Error where an installation has no bot, or belongs to no workspace */
function fromSdk(given: Installation, now: number): Installed {
  const { team, bot } = given;
  if (!team || given.isEnterpriseInstall) throw new Error('an installation for a whole organisation');
  if (!bot) throw new Error('an installation without a bot');
  // Set by `toSdk` alone: a refreshed token is no new installation.
  const before = Number(given.metadata);
  return {
    teamId: team.id,
    team: team.name ?? team.id,
    ...(given.appId === undefined ? {} : { appId: given.appId }),
    installedAt: Number.isSafeInteger(before) && before > 0 ? before : now,
    bot: {
      token: bot.token,
      id: bot.id,
      userId: bot.userId,
      scopes: bot.scopes,
      ...(bot.refreshToken === undefined ? {} : { refreshToken: bot.refreshToken }),
      ...(bot.expiresAt === undefined ? {} : { expiresAt: bot.expiresAt }),
    },
  };
}

function toSdk({ teamId, team, appId, installedAt, bot }: Installed): Installation<'v2', false> {
  const { refreshToken, expiresAt, ...rest } = bot;
  return {
    team: { id: teamId, name: team },
    enterprise: undefined,
    user: { token: undefined, scopes: undefined, id: '' },
    bot: {
      ...rest,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    ...(appId === undefined ? {} : { appId }),
    tokenType: 'bot',
    isEnterpriseInstall: false,
    authVersion: 'v2',
    metadata: String(installedAt),
  };
}
