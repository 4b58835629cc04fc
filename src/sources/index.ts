import { appstore } from './appstore/appstore.ts';
import { bluesky } from './bluesky/bluesky.ts';
import { discordCommunity } from './discord-community/discord-community.ts';
import { discourse } from './discourse/discourse.ts';
import { facebook } from './facebook/facebook.ts';
import { feed } from './feed/feed.ts';
import { github } from './github/github.ts';
import { hackernews } from './hackernews/hackernews.ts';
import { instagram } from './instagram/instagram.ts';
import { mastodon } from './mastodon/mastodon.ts';
import { reddit } from './reddit/reddit.ts';
import { SAMPLE_BRAND, sample } from './sample/sample.ts';
import { slackCommunity } from './slack-community/slack-community.ts';
import type { SourceKind } from './source.ts';
import { stackexchange } from './stackexchange/stackexchange.ts';
import { webhook } from './webhook.ts';
import { wordpress } from './wordpress/wordpress.ts';
import { x } from './x/x.ts';
import { youtube } from './youtube/youtube.ts';

/** Every kind of source there is, by the name used in potluck.yaml. */
export const sources: Readonly<Record<string, SourceKind>> = {
  appstore,
  bluesky,
  'discord-community': discordCommunity,
  discourse,
  facebook,
  feed,
  github,
  hackernews,
  instagram,
  mastodon,
  reddit,
  sample,
  'slack-community': slackCommunity,
  stackexchange,
  webhook,
  wordpress,
  x,
  youtube,
};

/** What runs while nothing is configured: a made-up stream, and a door for the newcomer's own first post. */
export const demo = {
  brand: SAMPLE_BRAND,
  sources: { sample: { kind: 'sample' }, try: { kind: 'webhook', open: true } },
};
