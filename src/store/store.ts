import type { KeyvStoreAdapter } from 'keyv';
import type { Acquaintance, AcquaintanceNote, AuthorKey } from '../domain/acquaintance.ts';
import type { Deed, Deeds, Knowing } from '../domain/advocates.ts';
import type { Birthday } from '../domain/birthday.ts';
import type { Sketch } from '../domain/copies.ts';
import type { Budget, Cost } from '../domain/cost.ts';
import type { Crowd, Heard } from '../domain/digest/facts.ts';
import type { Likeness } from '../domain/drafts/terms.ts';
import type { IncidentState, Signature } from '../domain/incident.ts';
import type { Item, ItemEvent, ItemState, Person } from '../domain/item.ts';
import type { Notice } from '../domain/notice.ts';
import type { Swap } from '../domain/oncall.ts';
import type { Picture } from '../domain/picture.ts';
import type { Post } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import type { DoneStep } from '../domain/service.ts';
import type { Raw } from '../domain/stats.ts';
import type { Saying } from '../domain/triage/team/saying.ts';
import type { Kind } from '../domain/triage/verdict.ts';

/** A queue as the flow asks for it. */
export interface ItemQuery {
  readonly states?: readonly ItemState[];
  readonly kinds?: readonly Kind[];
  readonly source?: string;
  /** Person id of the owner. */
  readonly owner?: string;
  /** Only items with a card wanted in this chat (and channel). */
  readonly chat?: string;
  readonly channel?: string;
  /** True: only open items that nobody is told of. False: all but those. Left out: both. */
  readonly quiet?: boolean;
  /** Words, all of which occur (case-insensitively) in a post of the conversation or its author's name; at most 10. */
  readonly words?: string;
  /** `urgency`: priority descending, then longest waiting, then id. `recent`: last changed first. `waiting`: longest waiting first. */
  readonly order?: 'urgency' | 'recent' | 'waiting';
  readonly limit: number;
  readonly offset?: number;
}

/** A card row: which item has a card where, and which version it shows. */
export interface CardRow {
  readonly itemId: number;
  readonly chat: string;
  readonly channel: string;
  /** Null until the platform confirmed the post. */
  readonly ref: string | null;
  /** The item version shown; 0 before the first. */
  readonly shownVersion: number;
  /** Set before the platform is called for the first time; with a null `ref` after a crash it means "look before posting". */
  readonly postingAt: number | null;
  /** Do not try before (epoch ms); set after a refusal or a rate limit. */
  readonly notBefore: number;
  /** Consecutive failures. */
  readonly failures: number;
  /** The item version at which the platform said no for good; nothing is tried until the item moves past it. 0 when none. */
  readonly givenUpVersion: number;
  /** Up to which follow-up of the item a line was said in the card's thread. */
  readonly remarked: number;
}

/** A card that shows an older version than its item has. */
export interface CardBehind extends CardRow {
  readonly item: Item;
}

/** What we know of an author in one source. */
export interface AuthorHistory {
  /** Conversations of theirs with an item, before (and without) the given one. */
  readonly conversations: number;
  readonly posts: number;
  readonly firstMetAt: number | null;
  /** The item of their latest earlier conversation. */
  readonly last: Item | null;
}

/** What a source remembers between polls. */
export interface SourceState {
  readonly cursor: string | null;
  readonly lastSuccessAt: number | null;
  readonly lastFailureAt: number | null;
  readonly lastError: string | null;
  readonly failures: number;
  /** When the last new post was written (epoch ms). */
  readonly lastPostAt: number | null;
  /** Entries that could not be read, ever. */
  readonly dropped: number;
}

/** A stretch of time in which a source could not see, and whether the posts of it were fetched afterwards. */
export interface Gap {
  readonly id: number;
  readonly source: string;
  readonly from: number;
  readonly to: number;
  readonly why: string;
  /** When the backfill closed it; null while (or for ever if) posts are missing. */
  readonly closedAt: number | null;
}

/** Milliseconds from a post being written to its item being visible, over the newest posts that were not backfilled. */
export interface Latency {
  readonly samples: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** A public answer: the intent is stored before the network is called. */
export interface ReplyRow {
  readonly id: string;
  readonly itemId: number;
  /** The post it answers. */
  readonly postId: string;
  readonly text: string;
  readonly byId: string;
  readonly byName: string;
  readonly at: number;
  readonly state: 'sending' | 'sent' | 'failed' | 'uncertain';
  /** The public post, once sent. */
  readonly url: string | null;
  readonly why: string | null;
  readonly approvedBy: Person | null;
  /** What goes with it; absent when nothing does. */
  readonly pictures?: readonly Picture[];
}

/** Something said to a channel that is no card, and how far it has come; the fields of its way are those of {@link CardRow}. */
export interface NoticeRow {
  readonly id: number;
  readonly chat: string;
  readonly channel: string;
  /** The item in the thread of whose card it is said. */
  readonly thread: number | null;
  readonly notice: Notice;
  readonly version: number;
  readonly toldAt: number;
  readonly ref: string | null;
  readonly shownVersion: number;
  readonly postingAt: number | null;
  readonly notBefore: number;
  readonly failures: number;
  readonly givenUpVersion: number;
}

/** A burst of similar complaints, or of copies of one text. */
export interface Incident {
  readonly id: number;
  readonly kind: 'complaints' | 'copies';
  readonly state: IncidentState;
  readonly openedAt: number;
  /** When the last complaint came in. */
  readonly lastAt: number;
}

/** A picture as it is kept. */
export interface PictureRow {
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/** Something somebody did for us, as ingest found it. */
export interface DeedRow extends AuthorKey {
  readonly conversationId: string;
  readonly deed: Deed;
  readonly postId: string;
  readonly at: number;
}

/** What the deeds of an author come to. */
export interface Standing extends AuthorKey, Deeds {
  readonly name: string;
  readonly handle: string;
  readonly url: string | null;
  /** As `rankWith` reckons it. */
  readonly rank: number;
}

/** What an erasure took away. */
export interface Erased {
  /** Of the posts that are empty now, as they were. */
  readonly postIds: readonly string[];
  /** Items that were about them: their cards say so from now on. */
  readonly theirs: readonly number[];
  /** All items that show less now, those included: each is to be moved on, so that its cards are drawn again. */
  readonly touched: readonly number[];
  readonly notices: number;
}

/** A step that was taken for an item while its author waited since then. */
export interface EscalationRow extends DoneStep {
  readonly itemId: number;
  readonly waitingSince: number;
}

/** A reply that the team keeps. */
export interface SavedReply {
  readonly id: number;
  /** As it was written; no two differ in their case alone. */
  readonly name: string;
  /** With its placeholders. */
  readonly text: string;
  /** Who wrote it last, and when. */
  readonly by: Person;
  readonly at: number;
  /** In how many conversations it was taken. */
  readonly used: number;
}

/** An idea that was put before the team, and what became of it. */
export interface PromptRow {
  readonly itemId: number;
  /** Of the library; null for a person's own. */
  readonly idea: string | null;
  readonly source: string;
  /** What makes it one of its kind: a local day, the key of a fact; null when somebody asked for it. */
  readonly slot: string | null;
  /** `slack:C1`. */
  readonly channels: readonly string[];
  /** What it is fed by, as JSON. */
  readonly fact: string | null;
  readonly madeAt: number;
  /** When it is stale, if nobody took it; null once that is settled. */
  readonly lapsesAt: number | null;
  readonly publishedAt: number | null;
  /** When the team was told what it brought back. */
  readonly heardAt: number | null;
}

/** An act of a person, or of a network, that may teach. */
export interface UntaughtEvent {
  readonly id: number;
  readonly itemId: number;
  readonly type: ItemEvent['type'];
  /** Why it was dismissed; null for everything else. */
  readonly reason: string | null;
}

/** A team's head as it is kept. */
export interface HeadRow {
  readonly version: number;
  readonly stamp: number;
  readonly at: number;
  /** By how many clicks it was taught. */
  readonly lessons: number;
  readonly state: Uint8Array;
}

/** An item about to be created: the store gives it its number. */
export type NewItem = Omit<Item, 'id' | 'version'>;

/**
 * Every query of the product, on SQLite and PostgreSQL alike. Times are epoch milliseconds; lists are bounded by their
 * arguments. Inside {@link Ledger.transaction} the same queries see and make one atomic change.
 *
 * Errors: what the database throws, as it is; a lost race is never an error but a return value.
 */
export interface Queries {
  // Posts
  /** Which of these are stored, and in which conversation. */
  knownPosts(source: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Which of these conversations have a stored post. */
  knownConversations(source: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Stores posts that are new, and returns them in the given order (a post known by `(source, id)` is left as it is).
   * `backfilled` posts do not count in {@link Queries.latency}.
   */
  addPosts(posts: readonly Post[], receivedAt: number, backfilled: boolean): Promise<readonly Post[]>;
  /**
   * Takes over what authors changed: of the posts that are stored, those whose `editedAt` is later than ours. Returns
   * them; posts that are not stored, or not newer, change nothing.
   *
   * @param untimed also those without `editedAt` that are stored in other words, as long as ours has none either
   */
  editPosts(posts: readonly Post[], untimed?: boolean): Promise<readonly Post[]>;
  /** The network has deleted it, and so do we. False when it was not stored. */
  removePost(source: string, id: string): Promise<boolean>;
  post(source: string, id: string): Promise<Post | null>;
  /** The newest `limit` posts of a conversation, oldest first. */
  conversation(source: string, conversationId: string, limit: number): Promise<readonly Post[]>;
  countConversation(source: string, conversationId: string): Promise<number>;
  /** Moves the posts (and the item, when the target has none) of a conversation that turned out to be part of another. */
  moveConversation(source: string, from: string, to: string): Promise<void>;
  /** The newest posts first, of one source or all, for reviews and replays. */
  recentPosts(query: {
    readonly source?: string;
    readonly limit: number;
    readonly before?: number;
  }): Promise<readonly Post[]>;

  /** How many posts customers wrote on each source from `from` (included) to `to` (excluded); sources without one are left out. */
  volumes(from: number, to: number): Promise<readonly { readonly source: string; readonly posts: number }[]>;

  // Items
  /** Stores a new item at version 1 and returns it with its number; null when the conversation has one already. */
  createItem(item: NewItem): Promise<Item | null>;
  item(id: number): Promise<Item | null>;
  itemOf(source: string, conversationId: string): Promise<Item | null>;
  /** Compare and set: false when the stored version is no longer `next.version - 1`. */
  /** The newest item with any of these keys, not older than `since`; null when there is none. */
  twinOf(keys: readonly string[], since: number): Promise<Item | null>;
  rememberTwin(itemId: number, keys: readonly string[], at: number): Promise<void>;
  /** A conversation of another source that the item stands for, too. False when that is known. */
  addPlace(itemId: number, source: string, conversationId: string): Promise<boolean>;
  /** The item that stands for a conversation of another source; null when there is none. */
  itemOfPlace(source: string, conversationId: string): Promise<Item | null>;
  saveItem(next: Item): Promise<boolean>;
  /** Gives an item another conversation: a prompt has one of its own once it is public. @throws when that one has an item. */
  bindConversation(id: number, conversationId: string): Promise<void>;
  items(query: ItemQuery): Promise<readonly Item[]>;
  countItems(query: Omit<ItemQuery, 'limit' | 'offset' | 'order'>): Promise<number>;
  /** Open ones that nobody is told of are left out. */
  countByState(query: {
    readonly chat?: string;
    readonly channel?: string;
  }): Promise<Readonly<Record<ItemState, number>>>;
  /** Snoozed items whose time has come. */
  dueSnoozes(now: number, limit: number): Promise<readonly Item[]>;
  addEvents(events: readonly ItemEvent[]): Promise<void>;
  /** The newest `limit` events of an item, oldest first. */
  events(itemId: number, limit: number): Promise<readonly ItemEvent[]>;

  // Authors
  /** What we know of an author, leaving out `exceptConversation`. */
  author(source: string, authorId: string, exceptConversation: string): Promise<AuthorHistory>;

  /**
   * Who is called like this: all words (at most 5) occur in the name or the handle. Looked for in the newest 20,000 posts;
   * who wrote most comes first. Named as they were last.
   */
  authorsNamed(
    words: string,
    limit: number,
  ): Promise<readonly { readonly source: string; readonly author: Post['author'] }[]>;
  /** Items of the conversations an author wrote in last, latest first. */
  itemsOfAuthor(source: string, authorId: string, limit: number): Promise<readonly Item[]>;

  // The team's work as a whole
  /**
   * What happened from `from` (included) to `to` (excluded), at most the newest 50,000 events, and who waits now, but for
   * those of whom nobody is told.
   */
  window(from: number, to: number): Promise<Raw>;
  /** What others wrote in a window, newest first, spam left out. */
  heard(from: number, to: number, limit: number): Promise<readonly Heard[]>;
  /** Who wrote to us in a window, by source, most posts first. */
  crowds(from: number, to: number): Promise<readonly Crowd[]>;
  /** Our own posts of a window that answered nobody. */
  begunByUs(from: number, to: number): Promise<number>;
  /** Where the cards are of what came in a window and is of any of these kinds, at most 20,000. */
  placesOfKinds(
    from: number,
    to: number,
    kinds: readonly Kind[],
  ): Promise<readonly { readonly itemId: number; readonly kinds: readonly Kind[]; readonly place: Place }[]>;
  /** Questions answered in a window to which somebody else had written before us. */
  answeredBefore(from: number, to: number): Promise<ReadonlySet<number>>;
  /** What was sent through Potluck in a window, newest first. */
  sentTexts(from: number, to: number, limit: number): Promise<readonly string[]>;
  /** What each source cost from one day (included) to another (excluded), `2026-11-30`. */
  spentBetween(
    from: string,
    to: string,
  ): Promise<readonly { readonly source: string; readonly cost: Required<Cost> }[]>;
  /** Items by their numbers, in the same order; those that do not exist are left out. */
  itemsNumbered(ids: readonly number[]): Promise<readonly Item[]>;
  /** The items that changed last, with their versions. */
  newestChanges(limit: number): Promise<readonly { readonly id: number; readonly version: number }[]>;
  /** The newest items with the posts they show, newest first. @param before only those with a smaller number */
  newestItems(
    limit: number,
    before?: number,
  ): Promise<readonly { readonly item: Item; readonly post: Post | null }[]>;
  setting(name: string): Promise<string | null>;
  saveSetting(name: string, value: string): Promise<void>;

  // What a team's clicks taught
  /** Acts that nothing was learnt from yet, oldest first. */
  untaught(limit: number): Promise<readonly UntaughtEvent[]>;
  /** Nothing is learnt from these a second time. */
  markTaught(eventIds: readonly number[], at: number): Promise<void>;
  /** What was learnt of these items last. */
  sayings(itemIds: readonly number[]): Promise<ReadonlyMap<number, Saying>>;
  saveSayings(sayings: ReadonlyMap<number, Saying>): Promise<void>;
  /** Changes whenever what holds does; 0 while nothing is learnt. */
  headStamp(): Promise<number>;
  /** 0 is what holds; others are versions that were kept. */
  head(version: number): Promise<HeadRow | null>;
  saveHead(head: HeadRow): Promise<void>;
  /** The versions that were kept, newest first. */
  heads(limit: number): Promise<readonly Omit<HeadRow, 'stamp' | 'state'>[]>;
  /** Forgets the versions below this one. */
  dropHeads(below: number): Promise<void>;
  /** Forgets all that was learnt, so that it is learnt anew from the ledger. */
  unteach(): Promise<void>;

  // Cards
  /** Makes sure the item has a card row in each place. */
  wantCards(
    itemId: number,
    places: readonly { readonly chat: string; readonly channel: string }[],
  ): Promise<void>;
  /** Forgets the cards of an item that were never tried to be posted. */
  unwantCards(itemId: number): Promise<void>;
  cardsOf(itemId: number): Promise<readonly CardRow[]>;
  cardByRef(chat: string, ref: string): Promise<CardRow | null>;
  /**
   * Cards of a chat that are behind their item and may be tried now, most urgent first. A card that was never posted
   * and whose item is closed is not behind: there is nothing to show.
   *
   * @param except channels that are not looked at
   * @param full channels in which nothing new is begun, unless its priority is at least `exempt`
   */
  cardsBehind(
    chat: string,
    now: number,
    limit: number,
    except?: readonly string[],
    full?: { readonly channels: readonly string[]; readonly exempt: number },
  ): Promise<readonly CardBehind[]>;
  /** How many cards were begun in each channel of a chat since then. */
  cardsBegun(chat: string, since: number): Promise<ReadonlyMap<string, number>>;
  /** Items whose card in a channel was never begun though they are open, most urgent first, and how many there are. */
  cardsHeld(
    chat: string,
    channel: string,
    limit: number,
    offset?: number,
  ): Promise<{ readonly items: readonly Item[]; readonly total: number }>;
  /** Earliest `notBefore` in the future among cards that are behind; null when none waits. */
  nextCardAt(chat: string, now: number): Promise<number | null>;
  /** All or none; one commit. */
  saveCards(rows: readonly CardRow[]): Promise<void>;

  // Sources
  sourceState(name: string): Promise<SourceState>;
  saveSourceState(name: string, state: SourceState): Promise<void>;
  openGap(source: string, from: number, to: number, why: string): Promise<void>;
  /** Marks every open gap that ended before `now` as fetched, but for those with the reason `exceptWhy`. */
  closeGaps(source: string, now: number, exceptWhy?: string): Promise<void>;
  /** Newest first. */
  gaps(source: string, limit: number): Promise<readonly Gap[]>;
  /** Over the newest `samples` posts (at most 1,000). */
  latency(source: string, samples: number): Promise<Latency>;

  /** Counts what a source costs on a day; false, and nothing is counted, when that would go over the budget. */
  spend(source: string, day: string, cost: Cost, budget: Budget): Promise<boolean>;
  spent(source: string, day: string): Promise<Cost>;
  /** Items of a source opened since then that somebody took or answered: alerts that were worth their cost. */
  usefulSince(source: string, from: number): Promise<number>;

  // Complaints that are one matter
  /** Keeps the words by which an item's complaint is compared. */
  rememberSignature(signature: {
    readonly itemId: number;
    readonly author: string;
    readonly words: readonly string[];
    readonly at: number;
    readonly sketch?: Sketch;
  }): Promise<void>;
  /** Sketches of items with a higher number, not older than `since`: the newest `limit`, oldest first. */
  sketchesAfter(
    itemId: number,
    since: number,
    limit: number,
  ): Promise<readonly { readonly itemId: number; readonly sketch: Sketch }[]>;
  /** Of these items, what they are compared by; in the order of their numbers. */
  signaturesOf(itemIds: readonly number[]): Promise<readonly Signature[]>;
  /** Of complaints, newest first. */
  recentSignatures(since: number, limit: number): Promise<readonly Signature[]>;
  /** Makes an incident of these items, as far as they are in none; returns its number. */
  beginIncident(itemIds: readonly number[], at: number, kind?: Incident['kind']): Promise<number>;
  joinIncident(id: number, itemId: number, at: number): Promise<void>;
  /** False when it had ended before. */
  endIncident(id: number, state: 'done' | 'split'): Promise<boolean>;
  incident(id: number): Promise<Incident | null>;
  openIncidents(limit: number): Promise<readonly Incident[]>;
  /** Of these items, those that are in an incident which is open, with its number. */
  incidentsOf(itemIds: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Its items, oldest first. */
  incidentItems(id: number, limit: number): Promise<readonly Item[]>;

  // What is said beside the cards
  /**
   * Makes sure that something is said in a place: new under its key, or changed, one version on. False when it is there
   * already, word for word.
   */
  tellNotice(said: {
    readonly key: string;
    readonly chat: string;
    readonly channel: string;
    readonly notice: Notice;
    readonly thread: number | null;
    readonly at: number;
  }): Promise<boolean>;
  notice(id: number): Promise<NoticeRow | null>;
  /** What is still to be said in a chat, oldest first. @param except channels that are not looked at */
  noticesBehind(
    chat: string,
    now: number,
    limit: number,
    except?: readonly string[],
  ): Promise<readonly NoticeRow[]>;
  /** Saves how far it has come; what it says and its version stay as they are. */
  saveNotice(row: NoticeRow): Promise<void>;
  newestNotices(chat: string, limit: number): Promise<readonly NoticeRow[]>;
  /** True for the first one who asks for this slot, ever; among processes, too. */
  claimSlot(name: string, slot: string, now: number): Promise<boolean>;
  /** Whether somebody had this slot already. */
  slotClaimed(name: string, slot: string): Promise<boolean>;
  /** Keeps a picture under an id that says what it is; the same id again changes nothing. At most 2 MB. */
  savePicture(picture: PictureRow & { readonly id: string }, at: number): Promise<void>;
  picture(id: string): Promise<PictureRow | null>;

  // Who is responsible
  /** Swaps that end after `since`, in the order in which they were arranged; the newest 500. */
  swaps(since: number): Promise<readonly Swap[]>;
  addSwap(swap: Omit<Swap, 'id' | 'undone'>): Promise<Swap>;
  /** False when it was taken back before. */
  undoSwap(id: number, by: Person, at: number): Promise<boolean>;
  escalations(itemIds: readonly number[]): Promise<readonly EscalationRow[]>;
  /** True for the first one who takes this step; among processes, too. */
  escalate(step: EscalationRow): Promise<boolean>;

  // Replies
  addReply(reply: ReplyRow): Promise<void>;
  reply(id: string): Promise<ReplyRow | null>;
  /** How many answers of this person are public, counted up to `most`. */
  countSentBy(personId: string, most: number): Promise<number>;
  finishReply(id: string, end: Pick<ReplyRow, 'state' | 'url' | 'why'>): Promise<void>;
  /** Replies still `sending` that began before `before`. */
  stuckReplies(before: number): Promise<readonly ReplyRow[]>;

  // Pictures of drafts: their files alone, the item says which of them go out
  addAttachment(file: {
    readonly id: string;
    readonly itemId: number;
    readonly mime: string;
    readonly bytes: Uint8Array;
    readonly by: Person;
    readonly at: number;
  }): Promise<void>;
  attachment(
    itemId: number,
    id: string,
  ): Promise<{ readonly mime: string; readonly bytes: Uint8Array } | null>;
  removeAttachment(itemId: number, id: string): Promise<void>;
  // Suggestions for drafts
  /** Most used first. */
  savedReplies(limit: number): Promise<readonly SavedReply[]>;
  /** By its number, or by its name in any case. */
  savedReply(key: number | string): Promise<SavedReply | null>;
  /** False when one is called so already. */
  addSavedReply(reply: Pick<SavedReply, 'name' | 'text' | 'by' | 'at'>): Promise<boolean>;
  changeSavedReply(id: number, change: Pick<SavedReply, 'text' | 'by' | 'at'>): Promise<boolean>;
  /** Its count goes with it. */
  removeSavedReply(id: number): Promise<boolean>;
  /** It was taken for a conversation; the same one counts once. */
  useSavedReply(id: number, itemId: number, at: number): Promise<void>;
  /** Makes an answered conversation findable by what it was about; without terms it no longer is. */
  indexAnswer(answer: {
    readonly itemId: number;
    readonly terms: readonly string[];
    readonly at: number;
  }): Promise<void>;
  /** Answered conversations about the same, rare terms counting more, at most 60; `except` is left out. */
  similarAnswers(
    terms: readonly string[],
    except: number,
    limit: number,
  ): Promise<readonly (Likeness & { readonly itemId: number })[]>;
  countAnswers(): Promise<number>;
  /** Keeps the newest; takes at most 500 of the others away, and says how many. */
  trimAnswers(most: number): Promise<number>;
  /** Items that changed after one of them, the longest ago first. */
  changedItems(after: { readonly at: number; readonly id: number }, limit: number): Promise<readonly Item[]>;

  // Ideas for human posts
  /** False, and nothing is stored, when its item or its slot has one. */
  addPrompt(prompt: Omit<PromptRow, 'publishedAt' | 'heardAt'>): Promise<boolean>;
  prompt(itemId: number): Promise<PromptRow | null>;
  changePrompt(
    itemId: number,
    change: Partial<Pick<PromptRow, 'idea' | 'fact' | 'lapsesAt' | 'heardAt'>>,
  ): Promise<void>;
  /** Newest first, at most 1,000. */
  promptsSince(from: number): Promise<readonly PromptRow[]>;
  /** Those whose time is over by now, the longest over first. */
  promptsToLapse(now: number, limit: number): Promise<readonly PromptRow[]>;
  /** It is public since `at`; a person's own becomes a row by it. */
  publishPrompt(itemId: number, source: string, at: number): Promise<void>;
  /** Those that were published before `before` and whose echo nobody was told of, the oldest first. */
  promptsToHear(before: number, limit: number): Promise<readonly PromptRow[]>;
  /** It is not suggested before `until`; null is never again, and nothing shortens that. */
  restIdea(idea: string, until: number | null): Promise<void>;
  restingIdeas(now: number): Promise<ReadonlySet<string>>;
  /** When complaints came before the team, newest first, at most 20,000. */
  complaintsSince(from: number): Promise<readonly number[]>;

  // Acquaintances
  /** The number of an author's acquaintance, made where there was none. */
  acquaint(author: AuthorKey): Promise<number>;
  /** What is known of these authors, by `authorKey`; four statements however many there are. At most 1,000. */
  acquaintances(authors: readonly AuthorKey[]): Promise<ReadonlyMap<string, Acquaintance>>;
  /** By the number of any of their accounts. */
  acquaintance(id: number): Promise<Acquaintance | null>;
  /** Newest first, of all their accounts. */
  acquaintanceNotes(id: number, limit: number): Promise<readonly AcquaintanceNote[]>;
  addAcquaintanceNote(id: number, note: AcquaintanceNote): Promise<void>;
  /** False when they have it already. */
  tagAcquaintance(id: number, tag: string): Promise<boolean>;
  /** False when none of their accounts has it. */
  untagAcquaintance(id: number, tag: string): Promise<boolean>;
  /** Null forgets it, on all their accounts. */
  saveBirthday(id: number, birthday: Birthday | null): Promise<void>;
  /** Null when they may be written to again. */
  saveNoContact(id: number, noContact: Acquaintance['noContact']): Promise<void>;
  /** When thanks were proposed (nobody yet), and who took it. */
  saveThanks(id: number, thanks: NonNullable<Acquaintance['thanks']>): Promise<void>;
  /** Two accounts are one human, says a person of the team. False when they were already. */
  linkAcquaintances(one: number, other: number, by: Person, at: number): Promise<boolean>;
  /** The account stands alone again, with what was written on it. False when it was alone. */
  unlinkAcquaintance(id: number): Promise<boolean>;
  /** Two humans, says a person of the team. */
  markStrangers(one: number, other: number): Promise<void>;
  areStrangers(one: number, other: number): Promise<boolean>;
  /** Acquaintances with a birthday on one of these days of the year (at most 400), at most `limit`, by day. */
  birthdaysOn(
    days: readonly { readonly month: number; readonly day: number }[],
    limit: number,
  ): Promise<readonly Acquaintance[]>;
  /** An author as they were called last; null when nothing of theirs is stored. */
  authorAsLast(author: AuthorKey): Promise<Post['author'] | null>;
  /** The newest first. */
  postsOfAuthor(author: AuthorKey, limit: number, before?: number): Promise<readonly Post[]>;

  // Deeds
  /** Counts once a conversation; false when it was counted, then nothing changes. */
  addDeed(deed: DeedRow, author: Post['author'], topics: readonly string[]): Promise<boolean>;
  /** The post is gone: so is what it counted for. */
  removeDeeds(source: string, postId: string): Promise<void>;
  standings(authors: readonly AuthorKey[]): Promise<ReadonlyMap<string, Standing>>;
  /** From this rank on, the highest first. */
  bestStandings(leastRank: number, limit: number): Promise<readonly Standing[]>;
  /** What was done from `from` (included) to `to` (excluded), by author, who did most first. */
  deedsBetween(from: number, to: number, limit: number): Promise<readonly (AuthorKey & Deeds)[]>;
  /** Deeds about any of these topics since then, newest first. */
  deedsAbout(topics: readonly string[], since: number, limit: number): Promise<readonly Knowing[]>;

  // Erasure
  /** When each of these was erased, by hash. */
  erasedAt(hashes: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Whether anybody ever was. */
  anyErased(): Promise<boolean>;
  /** What is left to know authors and posts by that were erased. */
  rememberErased(hashes: readonly string[], at: number): Promise<void>;
  /** What was sent to the items, oldest first. */
  repliesTo(
    itemIds: readonly number[],
  ): Promise<readonly Pick<ReplyRow, 'id' | 'itemId' | 'text' | 'at' | 'state' | 'url'>[]>;
  /** The newest first. */
  deedsOf(author: AuthorKey, limit: number): Promise<readonly DeedRow[]>;
  /**
   * Takes an author out of every table; see `erasure.ts`. The items are to be moved on in the same transaction.
   *
   * @param token unique for ever: what stands for their ids
   */
  eraseAuthor(author: AuthorKey, token: string): Promise<Erased>;

  // Leases
  /** Takes or renews a lease; false while somebody else holds it. One conditional statement. */
  lease(name: string, holder: string, ttlMs: number, now: number): Promise<boolean>;
  releaseLease(name: string, holder: string): Promise<void>;
  /** Everybody who holds, or held, a lease that is still in the table. */
  leaseHolders(): Promise<readonly string[]>;
  /** Gives back everything one holder has: it stopped, or is known to be dead. */
  releaseHolder(holder: string): Promise<void>;
}

/** The ledger: {@link Queries}, transactions, and what surrounds them. */
export interface Store extends Queries {
  readonly dialect: 'sqlite' | 'postgres';
  /** All or nothing. Serialised per `lock` (a conversation, say) across processes; nested calls are a programming error. */
  transaction<T>(lock: string, work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Storage for Keyv on the same database. */
  keyvStore(): KeyvStoreAdapter;
  /** Deletes expired key-value rows, finished leases, and pictures of items that have been closed for a week; returns how many. */
  sweep(now: number): Promise<number>;
  /** Writes a consistent copy while running (SQLite file; PostgreSQL: a clear error that names pg_dump). */
  backup(path: string): Promise<void>;
  /** Whether a trivial query works. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
