import { z } from 'zod';
import { graphApi, graphFields, guarded, secret, watchCount } from '../kit/meta/config.ts';

/** What a Page token needs, in Meta's words: https://developers.facebook.com/docs/permissions */
export const PERMISSIONS = 'pages_read_engagement, pages_read_user_content and pages_manage_engagement';

/** What stands under `sources.<name>` besides `kind: facebook`. */
export const facebookConfig = guarded(
  z.strictObject({
    page: z
      .union([z.string().trim(), z.number().int().transform(String)])
      .refine(
        (value) => /^\d{3,30}$/.test(value),
        'must be the numeric id of the Page (Page → About → Page transparency)',
      )
      .describe('Numeric id of the Page. Put it in quotes.'),
    token: secret('a Page access token', 20).describe(
      `Page access token with ${PERMISSIONS}. A long-lived one does not expire.`,
    ),
    ...graphFields,
    watchPosts: watchCount(50),
    ours: z
      .array(
        z
          .string()
          .trim()
          .regex(/^\d{3,30}$/, 'must be the numeric id of a Page or person'),
      )
      .max(100)
      .default([])
      .describe('Ids of other Pages and people that are us.'),
    api: graphApi.describe('Address of the Graph API; another one only for a proxy of your own.'),
  }),
);

export type FacebookConfig = z.output<typeof facebookConfig>;
