import type { Migration } from '../migrate.ts';

/** What complaints are about, and those that are one matter. */
export const incidents: Migration = {
  version: 12,
  name: 'incidents',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    const serial = sqlite
      ? 'integer primary key autoincrement'
      : 'bigint generated always as identity primary key';
    const strict = sqlite ? 'strict' : '';
    return [
      `create table incidents (id ${serial}, state ${id} not null, opened_at ${int} not null, last_at ${int} not null) ${strict}`,
      "create index incidents_open on incidents (id) where state = 'open'",
      `create table signatures (item_id ${int} primary key references items (id), author ${id} not null, words text not null,
        at ${int} not null, incident_id ${int} references incidents (id)) ${strict}`,
      'create index signatures_at on signatures (at)',
      'create index signatures_incident on signatures (incident_id, item_id) where incident_id is not null',
    ];
  },
};
