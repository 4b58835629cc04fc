import { HALF_LIFE_MS } from '../../domain/advocates.ts';
import type { Migration } from '../migrate.ts';

/** People outside whom we know, what they did for us, and whom we were asked to forget. */
export const people: Migration = {
  version: 9,
  name: 'people',
  up(dialect) {
    const sqlite = dialect === 'sqlite';
    const id = sqlite ? 'text' : 'text collate "C"';
    const int = sqlite ? 'integer' : 'bigint';
    const real = sqlite ? 'real' : 'double precision';
    const strict = sqlite ? 'strict' : '';
    // Numbers travel in buttons: one is never used again.
    const number = sqlite
      ? 'integer primary key autoincrement'
      : 'bigint generated always as identity primary key';
    const table = (name: string, columns: readonly string[]): string =>
      `create table ${name} (${columns.join(', ')}) ${strict}`;
    const deed = (name: string, kind: string): string =>
      // Topics need the rules of triage: they are known from now on.
      `insert into deeds (source, author_id, conversation_id, deed, post_id, at)
        select posts.source, posts.author_id, posts.conversation_id, '${name}', min(posts.id), min(posts.created_at)
        from items join posts on posts.source = items.source and posts.id = items.post_id
        where items.origin = 'conversation' and items.kinds like '%"${kind}"%' and items.kinds not like '%"spam"%'
          and items.kinds not like '%"complaint"%' and posts.ours = 0
        group by posts.source, posts.author_id, posts.conversation_id`;

    return [
      table('acquaintances', [
        `id ${number}`,
        `source ${id} not null`,
        `author_id ${id} not null`,
        // The acquaintance that leads; null for one that leads itself, or is alone.
        `linked_to ${int}`,
        `linked_by_id ${id}`,
        'linked_by_name text',
        `linked_at ${int}`,
        `birthday_month ${int}`,
        `birthday_day ${int}`,
        `birthday_year ${int}`,
        `no_contact_at ${int}`,
        'no_contact_why text',
        `no_contact_by_id ${id}`,
        'no_contact_by_name text',
        `thanks_at ${int}`,
        'thanks_by text',
      ]),
      'create unique index acquaintances_author on acquaintances (source, author_id)',
      'create index acquaintances_linked on acquaintances (linked_to) where linked_to is not null',
      'create index acquaintances_birthday on acquaintances (birthday_month, birthday_day) where birthday_month is not null',
      table('acquaintance_notes', [
        `id ${number}`,
        `acquaintance_id ${int} not null references acquaintances (id)`,
        'text text not null',
        `by_id ${id} not null`,
        'by_name text not null',
        `at ${int} not null`,
      ]),
      'create index acquaintance_notes_newest on acquaintance_notes (acquaintance_id, id)',
      table('acquaintance_tags', [
        `acquaintance_id ${int} not null references acquaintances (id)`,
        `tag ${id} not null`,
        'primary key (acquaintance_id, tag)',
      ]),
      // Two that a person of the team looked at, and found to be two.
      table('strangers', [`one ${int} not null`, `other ${int} not null`, 'primary key (one, other)']),
      'create index strangers_other on strangers (other)',

      table('deeds', [
        `source ${id} not null`,
        `author_id ${id} not null`,
        `conversation_id ${id} not null`,
        `deed ${id} not null`,
        `post_id ${id} not null`,
        `at ${int} not null`,
        'primary key (source, author_id, conversation_id, deed)',
      ]),
      'create index deeds_at on deeds (at)',
      'create index deeds_post on deeds (source, post_id)',
      table('deed_topics', [
        `topic ${id} not null`,
        `at ${int} not null`,
        `source ${id} not null`,
        `author_id ${id} not null`,
        `post_id ${id} not null`,
        `deed ${id} not null`,
        'primary key (topic, source, post_id, deed)',
      ]),
      'create index deed_topics_newest on deed_topics (topic, at)',
      'create index deed_topics_post on deed_topics (source, post_id)',
      table('standings', [
        `source ${id} not null`,
        `author_id ${id} not null`,
        'name text not null',
        'handle text not null',
        'url text',
        `rank ${real} not null`,
        `praise ${int} not null`,
        `answer ${int} not null`,
        `share ${int} not null`,
        `last_at ${int} not null`,
        'primary key (source, author_id)',
      ]),
      'create index standings_rank on standings (rank)',

      // Who was erased, as a hash: what they wrote before is not stored again.
      table('erasures', [`hash ${id} primary key`, `at ${int} not null`]),

      deed('praise', 'praise'),
      deed('share', 'link-share'),
      // The rank as `rankWith` reckons it: all of these weigh one.
      `insert into standings (source, author_id, name, handle, url, rank, praise, answer, share, last_at)
        select d.source, d.author_id, p.author_name, p.author_handle, p.author_url,
          ln(sum(power(cast(2 as double precision), cast(d.at as double precision) / ${HALF_LIFE_MS})))
            / ln(cast(2 as double precision)),
          sum(case when d.deed = 'praise' then 1 else 0 end), 0,
          sum(case when d.deed = 'share' then 1 else 0 end), max(d.at)
        from deeds d join posts p on p.source = d.source and p.id = (select l.post_id from deeds l
          where l.source = d.source and l.author_id = d.author_id order by l.at desc, l.post_id desc limit 1)
        group by d.source, d.author_id, p.author_name, p.author_handle, p.author_url`,
    ];
  },
};
