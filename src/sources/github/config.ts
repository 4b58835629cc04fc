import { z } from 'zod';
import { durationSchema } from '../../domain/duration.ts';
import { apiAddress } from '../kit/address.ts';

/** `simmer/kettle`, also as it stands in the browser's address line. */
const repository = z
  .string()
  .trim()
  .transform((value) =>
    value
      .replace(/^https?:\/\/[^/]+\//i, '')
      .replace(/\/+$/, '')
      .replace(/\.git$/, ''),
  )
  .refine(
    (value) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/[A-Za-z0-9._-]{1,100}$/.test(value),
    'must be owner/name, for instance simmer/kettle',
  );

const api = apiAddress('https://github.example.com/api/v3');

/** What stands under `sources.<name>` besides `kind: github`. */
export const githubConfig = z
  .strictObject({
    token: z
      .string()
      .trim()
      .regex(/^[\x21-\x7E]{8,2000}$/, 'must be a personal access token: Settings → Developer settings')
      .describe(
        'Personal access token of the account that answers: read and write on issues and discussions.',
      ),
    repositories: z
      .array(repository)
      .max(20, 'at most 20: each costs three requests a poll, and GitHub allows 5,000 an hour')
      .default([])
      .describe('Repositories whose issues, pull requests, discussions and comments are read: owner/name.'),
    discussions: z.boolean().default(true).describe('Whether discussions are read too (GraphQL).'),
    mentions: z
      .boolean()
      .default(false)
      .describe('Look for mentions of our account everywhere on GitHub; two searches a poll.'),
    words: z
      .array(
        z
          .string()
          .trim()
          .min(2)
          .max(100)
          .regex(/^[^"\\]+$/, 'must not hold " or \\'),
      )
      .max(5, 'at most 5: each costs two searches a poll')
      .default([])
      .describe('Words to look for everywhere on GitHub; two searches a word and poll.'),
    ours: z
      .array(
        z
          .string()
          .trim()
          .transform((login) => login.replace(/^@/, ''))
          .refine(
            (login) => /^[A-Za-z0-9][A-Za-z0-9_-]*(?:\[bot\])?$/.test(login),
            'must be a login or an account id',
          ),
      )
      .max(200)
      .default([])
      .describe('Logins (or numeric account ids) of the team: what they write counts as ours.'),
    oursAssociations: z
      .array(z.enum(['OWNER', 'MEMBER', 'COLLABORATOR']))
      .default([])
      .describe('Whoever has this standing in one of the repositories counts as ours.'),
    secret: z
      .string()
      .regex(
        /^[\x21-\x7E]{16,1000}$/,
        'must have at least 16 visible characters; make one with: openssl rand -hex 32',
      )
      .optional()
      .describe(
        'Secret of the webhook that GitHub sends to POST /hooks/<name>; without it nothing is taken there.',
      ),
    every: durationSchema('60s', '60s').describe('Time between two polls, at least 60s.'),
    lookback: durationSchema('24h').describe('How far the first poll looks back.'),
    api: api
      .default('https://api.github.com')
      .describe('Address of the API; of GitHub Enterprise Server: https://host/api/v3.'),
    allowPrivate: z.boolean().default(false).describe('Allow addresses of your own network.'),
  })
  .refine((config) => config.repositories.length + config.words.length > 0 || config.mentions, {
    path: ['repositories'],
    message: 'names nothing to watch: give repositories, words or mentions: true',
  })
  .refine((config) => config.allowPrivate || config.api.startsWith('https://'), {
    path: ['api'],
    message: 'must begin with https:// (http only with allowPrivate: true, on your own network)',
  })
  .refine(
    ({ repositories }) => new Set(repositories.map((one) => one.toLowerCase())).size === repositories.length,
    { path: ['repositories'], message: 'names the same repository twice' },
  );

export type GithubConfig = z.output<typeof githubConfig>;
