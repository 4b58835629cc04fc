import { broken, type Image, joined, NotAnImage, type Reader } from './image.ts';

/** GIF, block by block: https://www.w3.org/Graphics/GIF/spec-gif89a.txt */

/** Says how often the pictures are repeated; other applications' blocks are left out. */
const LOOPS = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);
/** All pictures of a film together: a decoder unpacks each of them whole. */
const MAX_FRAMES = 1_000;
const MAX_FRAME_PIXELS = 500_000_000;

/** @throws NotAnImage */
export function readGif(reader: Reader): Image {
  const width = reader.u16le(6);
  const height = reader.u16le(8);
  let at = 13 + tableBytes(reader.u8(10));
  const kept: Uint8Array[] = [reader.slice(0, at)];
  let frames = 0;
  for (;;) {
    const start = at;
    const kind = reader.u8(at);
    if (kind === 0x3b) break;
    if (kind === 0x21) {
      const label = reader.u8(at + 1);
      at = endOfBlocks(reader, at + 2);
      // When and how a picture is shown; comments and plain texts are left out.
      if (label === 0xf9 || (label === 0xff && LOOPS.has(reader.text(start + 3, 11))))
        kept.push(reader.slice(start, at));
    } else if (kind === 0x2c) {
      frames++;
      const right = reader.u16le(at + 1) + reader.u16le(at + 5);
      const bottom = reader.u16le(at + 3) + reader.u16le(at + 7);
      if (right > width || bottom > height) throw broken();
      at = endOfBlocks(reader, at + 10 + tableBytes(reader.u8(at + 9)) + 1);
      kept.push(reader.slice(start, at));
    } else throw broken();
    if (frames > MAX_FRAMES || (frames > 1 && frames * width * height > MAX_FRAME_PIXELS))
      throw new NotAnImage('is a film of too many pictures. Make it shorter or smaller.');
  }
  if (frames === 0) throw broken();
  return { mime: 'image/gif', width, height, bytes: joined([...kept, Uint8Array.of(0x3b)]) };
}

/** Length of the colour table that a head announces. */
function tableBytes(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 0x07) + 1) : 0;
}

/** Behind the empty block that ends a row of them. */
function endOfBlocks(reader: Reader, from: number): number {
  let at = from;
  for (let length = reader.u8(at); length !== 0; length = reader.u8(at)) at += 1 + length;
  return at + 1;
}
