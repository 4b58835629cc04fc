import type { Migration } from '../migrate.ts';

/** What is said beside the cards, what happens once for ever, and pictures. */
export const notices: Migration = {
  version: 4,
  name: 'notices',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    const serial = sqlite
      ? 'integer primary key autoincrement'
      : 'bigint generated always as identity primary key';
    const strict = sqlite ? 'strict' : '';
    return [
      `create table notices (id ${serial}, key ${id} not null, chat ${id} not null, channel ${id} not null,
        thread_item ${int}, content text not null, version ${int} not null, told_at ${int} not null, ref ${id},
        shown_version ${int} not null, posting_at ${int}, not_before ${int} not null, failures ${int} not null,
        given_up_version ${int} not null,
        behind ${int} generated always as (case when version > shown_version and given_up_version < version
          then 1 else 0 end) stored) ${strict}`,
      'create unique index notices_identity on notices (key, chat, channel)',
      'create index notices_behind on notices (chat, id) where behind = 1',
      'create index notices_newest on notices (chat, told_at, id)',
      `create table slots (name ${id} not null, slot ${id} not null, at ${int} not null, primary key (name, slot)) ${strict}`,
      'create index slots_at on slots (at)',
      `create table pictures (id ${id} primary key, mime text not null, bytes text not null, at ${int} not null) ${strict}`,
      'create index pictures_at on pictures (at)',
    ];
  },
};
