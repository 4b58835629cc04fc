import type { Migration } from '../migrate.ts';

/** Replies that the team keeps for what is asked again and again, and where each was used. */
export const savedReplies: Migration = {
  version: 13,
  name: 'saved-replies',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    // Numbers travel in buttons: one is never used again.
    const number = sqlite
      ? 'integer primary key autoincrement'
      : 'bigint generated always as identity primary key';
    const strict = sqlite ? 'strict' : '';
    return [
      `create table saved_replies (id ${number}, name_key ${id} not null unique, name text not null, text text not null,
        by_id ${id} not null, by_name text not null, at ${int} not null) ${strict}`,
      `create table saved_uses (reply_id ${int} not null references saved_replies (id) on delete cascade,
        item_id ${int} not null, at ${int} not null, primary key (reply_id, item_id)) ${strict}`,
    ];
  },
};
