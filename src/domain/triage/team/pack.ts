import { features } from '../model/features.ts';
import { HEAD_SIZE } from './example.ts';
import type { TeamHead } from './head.ts';
import { KEPT, type Trial, trustOf } from './trust.ts';

/** What a sentence turns into today: a head learnt with another featurisation means nothing any more. */
const FORM = formOf();

function formOf(): number {
  const { indices } = features(
    'Does the lid of my old cooker fit? It isn’t very good, @ada: https://a.example 24 ご飯',
  );
  return [...indices]
    .sort((a, b) => a - b)
    .reduce((sum, index) => (Math.imul(sum, 31) + index) >>> 0, HEAD_SIZE);
}

// Form, then eight-byte numbers, trials, and the weights that are not 0 with their squares.
const NUMBERS = 7;
const ENTRY_BYTES = 2 + 4 + 4;

/** Most bytes of a packed head: 168 KB. */
export const MAX_PACKED = 4 + NUMBERS * 8 + 2 * KEPT * 16 + HEAD_SIZE * ENTRY_BYTES;

/** A head as bytes, exactly: unpacked, it is the same to the last bit. */
export function packHead(head: TeamHead): Uint8Array {
  const slots = [...head.weights.keys()].filter(
    (slot) => head.weights[slot] !== 0 || head.squares[slot] !== 0,
  );
  const trials = [...head.trials.wanted, ...head.trials.unwanted];
  const bytes = new Uint8Array(4 + NUMBERS * 8 + trials.length * 16 + slots.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, FORM);
  let at = 4;
  const put = (value: number): void => {
    view.setFloat64(at, value);
    at += 8;
  };
  const { bias, biasSquare, centre, wanted, unwanted } = head;
  for (const value of [bias, biasSquare, centre, wanted, unwanted]) put(value);
  put(head.trials.wanted.length);
  put(head.trials.unwanted.length);
  for (const { prior, shift } of trials) {
    put(prior);
    put(shift);
  }
  for (const slot of slots) {
    view.setUint16(at, slot);
    view.setFloat32(at + 2, head.weights[slot] ?? 0);
    view.setFloat32(at + 6, head.squares[slot] ?? 0);
    at += ENTRY_BYTES;
  }
  return bytes;
}

/** The head that was packed; null when it is broken, or was learnt with another featurisation. */
export function unpackHead(bytes: Uint8Array): TeamHead | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 4 + NUMBERS * 8 || view.getUint32(0) !== FORM) return null;
  let at = 4;
  const take = (): number => {
    at += 8;
    return view.getFloat64(at - 8);
  };
  const [bias, biasSquare, centre, wanted, unwanted] = [take(), take(), take(), take(), take()];
  const counts = [take(), take()];
  const size = counts.reduce((sum, count) => sum + count * 16, at);
  if (counts.some((count) => !Number.isInteger(count) || count < 0 || count > KEPT)) return null;
  if (size > bytes.byteLength || (bytes.byteLength - size) % ENTRY_BYTES !== 0) return null;
  const [first = [], second = []] = counts.map((count) =>
    Array.from({ length: count }, (): Trial => ({ prior: take(), shift: take() })),
  );
  const weights = new Float32Array(HEAD_SIZE);
  const squares = new Float32Array(HEAD_SIZE);
  for (; at < bytes.byteLength; at += ENTRY_BYTES) {
    const slot = view.getUint16(at);
    if (slot >= HEAD_SIZE) return null;
    weights[slot] = view.getFloat32(at + 2);
    squares[slot] = view.getFloat32(at + 6);
  }
  const trials = { wanted: first, unwanted: second };
  return { weights, squares, bias, biasSquare, centre, wanted, unwanted, trials, trust: trustOf(trials) };
}
