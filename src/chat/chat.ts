import type { Keyv } from 'keyv';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Card } from '../domain/card.ts';
import type { Check } from '../domain/check.ts';
import type { Digest } from '../domain/digest/digest.ts';
import type { DigestWindow } from '../domain/digest/facts.ts';
import type { Remark } from '../domain/etiquette.ts';
import type { Actor, Item, ItemEvent, ItemState, Person, PersonAction, Refusal } from '../domain/item.ts';
import type { PictureAction } from '../domain/item-pictures.ts';
import type { Notice } from '../domain/notice.ts';
import type { Permission } from '../domain/permission.ts';
import type { PictureRules } from '../domain/picture.ts';
import type { Measure } from '../domain/reply.ts';
import type { Stats } from '../domain/stats.ts';
import type { Kind } from '../domain/triage/verdict.ts';

/** Where a card is: enough to edit it after a restart. Opaque to the flow, stored as text, at most 500 characters. */
export type CardRef = string;

/** Somebody acts on an item. */
export interface ActRequest {
  readonly itemId: number;
  /** `send` and `approve` get their reply id from the flow. */
  readonly action: ChatAction;
  readonly actor: Omit<Actor, 'role'> & { readonly role?: 'responder' | 'manager' };
  /** The version the person was looking at; null where the platform cannot know. Only for messages: state decides. */
  readonly seenVersion?: number | null;
}

/** A person's action as a chat platform hands it in. */
export type ChatAction =
  | Exclude<PersonAction, { type: 'send' | 'approve' | 'another' | PictureAction['type'] }>
  /** `pictures` are those the person saw, by id, where the platform knows it: others are not sent. */
  | { readonly type: 'send'; readonly text: string; readonly pictures?: readonly string[] }
  | { readonly type: 'another' }
  /** `text` is the text the person read, where the platform knows it: a draft that changed meanwhile is not sent. */
  | { readonly type: 'approve'; readonly text?: string };

/** What came of it. Never thrown: a person reads it. */
export type ActResult =
  | {
      readonly ok: true;
      readonly card: Card;
      /** One line for the person who acted: "Sent: https://…". */
      readonly text: string;
    }
  | {
      readonly ok: false;
      readonly refusal:
        | Refusal
        | {
            /** `not-allowed`: the team's policy wants another role. `needs-approval`: `request-approval` is the way. */
            readonly code: 'not-found' | 'not-possible' | 'not-allowed' | 'needs-approval' | 'unavailable';
            readonly text: string;
          };
      /** The item as it stands; null when there is none. */
      readonly card: Card | null;
    };

/** A queue as people ask for it. */
export interface ListQuery {
  readonly states?: readonly ItemState[];
  readonly kinds?: readonly Kind[];
  readonly source?: string;
  /** Person id of the owner. */
  readonly owner?: string;
  /** Only items routed to this channel of the asking chat. */
  readonly channel?: string;
  /** Words in the text or the author's name. */
  readonly words?: string;
  /**
   * Open items that nobody is told of (a rule says “digest only”, or the source is only listened to): `without` them (the
   * default), `with` them (the default of a search for words), or `only` them.
   */
  readonly quiet?: 'without' | 'with' | 'only';
  /** `urgency` (default): priority, then longest waiting. `recent`: last changed first. */
  readonly order?: 'urgency' | 'recent';
  /** At most 200, default 50. */
  readonly limit?: number;
  readonly offset?: number;
}

/** A source as people see it. */
export interface SourceHealth {
  readonly name: string;
  readonly label: string;
  /** `up` works, `quiet` works and brings nothing, `blind` cannot see, `starting` has not answered yet. */
  readonly state: 'up' | 'quiet' | 'blind' | 'starting';
  /** What is wrong and what to do, in words; null when nothing is. */
  readonly detail: string | null;
  readonly lastSuccessAt: number | null;
  readonly lastPostAt: number | null;
  /** What it cost today, against its budget: "412 of 9,500 units"; empty or absent when nothing is counted. */
  readonly spent?: string;
}

/** Somebody who writes to us, to be chosen from a list. */
export interface PersonCard {
  readonly source: string;
  /** The source in words: "Bluesky". */
  readonly label: string;
  readonly name: string;
  readonly handle: string;
  readonly conversations: number;
  readonly posts: number;
}

/** What a colleague found by themselves: a message of the chat, a link somebody passed on. */
export interface Found {
  /** Stable: the same thing tracked twice is one item. */
  readonly id: string;
  readonly text: string;
  readonly author: { readonly id: string; readonly name: string };
  readonly url: string | null;
  readonly createdAt: number;
}

/** What managers may change while the bot runs. Kept in the database; what potluck.yaml says is the start. */
export interface Settings {
  /** Posts with any of these words open nothing; they stay countable. */
  readonly muted: readonly string[];
}

/** What a change of the muted words would have hidden of the newest items. */
export interface MuteTrial {
  readonly looked: number;
  readonly hidden: number;
  /** Of the hidden ones, those that somebody answered. */
  readonly answered: number;
}

/** The outcome of something that needs a role. */
export type Done =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly text: string };

/** Where a human post can be published. */
export interface Outlet {
  readonly source: string;
  /** "@brand on Bluesky". */
  readonly account: string;
  readonly limit: number;
  readonly unit: string;
  /** What it takes beside the words; absent where it takes no pictures. */
  readonly pictures?: PictureRules;
}

/** Pictures of drafts. Whoever may write the draft may change them. */
export interface Attachments {
  /**
   * Puts a picture to the draft of an item. What it is is told from its bytes; what a camera wrote into it is taken out.
   *
   * @param file its bytes as they came, at most 10 MB, and what it shows; without that it is kept and not sent
   */
  attach(
    itemId: number,
    file: { readonly bytes: Uint8Array; readonly alt: string },
    actor: ActRequest['actor'],
  ): Promise<ActResult>;
  /** Says, or says anew, what a picture shows. */
  describe(itemId: number, pictureId: string, alt: string, actor: ActRequest['actor']): Promise<ActResult>;
  detach(itemId: number, pictureId: string, actor: ActRequest['actor']): Promise<ActResult>;
  /** The file, cleaned, for the team's own eyes; null when it is gone. */
  file(
    itemId: number,
    pictureId: string,
  ): Promise<{ readonly mime: string; readonly bytes: Uint8Array } | null>;
}

/** Somebody asks for something that is no action on an item: a command, or a button of a notice. */
export interface Asked {
  readonly actor: ActRequest['actor'];
  /** The channel of this chat in which they ask; null where there is none (a home tab, say). */
  readonly channel: string | null;
  /** The person's time zone; null where the platform does not tell it. */
  readonly tz: string | null;
}

/** The answer to one person, who alone reads it. Never thrown. */
export interface Answer {
  readonly ok: boolean;
  readonly text: string;
  readonly notice?: Notice;
  /** Items that were asked for, as the list command shows them. */
  readonly cards?: { readonly title: string; readonly cards: readonly Card[]; readonly total: number };
  /** An export. */
  readonly file?: { readonly name: string; readonly mime: string; readonly bytes: Uint8Array };
}

/** A text that a draft may begin with. Plain text, of any length: whoever shows it cuts and escapes it. */
export interface DraftSuggestion {
  /** What {@link ChatHandlers.takeSuggestion} takes: at most 40 of a-z, 0-9 and `:`. */
  readonly id: string;
  /** Sent before to others, kept by the team, a beginning with a gap, or written by a language model. */
  readonly kind: 'similar' | 'saved' | 'opening' | 'model';
  /** Where it comes from, in words: "Ana answered #12 so, 3 days ago". */
  readonly title: string;
  /** What it answered then; null where there is nothing to compare. */
  readonly about: string | null;
  readonly text: string;
  /** Hints on the wording, of what a language model wrote. */
  readonly remarks?: readonly Remark[];
}

/** What there is to begin an answer with. Taking one only fills the draft. */
export interface Suggestions {
  /** At most eleven, the best first. */
  readonly suggestions: readonly DraftSuggestion[];
  /** What a person should know of them; null when they speak for themselves. */
  readonly note: string | null;
  /** What was said and noted, where little can be suggested. */
  readonly instead: readonly { readonly by: string; readonly text: string }[];
  /** Whether a language model may be asked for drafts. */
  readonly model: boolean;
}

/** What the flow offers to every chat platform. */
export interface ChatHandlers {
  /** Does one of the commands of `kit/team-commands.ts`. Options that were left out are absent. */
  run(command: string, options: Readonly<Record<string, string>>, asked: Asked): Promise<Answer>;
  /** Does what a button of a notice asks ({@link NoticeButton.press}). */
  press(press: string, asked: Asked): Promise<Answer>;
  /** What was said to this chat's channels that is no card, newest first, at most 100. */
  notices(limit: number): Promise<readonly ToldNotice[]>;
  picture(id: string): Promise<StoredPicture | null>;
  /** The digest of the day or the week that ends at `to` (epoch ms); null is now. */
  digest(window: DigestWindow, to: number | null): Promise<Digest>;
  /** The items behind a figure of a digest, at most 20 cards; null where no figure has that name. */
  behindFigure(
    figure: string,
    from: number,
    to: number,
  ): Promise<{ readonly cards: readonly Card[]; readonly total: number } | null>;
  act(request: ActRequest): Promise<ActResult>;
  /** One card as it stands; null when there is no such item. */
  card(itemId: number): Promise<Card | null>;
  list(query: ListQuery): Promise<{ readonly cards: readonly Card[]; readonly total: number }>;
  /** How many items there are in each state, and waiting unclaimed, for this chat's channels or one of them. */
  counts(channel?: string): Promise<Readonly<Record<ItemState, number>>>;
  /** The item's history, oldest first, newest 200. */
  history(itemId: number): Promise<readonly ItemEvent[]>;
  /** How the network would count and split a reply; null where no reply is possible. */
  measure(itemId: number, text: string): Promise<Measure | null>;
  sources(): Promise<readonly SourceHealth[]>;
  /** The channels of this chat that routes lead to, in the order of the configuration. */
  channels(): readonly string[];
  /** The channels of this chat that an item has cards in. */
  places(itemId: number): Promise<readonly string[]>;
  /** The item behind a number a person typed. */
  item(itemId: number): Promise<Item | null>;
  /** Called with the items that changed, at most once a second; returns how to stop. */
  onChange(listener: (itemIds: readonly number[]) => void): () => void;
  /** Authors by name or handle (a leading @ is ignored), best known first, at most 10. */
  people(words: string): Promise<readonly PersonCard[]>;
  /** Of the last 24 hours, or of the last seven times 24 hours. */
  stats(window: 'day' | 'week'): Promise<Stats>;
  /** Makes an item of something a colleague found. The same thing twice is one item. */
  track(found: Found, actor: ActRequest['actor']): Promise<ActResult>;
  /** Sources a human post can be published to. */
  outlets(): Promise<readonly Outlet[]>;
  /** Makes a prompt of an idea for a human post: an item that is claimed by its author, with the text as its draft. */
  propose(
    idea: { readonly source: string; readonly text: string },
    actor: ActRequest['actor'],
  ): Promise<ActResult>;
  readonly attachments: Attachments;
  /** Texts that the draft of an answer may begin with; `model` has a language model write some, which may take half a minute. */
  suggest(itemId: number, actor: ActRequest['actor'], by?: 'model'): Promise<Suggestions>;
  /** One of them, for the draft of whoever takes it; null when it is gone. */
  takeSuggestion(itemId: number, id: string, actor: ActRequest['actor']): Promise<DraftSuggestion | null>;
  /** Remarks on a draft, each with its reason and a kinder wording; empty when there is nothing to say. Pure and quick. */
  remarks(itemId: number, text: string): Promise<readonly Remark[]>;
  /** Whether this person may do it, and if not, who can. */
  may(actor: ActRequest['actor'], what: Permission): Promise<Done>;
  settings(): Promise<Settings>;
  /** Managers only: adds or removes muted words. */
  mute(
    change: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
    actor: ActRequest['actor'],
  ): Promise<Done>;
  /** What muting these words would have hidden of the newest 500 items. */
  tryMute(words: readonly string[]): Promise<MuteTrial>;
}

/** The chat's own state for `readyz` and the doctor. */
export interface ChatHealth {
  readonly state: 'up' | 'starting' | 'down';
  readonly detail: string | null;
}

/** What a policy names by the platform's id of it: `T1/U2`, `S0123ABCD`, `C0123ABCD`. */
export interface Named {
  readonly what: 'person' | 'group' | 'channel';
  readonly id: string;
}

/** Whether it exists, and what to do where it does not, or where nobody can tell. */
export type NamedState =
  | { readonly state: 'there'; readonly name: string }
  | { readonly state: 'missing' | 'unknown'; readonly remedy: string };

/** A notice as it was told. */
export interface ToldNotice {
  /** Ascending in the order in which they were told first. */
  readonly id: number;
  /** Grows when it says something else. */
  readonly version: number;
  readonly channel: string;
  /** The item in the thread of whose card it is told; null when it is about none, or about many. */
  readonly itemId: number | null;
  readonly at: number;
  readonly notice: Notice;
}

export interface StoredPicture {
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/** How a notice goes into a channel once. */
export interface TellOptions extends PostOptions {
  /** The number of the notice: what it is found by after a crash. */
  readonly noticeId: number;
  /** The card in whose thread it is said; null in the channel itself. */
  readonly thread: CardRef | null;
  /** The notice's picture; null when it has none. */
  readonly picture: StoredPicture | null;
}

/** How a card goes into a channel once. */
export interface PostOptions {
  /** Stable for this item and channel: a platform that knows idempotent sends uses it. At most 25 characters. */
  readonly nonce: string;
  readonly signal: AbortSignal;
}

/**
 * A place where the team sees cards and acts. Errors of `post` and `update` are those of `errors.ts`:
 * RateLimitedError holds that channel back, RejectedError gives that card up until the item changes again,
 * AuthError stops the chat until a person acts, or only that channel when its scope says so.
 */
export interface Chat {
  readonly kind: string;
  readonly label: string;
  /** Least time between two writes to one channel, in milliseconds; 0 where there is no limit. */
  readonly channelIntervalMs: number;
  start(handlers: ChatHandlers): Promise<void>;
  post(channel: string, card: Card, options: PostOptions): Promise<CardRef>;
  /** Returns the reference under which the card now lives (a deleted message may have been posted anew). */
  update(ref: CardRef, card: Card, options: PostOptions): Promise<CardRef>;
  /**
   * Something changed. A platform that has this shows what the ledger holds, through its handlers, to whoever looks:
   * the reconciler sends it no cards and keeps no account of them.
   */
  look?(): void;
  /**
   * The card of an item that may have been posted just before a crash, by its metadata; null when there is none.
   * Absent where `post` itself never posts twice under one nonce.
   */
  find?(channel: string, itemId: number, since: number, signal: AbortSignal): Promise<CardRef | null>;
  /**
   * One line in the thread of a card, when the author of the post came back. Plain text from outside: escaped by the
   * chat. Called at most once a follow-up, after the card itself was updated. Pings nobody but `mention` (a person id).
   * Absent where there are no threads.
   */
  remark?(ref: CardRef, text: string, mention: string | null, options: PostOptions): Promise<void>;
  /**
   * Says something that is no card. Pings nobody but the notice's `mention`. Absent where the platform shows by itself
   * what the ledger holds ({@link Chat.look}). Errors as with `post`.
   */
  tell?(channel: string, notice: Notice, options: TellOptions): Promise<CardRef>;
  /** Says it anew in the same place, and pings nobody. */
  retell?(ref: CardRef, notice: Notice, options: TellOptions): Promise<CardRef>;
  /** The notice that may have been said just before a crash, as with {@link Chat.find}. */
  findNotice?(
    channel: string,
    noticeId: number,
    thread: CardRef | null,
    since: number,
    signal: AbortSignal,
  ): Promise<CardRef | null>;
  /** Who is in a group of people that the platform knows, by the platform's id of it. Absent where there are none. */
  groupMembers?(group: string, signal: AbortSignal): Promise<readonly Person[]>;
  /**
   * Whether what potluck.yaml names exists here, in the same order. Asked by the doctor, before anything is started. Absent
   * where anybody and anything may be named.
   */
  verify?(named: readonly Named[], signal: AbortSignal): Promise<readonly NamedState[]>;
  health(): ChatHealth;
  /** @param channels those that routes lead to: the doctor asks before anything is started */
  check(signal: AbortSignal, channels: readonly string[]): Promise<readonly Check[]>;
  /** Stops within 3 s; posts and updates under way finish first. */
  stop(): Promise<void>;
}

export interface ChatContext {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Sessions, installation tokens, channel and user names. */
  readonly cache: Keyv;
  readonly log: ChatLog;
  /** What one process alone may do, among all that share the database. */
  readonly leases: ChatLeases;
  /** Where a chat with pages of its own serves them. */
  readonly http: HttpDoor;
  /** Ids of people that potluck.yaml names, and those of managers among them; for a chat that gives ids itself. */
  readonly named?: { readonly people: ReadonlySet<string>; readonly managers: ReadonlySet<string> };
}

/** Rights that several processes on one database take turns in. */
export interface ChatLeases {
  /** Takes, or keeps, the right to do something; false while another process has it. Held until the process stops. */
  hold(name: string): Promise<boolean>;
}

/** A chat hands the whole sub-tree of paths it wants served; the composition root mounts it on the one HTTP server. */
export interface HttpDoor {
  /** `fetch`-style handler for every path below `prefix` ('' for all that nobody else took). */
  mount(
    prefix: string,
    handle: (request: Request, info: { readonly remoteAddress: string }) => Response | Promise<Response>,
  ): void;
  /** Base address as people on this machine reach it: `http://127.0.0.1:3000`. */
  readonly url: string;
  /** The address the server listens on: `127.0.0.1`. */
  readonly host: string;
}

export interface ChatLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * One line of the registry: which environment variables (secrets and switches) and which policy (`chats.<kind>` in
 * potluck.yaml) it reads. SDKs are imported inside `create`, so that an unused platform costs nothing.
 */
export interface ChatKind<Env extends z.ZodType = z.ZodType, Policy extends z.ZodType = z.ZodType> {
  readonly kind: string;
  readonly label: string;
  /** A zod object of environment variables, each with a description; values arrive as non-empty strings or undefined. */
  readonly env: Env;
  /** A strict zod object under `chats.<kind>`; must accept `{}`. */
  readonly policy: Policy;
  /** Whether the variables ask for this chat at all. */
  readonly wanted: (env: z.output<Env>) => boolean;
  /** Channels that take every item while no route says otherwise. */
  readonly defaultChannels?: (env: z.output<Env>, policy: z.output<Policy>) => readonly string[];
  /** What is wrong with a configuration in this place, beyond its shape; reported together with all other problems. */
  readonly problems?: (
    env: z.output<Env>,
    policy: z.output<Policy>,
    place: { readonly loopback: boolean },
  ) => readonly string[];
  create(env: z.output<Env>, policy: z.output<Policy>, context: ChatContext): Promise<Chat>;
}

/** Ties the types of the configuration to `create`. */
export function defineChat<Env extends z.ZodType, Policy extends z.ZodType>(
  kind: ChatKind<Env, Policy>,
): ChatKind<Env, Policy> {
  return kind;
}
