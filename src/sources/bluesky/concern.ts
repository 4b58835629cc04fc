import type { Keywords } from '../../domain/keywords.ts';
import { field, type Otherwise, quotedUri, sharesUs } from './read-post.ts';
import { readText } from './rich-text.ts';
import type { PostRecord } from './shapes.ts';
import { isOurUri, type Us } from './us.ts';

/**
 * Why a post of the public stream concerns us, told from its record alone; null for nearly all of them. The reason is
 * only what is said when the post does not itself mention, answer or quote us.
 */
export function concern(did: string, record: PostRecord, us: Us, watched: Keywords): Otherwise | null {
  if (did === us.did) return 'comment';
  const { reply } = record;
  if (reply && (isOurUri(reply.parent.uri, us) || isOurUri(reply.root.uri, us))) return 'comment';
  const { links, mentions } = record.facets?.length ? readText(record.text, record.facets) : NONE;
  if (us.did !== null && mentions.includes(us.did)) return 'comment';
  if (isOurUri(quotedUri(record.embed), us)) return 'comment';
  const below = wordsBelow(record.embed);
  const all = [...links, ...below.links];
  if (sharesUs(all, us)) return 'keyword';
  const tags = (record.tags ?? []).map((tag) => `#${tag}`);
  return watched.find([record.text, ...tags, ...below.alts].join('\n'), all) ? 'keyword' : null;
}

const NONE: { readonly links: readonly string[]; readonly mentions: readonly string[] } = {
  links: [],
  mentions: [],
};
/** `app.bsky.embed.images` allows four. */
const MAX_IMAGES = 10;

/** Links and descriptions in a record's embed (`app.bsky.embed.external`, `.images`, `.video`, `.recordWithMedia`). */
function wordsBelow(embed: unknown): { readonly links: readonly string[]; readonly alts: readonly string[] } {
  if (embed === undefined) return { links: [], alts: [] };
  const media = field(embed, 'media') ?? embed;
  const images = field(media, 'images');
  const listed = Array.isArray(images) ? images.slice(0, MAX_IMAGES) : [];
  return {
    links: textsOf([field(field(media, 'external'), 'uri')]),
    alts: textsOf([field(media, 'alt'), ...listed.map((image: unknown) => field(image, 'alt'))]),
  };
}

function textsOf(values: readonly unknown[]): readonly string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}
