import type { Migration } from '../migrate.ts';

/** Who stands in for whom, and which step was taken for an item while its author waited. */
export const oncall: Migration = {
  version: 6,
  name: 'oncall',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    const serial = sqlite
      ? 'integer primary key autoincrement'
      : 'bigint generated always as identity primary key';
    const strict = sqlite ? 'strict' : '';
    return [
      `create table swaps (id ${serial}, layer ${id} not null, person_id ${id} not null, person_name text not null,
        from_at ${int} not null, until_at ${int} not null, by_id ${id} not null, by_name text not null, at ${int} not null,
        undone_at ${int}, undone_by_id ${id}, undone_by_name text) ${strict}`,
      'create index swaps_until on swaps (until_at)',
      `create table escalations (item_id ${int} not null, waiting_since ${int} not null, step ${id} not null,
        at ${int} not null, primary key (item_id, waiting_since, step)) ${strict}`,
    ];
  },
};
