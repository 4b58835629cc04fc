/** One line of `npm run doctor`. */
export interface Check {
  readonly ok: boolean;
  /** What was tried: "signs in as @brand.example". */
  readonly what: string;
  /** What to do when it failed; null when it did not. */
  readonly remedy: string | null;
}
