import type { Migration } from '../migrate.ts';

/** Which conversations the team answered, by hashes of what they were about. */
export const answers: Migration = {
  version: 14,
  name: 'answers',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    const table = sqlite ? 'without rowid, strict' : '';
    return [
      `create table answers (item_id ${int} primary key references items (id), size ${int} not null, at ${int} not null)
        ${sqlite ? 'strict' : ''}`,
      'create index answers_at on answers (at)',
      `create table answer_terms (term ${id} not null, item_id ${int} not null, primary key (term, item_id)) ${table}`,
      'create index answer_terms_item on answer_terms (item_id)',
    ];
  },
};
