import type { Card } from '../../domain/card.ts';
import type { Remark } from '../../domain/etiquette.ts';
import type { Measure } from '../../domain/reply.ts';
import { cut, manyLines, oneLine, tame } from '../../domain/text.ts';
import type { Suggestions } from '../chat.ts';
import { picturesLabel } from '../kit/pictures.ts';
import { canSend, measured } from '../kit/words.ts';
import type { Button, KnownBlock, ModalView } from './block-kit.ts';
import {
  type FormState,
  form,
  initial,
  input,
  MAX_INPUT,
  type Notice,
  notice,
  type Typed,
  textId,
  wordsField,
} from './modals.ts';
import { button, pictureParts } from './render.ts';
import { bold, bullets, italic, link, quote, rich, section, text } from './rich.ts';
import { suggestionBlocks } from './suggestion-blocks.ts';

/** The editor of what will be public, and the forms of the second person who reads it first. */

/** Why Slack's form cannot be used for this draft; null when it can. */
function draftProblem(card: Card): string | null {
  return (card.draft?.text.length ?? 0) > MAX_INPUT
    ? `This draft is longer than the ${MAX_INPUT} characters a Slack form takes. Edit it in the web room.`
    : null;
}

/** What the draft editor shows besides the card. */
interface DraftOptions {
  readonly notice?: Notice | null;
  readonly typed?: Typed;
  readonly measure?: Measure | null;
  /** Show the text as the network would, and arm the Send button. */
  readonly preview?: boolean;
  readonly remarks?: readonly Remark[];
  /** What the draft may begin with, where somebody asked. */
  readonly suggestions?: Suggestions;
}

/** What the text field of the draft editor is called. */
function draftLabel(card: Pick<Card, 'origin'>): string {
  return card.origin === 'prompt' ? 'Your post' : 'Your answer';
}

/**
 * The draft editor. `preview` is the text as the network would show it: with it the button says Send, and sends exactly
 * that; without it the button shows the preview first.
 */
export function draftForm(card: Card, state: FormState, options: DraftOptions = {}): ModalView {
  const { measure = null, preview = false, remarks = [] } = options;
  const problem = draftProblem(card);
  const maySend = canSend(card);
  const isPrompt = card.origin === 'prompt';
  const armed = preview && maySend && measure?.problem === null && state.shown !== null;
  const target = { itemId: card.itemId, version: card.version };
  const textField = textId(state);
  const field = input(textField, draftLabel(card), {
    type: 'plain_text_input',
    action_id: textField,
    multiline: true,
    max_length: MAX_INPUT,
    focus_on_load: true,
    ...initial(options.typed?.text ?? card.draft?.text),
  });
  const mayAsk = maySend && card.actions.includes('request-approval') && !state.ask;
  const beside: Button[] = [
    ...(isPrompt ? [] : [button('suggest', target, 'Suggestions…')]),
    ...(maySend ? [button('save', target, 'Save draft, send nothing')] : []),
    ...(mayAsk ? [button('request-approval', target, 'Ask for approval')] : []),
    ...(card.reply?.pictures || card.pictures.length > 0
      ? [button('pictures', target, picturesLabel(card))]
      : []),
  ];
  const go = state.ask ? 'Ask for approval' : isPrompt ? 'Publish now' : 'Send now';
  return form(
    'draft',
    armed ? state : { ...state, shown: null },
    isPrompt ? `Human post #${card.itemId}` : `Answer #${card.itemId}`,
    problem ? null : armed ? go : maySend ? 'Preview…' : 'Save draft',
    [
      notice(options.notice ?? (problem ? { icon: '⚠️', text: problem } : null)),
      isPrompt ? null : customer(card),
      armed && measure
        ? previewBlock(card, measure, state.ask ? 'would go' : 'goes')
        : doorBlock(card, measure),
      remarksBlock(remarks),
      problem ? null : field,
      problem || beside.length === 0 ? null : { type: 'actions', elements: beside },
      ...(options.suggestions ? suggestionBlocks(options.suggestions) : []),
    ],
  );
}

/** Most remarks that are shown: more would be nagging. */
const MAX_REMARKS = 6;

/** Hints on the wording. They never keep anybody from sending. */
function remarksBlock(remarks: readonly Remark[]): KnownBlock | null {
  if (remarks.length === 0) return null;
  return rich([
    section(bold('Before it is public'), text(' – hints only, you decide:')),
    bullets(
      remarks
        .slice(0, MAX_REMARKS)
        .map((remark) =>
          section(
            text(oneLine(remark.text, 300) || remark.code),
            ...(remark.kinder === null
              ? []
              : [text(' Kinder: '), italic(`“${oneLine(remark.kinder, 300)}”`)]),
          ),
        ),
    ),
  ]);
}

/** What a second person reads before they approve: exactly what would be public. */
export function approveForm(
  card: Card,
  state: FormState,
  measure: Measure | null,
  say: Notice | null = null,
): ModalView {
  const by = oneLine(card.approval?.by ?? '', 80) || 'Somebody';
  const long = (measure?.parts.length ?? 0) > MAX_PARTS;
  const problem = long ? 'This is too long to be read here. Approve it in the web room.' : measure?.problem;
  // What cannot be read whole is not approved.
  const mayGo = measure !== null && !problem && state.shown !== null;
  return form('approve', state, `Approve #${card.itemId}`, mayGo ? 'Approve & send' : null, [
    notice(say ?? (problem ? { icon: '⚠️', text: problem } : null)),
    rich([section(bold(by), text(' asks for approval.'))]),
    card.origin === 'prompt' ? null : customer(card),
    measure
      ? previewBlock(card, measure, 'goes')
      : rich([quote(text(cut(tame(card.approval?.text ?? ''), MAX_INPUT) || ' '))]),
  ]);
}

/** Refusing keeps the text; the words tell its author what to change. */
export function refuseForm(
  card: Card,
  state: FormState,
  typed: Typed = {},
  say: Notice | null = null,
): ModalView {
  return form('refuse', state, `Refuse #${card.itemId}`, 'Refuse', [
    notice(say),
    rich([
      section(bold(oneLine(card.approval?.by ?? '', 80) || 'Somebody'), text(' wants to send:')),
      quote(text(manyLines(card.approval?.text ?? '', 1_500, 30) || ' ')),
    ]),
    wordsField('What shall change? (the team reads it)', typed, true),
  ]);
}

/** What the customer wrote, so that nobody answers from memory. */
function customer(card: Card): KnownBlock | null {
  const who = oneLine(card.author.name || card.author.handle, 80) || 'Somebody';
  return rich([
    section(bold(who), text(` on ${oneLine(card.source.label, 60)}${card.sample ? ' (sample)' : ''} wrote:`)),
    quote(text(manyLines(card.text, 600, 10) || '(no text)')),
    card.url !== null && card.url.length <= 500 ? section(link(card.url, 'Open the post')) : null,
  ]);
}

function doorBlock(card: Card, measure: Measure | null): KnownBlock | null {
  if (card.reply === null)
    return rich([
      section(
        italic(
          `Nothing can be sent to ${oneLine(card.source.label, 60)} from here: save the draft, open the post and answer there.`,
        ),
      ),
    ]);
  const door = oneLine(card.reply.account, 100);
  const limit = measure ? measured(measure) : `up to ${card.reply.limit} ${oneLine(card.reply.unit, 30)}`;
  return rich([
    section(text('Goes out as '), bold(door), text(` · ${limit}`)),
    measure?.problem ? section(text('⚠️ '), bold(oneLine(measure.problem, 400))) : null,
  ]);
}

/** A text of more parts, or of a longer one, is not shown whole in a form: 100 blocks, 250 kB. */
const MAX_PARTS = 40;
const MAX_PART = 20_000;

/** The exact public text, part by part. */
function previewBlock(card: Card, measure: Measure, goes: 'goes' | 'would go'): KnownBlock | null {
  const account = card.reply?.account ?? '';
  const shown = measure.parts.slice(0, MAX_PARTS);
  return rich([
    section(
      text(`👁️ This ${goes} out `),
      bold('in public'),
      text(' as '),
      bold(oneLine(account, 100)),
      text(` · ${measured(measure)}:`),
    ),
    measure.notice === undefined ? null : section(text('ℹ️ '), bold(oneLine(measure.notice, 300))),
    ...shown.flatMap((part, index) => [
      shown.length > 1 ? section(italic(`Post ${index + 1} of ${measure.parts.length}`)) : null,
      quote(text(cut(tame(part), MAX_PART) || ' ')),
    ]),
    ...pictureParts(card),
  ]);
}
