import { createHash } from 'node:crypto';

const SORTABLE = '234567abcdefghijklmnopqrstuvwxyz';
const YEAR_2023 = Date.UTC(2023, 0, 1);
const YEAR_2100 = Date.UTC(2100, 0, 1);
/** Within a second after the post that is answered. */
const REPLY_SPREAD_US = 1_000_000;
const YEAR_US = 365 * 86_400_000_000;

/**
 * The record key of the `index`th post of a send: always the same for the same send, so that a repetition collides with
 * the record that is already there instead of making a second one. It is a valid TID
 * (https://atproto.com/specs/tid: 53 bits of microseconds, 10 bits to tell clocks apart), because posts must have one.
 *
 * @param answering epoch ms of the post that is answered; null for a post of our own, which gets a moment of 2023
 */
export function recordKey(idempotencyKey: string, answering: number | null, index: number): string {
  const hash = createHash('sha256').update(idempotencyKey).digest();
  const spread = answering === null ? YEAR_US : REPLY_SPREAD_US;
  const base =
    answering === null ? YEAR_2023 : Math.min(Math.max(Math.trunc(answering), YEAR_2023), YEAR_2100);
  const micros = BigInt(base) * 1_000n + BigInt(hash.readUIntBE(0, 6) % spread) + BigInt(index);
  const clock = BigInt(hash.readUInt16BE(6) & 0x3ff);
  let rest = (micros << 10n) | clock;
  let out = '';
  for (let digit = 0; digit < 13; digit++) {
    out = SORTABLE.charAt(Number(rest & 31n)) + out;
    rest >>= 5n;
  }
  return out;
}
