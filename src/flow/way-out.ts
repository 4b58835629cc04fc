import type { ReplyDoor } from '../domain/card.ts';
import { type Item, isUnpublished } from '../domain/item.ts';
import { type PictureRules, picturesProblem } from '../domain/picture.ts';
import type { Post } from '../domain/post.ts';
import type { Measure } from '../domain/reply.ts';
import type { SendOptions, Source } from '../sources/source.ts';

/** How the words of an item become public: as an answer to its post, or, for a prompt, as a post of our own. */
export interface WayOut {
  /** With what is wrong with the item's pictures, where nothing is wrong with the words. */
  measure(text: string): Measure | null;
  /** What goes along; null where only words do. */
  readonly pictures: PictureRules | null;
  go(text: string, options: SendOptions): Promise<readonly Post[]>;
}

/** The way an item's text would go out; null where the network or the adapter allows none. */
export function wayOut(source: Source | undefined, item: Item, post: Post | null): WayOut | null {
  if (!source) return null;
  const rules = source.pictures?.() ?? null;
  if (isUnpublished(item)) {
    if (!canPublish(source)) return null;
    return {
      pictures: rules,
      measure: (text) => withPictures(source.measurePost?.(text) ?? null, item, rules, source.label),
      go: (text, options) => source.publish(text, options),
    };
  }
  const { reply } = source;
  // A follow is no post: there is nothing to answer in public.
  if (!post || !source.capabilities.reply || !reply || post.via === 'follow') return null;
  if (shutWords(source, post) !== null) return null;
  return {
    pictures: rules,
    measure: (text) => withPictures(source.measure?.(post, text) ?? null, item, rules, source.label),
    go: (text, options) => reply.call(source, post, text, options),
  };
}

function withPictures(
  measure: Measure | null,
  item: Item,
  rules: PictureRules | null,
  network: string,
): Measure | null {
  const problem = measure?.problem ?? picturesProblem(item.pictures ?? [], rules, network);
  return measure && problem !== null ? { ...measure, problem } : measure;
}

/** Why the network lets nobody answer this very post through us; null when it does. */
export function shutWords(source: Source | undefined, post: Post | null): string | null {
  return source && post && post.via !== 'follow' ? (source.mayNotReply?.(post) ?? null) : null;
}

/** Whether a post of our own can be published there. */
export function canPublish(source: Source): source is Source & Required<Pick<Source, 'publish'>> {
  return source.capabilities.publish && source.publish !== undefined;
}

/** The account an item's text would go out from, as people read it before they send. */
export function doorOf(source: Source | undefined, item: Item, post: Post | null): ReplyDoor | null {
  const way = wayOut(source, item, post);
  if (!source || !way) return null;
  const measure = way.measure('');
  return {
    account: accountOf(source),
    limit: measure?.limit ?? 0,
    unit: measure?.unit ?? 'characters',
    ...(way.pictures ? { pictures: way.pictures } : {}),
  };
}

/** "@brand on Bluesky". */
export function accountOf(source: Source): string {
  return `${source.account?.()?.handle ?? source.name} on ${source.label}`;
}
