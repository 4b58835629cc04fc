import { messageOf } from '../../errors.ts';
import type { HomeView, KnownBlock } from './block-kit.ts';
import type { Desk } from './desk.ts';
import { actionId } from './ids.ts';
import { cardLines, sourceLines } from './lists.ts';
import type { Clicker } from './people.ts';
import { bold, italic, rich, section, text } from './rich.ts';

/** Items of each list on the Home tab. */
const SHOWN = 8;
/** Least time between two redraws of one person's Home tab, in milliseconds; `views.publish` is tier 4 (100+ a minute). */
const REDRAW_MS = 10_000;
/** For so long after somebody looked their Home tab is kept level, in milliseconds. */
const WATCHED_MS = 10 * 60_000;
/** People whose Home tab is kept level at once. */
const MAX_WATCHED = 50;

/** What one person sees on the Home tab: their claims, the queue, today's numbers, the sources. */
export async function homeView(desk: Desk, clicker: Clicker): Promise<HomeView> {
  const handlers = desk.handlers();
  const owner = desk.people.personId(clicker.id);
  const [mine, queue, counts, sources] = await Promise.all([
    handlers.list({ owner, states: ['claimed', 'snoozed'], limit: SHOWN }),
    handlers.list({ states: ['open'], limit: SHOWN }),
    handlers.counts(),
    handlers.sources(),
  ]);
  const more = (total: number): string => (total > SHOWN ? ` (${SHOWN} of ${total})` : '');
  const blocks: (KnownBlock | null)[] = [
    rich([
      section(bold('With you'), text(more(mine.total))),
      cardLines(mine.cards) ?? section(italic('Nothing. Take the next one?')),
    ]),
    {
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: actionId('home'),
          value: 'next',
          style: 'primary',
          text: { type: 'plain_text', text: 'Claim the most urgent', emoji: false },
        },
        {
          type: 'button',
          action_id: actionId('home', 1),
          value: 'refresh',
          text: { type: 'plain_text', text: 'Refresh', emoji: false },
        },
      ],
    },
    { type: 'divider' },
    rich([
      section(bold('Nobody has these yet'), text(more(queue.total))),
      cardLines(queue.cards) ?? section(italic('Nothing waits. 🎉')),
    ]),
    rich([
      section(
        text(
          `${counts.open} open · ${counts.claimed} claimed · ${counts.snoozed} snoozed · ${counts.answered} answered · ${counts.dismissed} dismissed`,
        ),
      ),
    ]),
    { type: 'divider' },
    rich([
      section(bold('Where we listen')),
      sourceLines(sources) ?? section(italic('No source is connected yet.')),
    ]),
  ];
  return { type: 'home', blocks: blocks.filter((block) => block !== null) };
}

/** Keeps the Home tabs of those who look at them level. */
export interface Homes {
  /** Somebody opened or used their Home tab. */
  look(clicker: Clicker): Promise<void>;
  /** Something changed somewhere: whoever looked lately sees it, each at most every ten seconds. */
  changed(): void;
  stop(): void;
}

export function slackHomes(desk: Desk, job: (work: () => Promise<void>) => void): Homes {
  const watchers = new Map<string, { clicker: Clicker; until: number; drawnAt: number; due: boolean }>();
  const stopped = new AbortController();

  async function draw(clicker: Clicker): Promise<void> {
    try {
      await desk.web.publishHome(clicker.id, await homeView(desk, clicker));
    } catch (error) {
      desk.log.warn({ user: clicker.id, why: messageOf(error) }, 'a Slack Home tab could not be drawn');
    }
  }

  async function later(userId: string, ms: number): Promise<void> {
    // Aborted when the chat stops; nothing is lost, the next look draws it.
    const woken = await desk.clock.sleep(ms, stopped.signal).then(
      () => true,
      () => false,
    );
    const watcher = watchers.get(userId);
    if (!woken || !watcher) return;
    watcher.due = false;
    watcher.drawnAt = desk.clock.now();
    job(() => draw(watcher.clicker));
  }

  return {
    async look(clicker) {
      const now = desk.clock.now();
      for (const [id, watcher] of watchers) if (watcher.until < now) watchers.delete(id);
      const before = watchers.get(clicker.id);
      if (before || watchers.size < MAX_WATCHED)
        watchers.set(clicker.id, {
          clicker,
          until: now + WATCHED_MS,
          drawnAt: now,
          due: before?.due ?? false,
        });
      await draw(clicker);
    },
    changed() {
      const now = desk.clock.now();
      for (const [id, watcher] of watchers) {
        if (watcher.until < now) watchers.delete(id);
        else if (!watcher.due) {
          watcher.due = true;
          void later(id, Math.max(0, watcher.drawnAt + REDRAW_MS - now));
        }
      }
    },
    stop: () => stopped.abort(),
  };
}
