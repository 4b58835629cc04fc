import type { PictureMime } from '../picture.ts';

/** A file that was read as the picture it is, and holds nothing but the picture. */
export interface Image {
  readonly mime: PictureMime;
  /** As it is looked at, in pixels. */
  readonly width: number;
  readonly height: number;
  /**
   * The same picture without what a camera, a telephone or an editor wrote into it: place, time, device, name, an
   * embedded film or archive. Colours and the way up are kept.
   */
  readonly bytes: Uint8Array;
}

/** A file that is not what it should be. The message goes on behind "The file": "ends in the middle of the picture". */
export class NotAnImage extends Error {
  override readonly name = 'NotAnImage';
}

const BROKEN = 'ends in the middle, or is broken. Save it anew and try again.';

/** Reads numbers out of bytes, and never beyond their end. */
export interface Reader {
  readonly bytes: Uint8Array;
  u8(at: number): number;
  /** Big-endian, two bytes. */
  u16(at: number): number;
  /** Big-endian, four bytes. */
  u32(at: number): number;
  /** Little-endian. */
  u16le(at: number): number;
  u24le(at: number): number;
  u32le(at: number): number;
  /** `length` bytes as Latin letters. */
  text(at: number, length: number): string;
  /** @throws NotAnImage when there are not that many. */
  slice(from: number, to: number): Uint8Array;
}

/** @throws NotAnImage (from every method) when something beyond the end is asked for */
export function readerOf(file: Uint8Array): Reader {
  // Node's Buffer shares its memory where an array is copied: parts of it that are changed must be copies.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
  const u8 = (at: number): number => {
    const value = bytes[at];
    if (value === undefined) throw new NotAnImage(BROKEN);
    return value;
  };
  const u16 = (at: number): number => u8(at) * 0x100 + u8(at + 1);
  const u16le = (at: number): number => u8(at) + u8(at + 1) * 0x100;
  return {
    bytes,
    u8,
    u16,
    u32: (at) => u16(at) * 0x1_0000 + u16(at + 2),
    u16le,
    u24le: (at) => u16le(at) + u8(at + 2) * 0x1_0000,
    u32le: (at) => u16le(at) + u16le(at + 2) * 0x1_0000,
    text: (at, length) => String.fromCharCode(...bytes.subarray(at, at + length)),
    slice(from, to) {
      if (to > bytes.length || to < from) throw new NotAnImage(BROKEN);
      return bytes.subarray(from, to);
    },
  };
}

/** Broken in a way that needs no words of its own. */
export function broken(): NotAnImage {
  return new NotAnImage(BROKEN);
}

/** The parts one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
