import type { Migration } from '../migrate.ts';

/** What a whole team needs: settings, approvals, prompts that become conversations, figures, and lines in a card's thread. */
export const team: Migration = {
  version: 2,
  name: 'team',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    // PostgreSQL's JSON types refuse the halves of surrogate pairs that hostile posts left in it. Inside of a string the
    // quotes would be escaped.
    const followUps = sqlite
      ? "json_extract(rest, '$.followUps')"
      : 'substring(rest from \'"followUps":([0-9]{1,9})\')::bigint';
    return [
      `create table settings (name ${id} primary key, value text not null) ${sqlite ? 'strict' : ''}`,
      'alter table replies add column approved_by_id text',
      'alter table replies add column approved_by_name text',
      `alter table cards add column remarked ${int} not null default 0`,
      // Who came back before there were remarks is no news.
      `update cards set remarked = coalesce((select ${followUps} from items where items.id = cards.item_id), 0)`,
      // A published prompt owns its conversation as any other item does: no conversation has two.
      'drop index items_conversation',
      'create unique index items_conversation on items (source, conversation_id)',
      'create index events_at on events (at, type)',
    ];
  },
};
