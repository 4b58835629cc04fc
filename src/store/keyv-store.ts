import type { KeyvStoreAdapter, StoredData } from 'keyv';
import type { Clock } from '../clock.ts';
import type { Door } from './door.ts';
import { keyOf } from './keys.ts';

/**
 * Storage for one Keyv: every Keyv needs its own, because Keyv writes its namespace on it. Keyv itself looks at the
 * expiry of what it reads; the store's sweep deletes what nobody reads any more.
 */
export function keyvStore(door: Door, clock: Clock): KeyvStoreAdapter {
  const adapter: KeyvStoreAdapter = {
    // Keyv iterates only over dialects that it knows by name.
    opts: { dialect: 'sqlite', url: '' },
    namespace: undefined,
    // Errors of a query are thrown to Keyv, which emits them; there are no others.
    on: () => adapter,
    async get<Value>(key: string) {
      const row = await door
        .db()
        .selectFrom('kv')
        .select('value')
        .where('key', '=', keyOf(key))
        .executeTakeFirst();
      return row?.value as StoredData<Value>;
    },
    async getMany<Value>(keys: string[]) {
      const rows = await door
        .db()
        .selectFrom('kv')
        .select(['key', 'value'])
        .where('key', 'in', keys.map(keyOf))
        .execute();
      const values = new Map(rows.map((row) => [row.key, row.value]));
      return keys.map((key) => values.get(keyOf(key)) as StoredData<Value | undefined>);
    },
    async set(key: string, value: string, ttl?: number) {
      const short = keyOf(key);
      const columns = {
        full_key: short === key ? null : key,
        value,
        expires_at: ttl === undefined ? null : clock.now() + ttl,
      };
      await door
        .db()
        .insertInto('kv')
        .values({ key: short, ...columns })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(columns))
        .execute();
    },
    async delete(key) {
      const { numDeletedRows } = await door
        .db()
        .deleteFrom('kv')
        .where('key', '=', keyOf(key))
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async deleteMany(keys) {
      const { numDeletedRows } = await door
        .db()
        .deleteFrom('kv')
        .where('key', 'in', keys.map(keyOf))
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async clear() {
      let all = door.db().deleteFrom('kv');
      // A range and no LIKE, where `_` in a namespace would stand for any character: `;` follows `:`.
      if (adapter.namespace)
        all = all.where('key', '>=', `${adapter.namespace}:`).where('key', '<', `${adapter.namespace};`);
      await all.execute();
    },
    async *iterator<Value>(namespace?: string) {
      let after = namespace ? `${namespace}:` : '';
      for (;;) {
        let page = door.db().selectFrom('kv').selectAll().where('key', '>', after).orderBy('key').limit(100);
        if (namespace) page = page.where('key', '<', `${namespace};`);
        const rows = await page.execute();
        for (const row of rows) yield [row.full_key ?? row.key, row.value as Awaited<Value>];
        const last = rows.at(-1);
        if (!last) return;
        after = last.key;
      }
    },
  };
  return adapter;
}
