// The package has no types for its schemas.
// @ts-expect-error
import * as untyped from 'discord-api-spec/zod';

interface Schema {
  safeParse(value: unknown): { readonly error?: { readonly issues: readonly object[] } };
}

/** What Discord's own OpenAPI specification has against a body; empty when nothing. */
export function specIssues(schema: string, body: unknown): readonly object[] {
  const found = (untyped as Readonly<Record<string, Schema | undefined>>)[schema];
  if (!found) throw new Error(`the specification knows no ${schema}`);
  return found.safeParse(body).error?.issues ?? [];
}
