import { ERASED } from './erasure.ts';
import { changePictures, type PictureAction, samePictures } from './item-pictures.ts';
import { PICTURES_KEPT_MS, type Picture } from './picture.ts';
import type { Kind, Reason, SuggestedResponse, Verdict } from './triage/verdict.ts';

/** A person of the team. `id` is namespaced by surface: `slack:T1/U2`, `web:ana`. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

export type Role = 'responder' | 'manager';

/** Who acts, in which role, and where: every event records it. */
export interface Actor extends Person {
  readonly role: Role | 'system';
  /** `web`, `slack`, `discord`, `api`, or `system` for the passing of time and what the networks tell us. */
  readonly surface: string;
}

/** The passing of time, or news from a network. */
export const SYSTEM: Actor = { id: 'system', name: 'Potluck', role: 'system', surface: 'system' };

export const STATES = ['open', 'claimed', 'snoozed', 'answered', 'dismissed'] as const;
export type ItemState = (typeof STATES)[number];

/** Reasons a person may give for not answering. The words are shown on buttons and in digests. */
export const DISMISS_REASONS = {
  'not-relevant': 'Not about us',
  spam: 'Spam',
  'no-answer-needed': 'No answer needed',
  elsewhere: 'Handled elsewhere',
  duplicate: 'Duplicate',
  other: 'Other',
  // Of ideas of ours alone.
  'not-for-us': 'Not for us, never again',
  'not-today': 'Not today',
} as const;
export type DismissReason = keyof typeof DISMISS_REASONS;

/** Those of conversations. */
export const CONVERSATION_REASONS: readonly DismissReason[] = [
  'not-relevant',
  'spam',
  'no-answer-needed',
  'elsewhere',
  'duplicate',
  'other',
];
/** The first is the one that a hurried click means. */
const OF_IDEAS: readonly DismissReason[] = ['other', 'not-for-us'];

/** The reasons to choose from. "Not today" is no choice: it has a button of its own. */
export function dismissReasons(item: Pick<Item, 'origin' | 'conversationId'>): readonly DismissReason[] {
  return isUnpublished(item) ? OF_IDEAS : CONVERSATION_REASONS;
}

/** These say that the conversation itself is not for us: a further post in it stays quiet. */
const FINAL_REASONS: readonly DismissReason[] = ['not-relevant', 'spam'];

/** How an item ended. */
export interface Closing {
  /** `sent` through Potluck, seen on the `network`, `marked` by a person, `dismissed` by a person or by the spam filter. */
  readonly how: 'sent' | 'network' | 'marked' | 'dismissed';
  /** Who did it: a person of the team, or the account that answered on the network. */
  readonly by: Person;
  readonly at: number;
  /** The public answer, where there is one. */
  readonly url: string | null;
  readonly reason: DismissReason | null;
  /** Free words of the person who dismissed or marked it. */
  readonly words: string | null;
  /** Who of the team approved the text before it was sent; absent where nobody had to. */
  readonly approvedBy?: Person;
}

/** A reply on its way: the intent is stored before the network is called. */
export interface Sending {
  readonly replyId: string;
  readonly text: string;
  readonly by: Person;
  readonly at: number;
  readonly approvedBy?: Person;
}

/** A draft that waits for a second person. */
export interface Approval {
  /** Exactly what would be public. */
  readonly text: string;
  /** Who asked, and would be named as the one who answered. */
  readonly by: Person;
  readonly at: number;
}

/** One conversation, or one prompt, that wants a person. All times in epoch milliseconds. */
export interface Item {
  /** Short and stable: the number people type. */
  readonly id: number;
  readonly version: number;
  readonly state: ItemState;
  readonly origin: 'conversation' | 'prompt';
  readonly source: string;
  readonly conversationId: string;
  /** The customer's post that the card shows: the newest that wants an answer. */
  readonly postId: string;
  readonly owner: Person | null;
  /** Who had it before it was reopened: the one who knows the story. */
  readonly lastOwner: Person | null;
  readonly kinds: readonly Kind[];
  readonly priority: number;
  readonly answerDue: boolean;
  readonly suggested: SuggestedResponse;
  readonly reasons: readonly Reason[];
  readonly openedAt: number;
  readonly updatedAt: number;
  /** Since when the customer has been waiting; null when nothing waits. */
  readonly waitingSince: number | null;
  readonly snoozedUntil: number | null;
  readonly draft: { readonly text: string; readonly by: Person; readonly at: number } | null;
  /** What goes out with the draft; absent or empty where nothing does. A change of it voids an approval. */
  readonly pictures?: readonly Picture[];
  readonly sending: Sending | null;
  /** Set while the draft waits for approval; any other draft voids it. Stays through a send, so that one that failed can be approved again. */
  readonly approval: Approval | null;
  /** What a person must know before acting: "A reply may have been sent; look first". */
  readonly warning: string | null;
  readonly closing: Closing | null;
  /** How often the customer came back after we had closed it. */
  readonly followUps: number;
  /**
   * Why nobody is told of it: no cards are made, nobody is mentioned, and nothing escalates; it is in the lists and in the
   * digest. By a `rule` of the routes, or because of its source's `stage`. Absent or null: it is for the team.
   */
  readonly quiet?: Quiet | null;
  /** What triage thought of its priority, where a rule of the routes made another of it. */
  readonly triaged?: number;
}

export type Quiet = 'rule' | 'stage';

/** What a person may do. */
export type PersonAction =
  | { readonly type: 'claim' }
  | { readonly type: 'release' }
  | { readonly type: 'assign'; readonly to: Person }
  | { readonly type: 'draft'; readonly text: string }
  /** `pictures` are those the person saw, by id: others are not sent. */
  | {
      readonly type: 'send';
      readonly text: string;
      readonly replyId: string;
      readonly pictures?: readonly string[];
    }
  | PictureAction
  | { readonly type: 'request-approval'; readonly text: string }
  /** `text` is what the person saw: what they did not see is not sent. */
  | { readonly type: 'approve'; readonly replyId: string; readonly text?: string }
  | { readonly type: 'refuse'; readonly words?: string | null }
  | { readonly type: 'mark-answered'; readonly url?: string | null; readonly words?: string | null }
  | { readonly type: 'dismiss'; readonly reason: DismissReason; readonly words?: string | null }
  | { readonly type: 'snooze'; readonly until: number }
  /** The next fitting idea in place of one that nobody has changed. The flow chooses it. */
  | { readonly type: 'another'; readonly idea: string; readonly text: string; readonly why: string }
  /** An idea that does not fit this day: closed, and nothing is held against it. */
  | { readonly type: 'not-today' }
  | { readonly type: 'reopen' }
  | { readonly type: 'note'; readonly text: string };

/** What time and the networks do. */
export type SystemAction =
  | {
      readonly type: 'sent';
      readonly replyId: string;
      readonly url: string | null;
      /** The post a prompt became: the item belongs to its conversation from now on. */
      readonly published?: { readonly postId: string; readonly conversationId: string };
    }
  | { readonly type: 'send-failed'; readonly replyId: string; readonly why: string }
  | { readonly type: 'send-uncertain'; readonly replyId: string }
  | {
      readonly type: 'answered-on-network';
      readonly by: Person;
      readonly url: string | null;
      readonly at: number;
    }
  | {
      readonly type: 'customer-posted';
      readonly postId: string;
      readonly at: number;
      readonly verdict: Verdict;
      /**
       * Where it stands in the conversation when it arrives late: before the question that the card shows (`older`), or
       * before our answer (`answered`). Default `newest`.
       */
      readonly standing?: 'newest' | 'older' | 'answered';
    }
  /** The same was said on another network: the item stands for that place, too. */
  | { readonly type: 'also-posted'; readonly source: string; readonly url: string | null }
  /** The author changed the post that the item shows. */
  | { readonly type: 'post-edited'; readonly postId: string }
  /** The network has deleted a post; `instead` is the newest of the others that wants an answer. */
  | {
      readonly type: 'post-deleted';
      readonly postId: string;
      readonly instead: { readonly postId: string; readonly at: number } | null;
    }
  /** What we know of somebody in the conversation has changed: its cards are drawn again. */
  | { readonly type: 'author-changed' }
  /** Whom the item is about asked to be forgotten. */
  | { readonly type: 'author-erased' }
  | { readonly type: 'wake' }
  /** The routes have decided anew: what was quiet is for the team from now on, or the other way round. */
  | {
      readonly type: 'route';
      readonly quiet: Quiet | null;
      readonly owner: Person | null;
      readonly priority: number;
      readonly why: string;
    }
  /** The time of an idea that nobody took is over. */
  | { readonly type: 'lapse' }
  | { readonly type: 'merge'; readonly into: number };

export type Action = PersonAction | SystemAction;

/** One transition, kept for ever. */
export interface ItemEvent {
  readonly itemId: number;
  /** The item's version after it. */
  readonly version: number;
  readonly at: number;
  readonly type: Action['type'] | 'opened' | 'filtered' | 'follow-up';
  readonly actor: Person;
  readonly surface: string;
  /** What is worth remembering of it, as JSON: `{ "reason": "spam" }`. */
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Why not, in words for the person who asked. */
export interface Refusal {
  readonly code:
    | 'already-claimed'
    | 'already-yours'
    | 'not-yours'
    | 'closed'
    | 'not-closed'
    | 'sending'
    | 'not-sending'
    | 'nothing-to-do'
    | 'not-requested'
    | 'own-request'
    | 'invalid';
  readonly text: string;
}

export type Transition =
  | { readonly ok: true; readonly item: Item; readonly events: readonly ItemEvent[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Clocks of servers differ by less than this. */
const CLOCK_SKEW_MS = 60_000;

/** Longest draft or note that is kept, in UTF-16 units; every network allows less. */
export const MAX_WORDS = 20_000;

/** "2 minutes ago", coarse and in English; cards use the platform's own relative time instead. */
export function ago(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} minute${minutes === 1 ? '' : 's'} ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} hour${hours === 1 ? '' : 's'} ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

export function isClosed(item: Pick<Item, 'state'>): boolean {
  return item.state === 'answered' || item.state === 'dismissed';
}

function refuse(code: Refusal['code'], text: string): Transition {
  return { ok: false, refusal: { code, text } };
}

function person(actor: Person): Person {
  return { id: actor.id, name: actor.name };
}

/** How a closed item ended, in one line without a link: "answered by Ana, 2 minutes ago". */
export function closingWords(closing: Closing, now: number): string {
  const when = ago(now - closing.at);
  switch (closing.how) {
    case 'sent':
      return `answered by ${closing.by.name}, ${when}`;
    case 'network':
      return `answered on the network by ${closing.by.name}, ${when}`;
    case 'marked':
      return `marked as answered by ${closing.by.name}, ${when}`;
    case 'dismissed':
      return `dismissed by ${closing.by.name}, ${when}${closing.reason ? `: ${DISMISS_REASONS[closing.reason]}` : ''}`;
  }
}

/**
 * The item's whole life in one pure function: the next item with its events, or a refusal in words.
 *
 * Roles: whoever holds an item decides about it; a manager may overrule; what time and the networks do
 * ({@link SystemAction}) is refused when a person asks for it.
 *
 * @param now epoch milliseconds; must not go backwards by more than clock skew, ages are cut at zero.
 */
export function transition(item: Item, action: Action, actor: Actor, now: number): Transition {
  const become = (
    change: Partial<Omit<Item, 'id' | 'version'>>,
    detail: ItemEvent['detail'] = {},
    type: ItemEvent['type'] = action.type,
  ): Transition => {
    const next: Item = { ...item, ...change, version: item.version + 1, updatedAt: now };
    const event: ItemEvent = {
      itemId: item.id,
      version: next.version,
      at: now,
      type,
      actor: person(actor),
      surface: actor.surface,
      detail,
    };
    return { ok: true, item: next, events: [event] };
  };

  if (actor.role === 'system') return systemTransition(item, action, now, become);

  switch (action.type) {
    case 'sent':
    case 'send-failed':
    case 'send-uncertain':
    case 'answered-on-network':
    case 'also-posted':
    case 'post-edited':
    case 'post-deleted':
    case 'author-changed':
    case 'author-erased':
    case 'customer-posted':
    case 'wake':
    case 'route':
    case 'lapse':
    case 'merge':
      return refuse('invalid', 'Only Potluck itself may record that.');
    case 'note': {
      const text = action.text.trim();
      if (text === '') return refuse('invalid', 'The note is empty.');
      if (text.length > MAX_WORDS)
        return refuse('invalid', `The note is longer than ${MAX_WORDS} characters.`);
      return become({}, { text });
    }
    case 'reopen':
      if (!isClosed(item)) return refuse('not-closed', `#${item.id} is not closed.`);
      return become({
        state: 'open',
        owner: null,
        lastOwner: item.owner ?? item.lastOwner,
        closing: null,
        warning: null,
        snoozedUntil: null,
        waitingSince: item.waitingSince ?? (isUnpublished(item) ? null : now),
        // Later their files are gone.
        ...(item.closing && now - item.closing.at > PICTURES_KEPT_MS ? { pictures: [] } : {}),
      });
    default:
  }

  // Everything below needs an item that is not closed and not in the middle of a send.
  if (item.closing && isClosed(item))
    return refuse('closed', `#${item.id} is already ${closingWords(item.closing, now)}.`);
  if (item.sending)
    return refuse('sending', `${item.sending.by.name} is sending a reply to #${item.id} right now.`);
  const mine = item.owner?.id === actor.id;
  const mayDecide = item.owner === null || mine || actor.role === 'manager';
  const notYours = (): Transition =>
    refuse(
      'not-yours',
      `#${item.id} is with ${item.owner?.name}. Ask them to release it, or a manager to assign it.`,
    );

  switch (action.type) {
    case 'claim':
      if (mine && item.state === 'claimed') return refuse('already-yours', `#${item.id} is already yours.`);
      if (item.owner && !mine)
        return refuse(
          'already-claimed',
          `#${item.id} was already claimed by ${item.owner.name}, ${ago(now - item.updatedAt)}.`,
        );
      return become({ state: 'claimed', owner: person(actor), snoozedUntil: null });
    case 'release':
      if (!item.owner) return refuse('nothing-to-do', `Nobody has claimed #${item.id}.`);
      if (!mayDecide) return notYours();
      return become({ state: 'open', owner: null, lastOwner: item.owner, snoozedUntil: null });
    case 'assign':
      if (!mayDecide) return notYours();
      if (item.owner?.id === action.to.id && item.state === 'claimed')
        return refuse('nothing-to-do', `#${item.id} is already with ${action.to.name}.`);
      return become(
        {
          state: 'claimed',
          owner: person(action.to),
          lastOwner: item.owner ?? item.lastOwner,
          snoozedUntil: null,
        },
        { to: action.to.id, toName: action.to.name },
      );
    case 'draft': {
      if (!mayDecide) return notYours();
      if (action.text.length > MAX_WORDS)
        return refuse('invalid', `The draft is longer than ${MAX_WORDS} characters.`);
      const text = action.text.trim();
      if (text === '' && item.draft === null) return refuse('nothing-to-do', 'The draft is empty.');
      if (text === item.draft?.text && item.owner !== null)
        return refuse('nothing-to-do', 'The draft has not changed.');
      return become({
        state: item.state === 'open' ? 'claimed' : item.state,
        owner: item.owner ?? person(actor),
        draft: text === '' ? null : { text, by: person(actor), at: now },
        approval: text === item.approval?.text ? item.approval : null,
      });
    }
    case 'attach':
    case 'describe':
    case 'detach': {
      if (!mayDecide) return notYours();
      const changed = changePictures(item.pictures ?? [], action);
      if ('refusal' in changed) return { ok: false, refusal: changed.refusal };
      return become(
        {
          state: item.state === 'open' ? 'claimed' : item.state,
          owner: item.owner ?? person(actor),
          pictures: changed.pictures,
          approval: null,
        },
        changed.detail,
      );
    }
    case 'request-approval': {
      if (!mayDecide) return notYours();
      const text = action.text.trim();
      if (text === '') return refuse('invalid', 'There is nothing to approve: the text is empty.');
      if (text.length > MAX_WORDS)
        return refuse('invalid', `The text is longer than ${MAX_WORDS} characters.`);
      if (text === item.approval?.text)
        return refuse(
          'nothing-to-do',
          `That text waits for approval already, asked by ${item.approval.by.name}.`,
        );
      const by = person(actor);
      return become(
        {
          state: 'claimed',
          owner: item.owner ?? by,
          snoozedUntil: null,
          draft: { text, by, at: now },
          approval: { text, by, at: now },
          warning: null,
        },
        { text },
      );
    }
    case 'approve': {
      const { approval } = item;
      if (!approval) return refuse('not-requested', `Nobody asks for approval of #${item.id} any more.`);
      if (approval.by.id === actor.id && actor.role !== 'manager')
        return refuse('own-request', 'Somebody else has to approve what you wrote.');
      if (action.text !== undefined && action.text.trim() !== approval.text)
        return refuse(
          'not-requested',
          `The draft of #${item.id} was changed in the meantime. Read it again before you approve it.`,
        );
      return become(
        {
          state: 'claimed',
          owner: item.owner ?? approval.by,
          snoozedUntil: null,
          draft: { text: approval.text, by: approval.by, at: now },
          sending: {
            replyId: action.replyId,
            text: approval.text,
            by: approval.by,
            at: now,
            approvedBy: person(actor),
          },
          warning: null,
        },
        { replyId: action.replyId, text: approval.text, by: approval.by.name },
      );
    }
    case 'refuse': {
      if (!item.approval) return refuse('not-requested', `Nobody asks for approval of #${item.id} any more.`);
      const words = action.words?.trim().slice(0, MAX_WORDS) || null;
      return become(
        {
          approval: null,
          warning: `${actor.name} did not approve the draft${words ? `: ${words}` : '.'} The text is kept.`,
        },
        { words, by: item.approval.by.name },
      );
    }
    case 'send': {
      if (!mayDecide) return notYours();
      const text = action.text.trim();
      if (text === '') return refuse('invalid', 'There is nothing to send: the text is empty.');
      if (text.length > MAX_WORDS)
        return refuse('invalid', `The text is longer than ${MAX_WORDS} characters.`);
      const pictures = item.pictures ?? [];
      if (action.pictures && !samePictures(pictures, action.pictures))
        return refuse(
          'invalid',
          `The pictures of #${item.id} were changed in the meantime. Look at them again.`,
        );
      const by = person(actor);
      return become(
        {
          state: 'claimed',
          owner: item.owner ?? by,
          snoozedUntil: null,
          draft: { text, by, at: now },
          sending: { replyId: action.replyId, text, by, at: now },
          approval: null,
          warning: null,
        },
        { replyId: action.replyId, text, ...(pictures.length > 0 ? { pictures: pictures.length } : {}) },
      );
    }
    case 'mark-answered':
      if (!mayDecide) return notYours();
      return become(
        closed(item, 'answered', {
          how: 'marked',
          by: person(actor),
          at: now,
          url: action.url ?? null,
          reason: null,
          words: action.words?.trim() || null,
        }),
        { url: action.url ?? null, by: actor.name, waitedMs: waited(item, now) },
      );
    case 'dismiss':
      if (!mayDecide) return notYours();
      if (!Object.hasOwn(DISMISS_REASONS, action.reason))
        return refuse('invalid', `“${action.reason}” is not a reason we know.`);
      if (action.reason === 'not-today' || (action.reason === 'not-for-us' && !isUnpublished(item)))
        return refuse('invalid', `“${DISMISS_REASONS[action.reason]}” is said of ideas of ours alone.`);
      return become(
        closed(item, 'dismissed', {
          how: 'dismissed',
          by: person(actor),
          at: now,
          url: null,
          reason: action.reason,
          words: action.words?.trim().slice(0, MAX_WORDS) || null,
        }),
        { reason: action.reason, words: action.words?.trim().slice(0, MAX_WORDS) || null },
      );
    case 'another':
      if (!mayDecide) return notYours();
      if (!isSuggestion(item))
        return refuse('invalid', `Somebody wrote the text of #${item.id}: another idea would throw it away.`);
      return become(
        {
          draft: { text: action.text.slice(0, MAX_WORDS), by: item.draft.by, at: now },
          reasons: [{ code: 'prompt', text: action.why }],
          approval: null,
        },
        { idea: action.idea, text: action.text },
      );
    case 'not-today':
      if (!mayDecide) return notYours();
      if (!isUnpublished(item)) return refuse('invalid', `#${item.id} is no idea of ours.`);
      return become(
        closed(item, 'dismissed', {
          how: 'dismissed',
          by: person(actor),
          at: now,
          url: null,
          reason: 'not-today',
          words: null,
        }),
      );
    case 'snooze':
      if (!mayDecide) return notYours();
      if (!Number.isFinite(action.until) || action.until <= now)
        return refuse('invalid', 'A snooze must end in the future.');
      return become({ state: 'snoozed', snoozedUntil: action.until }, { until: action.until });
  }
}

/** Milliseconds from the customer's post to its answer; null when nobody waited. Kept with the event, for the figures. */
function waited(item: Item, answeredAt: number): number | null {
  return item.waitingSince === null ? null : Math.max(0, answeredAt - item.waitingSince);
}

/** Conversation ids of prompts that are not public yet begin like this. */
const PROMPT_ID = 'prompt:';

/** The conversation id of a new prompt. @param unique anything that was never used before */
export function promptId(unique: string): string {
  return `${PROMPT_ID}${unique}`;
}

/** Whether it is an idea of ours that nobody outside has seen. */
export function isUnpublished(item: Pick<Item, 'origin' | 'conversationId'>): boolean {
  return item.origin === 'prompt' && item.conversationId.startsWith(PROMPT_ID);
}

/** Whether it is an idea that Potluck put before the team, and nobody has made the text theirs. */
export function isSuggestion(item: Item): item is Item & { readonly draft: NonNullable<Item['draft']> } {
  return isUnpublished(item) && item.draft?.by.id === SYSTEM.id;
}

function closed(item: Item, state: 'answered' | 'dismissed', closing: Closing): Partial<Item> {
  return {
    state,
    closing,
    sending: null,
    approval: null,
    snoozedUntil: null,
    warning: null,
    waitingSince: null,
    owner: item.owner,
  };
}

type Become = (change: Partial<Item>, detail?: ItemEvent['detail'], type?: ItemEvent['type']) => Transition;

function systemTransition(item: Item, action: Action, now: number, become: Become): Transition {
  switch (action.type) {
    case 'sent':
      if (item.sending?.replyId !== action.replyId)
        return refuse('not-sending', 'That reply is no longer on its way.');
      return become(
        {
          ...closed(item, 'answered', {
            how: 'sent',
            by: item.sending.by,
            at: now,
            url: action.url,
            reason: null,
            words: null,
            ...(item.sending.approvedBy ? { approvedBy: item.sending.approvedBy } : {}),
          }),
          draft: null,
          pictures: [],
          ...action.published,
        },
        {
          replyId: action.replyId,
          url: action.url,
          by: item.sending.by.name,
          waitedMs: waited(item, now),
          // To publish is no answer to anybody.
          ...(isUnpublished(item) ? { prompt: true } : {}),
          ...(item.sending.approvedBy ? { approvedBy: item.sending.approvedBy.name } : {}),
        },
      );
    case 'send-failed':
      if (item.sending?.replyId !== action.replyId)
        return refuse('not-sending', 'That reply is no longer on its way.');
      return become(
        { sending: null, warning: `The reply was not sent: ${action.why} The text is kept as the draft.` },
        { replyId: action.replyId, why: action.why },
      );
    case 'send-uncertain':
      if (item.sending?.replyId !== action.replyId)
        return refuse('not-sending', 'That reply is no longer on its way.');
      return become(
        {
          sending: null,
          warning:
            'A reply was on its way when the connection or the bot stopped, so it may or may not be public. Look at the conversation first; the text is kept as the draft.',
        },
        { replyId: action.replyId },
      );
    case 'answered-on-network': {
      if (isClosed(item) && !betterAnswer(item, action.at)) return refuse('closed', 'It is closed already.');
      // Our own reply may come back through the stream before the send itself returns: it is still that person's answer.
      // What was written before they pressed Send is a colleague's.
      const sending = item.sending && action.at >= item.sending.at - CLOCK_SKEW_MS ? item.sending : null;
      const how = sending ? 'sent' : 'network';
      const by = sending ? sending.by : action.by;
      const approved = sending?.approvedBy ? { approvedBy: sending.approvedBy } : {};
      return become(
        {
          ...closed(item, 'answered', {
            how,
            by,
            at: action.at,
            url: action.url,
            reason: null,
            words: null,
            ...approved,
          }),
          draft: sending ? null : item.draft,
          pictures: sending ? [] : (item.pictures ?? []),
        },
        {
          by: by.name,
          url: action.url,
          waitedMs: waited(item, action.at),
          // A better answer to what was answered already is no second answer.
          ...(item.state === 'answered' ? { corrects: true } : {}),
        },
      );
    }
    case 'customer-posted':
      return customerPosted(item, action, become);
    case 'also-posted':
      return become({}, { source: action.source, url: action.url });
    case 'post-edited':
      return become({}, { postId: action.postId });
    case 'post-deleted': {
      const detail = { postId: action.postId };
      // What is closed stays as it ended, and a reply on its way is not called back; the card only shows less.
      if (isClosed(item) || item.sending || item.postId !== action.postId) return become({}, detail);
      if (action.instead)
        return become({ postId: action.instead.postId, waitingSince: action.instead.at }, detail);
      return become(
        closed(item, 'dismissed', {
          how: 'dismissed',
          by: { id: SYSTEM.id, name: SYSTEM.name },
          at: now,
          url: null,
          reason: null,
          words: 'The post was deleted on its network.',
        }),
        detail,
      );
    }
    case 'author-changed':
      return become({});
    case 'author-erased':
      return authorErased(item, now, become);
    case 'wake':
      if (item.state !== 'snoozed' || item.snoozedUntil === null || item.snoozedUntil > now)
        return refuse('nothing-to-do', 'It is not time yet.');
      return become({ state: item.owner ? 'claimed' : 'open', snoozedUntil: null });
    case 'route': {
      if (isClosed(item)) return refuse('closed', 'It is closed already.');
      const { quiet, priority, why } = action;
      // Whoever took it meanwhile has it.
      const taken = item.owner === null && action.owner !== null && item.state === 'open';
      const owner = taken ? ({ state: 'claimed', owner: action.owner } as const) : {};
      if (!taken && quiet === (item.quiet ?? null) && priority === item.priority)
        return refuse('nothing-to-do', 'It is routed like that already.');
      return become({ ...owner, quiet, priority }, { why, ...(quiet ? { quiet } : {}) });
    }
    case 'lapse':
      if (item.state !== 'open' || item.owner || item.sending || !isSuggestion(item))
        return refuse('nothing-to-do', 'Somebody has it.');
      return become(
        closed(item, 'dismissed', {
          how: 'dismissed',
          by: { id: SYSTEM.id, name: SYSTEM.name },
          at: now,
          url: null,
          reason: null,
          words: 'Its time is over, and nobody took it.',
        }),
      );
    case 'merge':
      if (item.state === 'dismissed') return refuse('closed', 'It is closed already.');
      return become(
        closed(item, 'dismissed', {
          how: 'dismissed',
          by: { id: SYSTEM.id, name: SYSTEM.name },
          at: now,
          url: null,
          reason: 'duplicate',
          words: `Part of the same conversation as #${action.into}.`,
        }),
        { into: action.into },
      );
    case 'reopen':
    case 'release':
      // Time may do these (an unanswered claim goes back to the queue); everything else takes a person.
      if (action.type === 'release' && item.owner && item.state === 'claimed' && !item.sending)
        return become({ state: 'open', owner: null, lastOwner: item.owner });
      return refuse('nothing-to-do', 'Nothing to do.');
    default:
      return refuse('invalid', 'Only a person may do that.');
  }
}

/** What people wrote on it may speak of them: only how it ended stays. */
function authorErased(item: Item, now: number, become: Become): Transition {
  if (item.sending) return refuse('sending', `A reply to #${item.id} is on its way.`);
  const reasons = [{ code: 'erased', text: ERASED }];
  const bare = { draft: null, pictures: [], approval: null, warning: null, reasons };
  if (item.closing && isClosed(item))
    return become({ ...bare, closing: { ...item.closing, url: null, words: null } });
  return become({
    ...closed(item, 'dismissed', {
      how: 'dismissed',
      by: { id: SYSTEM.id, name: SYSTEM.name },
      at: now,
      url: null,
      reason: null,
      words: ERASED,
    }),
    ...bare,
  });
}

/** Whether triage closed it before anybody of the team saw it. */
export function wasFiltered(item: Item): boolean {
  return (
    item.state === 'dismissed' &&
    item.closing?.by.id === SYSTEM.id &&
    item.closing.reason !== null &&
    item.closing.reason !== 'duplicate'
  );
}

/** An answer that arrives late may show that nothing had been left unanswered, or that we had been quicker than we thought. */
function betterAnswer(item: Item, at: number): boolean {
  if (item.closing?.how === 'network') return at < item.closing.at;
  return wasFiltered(item) && item.closing?.reason === 'no-answer-needed';
}

/** A further post by the customer: wakes, refreshes or reopens the item, or is noted as needing no answer. */
/** What weighs more leads, whoever of the conversation wrote it. */
const WEIGHT: readonly Kind[] = ['complaint', 'question', 'comparison', 'praise', 'link-share', 'follow'];
/** More reasons than these nobody reads. */
const MAX_REASONS = 12;

/** Judgements of what still waits together: a complaint that nobody answered stays one when somebody adds “me too” or asks. */
function withEarlier(item: Item, verdict: Verdict): Pick<Item, 'kinds' | 'suggested' | 'reasons'> {
  const all = WEIGHT.filter((kind) => verdict.kinds.includes(kind) || item.kinds.includes(kind));
  const kinds = all.length > 0 ? all : verdict.kinds;
  const codes = new Set(verdict.reasons.map(({ code }) => code));
  const earlier = item.reasons.filter(({ code }) => !codes.has(code));
  // The newest leads among equals: it is what the card shows.
  const newest = kinds[0] === verdict.kinds[0] || !item.kinds.includes(kinds[0] ?? 'mention');
  const mention = all.length > 0 ? verdict.reasons.filter(({ code }) => code !== 'mention') : verdict.reasons;
  return {
    kinds,
    suggested: newest ? verdict.suggested : item.suggested,
    reasons: (newest ? [...mention, ...earlier] : [...earlier, ...mention]).slice(0, MAX_REASONS),
  };
}

function customerPosted(
  item: Item,
  action: Extract<Action, { type: 'customer-posted' }>,
  become: Become,
): Transition {
  const { verdict } = action;
  const news = { kinds: verdict.kinds, suggested: verdict.suggested, reasons: verdict.reasons };
  const detail = {
    postId: action.postId,
    answerDue: verdict.answerDue,
    why: verdict.reasons[0]?.text ?? '',
    ...(verdict.kinds.includes('spam') ? { spam: true } : {}),
  };

  const due = verdict.answerDue && !verdict.kinds.includes('spam');
  if (action.standing === 'answered')
    return become({}, { ...detail, answerDue: false, why: 'It had been answered before it reached us.' });

  if (isClosed(item)) {
    // The spam filter judged one post, a person the whole conversation.
    const filtered = wasFiltered(item);
    const final = !filtered && item.closing?.reason != null && FINAL_REASONS.includes(item.closing.reason);
    if (!due || final) return become({}, detail);
    return become(
      {
        ...news,
        state: 'open',
        postId: action.postId,
        priority: verdict.priority,
        answerDue: true,
        owner: null,
        lastOwner: item.owner ?? item.lastOwner,
        closing: null,
        draft: null,
        pictures: [],
        warning: null,
        waitingSince: action.at,
        followUps: item.followUps + (filtered ? 0 : 1),
      },
      detail,
      filtered ? 'opened' : 'follow-up',
    );
  }
  // The first question is still unanswered: a "thanks anyway" neither hides it nor lowers it.
  if (!due && (item.answerDue || verdict.kinds.includes('spam'))) return become({}, detail);
  const priority = Math.max(item.priority, verdict.priority);
  const woken =
    item.state === 'snoozed' ? ({ state: item.owner ? 'claimed' : 'open', snoozedUntil: null } as const) : {};
  if (action.standing === 'older')
    return become(
      { ...woken, priority, waitingSince: Math.min(item.waitingSince ?? action.at, action.at) },
      detail,
    );
  return become(
    {
      ...(item.answerDue ? withEarlier(item, verdict) : news),
      ...woken,
      postId: action.postId,
      priority,
      answerDue: due,
      waitingSince: due ? (item.waitingSince ?? action.at) : item.waitingSince,
    },
    detail,
  );
}
