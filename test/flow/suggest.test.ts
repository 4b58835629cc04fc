import { describe, expect, it } from 'vitest';
import { erasePerson } from '../../src/flow/erasure.ts';
import { type Flow, flow, HOUR, MINUTE, ours, theirs } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
import { ana, ben, from, mia } from '../support/items.ts';

const carla = { author: { id: 'c1', name: 'Carla Meyer', handle: 'carla', url: null, avatarUrl: null } };
const dora = { author: { id: 'd1', name: 'Dora', handle: 'dora', url: null, avatarUrl: null } };

async function shop(options: Parameters<typeof flow>[0] = {}): Promise<Flow> {
  return flow({ sources: [scriptedSource({ name: 'blog' })], ...options });
}

/** Carla asked and was answered through Potluck; Dora asks about the same. */
async function twoAsk(world: Flow, answer = 'Hi Carla, the lid goes into the dishwasher, the pot does not.') {
  await world.ingest([
    theirs('a', 1, { conversationId: 'a', text: 'Can the glass lid go into a dishwasher?', ...carla }),
  ]);
  const first = await world.item('a');
  await world.does(ana, first.id, { type: 'send', text: answer });
  await world.ingest([
    theirs('b', 2, { conversationId: 'b', text: 'Will a dishwasher hurt the lid of glass?', ...dora }),
  ]);
  await world.clock.advance(MINUTE);
  await world.answered.tick();
  return { first: await world.item('a'), second: await world.item('b') };
}
const run = async (world: Flow, options: Record<string, string>, by = ana) =>
  world.handlers().run('saved', options, { actor: from(by), channel: 'all', tz: null });

describe('suggestions for a draft', () => {
  it('show what was really sent to others who asked the same, in the name of who asks now', async () => {
    const world = await shop();
    const { first, second } = await twoAsk(world);
    const { suggestions, note } = await world.handlers().suggest(second.id, from(ben));
    expect(note).toBeNull();
    expect(suggestions[0]).toEqual({
      id: `similar:${first.id}`,
      kind: 'similar',
      title: `Ana answered #${first.id} so, 1 minute ago`,
      about: 'Can the glass lid go into a dishwasher?',
      text: 'Hi Dora, the lid goes into the dishwasher, the pot does not.',
    });
    expect(suggestions.at(-1)).toMatchObject({
      kind: 'opening',
      text: expect.stringContaining('⟦your answer⟧'),
    });
    // Looking changes nothing.
    expect(await world.item('b')).toEqual(second);
    expect(await world.handlers().takeSuggestion(second.id, `similar:${first.id}`, from(ben))).toEqual(
      suggestions[0],
    );
  });

  it('also know what was answered in the network’s own app, and nothing that was only marked', async () => {
    const world = await shop();
    await world.ingest([
      theirs('a', 1, { conversationId: 'a', text: 'Is the enamel kettle heavy?', ...carla }),
    ]);
    await world.ingest([ours('us', 2, { conversationId: 'a', text: 'Two kilos, @carla.' })]);
    await world.ingest([
      theirs('m', 2, { conversationId: 'm', text: 'How heavy is an enamel kettle?', ...dora }),
    ]);
    await world.does(ana, (await world.item('m')).id, { type: 'mark-answered' });
    await world.ingest([
      theirs('b', 3, { conversationId: 'b', text: 'The enamel kettle, is it heavy?', ...dora }),
    ]);
    await world.clock.advance(MINUTE);
    await world.answered.tick();
    const { suggestions } = await world.handlers().suggest((await world.item('b')).id, from(ana));
    expect(suggestions.filter(({ kind }) => kind === 'similar').map(({ text }) => text)).toEqual([
      'Two kilos, Dora.',
    ]);
  });

  it('say so when there is nothing good, with the talk and the notes instead', async () => {
    const world = await shop();
    await world.ingest([theirs('b', 1, { text: 'Ποιο καπάκι ταιριάζει στην κατσαρόλα;', ...dora })]);
    const item = await world.item('p1');
    await world.does(ana, item.id, { type: 'note', text: 'Ask Nikos <!channel>' });
    const { suggestions, note, instead } = await world.handlers().suggest(item.id, from(ana));
    expect(suggestions).toEqual([]);
    expect(note).toMatch(/^Nothing that was sent before/);
    expect(instead).toEqual([
      { by: '@dora', text: 'Ποιο καπάκι ταιριάζει στην κατσαρόλα;' },
      { by: 'Note of Ana', text: 'Ask Nikos <!channel>' },
    ]);
    expect((await world.handlers().suggest(999, from(ana))).note).toBe('There is no #999.');
  });

  it('keep quiet about people who were erased, at once and for good', async () => {
    const world = await shop();
    const { first, second } = await twoAsk(world);
    expect(await world.store.countAnswers()).toBe(1);
    await erasePerson({ store: world.store, clock: world.clock, newId: () => 'token', changed: () => {} }, [
      { source: 'blog', authorId: 'c1' },
    ]);
    expect(await world.store.countAnswers()).toBe(0);
    const kinds = async () =>
      (await world.handlers().suggest(second.id, from(ana))).suggestions.map(({ kind }) => kind);
    expect(await kinds()).toEqual(['opening']);
    await world.clock.advance(HOUR);
    await world.answered.tick();
    expect(await kinds()).toEqual(['opening']);
    expect(await world.handlers().takeSuggestion(second.id, `similar:${first.id}`, from(ana))).toBeNull();
  });

  it('are read anew when the ledger changes, once, by one process', async () => {
    const world = await shop();
    const { first, second } = await twoAsk(world);
    await world.does(mia, first.id, { type: 'reopen' });
    await world.does(mia, first.id, { type: 'mark-answered' });
    await world.clock.advance(MINUTE);
    await world.answered.tick();
    await world.answered.tick();
    const { suggestions } = await world.handlers().suggest(second.id, from(ana));
    expect(suggestions[0]?.id).toBe(`similar:${first.id}`);
  });
});

describe('saved replies', () => {
  it('are written, listed, changed and removed from chat', async () => {
    const world = await shop();
    expect(await run(world, {})).toMatchObject({
      ok: true,
      text: expect.stringMatching(/^No reply is saved yet/),
    });
    expect(await run(world, { action: 'add', name: 'sizes', text: 'Hi {name}, {colour}' })).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^I know no placeholder \{colour\}\. There are: \{name\}/),
    });
    expect((await run(world, { action: 'add', name: 'sizes' })).text).toMatch(/^Say the text, too/);
    expect((await run(world, { action: 'add', text: 'x' })).text).toBe('Say which: saved add <name>');
    expect((await run(world, { action: 'add', name: 'sizes', text: 'x'.repeat(3_001) })).ok).toBe(false);
    expect(await run(world, { action: 'add', name: 'Sizes', text: 'Hi {name}, see {link}' })).toMatchObject({
      ok: true,
    });
    expect(await run(world, { action: 'add', name: 'SIZES', text: 'again' })).toMatchObject({
      ok: false,
      text: expect.stringMatching(/is there already/),
    });
    const listed = await run(world, { action: 'list' });
    expect(listed.notice?.blocks[0]).toMatchObject({
      lines: [{ text: 'Sizes: Hi {name}, see {link} – Ana, used 0 times' }],
    });
    // Those of others are for whoever may change settings.
    expect(await run(world, { action: 'edit', name: 'sizes', text: 'Mine' }, ben)).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^“sizes” is by Ana\. Only managers/),
    });
    expect(await run(world, { action: 'edit', name: 'sizes', text: 'Hello {name}' }, mia)).toMatchObject({
      ok: true,
    });
    expect(await run(world, { action: 'remove', name: 'sizes' }, mia)).toMatchObject({
      ok: true,
      text: '“Sizes” is removed. It was: Hello {name}',
    });
    expect((await run(world, { action: 'remove', name: 'sizes' }, mia)).text).toMatch(
      /^There is no saved reply/,
    );
  });

  it('fill themselves, count their uses, and cannot be sent with a gap', async () => {
    const world = await shop({
      suggest: { settings: { products: ['Glass Lid', 'Kettle'], link: 'https://potluck.example/help' } },
    });
    const text = 'Hi {name}, {me} here. The {product}: {link}. {handle} {network} {brand}';
    await run(world, { action: 'add', name: 'lid', text });
    await world.ingest([theirs('p1', 1, { text: 'My glass lid is too loose for a dishwasher?', ...carla })]);
    const item = await world.item('p1');
    const { suggestions } = await world.handlers().suggest(item.id, from(ana));
    const [lid] = suggestions;
    expect(lid).toMatchObject({
      kind: 'saved',
      title: 'Saved reply “lid”',
      text: 'Hi Carla, Ana here. The Glass Lid: https://potluck.example/help. @carla Scripted Potluck',
    });
    for (const _ of [1, 2]) await world.handlers().takeSuggestion(item.id, lid?.id ?? '', from(ana));
    expect((await run(world, {})).notice?.blocks[0]).toMatchObject({
      lines: [{ text: expect.stringMatching(/used 1 time$/) }],
    });

    await world.ingest([theirs('q1', 1, { conversationId: 'q1', text: 'A lid question, again?', ...dora })]);
    const other = await world.item('q1');
    const gappy = await world.handlers().takeSuggestion(other.id, lid?.id ?? '', from(ana));
    expect(gappy?.text).toContain('The ⟦product⟧:');
    const measured = await world.handlers().measure(other.id, gappy?.text ?? '');
    expect(measured?.problem).toBe('Fill in ⟦product⟧ first.');
    const sent = await world.does(ana, other.id, { type: 'send', text: gappy?.text ?? '' });
    expect(sent).toMatchObject({ ok: false, refusal: { text: 'Fill in ⟦product⟧ first.' } });
    expect(await world.handlers().takeSuggestion(other.id, 'saved:999', from(ana))).toBeNull();
    expect(await world.handlers().takeSuggestion(other.id, 'saved:x', from(ana))).toBeNull();
    expect(await world.handlers().takeSuggestion(other.id, 'rm -rf', from(ana))).toBeNull();
  });
});
