import type { Clock } from '../../clock.ts';
import type { Permission } from '../../domain/permission.ts';
import { manyLines, oneLine } from '../../domain/text.ts';
import { messageOf } from '../../errors.ts';
import type { ActResult, ChatAction, ChatHandlers, ChatLog } from '../chat.ts';
import { type Asked, type Asking, askFlow, whyMayNot } from '../kit/act.ts';
import { soon } from '../kit/payloads.ts';
import type { ModalView } from './block-kit.ts';
import type { Target } from './ids.ts';
import { wordsView } from './modals.ts';
import type { Clicker, People } from './people.ts';
import { escapeText, quote, rich, section, spoken, text } from './rich.ts';
import type { SlackWeb, Words } from './web.ts';

/** What every listener works with. */
export interface Desk {
  readonly web: SlackWeb;
  readonly people: People;
  readonly clock: Clock;
  readonly log: ChatLog;
  handlers(): ChatHandlers;
  /** Whether the app has the scope for files; true where Slack does not say. */
  mayReadFiles(): boolean;
}

/** Answers to one payload go through here: the response URL where there is one, else an ephemeral message. */
export type Respond = (
  words: Words & { readonly response_type: 'ephemeral'; readonly replace_original: boolean },
) => Promise<unknown>;

/** Who is told something, and where. */
export interface Listener {
  readonly user: string;
  readonly channel: string | null;
  readonly respond?: Respond | undefined;
  readonly threadTs?: string | undefined;
}

/** Plain words, made inert: whatever a refusal quotes cannot ping or format. */
export function words(say: string, keep: string | null = null): Words {
  const kept = keep === null || keep === '' ? null : quote(text(manyLines(keep, 3_000, 60)));
  const block = rich([
    section(text(manyLines(say, 2_000, 20))),
    kept ? section(text('Your words:')) : null,
    kept,
  ]);
  return {
    text: escapeText(`${oneLine(say, 1_000)}${kept ? ` Your words: ${oneLine(keep ?? '', 1_500)}` : ''}`),
    ...(block ? { blocks: [block] } : {}),
  };
}

/** Tells one person something that nobody else sees. Never throws: the work itself is done already. */
export async function tell(desk: Desk, to: Listener, say: Words): Promise<void> {
  if (to.respond) {
    try {
      await to.respond({ ...say, response_type: 'ephemeral', replace_original: false });
      return;
    } catch (error) {
      // Five uses, half an hour, or a proxy that does not know that host: the other way may still work.
      desk.log.debug({ why: messageOf(error) }, 'a Slack response URL did not work');
    }
  }
  if (to.channel === null) return;
  try {
    await desk.web.postEphemeral(to.channel, to.user, say, to.threadTs);
  } catch (error) {
    desk.log.warn({ user: to.user, why: messageOf(error) }, 'a private answer on Slack was lost');
  }
}

const OUTSIDE = 'Only people of the workspace that Potluck belongs to can act here.';

/** Who asks; words when they are not of the team: people of a shared channel's other company may look, not act. */
export async function asker(desk: Desk, clicker: Clicker): Promise<Asked> {
  const { actor, isOutside } = await desk.people.actor(clicker);
  return isOutside ? { ok: false, text: OUTSIDE } : { ok: true, actor };
}

async function asking(desk: Desk, clicker: Clicker): Promise<Asking> {
  const asked = await asker(desk, clicker);
  return {
    handlers: desk.handlers(),
    log: desk.log,
    asked,
    withManagers: async (text) => {
      const names = await desk.people.managers();
      return names.length === 0 ? text : `${text} Managers on Slack: ${names.join(', ')}.`;
    },
  };
}

/** Why somebody may not do this, with who can; null when they may. */
export async function whyForbidden(desk: Desk, clicker: Clicker, what: Permission): Promise<string | null> {
  return whyMayNot(await asking(desk, clicker), what);
}

/** At most so many names are looked up for one text. */
const MAX_NAMES = 10;

/** What somebody typed, with people by their names: `<@U1>` says nothing outside of Slack. */
export async function readable(desk: Desk, typed: string): Promise<string> {
  const ids = new Set([...typed.matchAll(/<@([UW][A-Z0-9]{1,30})>/g)].map(([, id]) => id ?? ''));
  let named = typed;
  for (const id of [...ids].slice(0, MAX_NAMES)) {
    const { name } = await desk.people.profile({ id });
    named = named.replaceAll(`<@${id}>`, `@${escapeText(name)}`);
  }
  return spoken(named);
}

/** Asks the flow in somebody's name. Never throws. */
export async function act(
  desk: Desk,
  clicker: Clicker,
  target: Target | { readonly itemId: number; readonly version: null },
  action: ChatAction,
): Promise<ActResult> {
  return askFlow(await asking(desk, clicker), target, action);
}

/** Opens a form within the life of its trigger id, however long the form takes to make. */
export async function openForm(
  desk: Desk,
  triggerId: string,
  to: Listener,
  make: () => Promise<ModalView | string>,
): Promise<void> {
  const making = make();
  // Handled below; must not count as unhandled while the waiting view opens.
  making.catch(() => {});
  try {
    const first = await soon(desk.clock, making);
    const silent = to.channel === null && !to.respond;
    if (typeof first === 'string' && !silent) return await tell(desk, to, words(first));
    if (first !== null) {
      // From the Home tab and the lightning menu there is no other place to say it.
      const view = typeof first === 'string' ? wordsView('Not possible', { icon: 'ℹ️', text: first }) : first;
      await desk.web.openView(triggerId, view);
      return;
    }
    const viewId = await desk.web.openView(
      triggerId,
      wordsView('One moment', { icon: 'ℹ️', text: 'Looking it up…' }),
    );
    const late = await making;
    await desk.web.updateView(
      viewId,
      typeof late === 'string' ? wordsView('Not possible', { icon: '⚠️', text: late }) : late,
    );
  } catch (error) {
    desk.log.warn({ why: messageOf(error) }, 'a Slack form could not be opened');
    await tell(desk, to, words('Slack could not open the form in time. Please click again.'));
  }
}
