import { z } from 'zod';
import { graphApi, graphFields, guarded, secret, watchCount } from '../kit/meta/config.ts';

/** What a token needs, in Meta's words: https://developers.facebook.com/docs/instagram-platform/comment-moderation */
export const PERMISSIONS =
  'instagram_basic, instagram_manage_comments and pages_read_engagement (with Instagram Login: instagram_business_basic and instagram_business_manage_comments)';

/** What stands under `sources.<name>` besides `kind: instagram`. */
export const instagramConfig = guarded(
  z.strictObject({
    account: z
      .union([z.string().trim(), z.number().int().transform(String)])
      .refine(
        (value) => /^\d{3,30}$/.test(value),
        'must be the numeric id of the Instagram professional account (instagram_business_account of its Page)',
      )
      .describe('Numeric id of the Instagram professional account. Put it in quotes.'),
    token: secret('an access token', 20).describe(`Access token with ${PERMISSIONS}.`),
    ...graphFields,
    watchMedia: watchCount(25),
    ours: z
      .array(
        z
          .string()
          .trim()
          .transform((value) => value.replace(/^@/, '').toLowerCase())
          .refine((value) => /^[a-z0-9._]{1,40}$/.test(value), 'must be a user name or a numeric id'),
      )
      .max(100)
      .default([])
      .describe('User names or ids of other accounts that are us.'),
    api: graphApi.describe('Address of the API: https://graph.instagram.com for a token of Instagram Login.'),
  }),
);

export type InstagramConfig = z.output<typeof instagramConfig>;
