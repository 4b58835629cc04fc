/** Something about a draft that a person may want to change before it is public. */
export interface Remark {
  /** Stable: `pitch`, `press-release`, `canned-apology`, `shouting`, `links`, `tags`, `promise`, `blame`, `name`, `out-of-context`, `language`, `length`. */
  readonly code: string;
  /** Why, in words. */
  readonly text: string;
  /** A kinder wording, where there is one. */
  readonly kinder: string | null;
}
