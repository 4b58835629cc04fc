import { z } from 'zod';
import { FEATURE_BITS, FEATURE_VERSION } from './features.ts';

/** What the trained heads listen for. Spam has none: it is told by rules, because spam of one network is no spam of another. */
export const HEADS = ['complaint', 'trouble', 'praise', 'question', 'comparison'] as const;
export type HeadName = (typeof HEADS)[number];

/** A linear head: a weight for every feature, and from where on it speaks. */
export interface Head {
  /** As many as a power of two; a feature beyond them is counted modulo their number. */
  readonly weights: Int8Array;
  /** What one step of a weight is worth. */
  readonly scale: number;
  readonly bias: number;
  /** Probability from which the head speaks by itself. */
  readonly says: number;
  /** Probability below which it doubts a single mild word of the lists. */
  readonly doubts: number;
}

/** All trained heads. */
export type Model = Readonly<Record<HeadName, Head>>;

const MAGIC = 'POTLUCK1';
/** Magic, length of the header, checksum of everything behind it. */
const FRONT = 16;
const MAX_HEADER = 65_536;

const headerSchema = z.object({
  features: z.literal(FEATURE_VERSION),
  heads: z.array(
    z.object({
      name: z.enum(HEADS),
      bits: z.number().int().min(8).max(FEATURE_BITS),
      scale: z.number().positive(),
      bias: z.number(),
      says: z.number().min(0).max(1),
      doubts: z.number().min(0).max(1),
    }),
  ),
});

/** FNV-1a over bytes: finds a file that was cut or changed on its way. */
function checksum(bytes: Uint8Array, headerLength: number): number {
  let value = 0x811c9dc5 ^ headerLength;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** Why the bytes are no model of ours, in words; or the model. */
export function readModel(bytes: Uint8Array): Model {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, to: number): string =>
    new TextDecoder('latin1').decode(bytes.subarray(from, to));
  if (bytes.length < FRONT || text(0, 8) !== MAGIC)
    throw new Error('these are not the weights of Potluck’s triage');
  const length = view.getUint32(8, true);
  if (length > MAX_HEADER || view.getUint32(12, true) !== checksum(bytes.subarray(FRONT), length))
    throw new Error('the weights are cut short or damaged');
  const header = headerSchema.safeParse(JSON.parse(text(FRONT, FRONT + length)));
  if (!header.success) throw new Error('the weights were trained for another version of Potluck');
  const heads = new Map<HeadName, Head>();
  let at = FRONT + length;
  for (const { name, bits, ...rest } of header.data.heads) {
    const count = 1 << bits;
    if (at + count > bytes.length) throw new Error('the weights are cut short or damaged');
    heads.set(name, { weights: new Int8Array(bytes.buffer, bytes.byteOffset + at, count), ...rest });
    at += count;
  }
  const missing = HEADS.filter((name) => !heads.has(name));
  if (missing.length > 0) throw new Error(`the weights lack ${missing.join(', ')}`);
  return Object.fromEntries(heads) as Model;
}

/** The bytes that {@link readModel} reads: the same for the same model. */
export function writeModel(model: Model): Uint8Array {
  const heads = HEADS.map((name) => {
    const { weights, ...rest } = model[name];
    return { name, bits: Math.log2(weights.length), ...rest };
  });
  const header = new TextEncoder().encode(JSON.stringify({ features: FEATURE_VERSION, heads }));
  const size = HEADS.reduce((sum, name) => sum + model[name].weights.length, FRONT + header.length);
  const bytes = new Uint8Array(size);
  bytes.set(new TextEncoder().encode(MAGIC));
  bytes.set(header, FRONT);
  let at = FRONT + header.length;
  for (const name of HEADS) {
    const { weights } = model[name];
    bytes.set(new Uint8Array(weights.buffer, weights.byteOffset, weights.length), at);
    at += weights.length;
  }
  const view = new DataView(bytes.buffer);
  view.setUint32(8, header.length, true);
  view.setUint32(12, checksum(bytes.subarray(FRONT), header.length), true);
  return bytes;
}
