import type { Connection } from './connection.ts';
import { isAboutThis, isGone } from './failures.ts';
import { answeredBy, type Message, messageSchema, referencedOf } from './shapes.ts';

/** What a chain's first message is does not change; the cache forgets chains nobody goes on with. */
const ROOT_TTL_MS = 30 * 24 * 3_600_000;
/** Longer chains are rare; beyond, the message reached stands for the first one. */
const MAX_STEPS = 100;
/** Of them, messages that had to be asked for. */
const MAX_ASKED = 20;

async function askFor(connection: Connection, channelId: string, id: string, signal: AbortSignal) {
  const about = { what: 'read a message', channel: channelId };
  return connection.api.get(`/channels/${channelId}/messages/${id}`, { signal, about });
}

/** One message; null when it is gone, not for us, or beyond reading. */
export async function readMessage(
  connection: Connection,
  channelId: string,
  id: string,
  signal: AbortSignal,
): Promise<Message | null> {
  try {
    return messageSchema.safeParse(await askFor(connection, channelId, id, signal)).data ?? null;
  } catch (error) {
    if (isAboutThis(error)) return null;
    throw error;
  }
}

/** Whether Discord says that a message is not there any more; anything less clear is no. */
export async function isDeleted(
  connection: Connection,
  channelId: string,
  id: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await askFor(connection, channelId, id, signal);
    return false;
  } catch (error) {
    if (isGone(error)) return true;
    if (isAboutThis(error)) return false;
    throw error;
  }
}

/**
 * Id of the first message of the chain of answers that a message of a channel belongs to: its conversation. A deleted
 * message keeps its place in the chain, as Discord shows it.
 *
 * @param onHand messages of the same channel that were just read, by id
 */
export async function rootOf(
  connection: Connection,
  message: Message,
  onHand: ReadonlyMap<string, Message>,
  signal: AbortSignal,
): Promise<string> {
  const { cache } = connection;
  const key = (id: string): string => `root:${id}`;
  const chain = [message.id];
  let root = message.id;
  let at: Message | null = message;
  let asked = 0;
  for (let step = 0; at && step < MAX_STEPS; step++) {
    const parent = answeredBy(at);
    if (parent === null) break;
    root = parent;
    const known: unknown = await cache.get(key(parent));
    if (typeof known === 'string' && known !== '') {
      root = known;
      break;
    }
    const along: Message | null | undefined = onHand.get(parent) ?? referencedOf(at);
    if (along === undefined && ++asked > MAX_ASKED) break;
    at = along === undefined ? await readMessage(connection, at.channel_id, parent, signal) : along;
    chain.push(parent);
  }
  // A message that answers nobody needs no memory.
  if (root !== message.id)
    for (const id of chain) if (id !== root) await cache.set(key(id), root, ROOT_TTL_MS);
  return root;
}

/** The chain's first message as the polls found it; null where they never met it. */
export async function knownRoot(connection: Connection, id: string): Promise<string | null> {
  const known: unknown = await connection.cache.get(`root:${id}`);
  return typeof known === 'string' && known !== '' ? known : null;
}
