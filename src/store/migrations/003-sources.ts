import type { Migration } from '../migrate.ts';

/** What sources in breadth need: posts that were edited, what each source cost on each day, and copies on other networks. */
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
      `create table twins (key ${id} not null, item_id ${int} not null, at ${int} not null, primary key (key, item_id))
        ${sqlite ? 'strict' : ''}`,
      'create index twins_at on twins (at)',
      `create table places (source ${id} not null, conversation_id ${id} not null, item_id ${int} not null,
        primary key (source, conversation_id)) ${sqlite ? 'strict' : ''}`,
    ];
  },
};
