import { localHandle } from '../acquaintance.ts';

/** How somebody is called on their network. */
export interface Called {
  readonly name: string;
  readonly handle: string;
}

/**
 * An answer that was written to somebody else, for whom it is about now: the other person's names become theirs, or go
 * where they have none that can be said. Nobody is greeted by a stranger's name.
 */
export function readdress(answer: string, from: Called, to: string | null): string {
  const first = from.name.split(/\s+/).filter((word) => /^\p{L}[\p{L}\p{M}'’-]{2,}$/u.test(word));
  const forms = [from.handle, localHandle(from.handle), from.name, ...first]
    .map((form) => form.trim())
    .filter((form) => form.length >= 2)
    .sort((a, b) => b.length - a.length);
  if (forms.length === 0) return answer;
  const literal = [...new Set(forms)].map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])[@＠]?(?:${literal})(?![\\p{L}\\p{N}])`, 'giu');
  const named = answer.replace(pattern, () => to ?? '');
  return named
    .replace(/[ \t]{2,}/g, ' ')
    .replace(/[ \t]+(?=[,.!?;:])/g, '')
    .replace(/^[,;: \t]+/, '')
    .trim();
}
