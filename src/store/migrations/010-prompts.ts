import type { Migration } from '../migrate.ts';

/** Ideas that were put before the team, what became of them, and which ideas rest. */
export const prompts: Migration = {
  version: 10,
  name: 'prompts',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    const strict = sqlite ? 'strict' : '';
    return [
      `create table prompts (item_id ${int} primary key references items (id), idea ${id}, source ${id} not null,
        slot ${id}, channels text not null, fact text, made_at ${int} not null, lapses_at ${int},
        published_at ${int}, heard_at ${int}) ${strict}`,
      'create unique index prompts_slot on prompts (source, slot) where slot is not null',
      'create index prompts_made on prompts (made_at)',
      'create index prompts_lapse on prompts (lapses_at) where lapses_at is not null',
      'create index prompts_unheard on prompts (published_at) where heard_at is null',
      `create table idea_rests (idea ${id} primary key, until ${int} not null) ${strict}`,
      // How many complaints came in lately is asked before each idea.
      'create index items_opened on items (opened_at)',
    ];
  },
};
