import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../src/chat/chat.ts';
import type { Actor } from '../../src/domain/item.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { birthdaysBetween } from '../../src/flow/birthdays.ts';
import { createDesk, type DeskPart } from '../../src/flow/desk.ts';
import { createNotices } from '../../src/flow/notices.ts';
import { runPerson } from '../../src/flow/person-cli.ts';
import { createPersonDesk } from '../../src/flow/person-desk.ts';
import { createPrivacyDesk } from '../../src/flow/privacy-desk.ts';
import { createThanks, type ThanksDesk } from '../../src/flow/thanks.ts';
import { type Flow, flow, HOUR, theirs } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
import { ana, from, mia } from '../support/items.ts';

const DAY = 24 * HOUR;
let world: Flow;
let thanks: ThanksDesk;
let desk: ReturnType<ReturnType<typeof createDesk>>;
let count = 0;

beforeEach(async () => {
  world = await flow({ sources: [scriptedSource()] });
  const { store, clock, view, sources, policy, log } = world;
  const changed = (ids: readonly number[]): void => void world.changed.push(...ids);
  const people = { store, clock, view, sources, zone: 'UTC', changed, newId: () => `unique-${++count}` };
  const notices = createNotices({ store, clock, nudge: () => {} });
  thanks = createThanks({ ...people, notices, places: [{ chat: 'slack', channel: 'C1' }] });
  const parts: DeskPart[] = [createPersonDesk(people), createPrivacyDesk(people), thanks];
  desk = createDesk({ policy, log }, parts)('web');
});
afterEach(() => world.store.close());

const run = (who: Actor, command: string, options: Record<string, string> = {}): Promise<Answer> =>
  desk.run(command, options, { actor: from(who), channel: null, tz: null });
const press = (who: Actor, what: string): Promise<Answer> =>
  desk.press(what, { actor: from(who), channel: null, tz: null });

const authors = {
  mira: { id: 'mira', name: 'Mira Lindqvist', handle: 'mira.example', url: null, avatarUrl: null },
  mirko: { id: 'mirko', name: 'Mirko', handle: 'mirko', url: null, avatarUrl: null },
  m2: {
    id: 'm2',
    name: 'Mira',
    handle: '@mira@social.example',
    url: 'https://social.example/@mira',
    avatarUrl: null,
  },
};
const by = (who: keyof typeof authors, id: string, change: Parameters<typeof theirs>[2] = {}) =>
  theirs(id, 0, { conversationId: id, author: authors[who], ...change });
async function met(): Promise<void> {
  await world.ingest([by('mira', 'a'), by('mira', 'b'), by('mirko', 'c')]);
  await world.ingest([by('m2', 'n', { source: 'news' })], { source: 'news' });
}

function said(notice: Notice | undefined): string {
  return (notice?.blocks ?? [])
    .flatMap((block) => {
      if (block.type === 'list') return block.lines.map(({ text }) => text);
      return block.type === 'figures' ? [] : [block.text];
    })
    .join('\n');
}
const buttons = (answer: Answer): readonly string[] =>
  (answer.notice?.buttons ?? []).map((each) => each.press);

describe('somebody outside', () => {
  it('is told in full, by name, handle or number of an item; who may be several is asked back', async () => {
    await met();
    await run(ana, 'note-person', { author: '@mira.example', text: 'has two kids' });
    await run(ana, 'birthday', { author: 'mira lindqvist', day: '4 June 1990' });
    await run(ana, 'tag', { author: '#1', tag: '#VIP' });
    const answer = await run(ana, 'person', { author: 'blog:mira' });
    expect(answer).toMatchObject({ ok: true, notice: { title: 'Mira Lindqvist', tone: 'grey' } });
    const text = said(answer.notice);
    for (const piece of [
      '@mira.example on Scripted',
      '2 conversations, 2 posts · first met 2026-06-01',
      'Birthday: 4 June 1990 (birthday in 2 days)',
      'Tags: vip',
      'Question – still open',
      'has two kids – Ana, just now',
    ])
      expect(text).toContain(piece);
    const several = await run(ana, 'person', { author: 'mir' });
    expect(several).toMatchObject({ ok: false, notice: { title: 'Whom do you mean?' } });
    expect(buttons(several)).toHaveLength(3);
    expect((await press(ana, buttons(several)[0] ?? '')).ok).toBe(true);
    expect(await run(ana, 'person', { author: 'nobody at all' })).toMatchObject({ ok: false });
    expect(await run(ana, 'person', { author: '#99' })).toMatchObject({ ok: false });
  });

  it('is remembered with what is readable, and refused with words for what is not', async () => {
    await met();
    expect(await run(ana, 'birthday', { author: 'mirko', day: '31 June' })).toMatchObject({ ok: false });
    expect(await run(ana, 'note-person', { author: 'mirko', text: ' ' })).toMatchObject({ ok: false });
    expect(await run(ana, 'tag', { author: 'mirko', tag: '#' })).toMatchObject({ ok: false });
    expect(await run(ana, 'untag', { author: 'mirko', tag: 'vip' })).toMatchObject({ ok: false });
    await run(ana, 'tag', { author: 'mirko', tag: 'vip' });
    expect((await run(ana, 'tag', { author: 'mirko', tag: 'VIP' })).text).toBe('@mirko has “vip” already.');
    expect((await run(ana, 'untag', { author: 'mirko', tag: 'VIP' })).ok).toBe(true);
    expect((await run(ana, 'birthday', { author: 'mirko', day: 'none' })).ok).toBe(true);
  });

  it('has their open cards drawn again when something is written down, and closed ones left alone', async () => {
    await met();
    await world.does(ana, 2, { type: 'mark-answered' });
    const [open, closed] = [await world.item('a'), await world.item('b')];
    await run(ana, 'note-person', { author: '@mira.example', text: 'has two kids' });
    expect((await world.item('a')).version).toBe(open.version + 1);
    expect((await world.item('b')).version).toBe(closed.version);
    expect((await world.view.card(await world.item('a'))).author.known).toContain('note: has two kids');
  });

  it('is perhaps the same as another, which people decide, and is remembered either way', async () => {
    await met();
    const first = await run(ana, 'person', { author: '@mira.example' });
    expect(said(first.notice)).toContain('@mira@social.example on news: the same handle');
    // Nothing is linked by itself.
    expect(said(first.notice)).toContain('2 conversations, 2 posts');
    const [link = '', apart = ''] = buttons(first);
    expect((await press(ana, apart)).notice?.buttons).toEqual([]);
    expect(buttons(await run(ana, 'person', { author: '@mira.example' }))).toEqual([]);
    const linked = await press(ana, link);
    expect(said(linked.notice)).toContain('3 conversations, 3 posts');
    const unlink = buttons(linked).at(-1) ?? '';
    expect(unlink).toMatch(/^person:unlink:\d+$/);
    expect((await press(ana, unlink)).ok).toBe(true);
    expect((await press(ana, unlink)).ok).toBe(false);
    expect((await run(ana, 'link', { author: '@mira.example', other: 'news:m2' })).ok).toBe(true);
    // Both accounts answer to the name now: it means one person.
    expect((await run(ana, 'person', { author: 'mira' })).ok).toBe(true);
    expect((await run(ana, 'unlink', { author: 'news:m2' })).ok).toBe(true);
  });

  it('may want to hear nothing: everybody may say so, a manager takes it back', async () => {
    await met();
    await run(ana, 'do-not-contact', { author: '@mira.example', reason: 'asked by mail' });
    expect((await world.view.card(await world.item('a'))).warning).toContain('asked by mail');
    expect(await run(ana, 'person', { author: '@mira.example' })).toMatchObject({ notice: { tone: 'red' } });
    expect(await run(ana, 'do-not-contact', { author: '@mira.example', reason: 'off' })).toMatchObject({
      ok: false,
    });
    expect(await run(mia, 'do-not-contact', { author: '@mira.example', reason: 'off' })).toMatchObject({
      ok: true,
    });
    expect((await world.view.card(await world.item('a'))).warning).toBeNull();
  });

  it('has a birthday that is found by day, unless they want no contact', async () => {
    await met();
    await run(ana, 'birthday', { author: '@mira.example', day: '29 Feb 2000' });
    await run(ana, 'birthday', { author: 'mirko', day: '1 Mar' });
    const between = async (start: string, end: string) =>
      (await birthdaysBetween(world.store, start, end)).map(({ called, day, age }) => [called, day, age]);
    expect(await between('2027-02-27', '2027-03-05')).toEqual([
      ['@mira.example', '2027-02-28', 27],
      ['@mirko', '2027-03-01', null],
    ]);
    expect(await between('2028-02-29', '2028-02-29')).toEqual([['@mira.example', '2028-02-29', 28]]);
    expect(await between('2026-12-30', '2027-02-28')).toEqual([['@mira.example', '2027-02-28', 27]]);
    await run(ana, 'do-not-contact', { author: '@mira.example' });
    expect(await between('2027-02-27', '2027-02-28')).toEqual([]);
  });
});

describe('privacy', () => {
  it('is for managers: a file of everything, and an erasure that is shown before it is done', async () => {
    await met();
    await run(ana, 'note-person', { author: 'mirko', text: 'has a parrot' });
    for (const command of ['export-person', 'erase-person'])
      expect(await run(ana, command, { author: 'mirko' })).toMatchObject({ ok: false });
    const { file } = await run(mia, 'export-person', { author: 'mirko' });
    expect(JSON.parse(new TextDecoder().decode(file?.bytes))).toMatchObject({
      accounts: [{ authorId: 'mirko', posts: [{ id: 'c' }], items: [{ item: { id: 3 } }] }],
      notes: [{ text: 'has a parrot' }],
    });
    const shown = await run(mia, 'erase-person', { author: 'mirko' });
    expect(said(shown.notice)).toContain('mirko on blog: 1 post, 1 item');
    const [yes = ''] = buttons(shown);
    expect(await press(ana, yes)).toMatchObject({ ok: false });
    expect((await world.store.post('blog', 'c'))?.text).toContain('question');
    // What was shown is what goes.
    await run(ana, 'link', { author: 'mirko', other: 'news:m2' });
    expect((await press(mia, yes)).text).toContain('Ask for the erasure again');
    await run(ana, 'unlink', { author: 'news:m2' });
    expect((await press(mia, yes)).text).toMatch(/^Erased: 1 post, 1 item/);
    expect(await world.store.post('blog', 'c')).toBeNull();
    expect(await press(mia, yes)).toMatchObject({ ok: false, text: 'That person is no longer stored.' });
    expect(await run(ana, 'person', { author: 'mirko' })).toMatchObject({ ok: false });
  });

  it('works from the terminal, and never by mistake', async () => {
    await met();
    let printed = '';
    const saved = new Map<string, string>();
    const cli = async (...args: string[]): Promise<boolean> => {
      printed = '';
      const { store, clock } = world;
      return runPerson(
        {
          store,
          clock,
          newId: () => `unique-${++count}`,
          print: (text) => {
            printed += text;
          },
          save: (path, bytes) => void saved.set(path, new TextDecoder().decode(bytes)),
        },
        args,
      );
    };
    for (const wrong of [
      [],
      ['erase'],
      ['forget', 'mirko'],
      ['export', 'mirko', '--out'],
      ['erase', 'mirko', '--now'],
    ])
      expect(await cli(...wrong)).toBe(false);
    expect(printed).toContain('npm run person -- erase');
    expect(await cli('export', 'mirko', '--out', 'm.json')).toBe(true);
    expect(saved.get('m.json')).toContain('"mirko"');
    expect(await cli('export', 'blog:mirko')).toBe(true);
    expect(JSON.parse(printed)).toMatchObject({ accounts: [{ authorId: 'mirko' }] });
    expect(await cli('erase', 'mir')).toBe(false);
    expect(printed).toContain('blog:mirko');
    expect(await cli('erase', 'mirko')).toBe(false);
    expect(printed).toContain('Nothing was erased');
    expect(await cli('erase', 'mirko', '--yes')).toBe(true);
    expect(await cli('erase', 'mirko', '--yes')).toBe(false);
    expect(printed).toContain('Nobody called “mirko”');
  });
});

describe('thanks', () => {
  const told = async (): Promise<readonly Notice[]> =>
    (await world.store.newestNotices('slack', 50)).map(({ notice }) => notice).reverse();
  const praises = (who: keyof typeof authors, ...ids: string[]) =>
    ids.map((id) => by(who, id, { text: 'thanks, the lid is wonderful', createdAt: world.clock.now() }));

  it('are proposed on working days, one a day and two a week, and once a season; in two processes too', async () => {
    // Tuesday noon.
    expect(new Date(world.clock.now()).getUTCDay()).toBe(2);
    await world.ingest([...praises('mira', 'p1', 'p2'), ...praises('mirko', 'p3', 'p4')]);
    await world.ingest(
      ['x1', 'x2'].map((id) => by('m2', id, { text: 'thanks for it', createdAt: world.clock.now() })),
    );
    for (let days = 0; days < 6; days++) {
      await Promise.all([thanks.tick(), thanks.tick()]);
      expect(await told()).toHaveLength(Math.min(2, days + 1));
      await world.clock.advance(DAY);
    }
    // Monday: the third.
    await thanks.tick();
    expect(await told()).toHaveLength(3);
    for (let days = 0; days < 20; days++) {
      await world.clock.advance(DAY);
      await thanks.tick();
    }
    expect(await told()).toHaveLength(3);
  });

  it('are claimed by one person, who says them; or put off', async () => {
    await world.ingest([...praises('mira', 'p1', 'p2')]);
    await thanks.tick();
    const [proposal] = await told();
    expect(said(proposal)).toContain('@mira.example on Scripted – praised us twice');
    const [take = '', later = ''] = (proposal?.buttons ?? []).map((each) => each.press);
    expect((await press(ana, take)).ok).toBe(true);
    expect(await press(mia, take)).toMatchObject({ ok: false, text: 'Ana took that already.' });
    expect(await press(mia, later)).toMatchObject({ ok: false });
    const [settled] = await told();
    expect(said(settled)).toContain('Ana says thank you.');
    expect(settled?.buttons).toEqual([]);
  });

  it('are never proposed for who wants no contact, at night, or on a Sunday', async () => {
    await world.ingest([...praises('mira', 'p1', 'p2')]);
    await run(ana, 'do-not-contact', { author: '@mira.example' });
    await thanks.tick();
    await run(mia, 'do-not-contact', { author: '@mira.example', reason: 'off' });
    await world.clock.advance(12 * HOUR);
    await thanks.tick();
    await world.clock.advance(4.5 * DAY);
    expect(new Date(world.clock.now()).getUTCDay()).toBe(0);
    await thanks.tick();
    expect(await told()).toEqual([]);
    await world.clock.advance(DAY);
    await thanks.tick();
    expect(await told()).toHaveLength(1);
  });

  it('name nobody who was erased since', async () => {
    await world.ingest([...praises('mira', 'p1', 'p2')]);
    await thanks.tick();
    const [yes = ''] = buttons(await run(mia, 'erase-person', { author: '@mira.example' }));
    expect((await press(mia, yes)).ok).toBe(true);
    const [proposal] = await world.store.newestNotices('slack', 5);
    expect(JSON.stringify(proposal)).not.toMatch(/mira/i);
    expect(proposal?.version).toBe(2);
    const [take = ''] = (proposal?.notice.buttons ?? []).map((each) => each.press);
    expect(await press(ana, take)).toMatchObject({ ok: false });
  });

  it('are asked for as a list with reasons', async () => {
    expect((await run(ana, 'advocates')).text).toContain('Nobody yet');
    await world.ingest([...praises('mira', 'p1', 'p2')]);
    expect(said((await run(ana, 'advocates')).notice)).toContain(
      '@mira.example on Scripted – praised us twice',
    );
  });
});
