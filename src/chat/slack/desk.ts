import type { Clock } from '../../clock.ts';
import type { Permission } from '../../domain/permission.ts';
import { messageOf } from '../../errors.ts';
import type { ActRequest, ActResult, ChatAction, ChatHandlers, ChatLog } from '../chat.ts';
import type { ModalView } from './block-kit.ts';
import type { Target } from './ids.ts';
import { wordsView } from './modals.ts';
import type { Clicker, People } from './people.ts';
import { escapeText, manyLines, oneLine, quote, rich, section, spoken, text } from './rich.ts';
import type { SlackWeb, Words } from './web.ts';

/** What every listener works with. */
export interface Desk {
  readonly web: SlackWeb;
  readonly people: People;
  readonly clock: Clock;
  readonly log: ChatLog;
  handlers(): ChatHandlers;
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
const BROKEN =
  'Something went wrong inside Potluck. Look at the card before you try again; if it goes on, whoever runs Potluck finds it in the log.';

/** Who asks for something that is no action on an item; words when they are not of the team. */
export async function asker(
  desk: Desk,
  clicker: Clicker,
): Promise<
  { readonly ok: true; readonly actor: ActRequest['actor'] } | { readonly ok: false; readonly text: string }
> {
  const { actor, isOutside } = await desk.people.actor(clicker);
  return isOutside ? { ok: false, text: OUTSIDE } : { ok: true, actor };
}

/** Why somebody may not do this, with who can; null when they may. */
export async function whyForbidden(desk: Desk, clicker: Clicker, what: Permission): Promise<string | null> {
  const asked = await asker(desk, clicker);
  if (!asked.ok) return asked.text;
  const answer = await desk.handlers().may(asked.actor, what);
  return answer.ok ? null : withManagers(desk, answer.text);
}

/** A refusal for want of a role, with the managers that only this chat knows of. */
async function withManagers(desk: Desk, text: string): Promise<string> {
  const names = await desk.people.managers();
  return names.length === 0 ? text : `${text} Managers on Slack: ${names.join(', ')}.`;
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

/** Asks the flow. A failure is an answer in words; what broke goes to the log and not to the person. */
export async function act(
  desk: Desk,
  clicker: Clicker,
  target: Target | { readonly itemId: number; readonly version: null },
  action: ChatAction,
): Promise<ActResult> {
  // People of a shared channel's other company may look, not act.
  const asked = await asker(desk, clicker);
  if (!asked.ok) return { ok: false, refusal: { code: 'not-possible', text: asked.text }, card: null };
  const request: ActRequest = {
    itemId: target.itemId,
    action,
    actor: asked.actor,
    seenVersion: target.version,
  };
  try {
    const result = await desk.handlers().act(request);
    if (result.ok || result.refusal.code !== 'not-allowed') return result;
    const { code, text } = result.refusal;
    return { ...result, refusal: { code, text: await withManagers(desk, text) } };
  } catch (error) {
    desk.log.error({ item: target.itemId, action: action.type, why: messageOf(error) }, 'an action failed');
    return { ok: false, refusal: { code: 'unavailable', text: BROKEN }, card: null };
  }
}

/** After this long a form says "one moment" first: a trigger id lives 3 s, and so does the wait for an acknowledgement. */
const SLOW_MS = 1_500;

/** The result, or null when it is not there in time; the work goes on. */
export async function soon<T>(clock: Clock, work: Promise<T>): Promise<T | null> {
  const done = new AbortController();
  const timer = clock.sleep(SLOW_MS, done.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([work, timer]);
  } finally {
    done.abort();
  }
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

/**
 * Runs each payload once: Slack sends an envelope again when its acknowledgement got lost, and a claim done twice would
 * refuse the one who made it. The first answer is given again.
 */
export function onceEach(limit = 1_000): <T>(key: string | undefined, work: () => Promise<T>) => Promise<T> {
  const seen = new Map<string, Promise<unknown>>();
  return <T>(key: string | undefined, work: () => Promise<T>): Promise<T> => {
    if (key === undefined || key === '') return work();
    const before = seen.get(key);
    if (before) return before as Promise<T>;
    const running = work();
    seen.set(key, running);
    if (seen.size > limit) {
      const [oldest] = seen.keys();
      if (oldest !== undefined) seen.delete(oldest);
    }
    return running;
  };
}
