import { MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, mimeWords, PICTURE_MIMES, sizeWords } from '../picture.ts';
import { readGif } from './gif.ts';
import { type Image, NotAnImage, type Reader, readerOf } from './image.ts';
import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import { readWebp } from './webp.ts';

export type ReadImage =
  | { readonly ok: true; readonly image: Image }
  /** Why the file is not taken, in words for whoever chose it. */
  | { readonly ok: false; readonly why: string };

const TAKEN = mimeWords(PICTURE_MIMES);

/**
 * Tells from the bytes alone what a file is, how large the picture in it is, and takes out of it what is not the
 * picture. Nothing is decoded: it costs one walk through the file, whatever its head promises. Pure.
 */
export function readImage(bytes: Uint8Array): ReadImage {
  const refuse = (why: string): ReadImage => ({ ok: false, why: `The file ${why}` });
  if (bytes.length === 0) return refuse('is empty.');
  if (bytes.length > MAX_PICTURE_BYTES)
    return refuse(
      `has ${sizeWords(bytes.length)}; at most ${sizeWords(MAX_PICTURE_BYTES)} are taken. Make it smaller.`,
    );
  const reader = readerOf(bytes);
  const read = formatOf(reader);
  if (!read) return refuse(strangerWords(reader));
  try {
    const image = read(reader);
    const { width, height } = image;
    if (width < 1 || height < 1) return refuse('has no size. Save it anew and try again.');
    if (width * height > MAX_PICTURE_PIXELS)
      return refuse(
        `holds ${width} × ${height} pixels; at most ${MAX_PICTURE_PIXELS / 1_000_000} million are taken. Make it smaller.`,
      );
    return { ok: true, image };
  } catch (error) {
    if (error instanceof NotAnImage) return refuse(error.message);
    throw error;
  }
}

function formatOf(reader: Reader): ((reader: Reader) => Image) | null {
  if (reader.text(0, 3) === '\xff\xd8\xff') return readJpeg;
  if (reader.text(0, 8) === '\x89PNG\r\n\x1a\n') return readPng;
  if (/^GIF8[79]a$/.test(reader.text(0, 6))) return readGif;
  if (reader.text(0, 4) === 'RIFF' && reader.text(8, 4) === 'WEBP') return readWebp;
  return null;
}

/** What else people have on their machines, by name. */
function strangerWords(reader: Reader): string {
  const brand = reader.text(4, 8);
  if (/^ftyp(?:hei[cfmsx]|mif1|msf1|hev[cx])/.test(brand))
    return `is a HEIC photo, as telephones keep them; networks do not take it. Save or export it as JPEG.`;
  if (/^ftypavi[fs]/.test(brand)) return `is an AVIF picture; networks do not take it. Save it as JPEG.`;
  if (/^ftyp/.test(brand)) return `is a film. ${TAKEN} are taken.`;
  const start = reader.text(0, 256).trimStart();
  if (/^(?:<\?xml|<svg|<!doctype svg)/i.test(start))
    return 'is a drawing (SVG), which can hold programs. Save it as PNG.';
  return `is no picture that is taken: ${TAKEN}.`;
}
