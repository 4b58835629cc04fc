import type { Clock } from '../../../src/clock.ts';
import type { PermissionName } from './permissions.ts';

/** A JSON object as it came in, already checked against the specification. */
export type Json = Record<string, unknown>;

/** A channel, thread, or direct conversation. */
export interface Channel {
  readonly id: string;
  /** Null for a direct conversation. */
  readonly guildId: string | null;
  /** 0 text, 1 direct, 5 announcements, 10 thread of announcements, 11 thread, 15 forum. */
  readonly type: number;
  name: string;
  readonly parentId: string | null;
  /** What the bot may not do here, though it may elsewhere. */
  readonly deny: Set<PermissionName>;
  readonly tags: readonly Tag[];
  readonly requireTag: boolean;
  readonly thread: Thread | null;
  /** The other one in a direct conversation. */
  readonly recipient: string | null;
}

export interface Tag {
  readonly id: string;
  readonly name: string;
}

export interface Thread {
  readonly ownerId: string;
  archived: boolean;
  locked: boolean;
  archivedAt: number;
  readonly createdAt: number;
  autoArchive: number;
  readonly members: Set<string>;
  tags: readonly string[];
  /** The message it hangs on, or the first one of a forum post. */
  readonly messageId: string | null;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly roles: Map<string, string>;
  readonly members: Map<string, Member>;
  botIn: boolean;
  available: boolean;
}

export interface Member {
  readonly userId: string;
  nick: string | null;
  roles: readonly string[];
  readonly administrator: boolean;
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly globalName: string;
  readonly locale: string;
  dmsBlocked: boolean;
}

/** One loose shape for every component there is: the specification's schemas have looked at each one before. */
export interface Component {
  readonly type: number;
  readonly id?: number;
  readonly custom_id?: string;
  readonly style?: number;
  readonly label?: string;
  readonly url?: string;
  readonly disabled?: boolean;
  readonly content?: string;
  readonly components?: readonly Component[];
  readonly accessory?: Component;
  readonly component?: Component;
  readonly options?: readonly Option[];
  readonly placeholder?: string;
  readonly description?: string;
  readonly accent_color?: number;
  readonly min_values?: number;
  readonly max_values?: number;
  readonly min_length?: number;
  readonly max_length?: number;
  readonly required?: boolean;
  readonly value?: string;
  readonly default?: boolean;
  readonly default_values?: readonly { readonly id: string; readonly type: string }[];
  readonly emoji?: { readonly id?: string; readonly name: string };
  readonly items?: readonly { readonly description?: string }[];
}

export interface Option {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly default?: boolean;
}

export interface AllowedMentions {
  readonly parse?: readonly string[] | null;
  readonly users?: readonly string[] | null;
  readonly roles?: readonly string[] | null;
  readonly replied_user?: boolean | null;
}

export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  readonly type: number;
  content: string;
  embeds: readonly Json[];
  components: readonly Component[];
  flags: number;
  allowed: AllowedMentions | null;
  readonly nonce: string | null;
  /** Who alone sees it; null for everybody. */
  readonly ephemeralFor: string | null;
  readonly at: number;
  editedAt: number | null;
  edits: number;
  deleted: boolean;
  threadId: string | null;
  readonly reactions: Map<string, Set<string>>;
  /** The interaction that it answers. */
  readonly interaction: Json | null;
  readonly reference: string | null;
  /** Raw texts of the past, with what was allowed then: each has notified when it was seen. */
  readonly said: Said[];
}

export interface Said {
  readonly text: string;
  readonly allowed: AllowedMentions | null;
  /** Written over something that was there before. */
  readonly edit: boolean;
}

export const FLAG = {
  suppressEmbeds: 1 << 2,
  hasThread: 1 << 5,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  componentsV2: 1 << 15,
} as const;

/** A form on somebody's screen, with what is typed. */
export interface OpenModal {
  readonly customId: string;
  readonly title: string;
  readonly components: readonly Component[];
  /** By custom id: text, a chosen value, or several. */
  readonly values: Map<string, string | readonly string[] | boolean | null>;
  /** The message with the button that opened it. */
  readonly source: Message | null;
  readonly channelId: string;
}

export type InteractionKind = 'command' | 'component' | 'autocomplete' | 'modal';

/** Something a person asked the app for. */
export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly kind: InteractionKind;
  readonly userId: string;
  readonly channelId: string;
  readonly at: number;
  /** For words about it. */
  readonly what: string;
  /** The message a button sits on, also the one under a form. */
  readonly source: Message | null;
  readonly metadata: Json;
  acked: boolean;
  failed: boolean;
  /** What `@original` means by now. */
  original: Message | null;
  choices: readonly { readonly name: string; readonly value: string | number }[] | null;
  /** Called at the first answer, and at the deadline. */
  readonly settle: () => void;
}

export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly route: string;
  /** What was uploaded with it. */
  readonly files: readonly {
    readonly field: string;
    readonly name: string;
    readonly size: number;
    readonly type: string;
  }[];
  readonly body: unknown;
  /** 0 as long as there was no answer. */
  status: number;
  readonly at: number;
}

export interface State {
  readonly clock: Clock;
  readonly applicationId: string;
  readonly botUserId: string;
  readonly token: string;
  readonly publicKey: string;
  readonly messageContent: boolean;
  readonly guilds: Map<string, Guild>;
  readonly channels: Map<string, Channel>;
  readonly users: Map<string, User>;
  readonly messages: Message[];
  readonly interactions: Map<string, Interaction>;
  readonly screens: Map<string, OpenModal>;
  /** Registered commands, by guild; `global` for those of every guild. */
  readonly commands: Map<string, readonly Json[]>;
  readonly denied: Set<PermissionName>;
  readonly calls: ApiCall[];
  readonly breaches: string[];
  /** What one person alone was shown: the id of a message, or a form's words. */
  readonly told: Map<string, ({ readonly messageId: string } | { readonly words: string })[]>;
  /** What people uploaded, by id; `url` where a file lies somewhere else. */
  readonly files: Map<string, { readonly name: string; readonly bytes: Buffer; readonly url?: string }>;
  /** Where files are handed out; set once the server listens. */
  filesUrl: string;
  revoked: boolean;
  sessionsLeft: number;
  /** Sends an event to the app; the gateway puts itself in here. */
  dispatch: (event: DispatchEvent) => void;
  next(): number;
}

/** An event as the app may get it. */
export interface DispatchEvent {
  readonly name: string;
  readonly data: Json;
  /** Intents of which one is enough; 0 for events that everybody gets. */
  readonly intents: number;
  readonly guildId: string | null;
  /** A message's words are kept from apps without the privileged intent. */
  readonly message?: Message;
}

export const INTENT = {
  guilds: 1 << 0,
  messages: 1 << 9,
  reactions: 1 << 10,
  directMessages: 1 << 12,
  directReactions: 1 << 13,
  messageContent: 1 << 15,
} as const;

const DISCORD_EPOCH = 1_420_070_400_000;

/** A fresh id of the clock's millisecond, unique and rising. */
export function snowflake(state: State): string {
  const time = BigInt(Math.max(0, state.clock.now() - DISCORD_EPOCH));
  return String((time << 22n) | BigInt(state.next() % (1 << 22)));
}

export function isSnowflake(id: string): boolean {
  return /^[1-9]\d{16,19}$/.test(id);
}

export function iso(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00');
}

export function breach(state: State, what: string): void {
  state.breaches.push(what);
}

export function guildOf(state: State, id: string | null): Guild | null {
  return id === null ? null : (state.guilds.get(id) ?? null);
}

/** Messages of a channel that are still there, oldest first. */
export function messagesIn(state: State, channelId: string): Message[] {
  return state.messages.filter((each) => each.channelId === channelId && !each.deleted);
}

export function tell(state: State, userId: string, what: { messageId: string } | { words: string }): void {
  const told = state.told.get(userId) ?? [];
  told.push(what);
  state.told.set(userId, told);
}
