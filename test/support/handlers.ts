import type { ActRequest, ActResult, ChatHandlers, ListQuery, SourceHealth } from '../../src/chat/chat.ts';
import type { Card } from '../../src/domain/card.ts';
import {
  type Action,
  type Actor,
  type Item,
  type ItemEvent,
  type ItemState,
  isClosed,
  STATES,
  SYSTEM,
  transition,
} from '../../src/domain/item.ts';
import type { Measure } from '../../src/domain/reply.ts';
import { ACTIONS, NOON } from './cards.ts';

/** The flow's side of a chat, in memory: cards that are put in, the real state machine, and what was asked of it. */
export interface ScriptedHandlers extends ChatHandlers {
  /** Every act, in order. */
  readonly acts: ActRequest[];
  /** Makes a card (or its next version) known, in the given channels (default: the first). */
  put(card: Card, channels?: readonly string[]): Card;
  /** Lets the state machine act for somebody else: the item moves without a click. */
  happen(itemId: number, action: Action, actor: Actor): Card;
  /** What the next acts answer; null returns to the state machine. */
  answerWith(answer: ((request: ActRequest) => ActResult | Promise<ActResult>) | null): void;
  /** The card as it stands; throws when there is none. */
  now(itemId: number): Card;
  setSources(sources: readonly SourceHealth[]): void;
}

export interface ScriptOptions {
  readonly channels: readonly string[];
  readonly now?: () => number;
  /** Where a sent reply lands; default a link on social.example. Throwing makes the send fail with that message. */
  readonly deliver?: (card: Card, text: string) => string;
}

const URGENCY = (a: Card, b: Card): number =>
  b.priority - a.priority || (a.waitingSince ?? 0) - (b.waitingSince ?? 0) || a.itemId - b.itemId;

/** Handlers scripted by the test; without a script they do what the state machine says. */
export function scriptedHandlers(options: ScriptOptions): ScriptedHandlers {
  const now = options.now ?? (() => NOON);
  const cards = new Map<number, Card>();
  const places = new Map<number, readonly string[]>();
  const events = new Map<number, ItemEvent[]>();
  const acts: ActRequest[] = [];
  let script: ((request: ActRequest) => ActResult | Promise<ActResult>) | null = null;
  let sources: readonly SourceHealth[] = [];

  const stands = (itemId: number): Card => {
    const card = cards.get(itemId);
    if (!card) throw new Error(`there is no card #${itemId}`);
    return card;
  };

  function run(itemId: number, action: Action, actor: Actor): ActResult {
    const before = cards.get(itemId);
    if (!before)
      return { ok: false, refusal: { code: 'not-found', text: `There is no #${itemId}.` }, card: null };
    const result = transition(itemOf(before), action, actor, now());
    if (!result.ok) return { ok: false, refusal: result.refusal, card: before };
    events.set(itemId, [...(events.get(itemId) ?? []), ...result.events]);
    const card = cardOf(result.item, before, action, actor, now());
    cards.set(itemId, card);
    return { ok: true, card, text: `Done: ${action.type} #${itemId}.` };
  }

  function act(request: ActRequest): ActResult {
    const actor: Actor = { ...request.actor, role: request.actor.role ?? 'responder' };
    if (request.action.type !== 'send') return run(request.itemId, request.action, actor);
    const replyId = `r${acts.length}`;
    const begun = run(request.itemId, { ...request.action, replyId }, actor);
    if (!begun.ok) return begun;
    try {
      const url =
        options.deliver?.(begun.card, request.action.text) ??
        `https://social.example/@potluck/${request.itemId}`;
      const sent = run(request.itemId, { type: 'sent', replyId, url }, SYSTEM);
      return sent.ok ? { ...sent, text: `Sent: ${url}` } : sent;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const failed = run(request.itemId, { type: 'send-failed', replyId, why }, SYSTEM);
      return { ok: false, refusal: { code: 'unavailable', text: why }, card: failed.card };
    }
  }

  const matching = (query: Omit<ListQuery, 'limit' | 'offset'>): Card[] =>
    [...cards.values()].filter(
      (card) =>
        (!query.states || query.states.includes(card.state)) &&
        (!query.kinds || card.kinds.some((kind) => query.kinds?.includes(kind))) &&
        (!query.source || card.source.name === query.source) &&
        (!query.owner || card.owner?.id === query.owner) &&
        (!query.channel || (places.get(card.itemId) ?? []).includes(query.channel)) &&
        (!query.words ||
          `${card.author.name} ${card.text}`.toLowerCase().includes(query.words.toLowerCase())),
    );

  return {
    acts,
    put(card, channels = options.channels.slice(0, 1)) {
      cards.set(card.itemId, card);
      places.set(card.itemId, channels);
      return card;
    },
    happen(itemId, action, actor) {
      const result = run(itemId, action, actor);
      if (!result.ok) throw new Error(result.refusal.text);
      return result.card;
    },
    answerWith(answer) {
      script = answer;
    },
    now: stands,
    setSources(next) {
      sources = next;
    },
    async act(request) {
      acts.push(request);
      return script ? script(request) : act(request);
    },
    card: async (itemId) => cards.get(itemId) ?? null,
    async list(query) {
      const found = matching(query).sort(
        query.order === 'recent' ? (a, b) => b.version - a.version || b.itemId - a.itemId : URGENCY,
      );
      const offset = query.offset ?? 0;
      return { cards: found.slice(offset, offset + (query.limit ?? 50)), total: found.length };
    },
    async counts(channel) {
      const counts: Record<ItemState, number> = {
        open: 0,
        claimed: 0,
        snoozed: 0,
        answered: 0,
        dismissed: 0,
      };
      for (const state of STATES)
        counts[state] = matching({ states: [state], ...(channel ? { channel } : {}) }).length;
      return counts;
    },
    history: async (itemId) => events.get(itemId) ?? [],
    async measure(itemId, text): Promise<Measure | null> {
      const door = cards.get(itemId)?.reply;
      if (!door) return null;
      const length = [...text].length;
      const problem = length > door.limit * 3 ? `It is longer than ${door.limit * 3} ${door.unit}.` : null;
      const parts: string[] = [];
      for (let at = 0; at < text.length && parts.length < 3; at += door.limit)
        parts.push(text.slice(at, at + door.limit));
      return { length, limit: door.limit, unit: door.unit, parts, problem };
    },
    sources: async () => sources,
    channels: () => options.channels,
    item: async (itemId) => {
      const card = cards.get(itemId);
      return card ? itemOf(card) : null;
    },
  };
}

/** The item behind a card, as far as the state machine looks at it. */
function itemOf(card: Card): Item {
  return {
    id: card.itemId,
    version: card.version,
    state: card.state,
    origin: card.origin,
    source: card.source.name,
    conversationId: `c${card.itemId}`,
    postId: `p${card.itemId}`,
    owner: card.owner,
    lastOwner: card.lastOwner,
    kinds: card.kinds,
    priority: card.priority,
    answerDue: card.answerDue,
    suggested: card.suggested,
    reasons: card.reasons.map((text) => ({ code: 'test', text })),
    openedAt: card.openedAt,
    updatedAt: card.openedAt,
    waitingSince: card.waitingSince,
    snoozedUntil: card.snoozedUntil,
    draft: card.draft && {
      ...card.draft,
      by: { id: `test:${card.draft.by}`, name: card.draft.by },
    },
    sending: card.sending && {
      replyId: sendingId(card),
      text: card.draft?.text ?? '',
      by: { id: card.owner?.id ?? 'test:x', name: card.sending.by },
      at: 0,
    },
    warning: card.warning,
    closing: card.closing && {
      how: card.state === 'dismissed' ? 'dismissed' : 'marked',
      by: { id: `test:${card.closing.by}`, name: card.closing.by },
      at: card.closing.at,
      url: card.closing.url,
      reason: null,
      words: null,
    },
    followUps: card.followUp ? 1 : 0,
  };
}

const replyIds = new WeakMap<object, string>();
function sendingId(card: Card): string {
  return (card.sending && replyIds.get(card.sending)) ?? '';
}

function cardOf(item: Item, before: Card, action: Action, actor: Actor, now: number): Card {
  const sending = item.sending ? { by: item.sending.by.name } : null;
  if (sending && item.sending) replyIds.set(sending, item.sending.replyId);
  const closing = item.closing;
  return {
    ...before,
    version: item.version,
    state: item.state,
    tone: item.state === 'answered' ? 'green' : item.state === 'dismissed' ? 'grey' : before.tone,
    owner: item.owner,
    lastOwner: item.lastOwner,
    waitingSince: item.waitingSince,
    snoozedUntil: item.snoozedUntil,
    draft: item.draft && { text: item.draft.text, by: item.draft.by.name, at: item.draft.at },
    sending,
    warning: item.warning,
    notes:
      action.type === 'note'
        ? [...before.notes, { by: actor.name, text: action.text, at: now }]
        : before.notes,
    closing: closing && {
      line: `${closing.how === 'dismissed' ? 'Dismissed' : 'Answered'} by ${closing.by.name}`,
      by: closing.by.name,
      at: closing.at,
      url: closing.url,
    },
    actions: isClosed(item) || item.state !== before.state ? ACTIONS[item.state] : before.actions,
  };
}
