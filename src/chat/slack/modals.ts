import { z } from 'zod';
import type { Card } from '../../domain/card.ts';
import { DISMISS_REASONS } from '../../domain/item.ts';
import type { Measure } from '../../domain/reply.ts';
import type { InputBlock, KnownBlock, ModalView, PlainTextInput } from './block-kit.ts';
import { button } from './render.ts';
import { bold, cut, italic, link, manyLines, oneLine, quote, rich, section, tame, text } from './rich.ts';

/** The forms people fill in. */
export const FORMS = ['draft', 'dismiss', 'snooze', 'assign', 'note', 'mark-answered'] as const;
export type Form = (typeof FORMS)[number];

/** The field of a form: block and action carry the same id, so that an error finds its place. */
export const FIELDS = {
  text: 'potluck_text',
  reason: 'potluck_reason',
  words: 'potluck_words',
  span: 'potluck_span',
  at: 'potluck_at',
  person: 'potluck_person',
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

const CALLBACK = 'potluck:1:';
export const OUR_VIEWS = /^potluck:/;
export function formOf(callbackId: string): Form | null {
  return FORMS.find((form) => callbackId === `${CALLBACK}${form}`) ?? null;
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

const plain = (words: string) => ({ type: 'plain_text', text: words, emoji: false }) as const;

function notice(say: Notice | null): KnownBlock | null {
  return say && rich([section(text(`${say.icon} `), bold(oneLine(say.text, 1_000)))]);
}

/** Outside text into an input: as it is, within what the input takes. */
function initial(value: string | null | undefined, limit = MAX_INPUT): { initial_value?: string } {
  const kept = cut(tame(value ?? ''), limit);
  return kept === '' ? {} : { initial_value: kept };
}

function form(
  kind: Form,
  state: FormState,
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

/**
 * The draft editor. `preview` is the text as the network would show it: with it the button says Send, and sends exactly
 * that; without it the button shows the preview first.
 */
export function draftForm(
  card: Card,
  state: FormState,
  options: {
    readonly notice?: Notice | null;
    readonly typed?: Typed;
    readonly measure?: Measure | null;
    readonly preview?: boolean;
  } = {},
): ModalView {
  const { measure = null, preview = false } = options;
  const problem = draftProblem(card);
  const maySend = canSend(card);
  const armed = preview && maySend && measure?.problem === null && state.shown !== null;
  const target = { itemId: card.itemId, version: card.version };
  const field = input(FIELDS.text, 'Your answer', {
    type: 'plain_text_input',
    action_id: FIELDS.text,
    multiline: true,
    max_length: MAX_INPUT,
    focus_on_load: true,
    ...initial(options.typed?.text ?? card.draft?.text),
  });
  return form(
    'draft',
    armed ? state : { ...state, shown: null },
    `Answer #${card.itemId}`,
    problem ? null : armed ? 'Send now' : maySend ? 'Preview…' : 'Save draft',
    [
      notice(options.notice ?? (problem ? { icon: '⚠️', text: problem } : null)),
      customer(card),
      armed && measure ? previewBlock(card, measure) : doorBlock(card, measure),
      problem ? null : field,
      problem || !maySend
        ? null
        : { type: 'actions', elements: [button('save', target, 'Save draft, send nothing')] },
    ],
  );
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

/** The exact public text, part by part. */
function previewBlock(card: Card, measure: Measure): KnownBlock | null {
  const shown = measure.parts.slice(0, 20);
  return rich([
    section(
      text('👁️ This goes out '),
      bold('in public'),
      text(' as '),
      bold(oneLine(card.reply?.account ?? '', 100)),
      text(` · ${count(measure)}:`),
    ),
    ...shown.flatMap((part, index) => [
      shown.length > 1 ? section(italic(`Post ${index + 1} of ${measure.parts.length}`)) : null,
      quote(text(cut(tame(part), 3_000) || ' ')),
    ]),
  ]);
}

function input(id: string, label: string, element: InputBlock['element'], optional = false): InputBlock {
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
