import type { Chat, NamedState } from '../chat/chat.ts';
import type { Check } from '../domain/check.ts';
import { placeOf } from '../domain/routing.ts';
import { many, oneLine } from '../domain/text.ts';
import { messageOf } from '../errors.ts';

/** An id as potluck.yaml names it, with where it does. */
interface Named {
  readonly path: string;
  readonly what: 'person' | 'group' | 'channel';
  readonly id: string;
}

const MANY = { person: 'people', group: 'groups', channel: 'channels' } as const;

/** Asks each platform that can tell whether what potluck.yaml names exists there; problems come with their place in it. */
export async function nameChecks(
  named: readonly Named[],
  chats: readonly Pick<Chat, 'kind' | 'label' | 'verify'>[],
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const checks = chats.map(async (chat) => {
    const own = named.filter(({ id }) => placeOf(id).chat === chat.kind);
    return chat.verify && own.length > 0 ? chatChecks(chat.label, own, chat.verify, signal) : [];
  });
  return (await Promise.all(checks)).flat();
}

async function chatChecks(
  label: string,
  named: readonly Named[],
  verify: NonNullable<Chat['verify']>,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  // However often something is named, it is asked for once.
  const unique = [...new Map(named.map((each) => [`${each.what} ${each.id}`, each])).values()];
  let states: readonly NamedState[];
  try {
    states = await verify(
      unique.map(({ what, id }) => ({ what, id: placeOf(id).channel })),
      signal,
    );
  } catch (error) {
    return [{ ok: false, what: `${label}: cannot tell who and what there is`, remedy: messageOf(error) }];
  }
  const stateOf = new Map(unique.map((each, index) => [`${each.what} ${each.id}`, states[index]]));
  const problems = new Map<string, Check>();
  for (const { path, what, id } of named) {
    const state = stateOf.get(`${what} ${id}`);
    if (!state || state.state === 'there') continue;
    const remedy = oneLine(state.remedy, 400);
    // What cannot be looked up has one reason for all of them.
    const [key, words] =
      state.state === 'missing'
        ? [`${path} ${id}`, `${path}: there is no ${what} ${id}`]
        : [
            `${what} ${remedy}`,
            `${label}: cannot look up each ${what} that potluck.yaml names (${path}, for instance)`,
          ];
    if (!problems.has(key)) problems.set(key, { ok: false, what: words, remedy });
  }
  return [...foundCheck(label, unique, states), ...problems.values()];
}

function foundCheck(
  label: string,
  unique: readonly Named[],
  states: readonly NamedState[],
): readonly Check[] {
  const there = unique.filter((_, index) => states[index]?.state === 'there');
  const counts = (['person', 'group', 'channel'] as const).flatMap((what) => {
    const count = there.filter((each) => each.what === what).length;
    return count === 0 ? [] : [many(count, what, MANY[what])];
  });
  if (counts.length === 0) return [];
  return [{ ok: true, what: `${label}: knows ${counts.join(', ')} that potluck.yaml names`, remedy: null }];
}
