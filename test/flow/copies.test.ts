import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatHandlers } from '../../src/chat/chat.ts';
import type { DeskPart } from '../../src/flow/desk.ts';
import { createIncidents, type Incidents, incidentDesk } from '../../src/flow/incidents.ts';
import { createNotices } from '../../src/flow/notices.ts';
import { type Flow, flow, HOUR, theirs } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
import { ana, verdict } from '../support/items.ts';

const PRESS =
  'The new slow cooker of Potluck, made in Ghent, is on sale from the first of March in all of Europe';

let world: Flow;
let handlers: ChatHandlers;
let incidents: Incidents;

beforeEach(async () => {
  let desk: DeskPart = {};
  const late: DeskPart = {
    presses: { incident: (rest, asked) => desk.presses?.incident?.(rest, asked) ?? Promise.reject() },
  };
  world = await flow({
    sources: [scriptedSource()],
    desk: [late],
    triage: ({ text }) =>
      verdict({
        kinds: [text.includes('?') ? 'question' : text.startsWith('complaint') ? 'complaint' : 'mention'],
        answerDue: true,
      }),
  });
  const { store, clock, view, act } = world;
  incidents = createIncidents({
    store,
    clock,
    notices: createNotices({ store, clock, nudge: () => {} }),
    own: new Set(['potluck']),
    labelOf: (name) => name,
  });
  desk = incidentDesk({ store, view, act, incidents, changed: () => {} });
  handlers = world.handlers();
});
afterEach(() => world.store.close());

async function posted(id: string, text: string, author = id): Promise<number> {
  await world.ingest([
    theirs(id, 0, {
      conversationId: id,
      text,
      author: { id: author, name: author, handle: author, url: null, avatarUrl: null },
    }),
  ]);
  return (await world.item(id)).id;
}
const cards = async (id: number): Promise<number> => (await world.store.cardsOf(id)).length;
const asked = { actor: { id: ana.id, name: ana.name, surface: ana.surface }, channel: null, tz: null };

describe('the same text from many', () => {
  it('is one card with its members, each still an item of its own; whoever asks has a card, too', async () => {
    const [first, second, third, fourth] = [
      await posted('x', PRESS),
      await posted('y', `${PRESS}!`),
      await posted('z', `${PRESS} :)`),
      await posted('v', PRESS),
    ];
    const question = await posted('q', `${PRESS}?`);
    const other = await posted('o', 'Something else that is about a pot of mine and its lid');
    expect(await Promise.all([first, second, third, fourth, question, other].map(cards))).toEqual([
      1, 1, 0, 0, 1, 1,
    ]);
    expect((await world.store.item(fourth))?.reasons.at(-1)).toEqual({
      code: 'copy',
      text: 'the same text as 3 others in an hour: first by @x',
    });
    expect((await world.store.item(fourth))?.state).toBe('open');

    await incidents.level();
    const [told, ...more] = await handlers.notices(9);
    expect(more).toEqual([]);
    expect(told?.notice.title).toBe('The same text 5 times in an hour, first by x');
    expect((await handlers.press('incident:show:1', asked)).cards).toMatchObject({
      title: 'The same text',
      total: 5,
    });
    await handlers.press('incident:split:1', asked);
    expect(await Promise.all([third, fourth].map(cards))).toEqual([1, 1]);
    expect(await cards(await posted('w', PRESS))).toBe(1);
  });

  it('is not what one person says twice, what is a day old, or a complaint', async () => {
    await posted('a', PRESS, 'one');
    await posted('b', PRESS, 'one');
    expect(await cards(await posted('c', PRESS, 'one'))).toBe(1);
    await world.clock.advance(25 * HOUR);
    for (const id of ['d', 'e']) expect(await cards(await posted(id, PRESS))).toBe(1);
    for (const id of ['f', 'g', 'h']) await posted(id, `complaint: ${PRESS}`);
    expect(await world.store.openIncidents(9)).toEqual([]);
  });

  it('is seen by every process', async () => {
    const { store, clock } = world;
    const second = await flow({
      store,
      clock,
      sources: [scriptedSource()],
      triage: () => verdict({ kinds: ['mention'], answerDue: true }),
    });
    await posted('x', PRESS);
    await second.ingest([
      theirs('y', 0, {
        conversationId: 'y',
        text: PRESS,
        author: { id: 'y', name: 'y', handle: 'y', url: null, avatarUrl: null },
      }),
    ]);
    expect(await cards(await posted('z', PRESS))).toBe(0);
  });
});
