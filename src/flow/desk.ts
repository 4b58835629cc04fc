import type { Answer, Asked, ChatHandlers } from '../chat/chat.ts';
import type { Actor } from '../domain/item.ts';
import { parsePress } from '../domain/notice.ts';
import { messageOf } from '../errors.ts';
import type { Policy } from './policy.ts';
import { actorOf } from './track.ts';

/** Who asks, in which role, and where. */
export interface DeskAsked extends Omit<Asked, 'actor'> {
  readonly chat: string;
  readonly actor: Actor;
}

/** What a part of the flow does at people's request, beyond actions on items. */
export interface DeskPart {
  /** By the command's name (`kit/team-commands.ts`). */
  readonly commands?: Readonly<
    Record<string, (options: Readonly<Record<string, string>>, asked: DeskAsked) => Promise<Answer>>
  >;
  /** By the name a button's press begins with; `rest` is from outside and is checked like everything else. */
  readonly presses?: Readonly<Record<string, (rest: string, asked: DeskAsked) => Promise<Answer>>>;
}

export interface DeskDeps {
  readonly policy: Policy;
  readonly log: { warn(fields: object, message: string): void };
}

const LOST: Answer = {
  ok: false,
  text: 'Something went wrong inside Potluck. Please try again in a minute.',
};

/** Leads what people ask for to the part that does it. @throws when two parts claim the same name */
export function createDesk(
  deps: DeskDeps,
  parts: readonly DeskPart[],
): (chat: string) => Pick<ChatHandlers, 'run' | 'press'> {
  const commands = table(parts.map((part) => part.commands ?? {}));
  const presses = table(parts.map((part) => part.presses ?? {}));

  async function guarded(what: string, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      deps.log.warn({ what, error: messageOf(error) }, 'what somebody asked for failed');
      return LOST;
    }
  }

  return (chat) => {
    const by = ({ actor, ...where }: Asked): DeskAsked => ({
      ...where,
      chat,
      actor: actorOf(actor, deps.policy.roleOf(actor)),
    });
    return {
      async run(name, options, asked) {
        const command = commands.get(name);
        if (!command) return { ok: false, text: 'This Potluck does not know that command.' };
        return guarded(name, () => command(options, by(asked)));
      },
      async press(press, asked) {
        const parsed = parsePress(press);
        const handler = parsed && presses.get(parsed.name);
        if (!handler) return { ok: false, text: 'This button is of another version of Potluck.' };
        return guarded(press, () => handler(parsed.rest, by(asked)));
      },
    };
  };
}

function table<Handler>(parts: readonly Readonly<Record<string, Handler>>[]): ReadonlyMap<string, Handler> {
  const all = new Map<string, Handler>();
  for (const [name, handler] of parts.flatMap((part) => Object.entries(part))) {
    if (all.has(name)) throw new Error(`Two parts answer to “${name}”.`);
    all.set(name, handler);
  }
  return all;
}
