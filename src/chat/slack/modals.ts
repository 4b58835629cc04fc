import { z } from 'zod';
import type { Card } from '../../domain/card.ts';
import { DISMISS_REASONS } from '../../domain/item.ts';
import { cut, oneLine, tame } from '../../domain/text.ts';
import { dismissQuestion, SPANS } from '../kit/words.ts';
import type { InputBlock, KnownBlock, ModalView, PlainTextInput } from './block-kit.ts';
import { bold, quote, rich, section, text } from './rich.ts';

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
  files: 'potluck_files',
  alts: 'potluck_alts',
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
  /** Ids of the pictures that were shown; Send sends only those. */
  pictures: z.array(z.string()).readonly().optional(),
  /** How often the form of the pictures was drawn. */
  round: z.number().int().optional(),
  /** How often a suggestion filled the text field: each time it is a new field. */
  fill: z.number().int().optional(),
  /** Fingerprint of the suggestion that filled it last. */
  taken: z.string().optional(),
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

/** The name of the editor's text field. Slack keeps what is typed while it stays, and shows new words under a new one. */
export function textId({ fill = 0 }: FormState): string {
  return fill === 0 ? FIELDS.text : `${FIELDS.text}_${fill}`;
}

/** What is typed in the editor. */
export function typedText(
  values: Readonly<Record<string, Readonly<Record<string, { readonly value?: string | null }>>>>,
  state: FormState,
): string {
  const id = textId(state);
  return values[id]?.[id]?.value ?? '';
}

/** Forms that are no action on an item. */
export const FREE_FORMS = ['idea', 'settings', 'pictures'] as const;
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

/** A field: block and action carry the same `id`, so that an error finds its place. */
export function input(
  id: string,
  label: string,
  element: InputBlock['element'],
  optional = false,
): InputBlock {
  return { type: 'input', block_id: id, label: plain(label), element, optional };
}

/** A field for words of several lines. */
export function wordsField(
  label: string,
  typed: Typed,
  optional: boolean,
  id: string = FIELDS.words,
): InputBlock {
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
    input(FIELDS.reason, dismissQuestion(card), {
      type: 'radio_buttons',
      action_id: FIELDS.reason,
      options: card.dismissReasons.map((reason) => option(DISMISS_REASONS[reason], reason)),
    }),
    wordsField('In your words', typed, true),
  ]);
}

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
