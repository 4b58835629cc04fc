import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIncidents, type Incidents, incidentDesk } from '../../src/flow/incidents.ts';
import { createNotices } from '../../src/flow/notices.ts';
import { type Flow, flow, HOUR, MINUTE, theirs } from '../support/flow.ts';
import { ana, ben } from '../support/items.ts';

const LIDS = [
  'complaint my lid cracked after two weeks',
  'complaint the lid cracked in its first week',
  'complaint lid cracked again, cheap glass',
  'complaint cracked lid, glass everywhere',
  'complaint same here: the lid cracked',
  'complaint lid of the pot cracked, glass in the stew',
];

describe('an incident', () => {
  let world: Flow;
  let incidents: Incidents;
  beforeEach(async () => {
    world = await flow();
    incidents = createIncidents({
      store: world.store,
      clock: world.clock,
      notices: createNotices({ store: world.store, clock: world.clock, nudge: () => {} }),
      own: new Set(['potluck']),
      labelOf: (source) => source,
    });
  });
  afterEach(() => world.store.close());

  const complain = (texts: readonly string[], from = 0) =>
    world.ingest(
      texts.map((text, n) =>
        theirs(`l${from + n}`, from + n, {
          conversationId: `l${from + n}`,
          text,
          author: { id: `p${from + n}`, name: `Person ${from + n}`, handle: '', url: null, avatarUrl: null },
        }),
      ),
    );
  const told = async () => (await world.store.newestNotices('web', 10)).map(({ notice }) => notice);
  const cardsOf = async (conversation: string) =>
    (await world.store.cardsOf((await world.item(conversation)).id)).length;
  const desk = () =>
    incidentDesk({
      store: world.store,
      view: world.view,
      act: world.act,
      incidents,
      changed: (ids) => void world.changed.push(...ids),
    });
  const press = async (label: string, actor = ana) => {
    const [notice] = await told();
    const button = notice?.buttons.find((each) => each.label === label);
    const rest = button?.press.replace(/^incident:/, '') ?? '';
    return desk().presses?.incident?.(rest, { actor, channel: 'all', tz: null, chat: 'web' });
  };

  it('is one card with its members; those that come later have none of their own', async () => {
    await complain(LIDS.slice(0, 3));
    await incidents.level();
    expect(await told()).toEqual([]);
    await complain(LIDS.slice(3), 3);
    await incidents.level();
    const [notice, ...more] = await told();
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ tone: 'red' });
    expect(notice?.title).toMatch(/^6 similar complaints.*lid/);
    expect(await Promise.all(['l0', 'l2', 'l3', 'l5'].map(cardsOf))).toEqual([1, 1, 0, 0]);
    const other = theirs('x', 9, { conversationId: 'x', text: 'complaint my parcel never arrived' });
    await world.ingest([other]);
    expect(await cardsOf('x')).toBe(1);
  });

  it('delivered twice is the same incident', async () => {
    await complain(LIDS);
    await complain(LIDS);
    await incidents.level();
    expect((await told())[0]?.title).toMatch(/^6 similar/);
  });

  it('shows all, and is claimed as a whole, but for what others have', async () => {
    await complain(LIDS);
    await incidents.level();
    await world.does(ben, (await world.item('l1')).id, { type: 'claim' });
    const shown = await press('Show all');
    expect(shown?.cards?.cards).toHaveLength(6);
    expect(await press('Claim all')).toMatchObject({
      ok: true,
      text: '5 of them are yours. 1 is with colleagues already.',
    });
    expect((await world.item('l1')).owner?.id).toBe(ben.id);
    expect((await world.item('l5')).owner?.id).toBe(ana.id);
  });

  it('is green when all are done, takes in who comes soon after, and ends', async () => {
    await complain(LIDS);
    await incidents.level();
    for (let n = 0; n < 6; n++)
      await world.does(ana, (await world.item(`l${n}`)).id, { type: 'dismiss', reason: 'elsewhere' });
    await incidents.level();
    expect((await told())[0]).toMatchObject({ tone: 'green', buttons: [] });
    await world.clock.advance(30 * MINUTE);
    await complain(['complaint and my lid cracked, too'], 20);
    await incidents.level();
    expect((await told())[0]?.title).toMatch(/^7 similar/);
    await world.does(ana, (await world.item('l20')).id, { type: 'dismiss', reason: 'elsewhere' });
    await world.clock.advance(3 * HOUR);
    await incidents.level();
    expect(await world.store.openIncidents(9)).toEqual([]);
    await complain(['complaint lid cracked'], 30);
    expect(await cardsOf('l30')).toBe(1);
  });

  it('comes apart when a person says so, and is not put together again', async () => {
    await complain(LIDS);
    await incidents.level();
    expect(await press('They are not related')).toMatchObject({ ok: true });
    expect(await Promise.all(['l0', 'l3', 'l5'].map(cardsOf))).toEqual([1, 1, 1]);
    await complain(['complaint lid cracked here', 'complaint lid cracked there'], 40);
    expect(await Promise.all(['l40', 'l41'].map(cardsOf))).toEqual([1, 1]);
    expect(await press('They are not related')).toMatchObject({ ok: false });
  });
});
