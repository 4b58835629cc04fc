// The package has no types for its schemas.
// @ts-expect-error
import * as untyped from 'discord-api-spec/zod';
import { invalidForm, type Problem } from './refusal.ts';
import { breach, type Json, type State } from './state.ts';

interface Issue {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

interface Schema {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: unknown }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

const spec: Readonly<Record<string, Schema | undefined>> = untyped;

/** Of a union, only the branch that was meant says anything useful. */
function flatten(issue: Issue, at: readonly (string | number)[]): Problem[] {
  const path = [...at, ...issue.path];
  if (issue.code !== 'invalid_union' || !issue.errors || issue.errors.length === 0)
    return [{ path, code: issue.code.toUpperCase(), message: detail(issue) }];
  const meant = issue.errors.filter(
    (branch) => !branch.some((each) => each.path.length === 1 && each.path[0] === 'type'),
  );
  const [branch] = meant.length > 0 ? meant : issue.errors;
  if (meant.length === 0)
    return [{ path, code: 'UNION_TYPE_CHOICES', message: 'none of the types allowed here' }];
  return (branch ?? []).flatMap((each) => flatten(each, path));
}

function detail(issue: Issue): string {
  const { code: _, path: __, message, errors: ___, ...rest } = issue;
  const facts = JSON.stringify(rest, (_key, value) => (value instanceof RegExp ? String(value) : value));
  return `${message} ${facts}`;
}

/** Where a body has fields the specification does not know. */
function strangers(given: unknown, kept: unknown, at: string): string[] {
  if (Array.isArray(given))
    return given.flatMap((each, index) =>
      strangers(each, Array.isArray(kept) ? kept[index] : undefined, `${at}[${index}]`),
    );
  if (typeof given !== 'object' || given === null || typeof kept !== 'object' || kept === null) return [];
  return Object.entries(given).flatMap(([key, value]) =>
    key in kept ? strangers(value, (kept as Json)[key], `${at}.${key}`) : [`${at}.${key}`],
  );
}

/** What Discord's own specification has against a body. */
export function specProblems(schema: string, body: unknown, at: readonly string[] = []): readonly Problem[] {
  const known = spec[schema];
  if (!known) throw new Error(`discord-api-spec has no ${schema}`);
  const parsed = known.safeParse(body);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => flatten(issue, at));
}

/**
 * The body, if the specification takes it. Fields it does not know are let through, as Discord does, but recorded: what
 * is ignored in silence was meant to do something.
 */
export function conform(state: State, schema: string, body: unknown, at: readonly string[] = []): Json {
  const problems = specProblems(schema, body, at);
  if (problems.length > 0) throw invalidForm(problems);
  const parsed = spec[schema]?.safeParse(body);
  for (const field of strangers(body, parsed?.success ? parsed.data : body, schema.replace(/Schema$/, '')))
    breach(state, `a field that Discord ignores: ${field}`);
  return body as Json;
}
