import { broken, type Image, joined, type Reader } from './image.ts';

/** PNG, chunk by chunk: https://www.w3.org/TR/png-3/#5Chunk-layout */

/**
 * What the picture is made of, its colours and its transparency. Texts, times, EXIF data, and whatever nobody knows, are
 * left out; so is the film of an animated PNG, of which networks show the first picture.
 */
const KEPT = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'cICP',
  'sBIT',
]);
const MAX_CHUNKS = 100_000;

/** @throws NotAnImage */
export function readPng(reader: Reader): Image {
  const kept: Uint8Array[] = [reader.slice(0, 8)];
  let size: { readonly width: number; readonly height: number } | null = null;
  let data = false;
  let at = 8;
  for (let chunks = 0; ; chunks++) {
    if (chunks > MAX_CHUNKS) throw broken();
    const length = reader.u32(at);
    const type = reader.text(at + 4, 4);
    const chunk = reader.slice(at, at + 12 + length);
    if ((chunks === 0) !== (type === 'IHDR')) throw broken();
    if (type === 'IHDR') {
      if (length !== 13) throw broken();
      size = { width: reader.u32(at + 8), height: reader.u32(at + 12) };
    }
    if (type === 'IDAT') data = true;
    if (KEPT.has(type)) kept.push(chunk);
    at += 12 + length;
    if (type === 'IEND') break;
  }
  if (!size || !data) throw broken();
  return { mime: 'image/png', ...size, bytes: joined(kept) };
}
