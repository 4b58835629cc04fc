import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Post } from '../../domain/post.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';
import type { Api } from './api.ts';
import type { StackexchangeConfig } from './config.ts';
import { byIds, since } from './lists.ts';
import {
  type Answer,
  answerSchema,
  type Comment,
  commentSchema,
  type Excerpt,
  excerptSchema,
  type Question,
  questionSchema,
  type Written,
} from './shapes.ts';
import { toPost } from './to-post.ts';

/** The search is an index of its own and lags behind: the last minutes are asked for again. */
const OVERLAP_MS = 15 * 60_000;
/** So many questions and answers are looked after for new answers and comments: as many as one request may name. */
const MAX_TRACKED = 100;
const TRACKED_MS = 14 * 24 * 3_600_000;

const trackedSchema = z.object({
  post: z.number(),
  question: z.number(),
  /** When something last happened to it. */
  at: z.number(),
  /** What stands below it is of interest since then: its beginning, or, of an old one, what made us look after it. */
  since: z.number(),
});
type Tracked = z.output<typeof trackedSchema>;

/** Where reading of one site goes on. */
export const siteSchema = z.object({
  /** Nothing written before this was ever wanted: an old question also comes when somebody touches it. */
  from: z.number(),
  /** Questions with our tags are read up to here. */
  tags: z.number(),
  /** By word: searched up to here. */
  words: z.record(z.string(), z.number()),
  answers: z.number(),
  comments: z.number(),
  tracked: z.array(trackedSchema),
});
export type SiteState = z.output<typeof siteSchema>;

/** What one site brought. */
interface SiteRead {
  readonly state: SiteState;
  readonly posts: ReadonlyMap<string, Post>;
  readonly dropped: readonly Dropped[];
  readonly more: boolean;
}

export interface PollOptions {
  readonly name: string;
  readonly api: Api;
  readonly clock: Clock;
  readonly config: StackexchangeConfig;
}

const activity = (one: Question | Answer): number => one.last_activity_date ?? one.creation_date;

/** Gathers what one reading of a site brings. */
interface Gathering {
  readonly posts: Map<string, Post>;
  readonly tracked: Map<number, Tracked>;
  readonly dropped: Dropped[];
  question(one: Question): void;
  answer(one: Answer): void;
  comment(one: Comment): void;
}

function startGathering(options: PollOptions, site: string, before: SiteState): Gathering {
  const posts = new Map<string, Post>();
  const tracked = new Map(before.tracked.map((one) => [one.post, one]));
  const dropped: Dropped[] = [];

  function keep(one: Written, question: number): void {
    if (one.creation_date < before.from) return;
    try {
      const post = toPost(one, { source: options.name, site, question, config: options.config });
      posts.set(post.id, post);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      dropped.push({ id: `${site}/${question}`, why: problemsOf(error) });
    }
  }
  function track(post: number, question: number, at: number, createdAt: number): void {
    const known = tracked.get(post);
    const start = known?.since ?? (createdAt >= before.from ? createdAt : at);
    tracked.set(post, { post, question, at: Math.max(at, known?.at ?? 0), since: start });
  }
  return {
    posts,
    tracked,
    dropped,
    question(one) {
      keep(one, one.question_id);
      track(one.question_id, one.question_id, activity(one), one.creation_date);
    },
    answer(one) {
      keep(one, one.question_id);
      track(one.answer_id, one.question_id, activity(one), one.creation_date);
    },
    comment(one) {
      const question = tracked.get(one.post_id)?.question;
      if (question === undefined) return;
      keep(one, question);
      track(one.post_id, question, one.creation_date, one.creation_date);
    },
  };
}

/** Questions with at least one of our tags in which something happened. */
async function readTags(
  { api, config }: PollOptions,
  site: string,
  before: SiteState,
  gathering: Gathering,
  signal: AbortSignal,
): Promise<{ readonly mark: number; readonly more: boolean }> {
  if (config.tags.length === 0) return { mark: before.tags, more: false };
  const listing = {
    method: 'search',
    path: 'search',
    site,
    params: { tagged: config.tags.join(';') },
    sort: 'activity',
    since: before.tags,
    schema: questionSchema,
    timeOf: activity,
  } as const;
  const { rows, cut, newest } = await since<Question>(api, listing, gathering.dropped, signal);
  rows.forEach(gathering.question);
  return { mark: cut ? newest : Math.max(before.tags, newest - OVERLAP_MS), more: cut };
}

/** One site: questions with our tags, what the words find, then new answers and comments of what we look after. */
export async function readSite(
  options: PollOptions,
  site: string,
  before: SiteState,
  signal: AbortSignal,
): Promise<SiteRead> {
  const oldest = options.clock.now() - TRACKED_MS;
  const begin = Math.max(before.from, oldest);
  const gathering = startGathering(options, site, before);
  const { posts, tracked, dropped } = gathering;
  const tags = await readTags(options, site, before, gathering, signal);
  const found = await readWords(options, site, before, tracked, dropped, signal);
  found.questions.forEach(gathering.question);
  found.answers.forEach(gathering.answer);
  const answers = await readAnswers(options, site, before, latest(tracked), begin, dropped, signal);
  answers.rows.forEach(gathering.answer);
  const comments = await readComments(options, site, before, latest(tracked), begin, dropped, signal);
  comments.rows.forEach(gathering.comment);
  const state: SiteState = {
    from: before.from,
    tags: tags.mark,
    words: found.words,
    answers: answers.mark,
    comments: comments.mark,
    tracked: latest(tracked).filter((one) => one.at >= oldest),
  };
  return { state, posts, dropped, more: tags.more || found.more || answers.more || comments.more };
}

/** The newest of what we look after. */
function latest(tracked: ReadonlyMap<number, Tracked>): readonly Tracked[] {
  return [...tracked.values()].sort((a, b) => b.at - a.at).slice(0, MAX_TRACKED);
}

/** The search tells numbers and snippets; what is new of it is fetched whole. */
async function readWords(
  options: PollOptions,
  site: string,
  before: SiteState,
  tracked: ReadonlyMap<number, Tracked>,
  dropped: Dropped[],
  signal: AbortSignal,
) {
  const { api, config } = options;
  const words: Record<string, number> = {};
  const questions = new Set<number>();
  const answers = new Set<number>();
  let more = false;
  for (const word of config.words) {
    const from = before.words[word] ?? before.from;
    const listing = {
      method: 'search/excerpts',
      path: 'search/excerpts',
      site,
      params: { q: word },
      sort: 'creation',
      since: from,
      schema: excerptSchema,
      timeOf: (row: Excerpt) => row.creation_date,
    } as const;
    const { rows, cut, newest } = await since(api, listing, dropped, signal);
    for (const row of rows) {
      const number = row.item_type === 'answer' ? row.answer_id : row.question_id;
      if (number == null || tracked.has(number)) continue;
      (row.item_type === 'answer' ? answers : questions).add(number);
    }
    words[word] = cut ? newest : Math.max(from, newest - OVERLAP_MS);
    more ||= cut;
  }
  return {
    words,
    more,
    questions: await byIds(api, 'questions', [...questions], site, questionSchema, dropped, signal),
    answers: await byIds(api, 'answers', [...answers], site, answerSchema, dropped, signal),
  };
}

interface Followed<Output> {
  readonly rows: readonly Output[];
  readonly mark: number;
  readonly more: boolean;
}

/** From the last reading on; what was not looked after then, from its own beginning. */
function startOf(mark: number, before: SiteState, tracked: readonly Tracked[], begin: number): number {
  const known = new Set(before.tracked.map((one) => one.post));
  const starts = tracked.filter((one) => !known.has(one.post)).map((one) => one.since);
  return Math.max(begin, Math.min(mark - OVERLAP_MS, ...starts));
}

async function readAnswers(
  options: PollOptions,
  site: string,
  before: SiteState,
  tracked: readonly Tracked[],
  begin: number,
  dropped: Dropped[],
  signal: AbortSignal,
): Promise<Followed<Answer>> {
  const now = options.clock.now();
  const ids = [...new Set(tracked.map((one) => one.question))];
  if (ids.length === 0) return { rows: [], mark: now, more: false };
  const listing = {
    method: 'questions/{ids}/answers',
    path: `questions/${ids.join(';')}/answers`,
    site,
    sort: 'activity',
    since: startOf(before.answers, before, tracked, begin),
    schema: answerSchema,
    timeOf: activity,
  } as const;
  const { rows, cut, newest } = await since<Answer>(options.api, listing, dropped, signal);
  return { rows, mark: cut ? newest + OVERLAP_MS : now, more: cut };
}

async function readComments(
  options: PollOptions,
  site: string,
  before: SiteState,
  tracked: readonly Tracked[],
  begin: number,
  dropped: Dropped[],
  signal: AbortSignal,
): Promise<Followed<Comment>> {
  const now = options.clock.now();
  if (tracked.length === 0) return { rows: [], mark: now, more: false };
  const listing = {
    method: 'posts/{ids}/comments',
    path: `posts/${tracked.map((one) => one.post).join(';')}/comments`,
    site,
    sort: 'creation',
    since: startOf(before.comments, before, tracked, begin),
    schema: commentSchema,
    timeOf: (row: Comment) => row.creation_date,
  } as const;
  const { rows, cut, newest } = await since(options.api, listing, dropped, signal);
  return { rows, mark: cut ? newest + OVERLAP_MS : now, more: cut };
}
