import { z } from 'zod';
import { graphId, graphTime } from '../kit/meta/graph.ts';
import { words } from '../kit/shapes.ts';

/**
 * Media and comments as the Graph API gives them; only what is used is asked for. Fields:
 * https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment,
 * https://developers.facebook.com/docs/instagram-platform/reference/instagram-media,
 * and Meta's own SDKs (igcomment.py, ig-media.js).
 */

export const COMMENT_FIELDS = 'id,text,timestamp,username,from{id,username},hidden,parent_id';
export const MEDIA_FIELDS = 'id,caption,permalink,timestamp,username,alt_text,media_url';

const maybe = z.string().nullish().catch(null);
const maybeId = graphId.nullish().catch(null);
/** `from` and `username` may be missing where Instagram does not show the person. */
const from = z.object({ id: maybeId, username: words }).nullish().catch(null);

export const commentSchema = z.object({
  id: graphId,
  text: words,
  timestamp: graphTime,
  username: words,
  from,
  hidden: z.boolean().nullish().catch(null),
  /** The comment that it answers; absent on the first level, of which there are two. */
  parent_id: maybeId,
});
export type InstagramComment = z.output<typeof commentSchema>;

/** A comment of the first level, with its answers. */
export const threadSchema = commentSchema.extend({ replies: z.unknown().optional() });
export type Thread = z.output<typeof threadSchema>;

export const mediaSchema = z.object({
  id: graphId,
  caption: words,
  permalink: maybe,
  timestamp: graphTime,
  username: words,
  alt_text: words,
  media_url: maybe,
});
export type Media = z.output<typeof mediaSchema>;

export const mediaWithComments = mediaSchema.extend({ comments: z.unknown().optional() });
export type MediaWithComments = z.output<typeof mediaWithComments>;

export const accountSchema = z.object({ id: graphId, username: z.string().min(1) });

/** `comments`: https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram */
export const commentChange = z.object({
  id: graphId,
  text: maybe,
  from,
  media: z.object({ id: graphId }),
  parent_id: maybeId,
});

/** `mentions`: with a comment when we are named in one, without when we are named in a caption. */
export const mentionChange = z.object({ media_id: graphId, comment_id: maybeId });

/**
 * What may be asked about a comment or media that names us elsewhere:
 * https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_comment and
 * …/mentioned_media
 */
export const mentionedComment = z.object({
  mentioned_comment: z.object({
    id: graphId,
    text: words,
    timestamp: graphTime,
    username: words,
    media: z.object({ id: graphId }).nullish().catch(null),
  }),
});
export const mentionedMedia = z.object({
  mentioned_media: z.object({ id: graphId, caption: words, timestamp: graphTime, username: words }),
});
