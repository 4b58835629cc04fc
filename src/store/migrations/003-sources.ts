import type { Migration } from '../migrate.ts';

/** What sources in breadth need: posts that were edited, and what each source cost on each day. */
export const sources: Migration = {
  version: 3,
  name: 'sources',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    return [
      `alter table posts add column edited_at ${int}`,
      // Dollars in millionths: whole numbers add up exactly on both databases.
      `create table costs (source ${id} not null, day ${id} not null, requests ${int} not null default 0,
        units ${int} not null default 0, micros ${int} not null default 0, primary key (source, day)) ${sqlite ? 'strict' : ''}`,
    ];
  },
};
