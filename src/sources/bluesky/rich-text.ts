import { z } from 'zod';

/** What the facets of a post say: which bytes of its text are links or mentions. */
export interface ReadText {
  /** The text with shortened links written out. */
  readonly text: string;
  readonly links: readonly string[];
  /** DIDs. */
  readonly mentions: readonly string[];
}

const facetSchema = z.object({
  index: z.object({ byteStart: z.number().int().min(0), byteEnd: z.number().int().min(0) }),
  features: z.array(
    z.object({
      $type: z.string().optional(),
      uri: z.string().optional().catch(undefined),
      did: z.string().optional().catch(undefined),
    }),
  ),
});

/** More than any client makes; the rest of a hostile list is passed over. */
const MAX_FACETS = 100;

/**
 * Reads a post's facets (https://docs.bsky.app/docs/advanced-guides/post-richtext: byte ranges into the UTF-8 text).
 * Clients show a link shortened ("example.com/a-long-pa...") and keep the address in the facet: it is written out.
 * A link with words of its own keeps its words. Facets that overlap or lie outside are ignored.
 */
export function readText(text: string, facets: readonly unknown[] = []): ReadText {
  const bytes = Buffer.from(text, 'utf8');
  const valid = facets
    .slice(0, MAX_FACETS)
    .map((raw) => facetSchema.safeParse(raw))
    .flatMap((parsed) => (parsed.success ? [parsed.data] : []))
    .filter(({ index }) => index.byteStart < index.byteEnd && index.byteEnd <= bytes.length)
    .sort((a, b) => a.index.byteStart - b.index.byteStart);
  const links: string[] = [];
  const mentions: string[] = [];
  let out = '';
  let at = 0;
  for (const { index, features } of valid) {
    const link = features.find((feature) => feature.$type === 'app.bsky.richtext.facet#link')?.uri;
    const mention = features.find((feature) => feature.$type === 'app.bsky.richtext.facet#mention')?.did;
    if (link) links.push(link);
    if (mention) mentions.push(mention);
    if (!link || index.byteStart < at) continue;
    const shown = bytes.toString('utf8', index.byteStart, index.byteEnd);
    if (!isShortened(shown, link)) continue;
    out += bytes.toString('utf8', at, index.byteStart) + link;
    at = index.byteEnd;
  }
  out += bytes.toString('utf8', at);
  return { text: out, links, mentions };
}

/** "example.com/a-lo..." of "https://example.com/a-long-path". */
function isShortened(shown: string, link: string): boolean {
  const stem = shown.match(/^(?:https?:\/\/)?(?:www\.)?(.+?)(?:\.\.\.|…)$/iu)?.[1];
  if (!stem) return false;
  const bare = link.replace(/^https?:\/\//i, '').replace(/^www\./i, '');
  return bare.toLowerCase().startsWith(stem.toLowerCase());
}
