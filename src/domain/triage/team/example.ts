import type { Via } from '../../post.ts';
import { type Features, features, visitFeatures } from '../model/features.ts';
import { readPieces } from '../model/pieces.ts';
import type { Kind } from '../verdict.ts';

/** How many weights a head has: two tables of 4 bytes each make 128 KB. */
export const HEAD_SIZE = 1 << 14;
/** The last ones belong to what is known beside the words, so that no word ever shares its weight with a kind. */
const NAMED = 512;
/** From here on weights belong to what is known beside the words. */
export const WORDS = HEAD_SIZE - NAMED;

/** What each thing known beside the words counts, kinds more than the rest. The words of a text together count 1. */
const KIND_VALUE = 0.4;
const NAMED_VALUE = 0.2;
/** Somebody's name, and a site they link to: one of thousands each, so they stand among the words. */
const NAME_VALUE = 0.3;

/** A priority of which nothing is known: a team takes one of two such posts, before anything is learnt. */
export const MIDDLE = 40;

/** What a head looks at. */
export interface About {
  readonly text: string;
  readonly kinds: readonly Kind[];
  readonly source: string;
  readonly via: Via;
  /** As the network told; null where it did not. */
  readonly lang: string | null;
  readonly authorId: string;
  readonly links: readonly string[];
  /** We have talked with the author before. */
  readonly known: boolean;
  readonly answerDue: boolean;
  /** By the rules, the role and the routes, without what a head says. */
  readonly priority: number;
}

/** A post as a head sees it: few of the {@link HEAD_SIZE} features. */
export interface Example {
  readonly indices: Int32Array;
  readonly values: Float32Array;
  readonly priority: number;
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value ^= value >>> 15;
  value = Math.imul(value, 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Where the weight of an n-gram of the shared featurisation is kept. */
export function slotOf(index: number): number {
  return index % WORDS;
}

function bandOf(priority: number): string {
  return priority >= 60 ? 'high' : priority >= 30 ? 'normal' : 'low';
}

function siteOf(link: string): string {
  return /^https?:\/\/(?:www\.)?([^/:?#]{1,100})/i.exec(link)?.[1]?.toLowerCase() ?? '';
}

/** What is known beside the words, each with the slot of its weight and what it counts. */
export function namedOf(
  about: About,
): readonly { readonly name: string; readonly slot: number; readonly value: number }[] {
  const lang = about.lang?.slice(0, 2).toLowerCase() ?? 'none';
  return [
    ...new Set([
      ...about.kinds.map((kind) => `kind:${kind}`),
      `lead:${about.kinds[0] ?? ''}`,
      `source:${about.source}`,
      `via:${about.via}`,
      `lang:${lang}`,
      `band:${bandOf(about.priority)}`,
      about.known ? 'author:known' : 'author:new',
      about.answerDue ? 'due' : 'not-due',
    ]),
  ].map((name) => ({
    name,
    slot: WORDS + (hash(name) % NAMED),
    value: /^(kind|lead):/.test(name) ? KIND_VALUE : NAMED_VALUE,
  }));
}

function namesOf({ source, authorId, links }: About): readonly string[] {
  const sites = links.slice(0, 3).map(siteOf);
  return [
    `@${source}/${authorId}`,
    ...new Set(sites.filter((site) => site !== '').map((site) => `//${site}`)),
  ];
}

/** A post with what is known of it, as features. Pure and bounded, as {@link features} is. */
export function exampleOf(about: About): Example {
  const words: Features = features(about.text);
  const sums = new Map<number, number>();
  const add = (slot: number, value: number): void => void sums.set(slot, (sums.get(slot) ?? 0) + value);
  for (let at = 0; at < words.indices.length; at++)
    add(slotOf(words.indices[at] ?? 0), words.values[at] ?? 0);
  for (const { slot, value } of namedOf(about)) add(slot, value);
  for (const name of namesOf(about)) add(slotOf(hash(name)), NAME_VALUE);
  return {
    indices: Int32Array.from(sums.keys()),
    values: Float32Array.from(sums.values()),
    priority: about.priority,
  };
}

/** Words alone, of which nothing else is known: what somebody muted. */
export function exampleOfWords(text: string): Example {
  const { indices, values } = features(text);
  const sums = new Map<number, number>();
  for (let at = 0; at < indices.length; at++) {
    const slot = slotOf(indices[at] ?? 0);
    sums.set(slot, (sums.get(slot) ?? 0) + (values[at] ?? 0));
  }
  return {
    indices: Int32Array.from(sums.keys()),
    values: Float32Array.from(sums.values()),
    priority: MIDDLE,
  };
}

/** A word of a text and what its n-grams weigh together. */
export interface WeighedWord {
  readonly word: string;
  readonly weight: number;
}

/** What each word of a text weighs, the heaviest first; an n-gram of several words counts for each in equal parts. */
export function weighWords(text: string, weights: Float32Array): readonly WeighedWord[] {
  const pieces = readPieces(text);
  const parts = new Float64Array(pieces.length);
  const { indices, values } = features(text);
  const worth = new Map<number, number>();
  for (let at = 0; at < indices.length; at++) worth.set(indices[at] ?? 0, values[at] ?? 0);
  const times = new Map<number, number>();
  visitFeatures(pieces, (index) => times.set(index, (times.get(index) ?? 0) + 1));
  visitFeatures(pieces, (index, _weight, from, to) => {
    if (to <= from) return;
    // The same n-gram again shares the one value that all of them have.
    const value = (worth.get(index) ?? 0) / (times.get(index) ?? 1);
    const share = (value * (weights[slotOf(index)] ?? 0)) / (to - from);
    for (let at = from; at < to; at++) parts[at] = (parts[at] ?? 0) + share;
  });
  const all = new Map<string, WeighedWord>();
  for (const [at, piece] of pieces.entries()) {
    if (piece.type !== 'word') continue;
    const known = all.get(piece.word);
    const word = known?.word ?? text.slice(piece.from, piece.to);
    all.set(piece.word, { word, weight: (known?.weight ?? 0) + (parts[at] ?? 0) });
  }
  return [...all.values()].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}
