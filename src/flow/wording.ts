import { type LintContext, lint, type Remark } from '../domain/etiquette.ts';
import { type Item, isUnpublished } from '../domain/item.ts';
import { readableText } from '../domain/post.ts';
import type { Measure } from '../domain/reply.ts';
import type { Store } from '../store/store.ts';

/** What there is to say about a draft for this item, with whom it answers known. @param measure how the network would count it */
export async function remarksOn(
  store: Pick<Store, 'post'>,
  item: Item,
  text: string,
  measure: Measure | null,
): Promise<readonly Remark[]> {
  const post = await store.post(item.source, item.postId);
  const said = isUnpublished(item) || post === null || post.ours ? null : post;
  const context: LintContext = {
    said: said && readableText(said),
    name: said && (said.author.name || said.author.handle),
    handle: said?.author.handle ?? null,
    lang: said?.lang ?? null,
    measure,
    pictures: item.pictures ?? [],
  };
  return lint(text, context);
}
