import type { Answer } from '../chat/chat.ts';
import { dayIn } from '../domain/calendar.ts';
import type { Notice, NoticeBlock } from '../domain/notice.ts';
import type { Suggestion } from '../domain/prompts/choose.ts';
import { ideasNow } from '../domain/prompts/decide.ts';
import { LIBRARY } from '../domain/prompts/library.ts';
import type { Place } from '../domain/routing.ts';
import type { Source } from '../sources/source.ts';
import type { DeskAsked, DeskPart } from './desk.ts';
import { askedSlot } from './idea-book.ts';
import type { PromptSettings, Prompts } from './prompts.ts';
import type { View } from './view.ts';
import { accountOf, canPublish } from './way-out.ts';

const SHOWN = 3;

export interface IdeaDeskDeps {
  readonly prompts: Pick<Prompts, 'deciding' | 'make'>;
  readonly settings: PromptSettings;
  readonly sources: ReadonlyMap<string, Source>;
  readonly clock: { now(): number };
  readonly view: View;
  /** Where the card goes when none of the configured places is in the chat that asks. */
  readonly fallback: (chat: string) => readonly Place[];
}

/** What people ask about ideas: three that fit now, each with a button that makes a card of it. */
export function ideaDesk(deps: IdeaDeskDeps): DeskPart {
  const { settings, sources, prompts, clock } = deps;

  /** The source that is meant: the one that was named, else the first that ideas are set up for, else any. */
  function sourceFor(name: string | undefined): Source | string {
    const open = [...sources.values()].filter(canPublish);
    if (open.length === 0) return 'No source that is connected lets us publish a post of our own.';
    const wanted = name?.trim().toLowerCase() ?? '';
    if (wanted === '')
      return (
        open.find((source) => settings.plans.some((plan) => plan.source === source.name)) ?? open[0] ?? ''
      );
    const names = open.map((source) => source.name).join(', ');
    return (
      open.find((source) => source.name === wanted) ??
      `Nothing can be published there. Choose one of: ${names}.`
    );
  }

  async function ideas(options: Readonly<Record<string, string>>): Promise<Answer> {
    const source = sourceFor(options.source);
    if (typeof source === 'string') return { ok: false, text: source };
    const found = ideasNow(await prompts.deciding(source.name), SHOWN);
    if (found.length === 0)
      return { ok: true, text: 'No idea fits today; the others rest. Write one of your own.' };
    const notice = ideasNotice(found, source);
    return { ok: true, text: notice.title, notice };
  }

  async function make(rest: string, asked: DeskAsked): Promise<Answer> {
    const [verb, name = '', id = ''] = rest.split(':');
    const source = sources.get(name);
    const idea = LIBRARY.find((each) => each.id === id);
    if (verb !== 'make' || !source || !canPublish(source) || !idea)
      return { ok: false, text: 'That idea is of another version of Potluck. Ask for ideas anew.' };
    const slot = askedSlot(idea.id, dayIn(clock.now(), settings.zone));
    const deciding = await prompts.deciding(source.name);
    // It rests from the moment somebody took it: asked again today it is found by its slot.
    const resting = new Set([...deciding.resting].filter((each) => each !== idea.id));
    const suggestion = ideasNow({ ...deciding, resting }, LIBRARY.length).find(
      (each) => each.idea.id === idea.id,
    );
    if (!suggestion) return { ok: false, text: 'That idea does not fit any more. Ask for ideas anew.' };
    const places = placesFor(source.name, asked);
    const { item, fresh } = await prompts.make(suggestion, {
      source: source.name,
      slot,
      places,
      by: asked.actor,
    });
    const text = fresh
      ? `#${item.id} is yours. Nothing is public before somebody sends it.`
      : `That is #${item.id} already.`;
    return { ok: true, text, cards: { title: text, cards: [await deps.view.card(item)], total: 1 } };
  }

  function placesFor(source: string, { chat }: DeskAsked): readonly Place[] {
    const set = settings.plans.find((plan) => plan.source === source)?.places ?? [];
    return set.some((place) => place.chat === chat) ? set : [...set, ...deps.fallback(chat)];
  }

  return { commands: { ideas }, presses: { ideas: make } };
}

function ideasNotice(found: readonly Suggestion[], source: Source): Notice {
  return {
    title: 'Ideas for a post of ours',
    tone: 'grey',
    blocks: [
      ...found.flatMap(({ text, reason }, at): NoticeBlock[] => [
        { type: 'text', text: `${at + 1}. ${reason}` },
        { type: 'quote', text },
      ]),
      {
        type: 'small',
        text: `A card is yours, to be changed until it is true. It would go out from ${accountOf(source)}; nothing is public before somebody sends it.`,
      },
    ],
    buttons: found.map(({ idea }, at) => ({
      press: `ideas:make:${source.name}:${idea.id}`,
      label: `Card of ${at + 1}`,
      ...(at === 0 ? { style: 'primary' as const } : {}),
    })),
    mention: [],
  };
}
