import { DISMISS_REASONS, type DismissReason } from '../../domain/item.ts';
import { safeUrl } from '../../domain/post.ts';
import { parseWhen, resolveWhen } from '../../domain/times.ts';
import type { ChatAction } from '../chat.ts';
import { altLines, savePictures } from '../kit/pictures.ts';
import type { Message } from './components.ts';
import { act, asker, type Desk, words } from './desk.ts';
import { preview } from './editor.ts';
import { altField, FIELDS } from './forms.ts';
import { type Form, parseModal, parseTarget } from './ids.ts';
import type { Submitted } from './interaction.ts';
import { settingsSubmitted } from './mutes.ts';
import { type Clicker, personId } from './people.ts';

const OLD = 'This form is of another version of Potluck. Open it again from the card.';

/**
 * Does what a form says; what was typed comes back with every refusal.
 *
 * @param onCard whether the form was opened from a card, which shows what came of it by itself
 * @returns what the person reads; null when the card says it all
 */
export async function onSubmit(
  desk: Desk,
  clicker: Clicker,
  sent: Submitted,
  onCard: boolean,
): Promise<Message | null> {
  const parsed = parseModal(sent.id);
  const typed = typedIn(sent);
  if (!parsed) return words(OLD, typed);
  if (parsed.name === 'idea') return onIdea(desk, clicker, sent);
  if (parsed.name === 'settings')
    return settingsSubmitted(desk, clicker, parsed.rest, sent.fields[FIELDS.muted] ?? '');
  const target = parseTarget(parsed.rest);
  if (!target) return words(OLD, typed);
  if (parsed.name === 'pictures') return onPictures(desk, clicker, target.itemId, sent);
  if (parsed.name === 'draft') return onDraft(desk, clicker, target, sent.fields[FIELDS.text] ?? '');
  const action = actionOf(desk, parsed.name, sent);
  if ('problem' in action) return words(action.problem, typed);
  const result = await act(desk, clicker, target, action);
  if (!result.ok) return words(result.refusal.text, typed);
  return onCard ? null : words(result.text);
}

/** Everything that was written by hand. */
function typedIn({ fields }: Submitted): string | null {
  const names = [FIELDS.text, FIELDS.words, FIELDS.url, FIELDS.at, FIELDS.muted];
  const written = names.map((name) => fields[name]?.trim() ?? '').filter((each) => each !== '');
  return written.length > 0 ? written.join('\n') : null;
}

/** The editor was sent: the text is the draft now, and is shown as it would be public. */
export async function onDraft(
  desk: Desk,
  clicker: Clicker,
  target: { readonly itemId: number; readonly version: number | null },
  text: string,
): Promise<Message> {
  const result = await act(desk, clicker, target, { type: 'draft', text });
  if (result.ok) return preview(desk, clicker, result.card);
  // Sent again as it was: there is nothing to save, and still somebody wants to see it.
  if (result.refusal.code === 'nothing-to-do' && result.card?.draft)
    return preview(desk, clicker, result.card);
  return words(result.refusal.text, text);
}

/** The form of the pictures was sent: the draft is shown with them, and with what is still in the way. */
async function onPictures(desk: Desk, clicker: Clicker, itemId: number, sent: Submitted): Promise<Message> {
  const typed = sent.fields[FIELDS.alts]?.trim() || null;
  const asked = await asker(desk, clicker, itemId);
  if (!asked.ok) return words(asked.text, typed);
  const before = await desk.handlers().card(itemId);
  if (!before) return words(`There is no #${itemId} any more.`, typed);
  const files = sent.files[FIELDS.files] ?? [];
  const lines = altLines(typed ?? '', files.length);
  const { card, problems } = await savePictures(
    { handlers: desk.handlers(), log: desk.log, actor: asked.actor },
    before,
    {
      alts: new Map(before.pictures.map(({ id }) => [id, sent.fields[altField(id)] ?? ''])),
      files: files.map((file, index) => ({
        name: file.name,
        alt: lines[index] ?? '',
        load: () => desk.file(file.url),
      })),
    },
  );
  const urgent = problems.length === 0 ? null : problems.join(' ');
  if (!card.draft && urgent !== null) return words(urgent, typed);
  return preview(desk, clicker, card, { urgent });
}

/** A human post: from here on it is a draft like any other. */
async function onIdea(desk: Desk, clicker: Clicker, sent: Submitted): Promise<Message> {
  const text = sent.fields[FIELDS.text] ?? '';
  const asked = await asker(desk, clicker);
  if (!asked.ok) return words(asked.text, text);
  const source = sent.fields[FIELDS.outlet] ?? '';
  const made = await desk.handlers().propose({ source, text }, asked.actor);
  return made.ok ? preview(desk, clicker, made.card) : words(made.refusal.text, text);
}

/** The action behind the words of `/potluck snooze`, or a problem. */
export function snoozeAction(desk: Desk, until: string): ChatAction | { readonly problem: string } {
  const parsed = parseWhen(until);
  if (!parsed) return { problem: 'Write it like this: 30m, 2h, 3d, tomorrow, monday.' };
  return { type: 'snooze', until: resolveWhen(parsed, desk.clock.now(), desk.timezone) };
}

/** How each span of the form would be written. */
const SPAN_WORDS: Readonly<Record<string, string>> = {
  '1h': '1h',
  '4h': '4h',
  tomorrow: 'tomorrow',
  monday: 'monday',
};

function actionOf(
  desk: Desk,
  form: Exclude<Form, 'draft' | 'idea' | 'settings' | 'pictures'>,
  { fields, names }: Submitted,
): ChatAction | { readonly problem: string } {
  const typed = fields[FIELDS.words]?.trim() || null;
  switch (form) {
    case 'refuse':
      return { type: 'refuse', words: typed };
    case 'dismiss': {
      const reason = fields[FIELDS.reason] ?? '';
      return isReason(reason) ? { type: 'dismiss', reason, words: typed } : { problem: 'Choose a reason.' };
    }
    case 'snooze': {
      // A time that was written wins: whoever writes one and forgets the line above means the time.
      const written = fields[FIELDS.at]?.trim() || SPAN_WORDS[fields[FIELDS.span] ?? ''];
      return written ? snoozeAction(desk, written) : { problem: 'Choose when, or write it.' };
    }
    case 'assign': {
      const user = fields[FIELDS.person] ?? '';
      return user === ''
        ? { problem: 'Choose a person.' }
        : { type: 'assign', to: { id: personId(user), name: names[user] ?? user } };
    }
    case 'note':
      return { type: 'note', text: typed ?? '' };
    case 'mark-answered': {
      const raw = fields[FIELDS.url]?.trim() || null;
      const url = safeUrl(raw);
      return raw !== null && url === null
        ? { problem: 'That is not a link that starts with https://' }
        : { type: 'mark-answered', url, words: typed };
    }
  }
}

export function isReason(value: string): value is DismissReason {
  return Object.hasOwn(DISMISS_REASONS, value);
}
