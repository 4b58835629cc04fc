import { z } from 'zod';
import type { Check } from '../../domain/check.ts';
import { AuthError, messageOf } from '../../errors.ts';
import { readAs } from '../kit/meta/graph.ts';
import type { Page } from './page.ts';

const fine = (what: string): Check => ({ ok: true, what, remedy: null });

function failed(what: string, error: unknown): Check {
  const words = messageOf(error);
  const remedy = error instanceof AuthError ? words : `${words} Look at the network and try again later.`;
  return { ok: false, what, remedy };
}

const appsSchema = z.object({
  data: z.array(z.object({ subscribed_fields: z.array(z.string()).nullish().catch(null) })),
});

/** Sign-in, what may be read, and whether the webhook brings what it should. Never throws for what it finds. */
export async function checkPage(page: Page, hook: boolean, signal: AbortSignal): Promise<readonly Check[]> {
  const checks: Check[] = [];
  try {
    const { pageName } = await page.signIn(signal);
    checks.push(fine(`signs in as the Page “${pageName}”`));
  } catch (error) {
    return [failed(`signs in as the Page ${page.id}`, error)];
  }
  try {
    const fields = 'id,message,from{id,name},comments.limit(1){id,message,from{id,name}}';
    await page.graph.call(`/${page.id}/feed`, { params: { fields, limit: 1 }, signal });
    checks.push(fine('reads posts and comments; whether it may answer shows only when somebody does'));
  } catch (error) {
    checks.push(failed('reads posts and comments', error));
  }
  checks.push(
    hook
      ? await checkHook(page, signal)
      : fine('polls; without appSecret and verifyToken nothing comes by webhook'),
  );
  return checks;
}

/** `GET /{page-id}/subscribed_apps`: https://developers.facebook.com/docs/graph-api/webhooks/getting-started/webhooks-for-pages */
async function checkHook(page: Page, signal: AbortSignal): Promise<Check> {
  const what = `hears comments at POST /hooks/${page.name}`;
  const remedy = `The Page is not subscribed to the field feed. Send POST /${page.id}/subscribed_apps?subscribed_fields=feed,mention with the Page’s token (it needs pages_manage_metadata). Until then only the poll brings comments.`;
  try {
    const json = await page.graph.call(`/${page.id}/subscribed_apps`, {
      signal,
    });
    const { data } = readAs(appsSchema, json, 'the webhook');
    // Where Meta does not say which fields, that the app is there is all that can be known.
    const subscribed = data.some((app) => app.subscribed_fields?.includes('feed') ?? true);
    return subscribed ? fine(what) : { ok: false, what, remedy };
  } catch (error) {
    // Asking needs a permission that hearing does not.
    return error instanceof AuthError
      ? fine(`${what}, as far as can be told without pages_manage_metadata`)
      : failed(what, error);
  }
}
