import { z } from 'zod';

/** Text that is ornament: empty for anything else, so that it never costs the entry. */
export const words = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? '');

/** True only for `true`; whatever else stands there never costs the entry. */
export const flag = z
  .boolean()
  .nullish()
  .catch(null)
  .transform((value) => value === true);

/** A list of which the unreadable entries are left out. */
export const list = <Entry>(entry: z.ZodType<Entry>) =>
  z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform((values) =>
      (values ?? []).flatMap((value) => {
        const parsed = entry.safeParse(value);
        return parsed.success ? [parsed.data] : [];
      }),
    );

/** A moment, as epoch milliseconds; an entry without it is unreadable. */
export const time = z
  .string()
  .transform((value) => Date.parse(value))
  .refine((value) => Number.isFinite(value), 'is not a date');

/** What is wrong with an entry: `author.id: expected string; …`, short enough for a log line. */
export function problemsOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`)
    .join('; ')
    .slice(0, 500);
}
