import { PICTURE_MIMES, type PictureRules } from '../../domain/picture.ts';
import { RejectedError, UnavailableError } from '../../errors.ts';
import { beforeSending } from '../kit/answers.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Media } from '../source.ts';
import { type Answer, PICTURE_SCOPE } from './api.ts';
import type { Connection } from './connection.ts';
import { attachmentSchema, type Instance } from './entities.ts';

/** Mastodon's own figures (`MediaAttachment` of 4.3), used where the server tells none of its own. */
const DEFAULT_PICTURES: PictureRules = {
  most: 4,
  mimes: PICTURE_MIMES,
  bytes: 16_777_216,
  pixels: 33_177_600,
  alt: 1_500,
};

/** What a server takes: https://docs.joinmastodon.org/entities/Instance/#media_attachments */
export function pictureRulesOf(instance: Instance | null): PictureRules {
  const { statuses, media_attachments: media } = instance?.configuration ?? {};
  const told = media?.supported_mime_types;
  return {
    most: statuses?.max_media_attachments ?? DEFAULT_PICTURES.most,
    mimes: told ? PICTURE_MIMES.filter((mime) => told.includes(mime)) : DEFAULT_PICTURES.mimes,
    bytes: media?.image_size_limit ?? DEFAULT_PICTURES.bytes,
    pixels: media?.image_matrix_limit ?? DEFAULT_PICTURES.pixels,
    alt: media?.description_limit ?? DEFAULT_PICTURES.alt,
  };
}

/** Pauses between two looks at a picture that the server works on; a still picture is ready at once, a film in GIF is not. */
const PAUSES_MS = [500, 1_000, 2_000, 3_000, 4_000, 5_000, 5_000, 5_000, 5_000] as const;

/**
 * Hands the pictures over with their descriptions, and waits until the server has made what it shows of them: a status
 * with one that is not ready is refused. https://docs.joinmastodon.org/methods/media/#v2
 *
 * @returns their ids. What is left of a failed send is deleted by the server after a day.
 */
export async function uploadPictures(
  connection: Connection,
  media: readonly Media[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const one of media)
    ids.push(
      await beforeSending('A picture could not be handed to the server', () =>
        upload(connection, one, signal),
      ),
    );
  return ids;
}

async function upload(
  { api, clock }: Connection,
  { bytes, mime, alt }: Media,
  signal: AbortSignal,
): Promise<string> {
  const form = new FormData();
  // The name tells nothing of the file that it came from.
  form.append(
    'file',
    new Blob([new Uint8Array(bytes)], { type: mime }),
    `picture.${mime.slice('image/'.length)}`,
  );
  form.append('description', alt);
  const more = { scope: PICTURE_SCOPE, purpose: 'answer', signal } as const;
  const handed = await api.call('/api/v2/media', { method: 'POST', form, ...more });
  const { id, url } = readAttachment(handed);
  if (handed.status !== 202 && url) return id;
  for (const pause of PAUSES_MS) {
    await clock.sleep(pause, signal);
    const answer = await api.call(`/api/v1/media/${encodeURIComponent(id)}`, more);
    if (answer.status !== 206 && readAttachment(answer).url) return id;
  }
  throw new RejectedError('The server still works on a picture. Nothing was sent; try again in a minute.');
}

function readAttachment(answer: Answer): { readonly id: string; readonly url?: string | null | undefined } {
  const parsed = attachmentSchema.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  throw new UnavailableError(`its answer cannot be read: ${problemsOf(parsed.error)}`);
}
