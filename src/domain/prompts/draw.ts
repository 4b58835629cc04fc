/**
 * A number in [0, 1) that only its words decide: the same in every process, after every restart, and on every machine.
 * FNV-1a with a final mix; no cryptography.
 */
export function draw(seed: string, name: string): number {
  let hash = 0x811c9dc5;
  for (const unit of `${seed}\n${name}`) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
