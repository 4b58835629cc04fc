import type { Generated, Kysely, Transaction } from 'kysely';

/** Either the whole database or one transaction of it. */
export type Db = Kysely<Tables> | Transaction<Tables>;

/**
 * The tables as the newest migration leaves them. The same column types on both databases: whole numbers (times in epoch
 * milliseconds, 0/1 for yes and no), text, and JSON as text.
 */
export interface Tables {
  posts: PostsTable;
  long_ids: { key: string; id: string };
  items: ItemsTable;
  events: EventsTable;
  cards: CardsTable;
  sources: SourcesTable;
  gaps: GapsTable;
  /** By what copies of a post on other networks are told, while they are told at all. */
  twins: { key: string; item_id: number; at: number };
  /** Conversations on other networks that an item stands for, too. */
  places: { source: string; conversation_id: string; item_id: number };
  costs: { source: string; day: string; requests: number; units: number; micros: number };
  replies: RepliesTable;
  saved_replies: SavedRepliesTable;
  saved_uses: { reply_id: number; item_id: number; at: number };
  /** Answered conversations, and the hashes of what they were about. */
  answers: { item_id: number; size: number; at: number };
  answer_terms: { term: string; item_id: number };
  incidents: {
    id: Generated<number>;
    kind: Generated<string>;
    state: string;
    opened_at: number;
    last_at: number;
  };
  /** What complaints are about: `words` as JSON; by what copies are told: `sketch_state` in base64, null for complaints. */
  signatures: {
    item_id: number;
    author: string;
    words: string;
    at: number;
    incident_id: number | null;
    sketch_state: string | null;
  };
  notices: NoticesTable;
  /** What happens once for ever: one row for the one who did it. */
  slots: { name: string; slot: string; at: number };
  /** `bytes` in base64. */
  pictures: { id: string; mime: string; bytes: string; at: number };
  attachments: AttachmentsTable;
  prompts: PromptsTable;
  /** Ideas that are not suggested before a time; {@link NEVER} for those that nobody wants. */
  idea_rests: { idea: string; until: number };
  settings: { name: string; value: string };
  /** What people's acts said of an item last. */
  lessons: { item_id: number; state: string };
  /** What a team's clicks taught: 0 is what holds, `stamp` counts its changes; `state` in base64. */
  heads: { version: number; stamp: number; at: number; lessons: number; state: string };
  swaps: SwapsTable;
  escalations: { item_id: number; waiting_since: number; step: string; at: number };
  leases: { name: string; holder: string; until: number };
  acquaintances: AcquaintancesTable;
  acquaintance_notes: AcquaintanceNotesTable;
  acquaintance_tags: { acquaintance_id: number; tag: string };
  /** Pairs of acquaintances that are two, the smaller number first. */
  strangers: { one: number; other: number };
  deeds: DeedsTable;
  deed_topics: {
    topic: string;
    at: number;
    source: string;
    author_id: string;
    post_id: string;
    deed: string;
  };
  standings: StandingsTable;
  erasures: { hash: string; at: number };
  kv: { key: string; full_key: string | null; value: string; expires_at: number | null };
  potluck_migrations: { version: number; name: string; at: number };
}

export interface PostsTable {
  /** Order of arrival; settles the order of posts of the same millisecond. */
  seq: Generated<number>;
  source: string;
  id: string;
  conversation_id: string;
  reply_to: string | null;
  via: string;
  author_id: string;
  author_name: string;
  author_handle: string;
  author_url: string | null;
  author_avatar_url: string | null;
  text: string;
  lang: string | null;
  url: string | null;
  links: string;
  media: string;
  created_at: number;
  /** When its author last changed it; null when never, or where the network does not say. */
  edited_at: number | null;
  ours: number;
  received_at: number;
  backfilled: number;
  /** Text and author in small letters, for searching alike on both databases. */
  search: string;
}

export interface ItemsTable {
  id: Generated<number>;
  version: number;
  state: string;
  /** 1 when answered or dismissed: the queue of what is not is read from one index. */
  closed: number;
  origin: string;
  source: string;
  conversation_id: string;
  post_id: string;
  owner_id: string | null;
  /** JSON array of kinds, the leading one first. */
  kinds: string;
  priority: number;
  opened_at: number;
  updated_at: number;
  /** {@link NEVER} stands for null, so that an index sorts those who wait first. */
  waiting_since: number;
  snoozed_until: number | null;
  /** The rest of the item as JSON. */
  rest: string;
}

/** A time that never comes: sorts after every other. */
export const NEVER: number = Number.MAX_SAFE_INTEGER;

export interface EventsTable {
  id: Generated<number>;
  item_id: number;
  version: number;
  at: number;
  type: string;
  actor_id: string;
  actor_name: string;
  surface: string;
  detail: string;
  /** When the team's head learnt from it. */
  taught: number | null;
}

/**
 * A card repeats what the reconciler needs of its item (`item_*`, written together with the item), and the database
 * itself computes `behind`: so "what is behind, most urgent first" is one walk of one index however many cards there are.
 */
export interface CardsTable {
  item_id: number;
  chat: string;
  channel: string;
  ref: string | null;
  shown_version: number;
  posting_at: number | null;
  not_before: number;
  failures: number;
  given_up_version: number;
  remarked: Generated<number>;
  item_version: number;
  item_state: string;
  item_priority: number;
  item_waiting_since: number;
  behind: Generated<number>;
}

export interface SourcesTable {
  name: string;
  cursor: string | null;
  last_success_at: number | null;
  last_failure_at: number | null;
  last_error: string | null;
  failures: number;
  last_post_at: number | null;
  dropped: number;
}

export interface GapsTable {
  id: Generated<number>;
  source: string;
  from_at: number;
  to_at: number;
  why: string;
  closed_at: number | null;
}

/** What is said beside the cards; the database computes `behind`, as with them. */
export interface NoticesTable {
  id: Generated<number>;
  key: string;
  chat: string;
  channel: string;
  thread_item: number | null;
  content: string;
  version: number;
  told_at: number;
  ref: string | null;
  shown_version: number;
  posting_at: number | null;
  not_before: number;
  failures: number;
  given_up_version: number;
  behind: Generated<number>;
}

/** An idea that was put before the team, or a post of ours that began as a person's own. */
export interface PromptsTable {
  item_id: number;
  idea: string | null;
  source: string;
  slot: string | null;
  channels: string;
  fact: string | null;
  made_at: number;
  lapses_at: number | null;
  published_at: number | null;
  heard_at: number | null;
}

export interface RepliesTable {
  id: string;
  item_id: number;
  post_id: string;
  text: string;
  by_id: string;
  by_name: string;
  at: number;
  state: string;
  url: string | null;
  why: string | null;
  approved_by_id: string | null;
  approved_by_name: string | null;
  /** What went with it, as JSON; null when nothing did. */
  pictures: string | null;
}

/** `name_key` is the name as it is searched: no two are called alike. */
export interface SavedRepliesTable {
  id: Generated<number>;
  name_key: string;
  name: string;
  text: string;
  by_id: string;
  by_name: string;
  at: number;
}

/** A picture's file. */
export interface AttachmentsTable {
  id: string;
  item_id: number;
  mime: string;
  bytes: Uint8Array;
  by_id: string;
  by_name: string;
  at: number;
}

export interface SwapsTable {
  id: Generated<number>;
  layer: string;
  person_id: string;
  person_name: string;
  from_at: number;
  until_at: number;
  by_id: string;
  by_name: string;
  at: number;
  undone_at: number | null;
  undone_by_id: string | null;
  undone_by_name: string | null;
}

/** One author whom somebody of the team knows something about. */
export interface AcquaintancesTable {
  id: Generated<number>;
  source: string;
  author_id: string;
  /** The acquaintance that leads the accounts of one human; null when this one does. */
  linked_to: number | null;
  linked_by_id: string | null;
  linked_by_name: string | null;
  linked_at: number | null;
  birthday_month: number | null;
  birthday_day: number | null;
  birthday_year: number | null;
  no_contact_at: number | null;
  no_contact_why: string | null;
  no_contact_by_id: string | null;
  no_contact_by_name: string | null;
  thanks_at: number | null;
  thanks_by: string | null;
}

export interface AcquaintanceNotesTable {
  id: Generated<number>;
  acquaintance_id: number;
  text: string;
  by_id: string;
  by_name: string;
  at: number;
}

export interface DeedsTable {
  source: string;
  author_id: string;
  conversation_id: string;
  deed: string;
  post_id: string;
  at: number;
}

/** What the deeds of one author come to; `rank` is kept as `rankWith` of the domain reckons it. */
export interface StandingsTable {
  source: string;
  author_id: string;
  name: string;
  handle: string;
  url: string | null;
  rank: number;
  praise: number;
  answer: number;
  share: number;
  last_at: number;
}
