import type { ChatAction } from '../../src/chat/chat.ts';
import { cardView } from '../../src/chat/web/client/card.js';
import { editorView, newEditor, refused } from '../../src/chat/web/client/editor.js';
import { begin, change, EMPTY } from '../../src/chat/web/client/model.js';
import type { Leaf, Tree } from '../../src/chat/web/client/tree.js';
import type { Card, CardAction } from '../../src/domain/card.ts';
import { type ChatWorld, chatContract, type Member, type ShownCard } from '../contract/chat.ts';
import { NOON } from '../support/cards.ts';
import { testClock } from '../support/clock.ts';
import { scriptedHandlers } from '../support/handlers.ts';
import { makeWebRoom, readEvents, type WebRoom } from '../support/web-room.ts';

const ORIGIN = 'http://127.0.0.1:3000';
const BLOCKS = new Set([
  'article',
  'div',
  'p',
  'header',
  'footer',
  'section',
  'blockquote',
  'li',
  'ol',
  'ul',
  'summary',
  'h2',
  'h3',
  'form',
  'label',
  'textarea',
]);
/** Parts of one line on the page (they are laid out side by side). */
const INLINE = new Set(['ended']);

function isTree(leaf: Leaf): leaf is Tree {
  return typeof leaf !== 'string';
}

function* walk(leaf: Leaf): Generator<Tree> {
  if (!isTree(leaf)) return;
  yield leaf;
  for (const child of leaf.children) yield* walk(child);
}

/** What a reader sees of a tree; a text field shows its value. */
function words(leaf: Leaf): string {
  if (!isTree(leaf)) return leaf;
  const inner = leaf.tag === 'textarea' ? String(leaf.props.value ?? '') : leaf.children.map(words).join('');
  const block = BLOCKS.has(leaf.tag) && !INLINE.has(String(leaf.props.class ?? ''));
  return block ? `\n${inner}\n` : inner;
}

function shownCard(card: Card): ShownCard {
  const tree = cardView(card, {
    now: NOON,
    me: null,
    current: false,
    fresh: false,
    left: false,
    expanded: false,
    busy: false,
    unsaved: false,
    thread: null,
  });
  const all = [...walk(tree)];
  return {
    id: String(tree.key),
    text: words(tree).replace(/\n+/g, '\n').trim(),
    actions: all
      .map((part) => part.props['data-action'])
      .filter((action) => action !== undefined) as CardAction[],
    links: all
      .filter((part) => 'href' in part.props)
      .map((part) => ({ text: words(part), url: String(part.props.href) })),
    version: Number(tree.props['data-version']),
  };
}

/** The body that the page sends for an action. */
function bodyOf(action: ChatAction): object {
  const { type, ...rest } = action;
  return { action: type, ...rest };
}

interface Browser {
  readonly cookie: string;
  readonly told: string[];
}

async function join(room: WebRoom, name: string): Promise<Browser & { readonly id: string }> {
  const response = await room.fetch(
    new Request(`${ORIGIN}/api/me`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN },
      body: JSON.stringify({ name }),
    }),
  );
  const { person } = (await response.json()) as { person: { id: string } };
  return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', told: [], id: person.id };
}

async function makeWorld(): Promise<ChatWorld> {
  const clock = testClock();
  const handlers = scriptedHandlers({ channels: ['team'], now: () => clock.now() });
  let room = await makeWebRoom({ clock });
  await room.chat.start(handlers);
  const people = { ana: await join(room, 'Ana'), bo: await join(room, 'Bo') };
  const member = (who: keyof typeof people, name: string): Member => ({ name, actorId: people[who].id });
  const [ana, bo] = [member('ana', 'Ana'), member('bo', 'Bo')];
  const browser = (who: Member): Browser => (who.name === 'Ana' ? people.ana : people.bo);
  const logs = [room.log];

  let queue = EMPTY;
  /** In the order of arrival, as the contract wants it. */
  const arrived: number[] = [];
  /** A page that opens now, with what an earlier look of the same page knew. */
  async function look(): Promise<void> {
    const response = await room.fetch(new Request(`${ORIGIN}/api/events?channel=team&limit=200`));
    const events = readEvents(response);
    const data = (await events.next('snapshot')) as { cards: Card[]; total: number };
    await events.cancel();
    queue =
      queue === EMPTY
        ? begin(data)
        : change(queue, { ...data, order: data.cards.map((card) => card.itemId), left: [] });
    for (const id of queue.order) if (!arrived.includes(id)) arrived.push(id);
  }

  return {
    get chat() {
      return room.chat;
    },
    handlers,
    channel: 'team',
    ana,
    bo,
    faults: [],
    secrets: [people.ana.cookie, people.bo.cookie],
    async shown() {
      await look();
      const cards = arrived.map((id) => queue.cards.get(id)).filter((card) => card !== undefined);
      return cards.map(shownCard);
    },
    async click(who, shown, action) {
      const { cookie, told } = browser(who);
      const itemId = Number(shown.id.replace('card-', ''));
      const response = await room.fetch(
        new Request(`${ORIGIN}/api/items/${itemId}/actions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: ORIGIN, cookie },
          body: JSON.stringify({ ...bodyOf(action), seenVersion: shown.version }),
        }),
      );
      const answer = (await response.json()) as { text: string };
      if (response.ok) return;
      // The editor stays open with the words in it and says why; everything else is a line at the foot of the page.
      const writing = action.type === 'draft' || action.type === 'send';
      told.push(
        writing
          ? words(editorView(refused(newEditor(action.text, 'write'), answer.text), null, itemId, NOON))
          : answer.text,
      );
    },
    told: async (who) => browser(who).told,
    pings: () => [],
    breaches: () => [],
    pass: (ms) => clock.advance(ms),
    async restart() {
      await room.chat.stop();
      room = await makeWebRoom({ clock, cache: room.cache });
      logs.push(room.log);
      await room.chat.start(handlers);
      return room.chat;
    },
    async fail() {},
    logged: () => logs.flatMap((log) => log.lines).join('\n'),
    async close() {
      await room.chat.stop();
    },
  };
}

chatContract('the web room', makeWorld, { runs: 15 });
