import { z } from 'zod';
import { UnavailableError } from '../../errors.ts';
import { words } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';

/** WordPress's answers as far as they are used: https://developer.wordpress.org/rest-api/reference/comments/#schema */

const id = z.number().int();

/** `2026-06-01T10:00:00`: UTC, though it does not say so. */
const gmt = z
  .string()
  .transform((value) => Date.parse(/(?:z|[+-]\d{2}:?\d{2})$/i.test(value) ? value : `${value}Z`))
  .refine((value) => Number.isFinite(value), 'is not a date');

export const commentSchema = z.object({
  id,
  /** The article. */
  post: id,
  /** The comment it answers; 0 for none. */
  parent: id,
  /** The user; 0 for a visitor. */
  author: id.nullish().catch(null),
  author_name: words,
  author_url: words,
  author_avatar_urls: z.record(z.string(), z.unknown()).nullish().catch(null),
  date_gmt: gmt,
  /** Seen with WordPress 6.1: `false` for one word of 32,000 letters, which its filters cannot take. */
  content: z.object({ rendered: z.string().catch('') }),
  link: words,
  /** `approved`, `hold`, `spam`, `trash`. */
  status: words,
  type: words,
});
export type Comment = z.output<typeof commentSchema>;

/** The members of {@link commentSchema}: without `_links`, which cost the site a query each. */
export const COMMENT_FIELDS = Object.keys(commentSchema.shape).join(',');

export const articleSchema = z.object({ id, comment_status: z.string() });

export const meSchema = z.object({
  id,
  name: words,
  link: words,
  capabilities: z.record(z.string(), z.unknown()).nullish().catch(null),
});

export const indexSchema = z.object({ name: words, namespaces: z.array(z.string()) });

/** What was wrong, each with its path. */
export function problemsOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': '))
    .join('; ')
    .slice(0, 1_000);
}

/** An answer as a whole. */
export function read<Output>(schema: z.ZodType<Output>, json: unknown): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UnavailableError(`The site’s answer cannot be read: ${problemsOf(parsed.error)}.`);
}

/** The entries of a list that can be read; the others are added to `dropped`. */
export function readList<Output>(json: unknown, schema: z.ZodType<Output>, dropped: Dropped[]): Output[] {
  const good: Output[] = [];
  for (const entry of read(z.array(z.unknown()), json)) {
    const parsed = schema.safeParse(entry);
    if (parsed.success) good.push(parsed.data);
    else dropped.push({ id: idOf(entry), why: problemsOf(parsed.error) });
  }
  return good;
}

/** The id of an entry that may be broken otherwise. */
function idOf(entry: unknown): string | null {
  const told = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : null;
  return typeof told === 'number' || typeof told === 'string' ? String(told).slice(0, 100) : null;
}
