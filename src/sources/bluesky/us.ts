import type { Brand } from '../../domain/triage/verdict.ts';
import type { AuthorView } from './shapes.ts';

/** Who counts as us: the account we speak as, and the team's other accounts. */
export interface Us {
  /** The DID of our account; null before the first sign-in. */
  readonly did: string | null;
  /** Other handles (lower case) and DIDs of the team. */
  readonly others: ReadonlySet<string>;
  /** Whose domains make a link a share; none without. */
  readonly brand?: Brand;
}

export function isOurs(author: Pick<AuthorView, 'did' | 'handle'>, us: Us): boolean {
  return author.did === us.did || us.others.has(author.did) || us.others.has(author.handle.toLowerCase());
}

/** Whether an `at://` address lies in our own account. */
export function isOurUri(uri: string | undefined, us: Us): boolean {
  return us.did !== null && (uri ?? '').startsWith(`at://${us.did}/`);
}
