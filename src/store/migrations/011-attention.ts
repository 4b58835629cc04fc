import type { Migration } from '../migrate.ts';

/** How many cards were begun in the last hour is asked all the time. */
export const attention: Migration = {
  version: 11,
  name: 'attention',
  up: () => ['create index cards_begun on cards (chat, posting_at, channel) where posting_at is not null'],
};
