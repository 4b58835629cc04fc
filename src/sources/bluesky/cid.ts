import { createHash } from 'node:crypto';

/** What a post record is made of. An object of `$link` alone stands for a CID (https://atproto.com/specs/data-model#link). */
export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

/**
 * The CID that a personal data server gives to a record: CIDv1, DAG-CBOR, SHA-256, in base32
 * (https://atproto.com/specs/data-model). Known before sending, it lets all posts of a thread go out in one commit,
 * each naming the one before it: all of them appear, or none.
 */
export function cidOf(record: Plain): string {
  const digest = createHash('sha256').update(encode(record)).digest();
  return `b${base32(Buffer.concat([Buffer.from([0x01, 0x71, 0x12, 0x20]), digest]))}`;
}

/** DAG-CBOR: CBOR with the shortest heads and map keys sorted by length, then bytes. Numbers are natural. */
function encode(value: Plain): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8');
    return Buffer.concat([head(3, bytes.length), bytes]);
  }
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === 'number') return head(0, value);
  if (isList(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)]);
  const link = linkOf(value);
  if (link !== null) {
    // Tag 42, and a zero byte before the CID's own bytes.
    const bytes = Buffer.concat([Buffer.from([0]), fromBase32(link.slice(1))]);
    return Buffer.concat([Buffer.from([0xd8, 0x2a]), head(2, bytes.length), bytes]);
  }
  const entries = Object.entries(value)
    .filter((entry): entry is [string, Plain] => entry[1] !== undefined)
    .map(([key, each]) => ({
      key: Buffer.from(key, 'utf8'),
      encoded: Buffer.concat([encode(key), encode(each)]),
    }))
    .sort((a, b) => a.key.length - b.key.length || Buffer.compare(a.key, b.key));
  return Buffer.concat([head(5, entries.length), ...entries.map(({ encoded }) => encoded)]);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function head(major: number, count: number): Buffer {
  const type = major << 5;
  if (count < 24) return Buffer.from([type | count]);
  if (count < 0x100) return Buffer.from([type | 24, count]);
  if (count < 0x1_0000) return Buffer.from([type | 25, count >> 8, count & 0xff]);
  const bytes = Buffer.alloc(5);
  bytes[0] = type | 26;
  bytes.writeUInt32BE(count, 1);
  return bytes;
}

function linkOf(value: { readonly [key: string]: Plain | undefined }): string | null {
  const { $link: link, ...rest } = value;
  return typeof link === 'string' && Object.keys(rest).length === 0 ? link : null;
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648, lower case, without padding. */
function base32(bytes: Buffer): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += BASE32.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? out + BASE32.charAt((held << (5 - bits)) & 31) : out;
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    held = (held << 5) | BASE32.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
    held &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}
