import type { PersonCard } from '../chat/chat.ts';
import type { Item } from '../domain/item.ts';
import { KIND_LABELS, standingWords } from '../domain/make-card.ts';
import type { Source } from '../sources/source.ts';
import type { Store } from '../store/store.ts';

const MOST = 10;
const LATEST = 5;
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
      const [history, latest] = await Promise.all([
        store.author(source, author.id, NO_CONVERSATION),
        store.itemsOfAuthor(source, author.id, LATEST),
      ]);
      return {
        source,
        label: sources.get(source)?.label ?? source,
        name: author.name || author.handle || 'Somebody',
        handle: author.handle,
        url: author.url,
        conversations: history.conversations,
        posts: history.posts,
        firstMetAt: history.firstMetAt,
        latest: latest.map(lineOf),
      };
    }),
  );
  return cards.sort((a, b) => b.conversations - a.conversations || b.posts - a.posts);
}

function lineOf(item: Item): PersonCard['latest'][number] {
  const kinds = item.kinds.map((kind) => KIND_LABELS[kind]).join(' · ');
  return {
    itemId: item.id,
    about: kinds || 'Our own post',
    standing: standingWords(item),
    at: item.updatedAt,
  };
}
