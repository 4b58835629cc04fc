import { broken, type Image, joined, NotAnImage, type Reader } from './image.ts';

/**
 * JPEG, segment by segment: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1. What is not needed to see the picture is
 * left out, everything behind its end too (films of telephones, archives).
 */

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** Baseline, extended and progressive with Huffman codes: what browsers and networks read. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
/** Lossless, hierarchical, arithmetic: no browser shows them. */
const STRANGE_FRAMES = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
/** Huffman tables, quantisation tables, number of lines, restart interval. */
const TABLES = new Set([0xc4, 0xdb, 0xdc, 0xdd]);
/** Segments of one file; a picture has a few dozen, a progressive one a few hundred. */
const MAX_SEGMENTS = 5_000;
const ORIENTATION = 0x0112;

/** @throws NotAnImage */
export function readJpeg(reader: Reader): Image {
  const kept: Uint8Array[] = [];
  let size: { readonly width: number; readonly height: number } | null = null;
  let orientation = 1;
  let scans = 0;
  let at = 2;
  for (let segments = 0; ; segments++) {
    if (segments > MAX_SEGMENTS) throw broken();
    if (reader.u8(at) !== 0xff) throw broken();
    // Any number of fill bytes may stand before a marker.
    while (reader.u8(at + 1) === 0xff) at++;
    const marker = reader.u8(at + 1);
    if (marker === EOI) break;
    if (marker === SOI || marker === 0x00 || (marker >= 0xd0 && marker <= 0xd7)) throw broken();
    if (STRANGE_FRAMES.has(marker))
      throw new NotAnImage('is a JPEG of a rare kind that browsers do not show. Save it as an ordinary one.');
    const length = reader.u16(at + 2);
    if (length < 2) throw broken();
    const segment = reader.slice(at, at + 2 + length);
    if (FRAMES.has(marker)) {
      if (size) throw broken();
      size = { height: reader.u16(at + 5), width: reader.u16(at + 7) };
    }
    if (marker === 0xe1) orientation = orientationIn(reader, at + 4, at + 2 + length) ?? orientation;
    at += 2 + length;
    if (marker === SOS) {
      if (!size) throw broken();
      scans++;
      const end = endOfScan(reader, at);
      kept.push(segment, reader.slice(at, end));
      at = end;
    } else if (FRAMES.has(marker) || TABLES.has(marker) || showsColours(marker, segment)) kept.push(segment);
  }
  if (!size || scans === 0) throw broken();
  const { width, height } = size;
  const upright = orientation < 5;
  return {
    mime: 'image/jpeg',
    width: upright ? width : height,
    height: upright ? height : width,
    bytes: joined([
      Uint8Array.of(0xff, SOI),
      // A photo that was taken upright would lie on its side without this; it is all that is kept of its EXIF data.
      ...(orientation === 1 ? [] : [orientationSegment(orientation)]),
      ...kept,
      Uint8Array.of(0xff, EOI),
    ]),
  };
}

/** JFIF, a colour profile, Adobe's word on the colour model. */
function showsColours(marker: number, segment: Uint8Array): boolean {
  const begins = (words: string): boolean =>
    String.fromCharCode(...segment.subarray(4, 4 + words.length)) === words;
  if (marker === 0xe0) return begins('JFIF\0');
  if (marker === 0xe2) return begins('ICC_PROFILE\0');
  return marker === 0xee && begins('Adobe');
}

/** Where the coded data behind a scan's head ends: at the next marker that is no restart. */
function endOfScan({ bytes }: Reader, from: number): number {
  for (let at = from; ; at++) {
    at = bytes.indexOf(0xff, at);
    const next = at < 0 ? undefined : bytes[at + 1];
    if (next === undefined) throw broken();
    if (next !== 0x00 && (next < 0xd0 || next > 0xd7) && next !== 0xff) return at;
  }
}

/** Which way up the camera was held, 1 to 8; null when the segment does not say: EXIF 2.32, 4.6.4. */
function orientationIn(reader: Reader, from: number, to: number): number | null {
  if (reader.text(from, 6) !== 'Exif\0\0') return null;
  const tiff = from + 6;
  const order = reader.text(tiff, 2);
  if (order !== 'II' && order !== 'MM') return null;
  const u16 = order === 'II' ? reader.u16le : reader.u16;
  const u32 = order === 'II' ? reader.u32le : reader.u32;
  if (tiff + 8 > to) return null;
  const directory = tiff + u32(tiff + 4);
  if (directory + 2 > to) return null;
  const entries = u16(directory);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > to) return null;
    if (u16(at) !== ORIENTATION) continue;
    const value = u16(at + 8);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

/** EXIF data with the one entry. */
function orientationSegment(orientation: number): Uint8Array {
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0];
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8];
  const directory = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const body = [...exif, ...tiff, ...directory];
  return Uint8Array.from([0xff, 0xe1, 0, body.length + 2, ...body]);
}
