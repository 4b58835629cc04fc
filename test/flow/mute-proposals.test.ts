import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatHandlers } from '../../src/chat/chat.ts';
import type { DeskPart } from '../../src/flow/desk.ts';
import { createMuteProposals, type MuteProposals } from '../../src/flow/mute-proposals.ts';
import { createNotices } from '../../src/flow/notices.ts';
import { type Flow, flow, HOUR, theirs } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
import { ana, mia } from '../support/items.ts';

let world: Flow;
let handlers: ChatHandlers;
let proposals: MuteProposals;

beforeEach(async () => {
  // The desk is asked later than it is made.
  const part: DeskPart = {
    presses: {
      'mute-idea': (rest, asked) => proposals.part.presses?.['mute-idea']?.(rest, asked) ?? Promise.reject(),
    },
  };
  world = await flow({ sources: [scriptedSource()], desk: [part] });
  const { store, clock, settings, view, log } = world;
  proposals = createMuteProposals({
    store,
    clock,
    settings,
    notices: createNotices({ store, clock, nudge: () => {} }),
    places: [{ chat: 'web', channel: 'team' }],
    own: new Set(['potluck']),
    view,
    leases: { hold: async () => true },
    log,
  });
  handlers = world.handlers('web', ['all', 'team']);
});
afterEach(() => world.store.close());

let count = 0;
async function dismissed(text: string): Promise<void> {
  const id = `c${++count}`;
  const author = { id: `a${count}`, name: `A${count}`, handle: `a${count}`, url: null, avatarUrl: null };
  await world.ingest([theirs(id, 0, { conversationId: id, author, text })]);
  await world.does(ana, (await world.item(id)).id, { type: 'dismiss', reason: 'not-relevant' });
}

const asked = (actor: typeof ana) => ({
  actor: { id: actor.id, name: actor.name, surface: actor.surface },
  channel: null,
  tz: null,
});
const notices = () => handlers.notices(10);

describe('proposals to mute', () => {
  it('are told once, shown, and muted by managers alone', async () => {
    for (const n of [1, 2, 3, 4]) await dismissed(`The giveaway of day ${n}`);
    await Promise.all([proposals.tick(), proposals.tick()]);
    const [told, ...others] = await notices();
    expect(others).toEqual([]);
    expect(told?.notice.title).toBe('Mute posts with “giveaway”?');
    const shown = await handlers.press('mute-idea:show:1', asked(ana));
    expect(shown.cards?.cards).toHaveLength(4);

    expect(await handlers.press('mute-idea:yes:1', asked(ana))).toMatchObject({ ok: false });
    expect((await handlers.settings()).muted).toEqual([]);
    expect(await handlers.press('mute-idea:yes:1', asked(mia))).toEqual({
      ok: true,
      text: `Muted by ${mia.name}.`,
    });
    expect((await handlers.settings()).muted).toEqual(['giveaway']);
    expect(await handlers.press('mute-idea:no:1', asked(mia))).toEqual({
      ok: false,
      text: `Muted by ${mia.name}.`,
    });
    expect(JSON.stringify((await notices())[0]?.notice)).toContain('Muted by');
    expect(await handlers.press('mute-idea:yes:9', asked(mia))).toMatchObject({ ok: false });
    expect(await handlers.press('mute-idea:what', asked(mia))).toMatchObject({ ok: false });
  });

  it('come at most once a day, and not again for sixty days once declined', async () => {
    for (const n of [1, 2, 3, 4]) await dismissed(`The giveaway of day ${n}`);
    for (const n of [1, 2, 3, 4]) await dismissed(`Horoscope number ${n} for you`);
    await proposals.tick();
    const first = (await notices())[0]?.notice.title;
    await handlers.press('mute-idea:no:1', asked(ana));
    await world.clock.advance(23 * HOUR);
    await proposals.tick();
    expect(await notices()).toHaveLength(1);
    await world.clock.advance(2 * HOUR);
    await proposals.tick();
    expect(await notices()).toHaveLength(2);
    for (let day = 0; day < 58; day++) {
      await world.clock.advance(24 * HOUR);
      await proposals.tick();
    }
    const titles = (await notices()).map(({ notice }) => notice.title);
    expect(titles.filter((title) => title === first)).toHaveLength(1);
    await world.clock.advance(48 * HOUR);
    await proposals.tick();
    expect(
      (await notices()).map(({ notice }) => notice.title).filter((title) => title === first).length,
    ).toBe(2);
  });
});
