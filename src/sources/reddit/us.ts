import { z } from 'zod';
import { AuthError, UnavailableError } from '../../errors.ts';
import type { Api } from './api.ts';
import type { RedditConfig } from './config.ts';
import type { Thing } from './shapes.ts';

const meSchema = z.object({ id: z.string().regex(/^[a-z0-9]{1,20}$/), name: z.string().min(1).max(100) });

/** Our account. */
export interface Me {
  /** Fullname: `t2_…`. */
  readonly id: string;
  readonly name: string;
}

export interface Us {
  /** The account so far; null before the first sign-in. */
  current(): Me | null;
  /** Asks who we are when that is not known yet. */
  me(signal: AbortSignal, purpose?: 'read' | 'answer'): Promise<Me>;
  /** Whether our account, or another of the team, wrote it. */
  isOurs(thing: Thing): boolean;
}

/** Who we are: https://www.reddit.com/dev/api/#GET_api_v1_me */
export function createUs(api: Api, config: RedditConfig): Us {
  let known: Me | null = null;
  // Names of Reddit are the same in capitals and without.
  const team = new Set(config.ours.map((name) => name.toLowerCase()));

  async function ask(signal: AbortSignal, purpose: 'read' | 'answer'): Promise<Me> {
    const call = { about: 'asking who we are', scope: 'identity', purpose, signal } as const;
    const parsed = meSchema.safeParse(await api.call('/api/v1/me', call));
    if (!parsed.success) throw new UnavailableError('Reddit does not say whose account this is.');
    const { id, name } = parsed.data;
    if (name.toLowerCase() !== config.username.toLowerCase())
      throw new AuthError(
        `The token belongs to u/${name.slice(0, 50)}, but username says u/${config.username}. Correct one of them.`,
      );
    return { id: `t2_${id}`, name };
  }

  return {
    current: () => known,
    async me(signal, purpose = 'read') {
      known ??= await ask(signal, purpose);
      return known;
    },
    isOurs(thing) {
      if (thing.authorId !== null && thing.authorId === known?.id) return true;
      const name = thing.author?.toLowerCase();
      return name !== undefined && (name === known?.name.toLowerCase() || team.has(name));
    },
  };
}
