import { crc32, deflateSync } from 'node:zlib';
import type { Picture } from '../../src/domain/picture.ts';

/** A red rectangle with a white one in it, 24 × 16, as Chromium writes it. */
const JPEG =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAQABgDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAQD/8QAIxAAAAUCBgMAAAAAAAAAAAAAAAEREhMEBQMUFSIxYSNCUf/EABcBAAMBAAAAAAAAAAAAAAAAAAIDBAX/xAAaEQACAgMAAAAAAAAAAAAAAAAAEQISAyJh/9oADAMBAAIRAxEAPwDWy2jVZvPFE30cqr2XwL1aNKh88srvRqInZ/RNRXGqoH5XFjejtpGqccl2FbcaqvZmsWRit2kSLzwXQjca9NZZLt6koAAAaf/Z';
const WEBP =
  'UklGRkICAABXRUJQVlA4WAoAAAAgAAAAFwAADwAASUNDUMgBAAAAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADZWUDggVAAAADADAJ0BKhgAEAA+0VSjS6gkoyGwCAEAGglsAABb63CoDIAA/g2T9fj2f6+3dHzJo/0O+/BvDVSn4D/8eHkjWQSXahkJyEzzTxteQMNXb8FIwAAAAA==';

export const jpeg = (): Buffer => Buffer.from(JPEG, 'base64');
export const webp = (): Buffer => Buffer.from(WEBP, 'base64');

/** A segment of a JPEG, behind its beginning. */
export function withSegment(file: Buffer, marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff]);
  return Buffer.concat([file.subarray(0, 2), head, body, file.subarray(2)]);
}

/** What telephones write: which way up, where, and with which device. */
export function exif(orientation: number, order: 'II' | 'MM' = 'MM'): Buffer {
  const tiff = Buffer.alloc(120);
  const u16 = (value: number, at: number): unknown =>
    order === 'MM' ? tiff.writeUInt16BE(value, at) : tiff.writeUInt16LE(value, at);
  const u32 = (value: number, at: number): unknown =>
    order === 'MM' ? tiff.writeUInt32BE(value, at) : tiff.writeUInt32LE(value, at);
  tiff.write(order, 0, 'latin1');
  u16(42, 2);
  u32(8, 4);
  u16(3, 8);
  // Model (ASCII, elsewhere), orientation (SHORT, here), GPS directory (LONG).
  [
    [0x0110, 2, 20, 60],
    [0x0112, 3, 1, -1],
    [0x8825, 4, 1, 90],
  ].forEach(([tag = 0, type = 0, count = 0, value = 0], entry) => {
    const at = 10 + 12 * entry;
    u16(tag, at);
    u16(type, at + 2);
    u32(count, at + 4);
    if (value < 0) u16(orientation, at + 8);
    else u32(value, at + 8);
  });
  tiff.write('Pocket Camera 3000\0', 60, 'latin1');
  tiff.write('52.5200N 13.4050E', 92, 'latin1');
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
}

/** The same picture as it comes out of a telephone. */
export function phonePhoto(orientation = 6, order: 'II' | 'MM' = 'MM'): Buffer {
  const xmp = Buffer.from('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Ana at home</x:xmpmeta>', 'latin1');
  return withSegment(withSegment(jpeg(), 0xe1, xmp), 0xe1, exif(orientation, order));
}

export function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), whole.length - 4);
  return whole;
}

/** A red PNG; with `size` its head promises another size than it has. */
export function png(
  width = 24,
  height = 16,
  options: { readonly size?: readonly [number, number]; readonly more?: readonly Buffer[] } = {},
): Buffer {
  const head = Buffer.alloc(13);
  const [w, h] = options.size ?? [width, height];
  head.writeUInt32BE(w, 0);
  head.writeUInt32BE(h, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([
    Buffer.from([0]),
    ...Array.from({ length: width }, () => Buffer.from([0xb5, 0x45, 0x2c])),
  ]);
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    ...(options.more ?? []),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A GIF of so many equal pictures of one colour, 1 × 1 each, on a screen of any size. */
export function gif(width = 1, height = 1, frames = 1, more: readonly Buffer[] = []): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0\xff\0\0\0\0\xff', 'latin1');
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0]);
  return Buffer.concat([
    screen,
    ...more,
    ...Array.from({ length: frames }, () => frame),
    Buffer.from([0x3b]),
  ]);
}

/** What is known of a picture. */
export function picture(change: Partial<Picture> = {}): Picture {
  return {
    id: 'picture-1',
    mime: 'image/jpeg',
    width: 24,
    height: 16,
    bytes: 900,
    alt: 'A red pot on the stove.',
    ...change,
  };
}
