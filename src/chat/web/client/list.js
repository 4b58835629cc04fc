import { cardView } from './card.js';
import { MOST, QUEUES } from './filter.js';
import { icon } from './icons.js';
import { h } from './tree.js';

/** @typedef {import('./shell.js').Room} Room */

/**
 * The cards of the queue, or what to know while there are none.
 *
 * @param {Room} room
 */
export function list(room) {
  const { queue } = room;
  if (!room.loaded) return h('p', { class: 'hint muted', key: 'loading' }, 'Opening the room…');
  const shown = queue.order.length - queue.left.size;
  return h(
    'section',
    {
      class: 'cards',
      'aria-label': `${QUEUES[room.filter.queue]?.label ?? 'Cards'}: ${queue.total}`,
      key: 'cards',
    },
    queue.order.map((id) => {
      const card = queue.cards.get(id);
      return card
        ? cardView(card, {
            now: room.now,
            me: room.me?.id ?? null,
            current: room.current === id,
            fresh: queue.fresh.has(id),
            left: queue.left.has(id),
            expanded: room.expanded.has(id),
            busy: room.busy.has(id),
            unsaved: room.unsaved.has(id),
            thread: room.threads.has(id) ? { events: room.threads.get(id) ?? null } : null,
          })
        : null;
    }),
    shown === 0 ? empty(room) : null,
    queue.total > shown && rest(room, shown),
  );
}

/**
 * @param {Room} room
 * @param {number} shown
 */
function rest(room, shown) {
  return h(
    'p',
    { class: 'hint', key: 'rest' },
    `${shown} of ${room.queue.total} shown. `,
    room.filter.limit < MOST
      ? h('button', { type: 'button', class: 'quiet', 'data-do': 'more' }, 'Show more')
      : h('span', { class: 'muted' }, 'Narrow the queue to see the others.'),
  );
}

/** @param {Room} room */
function empty(room) {
  const { filter } = room;
  if (filter.q !== '' || filter.kind !== '' || filter.source !== '')
    return hint('empty-filter', 'Nothing fits.', [
      h('p', {}, 'No card in this queue has these words, this kind and this source.'),
      h(
        'p',
        {},
        h('button', { type: 'button', class: 'button plain', 'data-do': 'clear' }, 'Show everything'),
      ),
    ]);
  switch (filter.queue) {
    case 'waiting':
      return hint('empty-waiting', 'Nothing waits.', [
        h(
          'p',
          {},
          'Everybody who wrote has had an answer, or needs none. What comes next appears here by itself, most urgent first.',
        ),
        room.open && room.sources.some((source) => source.name === 'try') && example(),
      ]);
    case 'mine':
      return hint('empty-mine', 'Your hands are free.', [
        h('p', {}, 'Cards that you claim (c) or draft (d) gather here until they are answered.'),
      ]);
    case 'snoozed':
      return hint('empty-snoozed', 'Nothing sleeps.', [
        h(
          'p',
          {},
          'A snoozed card leaves the queue and comes back at its time, or at once when the customer writes again.',
        ),
      ]);
    case 'quiet':
      return hint('empty-quiet', 'Nothing is kept quiet.', [
        h(
          'p',
          {},
          'What a rule keeps for the digest, and what comes from sources that Potluck only listens to, waits here: nobody is told, and it counts nowhere as open.',
        ),
      ]);
    case 'answered':
      return hint('empty-answered', 'No answers yet.', [
        h(
          'p',
          {},
          'Answers sent from here appear in this list, and so do those that a colleague gave on the network itself.',
        ),
      ]);
    case 'dismissed':
      return hint('empty-dismissed', 'Nothing was dismissed.', [
        h(
          'p',
          {},
          'Cards that need no answer end here with the reason. Spam is filtered into this list, too: look through it now and then.',
        ),
      ]);
    default:
      return hint('empty-all', 'Nothing has come in yet.', [
        h('p', {}, 'Connect a source in potluck.yaml, and what people write there appears here.'),
        room.open && room.sources.some((source) => source.name === 'try') && example(),
      ]);
  }
}

/**
 * @param {string} key
 * @param {string} title
 * @param {readonly import('./tree.js').Child[]} children
 */
function hint(key, title, children) {
  return h('div', { class: 'empty-state', key }, icon('pot', 'icon huge'), h('h3', {}, title), children);
}

/** One line for a terminal, for a room on the reader's own machine. */
function example() {
  const post = `{"id":"hello-1","text":"How long does the stew keep in the fridge?","author":{"name":"Me","handle":"me"},"url":"https://example.com/hello-1","createdAt":"'$(date -u +%FT%TZ)'"}`;
  return h(
    'div',
    { class: 'try' },
    h('p', {}, 'Try it: paste this into a terminal and watch your own post arrive.'),
    h(
      'pre',
      { tabindex: '0' },
      h(
        'code',
        {},
        `curl ${location.origin}/hooks/try -H 'content-type: application/json' \\\n  -d '${post}'`,
      ),
    ),
  );
}
