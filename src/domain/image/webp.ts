import { broken, type Image, joined, NotAnImage, type Reader } from './image.ts';

/** WebP: https://developers.google.com/speed/webp/docs/riff_container */

/** The picture, its transparency, its film, its colours. EXIF and XMP data, and what nobody knows, are left out. */
const KEPT = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const EXIF_AND_XMP = 0x08 | 0x04;
const MAX_CHUNKS = 10_000;
const MAX_FRAMES = 1_000;
const MAX_FRAME_PIXELS = 500_000_000;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @throws NotAnImage */
export function readWebp(reader: Reader): Image {
  const end = 8 + reader.u32le(4);
  reader.slice(0, end);
  const kept: Uint8Array[] = [];
  let canvas: Size | null = null;
  let picture: Size | null = null;
  let frames = 0;
  let at = 12;
  for (let chunks = 0; at < end; chunks++) {
    if (chunks > MAX_CHUNKS) throw broken();
    const type = reader.text(at, 4);
    const length = reader.u32le(at + 4);
    // A chunk of odd length is followed by one empty byte.
    const next = at + 8 + length + (length % 2);
    if (next > end) throw broken();
    const chunk = reader.slice(at, next);
    if (type === 'VP8X') {
      if (chunks > 0) throw broken();
      canvas = { width: reader.u24le(at + 12) + 1, height: reader.u24le(at + 15) + 1 };
      const clean = chunk.slice();
      clean[8] = reader.u8(at + 8) & ~EXIF_AND_XMP;
      kept.push(clean);
    } else if (KEPT.has(type)) {
      if (type === 'VP8 ') picture = lossySize(reader, at + 8);
      if (type === 'VP8L') picture = losslessSize(reader, at + 8);
      if (type === 'ANMF') {
        frames++;
        checkFrame(reader, at + 8, canvas);
      }
      kept.push(chunk);
    }
    at = next;
  }
  const size = canvas ?? picture;
  if (!size || (picture === null && frames === 0)) throw broken();
  // A small canvas must not hide a giant picture.
  if (canvas && picture && (canvas.width !== picture.width || canvas.height !== picture.height))
    throw broken();
  if (frames > MAX_FRAMES || (frames > 1 && frames * size.width * size.height > MAX_FRAME_PIXELS))
    throw new NotAnImage('is a film of too many pictures. Make it shorter or smaller.');
  const head = reader.slice(0, 12).slice();
  const length = kept.reduce((sum, chunk) => sum + chunk.length, 4);
  new DataView(head.buffer).setUint32(4, length, true);
  return { mime: 'image/webp', ...size, bytes: joined([head, ...kept]) };
}

/** Of a key frame: https://datatracker.ietf.org/doc/html/rfc6386#section-9.1 */
function lossySize(reader: Reader, at: number): Size {
  if (reader.u8(at + 3) !== 0x9d || reader.u8(at + 4) !== 0x01 || reader.u8(at + 5) !== 0x2a) throw broken();
  return { width: reader.u16le(at + 6) & 0x3fff, height: reader.u16le(at + 8) & 0x3fff };
}

/** https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification#3_riff_header */
function losslessSize(reader: Reader, at: number): Size {
  if (reader.u8(at) !== 0x2f) throw broken();
  const bits = reader.u32le(at + 1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** A picture of a film, with one of its own inside, has to stay on the canvas. */
function checkFrame(reader: Reader, at: number, canvas: Size | null): void {
  const right = 2 * reader.u24le(at) + reader.u24le(at + 6) + 1;
  const bottom = 2 * reader.u24le(at + 3) + reader.u24le(at + 9) + 1;
  if (!canvas || right > canvas.width || bottom > canvas.height) throw broken();
}
