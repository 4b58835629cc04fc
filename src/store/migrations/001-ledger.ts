import type { Migration } from '../migrate.ts';

/** The first form of the ledger: posts, items, events, cards, sources, gaps, replies, leases, key-value rows. */
export const ledger: Migration = {
  version: 1,
  name: 'ledger',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    // Identifiers compare byte by byte on both databases, whatever collation the server was set up with.
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    const real = sqlite ? 'real' : 'double precision';
    const serial = sqlite ? 'integer primary key' : 'bigint generated always as identity primary key';
    // People type item numbers: a number is never used again.
    const number = sqlite ? 'integer primary key autoincrement' : serial;
    const strict = sqlite ? 'strict' : '';
    const table = (name: string, columns: readonly string[]): string =>
      `create table ${name} (${columns.join(', ')}) ${strict}`;

    return [
      table('posts', [
        `seq ${serial}`,
        `source ${id} not null`,
        `id ${id} not null`,
        `conversation_id ${id} not null`,
        `reply_to ${id}`,
        'via text not null',
        `author_id ${id} not null`,
        'author_name text not null',
        'author_handle text not null',
        'author_url text',
        'author_avatar_url text',
        'text text not null',
        'lang text',
        'url text',
        'links text not null',
        'media text not null',
        `created_at ${int} not null`,
        `ours ${int} not null`,
        `received_at ${int} not null`,
        `backfilled ${int} not null`,
        'search text not null',
      ]),
      'create unique index posts_identity on posts (source, id)',
      'create index posts_conversation on posts (source, conversation_id, created_at, seq)',
      'create index posts_author on posts (source, author_id, created_at, conversation_id)',
      'create index posts_source_newest on posts (source, created_at, seq)',
      'create index posts_newest on posts (created_at, seq)',

      table('long_ids', [`key ${id} primary key`, 'id text not null']),

      table('items', [
        `id ${number}`,
        `version ${int} not null`,
        `state ${id} not null`,
        `closed ${int} not null`,
        'origin text not null',
        `source ${id} not null`,
        `conversation_id ${id} not null`,
        `post_id ${id} not null`,
        `owner_id ${id}`,
        'kinds text not null',
        `priority ${real} not null`,
        `opened_at ${int} not null`,
        `updated_at ${int} not null`,
        `waiting_since ${int} not null`,
        `snoozed_until ${int}`,
        'rest text not null',
      ]),
      "create unique index items_conversation on items (source, conversation_id) where origin = 'conversation'",
      'create index items_urgency on items (closed, priority desc, waiting_since, id)',
      'create index items_closed_recent on items (closed, updated_at, id)',
      'create index items_state on items (state)',
      'create index items_recent on items (updated_at, id)',
      'create index items_source_recent on items (source, updated_at, id)',
      'create index items_owner on items (owner_id, updated_at, id) where owner_id is not null',
      "create index items_snoozed on items (snoozed_until) where state = 'snoozed'",

      table('events', [
        `id ${serial}`,
        `item_id ${int} not null references items (id)`,
        `version ${int} not null`,
        `at ${int} not null`,
        'type text not null',
        `actor_id ${id} not null`,
        'actor_name text not null',
        'surface text not null',
        'detail text not null',
      ]),
      'create index events_item on events (item_id, id)',

      table('cards', [
        `item_id ${int} not null references items (id)`,
        `chat ${id} not null`,
        `channel ${id} not null`,
        `ref ${id}`,
        `shown_version ${int} not null`,
        `posting_at ${int}`,
        `not_before ${int} not null`,
        `failures ${int} not null`,
        `given_up_version ${int} not null`,
        `item_version ${int} not null`,
        `item_state ${id} not null`,
        `item_priority ${real} not null`,
        `item_waiting_since ${int} not null`,
        // A card that was never posted and whose item is closed has nothing to show.
        `behind ${int} generated always as (case when item_version > shown_version and given_up_version < item_version
          and (ref is not null or posting_at is not null or item_state not in ('answered', 'dismissed'))
          then 1 else 0 end) stored`,
        'primary key (item_id, chat, channel)',
      ]),
      'create index cards_ref on cards (chat, ref) where ref is not null',
      'create index cards_behind on cards (chat, item_priority desc, item_waiting_since, item_id, channel) where behind = 1',
      'create index cards_behind_later on cards (chat, not_before) where behind = 1',
      'create index cards_place on cards (chat, item_state, item_id, channel)',

      table('sources', [
        `name ${id} primary key`,
        'cursor text',
        `last_success_at ${int}`,
        `last_failure_at ${int}`,
        'last_error text',
        `failures ${int} not null`,
        `last_post_at ${int}`,
        `dropped ${int} not null`,
      ]),
      table('gaps', [
        `id ${serial}`,
        `source ${id} not null`,
        `from_at ${int} not null`,
        `to_at ${int} not null`,
        'why text not null',
        `closed_at ${int}`,
      ]),
      'create index gaps_newest on gaps (source, from_at, id)',

      table('replies', [
        `id ${id} primary key`,
        `item_id ${int} not null references items (id)`,
        'post_id text not null',
        'text text not null',
        'by_id text not null',
        'by_name text not null',
        `at ${int} not null`,
        `state ${id} not null`,
        'url text',
        'why text',
      ]),
      "create index replies_sending on replies (at) where state = 'sending'",

      table('leases', [`name ${id} primary key`, `holder ${id} not null`, `until ${int} not null`]),
      table('kv', [`key ${id} primary key`, 'full_key text', 'value text not null', `expires_at ${int}`]),
      'create index kv_expiry on kv (expires_at) where expires_at is not null',
    ];
  },
};
