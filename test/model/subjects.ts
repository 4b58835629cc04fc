import { makePost, type Post } from '../../src/domain/post.ts';
import type { Brand, Triage, Verdict } from '../../src/domain/triage/verdict.ts';

const NOBODY: Brand = { names: [], competitors: [], domains: [] };

export function postOf(text: string, via: Post['via'] = 'mention'): Post {
  const author = { id: 'a', name: 'a', handle: 'a' };
  return makePost({ source: 's', id: 'p', conversationId: 'c', via, author, text, createdAt: 1 });
}

/** The verdict on a text alone: no conversation, nobody known. */
export function verdictOn(
  triage: Triage,
  text: string,
  brand: Brand = NOBODY,
  via: Post['via'] = 'mention',
): Verdict {
  return triage(postOf(text, via), { brand, earlier: [], met: 0 });
}
