import type { Check } from '../domain/check.ts';
import { type Explicit, holdingLines } from '../domain/plan-notice.ts';
import { type Place, placeOf } from '../domain/routing.ts';
import { many } from '../domain/text.ts';
import type { Accepted } from './stage-store.ts';
import { placesLed } from './stages.ts';

/** What the doctor says of plans that managers accepted: what holds, and what leads nowhere any more. */
export function planChecks(
  plans: readonly Accepted[],
  { defaults, explicit, chats }: { defaults: readonly Place[]; explicit: Explicit; chats: readonly string[] },
): readonly Check[] {
  return plans.flatMap((plan) => {
    const lines = holdingLines(plan, placesLed(plan.rules, defaults), explicit);
    const lost = plan.rules
      .flatMap(({ to }) => to ?? [])
      .filter((name) => !chats.includes(placeOf(name).chat));
    const remedy = `Take it back (/potluck plan ${plan.source}) and let Potluck propose anew: /potluck stage ${plan.source} plan.`;
    const troubles = [
      ...(lost.length > 0 ? [`leads to ${[...new Set(lost)].join(', ')}, which is not connected`] : []),
      ...(plan.lost > 0 ? [`has ${many(plan.lost, 'rule')} that this version does not understand`] : []),
    ];
    return [
      {
        ok: true,
        what: `${plan.source}: accepted by ${plan.by.name}. ${lines.join('. ')}`,
        remedy: null,
      },
      ...troubles.map((trouble) => ({
        ok: false,
        what: `${plan.source}: its accepted plan ${trouble}`,
        remedy,
      })),
    ];
  });
}
