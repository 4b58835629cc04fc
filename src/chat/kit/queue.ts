import type { Card } from '../../domain/card.ts';
import type { ActResult, ChatHandlers } from '../chat.ts';

/** How many of the most urgent are tried: somebody else may take one in the same moment. */
const TRIES = 5;

/** Claims the most urgent open item; null when nothing waits. */
export async function claimMostUrgent(
  handlers: ChatHandlers,
  claim: (card: Card) => Promise<ActResult>,
): Promise<ActResult | null> {
  const { cards } = await handlers.list({ states: ['open'], order: 'urgency', limit: TRIES });
  let last: ActResult | null = null;
  for (const card of cards) {
    last = await claim(card);
    if (last.ok || last.refusal.code !== 'already-claimed') return last;
  }
  return last;
}
