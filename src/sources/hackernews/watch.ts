import type { Brand } from '../../domain/triage/verdict.ts';
import type { HackernewsConfig } from './config.ts';
import type { Query } from './search.ts';

/** What one source looks for. */
export interface Watch {
  readonly keywords: readonly string[];
  readonly domains: readonly string[];
  readonly ours: ReadonlySet<string>;
}

/** The configuration, with the brand where it says nothing. */
export function watchOf(config: HackernewsConfig, brand: Brand): Watch {
  const names = config.keywords ?? brand.names.map((name) => name.trim()).filter((name) => name.length > 1);
  const domains = config.domains ?? brand.domains.map((domain) => domain.toLowerCase());
  return {
    keywords: [...new Set(names)].slice(0, 20),
    domains: [...new Set(domains)].slice(0, 10),
    ours: new Set(config.ours),
  };
}

const POSTS = '(story,comment,poll)';

export function keywordQuery(keyword: string): Query {
  return { phrase: keyword, tags: POSTS };
}

/** Everything our people write. */
export function oursQuery(ours: ReadonlySet<string>): Query {
  return { phrase: '', tags: `${POSTS},(${[...ours].map((name) => `author_${name}`).join(',')})` };
}

/** Every comment under these stories. */
export function storiesQuery(stories: readonly string[]): Query {
  return { phrase: '', tags: `comment,(${stories.map((id) => `story_${id}`).join(',')})` };
}

/** Whether an address is on that site, or on one of its subdomains. */
export function isOn(address: string, domain: string): boolean {
  if (!URL.canParse(address)) return false;
  const host = new URL(address).hostname.toLowerCase();
  return host === domain || host.endsWith(`.${domain}`);
}

/** Whether a text names that site in so many letters: the search takes `a.b` for two words. */
export function names(text: string, domain: string): boolean {
  const escaped = domain.replace(/[.-]/g, '\\$&');
  return new RegExp(`(?<![a-z0-9-])${escaped}(?![a-z0-9-]|\\.[a-z0-9])`, 'i').test(text);
}
