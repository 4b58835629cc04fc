import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { searchTerms } from '../domain/drafts/terms.ts';
import { ERASED } from '../domain/erasure.ts';
import type { Item } from '../domain/item.ts';
import { type Post, readableText } from '../domain/post.ts';
import type { Queries, Store } from '../store/store.ts';

/** Keeps the index of answered conversations level with the ledger. */
export interface Answered {
  /** Reads what changed since the last time. May run at any time, twice, and in several processes. */
  tick(): Promise<void>;
}

export interface AnsweredDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Our own names: everybody says them. */
  readonly names: readonly string[];
  readonly leases: { hold(name: string): Promise<boolean> };
}

/** What a process on another clock, or in a long transaction, is writing just now is read the next time. */
const SETTLED_MS = 10_000;
const BATCH = 200;
/** Of a ledger that is new to the index so many batches are read at once; the rest follows. */
const BATCHES = 10;
/** So many answered conversations can be found; the oldest give way. */
const MOST_ANSWERS = 20_000;
const CURSOR = 'answers.cursor';
const cursorSchema = z.object({ at: z.number(), id: z.number() }).catch({ at: 0, id: 0 });

export function createAnswered({ store, clock, names, leases }: AnsweredDeps): Answered {
  async function index(item: Item): Promise<void> {
    const answer = await answerOf(store, item);
    const asked = answer ? await store.post(item.source, item.postId) : null;
    const began = asked && (await store.post(item.source, item.conversationId));
    const texts = [asked, began].flatMap((post) => (post && !post.ours ? [readableText(post)] : []));
    const terms = searchTerms(texts.filter((text) => text !== ERASED).join('\n'), names);
    await store.indexAnswer({ itemId: item.id, terms, at: answer?.at ?? item.updatedAt });
  }

  return {
    async tick() {
      if (!(await leases.hold('answers'))) return;
      for (let batch = 0; batch < BATCHES; batch++) {
        const value = await store.setting(CURSOR);
        const after = cursorSchema.parse(value === null ? null : JSON.parse(value));
        const changed = await store.changedItems(after, BATCH);
        const settled = changed.filter(({ updatedAt }) => updatedAt <= clock.now() - SETTLED_MS);
        for (const item of settled)
          if (item.origin === 'conversation' && item.state === 'answered') await index(item);
        const last = settled.at(-1);
        if (last) await store.saveSetting(CURSOR, JSON.stringify({ at: last.updatedAt, id: last.id }));
        if (settled.length < BATCH) break;
      }
      await store.trimAnswers(MOST_ANSWERS);
    },
  };
}

/** What was really sent in an answered conversation. */
export interface SentAnswer {
  readonly text: string;
  readonly by: string;
  readonly at: number;
}

/** Posts of one conversation in which our answer is looked for, newest first. */
const LOOKED_AT = 50;

/** The answer that closed an item: sent through Potluck, else seen on the network; null when there is none to be read. */
export async function answerOf(
  queries: Pick<Queries, 'repliesTo' | 'conversation'>,
  item: Item,
): Promise<SentAnswer | null> {
  if (item.state !== 'answered' || item.origin !== 'conversation') return null;
  const sent = (await queries.repliesTo([item.id])).filter(({ state }) => state === 'sent').at(-1);
  const post: Post | undefined = sent
    ? undefined
    : (await queries.conversation(item.source, item.conversationId, LOOKED_AT))
        .filter(({ ours }) => ours)
        .at(-1);
  const text = sent?.text ?? (post ? readableText(post) : '');
  if (text.trim() === '' || text === ERASED) return null;
  return {
    text,
    by: item.closing?.by.name ?? 'the team',
    at: sent?.at ?? post?.createdAt ?? item.updatedAt,
  };
}
