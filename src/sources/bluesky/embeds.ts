import { z } from 'zod';
import { postUrl } from './urls.ts';

/** What hangs below a post's text. */
export interface ReadEmbed {
  readonly media: readonly { readonly url: string | null; readonly alt: string }[];
  readonly links: readonly string[];
}

const text = z.string().catch('');
const address = z.string().nullish().catch(null);

const imagesSchema = z.object({
  $type: z.literal('app.bsky.embed.images#view'),
  images: z.array(z.object({ fullsize: address, alt: text }).catch({ fullsize: null, alt: '' })),
});
const videoSchema = z.object({
  $type: z.literal('app.bsky.embed.video#view'),
  thumbnail: address,
  alt: text,
});
const externalSchema = z.object({
  $type: z.literal('app.bsky.embed.external#view'),
  external: z.object({ uri: z.string(), title: text, description: text, thumb: address }),
});
const recordSchema = z.object({
  $type: z.literal('app.bsky.embed.record#view'),
  record: z.unknown().optional(),
});
const recordWithMediaSchema = z.object({
  $type: z.literal('app.bsky.embed.recordWithMedia#view'),
  record: z.object({ record: z.unknown().optional() }),
  media: z.unknown().optional(),
});
const quotedSchema = z.object({
  $type: z.literal('app.bsky.embed.record#viewRecord'),
  uri: z.string(),
  author: z.object({ did: z.string(), handle: z.string() }),
  value: z.object({ text: z.string() }),
});
const embedSchema = z.discriminatedUnion('$type', [
  imagesSchema,
  videoSchema,
  externalSchema,
  recordSchema,
  recordWithMediaSchema,
]);

const NOTHING: ReadEmbed = { media: [], links: [] };

/** Reads pictures (their descriptions), videos, link cards and quoted posts; whatever is unknown is nothing. */
export function readEmbed(raw: unknown): ReadEmbed {
  const parsed = embedSchema.safeParse(raw);
  if (!parsed.success) return NOTHING;
  const embed = parsed.data;
  switch (embed.$type) {
    case 'app.bsky.embed.images#view':
      return { media: embed.images.map(({ fullsize, alt }) => ({ url: fullsize ?? null, alt })), links: [] };
    case 'app.bsky.embed.video#view':
      return { media: [{ url: embed.thumbnail ?? null, alt: embed.alt }], links: [] };
    case 'app.bsky.embed.external#view': {
      const { uri, title, description, thumb } = embed.external;
      const words = [title, description].filter((part) => part !== '').join(' – ');
      return { media: [{ url: thumb ?? null, alt: words }], links: [uri] };
    }
    case 'app.bsky.embed.record#view':
      return quoted(embed.record);
    case 'app.bsky.embed.recordWithMedia#view': {
      const quote = quoted(embed.record.record);
      const below = readEmbed(embed.media);
      return { media: [...below.media, ...quote.media], links: [...below.links, ...quote.links] };
    }
  }
}

/** A quoted post is told as a medium: it is not the author's own text, and triage must not take it for theirs. */
function quoted(raw: unknown): ReadEmbed {
  const parsed = quotedSchema.safeParse(raw);
  if (!parsed.success) return NOTHING;
  const { uri, author, value } = parsed.data;
  const url = postUrl(uri, author);
  return {
    media: [{ url, alt: `Quoted @${author.handle}: ${value.text}` }],
    links: url === null ? [] : [url],
  };
}
