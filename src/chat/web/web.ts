import { z } from 'zod';
import type { CardRef, Chat, ChatContext, ChatHandlers, ChatHealth, PostOptions } from '../chat.ts';
import { defineChat } from '../chat.ts';
import { createAccess, isLoopback } from './access.ts';
import { createLive } from './live.ts';
import { createPeople } from './people.ts';
import { createRoom } from './room.ts';

const envSchema = z.object({
  WEB_TOKEN: z
    .string()
    .optional()
    .describe(
      'Password of the web team room, at least 16 characters. Needed when HOST is not this machine itself; make one with: openssl rand -hex 24',
    ),
  WEB_MANAGER_TOKEN: z
    .string()
    .optional()
    .describe(
      'Password for managers in the web team room: whoever signs in with it may do what managers may. Beside WEB_TOKEN, another one, at least 16 characters.',
    ),
});

const policySchema = z.strictObject({
  /** Shown in the header and the browser's tab. */
  title: z.string().trim().min(1).max(60).optional(),
});

type Env = z.output<typeof envSchema>;
type Policy = z.output<typeof policySchema>;

/** Shorter ones can be guessed; 24 random bytes in hex are 48. */
const MIN_TOKEN = 16;
const NOBODY: ReadonlySet<string> = new Set();
/** How long requests under way may take once the room stops. */
const STOP_MS = 2_500;

/** What is wrong with the password in this place, in words; null when nothing is. */
function tokenProblem(env: Env, loopback: boolean): string | null {
  if (env.WEB_TOKEN === undefined && env.WEB_MANAGER_TOKEN !== undefined)
    return 'WEB_MANAGER_TOKEN needs WEB_TOKEN, too: without it the room has no door that managers could open.';
  if (env.WEB_TOKEN === undefined)
    return loopback
      ? null
      : 'The web room would be open to the network: set WEB_TOKEN (for instance with `openssl rand -hex 24`), or HOST=127.0.0.1.';
  if (env.WEB_TOKEN.length < MIN_TOKEN)
    return `WEB_TOKEN is too short: use at least ${MIN_TOKEN} characters, for instance from \`openssl rand -hex 24\`.`;
  const managers = env.WEB_MANAGER_TOKEN;
  if (managers !== undefined && managers.length < MIN_TOKEN)
    return `WEB_MANAGER_TOKEN is too short: use at least ${MIN_TOKEN} characters, for instance from \`openssl rand -hex 24\`.`;
  if (managers === env.WEB_TOKEN)
    return 'WEB_MANAGER_TOKEN is the same as WEB_TOKEN: everybody would be a manager. Make another one.';
  return null;
}

async function createWeb(env: Env, policy: Policy, context: ChatContext): Promise<Chat> {
  const problem = tokenProblem(env, isLoopback(context.http.host));
  if (problem) throw new Error(problem);

  let handlers: ChatHandlers | null = null;
  let health: ChatHealth = { state: 'starting', detail: 'The room has not been opened yet.' };
  const live = createLive({ clock: context.clock, log: context.log });
  const access = createAccess({
    token: env.WEB_TOKEN ?? null,
    managerToken: env.WEB_MANAGER_TOKEN ?? null,
    named: context.named?.people ?? NOBODY,
    managers: context.named?.managers ?? NOBODY,
    cache: context.cache,
    clock: context.clock,
    https: context.http.url.startsWith('https:'),
  });
  const people = createPeople(context.cache);
  const room = await createRoom({
    title: policy.title ?? 'Potluck',
    open: env.WEB_TOKEN === undefined,
    access,
    live,
    people,
    clock: context.clock,
    log: context.log,
    handlers: () => handlers,
  });
  context.http.mount('', room.fetch);

  /** Nothing is sent anywhere: the room shows what the ledger holds, so a post or an edit is a reason to look now. */
  function show(ref: CardRef, options: PostOptions): CardRef {
    options.signal.throwIfAborted();
    live.kick();
    return ref;
  }

  return {
    kind: 'web',
    label: 'Web room',
    channelIntervalMs: 0,
    async start(given) {
      handlers = given;
      live.start(given);
      health = { state: 'up', detail: null };
    },
    post: async (channel, card, options) => show(`${card.itemId}@${channel}`.slice(0, 500), options),
    update: async (ref, _card, options) => show(ref, options),
    look: () => live.kick(),
    health: () => health,
    check: async () => [
      {
        ok: true,
        what:
          env.WEB_TOKEN === undefined
            ? `the web room is open to this machine only, at ${context.http.url}`
            : `the web room asks for WEB_TOKEN, at ${context.http.url}`,
        remedy: null,
      },
    ],
    async stop() {
      health = { state: 'down', detail: 'The room is closed.' };
      live.stop();
      await room.idle(STOP_MS);
      handlers = null;
    },
  };
}

/** The team room served by the bot itself: always there, needs no account anywhere. */
export const web = defineChat({
  kind: 'web',
  label: 'Web room',
  env: envSchema,
  policy: policySchema,
  wanted: () => true,
  defaultChannels: () => ['team'],
  problems: (env, _policy, { loopback }) => {
    const problem = tokenProblem(env, loopback);
    return problem ? [problem] : [];
  },
  create: createWeb,
});
