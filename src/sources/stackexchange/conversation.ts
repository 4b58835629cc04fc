import type { Clock } from '../../clock.ts';
import type { Post } from '../../domain/post.ts';
import { bounded } from '../kit/conversation.ts';
import type { Dropped } from '../source.ts';
import type { Api, Page } from './api.ts';
import type { StackexchangeConfig } from './config.ts';
import { answerSchema, commentSchema, questionSchema, readList, type Written } from './shapes.ts';
import { parseConversation, postId, toPost } from './to-post.ts';

const PAGE = 100;
/** Newest first, so that what is left out of a giant thread is in its middle. */
const MAX_PAGES = 3;
/** A person waits for it: a longer backoff ends the reading. */
const MAX_BACKOFF_MS = 10_000;

interface Options {
  readonly name: string;
  readonly api: Api;
  readonly clock: Clock;
  readonly config: StackexchangeConfig;
}

/** @see Source.conversation */
export function createConversation({ name, api, clock, config }: Options) {
  async function newest(
    method: string,
    path: string,
    site: string,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly unknown[]; readonly whole: boolean }> {
    const items: unknown[] = [];
    for (let page = 1; page <= MAX_PAGES; page++) {
      const params = { site, sort: 'creation', order: 'desc', page, pagesize: PAGE, filter: 'withbody' };
      const got: Page = await api.get(method, path, params, signal);
      items.push(...got.items);
      if (!got.more) return { items, whole: true };
      if (got.backoffMs > MAX_BACKOFF_MS) break;
      if (got.backoffMs > 0) await clock.sleep(got.backoffMs, signal);
    }
    return { items, whole: false };
  }

  return async (post: Post, signal: AbortSignal): Promise<readonly Post[]> => {
    const place = parseConversation(post.conversationId);
    if (!place) return [];
    const { site, question: number } = place;
    const dropped: Dropped[] = [];
    const params = { site, filter: 'withbody' };
    const { items } = await api.get('questions/{ids}', `questions/${number}`, params, signal);
    // A deleted question is simply missing from the list.
    const [question] = readList(items, questionSchema, dropped, 'question');
    if (!question) return [];
    const answersOf = `questions/${number}/answers`;
    const answered = await newest('questions/{ids}/answers', answersOf, site, signal);
    const answers = readList(answered.items, answerSchema, dropped, 'answers');
    const ids = [number, ...answers.map((answer) => answer.answer_id)].slice(0, PAGE);
    const commentsOf = `posts/${ids.join(';')}/comments`;
    const commented = await newest('posts/{ids}/comments', commentsOf, site, signal);
    const comments = readList(commented.items, commentSchema, dropped, 'comments');
    const context = { source: name, site, question: number, config };
    const all: readonly Written[] = [question, ...answers, ...comments];
    const posts = all.map((one) => toPost(one, context));
    const there = posts.some((one) => one.id === post.id);
    // Only where all was read is what does not stand there gone.
    const whole = answered.whole && commented.whole && answers.length < PAGE;
    if (!there && whole) return [];
    return bounded(there ? posts : [...posts, post], post, postId(site, number));
  };
}
