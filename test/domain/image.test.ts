import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReadImage, readImage } from '../../src/domain/image/read-image.ts';
import { MAX_PICTURE_BYTES } from '../../src/domain/picture.ts';
import { chunk, exif, gif, jpeg, phonePhoto, png, webp, withSegment } from '../support/pictures.ts';

const FILES = { jpeg, png, gif, webp };

function taken(bytes: Uint8Array): Extract<ReadImage, { ok: true }>['image'] {
  const read = readImage(bytes);
  if (!read.ok) throw new Error(read.why);
  return read.image;
}
function why(bytes: Uint8Array): string {
  const read = readImage(bytes);
  return read.ok ? 'taken' : read.why;
}
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('reading a picture', () => {
  it('tells what it is and how large, from its bytes', () => {
    expect(taken(jpeg())).toMatchObject({ mime: 'image/jpeg', width: 24, height: 16 });
    expect(taken(png(7, 5))).toMatchObject({ mime: 'image/png', width: 7, height: 5 });
    expect(taken(gif(3, 2))).toMatchObject({ mime: 'image/gif', width: 3, height: 2 });
    expect(taken(webp())).toMatchObject({ mime: 'image/webp', width: 24, height: 16 });
  });

  it('leaves a clean picture as it is, and cleans the same way twice', () => {
    for (const file of [png(), gif(), webp(), jpeg()]) {
      const once = taken(file).bytes;
      expect(Buffer.from(once).equals(file)).toBe(true);
      expect(Buffer.from(taken(once).bytes).equals(Buffer.from(once))).toBe(true);
    }
  });

  it('takes place, device and notes out of a photo, and keeps it the right way up', () => {
    for (const order of ['MM', 'II'] as const)
      for (const orientation of [1, 3, 6, 8]) {
        const file = phonePhoto(orientation, order);
        expect(text(file)).toMatch(/52\.5200N.*Pocket Camera|Pocket Camera.*52\.5200N/s);
        const image = taken(file);
        expect(text(image.bytes)).not.toMatch(/52\.52|Pocket|Ana at home|xmpmeta/);
        expect(image).toMatchObject(orientation >= 5 ? { width: 16, height: 24 } : { width: 24, height: 16 });
        // What it keeps of the EXIF data is the one number, and it says the same when it is read again.
        const again = taken(image.bytes);
        expect(again).toEqual(image);
        expect(text(image.bytes).includes('Exif')).toBe(orientation !== 1);
        expect(image.bytes.length).toBeLessThan(jpeg().length + 40);
      }
  });

  it('keeps the colours of a JPEG, and drops its comments and thumbnails', () => {
    const comment = withSegment(jpeg(), 0xfe, Buffer.from('by Ana'));
    const several = withSegment(comment, 0xe2, Buffer.from('MPF\0another picture'));
    const clean = text(taken(several).bytes);
    expect(clean).toContain('ICC_PROFILE');
    expect(clean).not.toMatch(/by Ana|MPF/);
  });

  it('drops the texts, times and EXIF data of a PNG, and its film', () => {
    const more = [
      chunk('tEXt', Buffer.from('Author\0Ana')),
      chunk('eXIf', exif(1).subarray(6)),
      chunk('tIME', Buffer.alloc(7)),
      chunk('acTL', Buffer.alloc(8)),
      chunk('gAMA', Buffer.alloc(4)),
      chunk('prVt', Buffer.from('nobody knows')),
    ];
    const clean = text(taken(png(4, 4, { more })).bytes);
    expect(clean).toContain('gAMA');
    expect(clean).not.toMatch(/Ana|eXIf|tIME|acTL|prVt|52\.52/);
  });

  it('drops the comments of a GIF, and keeps that it repeats', () => {
    const loop = Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1');
    const note = Buffer.from('\x21\xfe\x06by Ana\0', 'latin1');
    const other = Buffer.from('\x21\xff\x0bXMP DataXMP\x06by Ana\0', 'latin1');
    const clean = text(taken(gif(1, 1, 2, [loop, note, other])).bytes);
    expect(clean).toContain('NETSCAPE2.0');
    expect(clean).not.toMatch(/Ana|XMP/);
  });

  it('drops the EXIF and XMP data of a WebP, and takes their flags back', () => {
    const part = (type: string, body: string): Buffer => {
      const whole = Buffer.alloc(8 + body.length + (body.length % 2));
      whole.write(type, 0, 'latin1');
      whole.writeUInt32LE(body.length, 4);
      whole.write(body, 8, 'latin1');
      return whole;
    };
    const file = Buffer.concat([webp(), part('EXIF', 'II* 52.5200N'), part('XMP ', 'by Ana')]);
    file.writeUInt32LE(file.length - 8, 4);
    file[20] = (file[20] ?? 0) | 0x0c;
    const { bytes } = taken(file);
    expect(text(bytes)).not.toMatch(/52\.52|Ana|EXIF|XMP/);
    expect(Buffer.from(bytes).equals(webp())).toBe(true);
  });

  it('cuts off what is hidden behind the end: archives, programs, films', () => {
    for (const file of Object.values(FILES)) {
      const tail = Buffer.from('PK\x03\x04<script>alert(1)</script><?php');
      const clean = taken(Buffer.concat([file(), tail])).bytes;
      expect(Buffer.from(clean).equals(file())).toBe(true);
    }
  });

  it('refuses what is cut short, wherever it is cut', () => {
    for (const file of Object.values(FILES)) {
      const whole = file();
      for (let length = 0; length < whole.length; length++)
        expect(why(whole.subarray(0, length)), String(length)).not.toBe('taken');
    }
    expect(why(jpeg().subarray(0, 600))).toContain('ends in the middle');
  });

  it('refuses giants by their heads, before anything could be unpacked', () => {
    expect(why(png(1, 1, { size: [60_000, 60_000] }))).toContain('60000 × 60000 pixels');
    expect(why(png(1, 1, { size: [0, 5] }))).toContain('no size');
    expect(why(gif(65_535, 65_535))).toContain('pixels');
    expect(why(gif(7_000, 7_000, 11))).toContain('film of too many pictures');
    expect(why(gif(1, 1, 1_001))).toContain('film of too many pictures');
    const large = jpeg();
    const frame = large.indexOf(Buffer.from([0xff, 0xc0]));
    large.writeUInt16BE(65_500, frame + 5);
    large.writeUInt16BE(65_500, frame + 7);
    expect(why(large)).toContain('65500 × 65500 pixels');
    expect(why(Buffer.concat([png(), Buffer.alloc(MAX_PICTURE_BYTES)]))).toContain('at most 10 MB');
  });

  it('refuses heads that do not agree with what follows', () => {
    const canvas = webp();
    canvas.writeUIntLE(2_000, 24, 3);
    expect(why(canvas)).toContain('broken');
    const outside = gif(1, 1);
    outside.writeUInt16LE(9, outside.indexOf(0x2c) + 5);
    expect(why(outside)).toContain('broken');
    const twice = jpeg();
    const frame = twice.indexOf(Buffer.from([0xff, 0xc0]));
    const length = 2 + twice.readUInt16BE(frame + 2);
    const copy = twice.subarray(frame, frame + length);
    expect(why(Buffer.concat([twice.subarray(0, frame), copy, twice.subarray(frame)]))).toContain('broken');
    const lossless = Buffer.from(twice);
    lossless[frame + 1] = 0xc3;
    expect(why(lossless)).toContain('rare kind');
  });

  it('names what it does not take', () => {
    expect(why(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'))).toContain('SVG');
    expect(why(Buffer.from('<?xml version="1.0"?><svg/>'))).toContain('SVG');
    expect(why(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1'))).toContain('HEIC');
    expect(why(Buffer.from('\0\0\0\x18ftypisom\0\0\0\0', 'latin1'))).toContain('film');
    expect(why(Buffer.from('%PDF-1.7'))).toContain('JPEG, PNG, WebP or GIF');
    expect(why(Buffer.from('GIF89a<script>alert(1)</script>'))).not.toBe('taken');
    expect(why(new Uint8Array())).toContain('empty');
  });

  it('never throws, and what it takes it takes again', () => {
    const damaged = fc
      .tuple(
        fc.constantFrom(...Object.values(FILES), () => phonePhoto()),
        fc.array(fc.tuple(fc.nat(1_200), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      )
      .map(([file, changes]) => {
        const bytes = file();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes;
      });
    fc.assert(
      fc.property(damaged, (bytes) => {
        const read = readImage(bytes);
        if (!read.ok) return;
        const again = taken(read.image.bytes);
        expect({ ...again, bytes: null }).toEqual({ ...read.image, bytes: null });
        expect(read.image.bytes.length).toBeLessThanOrEqual(bytes.length + 40);
        expect(text(read.image.bytes)).not.toContain('52.5200N');
      }),
      { numRuns: 500 },
    );
  });
});
