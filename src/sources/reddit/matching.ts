import type { Brand } from '../../domain/triage/verdict.ts';
import type { RedditConfig } from './config.ts';

/** Whether a text has one of the words. */
export type Matches = (text: string) => boolean;

/** @param keywords those of the configuration, else the brand's names and domains. */
export function matcher(config: RedditConfig, brand: Brand): Matches {
  const words = config.keywords ?? [...brand.names, ...brand.domains];
  const patterns = words
    .map((word) => word.trim())
    .filter((word) => word.length > 1)
    .map((word) => {
      const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
      // Whole words: "pot" is not in "potato". A sign at the edge of a keyword ("C++") is its own boundary.
      const before = /^[\p{L}\p{N}_]/u.test(word) ? '(?<![\\p{L}\\p{N}_])' : '';
      const after = /[\p{L}\p{N}_]$/u.test(word) ? '(?![\\p{L}\\p{N}_])' : '';
      return `${before}${escaped}${after}`;
    });
  if (patterns.length === 0) return () => false;
  const any = new RegExp(patterns.join('|'), 'iu');
  return (text) => any.test(text);
}

/** Whether an address is on one of those sites, or on a subdomain. */
export function isOn(address: string, domains: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const host = new URL(address).hostname.toLowerCase();
  return domains.some((domain) => host === domain.toLowerCase() || host.endsWith(`.${domain.toLowerCase()}`));
}
