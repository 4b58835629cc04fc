import { readFileSync } from 'node:fs';
import Keyv from 'keyv';
import { afterEach, describe, expect, it } from 'vitest';
import { draftInstructions, fenced } from '../../src/domain/drafts/prompt.ts';
import { modelSchema, voiceSchema } from '../../src/domain/drafts/settings.ts';
import { guardedFetch } from '../../src/fetch.ts';
import { createAskModel, MODEL_METER } from '../../src/flow/ask-model.ts';
import { erasePerson } from '../../src/flow/erasure.ts';
import { createModelDrafts } from '../../src/flow/model-drafts.ts';
import { createSuggest } from '../../src/flow/suggest.ts';
import { isForeign, translateDesk } from '../../src/flow/translate.ts';
import { remarksOn } from '../../src/flow/wording.ts';
import { openAiCompatible } from '../../src/models/openai-compatible.ts';
import { type Flow, flow, MINUTE, theirs } from '../support/flow.ts';
import { scriptedSource } from '../support/flow-source.ts';
import { ana, from } from '../support/items.ts';
import { type Attempt, type ModelServer, readMessages, startModelServer } from '../support/model-server.ts';

const ATTEMPTS = JSON.parse(
  readFileSync(new URL('../fixtures/injections/attempts.json', import.meta.url), 'utf8'),
) as readonly Attempt[];
const KEY = 'sk-scripted-0123456789abcdef';
const carla = { id: 'c1', name: 'Carla Meyer', handle: 'carla', url: null, avatarUrl: null };

let server: ModelServer;
afterEach(async () => {
  await server?.close();
  // The next test has one of its own.
  server = undefined as never;
});

interface World extends Flow {
  suggest(itemId: number): ReturnType<ReturnType<typeof createSuggest>['suggest']>;
  take(itemId: number, id: string): ReturnType<ReturnType<typeof createSuggest>['takeSuggestion']>;
  translate(itemId: number): ReturnType<NonNullable<ReturnType<typeof translateDesk>['presses']>[string]>;
  spent(): Promise<number>;
}

const BRAND = { names: ['Simmer'], competitors: [], domains: ['simmer.example'] };

/** The flow with a model that writes on the scripted server. */
async function shop(
  config: Partial<Parameters<typeof modelSchema.parse>[0] & object> = {},
  { source = scriptedSource({ name: 'blog' }) } = {},
): Promise<World> {
  server ??= await startModelServer(ATTEMPTS);
  const world = await flow({ sources: [source] });
  const { store, clock, act, log, sources } = world;
  const settings = modelSchema.parse({ url: server.url, name: 'scripted', key: KEY, ...config });
  const model = openAiCompatible(
    settings,
    guardedFetch({ allowPrivate: true, userAgent: 'test', timeoutMs: settings.timeout, maxBytes: 1_000_000 }),
  );
  let marks = 0;
  const asking = createAskModel({
    model,
    settings,
    store,
    clock,
    zone: 'UTC',
    newMark: () => (++marks).toString(16).padStart(32, 'a'),
    log,
  });
  const drafts = createSuggest({
    store,
    clock,
    sources,
    brand: BRAND,
    settings: { products: [] },
    model: createModelDrafts({
      store,
      asking,
      name: model.name,
      brand: BRAND,
      voice: voiceSchema.parse({ text: 'Warm and short.', do: ['Say you.'], dont: ['Say dear customer.'] }),
      cache: new Keyv({ store: store.keyvStore(), namespace: 'drafts' }),
      secrets: [KEY],
      measure: act.measure,
      remarks: async (item, text) => remarksOn(store, item, text, await act.measure(item.id, text)),
      log,
    }),
  });
  const desk = translateDesk({ store, asking, name: model.name, languages: ['en'] });
  const by = { ...ana, chat: 'web', channel: null, tz: null };
  return Object.assign(world, {
    suggest: (itemId: number) => drafts.suggest(itemId, from(ana), 'model'),
    take: (itemId: number, id: string) => drafts.takeSuggestion(itemId, id, from(ana)),
    translate: async (itemId: number) => {
      const press = desk.presses?.translate;
      if (!press) throw new Error('no such press');
      return press(String(itemId), { ...by, actor: ana });
    },
    spent: async () => (await store.spent(MODEL_METER, '2026-06-02')).dollars ?? 0,
  });
}

async function asks(world: World, text = 'Which way does the lid turn?', id = 'q'): Promise<number> {
  await world.ingest([theirs(id, 1, { conversationId: id, text, author: carla })]);
  return (await world.item(id)).id;
}
const texts = (found: Awaited<ReturnType<World['suggest']>>) =>
  found.suggestions.filter(({ kind }) => kind === 'model').map(({ text }) => text);

describe('drafts of a language model', () => {
  it('are made of the conversation, the person, what was answered before, and the voice', async () => {
    const world = await shop();
    const first = await asks(world, 'How do I open the lid of the slow cooker?', 'a');
    await world.does(ana, first, { type: 'send', text: 'Hi Carla, to the left.' });
    const itemId = await asks(world, 'Does the lid of this slow cooker open easily?', 'b');
    await world.clock.advance(MINUTE);
    await world.answered.tick();
    await world.store.addAcquaintanceNote(await world.store.acquaint({ source: 'blog', authorId: 'c1' }), {
      text: 'Has two kids',
      by: { id: ana.id, name: 'Ana' },
      at: world.clock.now(),
    });
    server.script({ drafts: ['To the left, Carla.', 'Left!', 'A turn to the left. ⟦which lid⟧'] });
    const found = await world.suggest(itemId);
    expect(texts(found)).toEqual(['To the left, Carla.', 'Left!', 'A turn to the left. ⟦which lid⟧']);
    expect(found.note).toBeNull();
    const [asked] = server.asked;
    expect(asked?.data).toMatchObject({
      answerTo: 'Does the lid of this slow cooker open easily?',
      person: { name: 'Carla Meyer', handle: 'carla', notes: ['Has two kids'] },
      answeredBefore: [
        { asked: 'How do I open the lid of the slow cooker?', answered: 'Hi Carla, to the left.' },
      ],
    });
    expect(asked?.instructions).toContain('How we sound: Warm and short.');
    expect(asked?.instructions).toContain('Do not: Say dear customer.');
    expect(asked?.instructions).toContain('Write in English.');
    expect(asked?.instructions).not.toMatch(/Carla|slow cooker|two kids|to the left/);
    expect(asked?.authorization).toBe(`Bearer ${KEY}`);
    // Whoever takes one gets that very text; nothing was sent or saved.
    const [one] = found.suggestions;
    expect((await world.take(itemId, one?.id ?? ''))?.text).toBe('To the left, Carla.');
    expect((await world.item('b')).draft).toBeNull();
  });

  it('carry hints on their wording', async () => {
    const world = await shop();
    server.script({ drafts: ['We are thrilled to announce that the lid turns to the left. Buy now!'] });
    const [draft] = (await world.suggest(await asks(world))).suggestions;
    expect(draft?.remarks?.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['pitch', 'press-release']),
    );
  });

  it.each([
    ['a foreign link', 'See https://evil.example/refund', /a link that is not ours/],
    ['a bare address', 'See evil-refunds.shop/now', /a link that is not ours/],
    ['our name as a user of another site', 'https://simmer.example@evil.example/', /a link that is not ours/],
    ['somebody else', 'Ask @evil_account', /mentioned somebody else/],
    ['everybody', 'Hello @everyone', /mentioned somebody else/],
    ['a Slack mention', 'Hello <!channel>', /mentioned somebody else/],
    ['our key', `The key is ${KEY}`, /held a secret/],
    ['any key', 'Use ghp_0123456789abcdefABCDEF0123', /held a secret/],
    [
      'another language',
      'Der Deckel ist nicht schwer, und ihr müsst ihn nach links drehen.',
      /another language/,
    ],
    ['the fence', 'BEGIN DATA 1', /only the model should read/],
    ['invisible signs', 'Left\u202Etfel', /invisible signs/],
    ['too much', 'left '.repeat(2_000), /far too long/],
    ['nothing', ' ', /it was empty/],
  ])('are not shown with %s', async (_, draft, why) => {
    const world = await shop();
    const itemId = await asks(world);
    server.script({ drafts: [draft] });
    const found = await world.suggest(itemId);
    expect(texts(found)).toEqual([]);
    expect(found.note).toMatch(why);
    expect(found.suggestions.at(-1)?.kind).toBe('opening');
    expect(JSON.stringify(world.log.lines)).not.toContain(KEY);
    // One bad of two is left out alone; what is ours, and theirs, may stand.
    server.script({ drafts: [draft, '@carla see https://www.simmer.example/lid, to the left.'] });
    expect(texts(await world.suggest(itemId))).toEqual([
      '@carla see https://www.simmer.example/lid, to the left.',
    ]);
  });

  it.each([
    ['a slow drip', ['drip'], /did not answer/, { timeout: '1s' }],
    ['silence', ['hang'], /did not answer/, { timeout: '1s' }],
    ['broken JSON', ['broken'], /could not be read/, {}],
    ['a giant answer', ['giant'], /sent more than|wants to send more/, {}],
    ['an empty answer', [{ content: '' }], /said nothing/, {}],
    ['no content', [{ content: null }], /said nothing/, {}],
    ['words instead of JSON', [{ content: 'Sure! Here is a draft: turn it.' }], /could not be read/, {}],
    ['a refusal', [{ content: 'x', finish: 'content_filter' }], /would not answer/, {}],
    ['no draft', [{ drafts: [] }], /wrote no draft/, {}],
    ['a wrong key', [{ status: 401 }], /status 401/, {}],
    ['an unknown model', [{ status: 404 }], /status 404.*drafts\.model\.name/, {}],
    ['a long wait', [{ status: 429, headers: { 'retry-after': '3600' } }], /too much to do/, {}],
  ] as const)('give way to the plain ones after %s, with one line why', async (_, replies, why, config) => {
    const world = await shop(config);
    const itemId = await asks(world);
    server.script(...replies);
    const asking = world.suggest(itemId);
    let found: Awaited<typeof asking> | undefined;
    void asking.then((done) => {
      found = done;
    });
    // Pauses between attempts are on the turned clock; time-outs are the network's own.
    while (!found) await world.clock.advance(1_000);
    expect(found.note).toMatch(why);
    expect(found.suggestions.map(({ kind }) => kind)).toEqual(['opening']);
    expect(JSON.stringify([found, world.log.lines])).not.toContain(KEY);
  });

  it('try again after 429 and 5xx, after the wait that was asked for', async () => {
    const world = await shop();
    const itemId = await asks(world);
    server.script(
      { status: 429, headers: { 'retry-after': '2' } },
      { status: 503 },
      { content: '```json\n{"drafts": ["Left."]}\n```' },
    );
    const asking = world.suggest(itemId);
    const seen = async (count: number): Promise<void> => {
      while (server.asked.length < count || world.clock.sleeping === 0) await world.clock.settle();
    };
    await seen(1);
    await world.clock.advance(1_999);
    expect(server.asked).toHaveLength(1);
    await world.clock.advance(1);
    await seen(2);
    await world.clock.advance(1_000);
    expect(texts(await asking)).toEqual(['Left.']);
    expect(server.asked).toHaveLength(3);
  });

  it('never cost more than a day may: what they could cost is set aside before', async () => {
    const prices = { pricePerMillion: { input: 1_000, output: 1_000 }, maxTokens: 100 };
    const world = await shop({ ...prices, maxCostPerDay: 20 });
    const itemId = await asks(world);
    server.setUsage({ prompt_tokens: 100, completion_tokens: 20 });
    await world.suggest(itemId);
    // What was set aside and not used is given back.
    expect(await world.spent()).toBeCloseTo(0.12, 4);
    // A server that does not count keeps what was set aside.
    server.setUsage(null);
    await world.suggest(itemId);
    const reserved = (await world.spent()) - 0.12;
    expect(reserved).toBeGreaterThan(1);
    // A service that says it did nothing costs nothing.
    server.script({ status: 400 });
    await world.suggest(itemId);
    expect(await world.spent()).toBeCloseTo(0.12 + reserved, 4);
    // Ten at once, with room for fewer: none goes beyond.
    server.script({ drafts: ['Left.'] });
    const before = server.asked.length;
    const found = await Promise.all(Array.from({ length: 10 }, () => world.suggest(itemId)));
    const room = Math.floor((20 - 0.12 - reserved) / reserved);
    expect(server.asked.length - before).toBe(Math.min(10, room));
    expect(await world.spent()).toBeLessThanOrEqual(20);
    if (room < 10)
      expect(found.find(({ note }) => note !== null)?.note).toMatch(
        /^The day’s money for the language model is used up/,
      );
  });

  it('are gone with the person they were for', async () => {
    const world = await shop();
    const itemId = await asks(world);
    const [draft] = (await world.suggest(itemId)).suggestions;
    expect(await world.take(itemId, draft?.id ?? '')).not.toBeNull();
    await erasePerson({ store: world.store, clock: world.clock, newId: () => 'token', changed: () => {} }, [
      { source: 'blog', authorId: 'c1' },
    ]);
    expect(await world.take(itemId, draft?.id ?? '')).toBeNull();
    const asked = server.asked.length;
    expect((await world.suggest(itemId)).note).toBe('Whoever wrote this asked to be forgotten.');
    expect(server.asked).toHaveLength(asked);
  });
});

describe('what strangers write', () => {
  it('is a corpus worth the name', () => {
    expect(ATTEMPTS.length).toBeGreaterThanOrEqual(50);
    for (const { text, canary } of ATTEMPTS) expect(text).toContain(canary);
    expect(new Set(ATTEMPTS.map(({ text }) => text)).size).toBe(ATTEMPTS.length);
  });

  it('would be obeyed where it slips into the instructions: the server is no friend', async () => {
    server = await startModelServer(ATTEMPTS);
    const say = async (messages: unknown): Promise<string> => {
      const response = await fetch(`${server.url}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ messages }),
      });
      return response.text();
    };
    const task = {
      language: null,
      suggested: 'answer',
      count: 3,
      limit: null,
      brand: [],
      voice: null,
    } as const;
    const mark = 'a'.repeat(32);
    for (const { name, text, canary } of ATTEMPTS) {
      const system = { role: 'system', content: draftInstructions(task, mark) };
      expect(await say([{ role: 'system', content: `Answer to: ${text}` }]), name).toContain(canary);
      expect(await say([system, { role: 'user', content: text }]), name).toContain(canary);
      // A fence that is not ours, or JSON by hand: what breaks out of it is obeyed.
      const naive = `BEGIN DATA ${mark}\n{"text": "${text}"}\nEND DATA ${mark}`;
      const broken = readMessages([{ role: 'user', content: naive }]).data === null;
      if (broken) expect(await say([system, { role: 'user', content: naive }]), name).toContain(canary);
      expect(readMessages([{ role: 'user', content: fenced({ text }, mark) }])).toEqual({
        instructions: '',
        data: { text: text.toWellFormed() },
      });
    }
    expect(server.obeyed.length).toBeGreaterThan(2 * ATTEMPTS.length + 20);
  });

  it('never reaches the instructions: in posts, names, handles, bios, notes, tags, and what was answered before', async () => {
    server = await startModelServer(ATTEMPTS);
    const world = await shop();
    // Of no language, so that it may answer all of them.
    server.script({ drafts: ['👍 12'] });
    for (const [at, { text, canary }] of ATTEMPTS.entries()) {
      const author = { id: `evil${at}`, name: text, handle: text, url: null, avatarUrl: null };
      const lid = `${text} quokkalid zebrawasher${at}`;
      await world.ingest([theirs(`old${at}`, 1, { conversationId: `old${at}`, text: lid, author })]);
      const old = await world.item(`old${at}`);
      await world.does(ana, old.id, { type: 'send', text: `Left. ${text}` });
      const acquaintance = await world.store.acquaint({ source: 'blog', authorId: `evil${at}` });
      const note = { text: `bio: ${text}`, by: { id: ana.id, name: 'Ana' }, at: world.clock.now() };
      await world.store.addAcquaintanceNote(acquaintance, note);
      await world.store.tagAcquaintance(acquaintance, canary);
      await world.ingest([
        theirs(`new${at}`, 2, { conversationId: `new${at}`, text: `hm ${lid}`, author }),
        theirs(`more${at}`, 3, { conversationId: `new${at}`, text: lid, author }),
      ]);
    }
    await world.clock.advance(MINUTE);
    await world.answered.tick();
    for (const [at, { name, canary }] of ATTEMPTS.entries()) {
      const item = await world.item(`new${at}`);
      const found = await world.suggest(item.id);
      expect(texts(found), name).toEqual(['👍 12']);
      const asked = server.asked.at(-1);
      expect(asked?.instructions, name).not.toContain(canary);
      expect(JSON.stringify(asked?.data), name).toContain(canary);
      await world.translate(item.id);
    }
    expect(server.obeyed).toEqual([]);
  });
});

describe('translations', () => {
  it('are offered for what the team does not read, and only then', () => {
    const post = (text: string, lang: string | null = null) => theirs('x', 1, { text, lang });
    expect(isForeign(post('Der Deckel ist nicht dicht und ich bin sauer'), ['en'])).toBe(true);
    expect(isForeign(post('Der Deckel ist nicht dicht und ich bin sauer'), ['en', 'de'])).toBe(false);
    expect(isForeign(post('The lid is not tight and I am cross'), ['en'])).toBe(false);
    expect(isForeign(post('Der Deckel ist nicht dicht und ich bin sauer'), [])).toBe(false);
    expect(isForeign(post('🍲'), ['en'])).toBe(false);
  });

  it('are said to be of a machine, metered like drafts, and fail in words', async () => {
    const world = await shop({ pricePerMillion: { input: 1_000, output: 1_000 }, maxCostPerDay: 50 });
    const itemId = await asks(world, 'Der Deckel ist nicht dicht und ich bin sauer', 'de');
    server.script({ content: '{"translation": "The lid leaks <!channel> and I am cross"}' });
    expect(await world.translate(itemId)).toMatchObject({
      ok: true,
      notice: {
        title: `#${itemId} in English: machine translation`,
        blocks: [
          { type: 'quote', text: 'The lid leaks <!channel> and I am cross' },
          { type: 'small', text: expect.stringContaining('By scripted.') },
        ],
      },
    });
    expect(await world.spent()).toBeCloseTo(0.12, 4);
    expect(server.asked[0]?.data).toEqual({ text: 'Der Deckel ist nicht dicht und ich bin sauer' });
    server.script({ content: 'I cannot.' });
    expect(await world.translate(itemId)).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^No translation/),
    });
    server.script({ status: 401 });
    expect((await world.translate(itemId)).text).toMatch(/^No translation: .*status 401/);
    expect(await world.translate(999)).toMatchObject({ ok: false });
  });
});

describe('the doctor', () => {
  const check = async (change: object = {}) => {
    const settings = { url: server.url, name: 'scripted', key: KEY, ...change };
    const model = openAiCompatible(
      settings,
      guardedFetch({ allowPrivate: true, userAgent: 'test', timeoutMs: 2_000, maxBytes: 100_000 }),
    );
    return (await model.check(new AbortController().signal))[0];
  };

  it('says whether the model is there, and what to do', async () => {
    server = await startModelServer();
    expect(await check()).toMatchObject({
      ok: true,
      what: expect.stringContaining('has the model scripted'),
    });
    expect(await check({ name: 'llama' })).toMatchObject({
      ok: false,
      remedy: 'Set drafts.model.name to one that it has: scripted.',
    });
    server.setModels(['llama:latest']);
    expect(await check({ name: 'llama' })).toMatchObject({ ok: true });
    server.setModels([]);
    expect(await check()).toMatchObject({ ok: false, remedy: expect.stringContaining('ollama pull') });
    expect(await check({ url: server.url.replace('/v1', '') })).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('/v1'),
    });
    const { url } = server;
    await server.close();
    expect(await check({ url })).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('Start the model server'),
    });
  });
});
