import { z } from 'zod';
import { problemsOf, time } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';
import { type Kind, parseId, postId } from './ids.ts';

/**
 * What is read of GitHub's answers, and nothing else. REST and webhooks write alike
 * (https://docs.github.com/en/rest/issues/issues, https://docs.github.com/en/webhooks/webhook-events-and-payloads);
 * GraphQL has names of its own (https://docs.github.com/en/graphql/reference/objects).
 */

const words = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const maybe = z.string().nullish().catch(null);
const maybeTime = z
  .string()
  .nullish()
  .transform((value) => (value ? Date.parse(value) : Number.NaN))
  .transform((value) => (Number.isFinite(value) ? value : null));
const whole = z.number().int().nonnegative();

/** Null: the account is gone; GitHub shows its posts as those of "ghost". */
const userSchema = z
  .object({ login: z.string().min(1), id: whole, html_url: maybe, avatar_url: maybe })
  .nullish()
  .transform((user) =>
    user
      ? {
          id: String(user.id),
          login: user.login,
          url: user.html_url ?? null,
          avatarUrl: user.avatar_url ?? null,
        }
      : null,
  );
export type Person = z.output<typeof userSchema>;

const written = {
  body: words,
  user: userSchema,
  author_association: words,
  created_at: time,
  updated_at: time,
  html_url: maybe,
};

/** An issue, a pull request, or (in webhooks) a discussion. */
export const topicSchema = z.object({
  ...written,
  number: whole,
  node_id: maybe,
  title: words,
  locked: z.boolean().catch(false),
  comments: whole.catch(0),
});
export type Topic = z.output<typeof topicSchema>;

/** A comment on an issue or pull request, or (in webhooks, with `parent_id`) in a discussion. */
export const commentSchema = z.object({
  ...written,
  id: whole,
  issue_url: maybe,
  parent_id: whole.nullish().catch(null),
});
export type Comment = z.output<typeof commentSchema>;

export const meSchema = z.object({ id: whole, login: z.string().min(1), html_url: maybe });
export const repositorySchema = z.object({
  full_name: z.string(),
  archived: z.boolean().catch(false),
  has_discussions: z.boolean().catch(true),
  permissions: z
    .object({ push: z.boolean().catch(false) })
    .nullish()
    .catch(null),
});

/** An `Actor` has no number of its own: each of its kinds has. */
export const ACTOR = `author { __typename login url avatarUrl
  ... on User { databaseId } ... on Bot { databaseId } ... on Organization { databaseId } ... on Mannequin { databaseId } }`;
export const WRITTEN = `databaseId body authorAssociation createdAt updatedAt lastEditedAt url ${ACTOR}`;

const actorSchema = z
  .object({
    __typename: z.string().catch('User'),
    login: z.string().min(1),
    url: maybe,
    avatarUrl: maybe,
    databaseId: whole.nullish().catch(null),
  })
  .nullish()
  .transform((actor) => {
    if (!actor) return null;
    // REST writes "dependabot[bot]" where GraphQL writes "dependabot".
    const login =
      actor.__typename === 'Bot' && !actor.login.endsWith('[bot]') ? `${actor.login}[bot]` : actor.login;
    const id = actor.databaseId == null ? login : String(actor.databaseId);
    return { id, login, url: actor.url ?? null, avatarUrl: actor.avatarUrl ?? null };
  });

const nodeWritten = {
  body: words,
  author: actorSchema,
  authorAssociation: words,
  createdAt: time,
  updatedAt: time,
  lastEditedAt: maybeTime,
  url: maybe,
};

export const nodeTopicSchema = z.object({
  ...nodeWritten,
  id: z.string().min(1),
  number: whole,
  title: words,
  locked: z.boolean().catch(false),
});
export type NodeTopic = z.output<typeof nodeTopicSchema>;

export const nodeCommentSchema = z.object({
  ...nodeWritten,
  id: z.string().catch(''),
  databaseId: whole,
  deletedAt: maybe,
});
export type NodeComment = z.output<typeof nodeCommentSchema>;

/** A list of GraphQL whose entries are read one by one. */
export const nodesSchema = z
  .object({ nodes: z.array(z.unknown()).nullish() })
  .nullish()
  .transform((list) => list?.nodes ?? []);

/** Something that somebody wrote, however it came. */
export interface Entry {
  /** `owner/name` in small letters. */
  readonly repository: string;
  readonly kind: Kind;
  readonly number: number;
  readonly comment: string | null;
  /** The comment that it answers; null for one that answers the first post. */
  readonly parent: string | null;
  /** Of the first post. */
  readonly title: string | null;
  readonly body: string;
  readonly author: Person;
  readonly association: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly editedAt: number | null;
  readonly url: string | null;
}

type Where = Pick<Entry, 'repository' | 'kind'>;

/**
 * @param editedAt when the text was changed, where that is known: `updated_at` of an issue also moves with a label or
 * a comment, so it says nothing about the text.
 */
export function topicEntry(where: Where, topic: Topic, editedAt: number | null): Entry {
  return {
    ...where,
    ...common(topic),
    number: topic.number,
    comment: null,
    parent: null,
    title: topic.title,
    editedAt,
  };
}

/** A comment has no life but its text: what updates it is an edit. */
export function commentEntry(where: Where & { readonly number: number }, comment: Comment): Entry {
  return {
    ...where,
    ...common(comment),
    comment: String(comment.id),
    parent: comment.parent_id == null ? null : String(comment.parent_id),
    title: null,
    editedAt: comment.updated_at > comment.created_at ? comment.updated_at : null,
  };
}

function common(one: Topic | Comment) {
  return {
    body: one.body,
    author: one.user,
    association: one.author_association,
    createdAt: one.created_at,
    updatedAt: one.updated_at,
    url: one.html_url ?? null,
  };
}

export function nodeTopicEntry(where: Where, topic: NodeTopic): Entry {
  return {
    ...where,
    ...nodeCommon(topic),
    number: topic.number,
    comment: null,
    parent: null,
    title: topic.title,
  };
}

export function nodeCommentEntry(
  where: Where & { readonly number: number },
  comment: NodeComment,
  parent: string | null,
): Entry {
  return { ...where, ...nodeCommon(comment), comment: String(comment.databaseId), parent, title: null };
}

function nodeCommon(one: NodeTopic | NodeComment) {
  return {
    body: one.body,
    author: one.author,
    association: one.authorAssociation,
    createdAt: one.createdAt,
    updatedAt: one.updatedAt,
    editedAt: one.lastEditedAt,
    url: one.url ?? null,
  };
}

/** The number at the end of `issue_url`. */
export function issueNumberOf(comment: Comment): number | null {
  const [, number] = /\/issues\/(\d+)$/.exec(comment.issue_url ?? '') ?? [];
  return number === undefined ? null : Number(number);
}

/** Reads a list, dropping entries that cannot be read; each is told with its path, under its own id where it has one. */
export function readList<Output>(
  raw: unknown,
  schema: z.ZodType<Output>,
  dropped: Dropped[],
  path: string,
): readonly Output[] {
  if (!Array.isArray(raw)) return [];
  const good: Output[] = [];
  (raw as readonly unknown[]).forEach((entry, index) => {
    const parsed = schema.safeParse(entry);
    if (parsed.success) good.push(parsed.data);
    else dropped.push({ id: ownId(entry), why: `${path}[${index}]: ${problemsOf(parsed.error)}` });
  });
  return good;
}

const ownIdSchema = z.object({
  html_url: maybe,
  url: maybe,
  id: z.union([z.string(), z.number()]).nullish().catch(null),
});

/** The post's id where its address tells it; else GitHub's own. */
function ownId(entry: unknown): string | null {
  const parsed = ownIdSchema.safeParse(entry);
  if (!parsed.success) return null;
  const { html_url: htmlUrl, url, id } = parsed.data;
  const path = (htmlUrl ?? url ?? '').replace(/^https?:\/\/[^/]+\//, '').replace(/\/pull\//, '/issues/');
  const known = parseId(path.toLowerCase());
  if (known) return postId(known, known.comment);
  return id == null ? null : String(id).slice(0, 100);
}
