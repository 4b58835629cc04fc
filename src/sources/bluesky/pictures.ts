import { z } from 'zod';
import type { PictureRules } from '../../domain/picture.ts';
import { UnavailableError } from '../../errors.ts';
import { beforeSending } from '../kit/answers.ts';
import type { Media } from '../source.ts';
import type { Plain } from './cid.ts';
import type { Session } from './session.ts';
import { whyInvalid } from './shapes.ts';

/**
 * `app.bsky.embed.images`: four at most, `image/*`. The newest lexicon allows 2 MB each, “formerly limited to 1 MB”,
 * and personal data servers with the former one refuse more (that of @atproto/dev-env 0.3.215 does), so 1 MB it is.
 * Descriptions have no limit of their own; Bluesky's app stops at 2,000. Films in GIF stand still there.
 */
export const PICTURES: PictureRules = {
  most: 4,
  mimes: ['image/jpeg', 'image/png', 'image/webp'],
  bytes: 1_000_000,
  pixels: null,
  alt: 2_000,
};

/** A blob as a record names it: https://atproto.com/specs/data-model#blob-type */
const blobSchema = z.object({
  ref: z.object({ $link: z.string().regex(/^b[a-z2-7]{20,120}$/, 'is no CID') }),
  mimeType: z.string(),
  size: z.number().int().positive(),
});

/**
 * Hands the pictures to our server, and says how a post shows them. A blob that no record names is deleted there by
 * itself, so what is left of a failed send needs no tidying.
 *
 * @returns null when there are none
 */
export async function embedPictures(
  session: Session,
  media: readonly Media[],
  signal: AbortSignal,
): Promise<Plain | null> {
  if (media.length === 0) return null;
  const images: Plain[] = [];
  for (const { bytes, mime, alt, width, height } of media) {
    const image = await beforeSending('A picture could not be handed to Bluesky', () =>
      upload(session, bytes, mime, signal),
    );
    images.push({ image, alt, aspectRatio: { width, height } });
  }
  return { $type: 'app.bsky.embed.images', images };
}

async function upload(
  session: Session,
  bytes: Uint8Array,
  mime: string,
  signal: AbortSignal,
): Promise<Plain> {
  const answer = await session.call(
    'hand over a picture',
    signal,
    (agent) => agent.com.atproto.repo.uploadBlob(bytes, { encoding: mime, signal }),
    'answer',
  );
  // The SDK's own class of a blob, as it goes into JSON.
  const parsed = blobSchema.safeParse(JSON.parse(JSON.stringify(answer.blob)));
  if (!parsed.success)
    throw new UnavailableError(`Bluesky says nothing readable of the picture: ${whyInvalid(parsed.error)}.`);
  return { $type: 'blob', ...parsed.data };
}
