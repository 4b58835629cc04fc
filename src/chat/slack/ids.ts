/**
 * What a button remembers: everything it needs, so that it still works after a restart, and a version tag, so that an
 * upgrade can tell an old button from a broken one.
 */
const TAG = 'potluck:1';

/** What buttons and modals do. */
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
  'open',
  'more',
  'save',
  'page',
  'home',
  'request-approval',
  'approve',
  'refuse',
  'mute',
  'propose',
  'pictures',
  'suggest',
  'suggest-model',
  'take',
  // Buttons of notices: the value says what is asked.
  'press',
] as const;
export type Verb = (typeof VERBS)[number];

/** The item a button stands for and the version its card showed. */
export interface Target {
  readonly itemId: number;
  readonly version: number;
}

/** `potluck:1:claim`; `part` tells two menus of one card apart. */
export function actionId(verb: Verb, part = 0): string {
  return part === 0 ? `${TAG}:${verb}` : `${TAG}:${verb}:${part}`;
}

/** The verb behind an action id of this version; null for another version or another app. */
export function verbOf(id: string): Verb | null {
  if (!id.startsWith(`${TAG}:`)) return null;
  const name = id.slice(TAG.length + 1).split(':')[0];
  return VERBS.find((verb) => verb === name) ?? null;
}

/** Any button of ours, of whatever version. */
export const OUR_ACTIONS = /^potluck:/;

/** `12.7`: item 12 as of version 7. */
export function targetValue(target: Target): string {
  return `${target.itemId}.${target.version}`;
}

/** The reverse of {@link targetValue}; null for what is not ours. */
export function parseTarget(value: string | undefined): Target | null {
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(value ?? '');
  return match ? { itemId: Number(match[1]), version: Number(match[2]) } : null;
}

/** A line of the overflow menu: `release@12.7`. */
export function menuValue(verb: Verb, target: Target): string {
  return `${verb}@${targetValue(target)}`;
}

export function parseMenuValue(value: string | undefined): { verb: Verb; target: Target } | null {
  const [name, rest] = (value ?? '').split('@');
  const verb = VERBS.find((known) => known === name);
  const target = parseTarget(rest);
  return verb && target ? { verb, target } : null;
}
