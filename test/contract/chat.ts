import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActResult, Chat, ChatAction, PostOptions, TellOptions } from '../../src/chat/chat.ts';
import type { Card, CardAction } from '../../src/domain/card.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { AuthError, RateLimitedError, RejectedError, UnavailableError } from '../../src/errors.ts';
import {
  ACTIONS,
  arbitraryCard,
  arbitraryNotice,
  closedCard,
  HOSTILE_TEXTS,
  hostileCard,
  ideaCard,
  NOON,
  sampleCard,
} from '../support/cards.ts';
import type { ScriptedHandlers } from '../support/handlers.ts';
import { FRIENDLY, talkingTeam, type Wording } from '../support/notices.ts';

/** A person of the team on the fake platform. */
export interface Member {
  readonly name: string;
  /** The actor id that handlers must see when this person acts. */
  readonly actorId: string;
}

/** One message (or card) as a person sees it, after the platform rendered its markup. */
export interface ShownCard {
  /** The platform's own identity of the message: an edit keeps it. */
  readonly id: string;
  /**
   * Every visible word, rendered: markup that acts has lost its signs (`*a*` shown bold is `a`), entities are decoded,
   * a mention that pings is its name. One line of text a line.
   */
  readonly text: string;
  /** What the buttons and menus offer, in their order. */
  readonly actions: readonly CardAction[];
  /** Every address a click opens, with the words it hides behind. */
  readonly links: readonly { readonly text: string; readonly url: string }[];
  /** The item version that the message's buttons carry; null where the platform cannot know. */
  readonly version: number | null;
}

/** What may go wrong on the platform, at its next call. */
export type Fault =
  | { readonly kind: 'rate-limit'; readonly retryAfterMs: number }
  | { readonly kind: 'auth' }
  | { readonly kind: 'gone-channel' }
  | { readonly kind: 'down' };

/** A fresh adapter, started, connected to a fake platform and to scripted handlers. */
export interface ChatWorld {
  readonly chat: Chat;
  readonly handlers: ScriptedHandlers;
  /** A channel in which the bot may write; `handlers.channels()` holds it. */
  readonly channel: string;
  /** Two people who see that channel. */
  readonly ana: Member;
  readonly bo: Member;
  /** What everybody in the channel sees, oldest first. */
  shown(): Promise<readonly ShownCard[]>;
  /**
   * The person uses that card's button for the action, fills in what the platform asks for, and submits; resolves when
   * the platform has nothing more to deliver. `send` is done the way a person does it: draft editor, preview, Send.
   */
  click(who: Member, card: ShownCard, action: ChatAction): Promise<void>;
  /**
   * The person presses a button, or chooses a line of a menu, of a message by what it says; absent where notices are shown
   * by the platform's own page.
   */
  press?(who: Member, card: ShownCard, label: string): Promise<void>;
  /** Actor ids of those who were notified because a notice named them. */
  mentioned?(): readonly string[];
  /** What is said in the thread of a message, rendered. */
  thread?(card: ShownCard): Promise<readonly string[]>;
  /** The sizes of the files that were uploaded, in bytes. */
  uploads?(): readonly number[];
  /** What this person alone was told since the world began, rendered as in {@link ShownCard.text}. */
  told(who: Member): Promise<readonly string[]>;
  /** Everybody who was notified by name, and every broadcast, since the world began; must stay empty. */
  pings(): readonly string[];
  /** What the platform would have refused or cut (limits), since the world began; must stay empty. */
  breaches(): readonly string[];
  /** Lets time pass on the platform and in the adapter (rate limits, tokens): milliseconds. */
  pass(ms: number): Promise<void>;
  /** The process dies and comes back: a new adapter on the same platform, started with the same handlers. */
  restart(): Promise<Chat>;
  /** Which faults this platform can have; empty where there is nothing that could fail. */
  readonly faults: readonly Fault[];
  /** The platform's next call ends like this (`auth` and `gone-channel` last). */
  fail(fault: Fault): Promise<void>;
  /** Somebody deletes the message on the platform; absent where that is impossible. */
  remove?(card: ShownCard): Promise<void>;
  /** Every log line so far, as text. */
  logged(): string;
  /** Tokens that must never be in a log line or on a card. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

export interface ChatContractOptions {
  /** Cards that the property test posts; default 40. */
  readonly runs?: number;
}

/** What must hold for every chat. `makeWorld` is called before each test. */
export function chatContract(
  name: string,
  makeWorld: () => Promise<ChatWorld>,
  { runs = 40 }: ChatContractOptions = {},
): void {
  describe(`${name} keeps the chat contract`, () => {
    let world: ChatWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(async () => {
      const { secrets } = world;
      const seen = [world.logged(), ...(await world.shown().catch(() => [])).map((card) => card.text)].join(
        '\n',
      );
      await world.close();
      for (const secret of secrets)
        expect(seen.includes(secret), 'a secret is in the log or on a card').toBe(false);
    });

    const only = async (): Promise<ShownCard> => {
      const shown = await world.shown();
      expect(shown).toHaveLength(1);
      const [card] = shown;
      if (!card) throw new Error('nothing is shown');
      return card;
    };
    const post = async (card: Card): Promise<string> => {
      world.handlers.put(card, [world.channel]);
      return world.chat.post(world.channel, card, options(card));
    };
    const update = async (ref: string, card: Card): Promise<string> => {
      world.handlers.put(card, [world.channel]);
      await world.pass(world.chat.channelIntervalMs);
      return world.chat.update(ref, card, options(card));
    };

    describe('cards', () => {
      it('shows what a person needs to decide', async () => {
        const card = sampleCard({
          owner: { id: 'test:cleo', name: 'Cleo' },
          state: 'claimed',
          actions: ACTIONS.claimed,
          sample: true,
          warning: 'Look at the conversation first.',
          conversation: {
            posts: [
              {
                id: 'a',
                author: 'Old Friend',
                text: 'an earlier word',
                at: NOON - 9e6,
                ours: false,
                url: null,
              },
            ],
            omitted: 2,
          },
        });
        const ref = await post(card);
        expect(ref.length).toBeGreaterThan(0);
        expect(ref.length).toBeLessThanOrEqual(500);
        const { text, links } = await only();
        for (const wanted of [
          'Question',
          'Bluesky',
          'Mira Lindqvist',
          '3rd time here; last: praised the new recipe, answered by Ana',
          'Does the slow cooker lid survive the dishwasher?',
          'an earlier word',
          'asks something',
          'Answer the question',
          'Cleo',
          'Look at the conversation first.',
        ])
          expect(text).toContain(wanted);
        expect(text.toLowerCase()).toContain('sample');
        expect(links.map((link) => link.url)).toContain(card.url);
      });

      it('offers exactly the buttons of each state', async () => {
        let ref: string | null = null;
        for (const [version, state] of (['open', 'claimed', 'snoozed'] as const).entries()) {
          const card = sampleCard({
            state,
            version: version + 1,
            snoozedUntil: state === 'snoozed' ? NOON + 3_600_000 : null,
            owner: state === 'open' ? null : { id: 'test:cleo', name: 'Cleo' },
          });
          ref = ref === null ? await post(card) : await update(ref, card);
          expect(offered((await only()).actions)).toEqual(offered(card.actions));
        }
      });

      it('edits in place: one message, not two', async () => {
        const card = sampleCard();
        const ref = await post(card);
        const before = await only();
        const claimed = sampleCard({
          version: 2,
          state: 'claimed',
          owner: { id: 'test:cleo', name: 'Cleo' },
          actions: ACTIONS.claimed,
        });
        await update(ref, claimed);
        const after = await only();
        expect(after.id).toBe(before.id);
        expect(after.text).toContain('Cleo');
        expect(before.text).not.toContain('Cleo');
      });

      it('edits a card of before the restart', async () => {
        const ref = await post(sampleCard());
        const chat = await world.restart();
        const next = sampleCard({ version: 2, text: 'The newer words of the customer.' });
        world.handlers.put(next, [world.channel]);
        await chat.update(ref, next, options(next));
        expect((await only()).text).toContain('The newer words of the customer.');
      });

      it('shrinks a closed card to one line that says how it ended, and grows it again', async () => {
        const ref = await post(sampleCard({ text: 'A long question that nobody needs any more.' }));
        const closed = closedCard({ version: 2, text: 'A long question that nobody needs any more.' });
        await update(ref, closed);
        const shrunk = await only();
        expect(shrunk.text.trim().split('\n')).toHaveLength(1);
        expect(shrunk.text).toContain('Answered by Ana');
        expect(shrunk.text.length).toBeLessThan(400);
        expect(shrunk.links.map((link) => link.url)).toContain(closed.closing?.url);
        await update(ref, sampleCard({ version: 3, followUp: true, text: 'One more thing.' }));
        expect((await only()).text).toContain('One more thing.');
      });

      it('never shows two when the process died between sent and saved', async () => {
        const card = sampleCard();
        await post(card);
        const chat = await world.restart();
        const { signal } = new AbortController();
        const found = chat.find ? await chat.find(world.channel, card.itemId, NOON - 60_000, signal) : null;
        if (chat.find) expect(found).not.toBeNull();
        const newer = sampleCard({ version: 2, text: 'The words after the crash.' });
        world.handlers.put(newer, [world.channel]);
        if (found === null) await chat.post(world.channel, newer, options(newer));
        else await chat.update(found, newer, options(newer));
        expect((await only()).text).toContain('The words after the crash.');
      });

      it('does not find what was never posted', async () => {
        await post(sampleCard({ itemId: 7 }));
        if (!world.chat.find) return;
        const { signal } = new AbortController();
        expect(await world.chat.find(world.channel, 70, NOON - 60_000, signal)).toBeNull();
      });

      it('survives that somebody deletes the message: shown once again, or given up', async (test) => {
        if (!world.remove) return test.skip();
        const ref = await post(sampleCard());
        await world.remove(await only());
        const next = sampleCard({ version: 2 });
        const outcome = await update(ref, next).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(RejectedError);
        else expect(await world.shown()).toHaveLength(1);
        expect((await world.shown()).length).toBeLessThanOrEqual(1);
      });
    });

    describe('hostile text', () => {
      it.each(HOSTILE_TEXTS)('is inert: $name', async ({ text }) => {
        const card = hostileCard(text, { owner: null });
        const ref = await post(card);
        const shown = await only();
        expectInert(world, card, shown);
        // What a reader sees is what was written: no sign was eaten by markup.
        const written = plain(text).slice(0, 60);
        expect(plain(shown.text)).toContain(written);
        const closed = hostileCard(text, {
          version: 2,
          state: 'answered',
          actions: ACTIONS.answered,
          closing: { line: `Answered by ${text.slice(0, 300)}`, by: text.slice(0, 300), at: NOON, url: null },
        });
        await update(ref, closed);
        const shrunk = await only();
        expectInert(world, closed, shrunk);
        expect(shrunk.text.trim().split('\n')).toHaveLength(1);
      });

      it('is inert and within the limits on any card', async () => {
        let next = 1;
        await fc.assert(
          fc.asyncProperty(arbitraryCard(), async (drawn) => {
            const card = { ...drawn, itemId: next++ };
            await world.pass(world.chat.channelIntervalMs);
            await post(card);
            const shown = (await world.shown()).at(-1);
            expect(world.breaches()).toEqual([]);
            expect(world.pings()).toEqual([]);
            if (shown) expectInert(world, card, shown);
          }),
          { numRuns: runs, endOnFailure: true },
        );
        for (const shown of await world.shown()) expect(shown.text).not.toMatch(BIDI_OVERRIDE);
      }, 180_000);
    });

    describe('people', () => {
      const cases: readonly {
        readonly name: string;
        readonly state: 'open' | 'claimed';
        readonly action: ChatAction;
      }[] = [
        { name: 'claims', state: 'open', action: { type: 'claim' } },
        { name: 'dismisses', state: 'open', action: { type: 'dismiss', reason: 'spam', words: 'a flood' } },
        {
          name: 'drafts',
          state: 'claimed',
          action: { type: 'draft', text: 'Hello *Mira* <3 & welcome @all' },
        },
        {
          name: 'sends',
          state: 'claimed',
          action: { type: 'send', text: 'Yes, it does. <b>Bon appétit</b> & bye' },
        },
      ];
      it.each(cases)('$name: the flow is asked once, by the right person', async ({ state, action }) => {
        await post(sampleCard({ state, owner: state === 'claimed' ? owner(world.ana) : null }));
        await world.click(world.ana, await only(), action);
        // Where a form is gone once it was sent, the text is kept as the draft before its preview is shown.
        const [request, ...others] = world.handlers.acts.filter(
          (each) => each.action.type !== 'draft' || action.type === 'draft',
        );
        expect(others).toEqual([]);
        expect(world.handlers.acts.length).toBeLessThanOrEqual(action.type === 'send' ? 2 : 1);
        for (const each of world.handlers.acts) expect(each.actor.id).toBe(world.ana.actorId);
        expect(request?.itemId).toBe(7);
        expect(request?.actor.id).toBe(world.ana.actorId);
        expect(request?.actor.name).toBe(world.ana.name);
        expect(request?.actor.surface).toBe(world.chat.kind);
        expect(request?.action).toMatchObject(action);
        expect(world.pings()).toEqual([]);
      });

      it.each([
        { type: 'another' },
        { type: 'not-today' },
        { type: 'dismiss', reason: 'not-for-us', words: null },
      ] as const)('decides about an idea of ours: $type', async (action) => {
        const card = ideaCard();
        await post(card);
        const shown = await only();
        expect(offered(shown.actions)).toEqual(offered(card.actions));
        expect(shown.text).toContain('Potluck suggests');
        // It stands there once: a suggestion that nobody changed is no draft to be compared with.
        expect(shown.text.split('What would you bring?')).toHaveLength(2);
        await world.click(world.bo, shown, action);
        expect(world.handlers.acts).toHaveLength(1);
        expect(world.handlers.acts[0]).toMatchObject({
          itemId: 7,
          action: action.type === 'dismiss' ? { type: 'dismiss', reason: 'not-for-us' } : action,
          actor: { id: world.bo.actorId },
        });
        expect(world.breaches()).toEqual([]);
      });

      it('tells a refusal to the person who asked, and to nobody else', async () => {
        const card = sampleCard();
        await post(card);
        world.handlers.answerWith(() =>
          refusal(card, 'already-claimed', 'Already claimed by <!channel> @everyone Cleo.'),
        );
        await world.click(world.bo, await only(), { type: 'claim' });
        expect((await world.told(world.bo)).map(plain).join('\n')).toContain(
          plain('Already claimed by <!channel> @everyone Cleo.'),
        );
        expect(await world.told(world.ana)).toEqual([]);
        expect((await only()).text).not.toContain('Already claimed by');
        expect(world.pings()).toEqual([]);
      });

      it('answers a stale click with how the item stands', async () => {
        const ref = await post(sampleCard());
        const stale = await only();
        await update(ref, closedCard({ version: 2 }));
        await world.click(world.bo, stale, { type: 'claim' });
        expect((await world.told(world.bo)).join('\n')).toContain('#7 is already marked as answered by Ana');
        expect(world.handlers.acts[0]?.seenVersion ?? stale.version).toBe(stale.version);
      });

      it('keeps the words of a draft that came too late', async () => {
        const card = sampleCard({ state: 'claimed', owner: owner(world.ana) });
        await post(card);
        world.handlers.answerWith(() => refusal(card, 'closed', '#7 is already answered by Cleo, just now.'));
        await world.click(world.ana, await only(), {
          type: 'draft',
          text: 'Words that took me ten minutes.',
        });
        const told = (await world.told(world.ana)).join('\n');
        expect(told).toContain('#7 is already answered by Cleo');
        expect(told).toContain('Words that took me ten minutes.');
      });

      it('says so when the flow fails, and keeps its inner words to itself', async () => {
        await post(sampleCard());
        world.handlers.answerWith(() => Promise.reject(new Error('SQLITE_BUSY at /srv/potluck')));
        await world.click(world.ana, await only(), { type: 'claim' });
        const told = (await world.told(world.ana)).join('\n');
        expect(told).not.toBe('');
        expect(told).not.toContain('SQLITE_BUSY');
      });
    });

    describe('notices', () => {
      const notice: Notice = {
        title: 'Hand-over: Bo is on call',
        tone: 'yellow',
        blocks: [
          { type: 'text', text: 'Ana had it until now.' },
          { type: 'heading', text: 'Still open' },
          {
            type: 'list',
            lines: [{ text: 'Where is my lid?', itemId: 12, url: 'https://social.example/1' }],
          },
          {
            type: 'figures',
            figures: [{ label: 'waiting', value: '3', note: '2 yesterday', press: 'test:waiting' }],
          },
          { type: 'quote', text: 'It never leaks.', by: 'Mira', url: null },
          { type: 'small', text: 'Counted since midnight.' },
        ],
        buttons: [
          { press: 'test:take:12', label: 'Take over', style: 'primary' },
          { press: 'test:take:12', label: 'Twice the same' },
        ],
        mention: [],
      };
      const telling = (noticeId: number, thread: string | null = null): TellOptions => ({
        noticeId,
        nonce: `n${noticeId}`,
        thread,
        picture: null,
        signal: new AbortController().signal,
      });
      const tell = async (what: Notice, noticeId = 1): Promise<string> => {
        if (!world.chat.tell) throw new Error('it tells nothing');
        return world.chat.tell(world.channel, what, telling(noticeId));
      };

      it('says everything once, and pings nobody that it does not name', async (test) => {
        if (!world.chat.tell) return test.skip();
        await tell(notice);
        const { text, links } = await only();
        for (const wanted of [
          'Hand-over: Bo is on call',
          'Ana had it until now.',
          'Still open',
          '#12',
          'Where is my lid?',
          '3 waiting',
          '2 yesterday',
          'It never leaks.',
          'Mira',
          'Counted since midnight.',
        ])
          expect(text).toContain(wanted);
        expect(links.map(({ url }) => url)).toContain('https://social.example/1');
        expect([...world.pings(), ...(world.mentioned?.() ?? [])]).toEqual([]);
        expect(world.breaches()).toEqual([]);
      });

      it('names those who are meant, once, and those of other platforms not at all', async (test) => {
        if (!world.chat.tell || !world.chat.retell) return test.skip();
        const named = { ...notice, mention: [world.bo.actorId, 'elsewhere:1'] };
        const ref = await tell(named);
        await world.pass(world.chat.channelIntervalMs);
        await world.chat.retell(ref, { ...named, title: 'Hand-over: Bo has taken it' }, telling(1));
        expect(world.mentioned?.()).toEqual([world.bo.actorId]);
        expect((await only()).text).toContain('Bo has taken it');
        expect(world.breaches()).toEqual([]);
      });

      it('asks the flow what a button and a line behind a figure want, and answers that person alone', async (test) => {
        if (!world.chat.tell || !world.press) return test.skip();
        await tell(notice);
        world.handlers.replyWith({ ok: true, text: 'You are on call now.' });
        await world.press(world.bo, await only(), 'Take over');
        world.handlers.replyWith({
          ok: true,
          text: '',
          cards: { title: 'Waiting', cards: [sampleCard({ itemId: 77 })], total: 3 },
        });
        await world.press(world.bo, await only(), 'waiting: 3');
        expect(world.handlers.asks.map(({ what, asked }) => [what, asked.actor.id])).toEqual([
          ['test:take:12', world.bo.actorId],
          ['test:waiting', world.bo.actorId],
        ]);
        const told = (await world.told(world.bo)).join('\n');
        expect(told).toContain('You are on call now.');
        expect(told).toContain('#77');
        expect(await world.told(world.ana)).toEqual([]);
        expect(await world.shown()).toHaveLength(1);
        expect(world.breaches()).toEqual([]);
      });

      it('says it in the thread of a card', async (test) => {
        if (!world.chat.tell || !world.thread) return test.skip();
        const ref = await post(sampleCard());
        await world.pass(world.chat.channelIntervalMs);
        await world.chat.tell(
          world.channel,
          { ...notice, title: 'Nobody has answered yet' },
          telling(2, ref),
        );
        const [card] = await world.shown();
        if (!card) throw new Error('nothing is shown');
        expect((await world.thread(card)).join('\n')).toContain('Nobody has answered yet');
        expect(world.breaches()).toEqual([]);
      });

      it('shows a picture, and says what is on it to those who do not see it', async (test) => {
        if (!world.chat.tell || !world.chat.retell || !world.thread) return test.skip();
        const picture = { mime: 'image/png', bytes: Buffer.from('89504e470d0a1a0a00', 'hex') };
        const drawn = { ...notice, picture: { id: 'p', alt: 'Twelve new, nine answered <!channel>' } };
        const ref = await world.chat.tell(world.channel, drawn, { ...telling(1), picture });
        await world.pass(world.chat.channelIntervalMs);
        await world.chat.retell(ref, { ...drawn, title: 'Corrected' }, { ...telling(1), picture });
        const [shown] = await world.shown();
        if (!shown) throw new Error('nothing is shown');
        const seen = [shown.text, ...(await world.thread(shown))].join('\n');
        expect(seen).toContain('Twelve new, nine answered <!channel>');
        expect(world.uploads?.()).toContain(picture.bytes.length);
        expect(world.pings()).toEqual([]);
        expect(world.breaches()).toEqual([]);
      });

      it('hands a file to the one who asked for it', async (test) => {
        if (!world.chat.tell || !world.press) return test.skip();
        await tell(notice);
        const bytes = Buffer.from('{"posts":[]}');
        const file = { name: 'export.json', mime: 'application/json', bytes };
        world.handlers.replyWith({ ok: true, text: 'Everything we hold about Mira.', file });
        await world.press(world.bo, await only(), 'Take over');
        expect((await world.told(world.bo)).join('\n')).toContain('Everything we hold about Mira.');
        expect(world.uploads?.()).toContain(bytes.length);
        expect(await world.told(world.ana)).toEqual([]);
        expect(world.breaches()).toEqual([]);
      });

      it('finds what was said just before a crash, in a channel and in a thread', async (test) => {
        if (!world.chat.tell || !world.chat.findNotice) return test.skip();
        const card = await post(sampleCard());
        await world.pass(world.chat.channelIntervalMs);
        const inThread = await world.chat.tell(world.channel, notice, telling(8, card));
        await world.pass(world.chat.channelIntervalMs);
        const said = await tell(notice, 9);
        const chat = await world.restart();
        const { signal } = new AbortController();
        const find = (id: number, thread: string | null) =>
          chat.findNotice?.(world.channel, id, thread, NOON - 60_000, signal);
        expect(await find(9, null)).toBe(said);
        expect(await find(8, card)).toBe(inThread);
        expect(await find(10, null)).toBeNull();
        expect(await find(9, card)).toBeNull();
      });

      it('hands the picture of an answer to the one who asked for it', async (test) => {
        if (!world.chat.tell || !world.press) return test.skip();
        await tell(notice);
        const bytes = Buffer.from('89504e470d0a1a0a0011', 'hex');
        world.handlers.picture = async (id) => (id === 'chart-1' ? { mime: 'image/png', bytes } : null);
        const drawn = { ...notice, picture: { id: 'chart-1', alt: 'Twelve new, nine answered <!channel>' } };
        world.handlers.replyWith({ ok: true, text: '', notice: drawn });
        await world.press(world.bo, await only(), 'Take over');
        expect(world.uploads?.()).toContain(bytes.length);
        expect(await world.told(world.ana)).toEqual([]);
        // One that is gone from the store leaves its words.
        world.handlers.replyWith({
          ok: true,
          text: '',
          notice: { ...drawn, picture: { id: 'gone', alt: 'Ten new' } },
        });
        await world.press(world.bo, await only(), 'Take over');
        expect((await world.told(world.bo)).join('\n')).toContain('Ten new');
        expect(await world.shown()).toHaveLength(1);
        expect([...world.pings(), ...(world.mentioned?.() ?? [])]).toEqual([]);
        expect(world.breaches()).toEqual([]);
      });

      it('says what the flow really says: whole, inert, and naming nobody but those who are meant', async (test) => {
        if (!world.chat.tell) return test.skip();
        const onCall = world.bo.actorId;
        const evil = fc.constantFrom(...HOSTILE_TEXTS.map(({ text }) => text.slice(0, 400)));
        const anything = fc.record({ author: evil, words: evil, colleague: evil });
        let next = 1;
        const says = async (wording: Omit<Wording, 'onCall'>): Promise<readonly Notice[]> => {
          const team = await talkingTeam({ ...wording, onCall });
          try {
            const asked = await Promise.all(
              (['day', 'week'] as const).map((window) => team.ask('digest', { window })),
            );
            const said = [...team.spoken, ...asked.flatMap(({ notice: digest }) => digest ?? [])];
            const all = [...new Map(said.map((each) => [shapeOf(each), each])).values()];
            const meant = all.filter(({ mention }) => mention.includes(onCall)).length;
            const before = world.mentioned?.().length ?? 0;
            for (const each of all) {
              await world.pass(world.chat.channelIntervalMs);
              await tell(each, next++);
            }
            expect(world.breaches()).toEqual([]);
            expect(world.pings()).toEqual([]);
            expect(world.mentioned?.().slice(before)).toEqual(Array(meant).fill(onCall));
            return all;
          } finally {
            await team.store.close();
          }
        };
        const all = await says(FRIENDLY);
        const shown = (await world.shown()).map(({ text }) => text).join('\n');
        const kinds = [
          /On call \(first\): Ben/,
          /Urgent: complaint/,
          /5 similar complaints/,
          /attention budget/,
          /How to go on with Forum/,
          /came in meanwhile/,
          /Nobody has taken this yet/,
          /waits for an answer/,
          /Back in the queue/,
          /has waited for too long/,
          /Daily digest/,
          /Weekly council/,
        ];
        for (const kind of kinds) {
          expect(all.map(({ title }) => title)).toContainEqual(expect.stringMatching(kind));
          expect(shown).toMatch(kind);
        }
        await fc.assert(
          fc.asyncProperty(anything, async (wording) => void (await says(wording))),
          { numRuns: 1 },
        );
      }, 180_000);

      it('keeps hostile words inert and every limit', async (test) => {
        if (!world.chat.tell) return test.skip();
        let next = 1;
        await fc.assert(
          fc.asyncProperty(arbitraryNotice(), async (drawn) => {
            await world.pass(world.chat.channelIntervalMs);
            await tell(drawn, next++);
            expect(world.breaches()).toEqual([]);
            expect([...world.pings(), ...(world.mentioned?.() ?? [])]).toEqual([]);
            const shown = (await world.shown()).at(-1);
            expect(shown?.text).not.toMatch(BIDI_OVERRIDE);
          }),
          { numRuns: Math.min(runs, 25), endOnFailure: true },
        );
      }, 180_000);
    });

    describe('trouble', () => {
      it('turns what the platform says into the errors the flow knows', async (test) => {
        if (world.faults.length === 0) return test.skip();
        for (const fault of world.faults) {
          const fresh = await makeWorld();
          try {
            const card = sampleCard();
            fresh.handlers.put(card, [fresh.channel]);
            await fresh.fail(fault);
            const error = await fresh.chat.post(fresh.channel, card, options(card)).then(
              () => null,
              (thrown: unknown) => thrown,
            );
            expectFault(fault, error);
            if (fault.kind === 'auth') expect(fresh.chat.health().state).toBe('down');
            if (fault.kind === 'auth') expect(fresh.chat.health().detail).not.toBeNull();
            for (const secret of fresh.secrets) expect(`${error} ${fresh.logged()}`).not.toContain(secret);
          } finally {
            await fresh.close();
          }
        }
      });

      it('does nothing once the signal has aborted', async () => {
        const card = sampleCard();
        const signal = AbortSignal.abort(new Error('stopping'));
        await expect(world.chat.post(world.channel, card, { ...options(card), signal })).rejects.toThrow();
        expect(await world.shown()).toHaveLength(0);
      });

      it('tells its health, checks itself, and stops promptly, twice if need be', async () => {
        expect(world.chat.health().state).toBe('up');
        const checks = await world.chat.check(new AbortController().signal, [world.channel]);
        expect(checks.length).toBeGreaterThan(0);
        for (const check of checks) expect(check).toMatchObject({ ok: true, remedy: null });
        const pending = post(sampleCard()).catch(() => null);
        const began = performance.now();
        await world.chat.stop();
        await world.chat.stop();
        expect(performance.now() - began).toBeLessThan(3_000);
        await pending;
        expect(world.chat.health().state).not.toBe('up');
      });
    });
  });
}

/** Reminders of the same sort differ in the name alone: one of each is enough. */
function shapeOf({ title, tone, blocks, buttons, mention }: Notice): string {
  return [title.slice(-12), tone, blocks.length, buttons.length, mention.length].join('|');
}

const BIDI_OVERRIDE = /[\u202A\u202B\u202D\u202E]/;

function options(card: Card): PostOptions {
  return { nonce: `n${card.itemId}`, signal: new AbortController().signal };
}

function owner(member: Member): { readonly id: string; readonly name: string } {
  return { id: member.actorId, name: member.name };
}

/** Send lives behind Draft where a platform has few buttons, so it is not counted when Draft is there. */
function offered(actions: readonly CardAction[]): readonly CardAction[] {
  return [...new Set(actions)].filter((action) => action !== 'send' || !actions.includes('draft')).sort();
}

function refusal(card: Card, code: 'already-claimed' | 'closed', text: string): ActResult {
  return { ok: false, refusal: { code, text }, card };
}

/**
 * Comparable words: what may be dropped or inserted to make a text harmless (invisible and control characters, stacked
 * marks, broken halves, white space) is left out on both sides.
 */
function plain(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{M}\p{Z}\s\uFFFD\u3164\u{E0000}-\u{E007F}]+/gu, '');
}

function addresses(card: Card): ReadonlySet<string> {
  const all = [
    card.url,
    card.author.url,
    card.closing?.url ?? null,
    ...card.alsoOn.map((place) => place.url),
    ...card.conversation.posts.map((earlier) => earlier.url),
  ];
  return new Set(all.filter((url) => url !== null));
}

function expectInert(world: ChatWorld, card: Card, shown: ShownCard): void {
  expect(world.pings()).toEqual([]);
  expect(world.breaches()).toEqual([]);
  expect(shown.text).not.toMatch(BIDI_OVERRIDE);
  const known = addresses(card);
  for (const link of shown.links) {
    // A bare address that the platform itself turns into a link shows where it leads; anything else must be ours.
    const bare = link.text.trim() === link.url;
    expect(bare || known.has(link.url), `${link.text} leads to ${link.url}`).toBe(true);
    expect(link.url).toMatch(/^https?:\/\//);
  }
}

function expectFault(fault: Fault, error: unknown): void {
  switch (fault.kind) {
    case 'rate-limit':
      expect(error).toBeInstanceOf(RateLimitedError);
      expect((error as RateLimitedError).retryAfterMs).toBe(fault.retryAfterMs);
      return;
    case 'auth':
      expect(error).toBeInstanceOf(AuthError);
      return;
    case 'gone-channel':
      expect(error).toBeInstanceOf(RejectedError);
      return;
    case 'down':
      expect(error).toBeInstanceOf(UnavailableError);
      return;
  }
}
