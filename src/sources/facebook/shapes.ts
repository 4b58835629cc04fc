import { z } from 'zod';
import { graphId, graphTime } from '../kit/meta/graph.ts';
import { words } from '../kit/shapes.ts';

/**
 * Posts and comments as the Graph API gives them; only what is used is asked for. Fields:
 * https://developers.facebook.com/docs/graph-api/reference/comment,
 * https://developers.facebook.com/docs/graph-api/reference/page/feed (PagePost),
 * and Meta's own SDK (facebook-nodejs-business-sdk: objects/comment.js, objects/page-post.js).
 */

export const COMMENT_FIELDS =
  'id,message,created_time,from{id,name},permalink_url,can_comment,parent{id,parent{id}},attachment{title,description,url,media{image{src}}}';
export const POST_FIELDS =
  'id,message,story,created_time,from{id,name},permalink_url,is_published,attachments{title,description,url,media{image{src}}}';

const maybe = z.string().nullish().catch(null);

/** Who wrote it; Facebook leaves it out where it does not show the person to the Page. */
const from = z.object({ id: graphId, name: words }).nullish().catch(null);

const attachment = z.object({
  title: words,
  description: words,
  url: maybe,
  media: z
    .object({ image: z.object({ src: maybe }).nullish().catch(null) })
    .nullish()
    .catch(null),
});
export type Attachment = z.output<typeof attachment>;

export const commentSchema = z.object({
  id: graphId,
  message: words,
  created_time: graphTime,
  from,
  permalink_url: maybe,
  /** Whether the Page may answer it. */
  can_comment: z.boolean().nullish().catch(null),
  parent: z
    .object({ id: graphId, parent: z.object({ id: graphId }).nullish().catch(null) })
    .nullish()
    .catch(null),
  attachment: attachment.nullish().catch(null),
});
export type FacebookComment = z.output<typeof commentSchema>;

export const postSchema = z.object({
  id: graphId,
  message: words,
  story: words,
  created_time: graphTime,
  from,
  permalink_url: maybe,
  is_published: z.boolean().nullish().catch(null),
  attachments: z
    .object({ data: z.array(attachment) })
    .nullish()
    .catch(null),
});
export type FacebookPost = z.output<typeof postSchema>;

/** A post of the Page's feed with its newest comments. */
export const feedPostSchema = postSchema.extend({ comments: z.unknown().optional() });
export type FeedPost = z.output<typeof feedPostSchema>;

export const pageSchema = z.object({ id: graphId, name: words, link: maybe });

/** Ids of the webhook: `from` today, `sender_id` and `sender_name` in older versions. */
const sender = {
  from: z
    .object({ id: graphId.nullish().catch(null), name: words })
    .nullish()
    .catch(null),
  sender_id: graphId.nullish().catch(null),
  sender_name: words,
};

/**
 * The value of a change of the field `feed` or `mention`:
 * https://developers.facebook.com/docs/graph-api/webhooks/reference/page (recorded ones: restfb, src/test/resources/json/webhooks).
 */
export const changeSchema = z.object({
  item: z.string(),
  verb: z.string(),
  comment_id: graphId.nullish(),
  post_id: graphId.nullish(),
  parent_id: graphId.nullish().catch(null),
  message: maybe,
  created_time: graphTime.nullish().catch(null),
  photo: maybe,
  photos: z.array(z.string()).nullish().catch(null),
  link: maybe,
  published: z.union([z.number(), z.boolean()]).nullish().catch(null),
  post: z.object({ permalink_url: maybe }).nullish().catch(null),
  ...sender,
});
export type FacebookChange = z.output<typeof changeSchema>;
