import { z } from 'zod';
import { cut } from '../../domain/text.ts';
import { MAX_MUTE_CHARACTERS, MAX_MUTES, mutedWords } from '../kit/commands.ts';
import { fingerprint, soon } from '../kit/payloads.ts';
import { quoted, trialWords } from '../kit/words.ts';
import { button, type Message, type ModalView, rows, textDisplay } from './components.ts';
import { answer, asker, type Desk, whyForbidden, words } from './desk.ts';
import { MAX_INPUT, settingsForm } from './forms.ts';
import { componentId } from './ids.ts';
import type { Line } from './line.ts';
import { plain } from './markdown.ts';
import type { Clicker } from './people.ts';

/** Muted words: what they would have hidden is shown before they hide anything. */

const change = z.object({ add: z.array(z.string()), remove: z.array(z.string()) });
type Change = z.output<typeof change>;

function without(list: readonly string[], others: readonly string[]): string[] {
  const keys = new Set(others.map((each) => each.toLowerCase()));
  return list.filter((each) => !keys.has(each.toLowerCase()));
}

function mark(list: readonly string[]): string {
  return fingerprint(list.map((each) => each.toLowerCase()).join('\n'));
}

/** What a change would have done, with the button that does it. */
async function trial(desk: Desk, wanted: Change): Promise<Message> {
  const tried = wanted.add.length > 0 ? trialWords(await desk.handlers().tryMute(wanted.add)) : '';
  const name = await desk.stash.put(JSON.stringify(wanted));
  const lines = [
    wanted.add.length > 0 ? `🔇 Muting ${cut(quoted(wanted.add), 900)} ${tried}.` : '',
    wanted.remove.length > 0 ? `Shown again: ${cut(quoted(wanted.remove), 600)}.` : '',
  ];
  return answer([
    textDisplay(plain(lines.filter((each) => each !== '').join('\n'))),
    textDisplay('-# What is muted opens no card; it stays counted, and “unmute” brings it back.'),
    ...rows([button(componentId('mute', name), 'Confirm: mute', 'primary')]),
  ]);
}

/** "mute": what is muted, or the trial of new words. */
export async function muteAnswer(desk: Desk, clicker: Clicker, typed: string | null): Promise<Message> {
  const { muted } = await desk.handlers().settings();
  if (typed === null)
    return words(
      muted.length === 0
        ? 'No word is muted. Give some words and they are tried first; nothing is hidden before you confirm.'
        : `Muted: ${quoted(muted.slice(0, 20))}${muted.length > 20 ? ` and ${muted.length - 20} more` : ''}.`,
    );
  const list = mutedWords(typed);
  if (list.length === 0) return words('Name the words or phrases, with commas between them.');
  if (list.length > MAX_MUTES || typed.length > MAX_MUTE_CHARACTERS)
    return words(`That is too much at once: at most ${MAX_MUTES} words or phrases.`);
  const fresh = without(list, muted);
  if (fresh.length === 0) return words(`${quoted(list)}: muted already.`);
  const forbidden = await whyForbidden(desk, clicker, 'settings');
  return forbidden === null ? trial(desk, { add: fresh, remove: [] }) : words(forbidden);
}

/** "unmute": shows again, at once. */
export async function unmuteAnswer(desk: Desk, clicker: Clicker, typed: string): Promise<Message> {
  const asked = await asker(desk, clicker);
  if (!asked.ok) return words(asked.text);
  return words((await desk.handlers().mute({ remove: mutedWords(typed) }, asked.actor)).text);
}

/** The button under a trial: what takes its place. */
export async function confirmMute(desk: Desk, clicker: Clicker, name: string): Promise<Message> {
  const kept = await desk.stash.take(name);
  const wanted = kept === null ? null : change.safeParse(JSON.parse(kept)).data;
  if (!wanted) return words('That trial is too old. Ask for it again.');
  const asked = await asker(desk, clicker);
  if (!asked.ok) return words(asked.text);
  return words((await desk.handlers().mute(wanted, asked.actor)).text);
}

/** Opens the settings for whoever may change them; everybody else is told who can. */
export async function openSettings(desk: Desk, clicker: Clicker, line: Line): Promise<void> {
  const made = await soon(desk.clock, makeSettings(desk, clicker));
  if (made === null) return line.say(words('That took too long. Please try it again.'));
  return typeof made === 'string' ? line.say(words(made)) : line.modal(made);
}

async function makeSettings(desk: Desk, clicker: Clicker): Promise<ModalView | string> {
  const forbidden = await whyForbidden(desk, clicker, 'settings');
  if (forbidden !== null) return forbidden;
  const { muted } = await desk.handlers().settings();
  const typed = muted.join('\n');
  return typed.length > MAX_INPUT
    ? 'More is muted than a Discord form takes. Use the commands mute and unmute.'
    : settingsForm(mark(muted), typed);
}

/** The settings were sent: what they would do is shown first. */
export async function settingsSubmitted(
  desk: Desk,
  clicker: Clicker,
  base: string,
  typed: string,
): Promise<Message> {
  const forbidden = await whyForbidden(desk, clicker, 'settings');
  if (forbidden !== null) return words(forbidden, typed);
  const { muted } = await desk.handlers().settings();
  if (mark(muted) !== base)
    return words('Somebody changed the words meanwhile. Open the settings again.', typed);
  const wanted = mutedWords(typed);
  const add = without(wanted, muted);
  const remove = without(muted, wanted);
  if (add.length === 0 && remove.length === 0) return words('Nothing has changed.');
  return trial(desk, { add, remove });
}
