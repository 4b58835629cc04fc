import type { Card } from '../../domain/card.ts';
import { DISMISS_REASONS } from '../../domain/item.ts';
import { MAX_ALT, MAX_PICTURES, ruleWords } from '../../domain/picture.ts';
import { cut, oneLine, tame } from '../../domain/text.ts';
import type { Outlet } from '../chat.ts';
import { REMOVE_HINT } from '../kit/pictures.ts';
import { dismissQuestion, SPANS } from '../kit/words.ts';
import { type ModalView, type SelectOption, TYPE, textDisplay } from './components.ts';
import { type Form, modalId, targetText } from './ids.ts';
import { bold, line, quoteOf } from './markdown.ts';

/** The forms people fill in. A form that is sent is gone: whatever was typed comes back with the answer. */

export const FIELDS = {
  text: 'text',
  reason: 'reason',
  words: 'words',
  span: 'span',
  at: 'at',
  person: 'person',
  outlet: 'outlet',
  muted: 'muted',
  url: 'url',
  files: 'files',
  alts: 'alts',
} as const;

/** Most characters of a text field (https://docs.discord.com/developers/components/reference#text-input). */
export const MAX_INPUT = 4_000;

type Parts = ModalView['components'];

function form(kind: Form, rest: string, title: string, components: Parts): ModalView {
  return { custom_id: modalId(kind, rest), title: cut(title, 45), components };
}

interface TextField {
  readonly id: string;
  readonly label: string;
  readonly value?: string | null;
  readonly required?: boolean;
  readonly long?: boolean;
  readonly limit?: number;
  readonly hint?: string;
  readonly placeholder?: string;
}

function textField(field: TextField): Parts[number] {
  const limit = field.limit ?? MAX_INPUT;
  const value = cut(tame(field.value ?? ''), limit);
  return {
    type: TYPE.label,
    label: field.label,
    ...(field.hint ? { description: field.hint } : {}),
    component: {
      type: TYPE.textInput,
      custom_id: field.id,
      style: field.long === false ? 1 : 2,
      required: field.required ?? false,
      max_length: limit,
      ...(field.placeholder ? { placeholder: field.placeholder } : {}),
      ...(value === '' ? {} : { value }),
    },
  };
}

function choice(
  id: string,
  label: string,
  options: readonly SelectOption[],
  placeholder = 'Choose…',
): Parts[number] {
  return {
    type: TYPE.label,
    label,
    component: {
      type: TYPE.stringSelect,
      custom_id: id,
      placeholder,
      options: [...options],
      required: true,
    },
  };
}

function wordsField(label: string, required = false, value: string | null = null): Parts[number] {
  return textField({ id: FIELDS.words, label, required, value });
}

/** What the customer wrote, so that nobody answers from memory. */
function customer(card: Card): Parts[number] {
  const who = bold(line(card.author.name || card.author.handle, 80) || 'Somebody');
  return textDisplay(
    `${who} on ${line(card.source.label, 60)}${card.sample ? ' (sample)' : ''} wrote:\n${quoteOf(card.text, 600, 10)}`,
  ) as Parts[number];
}

function about(card: Card): string {
  return targetText({ itemId: card.itemId, version: card.version });
}

/** The editor of an answer or a human post. `text` is what is written already. */
export function draftForm(card: Card, text: string | null): ModalView {
  const isPrompt = card.origin === 'prompt';
  const limit = card.reply === null ? null : `${card.reply.limit} ${oneLine(card.reply.unit, 20)}`;
  return form('draft', about(card), isPrompt ? `Human post #${card.itemId}` : `Answer #${card.itemId}`, [
    ...(isPrompt ? [] : [customer(card)]),
    textField({
      id: FIELDS.text,
      label: isPrompt ? 'Your post' : 'Your answer',
      hint: cut(
        `${limit === null ? 'Nothing can be sent from here' : `Up to ${limit} a post`}. Nothing is public before you saw it once more.`,
        100,
      ),
      value: text,
      required: true,
    }),
  ]);
}

/** Dismissing wants a reason: the reasons are what later teaches which posts matter. */
export function dismissForm(card: Card, typed: string | null): ModalView {
  return form('dismiss', about(card), `Dismiss #${card.itemId}`, [
    choice(
      FIELDS.reason,
      dismissQuestion(card),
      card.dismissReasons.map((value) => ({ value, label: DISMISS_REASONS[value] })),
    ),
    wordsField('In your words', false, typed),
  ]);
}

export function snoozeForm(card: Card): ModalView {
  const options = Object.entries(SPANS).map(([value, label]) => ({
    value,
    // Discord tells nobody's time zone: the team's is meant.
    label: label.replace(', your time', ', team time').replace('At the time below', 'As written below'),
  }));
  return form('snooze', about(card), `Snooze #${card.itemId}`, [
    choice(FIELDS.span, 'Bring it back', options),
    textField({
      id: FIELDS.at,
      label: 'Or when?',
      hint: '30m, 2h, 3d, tomorrow, monday',
      long: false,
      limit: 40,
    }),
  ]);
}

export function assignForm(card: Card): ModalView {
  return form('assign', about(card), `Assign #${card.itemId}`, [
    {
      type: TYPE.label,
      label: 'Who shall answer?',
      component: { type: TYPE.userSelect, custom_id: FIELDS.person, required: true },
    },
  ]);
}

export function noteForm(card: Card): ModalView {
  return form('note', about(card), `Note on #${card.itemId}`, [
    wordsField('For the team only; never public', true),
  ]);
}

export function answeredForm(card: Card): ModalView {
  return form('mark-answered', about(card), `#${card.itemId} is answered`, [
    textField({
      id: FIELDS.url,
      label: 'Link to the answer',
      long: false,
      limit: 2_000,
      placeholder: 'https://…',
    }),
    wordsField('In your words'),
  ]);
}

/** Refusing keeps the text; the words tell its author what to change. */
export function refuseForm(card: Card): ModalView {
  const by = bold(line(card.approval?.by ?? '', 80) || 'Somebody');
  return form('refuse', about(card), `Refuse #${card.itemId}`, [
    textDisplay(`${by} wants to send:\n${quoteOf(card.approval?.text ?? '', 1_000, 20)}`) as Parts[number],
    wordsField('What shall change? (the team reads it)'),
  ]);
}

/** A post of our own: where, and what. */
export function ideaForm(outlets: readonly Outlet[], text: string | null): ModalView {
  const options = outlets.slice(0, 25).map((outlet, index) => ({
    value: outlet.source,
    label: cut(oneLine(outlet.account, 60) || outlet.source, 100),
    description: `up to ${outlet.limit} ${oneLine(outlet.unit, 30)}`,
    ...(index === 0 && outlets.length === 1 ? { default: true } : {}),
  }));
  return form('idea', '', 'New human post', [
    choice(FIELDS.outlet, 'Where', options),
    textField({
      id: FIELDS.text,
      label: 'Your post',
      hint: 'Something a person would say. Nothing is public before you saw it once more.',
      value: text,
      required: true,
    }),
  ]);
}

/** Where the description of a picture is typed. */
export function altField(pictureId: string): string {
  return `alt-${pictureId}`;
}

/**
 * The pictures of a draft: what each shows, and room for more. A form has five parts: four pictures at most, or fewer
 * with a place for files and one for what they show.
 */
export function picturesForm(card: Card): ModalView {
  const rules = card.reply?.pictures;
  const room = rules ? Math.min(rules.most, MAX_PICTURES) - card.pictures.length : 0;
  const limit = Math.min(rules?.alt ?? 1_500, MAX_ALT);
  const known = card.pictures.slice(0, MAX_PICTURES).map((picture, index) =>
    textField({
      id: altField(picture.id),
      label: `What does picture ${index + 1} show?`,
      hint: REMOVE_HINT,
      value: picture.alt,
      limit,
    }),
  );
  const upload: Parts[number] = {
    type: TYPE.label,
    label: 'Add pictures',
    description: cut(rules ? `${ruleWords(rules)}. None goes out without a description.` : '', 100),
    component: {
      type: TYPE.fileUpload,
      custom_id: FIELDS.files,
      min_values: 0,
      max_values: Math.max(1, room),
      required: false,
    },
  };
  const shows = textField({
    id: FIELDS.alts,
    label: 'What do they show?',
    ...(room > 1 ? { hint: 'One line for each, in the same order' } : {}),
  });
  return form('pictures', about(card), `Pictures of #${card.itemId}`, [
    ...known,
    ...(room > 0 ? [upload, shows] : []),
  ]);
}

/** @param base names the list as it was when the form was drawn: who saves must know what they change */
export function settingsForm(base: string, typed: string): ModalView {
  return form('settings', base, 'Settings', [
    textField({
      id: FIELDS.muted,
      label: 'Muted words or phrases, one a line',
      hint: 'A post with one of them opens no card. New ones are tried first.',
      value: typed,
    }),
  ]);
}
