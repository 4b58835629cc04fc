import type { Keyv } from 'keyv';
import { z } from 'zod';
import type { Person } from '../../domain/item.ts';
import type { ChatHandlers } from '../chat.ts';

/** The people an item can be handed to: who was in the room, and who holds or held a card. */
export interface People {
  /** Remembers somebody who said their name. */
  met(person: Person): Promise<void>;
  /** Everybody known, by name: who was in the room, and who holds something on any platform. */
  roster(from: Pick<ChatHandlers, 'list'>): Promise<readonly Person[]>;
}

const KEY = 'web.people';
const MAX_PEOPLE = 200;
const storedSchema = z.array(z.object({ id: z.string(), name: z.string() })).catch([]);

/** The list survives a restart in `cache`; losing it costs a few names in a menu. */
export function createPeople(cache: Keyv): People {
  const known = new Map<string, Person>();
  let loaded: Promise<void> | null = null;

  async function load(): Promise<void> {
    for (const person of storedSchema.parse((await cache.get(KEY)) ?? [])) known.set(person.id, person);
  }

  function add(person: Person): boolean {
    if (known.get(person.id)?.name === person.name) return false;
    known.delete(person.id);
    if (known.size >= MAX_PEOPLE) known.delete(known.keys().next().value ?? '');
    known.set(person.id, { id: person.id, name: person.name });
    return true;
  }

  return {
    async met(person) {
      loaded ??= load();
      await loaded;
      if (add(person)) await cache.set(KEY, [...known.values()]);
    },
    async roster(from) {
      const held = await from.list({ states: ['claimed', 'snoozed'], order: 'recent', limit: 200 });
      for (const card of held.cards) {
        if (card.owner) add(card.owner);
        if (card.lastOwner) add(card.lastOwner);
      }
      loaded ??= load();
      await loaded;
      return [...known.values()].sort((a, b) => a.name.localeCompare(b.name));
    },
  };
}
