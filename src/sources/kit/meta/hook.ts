import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { HookRequest, HookResult } from '../../source.ts';
import { graphId } from './graph.ts';

/**
 * The envelope of Meta's webhooks: https://developers.facebook.com/docs/graph-api/webhooks/getting-started.
 */

/** “Up to 1,000 updates” come in one request: the same page. */
const MAX_ENTRIES = 1_000;

export interface HookKeys {
  readonly appSecret: string;
  readonly verifyToken: string;
}

/** One change of one entry; the value is still as it came. */
export interface Change {
  readonly field: string;
  readonly value: unknown;
  /** When Meta sent it, epoch milliseconds. */
  readonly at: number;
}

const envelope = z.object({
  object: z.string(),
  entry: z
    .array(
      z
        .object({
          id: graphId,
          time: z.number().catch(0),
          changes: z.array(
            z.object({ field: z.string(), value: z.unknown().optional() }).catch({ field: '', value: null }),
          ),
        })
        .catch({ id: '', time: 0, changes: [] }),
    )
    .max(MAX_ENTRIES),
});

function refuse(status: number, error: string, headers?: Readonly<Record<string, string>>): HookResult {
  return { status, body: { error }, posts: [], ...(headers ? { headers } : {}) };
}

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

/** Meta asks once, when the address is entered: the challenge goes back when the token is ours. */
function verified(query: HookRequest['query'], verifyToken: string): HookResult {
  const { 'hub.mode': mode, 'hub.verify_token': token = '', 'hub.challenge': challenge = '' } = query;
  const known = timingSafeEqual(digest(token), digest(verifyToken));
  if (mode !== 'subscribe' || !known || !/^[\w.-]{1,500}$/.test(challenge))
    return refuse(403, 'Not authorised.');
  return { status: 200, body: challenge, posts: [] };
}

function signed(request: HookRequest, appSecret: string): boolean {
  const [, hex] = /^sha256=([0-9a-f]{64})$/i.exec(request.headers['x-hub-signature-256'] ?? '') ?? [];
  if (hex === undefined) return false;
  const wanted = createHmac('sha256', appSecret).update(request.body).digest();
  return timingSafeEqual(Buffer.from(hex, 'hex'), wanted);
}

/**
 * The changes in a request of Meta's, or the answer that it gets instead: the challenge, or a refusal.
 *
 * @param object `page` or `instagram`
 * @param account the id whose entries are ours; one app may serve several
 */
export function openHook(
  request: HookRequest,
  keys: HookKeys,
  object: string,
  account: string,
): readonly Change[] | HookResult {
  if (request.method === 'GET') return verified(request.query, keys.verifyToken);
  if (request.method !== 'POST') return refuse(405, 'Meta sends POST.', { allow: 'GET, POST' });
  // No detail: whoever has no key learns nothing about the lock.
  if (!signed(request, keys.appSecret)) return refuse(401, 'Not authorised.');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body));
  } catch {
    return refuse(400, 'The body is not JSON in UTF-8.');
  }
  const parsed = envelope.safeParse(json);
  if (!parsed.success) return refuse(400, 'The body is not a notification of Meta.');
  if (parsed.data.object !== object)
    return refuse(400, `This address takes notifications about the object “${object}” only.`);
  return parsed.data.entry
    .filter((entry) => entry.id === account)
    .flatMap(({ time, changes }) =>
      changes.map(({ field, value }) => ({ field, value, at: milliseconds(time) })),
    );
}

/** Entries carry seconds, and in some of Meta's own samples milliseconds. */
function milliseconds(time: number): number {
  return time > 100_000_000_000 ? time : time * 1_000;
}

/** Whether {@link openHook} gave an answer instead of changes. */
export function isAnswer(opened: readonly Change[] | HookResult): opened is HookResult {
  return 'status' in opened;
}
