import { expect, it } from 'vitest';
import { makePost, type Post } from '../../src/domain/post.ts';
import type { Batch, Dropped, Source } from '../../src/sources/source.ts';
import {
  type GivenPost,
  type Lack,
  type MakeWorld,
  type SourceWorld,
  describe as told,
} from './source-world.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What a test needs of its world: a capability of the adapter, or something the service can do. */
export interface Needs {
  readonly can?: readonly (keyof Source['capabilities'])[];
  readonly not?: readonly Lack[];
  /** Pictures go out with a text. */
  readonly pictures?: true;
  /** Deadline of the adapter's fetch in real milliseconds; default 10 s, which no healthy test comes near. */
  readonly timeoutMs?: number;
}

/** A test on a fresh world; skipped, with the reason in the report, where adapter or service cannot do what it needs. */
export function worldTest(
  make: MakeWorld,
  title: string,
  needs: Needs,
  body: (world: SourceWorld) => Promise<void>,
) {
  it(title, async (context) => {
    const world = await make({ timeoutMs: needs.timeoutMs ?? 10_000 });
    try {
      for (const capability of needs.can ?? []) {
        if (!world.source.capabilities[capability]) context.skip(`this source does not ${capability}`);
      }
      if (needs.pictures && !world.source.pictures?.()) context.skip('this source takes no pictures');
      for (const lack of needs.not ?? []) {
        const reason = world.lacks[lack];
        if (reason !== undefined) context.skip(reason);
      }
      await body(world);
      expectNoSecrets(world, world.logged());
    } finally {
      await world.close();
    }
  });
}

/** Everything several polls in a row brought. */
export interface Drained {
  /** By id: a post that came twice is there once. */
  readonly posts: ReadonlyMap<string, Post>;
  readonly cursor: string | null;
  readonly dropped: readonly Dropped[];
}

/** Polls until the source says that nothing more is waiting. */
export async function drain(world: SourceWorld, cursor: string | null): Promise<Drained> {
  const posts = new Map<string, Post>();
  const dropped: Dropped[] = [];
  let at = cursor;
  for (let round = 0; round < 60; round++) {
    const batch = await pollOnce(world, at);
    for (const post of batch.posts) {
      expectValid(world, post);
      posts.set(post.id, post);
    }
    dropped.push(...(batch.dropped ?? []));
    at = batch.cursor ?? at;
    if (!batch.more) return { posts, cursor: at, dropped };
  }
  throw new Error('after 60 polls the source still says that more is waiting');
}

export async function pollOnce(
  world: SourceWorld,
  cursor: string | null,
  signal: AbortSignal = new AbortController().signal,
): Promise<Batch> {
  const { source } = world;
  if (!source.poll) throw new Error('capabilities.poll is true and there is no poll()');
  return source.poll(cursor, signal);
}

/** A post is clean, complete and of this source. */
export function expectValid(world: SourceWorld, post: Post): void {
  expect(makePost(post)).toEqual(post);
  expect(post.source).toBe(world.source.name);
  expect(post.createdAt).toBeGreaterThan(Date.UTC(2000, 0, 1));
  expect(post.createdAt).toBeLessThanOrEqual(world.clock.now() + DAY);
  expect(post.author.id).not.toBe('');
}

/** White space is the service's business; words are not. */
export function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

export function expectNoSecrets(world: SourceWorld, text: string): void {
  for (const secret of world.secrets) expect(text.includes(secret), 'a secret was told').toBe(false);
}

/** What a class of `errors.ts` looks like to a test. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** Runs `action`, which must fail with that class, in words for a person and without a secret. */
export async function expectError<E extends ErrorClass>(
  world: SourceWorld,
  kind: E,
  action: () => Promise<unknown>,
): Promise<InstanceType<E>> {
  const thrown = await promptly(
    action().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  );
  if (!('error' in thrown)) throw new Error(`expected ${kind.name}, nothing was thrown`);
  const { error } = thrown;
  expect(error, told(error)).toBeInstanceOf(kind);
  const { message } = error as Error;
  expect(message.length, 'an error says what is wrong').toBeGreaterThan(10);
  expect(message, 'not the words of a library').not.toMatch(
    /^(?:fetch failed|terminated|undefined|\[object)/,
  );
  expect(message, 'one paragraph, no page and no stack').not.toMatch(/<html|<body|\n\s+at /i);
  expectNoSecrets(world, told(error));
  return error as InstanceType<E>;
}

/** Fails when `promise` has not settled after 5 s of real time: a healthy machine needs milliseconds. */
export async function promptly<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('did not end within 5 s')), 5_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The one post of that key among those delivered. */
export function pick(world: SourceWorld, posts: ReadonlyMap<string, Post>, key: string): Post {
  const post = posts.get(world.idOf(key));
  if (!post) throw new Error(`"${key}" was not delivered; got ${[...posts.keys()].join(', ') || 'nothing'}`);
  return post;
}

export function keysOf(world: SourceWorld, given: readonly GivenPost[]): string[] {
  return given.map((post) => world.idOf(post.key)).sort();
}

export const ADA = { name: 'Ada Löve', handle: 'ada' } as const;
export const BOB = { name: 'Bob', handle: 'bob' } as const;
export const US = { name: 'Crockhaven', handle: 'brand' } as const;

/** `count` first posts of conversations, two in every second, the newest a minute before now. */
export function many(world: SourceWorld, count: number, prefix: string): GivenPost[] {
  const newest = world.clock.now() - MINUTE;
  return Array.from({ length: count }, (_, index) => ({
    key: `${prefix}${index}`,
    text: `Post ${prefix}${index} about Crockhaven`,
    author: index % 2 === 0 ? ADA : BOB,
    at: newest - Math.floor((count - 1 - index) / 2) * SECOND,
  }));
}

/** Ada asks, we answer, Ada comes back. */
export function exchange(world: SourceWorld): readonly [GivenPost, GivenPost, GivenPost] {
  const now = world.clock.now();
  return [
    { key: 'ask', text: 'Does the Crockhaven pot fit an oven?', author: ADA, at: now - 3 * MINUTE },
    {
      key: 'answer',
      text: 'It does, up to 200 degrees.',
      author: US,
      at: now - 2 * MINUTE,
      replyTo: 'ask',
      ours: true,
    },
    { key: 'again', text: 'Lovely, and the lid?', author: ADA, at: now - MINUTE, replyTo: 'answer' },
  ];
}
