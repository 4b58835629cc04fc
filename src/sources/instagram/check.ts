import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf } from '../../errors.ts';
import type { Account } from './account.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const remedy = error instanceof AuthError ? words : `${words} Look at the network and try again later.`;
  return { ok: false, what, remedy };
}

/** Sign-in, what may be read, and how the webhook stands. Never throws for what it finds. */
export async function checkAccount(
  account: Account,
  hook: boolean,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  try {
    checks.push(fine(`signs in as @${await account.signIn(signal)}`));
  } catch (error) {
    return [failed(`signs in as the account ${account.id}`, error)];
  }
  try {
    const fields = 'id,caption,comments.limit(1){id,text,username}';
    await account.graph.call(`/${account.id}/media`, { params: { fields, limit: 1 }, signal });
    checks.push(fine('reads posts and comments; whether it may answer shows only when somebody does'));
  } catch (error) {
    checks.push(failed('reads posts and comments', error));
  }
  checks.push(
    hook
      ? fine(
          `takes comments and mentions at POST /hooks/${account.name}; whether Meta sends them shows its app dashboard`,
        )
      : fine('polls comments; without appSecret and verifyToken mentions are not heard'),
  );
  return checks;
}
