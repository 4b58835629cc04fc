import { z } from 'zod';

/**
 * What is read of Bluesky's answers, and no more: https://docs.bsky.app/docs/api (lexicons `app.bsky.feed.defs`,
 * `app.bsky.notification.listNotifications`). The SDK's own check refuses a whole page for one bad entry; these let us
 * drop that entry alone.
 */

const optionalText = z.string().optional().catch(undefined);

const authorSchema = z.object({
  did: z.string().regex(/^did:[a-z]+:\S+$/, 'must be a DID'),
  handle: z.string().min(1),
  displayName: optionalText,
  avatar: optionalText,
  /** What they say of themselves; told with notifications. */
  description: optionalText,
});
export type AuthorView = z.output<typeof authorSchema>;

const refSchema = z.object({ uri: z.string().min(1), cid: z.string().min(1) });
/** A strong reference: which post, in exactly which version. */
export type PostRef = z.output<typeof refSchema>;

/** The post as its author's client wrote it: every field but the text may be nonsense. */
export const recordSchema = z.object({
  text: z.string(),
  createdAt: optionalText,
  langs: z.array(z.string()).optional().catch(undefined),
  reply: z.object({ root: refSchema, parent: refSchema }).optional().catch(undefined),
  facets: z.array(z.unknown()).optional().catch(undefined),
  /** Hashtags besides those in the text. */
  tags: z.array(z.string()).optional().catch(undefined),
  embed: z.unknown().optional(),
});
export type PostRecord = z.output<typeof recordSchema>;

export const postViewSchema = z.object({
  uri: z.string().startsWith('at://'),
  cid: z.string().min(1),
  author: authorSchema,
  record: recordSchema,
  embed: z.unknown().optional(),
  indexedAt: z.string(),
  viewer: z.object({ replyDisabled: z.boolean().optional() }).optional().catch(undefined),
});
export type PostView = z.output<typeof postViewSchema>;

export const notificationSchema = z.object({
  uri: z.string().startsWith('at://'),
  author: authorSchema,
  reason: z.string(),
  indexedAt: z.string(),
});
export type Notification = z.output<typeof notificationSchema>;

/** An item of an author's feed. `reason` is set on reposts and pins. */
export const feedItemSchema = z.object({
  post: postViewSchema,
  reason: z.object({ indexedAt: optionalText }).optional(),
  reply: z
    .object({ root: z.unknown().optional(), parent: z.unknown().optional() })
    .optional()
    .catch(undefined),
});
export type FeedItem = z.output<typeof feedItemSchema>;

/** A node of a thread. Blocked and deleted posts are nodes too, of other types, and are passed over. */
export const threadNodeSchema = z.object({
  $type: z.literal('app.bsky.feed.defs#threadViewPost'),
  post: z.unknown().optional(),
  parent: z.unknown().optional(),
  replies: z.array(z.unknown()).optional().catch(undefined),
});

/** "author.did: must be a DID": the first problem, for the list of dropped entries. */
export function whyInvalid(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'entry'}: ${issue.message}` : 'unreadable';
}

/** The `uri` of something unreadable, where it has one. */
export function uriOf(raw: unknown): string | null {
  const parsed = z.object({ uri: z.string().max(1_024) }).safeParse(raw);
  return parsed.success ? parsed.data.uri : null;
}
