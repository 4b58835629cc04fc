/** What Discord answers when it will not. */
export interface Refused {
  readonly status: number;
  readonly code: number;
  readonly errors?: Problems;
}

export type Problems = readonly Problem[];

/** One field that is wrong. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

const refusals = new WeakMap<Error, Refused>();

/** To be thrown on the way of a call; the wire makes an answer of it. */
export function refusal(status: number, code: number, message: string, errors?: Problems): Error {
  const error = new Error(message);
  refusals.set(error, { status, code, ...(errors ? { errors } : {}) });
  return error;
}

/** 50035 with every field that is wrong. */
export function invalidForm(errors: Problems): Error {
  return refusal(400, 50035, 'Invalid Form Body', errors);
}

export function refusedBy(error: unknown): Refused | null {
  return error instanceof Error ? (refusals.get(error) ?? null) : null;
}

/** Discord nests the problems of fields by their path, each under `_errors`. */
export function problemTree(errors: Problems): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const { path, code, message } of errors) {
    let at = tree;
    for (const key of path) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at._errors = [...((at._errors as unknown[]) ?? []), { code, message }];
  }
  return tree;
}

/** Codes that say the app did something wrong, not that the world had changed. */
const OUR_FAULT: ReadonlySet<number> = new Set([0, 10015, 10062, 40060, 50006, 50024, 50027, 50035, 50109]);

/** A line for the list of breaches; null when nobody is to blame. */
export function blame(route: string, message: string, refused: Refused): string | null {
  if (refused.status === 401 && refused.code === 0) return null;
  if (!OUR_FAULT.has(refused.code)) return null;
  const details = (refused.errors ?? []).map(
    (each) => `${each.path.join('.')}: ${each.message} (${each.code})`,
  );
  return [`${route}: ${refused.code} ${message}`, ...details].join('; ');
}
