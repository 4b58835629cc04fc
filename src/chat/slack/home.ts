import { setMaxListeners } from 'node:events';
import { oneLine } from '../../domain/text.ts';
import { messageOf, RateLimitedError } from '../../errors.ts';
import type { Button, HomeView, KnownBlock } from './block-kit.ts';
import { type Desk, whyForbidden } from './desk.ts';
import { slackCode } from './failures.ts';
import { flowLine, waitingLine } from './figures.ts';
import { actionId } from './ids.ts';
import { cardLines, sourceLines } from './lists.ts';
import type { Clicker } from './people.ts';
import { bold, italic, rich, section, text } from './rich.ts';

/** Items of each list on the Home tab. */
const SHOWN = 8;
/** Least time between two redraws of one person's Home tab, in milliseconds. */
const REDRAW_MS = 10_000;
/**
 * Least time between two redraws of whichever Home tabs, in milliseconds: 60 a minute leave room for those that people
 * ask for, `views.publish` being tier 4 (100 a minute; https://docs.slack.dev/reference/methods/views.publish).
 */
const PACE_MS = 1_000;
/** For so long after somebody looked their Home tab is kept level, in milliseconds. */
const WATCHED_MS = 10 * 60_000;
/** People whose Home tab is kept level at once. */
const MAX_WATCHED = 50;

/** The buttons of the Home tab, by their value. */
export type HomeButton = 'next' | 'refresh' | 'idea' | 'settings';

function homeButton(value: HomeButton, label: string, part: number, primary = false): Button {
  return {
    type: 'button',
    action_id: actionId('home', part),
    value,
    ...(primary ? { style: 'primary' as const } : {}),
    text: { type: 'plain_text', text: label, emoji: false },
  };
}

/** What one person sees on the Home tab: their claims, the queue, today's numbers, the sources. */
async function homeView(desk: Desk, clicker: Clicker): Promise<HomeView> {
  const handlers = desk.handlers();
  const owner = desk.people.personId(clicker.id);
  const { actor } = await desk.people.actor(clicker);
  const [mine, queue, counts, sources, stats, forbidden, { muted }, duty] = await Promise.all([
    handlers.list({ owner, states: ['claimed', 'snoozed'], limit: SHOWN }),
    handlers.list({ states: ['open'], limit: SHOWN }),
    handlers.counts(),
    handlers.sources(),
    handlers.stats('day'),
    whyForbidden(desk, clicker, 'settings'),
    handlers.settings(),
    handlers.run('oncall', {}, { actor, channel: null, tz: null }),
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
        homeButton('next', 'Claim the most urgent', 0, true),
        homeButton('idea', 'New human post', 2),
        homeButton('refresh', 'Refresh', 1),
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
    rich([section(bold('The last 24 hours')), flowLine(stats), waitingLine(stats)]),
    rich([section(text(duty.text))]),
    { type: 'divider' },
    rich([
      section(bold('Where we listen')),
      sourceLines(sources) ?? section(italic('No source is connected yet.')),
    ]),
  ];
  if (forbidden === null) {
    const list = muted.slice(0, 20).map((each) => oneLine(each, 40));
    blocks.push(
      { type: 'divider' },
      rich([
        section(
          bold('Muted words: '),
          text(list.length === 0 ? 'none' : `${list.join(', ')}${muted.length > 20 ? ' …' : ''}`),
        ),
      ]),
      { type: 'actions', elements: [homeButton('settings', 'Settings…', 3)] },
    );
  }
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

interface Watcher {
  readonly clicker: Clicker;
  until: number;
  drawnAt: number;
  /** Whether a redraw is on its way. */
  due: boolean;
  /** Of the view that Slack shows, as far as we know. */
  hash: string | null;
}

export function slackHomes(desk: Desk, job: (work: () => Promise<void>) => void): Homes {
  const watchers = new Map<string, Watcher>();
  const stopped = new AbortController();
  // One waits for each viewer.
  setMaxListeners(MAX_WATCHED + 10, stopped.signal);
  let free = 0;

  async function draw(watcher: Watcher, hash: string | null): Promise<void> {
    const { clicker } = watcher;
    try {
      watcher.hash = await desk.web.publishHome(clicker.id, await homeView(desk, clicker), hash);
    } catch (error) {
      watcher.hash = null;
      // Another view was drawn while this one was made: a newer one, so nothing is missing.
      if (slackCode(error) === 'hash_conflict') return;
      if (error instanceof RateLimitedError) {
        free = Math.max(free, desk.clock.now() + error.retryAfterMs);
        schedule(watcher);
      }
      desk.log.warn({ user: clicker.id, why: messageOf(error) }, 'a Slack Home tab could not be drawn');
    }
  }

  function schedule(watcher: Watcher): void {
    if (watcher.due) return;
    watcher.due = true;
    const now = desk.clock.now();
    const at = Math.max(now, free, watcher.drawnAt + REDRAW_MS);
    free = at + PACE_MS;
    void later(watcher, at - now);
  }

  async function later(watcher: Watcher, ms: number): Promise<void> {
    // Aborted when the chat stops; nothing is lost, the next look draws it.
    const woken = await desk.clock.sleep(ms, stopped.signal).then(
      () => true,
      () => false,
    );
    watcher.due = false;
    if (!woken || watchers.get(watcher.clicker.id) !== watcher) return;
    watcher.drawnAt = desk.clock.now();
    job(() => draw(watcher, watcher.hash));
  }

  return {
    async look(clicker) {
      const now = desk.clock.now();
      for (const [id, watcher] of watchers) if (watcher.until < now) watchers.delete(id);
      const watcher = watchers.get(clicker.id) ?? { clicker, until: 0, drawnAt: 0, due: false, hash: null };
      watcher.until = now + WATCHED_MS;
      watcher.drawnAt = now;
      if (watchers.size < MAX_WATCHED) watchers.set(clicker.id, watcher);
      await draw(watcher, null);
    },
    changed() {
      const now = desk.clock.now();
      for (const [id, watcher] of watchers) {
        if (watcher.until < now) watchers.delete(id);
        else schedule(watcher);
      }
    },
    stop: () => stopped.abort(),
  };
}
