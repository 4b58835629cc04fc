import { expect } from 'vitest';
import { ledger } from '../../src/store/migrations/001-ledger.ts';
import { openStore } from '../../src/store/open.ts';
import { newItem, T0 } from './samples.ts';

/** A ledger as the first version left it: an item that came back once, its card, and a reply on its way. */
export function firstVersion(dialect: 'sqlite' | 'postgres'): readonly string[] {
  const int = dialect === 'sqlite' ? 'integer' : 'bigint';
  const { approval: _, ...item } = newItem({
    conversationId: 'c',
    followUps: 1,
    // Escapes that a stricter JSON type would refuse.
    reasons: [{ code: 'odd', text: 'half \uD83D and nul \u0000' }],
  });
  const rest = JSON.stringify(item).replaceAll("'", "''");
  return [
    ...ledger.up(dialect),
    `create table potluck_migrations (version ${int} primary key, name text not null, at ${int} not null)`,
    `insert into potluck_migrations values (1, 'ledger', ${T0})`,
    `insert into items (version, state, closed, origin, source, conversation_id, post_id, kinds, priority, opened_at,
      updated_at, waiting_since, rest) values (3, 'open', 0, 'conversation', 'feed', 'c', '1', '["question"]', 50, ${T0},
      ${T0}, ${T0}, '${rest}')`,
    `insert into cards (item_id, chat, channel, ref, shown_version, not_before, failures, given_up_version, item_version,
      item_state, item_priority, item_waiting_since)
      values (1, 'web', 'all', 'r', 3, 0, 0, 0, 3, 'open', 50, ${T0})`,
    `insert into replies values ('reply', 1, '1', 'Yes', 'web:ana', 'Ana', ${T0}, 'sending', null, null)`,
  ];
}

/** Opens it with this version, and again, and finds everything. */
export async function upgraded(url: string): Promise<void> {
  const store = await openStore(url);
  expect(await store.item(1)).toMatchObject({ id: 1, version: 3, conversationId: 'c', approval: null });
  expect(await store.reply('reply')).toMatchObject({ byName: 'Ana', approvedBy: null });
  // The follow-up of before is no news.
  expect(await store.cardsOf(1)).toMatchObject([{ ref: 'r', remarked: 1 }]);
  expect(await store.setting('muted')).toBeNull();
  expect(await store.createItem(newItem({ conversationId: 'c', origin: 'prompt' }))).toBeNull();
  await store.close();
  const again = await openStore(url);
  expect(await again.countItems({})).toBe(1);
  await again.close();
}
