import { type Known, knownPieces, NOTHING_KNOWN, noContactWords } from './acquaintance.ts';
import type { Card, CardAction, CardPost, ReplyDoor, Tone } from './card.ts';
import { MAX_CARD_POSTS } from './card.ts';
import {
  DISMISS_REASONS,
  dismissReasons,
  type Item,
  type ItemEvent,
  isClosed,
  isSuggestion,
  isUnpublished,
} from './item.ts';
import { type Post, readableText } from './post.ts';
import { dueAt, type Service, snoozesOf } from './service.ts';
import { onCard } from './triage/team/tell.ts';
import type { Kind, SuggestedResponse } from './triage/verdict.ts';

/** Everything a card is made of, read at one moment. */
export interface CardInput {
  readonly item: Item;
  /** The post the card shows ({@link Item.postId}). */
  readonly post: Post;
  /** The newest posts of the conversation, oldest first, the shown one included. */
  readonly conversation: readonly Post[];
  /** How many posts the conversation has in all. */
  readonly conversationSize: number;
  /** The author's earlier conversations and the item of the latest one. */
  readonly author: {
    readonly conversations: number;
    readonly last: Item | null;
    /** What the team wrote down about them, and what they did for us; left out when nothing is known. */
    readonly known?: Known;
  };
  readonly events: readonly ItemEvent[];
  readonly source: {
    readonly label: string;
    readonly sample: boolean;
    readonly reply: ReplyDoor | null;
    /** Why this very post may not be answered through us, in words; null where nothing but the network's own door is shut. */
    readonly noReply?: string | null;
  };
  /** What people call another source; default its own name. */
  readonly labelOf?: (source: string) => string;
  /** What the team wants to keep to; without it nothing is due. */
  readonly service?: Service;
  /** Whether a machine can translate the post for the team; default false. */
  readonly translate?: boolean;
  /** Whether the team's policy wants a second person for some answers; default false. */
  readonly approvals?: boolean;
}

/** The kinds in the words people see. */
export const KIND_LABELS: Readonly<Record<Kind, string>> = {
  complaint: 'Complaint',
  question: 'Question',
  comparison: 'Comparison',
  praise: 'Praise',
  'link-share': 'Link share',
  follow: 'New follower',
  mention: 'Mention',
  spam: 'Spam',
};

const RESPONSE_LABELS: Readonly<Record<SuggestedResponse, string>> = {
  thank: 'Say thank you',
  fix: 'Make it right',
  answer: 'Answer the question',
  'join-in': 'Join the conversation',
};

// Bands of priority; the triage's table of weights is made for them.
/** From this priority on it is urgent. */
export const URGENT = 80;
/** From this on it is high. */
export const HIGH = 60;
const NORMAL = 30;
const MAX_NOTES = 5;

/** The neutral card of an item. Pure: the same input gives the same card. */
export function makeCard(input: CardInput): Card {
  const { item, post, source } = input;
  const others = input.conversation.filter((other) => other.id !== post.id);
  const posts = others.slice(-MAX_CARD_POSTS).map(cardPost);
  const notes = input.events.filter((event) => event.type === 'note').slice(-MAX_NOTES);
  return {
    itemId: item.id,
    version: item.version,
    origin: item.origin,
    state: item.state,
    tone: toneOf(item),
    source: { name: item.source, label: source.label },
    sample: source.sample,
    kinds: item.kinds,
    kindLabel: item.kinds.map((kind) => KIND_LABELS[kind]).join(' · ') || 'Human post',
    priority: item.priority,
    urgency: urgencyOf(item.priority),
    author: {
      name: post.author.name || post.author.handle || 'Somebody',
      handle: post.author.handle,
      url: post.author.url,
      avatarUrl: post.author.avatarUrl,
      known: post.ours ? (item.reasons[0]?.text ?? '') : knownWords(input.author),
    },
    text: readableText(post),
    url: post.url,
    lang: post.lang,
    ...(input.translate ? { translate: true as const } : {}),
    postedAt: post.createdAt,
    conversation: { posts, omitted: Math.max(0, input.conversationSize - 1 - posts.length) },
    alsoOn: alsoOn(input.events, input.labelOf ?? ((name) => name)),
    // Why an idea is there stands below its name already.
    reasons: [
      ...(isUnpublished(item) ? [] : item.reasons.filter(onCard).map((reason) => reason.text)),
      ...(input.author.known?.suggestions ?? []),
    ],
    suggested: item.suggested,
    suggestedLabel: isUnpublished(item) ? 'Publish it, or change it first' : RESPONSE_LABELS[item.suggested],
    answerDue: item.answerDue,
    openedAt: item.openedAt,
    waitingSince: item.waitingSince,
    dueAt: input.service
      ? dueAt(input.service, item, snoozesOf(input.events, Number.MAX_SAFE_INTEGER))
      : null,
    followUp: item.followUps > 0,
    owner: item.owner,
    lastOwner: item.lastOwner,
    snoozedUntil: item.snoozedUntil,
    draft: item.draft ? { text: item.draft.text, by: item.draft.by.name, at: item.draft.at } : null,
    pictures: item.pictures ?? [],
    approval: item.approval
      ? { by: item.approval.by.name, text: item.approval.text, at: item.approval.at }
      : null,
    sending: item.sending ? { by: item.sending.by.name } : null,
    warning: warningOf(input),
    notes: notes.map((event) => ({
      by: event.actor.name,
      text: String(event.detail.text ?? ''),
      at: event.at,
    })),
    closing: closingOf(item),
    reply: source.reply,
    noReply:
      source.reply !== null || item.origin === 'prompt'
        ? null
        : (source.noReply ?? `${source.label} lets no bot answer.`),
    actions: actionsOf(item, source.reply !== null, input.approvals ?? false, post.url !== null),
    dismissReasons: dismissReasons(item),
  };
}

const MAX_PLACES = 5;

function alsoOn(events: readonly ItemEvent[], labelOf: (source: string) => string): Card['alsoOn'] {
  return events
    .filter((event) => event.type === 'also-posted')
    .slice(-MAX_PLACES)
    .map(({ detail }) => ({
      label: labelOf(String(detail.source ?? '')),
      url: typeof detail.url === 'string' ? detail.url : null,
    }));
}

function cardPost(post: Post): CardPost {
  return {
    id: post.id,
    author: post.author.name || post.author.handle || 'Somebody',
    text: readableText(post),
    at: post.createdAt,
    ours: post.ours,
    url: post.url,
  };
}

function toneOf(item: Item): Tone {
  switch (item.state) {
    case 'answered':
      return 'green';
    case 'dismissed':
    case 'snoozed':
      return 'grey';
    case 'claimed':
      return 'yellow';
    case 'open':
      if (!item.answerDue) return 'grey';
      return item.priority >= HIGH ? 'red' : 'yellow';
  }
}

function urgencyOf(priority: number): Card['urgency'] {
  if (priority >= URGENT) return 'urgent';
  if (priority >= HIGH) return 'high';
  return priority >= NORMAL ? 'normal' : 'low';
}

function ordinal(count: number): string {
  const tens = count % 100;
  if (tens >= 11 && tens <= 13) return `${count}th`;
  return `${count}${['th', 'st', 'nd', 'rd'][count % 10] ?? 'th'}`;
}

/** "3rd time here; last: praise, answered by Ana; birthday in 2 days; note: has two kids". */
function knownWords({ conversations, last, known = NOTHING_KNOWN }: CardInput['author']): string {
  const times = conversations === 0 ? 'First time here' : `${ordinal(conversations + 1)} time here`;
  const about = last?.kinds[0] ? KIND_LABELS[last.kinds[0]].toLowerCase() : 'a mention';
  const ended = conversations > 0 && last ? [`last: ${about}, ${standingWords(last)}`] : [];
  return [times, ...ended, ...knownPieces(known)].join('; ');
}

/** What a person must know before they write: first of all that nobody should. */
function warningOf({ item, author, post }: CardInput): string | null {
  const shy = post.ours || isClosed(item) ? null : author.known?.acquaintance?.noContact;
  return shy ? [noContactWords(shy), item.warning ?? ''].join(' ').trim() : item.warning;
}

/** How an item stands, in a few words: "answered by Ana". */
export function standingWords(item: Item): string {
  if (item.closing) return item.state === 'answered' ? `answered by ${item.closing.by.name}` : 'not answered';
  return item.owner ? `with ${item.owner.name}` : 'still open';
}

function closingOf(item: Item): Card['closing'] {
  const { closing } = item;
  if (!closing || !isClosed(item)) return null;
  const by = closing.by.name;
  const words = closing.words ? ` – ${closing.words}` : '';
  const reason = closing.reason ? `: ${DISMISS_REASONS[closing.reason]}` : '';
  const approved = closing.approvedBy ? `, approved by ${closing.approvedBy.name}` : '';
  const line = {
    sent: `${item.origin === 'prompt' && item.followUps === 0 ? 'Published' : 'Answered'} by ${by}${approved}`,
    network: `Answered on the network by ${by}`,
    marked: `Marked as answered by ${by}${words}`,
    dismissed: `Dismissed by ${by}${reason}${words}`,
  }[closing.how];
  return { line, by, at: closing.at, url: closing.url };
}

function actionsOf(
  item: Item,
  canReply: boolean,
  approvals: boolean,
  hasUrl: boolean,
): readonly CardAction[] {
  const open: readonly CardAction[] = hasUrl ? ['open'] : [];
  if (isClosed(item)) return ['reopen', 'note', ...open];
  if (item.sending) return ['note', ...open];
  const idea: CardAction[] = isSuggestion(item) ? ['another', 'not-today'] : [];
  // Nobody has read a suggestion that nobody has taken: it is written or taken first, and sent then.
  const send = idea.length > 0 && item.owner === null ? [] : sendActions(item, approvals);
  const write: CardAction[] = canReply ? ['draft', ...send] : [];
  const first: CardAction[] = item.owner ? (item.state === 'snoozed' ? ['claim'] : []) : ['claim'];
  const release: CardAction[] = item.owner ? ['release'] : [];
  return [
    ...first,
    ...write,
    ...idea,
    'dismiss',
    ...release,
    'assign',
    'snooze',
    'mark-answered',
    'note',
    ...open,
  ];
}

function sendActions(item: Item, approvals: boolean): readonly CardAction[] {
  if (!item.draft) return [];
  if (item.approval) return ['approve', 'refuse', 'send'];
  return approvals ? ['request-approval', 'send'] : ['send'];
}
