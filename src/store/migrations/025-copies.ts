import type { Migration } from '../migrate.ts';

/** By what copies of a text are told, and what an incident is made of. Numbers below may still come: the ledger takes them in any order. */
export const copies: Migration = {
  version: 25,
  name: 'copies',
  up(dialect) {
    const id = dialect === 'sqlite' ? 'text' : 'text collate "C"';
    return [
      `alter table signatures add column sketch_state ${id}`,
      `alter table incidents add column kind ${id} not null default 'complaints'`,
    ];
  },
};
