import type { ActRequest, ActResult, ChatAction } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { gapProblem } from '../domain/drafts/gaps.ts';
import {
  type Action,
  type Actor,
  type Item,
  isClosed,
  isUnpublished,
  type PersonAction,
  SYSTEM,
  type SystemAction,
  transition,
} from '../domain/item.ts';
import type { PictureAction } from '../domain/item-pictures.ts';
import type { Permission } from '../domain/permission.ts';
import { picturesProblem } from '../domain/picture.ts';
import { type Post, readableText } from '../domain/post.ts';
import type { Measure } from '../domain/reply.ts';
import { AuthError, messageOf, RateLimitedError, RejectedError, UncertainError } from '../errors.ts';
import type { Source } from '../sources/source.ts';
import type { Queries, Store } from '../store/store.ts';
import { loadMedia } from './attachments.ts';
import type { IdeaBook } from './idea-book.ts';
import type { Policy } from './policy.ts';
import { ideaReason } from './propose.ts';
import type { View } from './view.ts';
import { shutWords, wayOut } from './way-out.ts';
import { remarksOn } from './wording.ts';

export interface ActDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly view: View;
  readonly sources: ReadonlyMap<string, Source>;
  /** A new reply id: 13 or more characters, unique for ever. */
  readonly newId: () => string;
  readonly policy: Policy;
  /** Why nobody but a manager may write to the person an item is about, in words; null when everybody may. */
  readonly whyNotContact: (item: Item) => Promise<string | null>;
  readonly changed: (itemIds: readonly number[]) => void;
  /** Stores our public posts, so that the conversation is complete at once. */
  readonly record: (
    source: string,
    posts: Awaited<ReturnType<NonNullable<Source['reply']>>>,
  ) => Promise<void>;
  /** Which idea comes next, and what is remembered of it. */
  readonly ideas: IdeaBook;
  readonly log: { warn(fields: object, message: string): void };
}

/** The action → transition half of the journey. */
export interface Act {
  (request: ActRequest): Promise<ActResult>;
  /** How the network would count and split a reply to this item; null where no reply is possible. */
  measure(itemId: number, text: string): Promise<Measure | null>;
  /** A change of an item's pictures, together with what happens to their files. Who may is not asked again. */
  change(
    itemId: number,
    action: PictureAction,
    actor: Actor,
    also: (queries: Queries) => Promise<void>,
  ): Promise<ActResult>;
  /** Does something for a person; what is thrown becomes words for them, and a line of the log. */
  told(itemId: number, what: string, work: () => Promise<ActResult>): Promise<ActResult>;
  /** Gives replies whose outcome nobody knows back to a person. Returns how many. */
  settleStuck(): Promise<number>;
  /** Resolves when no reply is on its way any more. */
  idle(): Promise<void>;
}

/** The network gets this long to take a reply. After it, and some slack, a reply counts as uncertain. */
const SEND_TIMEOUT_MS = 45_000;
const STUCK_AFTER_MS = 2 * SEND_TIMEOUT_MS;
const ATTEMPTS = 10;
const NO_WAY =
  'Potluck cannot reply there. Open the post and answer on the network; the card closes by itself.';

const WORDS: Readonly<Partial<Record<Action['type'], (item: Item) => string>>> = {
  claim: (item) => `#${item.id} is yours.`,
  release: (item) => `#${item.id} is back in the queue.`,
  assign: (item) => `#${item.id} is with ${item.owner?.name}.`,
  draft: (item) =>
    item.draft
      ? `The draft for #${item.id} is saved. Nothing is public yet.`
      : `The draft for #${item.id} is gone.`,
  'request-approval': (item) => `The draft for #${item.id} waits for a second person. Nothing is public yet.`,
  refuse: (item) =>
    `The draft for #${item.id} is not approved. ${item.owner?.name ?? 'Whoever takes it'} reads why on the card.`,
  another: (item) => `#${item.id} has another idea.`,
  'not-today': (item) => `#${item.id} is put away for today.`,
  'mark-answered': (item) => `#${item.id} is marked as answered.`,
  dismiss: (item) => `#${item.id} is dismissed.`,
  snooze: (item) => `#${item.id} sleeps and comes back by itself.`,
  reopen: (item) => `#${item.id} is open again.`,
  attach: (item) => `The picture goes out with the draft for #${item.id}. Nothing is public yet.`,
  describe: (item) => `The description is saved with the draft for #${item.id}.`,
  detach: (item) => `The picture is no longer part of the draft for #${item.id}.`,
  note: (item) => `Noted on #${item.id}. Only the team sees it.`,
};

/** What each action needs beyond holding the item. */
const NEEDED: Readonly<Partial<Record<ChatAction['type'], Permission>>> = {
  send: 'send',
  approve: 'approve',
  refuse: 'approve',
  dismiss: 'dismiss',
  assign: 'assign',
};

/** What leads to words in public for the person an item is about. */
const TO_THEM: ReadonlySet<ChatAction['type']> = new Set(['draft', 'request-approval', 'approve', 'send']);

type Send = Extract<ChatAction, { type: 'send' | 'approve' }>;

/** What is decided at once. */
type Decided = Exclude<PersonAction, { type: 'send' | 'approve' }>;

function isSend(action: ChatAction): action is Send {
  return action.type === 'send' || action.type === 'approve';
}

export function createAct(deps: ActDeps): Act {
  const { store, clock, view } = deps;
  const sending = new Set<Promise<unknown>>();

  async function act(request: ActRequest): Promise<ActResult> {
    const actor: Actor = { ...request.actor, role: deps.policy.roleOf(request.actor) };
    const { action, itemId } = request;
    return told(itemId, action.type, async () => {
      const work = forbids(request).then(
        (forbidden) =>
          forbidden ??
          (isSend(action)
            ? send(itemId, action, actor)
            : action.type === 'another'
              ? another(itemId, actor)
              : decide(itemId, action, actor)),
      );
      return isSend(action) ? tracked(work) : work;
    });
  }

  /** Whoever clicked reads what happened; an exception would leave them with a spinning button. */
  async function told(itemId: number, action: string, work: () => Promise<ActResult>): Promise<ActResult> {
    try {
      return await work();
    } catch (error) {
      deps.log.warn({ itemId, action, error: messageOf(error) }, 'an action failed');
      const text = `Potluck could not finish that just now. Look at #${itemId} again before you try once more.`;
      return { ok: false, refusal: { code: 'unavailable', text }, card: null };
    }
  }

  /** Whoever asked not to hear from us is written to only when a manager decides so. */
  async function shy({ itemId, action, actor }: ActRequest): Promise<ActResult | null> {
    if (!TO_THEM.has(action.type) || deps.policy.roleOf(actor) === 'manager') return null;
    // An empty draft takes one away.
    if (action.type === 'draft' && action.text.trim() === '') return null;
    const item = await store.item(itemId);
    const text = item && (await deps.whyNotContact(item));
    if (!text) return null;
    return { ok: false, refusal: { code: 'not-allowed', text }, card: await cardOf(itemId) };
  }

  /** The team's policy, enforced here and nowhere else. */
  async function forbids(request: ActRequest): Promise<ActResult | null> {
    const { itemId, action, actor } = request;
    const unwanted = await shy(request);
    if (unwanted) return unwanted;
    const needed = NEEDED[action.type];
    if (!needed) return null;
    const may = deps.policy.may(actor, needed);
    const why = may.ok ? await secondPerson(itemId, action, actor) : may.text;
    if (why === null) return null;
    const card = await cardOf(itemId);
    if (!card) return notFound(itemId);
    return action.type === 'send'
      ? { ok: false, refusal: { code: 'needs-approval', text: `${why} Ask for approval instead.` }, card }
      : { ok: false, refusal: { code: 'not-allowed', text: why }, card };
  }

  /** Why somebody else must read this first; null when nobody must. Whoever may approve is that somebody. */
  async function secondPerson(
    itemId: number,
    action: ChatAction,
    actor: ActRequest['actor'],
  ): Promise<string | null> {
    if (action.type !== 'send' || !deps.policy.approvals || deps.policy.may(actor, 'approve').ok) return null;
    const item = await store.item(itemId);
    if (!item) return null;
    const post = await store.post(item.source, item.postId);
    const { newResponders } = deps.policy;
    const sent = newResponders > 0 ? await store.countSentBy(actor.id, newResponders) : null;
    const reason = deps.policy.approvalReason(
      item,
      [action.text, ...(post ? [readableText(post)] : [])],
      sent,
    );
    if (reason !== null) return reason;
    if (!deps.policy.blocks) return null;
    const measured = wayOut(deps.sources.get(item.source), item, post)?.measure(action.text) ?? null;
    return deps.policy.wordingReason(await remarksOn(store, item, action.text, measured));
  }

  function tracked<T>(work: Promise<T>): Promise<T> {
    sending.add(work);
    return work.finally(() => sending.delete(work));
  }

  /** Puts the next fitting idea in place of the one that is shown. */
  async function another(itemId: number, actor: Actor): Promise<ActResult> {
    const item = await store.item(itemId);
    if (!item) return notFound(itemId);
    const tried = transition(item, { type: 'another', idea: '', text: '', why: '' }, actor, clock.now());
    if (!tried.ok) return { ok: false, refusal: tried.refusal, card: await view.card(item) };
    const next = await deps.ideas.next(item);
    if (!next) {
      const text = 'No other idea fits today. Write your own with Draft, or put it away.';
      return { ok: false, refusal: { code: 'not-possible', text }, card: await view.card(item) };
    }
    const { idea, text, reason } = next;
    return decide(itemId, { type: 'another', idea: idea.id, text, why: ideaReason(reason) }, actor);
  }

  async function decide(
    itemId: number,
    action: Decided,
    actor: Actor,
    also?: (queries: Queries) => Promise<void>,
  ): Promise<ActResult> {
    const outcome = await change(itemId, action, actor, also);
    if ('refused' in outcome) return outcome.refused;
    const card = await view.card(outcome.item);
    return { ok: true, card, text: WORDS[action.type]?.(outcome.item) ?? 'Done.' };
  }

  /** One transition with compare-and-set. Of two people at the same time one wins, the other reads who. */
  async function change(
    itemId: number,
    action: Action,
    actor: Actor,
    also?: (queries: Queries, item: Item) => Promise<void>,
    lock = `item:${itemId}`,
  ): Promise<{ item: Item } | { refused: ActResult }> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await store.item(itemId);
      if (!before) return { refused: notFound(itemId) };
      const outcome = transition(before, action, actor, clock.now());
      if (!outcome.ok) {
        return { refused: { ok: false, refusal: outcome.refusal, card: await view.card(before) } };
      }
      const saved = await store.transaction(lock, async (queries) => {
        if (!(await queries.saveItem(outcome.item))) return false;
        await queries.addEvents(outcome.events);
        await deps.ideas.learn(queries, outcome.item, action);
        await also?.(queries, outcome.item);
        return true;
      });
      if (saved) {
        deps.changed([itemId]);
        return { item: outcome.item };
      }
    }
    const card = await cardOf(itemId);
    return {
      refused: {
        ok: false,
        refusal: { code: 'unavailable', text: `#${itemId} is changing a lot right now. Please try again.` },
        card,
      },
    };
  }

  async function cardOf(itemId: number): Promise<Awaited<ReturnType<View['card']>> | null> {
    const item = await store.item(itemId);
    return item ? view.card(item) : null;
  }

  function notFound(itemId: number): ActResult {
    return { ok: false, refusal: { code: 'not-found', text: `There is no #${itemId}.` }, card: null };
  }

  /** Stores the intent, calls the network once, and records what came of it. */
  async function send(itemId: number, action: Send, actor: Actor): Promise<ActResult> {
    const item = await store.item(itemId);
    if (!item) return notFound(itemId);
    const source = deps.sources.get(item.source);
    const post = await store.post(item.source, item.postId);
    const refuse = async (words: string): Promise<ActResult> => ({
      ok: false,
      refusal: { code: 'not-possible', text: words },
      card: await view.card(item),
    });
    const way = wayOut(source, item, post);
    if (!way) return refuse([shutWords(source, post), NO_WAY].filter((words) => words !== null).join(' '));
    // Without a request the state machine says so; there is no text that could be measured.
    const text = action.type === 'send' ? action.text : (item.approval?.text ?? null);
    const problem = text === null ? null : (gapProblem(text) ?? way.measure(text.trim())?.problem ?? null);
    if (problem !== null) return refuse(problem);

    const replyId = deps.newId();
    const started = await change(
      itemId,
      { ...action, replyId },
      actor,
      async (queries, { sending: begun, updatedAt, pictures }) => {
        if (!begun) throw new Error(`#${itemId} should be sending.`);
        await queries.addReply({
          id: replyId,
          itemId,
          postId: item.postId,
          text: begun.text,
          byId: begun.by.id,
          byName: begun.by.name,
          at: updatedAt,
          state: 'sending',
          url: null,
          why: null,
          approvedBy: begun.approvedBy ?? null,
          ...(pictures?.length ? { pictures } : {}),
        });
      },
    );
    if ('refused' in started) return started.refused;

    let ours: readonly Post[];
    try {
      // From here on nobody can change them: what is loaded is what was decided.
      const pictures = started.item.pictures ?? [];
      const unfit = picturesProblem(pictures, way.pictures, source?.label ?? item.source);
      if (unfit !== null) throw new RejectedError(unfit);
      const media = await loadMedia(store, itemId, pictures);
      ours = await way.go(started.item.sending?.text ?? '', {
        idempotencyKey: replyId,
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
        ...(media.length > 0 ? { media } : {}),
      });
    } catch (error) {
      return notSent(itemId, replyId, error);
    }
    const url = ours[0]?.url ?? null;
    const words = url ? `Sent: ${url}` : 'Sent.';
    try {
      const first = isUnpublished(item) ? ours[0] : undefined;
      const published = first && { postId: first.id, conversationId: first.conversationId };
      const sent = { type: 'sent', replyId, url, ...(published ? { published } : {}) } as const;
      const stray = await finish(itemId, sent, { state: 'sent', url, why: null });
      await deps.record(item.source, ours);
      if (stray) await takeOver(itemId, stray);
      else if (post) await reopenIfAskedMeanwhile(itemId, post, ours);
    } catch (error) {
      // It is public whatever happens here; what is missing is made up for when the network brings the post.
      deps.log.warn(
        { itemId, replyId, error: messageOf(error) },
        'a reply was sent and could not be recorded',
      );
      return {
        ok: false,
        refusal: {
          code: 'unavailable',
          text: `${words} Potluck could not write it down, though: do not send it again.`,
        },
        card: null,
      };
    }
    const card = await cardOf(itemId);
    return card ? { ok: true, card, text: words } : notFound(itemId);
  }

  /** Ends a reply. The item may have gone on without it (its own post came back first, say): then only its row is closed. */
  async function finish(
    itemId: number,
    action: Extract<Action, { replyId: string }> & SystemAction,
    end: Parameters<Queries['finishReply']>[1],
  ): Promise<Item | null> {
    const published = action.type === 'sent' ? action.published : undefined;
    let stray: Item | null = null;
    const also = async (queries: Queries, item: Item): Promise<void> => {
      await queries.finishReply(action.replyId, end);
      if (published) stray = await bind(queries, item, published.conversationId);
    };
    // Nobody makes an item of the new conversation between the look and the binding.
    const source = published && (await store.item(itemId))?.source;
    const done = await change(itemId, action, SYSTEM, also, source && `source:${source}`);
    if ('refused' in done) await store.finishReply(action.replyId, end);
    return stray;
  }

  /** Gives a prompt the conversation that it began. Returns the item that the first answer may have made of it already. */
  async function bind(queries: Queries, item: Item, conversationId: string): Promise<Item | null> {
    const there = await queries.itemOf(item.source, conversationId);
    const stray = there && there.id !== item.id ? there : null;
    if (stray) await queries.bindConversation(stray.id, `merged:${stray.id}`);
    await queries.bindConversation(item.id, conversationId);
    await queries.publishPrompt(item.id, item.source, item.updatedAt);
    return stray;
  }

  /** Somebody answered our post before we knew that it was out: what they asked belongs to the prompt. */
  async function takeOver(itemId: number, stray: Item): Promise<void> {
    const { kinds, priority, answerDue, suggested, reasons, postId } = stray;
    const asked = await store.post(stray.source, postId);
    await change(stray.id, { type: 'merge', into: itemId }, SYSTEM);
    const at = asked?.createdAt ?? stray.openedAt;
    const verdict = { kinds, priority, answerDue, suggested, reasons };
    if (!isClosed(stray)) await change(itemId, { type: 'customer-posted', postId, at, verdict }, SYSTEM);
  }

  /** The customer wrote again between our reply and the news that it was out: the last word is theirs. */
  async function reopenIfAskedMeanwhile(itemId: number, post: Post, ours: readonly Post[]): Promise<void> {
    const item = await store.item(itemId);
    if (item?.state !== 'answered' || item.postId === post.id || !item.answerDue) return;
    const asked = await store.post(item.source, item.postId);
    if (!asked || ours.some((one) => one.createdAt >= asked.createdAt)) return;
    const { kinds, priority, answerDue, suggested, reasons } = item;
    const verdict = { kinds, priority, answerDue, suggested, reasons };
    await change(itemId, { type: 'customer-posted', postId: asked.id, at: asked.createdAt, verdict }, SYSTEM);
  }

  async function notSent(itemId: number, replyId: string, error: unknown): Promise<ActResult> {
    const certain =
      error instanceof RejectedError || error instanceof RateLimitedError || error instanceof AuthError;
    const why = messageOf(error);
    deps.log.warn({ itemId, replyId, error: why, uncertain: !certain }, 'a reply was not confirmed');
    const action = certain
      ? ({ type: 'send-failed', replyId, why } as const)
      : ({ type: 'send-uncertain', replyId } as const);
    await finish(itemId, action, { state: certain ? 'failed' : 'uncertain', url: null, why });
    const hint = error instanceof UncertainError ? why : `The network did not confirm it (${why}).`;
    const text = certain
      ? `Not sent: ${why} The text is kept as the draft.`
      : `${hint} Look at the conversation before you send it again; the text is kept as the draft.`;
    return { ok: false, refusal: { code: 'unavailable', text }, card: await cardOf(itemId) };
  }

  async function settleStuck(): Promise<number> {
    const stuck = await store.stuckReplies(clock.now() - STUCK_AFTER_MS);
    const end = { state: 'uncertain', url: null, why: 'Potluck stopped while it was on its way.' } as const;
    for (const { id, itemId } of stuck) {
      try {
        await finish(itemId, { type: 'send-uncertain', replyId: id }, end);
      } catch (error) {
        // One that cannot be settled now does not keep the others waiting.
        deps.log.warn({ itemId, replyId: id, error: messageOf(error) }, 'a reply could not be given back');
      }
    }
    return stuck.length;
  }

  async function measure(itemId: number, text: string): Promise<Measure | null> {
    const item = await store.item(itemId);
    if (!item) return null;
    const post = await store.post(item.source, item.postId);
    const measured = wayOut(deps.sources.get(item.source), item, post)?.measure(text) ?? null;
    // A gap that nobody filled would be public.
    return measured && { ...measured, problem: gapProblem(text) ?? measured.problem };
  }

  return Object.assign(act, {
    measure,
    told,
    change: decide,
    settleStuck,
    idle: async () => {
      while (sending.size > 0) await Promise.allSettled([...sending]);
    },
  });
}
