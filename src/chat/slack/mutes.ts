import type { ViewResponseAction } from '@slack/bolt';
import { z } from 'zod';
import { cut } from '../../domain/text.ts';
import { mutedWords } from '../kit/commands.ts';
import { fingerprint } from '../kit/payloads.ts';
import { quoted, trialWords } from '../kit/words.ts';
import { shown } from './answers.ts';
import type { ModalView } from './block-kit.ts';
import { asker, type Desk, type Listener, openForm, whyForbidden, words } from './desk.ts';
import { actionId } from './ids.ts';
import { FIELDS, form, initial, input, MAX_INPUT, type Notice, notice, plain, wordsView } from './modals.ts';
import { answerForm, type Fields, notDone, type Outcome } from './outcome.ts';
import type { Clicker } from './people.ts';
import { bold, italic, rich, section, text } from './rich.ts';
import type { Words } from './web.ts';

/** Muted words: what they would have hidden is shown before they hide anything. */

/** "mute": what is muted, or the trial of new words with a button to confirm. */
export async function muteAnswer(desk: Desk, clicker: Clicker, list: readonly string[]): Promise<Words> {
  const handlers = desk.handlers();
  const { muted } = await handlers.settings();
  if (list.length === 0)
    return words(
      muted.length === 0
        ? 'No word is muted. “mute free coins, airdrop” tries it first and hides nothing before you confirm.'
        : `Muted: ${quoted(muted.slice(0, 60))}${muted.length > 60 ? ` and ${muted.length - 60} more` : ''}.`,
    );
  const known = new Set(muted.map((each) => each.toLowerCase()));
  const fresh = list.filter((each) => !known.has(each.toLowerCase()));
  if (fresh.length === 0) return words(`${quoted(list)}: muted already.`);
  const forbidden = await whyForbidden(desk, clicker, 'settings');
  if (forbidden !== null) return words(forbidden);
  const trial = await handlers.tryMute(fresh);
  const say = `Muting ${quoted(fresh)} ${trialWords(trial)}.`;
  return shown(say, [
    rich([
      section(text('🔇 Muting '), bold(quoted(fresh)), text(` ${trialWords(trial)}.`)),
      section(italic('What is muted opens no card; it stays counted, and “unmute” brings it back.')),
    ]),
    {
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: actionId('mute'),
          value: JSON.stringify(fresh),
          style: 'primary',
          text: plain('Confirm: mute'),
        },
      ],
    },
  ]);
}

/** "unmute": shows again, at once. */
export async function unmuteAnswer(desk: Desk, clicker: Clicker, list: readonly string[]): Promise<Words> {
  const asked = await asker(desk, clicker);
  if (!asked.ok) return words(asked.text);
  return words((await desk.handlers().mute({ remove: list }, asked.actor)).text);
}

const confirmed = z.array(z.string().min(1)).min(1);

/** The button under a trial: the answer that takes its place; null when the button is not ours. */
export async function onConfirmMute(
  desk: Desk,
  clicker: Clicker,
  value: string | undefined,
): Promise<Words | null> {
  const list = confirmed.safeParse(parsed(value));
  if (!list.success) return null;
  const asked = await asker(desk, clicker);
  if (!asked.ok) return words(asked.text);
  return words((await desk.handlers().mute({ add: list.data }, asked.actor)).text);
}

function parsed(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '');
  } catch {
    return null;
  }
}

const stateSchema = z.object({
  channel: z.string().nullable(),
  /** Fingerprint of the words as they were when the form was drawn: who saves must know what they change. */
  base: z.string(),
  /** Fingerprint of the words whose trial was shown. */
  shown: z.string().nullable(),
});
type SettingsState = z.output<typeof stateSchema>;

export function parseSettingsState(metadata: string): SettingsState | null {
  return stateSchema.safeParse(parsed(metadata)).data ?? null;
}

function mark(list: readonly string[]): string {
  return fingerprint(list.map((each) => each.toLowerCase()).join('\n'));
}

function settingsForm(
  state: SettingsState,
  typed: string,
  submit: string,
  say: Notice | null = null,
): ModalView {
  return form('settings', state, 'Settings', submit, [
    notice(say),
    input(
      FIELDS.muted,
      'Muted words or phrases, one a line',
      {
        type: 'plain_text_input',
        action_id: FIELDS.muted,
        multiline: true,
        max_length: MAX_INPUT,
        ...initial(typed),
      },
      true,
    ),
    rich([
      section(
        italic(
          'A post with one of them opens no card. New ones are tried on the latest posts before they are saved.',
        ),
      ),
      section(italic('Everything else is in potluck.yaml: sources, routes, who may do what.')),
    ]),
  ]);
}

/** Opens the settings for whoever may change them; everybody else is told who can. */
export async function openSettings(
  desk: Desk,
  opening: { readonly clicker: Clicker; readonly to: Listener; readonly triggerId: string },
): Promise<void> {
  await openForm(desk, opening.triggerId, opening.to, async () => {
    const forbidden = await whyForbidden(desk, opening.clicker, 'settings');
    if (forbidden !== null) return forbidden;
    const { muted } = await desk.handlers().settings();
    const typed = muted.join('\n');
    if (typed.length > MAX_INPUT)
      return 'More is muted than a Slack form takes. Use “mute”, “mute words” and “unmute words”.';
    return settingsForm({ channel: opening.to.channel, base: mark(muted), shown: null }, typed, 'Save');
  });
}

/** The settings were submitted: words that are new are tried first, and saved by the second press. */
export function onSettings(
  desk: Desk,
  sent: {
    readonly state: SettingsState;
    readonly viewId: string;
    readonly clicker: Clicker;
    readonly field: Fields;
  },
): Promise<ViewResponseAction | undefined> {
  const { viewId, clicker, field } = sent;
  const typed = field(FIELDS.muted).value ?? '';
  const frame = { title: 'Settings', viewId, clicker, channel: sent.state.channel, keep: typed };
  return answerForm(desk, frame, () => settingsOutcome(desk, sent.state, clicker, typed));
}

async function settingsOutcome(
  desk: Desk,
  state: SettingsState,
  clicker: Clicker,
  typed: string,
): Promise<Outcome> {
  const { muted } = await desk.handlers().settings();
  const wanted = mutedWords(typed);
  const again = (next: SettingsState, submit: string, say: Notice): Outcome => ({
    kind: 'view',
    view: settingsForm(next, typed, submit, say),
    say: say.text,
    keep: typed,
  });
  if (mark(muted) !== state.base) {
    const now = muted.length === 0 ? 'nothing is muted' : quoted(muted);
    const say = cut(
      `Somebody changed the words meanwhile. They are now: ${now}. Saving makes them what you typed.`,
      900,
    );
    return again({ ...state, base: mark(muted), shown: null }, 'Save', { icon: '⚠️', text: say });
  }
  const without = (list: readonly string[], others: readonly string[]): readonly string[] => {
    const keys = new Set(others.map((each) => each.toLowerCase()));
    return list.filter((each) => !keys.has(each.toLowerCase()));
  };
  const add = without(wanted, muted);
  const remove = without(muted, wanted);
  if (add.length === 0 && remove.length === 0) return { kind: 'close' };
  if (add.length > 0 && state.shown !== mark(wanted)) {
    const trial = await desk.handlers().tryMute(add);
    const say = cut(`Muting ${quoted(add)} ${trialWords(trial)}.`, 900);
    return again({ ...state, shown: mark(wanted) }, 'Save it so', { icon: 'ℹ️', text: say });
  }
  const asked = await asker(desk, clicker);
  if (!asked.ok) return notDone(asked.text, typed);
  const done = await desk.handlers().mute({ add, remove }, asked.actor);
  if (!done.ok) return again({ ...state, shown: null }, 'Save', { icon: '⚠️', text: done.text });
  const view = wordsView('Settings', { icon: '✅', text: done.text });
  return { kind: 'view', view, say: done.text, keep: null };
}
