import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';

const secret = (what: string) =>
  z
    .string()
    .trim()
    .regex(/^[\x21-\x7E]{8,2000}$/, `must be ${what}`);

const OAUTH1 = ['apiKey', 'apiSecret', 'accessToken', 'accessSecret'] as const;

/** What stands under `sources.<name>` besides `kind: x`. */
export const xConfig = z
  .strictObject({
    dollarsPerDay: z
      .number('is missing: say how many US dollars X may cost a day, for instance 1')
      .positive('must be more than nothing: X has no free reading')
      .max(10_000)
      .describe('What may be spent on X a day, in US dollars. Required: every post that is read costs.'),
    apiKey: secret('the API key (consumer key) of the app').optional().describe('OAuth 1.0a: API key.'),
    apiSecret: secret('the API key secret of the app').optional().describe('OAuth 1.0a: API key secret.'),
    accessToken: secret('the access token of the account')
      .optional()
      .describe('OAuth 1.0a: access token, made with read and write permission.'),
    accessSecret: secret('the access token secret of the account')
      .optional()
      .describe('OAuth 1.0a: access token secret.'),
    clientId: secret('the client id of the app').optional().describe('OAuth 2.0: client id.'),
    clientSecret: secret('the client secret of the app')
      .optional()
      .describe('OAuth 2.0: client secret, for a confidential client.'),
    refreshToken: secret('a refresh token with tweet.read tweet.write users.read offline.access')
      .optional()
      .describe('OAuth 2.0: the first refresh token; X gives a new one each time it is used.'),
    search: z
      .string()
      .trim()
      .min(2)
      .max(480, 'must be shorter than 480 characters: X takes 512, with what is added')
      .optional()
      .describe('A query for recent search, for posts that do not mention us: "simmer pot" lang:en.'),
    repliesToAnyone: z
      .boolean()
      .default(false)
      .describe('True with an Enterprise contract: others may answer only those who mention or quote them.'),
    ours: z
      .array(z.string().regex(/^@?\w{1,15}$/, 'must be a handle such as @simmer'))
      .max(100)
      .default([])
      .describe('Other accounts of the team: what they write counts as ours.'),
    lookback: durationSchema('24h')
      .refine((ms) => ms <= 6 * 86_400_000, 'must not be longer than 6d: recent search knows a week')
      .describe('How far back the first poll looks.'),
    every: durationSchema('2m', '15s').describe('Time between two polls.'),
  })
  .superRefine((config, context) => {
    const missing = OAUTH1.filter((name) => config[name] === undefined);
    const oauth2 = config.clientId !== undefined && config.refreshToken !== undefined;
    const half2 = !oauth2 && [config.clientId, config.clientSecret, config.refreshToken].some(Boolean);
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (missing.length > 0 && missing.length < 4)
      wrong(
        missing[0] ?? 'apiKey',
        `${missing.join(', ')} missing: OAuth 1.0a needs all of ${OAUTH1.join(', ')}`,
      );
    else if (half2) wrong('refreshToken', 'clientId and refreshToken belong together');
    else if (missing.length === 4 && !oauth2)
      wrong(
        'apiKey',
        `is missing: give ${OAUTH1.join(', ')} (OAuth 1.0a), or clientId and refreshToken (OAuth 2.0)`,
      );
    else if (missing.length === 0 && oauth2)
      wrong('refreshToken', 'give either OAuth 1.0a or OAuth 2.0, not both');
  });
export type XConfig = z.output<typeof xConfig>;
