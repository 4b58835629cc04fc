import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import type { ChatLog } from '../chat.ts';
import type { InteractionAnswer } from './api.ts';
import type { FirstAnswer } from './line.ts';

/** Where Discord sends interactions in HTTP mode. */
export const INTERACTIONS_PATH = '/discord/interactions';

/** Discord's payloads are a few kilobytes; a form with 4,000 characters in five fields stays far below. */
const MAX_BODY_BYTES = 256_000;
/** A signed request that is older was recorded by somebody. */
const MAX_AGE_MS = 5 * 60_000;
/** Discord waits three seconds; whatever was not answered by then is answered for nobody. */
const ANSWER_MS = 2_900;

/** The prefix that makes a DER public key of 32 bytes of Ed25519 (RFC 8410). */
const DER_PREFIX = '302a300506032b6570032100';

export function publicKeyOf(hex: string): KeyObject {
  return createPublicKey({ key: Buffer.from(`${DER_PREFIX}${hex}`, 'hex'), format: 'der', type: 'spki' });
}

/**
 * Interactions by signed HTTP requests (https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint).
 * What is not signed by Discord is answered with 401: Discord tries that on purpose before it takes the address.
 *
 * @param onInteraction works on it and gives the first answer through `first`
 */
export function interactionDoor(deps: {
  readonly publicKey: KeyObject;
  readonly clock: Clock;
  readonly log: ChatLog;
  readonly onInteraction: (raw: unknown, first: FirstAnswer) => void;
}): (request: Request) => Promise<Response> {
  const { clock, log } = deps;
  return async (request) => {
    if (new URL(request.url).pathname !== INTERACTIONS_PATH) return plain(404, 'There is nothing here.');
    if (request.method !== 'POST') return plain(405, 'Discord posts its interactions here.');
    const body = await readBounded(request);
    if (body === null) return plain(413, 'That is larger than any interaction.');
    if (!isSigned(request, body, deps.publicKey, clock.now())) return plain(401, 'invalid request signature');
    let raw: unknown;
    try {
      raw = JSON.parse(body.toString('utf8'));
    } catch {
      return plain(400, 'That is no JSON.');
    }
    if (typeof raw === 'object' && raw !== null && 'type' in raw && raw.type === 1) return json({ type: 1 });
    return new Promise((resolve) => {
      const over = new AbortController();
      const late = clock.sleep(ANSWER_MS, over.signal).then(
        () => resolve(plain(504, 'Potluck was too slow.')),
        () => {},
      );
      late.catch(() => {});
      const first: FirstAnswer = async (answer) => {
        over.abort();
        resolve(json(answer));
      };
      try {
        deps.onInteraction(raw, first);
      } catch (error) {
        log.error({ why: messageOf(error) }, 'a Discord interaction failed');
        over.abort();
        resolve(plain(500, 'Something went wrong inside Potluck.'));
      }
    });
  };
}

function isSigned(request: Request, body: Buffer, key: KeyObject, now: number): boolean {
  const signature = request.headers.get('x-signature-ed25519') ?? '';
  const timestamp = request.headers.get('x-signature-timestamp') ?? '';
  if (!/^[0-9a-f]{128}$/i.test(signature) || !/^\d{1,15}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp) * 1_000) > MAX_AGE_MS) return false;
  return verify(null, Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, 'hex'));
}

/** The body; null when it is too long. A longer one is not read to its end. */
async function readBounded(request: Request): Promise<Buffer | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body) {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > MAX_BODY_BYTES) return null;
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks);
}

const SAFE = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

function json(body: InteractionAnswer): Response {
  return new Response(JSON.stringify(body), {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...SAFE },
  });
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...SAFE },
  });
}
