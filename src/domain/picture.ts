import { tame } from './text.ts';

/** What kinds of pictures Potluck takes. Told from the bytes, never from a name or a header. */
export const PICTURE_MIMES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const;
export type PictureMime = (typeof PICTURE_MIMES)[number];

/** A picture that goes out with the draft of an item; its bytes are kept beside. */
export interface Picture {
  /** Unique for ever. */
  readonly id: string;
  readonly mime: PictureMime;
  /** As it is looked at: a photo that was taken upright is higher than it is wide. */
  readonly width: number;
  readonly height: number;
  /** Size of the file. */
  readonly bytes: number;
  /** What somebody hears who cannot see it; empty until a person has written it. */
  readonly alt: string;
}

/** What a network takes beside a text of ours. */
export interface PictureRules {
  /** Pictures of one post. */
  readonly most: number;
  readonly mimes: readonly PictureMime[];
  /** Largest file, in bytes. */
  readonly bytes: number;
  /** Most pixels, width times height; null where the network does not say. */
  readonly pixels: number | null;
  /** Longest description, in characters. */
  readonly alt: number;
}

/** Of one draft: no network that Potluck knows takes more. */
export const MAX_PICTURES = 4;
/** Largest file that is taken in, in bytes. */
export const MAX_PICTURE_BYTES = 10_000_000;
/** Most pixels that are taken in: a photo of a good telephone; more would fill the memory of whoever looks at it. */
export const MAX_PICTURE_PIXELS = 50_000_000;
/** Longest description that is kept, in UTF-16 units. */
export const MAX_ALT = 2_000;
/** A closed item keeps its pictures this long, so that it can be taken up again. */
export const PICTURES_KEPT_MS = 7 * 24 * 60 * 60_000;

const NAMES: Readonly<Record<PictureMime, string>> = {
  'image/jpeg': 'JPEG',
  'image/png': 'PNG',
  'image/webp': 'WebP',
  'image/gif': 'GIF',
};

const MISSING_ALT =
  'has no description. People who cannot see it would hear only “image”: say in a sentence what it shows.';

/** A description as it is kept: one line, well-formed, bounded. */
export function cleanAlt(raw: string): string {
  return tame(raw.slice(0, 4 * MAX_ALT))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_ALT)
    .toWellFormed();
}

/** "1.4 MB", "310 kB". */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1_000))} kB`;
  return `${(Math.round(bytes / 100_000) / 10).toString()} MB`;
}

/** "JPEG, PNG or WebP". */
export function mimeWords(mimes: readonly PictureMime[]): string {
  const names = mimes.map((mime) => NAMES[mime]);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** What a network takes, in words for a form: "up to 4 pictures, JPEG, PNG or WebP, 2 MB each". */
export function ruleWords({ most, mimes, bytes }: PictureRules): string {
  const count = most === 1 ? 'one picture' : `up to ${most} pictures`;
  return `${count}, ${mimeWords(mimes)}, ${sizeWords(Math.min(bytes, MAX_PICTURE_BYTES))} each`;
}

/** "2 pictures: a pot on a stove; a lid (no description yet)". */
export function picturesWords(pictures: readonly Pick<Picture, 'alt'>[]): string {
  const count = pictures.length === 1 ? '1 picture' : `${pictures.length} pictures`;
  return `${count}: ${pictures.map(({ alt }) => alt || '(no description yet)').join('; ')}`;
}

/**
 * Why these pictures cannot go out, in words that say what to do; null when they can.
 *
 * @param rules null where the network takes none
 * @param network what people call it: "Bluesky"
 */
export function picturesProblem(
  pictures: readonly Picture[],
  rules: PictureRules | null,
  network: string,
): string | null {
  if (pictures.length === 0) return null;
  if (!rules)
    return `Potluck cannot send pictures to ${network}. Remove ${pictures.length === 1 ? 'it' : 'them'}, or publish there yourself.`;
  if (pictures.length > rules.most)
    return `${network} takes ${rules.most === 1 ? 'one picture' : `${rules.most} pictures`} with a post; there are ${pictures.length}. Remove some.`;
  for (const [index, picture] of pictures.entries()) {
    const problem = pictureProblem(picture, rules, network);
    if (problem !== null)
      return `${pictures.length === 1 ? 'The picture' : `Picture ${index + 1}`} ${problem}`;
  }
  return null;
}

function pictureProblem(picture: Picture, rules: PictureRules, network: string): string | null {
  if (!rules.mimes.includes(picture.mime))
    return `is a ${NAMES[picture.mime]}; ${network} takes ${mimeWords(rules.mimes)}.`;
  if (picture.bytes > rules.bytes)
    return `has ${sizeWords(picture.bytes)}; ${network} takes at most ${sizeWords(rules.bytes)}. Make it smaller and add it again.`;
  if (rules.pixels !== null && picture.width * picture.height > rules.pixels)
    return `has ${picture.width} × ${picture.height} pixels, which is more than ${network} takes. Make it smaller and add it again.`;
  if (picture.alt === '') return MISSING_ALT;
  const length = [...picture.alt].length;
  if (length > rules.alt)
    return `has a description of ${length} characters; ${network} takes ${rules.alt}. Please shorten it.`;
  return null;
}
