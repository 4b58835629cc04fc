import type { Migration } from '../migrate.ts';

/** Pictures that go out with drafts, and which of them went out with which reply. */
export const attachments: Migration = {
  version: 5,
  name: 'attachments',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    return [
      `create table attachments (id ${id} primary key, item_id ${int} not null references items (id), mime text not null,
        bytes ${sqlite ? 'blob' : 'bytea'} not null, by_id ${id} not null, by_name text not null, at ${int} not null)
        ${sqlite ? 'strict' : ''}`,
      'create index attachments_item on attachments (item_id)',
      'alter table replies add column pictures text',
    ];
  },
};
