import type { Clock } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { hemisphereOf, type PromptsConfig, saysTwelveHours } from '../domain/prompts/settings.ts';
import { type Place, placeOf } from '../domain/routing.ts';
import type { Source } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import type { DeskPart } from './desk.ts';
import { createEcho } from './echo.ts';
import { createIdeaBook, type IdeaBook } from './idea-book.ts';
import { ideaDesk } from './idea-desk.ts';
import { createIdeaFacts, type TeamCalendar } from './idea-facts.ts';
import type { Leases } from './leases.ts';
import type { Notices } from './notices.ts';
import { createPrompts, type PromptSettings } from './prompts.ts';
import type { View } from './view.ts';

export interface IdeasDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Null: nothing comes by itself, yet people may ask. */
  readonly config: PromptsConfig | null;
  readonly zone: string;
  /** The team's own days off. */
  readonly holidays: ReadonlySet<Day>;
  /** Where cards go when the configuration does not say. */
  readonly places: readonly Place[];
  readonly calendars: readonly TeamCalendar[];
  readonly sources: ReadonlyMap<string, Source>;
  /** What people call us. */
  readonly names: readonly string[];
  readonly leases: Pick<Leases, 'hold'>;
  readonly notices: Notices;
  readonly newId: () => string;
  readonly changed: (itemIds: readonly number[]) => void;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** Everything about ideas for posts of our own, put together. */
export interface Ideas {
  readonly book: IdeaBook;
  /** What people ask. @param fallback where a card goes when no place of the configuration is in that chat */
  desk(view: View, fallback: (chat: string) => readonly Place[]): DeskPart;
  /** Puts ideas before the team, and tells what came back. Every minute; may run at any time, twice, in several processes. */
  tick(): Promise<void>;
}

const DAY_MS = 86_400_000;

export function createIdeas(deps: IdeasDeps): Ideas {
  const { store, clock, sources, config, zone } = deps;
  const settings = settingsOf(deps);
  const facts = createIdeaFacts({
    ...deps,
    team: (config?.team ?? []).map(({ name, birthday = null, since = null }) => ({ name, birthday, since })),
    countries: config?.countries ?? [],
  });
  const prompts = createPrompts({ ...deps, settings, facts });
  const echo = createEcho({
    ...deps,
    labelOf: (source) => sources.get(source)?.label ?? source,
    afterMs: config?.hearAfter ?? 2 * DAY_MS,
  });
  return {
    book: createIdeaBook({ store, clock, zone, repeatMs: settings.repeatMs, deciding: prompts.deciding }),
    desk: (view, fallback) => ideaDesk({ prompts, settings, sources, clock, view, fallback }),
    async tick() {
      await prompts.tick();
      await echo.tick();
    },
  };
}

function settingsOf({ config, zone, holidays, places }: IdeasDeps): PromptSettings {
  const to = config?.to?.map(placeOf) ?? places;
  return {
    plans: config
      ? config.sources.map(({ name, to: own, cadence }) => ({
          source: name,
          places: own?.map(placeOf) ?? to,
          cadence: cadence ?? config.cadence,
        }))
      : [],
    zone,
    place: config?.place ?? 'the office',
    twelveHours: config !== null && saysTwelveHours(config),
    hemisphere: config ? hemisphereOf(config) : 'north',
    holidays,
    repeatMs: config?.repeatAfter ?? 180 * DAY_MS,
  };
}
