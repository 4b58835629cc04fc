import type {
  ActRequest,
  ActResult,
  Answer,
  Asked,
  ChatHandlers,
  ListQuery,
  Outlet,
  PersonCard,
  SourceHealth,
  Suggestions,
  ToldNotice,
} from '../../src/chat/chat.ts';
import type { Card } from '../../src/domain/card.ts';
import { makeDigest } from '../../src/domain/digest/digest.ts';
import { spanUntil } from '../../src/domain/digest/schedule.ts';
import { lint } from '../../src/domain/etiquette.ts';
import {
  type Action,
  type Actor,
  type Item,
  type ItemEvent,
  type ItemState,
  isClosed,
  promptId,
  STATES,
  SYSTEM,
  transition,
} from '../../src/domain/item.ts';
import { DEFAULT_PERMISSIONS, type Permissions, refusalWords } from '../../src/domain/permission.ts';
import { picturesProblem } from '../../src/domain/picture.ts';
import type { Measure } from '../../src/domain/reply.ts';
import { makeStats } from '../../src/domain/stats.ts';
import { findWord } from '../../src/domain/words.ts';
import { scriptedAttachments } from './attachments.ts';
import { ACTIONS, NOON, sampleCard } from './cards.ts';
import { facts, NO_COUNCIL } from './digest.ts';

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
  /** Who `people` finds; matched by name and handle. */
  setPeople(people: readonly PersonCard[]): void;
  setOutlets(outlets: readonly Outlet[]): void;
  /** Commands and presses, in order. */
  readonly asks: {
    readonly what: string;
    readonly options: Readonly<Record<string, string>>;
    readonly asked: Asked;
  }[];
  /** What commands and presses are answered with from now on. */
  replyWith(answer: Answer): void;
  setNotices(notices: readonly ToldNotice[]): void;
  /** What drafts may begin with from now on. */
  setSuggestions(next: Suggestions | ((by?: 'model') => Promise<Suggestions>)): void;
  /** Those that were taken, in order: `7 saved:1`. */
  readonly taken: string[];
  /** The least roles from now on; the default is the product's. */
  setPermissions(permissions: Partial<Permissions>): void;
}

export interface ScriptOptions {
  readonly channels: readonly string[];
  readonly now?: () => number;
  /** Person ids with the manager's role, with the names that refusals give; default none. */
  readonly managers?: readonly { readonly id: string; readonly name: string }[];
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
  let people: readonly PersonCard[] = [];
  let outlets: readonly Outlet[] = [];
  let permissions: Permissions = DEFAULT_PERMISSIONS;
  let muted: readonly string[] = [];
  const tracked = new Map<string, number>();
  const listeners = new Set<(itemIds: readonly number[]) => void>();
  const managers = options.managers ?? [];
  const roleOf = (actor: ActRequest['actor']): 'responder' | 'manager' =>
    actor.role ?? (managers.some(({ id }) => id === actor.id) ? 'manager' : 'responder');
  const may = (actor: ActRequest['actor'], what: keyof Permissions): { ok: boolean; text: string } =>
    permissions[what] === 'responder' || roleOf(actor) === 'manager'
      ? { ok: true, text: 'Yes.' }
      : { ok: false, text: refusalWords(what, managers) };
  const tell = (itemId: number): void => {
    for (const listener of listeners) listener([itemId]);
  };
  /** A new item, as the flow makes one of something found or proposed. */
  const make = (change: Partial<Card>): Card => {
    const card = sampleCard({ ...change, itemId: Math.max(0, ...cards.keys()) + 1, version: 1 });
    cards.set(card.itemId, card);
    places.set(card.itemId, options.channels.slice(0, 1));
    tell(card.itemId);
    return card;
  };

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
    tell(itemId);
    return { ok: true, card, text: `Done: ${action.type} #${itemId}.` };
  }

  function act(request: ActRequest): ActResult {
    const actor: Actor = { ...request.actor, role: roleOf(request.actor) };
    const { action } = request;
    const needed = {
      send: 'send',
      approve: 'approve',
      refuse: 'approve',
      dismiss: 'dismiss',
      assign: 'assign',
    }[action.type as string] as keyof Permissions | undefined;
    const done = needed ? may(request.actor, needed) : { ok: true, text: '' };
    if (!done.ok)
      return {
        ok: false,
        refusal:
          action.type === 'send'
            ? { code: 'needs-approval', text: `${done.text} Ask for approval instead.` }
            : { code: 'not-allowed', text: done.text },
        card: cards.get(request.itemId) ?? null,
      };
    if (action.type === 'another') {
      const next = { idea: 'next', text: `Another idea ${acts.length}`, why: 'because' };
      return run(request.itemId, { type: 'another', ...next }, actor);
    }
    if (action.type !== 'send' && action.type !== 'approve') return run(request.itemId, action, actor);
    const replyId = `r${acts.length}`;
    const begun = run(request.itemId, { ...action, replyId }, actor);
    if (!begun.ok) return begun;
    try {
      const url =
        options.deliver?.(begun.card, begun.card.draft?.text ?? '') ??
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

  async function measure(itemId: number, text: string): Promise<Measure | null> {
    const door = cards.get(itemId)?.reply;
    if (!door) return null;
    const length = [...text].length;
    const problem =
      length > door.limit * 3
        ? `It is longer than ${door.limit * 3} ${door.unit}.`
        : picturesProblem(cards.get(itemId)?.pictures ?? [], door.pictures ?? null, 'The network');
    const parts: string[] = [];
    for (let at = 0; at < text.length && parts.length < 3; at += door.limit)
      parts.push(text.slice(at, at + door.limit));
    return { length, limit: door.limit, unit: door.unit, parts, problem };
  }

  let reply: Answer = { ok: true, text: 'Done.' };
  let told: readonly ToldNotice[] = [];
  let suggestions: (by?: 'model') => Promise<Suggestions> = async () => ({
    suggestions: [],
    note: 'None.',
    instead: [],
    model: false,
  });
  const taken: string[] = [];
  const asks: ScriptedHandlers['asks'] = [];

  return {
    acts,
    asks,
    replyWith(answer) {
      reply = answer;
    },
    setNotices(next) {
      told = next;
    },
    taken,
    setSuggestions(next) {
      suggestions = typeof next === 'function' ? next : async () => next;
    },
    suggest: (_itemId, _actor, by) => suggestions(by),
    async takeSuggestion(itemId, id) {
      const found = (await suggestions('model')).suggestions.find((each) => each.id === id) ?? null;
      if (found) taken.push(`${itemId} ${id}`);
      return found;
    },
    put(card, channels = options.channels.slice(0, 1)) {
      cards.set(card.itemId, card);
      places.set(card.itemId, channels);
      tell(card.itemId);
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
    setPeople(next) {
      people = next;
    },
    setOutlets(next) {
      outlets = next;
    },
    setPermissions(next) {
      permissions = { ...DEFAULT_PERMISSIONS, ...next };
    },
    onChange(listener) {
      const own = (itemIds: readonly number[]): void => listener(itemIds);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async people(words) {
      const wanted = words.toLowerCase().replace(/^@/, '').trim();
      if (wanted === '') return [];
      return people
        .filter(({ name, handle }) => `${name}\n${handle}`.toLowerCase().includes(wanted))
        .slice(0, 10);
    },
    async stats(window) {
      const all = [...cards.values()].filter((card) => card.origin === 'conversation');
      const waiting = all.flatMap((card) => (card.waitingSince === null ? [] : [card.waitingSince]));
      const to = now();
      return makeStats(to - (window === 'day' ? 1 : 7) * 86_400_000, to, {
        opened: all.map((card) => ({ ...momentOf(card), useful: card.owner !== null })),
        filtered: [],
        dismissed: all
          .filter((card) => card.state === 'dismissed')
          .map((card) => ({ ...momentOf(card), by: card.closing?.by ?? '', reason: 'other' as const })),
        answers: all.flatMap((card) =>
          card.state === 'answered' && card.closing
            ? [
                {
                  ...momentOf(card),
                  by: card.closing.by,
                  priority: card.priority,
                  waitedMs: card.closing.at - card.postedAt,
                },
              ]
            : [],
        ),
        holdings: [],
        published: [],
        cut: false,
        waiting: waiting.length,
        oldestWaitingSince: waiting.length > 0 ? Math.min(...waiting) : null,
      });
    },
    async track(found, actor) {
      const known = tracked.get(found.id);
      if (known !== undefined) return { ok: true, card: stands(known), text: `That is already #${known}.` };
      const base = sampleCard();
      const card = make({
        source: { name: 'chat:test', label: 'Test' },
        author: { ...base.author, name: found.author.name, handle: '', url: null },
        text: found.text,
        url: found.url,
        postedAt: found.createdAt,
        reasons: [`found by ${actor.name}`],
        reply: null,
      });
      tracked.set(found.id, card.itemId);
      return { ok: true, card, text: `It is #${card.itemId} now.` };
    },
    async run(command, options, asked) {
      asks.push({ what: command, options, asked });
      return reply;
    },
    async press(press, asked) {
      asks.push({ what: press, options: {}, asked });
      return reply;
    },
    notices: async () => told,
    digest: async (window, to) =>
      makeDigest(
        facts({
          window,
          ...spanUntil(window, to ?? now(), 'UTC'),
          council: window === 'week' ? NO_COUNCIL : null,
        }),
      ),
    behindFigure: async (figure) =>
      figure === 'new' ? { cards: [...cards.values()], total: cards.size } : null,
    picture: async () => null,
    outlets: async () => outlets,
    async propose(idea, actor) {
      const outlet = outlets.find(({ source }) => source === idea.source);
      const text = idea.text.trim();
      if (!outlet || text === '') {
        const words = outlet ? 'There is nothing to propose: the text is empty.' : 'Choose another place.';
        return { ok: false, refusal: { code: 'not-possible', text: words }, card: null };
      }
      const base = sampleCard();
      const card = make({
        origin: 'prompt',
        state: 'claimed',
        source: { name: idea.source, label: idea.source },
        kinds: [],
        kindLabel: 'Human post',
        author: {
          ...base.author,
          name: 'The team',
          handle: '',
          url: null,
          known: `an idea of ${actor.name}`,
        },
        text,
        url: null,
        reasons: [`an idea of ${actor.name}`],
        answerDue: false,
        waitingSince: null,
        owner: { id: actor.id, name: actor.name },
        draft: { text, by: actor.name, at: now() },
        reply: {
          account: outlet.account,
          limit: outlet.limit,
          unit: outlet.unit,
          ...(outlet.pictures ? { pictures: outlet.pictures } : {}),
        },
        actions: ACTIONS.claimed.filter((action) => action !== 'open'),
      });
      return {
        ok: true,
        card,
        text: `#${card.itemId} is yours. Nothing is public before somebody sends it.`,
      };
    },
    attachments: scriptedAttachments({
      cards,
      run: (itemId, action, actor) => run(itemId, action, { ...actor, role: roleOf(actor) }),
    }),
    async remarks(itemId, text) {
      const card = cards.get(itemId);
      if (!card) return [];
      const said = card.origin === 'prompt' ? null : card;
      return lint(text, {
        said: said?.text ?? null,
        name: said?.author.name ?? null,
        handle: said?.author.handle ?? null,
        lang: said?.lang ?? null,
        measure: await measure(itemId, text),
        pictures: card.pictures,
      });
    },
    may: async (actor, what) => may(actor, what),
    settings: async () => ({ muted }),
    async mute({ add = [], remove = [] }, actor) {
      const allowed = may(actor, 'settings');
      if (!allowed.ok) return allowed;
      muted = [...new Set([...muted.filter((word) => !remove.includes(word)), ...add])];
      return { ok: true, text: `Muted words: ${muted.join(', ') || 'none'}.` };
    },
    async tryMute(words) {
      const looked = [...cards.values()].filter((card) => card.origin === 'conversation').slice(-500);
      const hidden = looked.filter((card) => findWord(card.text, words) !== null);
      const answered = hidden.filter((card) => card.state === 'answered');
      return { looked: looked.length, hidden: hidden.length, answered: answered.length };
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
    measure,
    sources: async () => sources,
    channels: () => options.channels,
    places: async (itemId) => places.get(itemId) ?? [],
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
    conversationId: card.origin === 'prompt' && card.url === null ? promptId('1') : `c${card.itemId}`,
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
      by: { id: card.draft.by === SYSTEM.name ? SYSTEM.id : `test:${card.draft.by}`, name: card.draft.by },
    },
    pictures: card.pictures,
    sending: card.sending && {
      replyId: sendingId(card),
      text: card.draft?.text ?? '',
      by: { id: card.owner?.id ?? 'test:x', name: card.sending.by },
      at: 0,
    },
    approval: card.approval && {
      text: card.approval.text,
      by: { id: requesters.get(card.approval) ?? `test:${card.approval.by}`, name: card.approval.by },
      at: card.approval.at,
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

const requesters = new WeakMap<object, string>();
const replyIds = new WeakMap<object, string>();
function sendingId(card: Card): string {
  return (card.sending && replyIds.get(card.sending)) ?? '';
}

function cardOf(item: Item, before: Card, action: Action, actor: Actor, now: number): Card {
  const sending = item.sending ? { by: item.sending.by.name } : null;
  if (sending && item.sending) replyIds.set(sending, item.sending.replyId);
  const closing = item.closing;
  const approval = item.approval && {
    by: item.approval.by.name,
    text: item.approval.text,
    at: item.approval.at,
  };
  if (approval && item.approval) requesters.set(approval, item.approval.by.id);
  return {
    ...before,
    version: item.version,
    state: item.state,
    text: before.origin === 'prompt' && before.url === null ? (item.draft?.text ?? before.text) : before.text,
    tone: item.state === 'answered' ? 'green' : item.state === 'dismissed' ? 'grey' : before.tone,
    owner: item.owner,
    lastOwner: item.lastOwner,
    waitingSince: item.waitingSince,
    snoozedUntil: item.snoozedUntil,
    draft: item.draft && { text: item.draft.text, by: item.draft.by.name, at: item.draft.at },
    pictures: item.pictures ?? [],
    approval,
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
    actions: actionsOf(item, before),
  };
}

function actionsOf(item: Item, before: Card): Card['actions'] {
  const moved = isClosed(item) || item.state !== before.state;
  const actions = (moved ? ACTIONS[item.state] : before.actions).filter(
    (action) => action !== 'approve' && action !== 'refuse',
  );
  return item.approval ? ['approve', 'refuse', ...actions] : actions;
}

function momentOf({ itemId, postedAt, source, kinds }: Card) {
  return { itemId, at: postedAt, source: source.name, kinds };
}
