import { z } from 'zod';
import { htmlToText } from '../../html-text.ts';
import { problemsOf } from '../kit/shapes.ts';
import type { Dropped } from '../source.ts';

/**
 * What is read of the API's objects, all of the built-in filter `withbody`
 * (https://api.stackexchange.com/docs/filters): https://api.stackexchange.com/docs/types/question, …/answer, …/comment,
 * …/search-excerpt, …/shallow-user. Times are epoch seconds. Titles and names come with HTML entities.
 */

const id = z.number().int().positive();
const seconds = z
  .number()
  .int()
  .positive()
  .transform((value) => value * 1_000);
const maybeSeconds = seconds.nullish().catch(null);
const words = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const maybe = z.string().nullish().catch(null);
const plain = words.transform((value) => htmlToText(value).text);

/** Of a deleted account only the name is left, or nothing (`user_type: does_not_exist`). */
const userSchema = z
  .object({ user_id: id.nullish().catch(null), display_name: plain, link: maybe, profile_image: maybe })
  .nullish()
  .catch(null);

const written = { owner: userSchema, body: words, creation_date: seconds };
const editable = { ...written, last_edit_date: maybeSeconds, last_activity_date: maybeSeconds };

export const questionSchema = z.object({ ...editable, question_id: id, title: plain, link: maybe });
export const answerSchema = z.object({ ...editable, answer_id: id, question_id: id });
export const commentSchema = z.object({ ...written, comment_id: id, post_id: id });
export const excerptSchema = z.object({
  item_type: z.enum(['question', 'answer']),
  question_id: id,
  answer_id: id.nullish().catch(null),
  creation_date: seconds,
});
export type Question = z.output<typeof questionSchema>;
export type Answer = z.output<typeof answerSchema>;
export type Comment = z.output<typeof commentSchema>;
export type Excerpt = z.output<typeof excerptSchema>;
export type Written = Question | Answer | Comment;

/** Reads a list, dropping entries that cannot be read; each is told with its path, under its own number where it has one. */
export function readList<Output>(
  raw: readonly unknown[],
  schema: z.ZodType<Output>,
  dropped: Dropped[],
  path: string,
): readonly Output[] {
  return raw.flatMap((entry, index) => {
    const parsed = schema.safeParse(entry);
    if (parsed.success) return [parsed.data];
    dropped.push({ id: ownId(entry), why: `${path}[${index}]: ${problemsOf(parsed.error)}` });
    return [];
  });
}

function ownId(entry: unknown): string | null {
  const known = z.record(z.string(), z.unknown()).safeParse(entry).data ?? {};
  for (const name of ['comment_id', 'answer_id', 'question_id'])
    if (typeof known[name] === 'number' || typeof known[name] === 'string')
      return `${name} ${String(known[name]).slice(0, 50)}`;
  return null;
}
