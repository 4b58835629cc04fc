import type { Migration } from '../migrate.ts';

/** Acts that a team's head learns from; a row of `events` is learnt once. The index and the query say the same words. */
export const UNTAUGHT =
  "taught is null and type in ('claim', 'assign', 'sent', 'mark-answered', 'answered-on-network', 'dismiss', 'reopen')";

/** What a team's clicks taught, and which of them are learnt. What was done before counts, too. */
export const learning: Migration = {
  version: 15,
  name: 'learning',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    const strict = sqlite ? 'strict' : '';
    return [
      `alter table events add column taught ${int}`,
      `create index events_untaught on events (id) where ${UNTAUGHT}`,
      `create table lessons (item_id ${int} primary key references items (id), state ${id} not null) ${strict}`,
      `create table heads (version ${int} primary key, stamp ${int} not null, at ${int} not null, lessons ${int} not null,
        state text not null) ${strict}`,
    ];
  },
};
