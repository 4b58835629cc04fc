/**
 * The same text from many: a press release, a text that is passed on, a chain letter. Told by MinHash over runs of words, in
 * a window of the newest texts: memory and time are bounded whatever comes in.
 *
 * One permutation with 32 places (Li, Owen, Zhang: One Permutation Hashing, NIPS 2012), empty places filled from the next.
 */

/** Places of a sketch, and how many of them two texts must share: about 7 of 10 runs of words in common. */
const PLACES = 32;
const LEAST_SHARED = 22;
/** Places that two texts must share in one band to be compared at all. */
const BAND = 4;
const BANDS = PLACES / BAND;
/** Newest texts of one band that are compared: a flood of crafted texts costs no more than so many. */
const COMPARED_A_BAND = 16;
/** Texts in the window. */
export const COPY_WINDOW = 4_096;
/** Most of a text that is looked at, in UTF-16 units, and most words or signs. */
const MAX_TEXT = 2_000;
const MAX_PARTS = 240;
/** Shorter texts are said by many: “happy birthday to you”. */
const LEAST_PARTS = 6;
const LEAST_LETTERS = 24;
/** Words of a run; signs of one, in scripts without spaces. */
const RUN = 3;

// Thai to Myanmar, Khmer, kana, Han: there every sign is a part of its own.
const SPACELESS: readonly (readonly [number, number])[] = [
  [0x0e00, 0x0eff],
  [0x1000, 0x109f],
  [0x1780, 0x17ff],
  [0x3040, 0x30ff],
  [0x3400, 0x9fff],
];
const LETTER = /[\p{L}\p{M}\p{N}]/u;
const LINK_OR_NAME = /https?:\/\/\S+|(?<=^|\s)[@＠]\S+/giu;

/** What a text comes down to, to be compared; two texts are as alike as they share places. */
export type Sketch = Uint16Array;

type Sort = 'sign' | 'letter' | null;

/** Whether it is a sign of its own, a letter of a word, or neither. */
function sortOf(code: number): Sort {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) ? 'letter' : null;
  if (code >= 0x0e00 && SPACELESS.some(([from, to]) => code >= from && code <= to)) return 'sign';
  return LETTER.test(String.fromCodePoint(code)) ? 'letter' : null;
}

/** The hashes (FNV-1a) of a text's words, and of its signs where words are not parted; and how many letters they have. */
function partsOf(text: string): { readonly hashes: readonly number[]; readonly letters: number } {
  // Links and names differ from copy to copy.
  const plain = text.slice(0, MAX_TEXT).replace(LINK_OR_NAME, ' ').toLowerCase();
  const hashes: number[] = [];
  let letters = 0;
  let word = 0;
  for (let at = 0; at < plain.length && hashes.length < MAX_PARTS; at++) {
    const code = plain.codePointAt(at) ?? 0;
    if (code > 0xffff) at++;
    const sort = sortOf(code);
    if (sort === 'letter') word = Math.imul((word === 0 ? 0x811c9dc5 : word) ^ code, 0x01000193);
    else if (word !== 0) {
      hashes.push(word);
      word = 0;
    }
    if (sort !== null) letters++;
    if (sort === 'sign') hashes.push(Math.imul(0x811c9dc5 ^ code, 0x01000193));
  }
  if (word !== 0) hashes.push(word);
  return { hashes, letters };
}

/** Spreads a hash over all bits (the finaliser of murmur3). */
function mixed(value: number): number {
  let next = value ^ (value >>> 16);
  next = Math.imul(next, 0x85ebca6b);
  next ^= next >>> 13;
  next = Math.imul(next, 0xc2b2ae35);
  return (next ^ (next >>> 16)) >>> 0;
}

/** The sketch of a text; null where it says too little to be told from what many say by themselves. */
export function sketchOf(text: string): Sketch | null {
  const { hashes, letters } = partsOf(text);
  if (hashes.length < LEAST_PARTS || letters < LEAST_LETTERS) return null;
  const least = new Float64Array(PLACES).fill(Number.POSITIVE_INFINITY);
  for (let at = 0; at + RUN <= hashes.length; at++) {
    let run = 0;
    for (let step = 0; step < RUN; step++) run = mixed(Math.imul(run, 31) + (hashes[at + step] ?? 0));
    const place = run % PLACES;
    least[place] = Math.min(least[place] ?? 0, Math.floor(run / PLACES));
  }
  const sketch = new Uint16Array(PLACES);
  for (let place = 0; place < PLACES; place++) {
    let from = place;
    // A text has at least one run, and so at least one place that is not empty.
    while (least[from % PLACES] === Number.POSITIVE_INFINITY) from++;
    // How far it was looked for is part of it: else empty places of two texts would agree by chance.
    sketch[place] = mixed((least[from % PLACES] ?? 0) + (from - place) * 0x9e37) & 0xffff;
  }
  return sketch;
}

function sharedPlaces(one: Sketch, other: Sketch): number {
  let shared = 0;
  for (let place = 0; place < PLACES; place++) if (one[place] === other[place]) shared++;
  return shared;
}

/** Whether two texts are one that was passed on. */
export function isCopy(one: Sketch, other: Sketch): boolean {
  return sharedPlaces(one, other) >= LEAST_SHARED;
}

/** The newest texts. At most {@link COPY_WINDOW} sketches; the oldest makes room. */
export interface CopyWindow {
  /** Adds a text; another one under the same id takes its place. */
  add(id: number, sketch: Sketch): void;
  /** The ids of its copies, newest first; at most 128 texts are compared. */
  copiesOf(sketch: Sketch): readonly number[];
  readonly size: number;
}

export function createCopyWindow(capacity: number = COPY_WINDOW): CopyWindow {
  const sketches = new Map<number, Sketch>();
  const bands = new Map<string, number[]>();
  const keysOf = (sketch: Sketch): readonly string[] =>
    Array.from({ length: BANDS }, (_, band) =>
      String.fromCharCode(band, ...sketch.subarray(band * BAND, (band + 1) * BAND)),
    );

  function forget(id: number, sketch: Sketch): void {
    sketches.delete(id);
    for (const key of keysOf(sketch)) {
      const left = bands.get(key)?.filter((each) => each !== id) ?? [];
      if (left.length > 0) bands.set(key, left);
      else bands.delete(key);
    }
  }

  return {
    add(id, sketch) {
      const before = sketches.get(id);
      // A number that the ledger took back is given again, to another text.
      if (before && before.join() === sketch.join()) return;
      if (before) forget(id, before);
      sketches.set(id, sketch);
      for (const key of keysOf(sketch)) {
        const known = bands.get(key);
        if (!known) bands.set(key, [id]);
        else if (known.push(id) > COMPARED_A_BAND) known.shift();
      }
      const [oldest] = sketches;
      if (sketches.size > capacity && oldest) forget(...oldest);
    },
    copiesOf(sketch) {
      const seen = new Set(keysOf(sketch).flatMap((key) => bands.get(key) ?? []));
      return [...seen]
        .filter((id) => {
          const other = sketches.get(id);
          return other !== undefined && isCopy(sketch, other);
        })
        .sort((a, b) => b - a);
    },
    get size() {
      return sketches.size;
    },
  };
}
