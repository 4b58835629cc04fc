import type { Check } from '../../domain/check.ts';
import { messageOf } from '../../errors.ts';
import type { Api } from './api.ts';
import { searchSince } from './search.ts';
import { keywordQuery, type Watch } from './watch.ts';

/** Whether there is something to look for, whether the search answers, and whether the people named exist. */
export async function checkSource(
  api: Api,
  watch: Watch,
  now: number,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const wanted = [...watch.keywords.map((word) => `“${word}”`), ...watch.domains];
  if (wanted.length === 0 && watch.ours.size === 0) {
    const remedy =
      'Name keywords, domains or user names of yours (ours) for this source, or the brand in potluck.yaml.';
    return [{ ok: false, what: 'knows what to look for', remedy }];
  }
  const checks: Check[] = [];
  const what = `searches ${api.host} for ${wanted.slice(0, 10).join(', ') || 'what you write'}`;
  try {
    await searchSince(api, keywordQuery(watch.keywords[0] ?? watch.domains[0] ?? ''), now, signal);
    checks.push({ ok: true, what, remedy: null });
  } catch (error) {
    return [{ ok: false, what, remedy: messageOf(error) }];
  }
  for (const name of watch.ours) checks.push(await checkUser(api, name, signal));
  return checks;
}

async function checkUser(api: Api, name: string, signal: AbortSignal): Promise<Check> {
  const what = `knows ${name} as one of you`;
  try {
    if ((await api.get(`/users/${encodeURIComponent(name)}`, {}, signal)) !== null)
      return { ok: true, what, remedy: null };
    const remedy = `Hacker News knows no user ${name}. Capitals count: copy the name from the address of the profile.`;
    return { ok: false, what, remedy };
  } catch (error) {
    return { ok: false, what, remedy: messageOf(error) };
  }
}
