import { z } from 'zod';
import type { Card } from '../../domain/card.ts';
import type { Remark } from '../../domain/etiquette.ts';
import { DISMISS_REASONS } from '../../domain/item.ts';
import type { Measure } from '../../domain/reply.ts';
import type { Button, InputBlock, KnownBlock, ModalView, PlainTextInput } from './block-kit.ts';
import { button } from './render.ts';
import {
  bold,
  bullets,
  cut,
  italic,
  link,
  manyLines,
  oneLine,
  quote,
  rich,
  section,
  tame,
  text,
} from './rich.ts';

/** The forms people fill in. */
export const FORMS = [
  'draft',
  'approve',
  'refuse',
  'dismiss',
  'snooze',
  'assign',
  'note',
  'mark-answered',
] as const;
export type Form = (typeof FORMS)[number];

/** The field of a form: block and action carry the same id, so that an error finds its place. */
export const FIELDS = {
  text: 'potluck_text',
  reason: 'potluck_reason',
  words: 'potluck_words',
  span: 'potluck_span',
  at: 'potluck_at',
  person: 'potluck_person',
  outlet: 'potluck_outlet',
  muted: 'potluck_muted',
  url: 'potluck_url',
} as const;

/** Most characters of a text field (https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element). */
export const MAX_INPUT = 3_000;

const stateSchema = z.object({
  item: z.number().int(),
  version: z.number().int(),
  /** Where it was opened, for private answers once the form is closed. */
  channel: z.string().nullable(),
  /** Fingerprint of the text whose preview was shown; Send sends only that. */
  shown: z.string().nullable(),
  /** Whether the second press asks for approval in the place of sending. */
  ask: z.boolean().optional(),
});
/** What a form remembers: it lives in the view itself, so a restart forgets nothing. */
export type FormState = z.output<typeof stateSchema>;

/** Reads a form's memory back; null when it is not ours. */
export function parseFormState(metadata: string): FormState | null {
  try {
    const parsed = stateSchema.safeParse(JSON.parse(metadata));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Forms that belong to no item. */
export const FREE_FORMS = ['idea', 'settings'] as const;
export type FreeForm = (typeof FREE_FORMS)[number];

const CALLBACK = 'potluck:1:';
export const OUR_VIEWS = /^potluck:/;
export function formOf(callbackId: string): Form | null {
  return FORMS.find((form) => callbackId === `${CALLBACK}${form}`) ?? null;
}
export function freeFormOf(callbackId: string): FreeForm | null {
  return FREE_FORMS.find((form) => callbackId === `${CALLBACK}${form}`) ?? null;
}

/** A remark on top of a form: "somebody else was faster". */
export interface Notice {
  readonly icon: '⚠️' | '✅' | 'ℹ️';
  readonly text: string;
}

/** What somebody typed already, so that a form redrawn loses nothing. */
export interface Typed {
  readonly text?: string | null;
  readonly words?: string | null;
}

export const plain = (words: string) => ({ type: 'plain_text', text: words, emoji: false }) as const;

export function notice(say: Notice | null): KnownBlock | null {
  return say && rich([section(text(`${say.icon} `), bold(oneLine(say.text, 1_000)))]);
}

/** Outside text into an input: as it is, within what the input takes. */
export function initial(value: string | null | undefined, limit = MAX_INPUT): { initial_value?: string } {
  const kept = cut(tame(value ?? ''), limit);
  return kept === '' ? {} : { initial_value: kept };
}

/** A form with what it remembers; without a submit button it can only be read. */
export function form(
  kind: Form | FreeForm,
  state: object,
  title: string,
  submit: string | null,
  blocks: readonly (KnownBlock | null)[],
): ModalView {
  return {
    type: 'modal',
    callback_id: `${CALLBACK}${kind}`,
    private_metadata: JSON.stringify(state),
    title: plain(cut(title, 24)),
    close: plain('Close'),
    ...(submit === null ? {} : { submit: plain(submit) }),
    blocks: blocks.filter((block) => block !== null),
  };
}

/** Why Slack's form cannot be used for this draft; null when it can. */
export function draftProblem(card: Card): string | null {
  return (card.draft?.text.length ?? 0) > MAX_INPUT
    ? `This draft is longer than the ${MAX_INPUT} characters a Slack form takes. Edit it in the web room.`
    : null;
}

/** Whether an answer can go out from here: whoever may draft may send, and sending claims. */
export function canSend(card: Card): boolean {
  return card.reply !== null && (card.actions.includes('send') || card.actions.includes('draft'));
}

/** What the draft editor shows besides the card. */
export interface DraftOptions {
  readonly notice?: Notice | null;
  readonly typed?: Typed;
  readonly measure?: Measure | null;
  /** Show the text as the network would, and arm the Send button. */
  readonly preview?: boolean;
  readonly remarks?: readonly Remark[];
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
  const field = input(FIELDS.text, draftLabel(card), {
    type: 'plain_text_input',
    action_id: FIELDS.text,
    multiline: true,
    max_length: MAX_INPUT,
    focus_on_load: true,
    ...initial(options.typed?.text ?? card.draft?.text),
  });
  const mayAsk = maySend && card.actions.includes('request-approval') && !state.ask;
  const beside: Button[] = [
    ...(maySend ? [button('save', target, 'Save draft, send nothing')] : []),
    ...(mayAsk ? [button('request-approval', target, 'Ask for approval')] : []),
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
        ? previewBlock(card.reply?.account ?? '', measure, state.ask ? 'would go' : 'goes')
        : doorBlock(card, measure),
      remarksBlock(remarks),
      problem ? null : field,
      problem || beside.length === 0 ? null : { type: 'actions', elements: beside },
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
      ? previewBlock(card.reply?.account ?? '', measure, 'goes')
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

function count(measure: Measure): string {
  const parts = measure.parts.length > 1 ? `, in ${measure.parts.length} posts` : '';
  return `${measure.length} of ${measure.limit} ${measure.unit}${parts}`;
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
  const limit = measure ? count(measure) : `up to ${card.reply.limit} ${oneLine(card.reply.unit, 30)}`;
  return rich([
    section(text('Goes out as '), bold(door), text(` · ${limit}`)),
    measure?.problem ? section(text('⚠️ '), bold(oneLine(measure.problem, 400))) : null,
  ]);
}

/** A text of more parts, or of a longer one, is not shown whole in a form: 100 blocks, 250 kB. */
const MAX_PARTS = 40;
const MAX_PART = 20_000;

/** The exact public text, part by part. */
function previewBlock(account: string, measure: Measure, goes: 'goes' | 'would go'): KnownBlock | null {
  const shown = measure.parts.slice(0, MAX_PARTS);
  return rich([
    section(
      text(`👁️ This ${goes} out `),
      bold('in public'),
      text(' as '),
      bold(oneLine(account, 100)),
      text(` · ${count(measure)}:`),
    ),
    ...shown.flatMap((part, index) => [
      shown.length > 1 ? section(italic(`Post ${index + 1} of ${measure.parts.length}`)) : null,
      quote(text(cut(tame(part), MAX_PART) || ' ')),
    ]),
  ]);
}

export function input(
  id: string,
  label: string,
  element: InputBlock['element'],
  optional = false,
): InputBlock {
  return { type: 'input', block_id: id, label: plain(label), element, optional };
}

function wordsField(label: string, typed: Typed, optional: boolean, id: string = FIELDS.words): InputBlock {
  const element: PlainTextInput = {
    type: 'plain_text_input',
    action_id: id,
    multiline: true,
    max_length: MAX_INPUT,
    ...initial(typed.words),
  };
  return input(id, label, element, optional);
}

const option = (words: string, value: string) => ({ text: plain(words), value });

/** Dismissing wants a reason: the reasons are what later teaches which posts matter. */
export function dismissForm(
  card: Card,
  state: FormState,
  typed: Typed = {},
  say: Notice | null = null,
): ModalView {
  return form('dismiss', state, `Dismiss #${card.itemId}`, 'Dismiss', [
    notice(say),
    input(FIELDS.reason, 'Why does nobody need to answer?', {
      type: 'radio_buttons',
      action_id: FIELDS.reason,
      options: Object.entries(DISMISS_REASONS).map(([value, label]) => option(label, value)),
    }),
    wordsField('In your words', typed, true),
  ]);
}

/** The spans of the snooze form; `pick` takes the time below. */
export const SPANS = {
  '1h': 'In an hour',
  '4h': 'In four hours',
  tomorrow: 'Tomorrow at 9:00, your time',
  monday: 'Monday at 9:00, your time',
  pick: 'At the time below',
} as const;
export type Span = keyof typeof SPANS;

export function snoozeForm(
  card: Card,
  state: FormState,
  _typed: Typed = {},
  say: Notice | null = null,
): ModalView {
  const options = Object.entries(SPANS).map(([value, label]) => option(label, value));
  const [first] = options;
  return form('snooze', state, `Snooze #${card.itemId}`, 'Snooze', [
    notice(say),
    input(FIELDS.span, 'Bring it back', {
      type: 'radio_buttons',
      action_id: FIELDS.span,
      options,
      ...(first ? { initial_option: first } : {}),
    }),
    input(FIELDS.at, 'Time', { type: 'datetimepicker', action_id: FIELDS.at }, true),
  ]);
}

export function assignForm(
  card: Card,
  state: FormState,
  _typed: Typed = {},
  say: Notice | null = null,
): ModalView {
  return form('assign', state, `Assign #${card.itemId}`, 'Assign', [
    notice(say),
    input(FIELDS.person, 'Who shall answer?', { type: 'users_select', action_id: FIELDS.person }),
  ]);
}

export function noteForm(
  card: Card,
  state: FormState,
  typed: Typed = {},
  say: Notice | null = null,
): ModalView {
  return form('note', state, `Note on #${card.itemId}`, 'Save', [
    notice(say),
    wordsField('For the team only; never public', typed, false),
  ]);
}

export function answeredForm(
  card: Card,
  state: FormState,
  typed: Typed = {},
  say: Notice | null = null,
): ModalView {
  return form('mark-answered', state, `#${card.itemId} is answered`, 'Mark answered', [
    notice(say),
    input(FIELDS.url, 'Link to the answer', { type: 'url_text_input', action_id: FIELDS.url }, true),
    wordsField('In your words', typed, true),
  ]);
}

/** A view that only says something: while work goes on, or when it is over. */
export function wordsView(title: string, say: Notice, keep: string | null = null): ModalView {
  const kept = keep === null || keep === '' ? null : quote(text(cut(tame(keep), MAX_INPUT)));
  return {
    type: 'modal',
    callback_id: `${CALLBACK}words`,
    title: plain(cut(title, 24)),
    close: plain('Close'),
    clear_on_close: true,
    blocks: [
      rich([
        section(text(`${say.icon} `), bold(oneLine(say.text, 1_000))),
        kept ? section(text('Your words:')) : null,
        kept,
      ]),
    ].filter((block) => block !== null),
  };
}
