import type { PersonCard } from '../chat/chat.ts';
import type { Source } from '../sources/source.ts';
import type { Store } from '../store/store.ts';

const MOST = 10;
/** No conversation has this id: nothing is left out. */
const NO_CONVERSATION = '';

/** Authors by name or handle, best known first. */
export async function findPeople(
  store: Store,
  sources: ReadonlyMap<string, Source>,
  words: string,
): Promise<readonly PersonCard[]> {
  const found = await store.authorsNamed(words, MOST);
  const cards = await Promise.all(
    found.map(async ({ source, author }): Promise<PersonCard> => {
      const history = await store.author(source, author.id, NO_CONVERSATION);
      return {
        source,
        label: sources.get(source)?.label ?? source,
        name: author.name || author.handle || 'Somebody',
        handle: author.handle,
        conversations: history.conversations,
        posts: history.posts,
      };
    }),
  );
  return cards.sort((a, b) => b.conversations - a.conversations || b.posts - a.posts);
}
