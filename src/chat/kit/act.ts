import type { Permission } from '../../domain/permission.ts';
import { messageOf } from '../../errors.ts';
import type { ActRequest, ActResult, ChatAction, ChatHandlers, ChatLog } from '../chat.ts';

/** Who asks for something; words when they are not of the team and may only look. */
export type Asked =
  | { readonly ok: true; readonly actor: ActRequest['actor'] }
  | { readonly ok: false; readonly text: string };

/** What asking the flow in somebody's name needs. */
export interface Asking {
  readonly handlers: ChatHandlers;
  readonly log: ChatLog;
  readonly asked: Asked;
  /** A refusal for want of a role, with the managers that only this chat knows of. */
  readonly withManagers: (text: string) => Promise<string>;
}

export const BROKEN =
  'Something went wrong inside Potluck. Look at the card before you try again; if it goes on, whoever runs Potluck finds it in the log.';

/** Asks the flow. A failure is an answer in words; what broke goes to the log and not to the person. */
export async function askFlow(
  { handlers, log, asked, withManagers }: Asking,
  target: { readonly itemId: number; readonly version: number | null },
  action: ChatAction,
): Promise<ActResult> {
  if (!asked.ok) return { ok: false, refusal: { code: 'not-possible', text: asked.text }, card: null };
  const { itemId, version: seenVersion } = target;
  try {
    const result = await handlers.act({ itemId, action, actor: asked.actor, seenVersion });
    if (result.ok || result.refusal.code !== 'not-allowed') return result;
    const { code, text } = result.refusal;
    return { ...result, refusal: { code, text: await withManagers(text) } };
  } catch (error) {
    log.error({ item: itemId, action: action.type, why: messageOf(error) }, 'an action failed');
    return { ok: false, refusal: { code: 'unavailable', text: BROKEN }, card: null };
  }
}

/** Why somebody may not do this, with who can; null when they may. */
export async function whyMayNot(
  { handlers, asked, withManagers }: Asking,
  what: Permission,
): Promise<string | null> {
  if (!asked.ok) return asked.text;
  const answer = await handlers.may(asked.actor, what);
  return answer.ok ? null : withManagers(answer.text);
}
