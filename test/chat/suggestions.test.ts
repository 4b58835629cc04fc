import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { DraftSuggestion, Suggestions } from '../../src/chat/chat.ts';
import { withSuggestion } from '../../src/chat/kit/suggestions.ts';
import { withSuggestion as inThePage, suggestionsView } from '../../src/chat/web/client/suggestions.js';
import { HOSTILE_TEXTS, sampleCard } from '../support/cards.ts';
import { testClock } from '../support/clock.ts';
import { type DiscordWorld, discordWorld, privately } from '../support/discord/world.ts';
import { scriptedHandlers } from '../support/handlers.ts';
import { type SlackWorld, slackWorld } from '../support/slack/world.ts';
import { makeWebRoom } from '../support/web-room.ts';

const one = (change: Partial<DraftSuggestion> = {}): DraftSuggestion => ({
  id: 'saved:3',
  kind: 'saved',
  title: 'Saved reply “lid”',
  about: null,
  text: 'Turn it to the left.',
  ...change,
});
const THREE: Suggestions = {
  suggestions: [
    one({
      id: 'similar:4',
      kind: 'similar',
      title: 'Ana answered #4 so',
      about: 'Which way?',
      text: 'Left, Carla.',
    }),
    one(),
    one({ id: 'opening', kind: 'opening', title: 'A beginning', text: 'Hi! ⟦your answer⟧' }),
  ],
  note: null,
  instead: [],
  model: true,
};
const WRITTEN: Suggestions = {
  ...THREE,
  suggestions: [
    one({
      id: 'model:0123456789ab',
      kind: 'model',
      title: 'Draft 1 of scripted, read by nobody yet',
      text: 'Left it goes.',
      remarks: [{ code: 'promise', text: '“Left” is a promise.', kinder: null }],
    }),
    ...THREE.suggestions,
  ],
};
/** What a language model writes comes only when somebody asks for it. */
const onRequest = async (by?: 'model'): Promise<Suggestions> => (by === 'model' ? WRITTEN : THREE);
const foreign = () => sampleCard({ itemId: 7, translate: true });

/** Everything from outside is hostile, and there is as much of it as there can be. */
const WORST = (text: string): Suggestions => ({
  suggestions: (
    ['similar', 'similar', 'similar', 'saved', 'saved', 'saved', 'saved', 'opening'] as const
  ).map((kind, at) =>
    one({ id: `${kind}:${at}`, kind, title: text, about: text, text: `${text}${'\n*_[x](y)'.repeat(400)}` }),
  ),
  note: text,
  instead: Array.from({ length: 10 }, () => ({ by: text, text })),
  model: true,
});

describe('taking a suggestion', () => {
  it('never costs a word that somebody typed, on no platform', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string()), fc.string({ minLength: 1 }), (typed, taken, text) => {
        const next = withSuggestion(typed, taken, one({ text }));
        expect(next).toContain(text);
        if (typed.trim() !== taken?.trim()) expect(next).toContain(typed.trim());
        expect(inThePage(typed, taken, text)).toBe(next);
      }),
    );
    expect(withSuggestion('Left, Carla. ', 'Left, Carla.', one())).toBe('Turn it to the left.');
  });
});

describe('suggestions on Slack', () => {
  let world: SlackWorld;
  afterEach(async () => {
    expect(world.slack.breaches()).toEqual([]);
    expect(world.slack.pings()).toEqual([]);
    await world.close();
  });
  const settled = () => world.chat().settled();
  const view = () => world.ana.view();
  async function press(label: string): Promise<void> {
    await world.ana.pressInView(label);
    await settled();
  }
  async function editing(suggestions: Suggestions): Promise<void> {
    world = await slackWorld();
    world.handlers.setSuggestions(suggestions);
    const card = sampleCard({ itemId: 7 });
    world.handlers.put(card);
    await world.chat().post(world.channel, card, { nonce: 'n7', signal: new AbortController().signal });
    const [message] = world.slack.shown(world.channel);
    if (!message) throw new Error('no card');
    await world.ana.press(message, 'Draft');
    await settled();
  }

  it('come below what is typed, fill the field, and send nothing', async () => {
    await editing(THREE);
    world.ana.type('Your answer', 'Hello!');
    await press('Suggestions…');
    expect(view()?.fields[0]?.value).toBe('Hello!');
    expect(view()?.text).toContain('To: “Which way?”');
    await press('Use 2');
    expect(view()?.fields[0]?.value).toBe('Hello!\n\nTurn it to the left.');
    expect(world.handlers.taken).toEqual(['7 saved:3']);
    expect(world.handlers.acts).toEqual([]);
    // What was filled in is what is shown before it is sent.
    await world.ana.submit();
    await settled();
    expect(view()?.submit).toBe('Send now');
    await world.ana.submit();
    await settled();
    expect(world.handlers.acts.at(-1)?.action).toEqual({
      type: 'send',
      text: 'Hello!\n\nTurn it to the left.',
    });
  });

  it('take each other’s place while nobody changes them', async () => {
    await editing(THREE);
    await press('Suggestions…');
    await press('Use 1');
    expect(view()?.fields[0]?.value).toBe('Left, Carla.');
    await press('Suggestions…');
    await press('Use 2');
    expect(view()?.fields[0]?.value).toBe('Turn it to the left.');
    world.handlers.setSuggestions({ ...THREE, suggestions: [] });
    await press('Suggestions…');
    expect(view()?.buttons).not.toContain('Use 1');
    await press('Save draft, send nothing');
    expect(world.handlers.now(7).draft?.text).toBe('Turn it to the left.');
  });

  it('stay within every limit, whatever they say', async () => {
    await editing(THREE);
    for (const { text } of HOSTILE_TEXTS) {
      world.handlers.setSuggestions(WORST(text));
      await press('Suggestions…');
      expect(view()?.buttons).toContain('Use 8');
    }
    await press('Use 8');
    expect(view()?.text).toContain('There is no room');
  });

  it('are written by a language model on request, with hints, and fill the field like others', async () => {
    await editing(THREE);
    world.handlers.setSuggestions(onRequest);
    world.ana.type('Your answer', 'Hello!');
    await press('Suggestions…');
    expect(view()?.text).not.toContain('Left it goes.');
    await press('Write three drafts');
    expect(view()?.text).toContain('Left it goes.');
    expect(view()?.text).toContain('“Left” is a promise.');
    await press('Use 1');
    expect(view()?.fields[0]?.value).toBe('Hello!\n\nLeft it goes.');
    expect(world.handlers.taken).toEqual(['7 model:0123456789ab']);
    expect(world.handlers.acts).toEqual([]);
  });

  it('include a translation, for the one who asks, where the team does not read the language', async () => {
    world = await slackWorld();
    world.handlers.put(foreign());
    world.handlers.replyWith({ ok: true, text: 'The lid leaks <!channel>' });
    await world.chat().post(world.channel, foreign(), { nonce: 'n7', signal: new AbortController().signal });
    const [message] = world.slack.shown(world.channel);
    if (!message) throw new Error('no card');
    await world.ana.press(message, 'Translate');
    await settled();
    expect(world.handlers.asks.at(-1)?.what).toBe('translate:7');
    expect(world.ana.told().at(-1)).toContain('The lid leaks');
  });

  it('that are gone, or cannot be had, keep the words', async () => {
    await editing(THREE);
    world.ana.type('Your answer', 'Hello!');
    await press('Suggestions…');
    world.handlers.setSuggestions({ ...THREE, suggestions: [] });
    await press('Use 1');
    expect(view()?.text).toContain('That suggestion is gone.');
    expect(view()?.fields[0]?.value).toBe('Hello!');
    world.handlers.setSuggestions(async () => {
      throw new Error('the database is out of order');
    });
    await press('Suggestions…');
    expect(world.ana.told().at(-1)).toContain('Hello!');
  });
});

describe('suggestions on Discord', () => {
  let world: DiscordWorld;
  afterEach(async () => {
    expect(world.server.breaches()).toEqual([]);
    expect(world.server.pings()).toEqual([]);
    await world.close();
  });
  const seen = () => privately(world, world.ana);
  async function drafted(suggestions: Suggestions): Promise<void> {
    world = await discordWorld();
    world.handlers.setSuggestions(suggestions);
    world.handlers.put(sampleCard({ itemId: 7 }));
    await world.ana.command('potluck', 'draft', { item: 7, text: 'Hello!' }, world.channel);
    await world.settle();
    await world.ana.press(seen(), 'Suggestions');
    await world.settle();
  }

  it('open the form with the text below what the draft says; nothing is sent', async () => {
    await drafted(THREE);
    expect(seen().text).toContain('Left, Carla.');
    expect(seen().text).toContain('Only you see this');
    await world.ana.press(seen(), 'Use 2');
    await world.settle();
    expect(world.ana.modal()?.fields.find(({ label }) => label === 'Your answer')?.value).toBe(
      'Hello!\n\nTurn it to the left.',
    );
    expect(world.handlers.taken).toEqual(['7 saved:3']);
    expect(world.handlers.acts.map(({ action }) => action.type)).toEqual(['draft']);
    await world.ana.submit();
    await world.settle();
    expect(world.handlers.now(7).draft?.text).toBe('Hello!\n\nTurn it to the left.');
  });

  it('stay within every limit, whatever they say', async () => {
    await drafted(THREE);
    const [preview] = world.ana.sees(world.channel).filter((each) => each.ephemeral);
    if (!preview) throw new Error('no preview');
    for (const { text } of HOSTILE_TEXTS) {
      world.handlers.setSuggestions(WORST(text));
      await world.ana.press(preview, 'Suggestions');
      await world.settle();
      expect(seen().buttons.map(({ label }) => label)).toContain('Use 6');
    }
    await world.ana.press(seen(), 'Use 1');
    await world.settle();
    expect(world.ana.modal()?.title).toBe('Answer #7');
  });

  it('are written by a language model on request', async () => {
    await drafted(THREE);
    world.handlers.setSuggestions(onRequest);
    await world.ana.press(seen(), 'Write three drafts');
    await world.settle();
    expect(seen().text).toContain('Left it goes.');
    expect(seen().text).toContain('“Left” is a promise.');
    await world.ana.press(seen(), 'Use 1');
    await world.settle();
    expect(world.handlers.taken).toEqual(['7 model:0123456789ab']);
  });

  it('include a translation, for the one who asks, where the team does not read the language', async () => {
    world = await discordWorld();
    world.handlers.put(foreign());
    world.handlers.replyWith({ ok: true, text: 'The lid leaks @everyone' });
    await world.ana.command('potluck', 'show', { item: 7 }, world.channel);
    await world.settle();
    await world.ana.press(seen(), 'Translate');
    await world.settle();
    expect(world.handlers.asks.at(-1)?.what).toBe('translate:7');
    expect(seen().text).toContain('The lid leaks');
    await world.ana.command('potluck', 'show', { item: 7 }, world.channel);
    await world.settle();
    await world.ana.press(seen(), 'Suggestions for an answer…');
    await world.settle();
    expect(seen().text).toContain('Suggestions for #7');
  });

  it('that are gone are said to be', async () => {
    await drafted(THREE);
    const before = seen();
    world.handlers.setSuggestions({ ...THREE, suggestions: [] });
    await world.ana.press(before, 'Use 1');
    await world.settle();
    expect(seen().text).toContain('That suggestion is gone.');
  });
});

describe('suggestions in the web room', () => {
  async function open() {
    const clock = testClock();
    const room = await makeWebRoom({ clock });
    const handlers = scriptedHandlers({ channels: ['team'], now: () => clock.now() });
    handlers.put(sampleCard({ itemId: 3 }));
    handlers.setSuggestions(THREE);
    await room.chat.start(handlers);
    const post = (
      path: string,
      body: object,
      headers: Record<string, string> = { 'x-potluck-actor': 'Ana' },
    ) =>
      room.fetch(
        new Request(`http://127.0.0.1:3000${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
      );
    return { handlers, post };
  }

  it('are given and taken as JSON, by somebody with a name', async () => {
    const { handlers, post } = await open();
    expect(await (await post('/api/items/3/suggestions', {})).json()).toEqual(THREE);
    expect(await (await post('/api/items/3/suggestions/take', { id: 'saved:3' })).json()).toEqual({
      suggestion: THREE.suggestions[1],
    });
    expect(handlers.taken).toEqual(['3 saved:3']);
    handlers.setSuggestions(onRequest);
    expect(await (await post('/api/items/3/suggestions', { by: 'model' })).json()).toEqual(WRITTEN);
    expect((await post('/api/items/3/suggestions', { by: 'magic' })).status).toBe(400);
    expect((await post('/api/items/3/suggestions/take', { id: 'saved:9' })).status).toBe(404);
    expect((await post('/api/items/3/suggestions/take', {})).status).toBe(400);
    expect((await post('/api/items/3/suggestions', {}, {})).status).toBe(400);
  });

  it('are drawn as words, whatever they say', () => {
    for (const { text } of HOSTILE_TEXTS) {
      const drawn = JSON.stringify(suggestionsView(WORST(text), true));
      expect(drawn).toContain('suggestion-take');
      expect(drawn).not.toMatch(/"(?:on\w+|innerHTML|href|src)":/);
    }
    expect(JSON.stringify(suggestionsView(WRITTEN, true))).toContain('“Left” is a promise.');
    expect(suggestionsView('none', false)).toBeNull();
    expect(JSON.stringify(suggestionsView('looking', true))).toContain('Looking…');
  });
});
