import { z } from 'zod';
import type { Clicker } from './people.ts';

/**
 * What Discord sends when somebody does something, by gateway or HTTP alike, as far as it is read
 * (https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object).
 */

const snowflake = z.string().regex(/^\d{1,20}$/);
const user = z.object({ id: snowflake, username: z.string(), global_name: z.string().nullish() });
const member = z.object({ user, nick: z.string().nullish(), roles: z.array(snowflake) });

/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type */
export const INTERACTION = { ping: 1, command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

const base = z.object({
  id: snowflake,
  application_id: snowflake,
  type: z.number(),
  token: z.string().min(1).max(500),
  guild_id: snowflake.optional(),
  channel_id: snowflake.optional(),
  channel: z
    .object({ id: snowflake, type: z.number(), parent_id: snowflake.nullish() })
    .optional()
    .catch(undefined),
  member: member.optional(),
  user: user.optional(),
  data: z.unknown(),
  message: z
    .looseObject({ id: snowflake, channel_id: snowflake.optional(), flags: z.number().optional() })
    .optional(),
});
export type Interaction = z.output<typeof base>;

export function parseInteraction(raw: unknown): Interaction | null {
  return base.safeParse(raw).data ?? null;
}

/** Who did it; null for what comes without a person of a server (a direct message, another app). */
export function clickerOf(interaction: Interaction): Clicker | null {
  const { member: who, guild_id: guildId, channel, channel_id: channelId } = interaction;
  if (!who || guildId === undefined) return null;
  return {
    id: who.user.id,
    name: shownName(who),
    roles: who.roles,
    guildId,
    channels: [channelId, channel?.parent_id ?? undefined].filter((id) => id !== undefined),
  };
}

/** The name people see: the server's nickname, else the display name, else the handle. */
export function shownName(who: {
  readonly user: { readonly username: string; readonly global_name?: string | null | undefined };
  readonly nick?: string | null | undefined;
}): string {
  return who.nick || who.user.global_name || who.user.username;
}

const option: z.ZodType<Option> = z.lazy(() =>
  z.object({
    name: z.string(),
    type: z.number(),
    value: z.union([z.string(), z.number(), z.boolean()]).optional(),
    focused: z.boolean().optional(),
    options: z.array(option).optional(),
  }),
);
interface Option {
  readonly name: string;
  readonly type: number;
  readonly value?: string | number | boolean | undefined;
  readonly focused?: boolean | undefined;
  readonly options?: readonly Option[] | undefined;
}

const resolved = z.object({
  users: z.record(z.string(), user).optional(),
  members: z.record(z.string(), z.object({ nick: z.string().nullish() })).optional(),
  messages: z.record(z.string(), z.looseObject({ id: snowflake })).optional(),
  attachments: z
    .record(z.string(), z.object({ filename: z.string(), url: z.string() }))
    .optional()
    .catch(undefined),
});

const commandData = z.object({
  name: z.string(),
  type: z.number(),
  options: z.array(option).optional(),
  target_id: snowflake.optional(),
  resolved: resolved.optional(),
});

/** A command as somebody used it. */
export interface UsedCommand {
  readonly name: string;
  /** 1 typed, 2 on a user, 3 on a message. */
  readonly type: number;
  /** The group that the sub-command stands in. */
  readonly group: string | null;
  readonly sub: string | null;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** The option that is being typed, for its suggestions. */
  readonly focused: string | null;
  readonly targetId: string | null;
  /** Names of the users the payload speaks of, by id. */
  readonly names: Readonly<Record<string, string>>;
  readonly message: unknown;
}

export function parseUsedCommand(data: unknown): UsedCommand | null {
  const parsed = commandData.safeParse(data).data;
  if (!parsed) return null;
  const [outer] = parsed.options ?? [];
  const group = outer?.type === 2 ? outer : null;
  const first = group ? group.options?.[0] : outer;
  const sub = first?.type === 1 ? first : null;
  const options = sub?.options ?? (sub ? [] : (parsed.options ?? []));
  const { target_id: targetId = null } = parsed;
  return {
    name: parsed.name,
    type: parsed.type,
    group: group?.name ?? null,
    sub: sub?.name ?? null,
    options: Object.fromEntries(
      options.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
    focused: options.find((each) => each.focused)?.name ?? null,
    targetId,
    names: namesIn(parsed.resolved),
    message: targetId === null ? undefined : parsed.resolved?.messages?.[targetId],
  };
}

function namesIn(found: z.output<typeof resolved> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(found?.users ?? {}).map(([id, each]) => [
      id,
      shownName({ user: each, nick: found?.members?.[id]?.nick }),
    ]),
  );
}

const componentData = z.object({
  custom_id: z.string().max(100),
  values: z.array(z.string()).optional(),
});

export function parseClick(data: unknown): z.output<typeof componentData> | null {
  return componentData.safeParse(data).data ?? null;
}

const field = z.object({
  custom_id: z.string(),
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
});
const modalData = z.object({
  custom_id: z.string().max(100),
  components: z.array(z.unknown()),
  resolved: resolved.optional(),
});

/** What was filled in, by field; a select holds what was chosen. */
export interface Submitted {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What was uploaded, by field, in order. */
  readonly files: Readonly<Record<string, readonly { readonly name: string; readonly url: string }[]>>;
  readonly names: Readonly<Record<string, string>>;
}

export function parseSubmitted(data: unknown): Submitted | null {
  const parsed = modalData.safeParse(data).data;
  if (!parsed) return null;
  const fields: Record<string, string> = {};
  const files: Record<string, Submitted['files'][string]> = {};
  for (const part of parsed.components) {
    const inner = z.object({ component: field }).safeParse(part).data?.component;
    if (!inner) continue;
    fields[inner.custom_id] = inner.value ?? inner.values?.[0] ?? '';
    const uploaded = inner.values?.flatMap((id) => parsed.resolved?.attachments?.[id] ?? []) ?? [];
    if (uploaded.length > 0)
      files[inner.custom_id] = uploaded.map(({ filename, url }) => ({ name: filename, url }));
  }
  return { id: parsed.custom_id, fields, files, names: namesIn(parsed.resolved) };
}
