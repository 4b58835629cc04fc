import type { Card } from '../../domain/card.ts';
import type { ActResult, ChatAction } from '../chat.ts';
import { soon } from '../kit/payloads.ts';
import { seenPictures } from '../kit/pictures.ts';
import { claimMostUrgent } from '../kit/queue.ts';
import { translatePress } from '../kit/suggestions.ts';
import { FORM_NEEDS, whyNot } from '../kit/words.ts';
import { historyAnswer, pageAnswer } from './answers.ts';
import type { Message, ModalView } from './components.ts';
import { act, type Desk, whyForbidden, words } from './desk.ts';
import { approvalPreview, markOf, preview } from './editor.ts';
import {
  answeredForm,
  assignForm,
  dismissForm,
  draftForm,
  ideaForm,
  MAX_INPUT,
  noteForm,
  picturesForm,
  refuseForm,
  snoozeForm,
} from './forms.ts';
import { type Form, parseComponent, parseTarget, type Target, type Verb } from './ids.ts';
import { type Line, sayWhenDone } from './line.ts';
import { confirmMute, openSettings } from './mutes.ts';
import type { Clicker } from './people.ts';
import { renderCard } from './render.ts';
import { openTaken, suggestAnswer } from './suggestions.ts';
import { noticePress, whoAnswer } from './team.ts';

/** What somebody pressed. */
export interface Press {
  readonly clicker: Clicker;
  readonly line: Line;
  readonly customId: string;
  /** The line of a menu that was chosen. */
  readonly chosen: string | null;
  /** Whether the message is for their eyes alone ("show 12"): nobody else keeps it level with its item. */
  readonly isPrivate: boolean;
  /** Opens the team's thread of the message whose menu was used: words for the one who asked. */
  readonly talk: (clicker: Clicker, itemId: number) => Promise<Message>;
}

const OLD = 'This button is of another version of Potluck. Use the command “list” to see what waits.';

/** These are done at once; everything else of a card opens a form. */
const AT_ONCE: Partial<Record<Verb, ChatAction>> = {
  claim: { type: 'claim' },
  release: { type: 'release' },
  reopen: { type: 'reopen' },
  another: { type: 'another' },
  'not-today': { type: 'not-today' },
};

const FORM_OF: Partial<Record<Verb, Exclude<Form, FreeForm>>> = {
  draft: 'draft',
  refuse: 'refuse',
  dismiss: 'dismiss',
  snooze: 'snooze',
  assign: 'assign',
  note: 'note',
  'mark-answered': 'mark-answered',
};

/** Does what a button or a line of a menu says. */
export async function onPress(desk: Desk, press: Press): Promise<void> {
  const { clicker, line, customId } = press;
  const parsed = parseComponent(customId);
  const say = (work: Promise<Message | null>): Promise<void> => sayWhenDone(desk.clock, line, work);
  switch (parsed?.name) {
    case undefined:
      return line.say(words(OLD));
    case 'page':
      return swap(line, () => pageAnswer(desk, clicker, parsed?.rest ?? ''));
    case 'mute':
      return swap(line, () => confirmMute(desk, clicker, parsed?.rest ?? ''));
    case 'settings':
      return openSettings(desk, clicker, line);
    case 'press':
      return say(noticePress(desk, clicker, press.chosen ?? parsed?.rest ?? ''));
    case 'next':
      return say(nextAnswer(desk, clicker));
    case 'idea':
      return openIdea(desk, line, null);
    default:
  }
  const target = parsed && parseTarget(parsed.rest);
  const verb = parsed?.name === 'more' ? press.chosen : parsed?.name;
  if (!target || !verb) return line.say(words(OLD));
  switch (verb) {
    case 'thread':
      return say(press.talk(clicker, target.itemId));
    case 'history':
      return say(historyAnswer(desk, target.itemId));
    case 'who':
      return say(whoAnswer(desk, clicker, `#${target.itemId}`));
    case 'send':
    case 'ask':
    case 'approve-text':
      return swap(line, () => onPreview(desk, clicker, verb, target));
    case 'suggest':
      return say(suggestAnswer(desk, clicker, target));
    case 'translate':
      return say(noticePress(desk, clicker, translatePress(target.itemId)));
    case 'suggest-model':
      return say(suggestAnswer(desk, clicker, target, 'model'));
    case 'take':
      return openTaken(desk, clicker, line, target);
    case 'pictures':
      return openPictures(desk, clicker, line, target.itemId);
    case 'approve':
      return say(openApproval(desk, clicker, target.itemId));
    case 'request-approval':
      return atOnce(desk, press, target, await draftToApprove(desk, target.itemId));
    default:
  }
  const action = AT_ONCE[verb as Verb];
  if (action) return atOnce(desk, press, target, action);
  const form = FORM_OF[verb as Verb];
  return form ? openItemForm(desk, clicker, line, form, target.itemId) : line.say(words(OLD));
}

/** Acknowledged first, done then; the card follows by itself, and only a refusal needs words. */
async function atOnce(
  desk: Desk,
  { clicker, line, isPrivate }: Press,
  target: Target,
  action: ChatAction | string,
): Promise<void> {
  if (typeof action === 'string') return line.say(words(action));
  // Whoever saw "interaction failed" clicks again: what came too late must not be done behind their back.
  if (!(await line.hush())) return;
  const result = await act(desk, clicker, target, action);
  if (!result.ok) await line.say(words(result.refusal.text));
  else if (isPrivate) await line.replace(renderCard(result.card));
}

/** The private message that holds the button gives way to what came of it. */
async function swap(line: Line, work: () => Promise<Message>): Promise<void> {
  if (!(await line.hush())) return;
  await line.replace(await work());
}

async function draftToApprove(desk: Desk, itemId: number): Promise<ChatAction | string> {
  const card = await desk.handlers().card(itemId);
  if (!card?.draft) return `#${itemId} has no draft to approve.`;
  return { type: 'request-approval', text: card.draft.text };
}

/** Claims the most urgent open item for somebody and shows its card. */
export async function nextAnswer(desk: Desk, clicker: Clicker): Promise<Message> {
  const result = await claimMostUrgent(desk.handlers(), (card) =>
    act(desk, clicker, { itemId: card.itemId, version: card.version }, { type: 'claim' }),
  );
  if (result === null) return words('Nothing waits for anybody. 🎉');
  return result.ok ? renderCard(result.card) : words(result.refusal.text);
}

/** Forms that are no action on an item. */
type FreeForm = 'idea' | 'settings' | 'pictures';

/** What makes a form take too long: the database is slow, and Discord lets a form open only within three seconds. */
const TOO_SLOW = 'That took too long. Please try it again.';

/**
 * Opens the form of an action, or says why it is not possible now, or who may do it.
 *
 * @param typed words that came with a command
 */
export async function openItemForm(
  desk: Desk,
  clicker: Clicker,
  line: Line,
  form: Exclude<Form, FreeForm>,
  itemId: number,
  typed: string | null = null,
): Promise<void> {
  const made = await soon(desk.clock, makeForm(desk, clicker, form, itemId, typed));
  if (made === null) return line.say(words(TOO_SLOW, typed));
  return typeof made === 'string' ? line.say(words(made, typed)) : line.modal(made);
}

async function makeForm(
  desk: Desk,
  clicker: Clicker,
  form: Exclude<Form, FreeForm>,
  itemId: number,
  typed: string | null,
): Promise<ModalView | string> {
  const card = await desk.handlers().card(itemId);
  if (!card) return `There is no #${itemId}.`;
  const no = whyNot(card, form);
  if (no) return no;
  const asked = await desk.people.asked(desk.handlers(), clicker, itemId);
  if (!asked.ok) return asked.text;
  const needs = FORM_NEEDS[form];
  const forbidden = needs === undefined ? null : await whyForbidden(desk, clicker, needs, itemId);
  if (forbidden !== null) return forbidden;
  switch (form) {
    case 'draft':
      return (card.draft?.text.length ?? 0) > MAX_INPUT
        ? `This draft is longer than the ${MAX_INPUT} characters a Discord form takes. Edit it in the web room.`
        : draftForm(card, card.draft?.text ?? null);
    case 'refuse':
      return refuseForm(card);
    case 'dismiss':
      return dismissForm(card, typed);
    case 'snooze':
      return snoozeForm(card);
    case 'assign':
      return assignForm(card);
    case 'note':
      return noteForm(card);
    case 'mark-answered':
      return answeredForm(card);
  }
}

/** Opens the form of a draft's pictures. */
async function openPictures(desk: Desk, clicker: Clicker, line: Line, itemId: number): Promise<void> {
  const made = await soon(
    desk.clock,
    Promise.all([desk.people.asked(desk.handlers(), clicker, itemId), desk.handlers().card(itemId)]),
  );
  if (made === null) return line.say(words(TOO_SLOW));
  const [asked, card] = made;
  if (!asked.ok) return line.say(words(asked.text));
  if (!card) return line.say(words(`There is no #${itemId}.`));
  const no = whyNot(card, 'draft');
  if (no !== null) return line.say(words(no));
  return line.modal(picturesForm(card));
}

async function openApproval(desk: Desk, clicker: Clicker, itemId: number): Promise<Message> {
  const card = await desk.handlers().card(itemId);
  if (!card) return words(`There is no #${itemId}.`);
  const no = whyNot(card, 'approve') ?? (await whyForbidden(desk, clicker, 'approve', itemId));
  return no === null ? approvalPreview(desk, card) : words(no);
}

/** Opens the form of a human post, with what was typed already. */
export async function openIdea(desk: Desk, line: Line, text: string | null): Promise<void> {
  const outlets = await soon(desk.clock, desk.handlers().outlets());
  if (outlets === null) return line.say(words(TOO_SLOW, text));
  if (outlets.length === 0)
    return line.say(
      words(
        'No source that is connected lets us publish. Bluesky and Mastodon do, with an account of ours.',
        text,
      ),
    );
  return line.modal(ideaForm(outlets, text));
}

/** A button below a preview: it does what was shown, and nothing else. */
async function onPreview(
  desk: Desk,
  clicker: Clicker,
  verb: 'send' | 'ask' | 'approve-text',
  target: Target & { readonly mark: string | null },
): Promise<Message> {
  const card = await desk.handlers().card(target.itemId);
  if (!card) return words(`There is no #${target.itemId} any more.`);
  const text = verb === 'approve-text' ? card.approval?.text : card.draft?.text;
  if (text === undefined) return goneText(card, verb);
  const again = (say: string, now: Card, mustAsk = false): Promise<Message> =>
    verb === 'approve-text' ? approvalPreview(desk, now, say) : preview(desk, clicker, now, { say, mustAsk });
  if (markOf(card, text) !== target.mark)
    return again('The text has changed: this is what goes out now.', card);
  const action: ChatAction =
    verb === 'send'
      ? { type: 'send', text, ...seenPictures(card) }
      : verb === 'ask'
        ? { type: 'request-approval', text }
        : { type: 'approve', text };
  return outcome(await act(desk, clicker, target, action), text, again);
}

/** What was to be sent is not there any more: sent, dismissed, or written anew by somebody. */
function goneText(card: Card, verb: 'send' | 'ask' | 'approve-text'): Message {
  if (verb === 'approve-text') return words(`Nobody asks for approval of #${card.itemId} any more.`);
  return words(whyNot(card, 'draft') ?? `#${card.itemId} has no draft any more.`);
}

async function outcome(
  result: ActResult,
  text: string,
  again: (say: string, now: Card, mustAsk: boolean) => Promise<Message>,
): Promise<Message> {
  if (result.ok) return words(`✅ ${result.text}`);
  const { refusal, card } = result;
  // The text still stands there: the editor shows what is in the way, and offers to ask a second person.
  if (card && (card.draft ?? card.approval) && !card.closing && refusal.code !== 'not-yours')
    return again(refusal.text, card, refusal.code === 'needs-approval');
  return words(refusal.text, text);
}
