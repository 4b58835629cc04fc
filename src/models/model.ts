import type { Check } from '../domain/check.ts';

/** What a language model is asked. */
export interface ModelRequest {
  /** Our own words, and the team's from potluck.yaml; never anything that somebody outside wrote. */
  readonly instructions: string;
  /** What it is about, fenced: see `domain/drafts/prompt.ts`. */
  readonly data: string;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

export interface ModelAnswer {
  readonly text: string;
  /** Why it ended: all said, too long for `maxTokens`, or it would not answer. */
  readonly end: 'stop' | 'length' | 'refused';
  /** As the service counted; null where it does not say. */
  readonly tokens: { readonly input: number; readonly output: number } | null;
}

/**
 * A language model. One attempt a call: who pays decides about another one. Errors are those of `errors.ts`:
 * RateLimitedError (nothing was done), AuthError, RejectedError (nothing was done, and trying again is pointless),
 * UnavailableError (it may have been done).
 */
export interface LanguageModel {
  readonly name: string;
  ask(request: ModelRequest): Promise<ModelAnswer>;
  check(signal: AbortSignal): Promise<readonly Check[]>;
}
