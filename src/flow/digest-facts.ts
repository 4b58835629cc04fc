import type { Clock } from '../clock.ts';
import { dayIn } from '../domain/calendar.ts';
import type {
  Advocate,
  CouncilFacts,
  DigestFacts,
  DigestWindow,
  PromptEcho,
  Waiting,
} from '../domain/digest/facts.ts';
import type { DigestSpan } from '../domain/digest/schedule.ts';
import { MAX_READ_VOICES, quotesOf, type Voice } from '../domain/digest/themes.ts';
import { lint } from '../domain/etiquette.ts';
import { type Post, readableText } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import { once, type Raw, type Target } from '../domain/stats.ts';
import type { Store } from '../store/store.ts';

export interface DigestFactsDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** The team's zone. */
  readonly zone: string;
  /** What people call a source, by its name. */
  readonly labels: () => ReadonlyMap<string, string>;
  /** Labels of the sources that cannot hear at this moment. */
  readonly deaf: () => Promise<readonly string[]>;
  /** Our own names. */
  readonly names: readonly string[];
  readonly departments: ReadonlyMap<string, readonly Place[]>;
  readonly target: Target;
  /** Who speaks for us now, the strongest first. */
  readonly advocates: (limit: number) => Promise<readonly Advocate[]>;
}

const DAY_MS = 86_400_000;
const WAITING = 10;
const EARLIER_MS = 28 * DAY_MS;
const MAX_ADVOCATES = 10;
const MAX_PROMPTS = 10;
const MAX_REPLIES = 200;
const MAX_SENT = 2_000;
/** What a remark on the wording is about when it is the voice that is off. */
const OFF_VOICE = ['pitch', 'press-release', 'canned-apology', 'blame', 'shouting'];

/** Reads everything a digest is made of. */
export async function digestFacts(
  deps: DigestFactsDeps,
  window: DigestWindow,
  span: DigestSpan,
): Promise<DigestFacts> {
  const { store, zone } = deps;
  const { from, to, before, days } = span;
  const [raw, crowds, crowdsBefore, begun, begunBefore, spent, waiting, deaf] = await Promise.all([
    store.window(Math.min(before, days[0] ?? before), to),
    store.crowds(from, to),
    store.crowds(before, from),
    store.begunByUs(from, to),
    store.begunByUs(before, from),
    // Whole days: those that ended in the window.
    store.spentBetween(dayIn(from, zone), dayIn(to, zone)),
    waitingNow(store),
    deps.deaf(),
  ]);
  return {
    window,
    at: deps.clock.now(),
    from,
    to,
    before,
    days,
    zone,
    raw,
    target: deps.target,
    crowds,
    crowdsBefore,
    begun,
    begunBefore,
    spent,
    waiting,
    deaf,
    labels: deps.labels(),
    council: window === 'week' ? await councilFacts(deps, span, raw) : null,
    names: deps.names,
    departments: deps.departments,
  };
}

async function waitingNow(store: Store): Promise<readonly Waiting[]> {
  const items = await store.items({
    states: ['open', 'claimed', 'snoozed'],
    order: 'waiting',
    quiet: false,
    limit: WAITING,
  });
  const lines = await Promise.all(
    items.map(async (item): Promise<Waiting | null> => {
      if (item.waitingSince === null) return null;
      const post = await store.post(item.source, item.postId);
      return {
        itemId: item.id,
        source: item.source,
        by: post?.author.name || post?.author.handle || 'Somebody',
        text: post ? readableText(post) : '',
        since: item.waitingSince,
        state: item.state,
        owner: item.owner?.name ?? null,
        url: post?.url ?? null,
      };
    }),
  );
  return lines.filter((line) => line !== null);
}

async function councilFacts(
  { store, advocates }: DigestFactsDeps,
  { from, to }: DigestSpan,
  raw: Raw,
): Promise<CouncilFacts> {
  const [heard, heardBefore, placed, answeredBefore, sent, friends, prompts] = await Promise.all([
    store.heard(from, to, MAX_READ_VOICES),
    store.heard(from - EARLIER_MS, from, MAX_READ_VOICES),
    store.placesOfKinds(from, to, ['praise', 'complaint']),
    store.answeredBefore(from, to),
    store.sentTexts(from, to, MAX_SENT),
    advocates(MAX_ADVOCATES),
    echoes(store, raw),
  ]);
  const clear = sent.filter((text) => keepsVoice(text)).length;
  return {
    heard,
    heardBefore,
    placed,
    answeredBefore,
    voice: { sent: sent.length, clear },
    advocates: friends,
    prompts,
  };
}

function keepsVoice(text: string): boolean {
  const remarks = lint(text, { said: null, name: null, handle: null, lang: null, measure: null });
  return !remarks.some(({ code }) => OFF_VOICE.includes(code));
}

/** What people wrote below the prompts that went public lately, the newest first. */
async function echoes(store: Store, raw: Raw): Promise<readonly PromptEcho[]> {
  const published = once(raw.published.toReversed()).slice(0, MAX_PROMPTS);
  const items = await store.itemsNumbered(published.map(({ itemId }) => itemId));
  return Promise.all(
    items.map(async (item) => {
      const posts = await store.conversation(item.source, item.conversationId, MAX_REPLIES);
      const replies = posts.filter((post) => !post.ours).map((post) => voiceOf(post, item.id));
      const first = posts.find((post) => post.ours);
      return {
        itemId: item.id,
        text: first ? readableText(first) : '',
        url: first?.url ?? null,
        at: published.find(({ itemId }) => itemId === item.id)?.at ?? item.openedAt,
        replies: replies.length,
        people: new Set(replies.map(({ authorId }) => authorId)).size,
        quotes: quotesOf(replies, 2),
      };
    }),
  );
}

function voiceOf(post: Post, itemId: number): Voice {
  return {
    source: post.source,
    text: readableText(post),
    lang: post.lang,
    authorId: post.author.id,
    by: post.author.name || post.author.handle,
    url: post.url,
    at: post.createdAt,
    itemId,
  };
}
