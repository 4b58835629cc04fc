import type { Context } from 'hono';
import type { z } from 'zod';
import { type Parsed, type Problem, problemsOf } from './api.ts';

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 429 | 503;

/** One answer in words; `code` is for scripts. */
export function say(c: Context, status: Status, code: string, text: string, more: object = {}): Response {
  return c.json({ code, text, ...more }, status);
}

/** 400, with every problem and its path. */
export function invalid(c: Context, problems: readonly Problem[]): Response {
  const text = problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
  return say(c, 400, 'invalid', text, { problems });
}

/** The body of a request, checked; every problem at once. */
export async function body<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<Parsed<z.output<Schema>>> {
  const raw = await json(c);
  if (!raw.ok) return raw;
  const parsed = schema.safeParse(raw.value);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, problems: problemsOf(parsed.error) };
}

/** The body as JSON. */
export async function json(c: Context): Promise<Parsed<unknown>> {
  try {
    return { ok: true, value: await c.req.json() };
  } catch {
    return { ok: false, problems: [{ path: '(body)', message: 'is not JSON' }] };
  }
}
