import type { ViewResponseAction } from '@slack/bolt';
import { messageOf } from '../../errors.ts';
import { soon } from '../kit/payloads.ts';
import type { ModalView } from './block-kit.ts';
import { type Desk, tell, words } from './desk.ts';
import { wordsView } from './modals.ts';
import type { Clicker } from './people.ts';

/** What one field holds, as Slack's view state says it. */
export interface FieldValue {
  readonly value?: string | null;
  readonly selected_option?: { readonly value: string } | null;
  readonly selected_user?: string | null;
  readonly selected_date_time?: number | null;
  /** What somebody uploaded: file objects, to be read before they are used. */
  readonly files?: readonly unknown[] | undefined;
}

/** The fields of a form, by id. */
export type Fields = (id: string) => FieldValue;

/** A submitted form, as far as its answer needs it. */
export interface Frame {
  readonly title: string;
  readonly viewId: string;
  readonly clicker: Clicker;
  /** For private words once the form is closed. */
  readonly channel: string | null;
  /** What somebody typed and must not lose. */
  readonly keep: string | null;
}

/** What becomes of a form. */
export type Outcome =
  | { readonly kind: 'close' }
  | { readonly kind: 'view'; readonly view: ModalView; readonly say: string; readonly keep: string | null }
  | { readonly kind: 'field'; readonly field: string; readonly say: string };

const BROKEN = 'Something went wrong inside Potluck. Look at the card before you try again.';

/**
 * Does what a form says and returns how Slack shall answer it. When that takes longer than Slack waits, the form says
 * so and is brought up to date afterwards; when it was closed meanwhile, the person is told privately.
 */
export async function answerForm(
  desk: Desk,
  frame: Frame,
  work: () => Promise<Outcome>,
): Promise<ViewResponseAction | undefined> {
  const working = work().catch((error: unknown): Outcome => {
    desk.log.error({ form: frame.title, why: messageOf(error) }, 'a Slack form failed');
    return notDone(BROKEN, frame.keep);
  });
  const outcome = await soon(desk.clock, working);
  if (outcome === null) {
    void working.then((late) => showLate(desk, frame, late));
    return {
      response_action: 'update',
      view: wordsView(frame.title, { icon: 'ℹ️', text: 'Working on it…' }, frame.keep),
    };
  }
  switch (outcome.kind) {
    case 'close':
      return undefined;
    case 'view':
      return { response_action: 'update', view: outcome.view };
    case 'field':
      return { response_action: 'errors', errors: { [outcome.field]: outcome.say.slice(0, 300) } };
  }
}

async function showLate(desk: Desk, frame: Frame, outcome: Outcome): Promise<void> {
  const say = outcome.kind === 'close' ? 'Done.' : outcome.say;
  const keep = outcome.kind === 'view' ? outcome.keep : outcome.kind === 'field' ? frame.keep : null;
  const view =
    outcome.kind === 'view'
      ? outcome.view
      : wordsView(frame.title, { icon: outcome.kind === 'close' ? '✅' : '⚠️', text: say }, keep);
  try {
    await desk.web.updateView(frame.viewId, view);
  } catch (error) {
    desk.log.debug({ why: messageOf(error) }, 'a Slack form was closed before its answer came');
    if (outcome.kind !== 'close')
      await tell(desk, { user: frame.clicker.id, channel: frame.channel }, words(say, keep));
  }
}

/** The form gives way to words, with what was typed kept in sight. */
export function notDone(say: string, keep: string | null): Outcome {
  return { kind: 'view', view: wordsView('Not done', { icon: '⚠️', text: say }, keep), say, keep };
}
