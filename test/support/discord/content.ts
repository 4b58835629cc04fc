import { checkLooks, type Looks, numbered } from './limits.ts';
import { readAllowed, spokenTexts } from './mentions.ts';
import { invalidForm, refusal } from './refusal.ts';
import { conform } from './schema.ts';
import {
  type AllowedMentions,
  breach,
  type Component,
  FLAG,
  type Json,
  type Message,
  type State,
  snowflake,
} from './state.ts';

/** Flags an app may set where it writes. */
export const MAY_SET = {
  create: FLAG.suppressEmbeds | FLAG.suppressNotifications | FLAG.componentsV2,
  answer: FLAG.suppressEmbeds | FLAG.suppressNotifications | FLAG.componentsV2 | FLAG.ephemeral,
  edit: FLAG.suppressEmbeds | FLAG.componentsV2,
} as const;

/** How a message is to look, and whom it may notify. */
export interface Written extends Looks {
  readonly allowed: AllowedMentions | null;
}

/** House rule: nothing is ever said without saying whom it may notify. */
function checkAllowed(state: State, body: Json): AllowedMentions | null {
  const allowed = readAllowed(body);
  const speaks = body.content || body.components || body.embeds;
  if (allowed === null && speaks) breach(state, 'a message without allowed_mentions');
  if (allowed === null) return null;
  const both = (['users', 'roles'] as const).filter(
    (kind) => allowed.parse?.includes(kind) && (allowed[kind] ?? []).length > 0,
  );
  if (both.length > 0)
    throw invalidForm(
      both.map((kind) => ({
        path: ['allowed_mentions'],
        code: 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        message: `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      })),
    );
  return allowed;
}

/**
 * Reads what a message is to look like, over what it looked like before.
 *
 * @param before null for a new message.
 */
export function readWritten(
  state: State,
  schema: string,
  raw: unknown,
  before: Looks | null,
  maySet: number,
  at: readonly string[] = [],
): Written {
  const body = conform(state, schema, raw ?? {}, at);
  if (body.poll || ((body.sticker_ids as unknown[] | null) ?? []).length > 0 || body.tts)
    breach(state, 'polls, stickers, and read-aloud are not for cards');
  const allowed = checkAllowed(state, body);
  const flags = readFlags(state, body, before, maySet);
  const content =
    body.content === undefined ? (before?.content ?? '') : ((body.content as string | null) ?? '');
  const looks: Looks = {
    // The server cuts the blanks around it.
    content: content.trim(),
    embeds: (body.embeds === undefined ? before?.embeds : (body.embeds as Json[] | null)) ?? [],
    components:
      (body.components === undefined ? before?.components : (body.components as Component[] | null)) ?? [],
    flags,
  };
  const problems = checkLooks(looks).map((each) => ({ ...each, path: [...at, ...each.path] }));
  if (problems.length > 0) throw invalidForm(problems);
  const v2 = (flags & FLAG.componentsV2) !== 0;
  const says = v2
    ? looks.components.length > 0
    : looks.content !== '' || looks.embeds.length > 0 || looks.components.length > 0;
  if (!says) throw refusal(400, 50006, 'Cannot send an empty message');
  return { ...looks, components: numbered(looks.components), allowed };
}

function readFlags(state: State, body: Json, before: Looks | null, maySet: number): number {
  const given = (body.flags as number | null | undefined) ?? null;
  const kept = before?.flags ?? 0;
  if (given === null) return kept;
  const problem = (code: string, message: string): Error => invalidForm([{ path: ['flags'], code, message }]);
  const strange = given & ~(maySet | kept);
  if (!Number.isInteger(given) || (strange !== 0 && before === null))
    throw problem('FLAGS_INVALID', `flags that cannot be set: ${given}`);
  // Of an edit, Discord ignores what it does not let anybody change.
  if (strange !== 0) breach(state, `flags that an edit cannot set: ${strange}`);
  if (kept & FLAG.componentsV2 && !(given & FLAG.componentsV2))
    throw problem('MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG', 'The IS_COMPONENTS_V2 flag cannot be removed');
  return (kept & ~maySet) | (given & maySet);
}

/** A new message of the bot. */
export function addMessage(
  state: State,
  written: Written,
  where: {
    readonly id?: string;
    readonly channelId: string;
    readonly nonce?: string | null;
    readonly ephemeralFor?: string | null;
    readonly interaction?: Json | null;
    readonly reference?: string | null;
    readonly type?: number;
    readonly authorId?: string;
  },
): Message {
  const { allowed, ...looks } = written;
  const message: Message = {
    id: where.id ?? snowflake(state),
    channelId: where.channelId,
    authorId: where.authorId ?? state.botUserId,
    type: where.type ?? 0,
    ...looks,
    allowed,
    nonce: where.nonce ?? null,
    ephemeralFor: where.ephemeralFor ?? null,
    at: state.clock.now(),
    editedAt: null,
    edits: 0,
    deleted: false,
    threadId: null,
    reactions: new Map(),
    interaction: where.interaction ?? null,
    reference: where.reference ?? null,
    said: [{ text: spokenTexts(looks.content, looks.components), allowed, edit: false }],
  };
  state.messages.push(message);
  return message;
}

/** Writes over a message; whom the new words mention is highlighted anew, so an edit counts as notifying too. */
export function rewrite(state: State, message: Message, written: Written): void {
  const { allowed, ...looks } = written;
  const filled = (message.flags & FLAG.loading) !== 0;
  Object.assign(message, looks, { allowed, flags: looks.flags & ~FLAG.loading });
  message.said.push({
    text: spokenTexts(looks.content, looks.components),
    allowed,
    edit: !filled,
  });
  if (filled) return;
  message.editedAt = state.clock.now();
  message.edits += 1;
}
