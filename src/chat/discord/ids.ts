/**
 * What a button remembers: everything it needs, so that it still works after a restart, and a version tag, so that an
 * upgrade can tell an old button from a broken one. At most 100 characters
 * (https://docs.discord.com/developers/components/reference#custom-id).
 */
const VERSION = '1';

/** What buttons and the lines of a card's menu do. */
export const VERBS = [
  'claim',
  'draft',
  'another',
  'not-today',
  'dismiss',
  'release',
  'assign',
  'snooze',
  'mark-answered',
  'note',
  'reopen',
  'request-approval',
  'approve',
  'refuse',
  // The menu of a card, and what only Discord's has.
  'more',
  'thread',
  'history',
  'who',
  // Below a preview.
  'send',
  'ask',
  'approve-text',
  'pictures',
  'suggest',
  'suggest-model',
  'take',
  // Lists and settings.
  'page',
  'mute',
  'next',
  'idea',
  'settings',
  // Buttons of notices: the rest says what is asked; in a menu, the line that was chosen.
  'press',
] as const;
export type Verb = (typeof VERBS)[number];

/** The forms people fill in. */
export const FORMS = [
  'draft',
  'dismiss',
  'snooze',
  'assign',
  'note',
  'mark-answered',
  'refuse',
  'idea',
  'settings',
  'pictures',
] as const;
export type Form = (typeof FORMS)[number];

/** The item a button stands for and the version its card showed. */
export interface Target {
  readonly itemId: number;
  readonly version: number;
}

/** `pl1:c:claim:12.7`: a button or a menu; `rest` is what it needs beyond the verb. */
export function componentId(verb: Verb, rest = ''): string {
  return `pl${VERSION}:c:${verb}:${rest}`;
}

/** `pl1:m:dismiss:12.7`: a form. */
export function modalId(form: Form, rest = ''): string {
  return `pl${VERSION}:m:${form}:${rest}`;
}

/** `12.7`: item 12 as of version 7. */
export function targetText(target: Target): string {
  return `${target.itemId}.${target.version}`;
}

export interface ParsedId<Name> {
  readonly name: Name;
  readonly rest: string;
}

function parse<Name extends string>(
  id: string,
  kind: 'c' | 'm',
  names: readonly Name[],
): ParsedId<Name> | null {
  const match = /^pl(\d{1,4}):([cm]):([a-z-]{1,30}):(.*)$/s.exec(id);
  if (!match || match[1] !== VERSION || match[2] !== kind) return null;
  const name = names.find((each) => each === match[3]);
  return name ? { name, rest: match[4] ?? '' } : null;
}

/** The verb behind a custom id of this version; null for another version or another app. */
export function parseComponent(id: string): ParsedId<Verb> | null {
  return parse(id, 'c', VERBS);
}

export function parseModal(id: string): ParsedId<Form> | null {
  return parse(id, 'm', FORMS);
}

/** `12.7` or `12.7:mark`; null for what is not ours. */
export function parseTarget(rest: string): (Target & { readonly mark: string | null }) | null {
  const match = /^(\d{1,15})\.(\d{1,15})(?::([\w-]{1,60}))?$/.exec(rest);
  return match ? { itemId: Number(match[1]), version: Number(match[2]), mark: match[3] ?? null } : null;
}

/** The item whose card a message of ours is, whatever version of Potluck wrote it; null when it is none. */
export function itemOfCard(message: unknown): number | null {
  // The menu of an open card and the history of a closed one are on every card and nowhere else.
  const match = /"custom_id":"pl\d{1,4}:c:(?:more|history):(\d{1,15})\./.exec(JSON.stringify(message));
  return match ? Number(match[1]) : null;
}
