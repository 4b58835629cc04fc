import { QUEUES } from './filter.js';
import { ago, hue, initials, oneLine } from './format.js';
import { icon } from './icons.js';
import { list } from './list.js';
import { bell, noticesView, unreadStrip } from './notices.js';
import { h } from './tree.js';

/** @typedef {import('../../../domain/item.ts').Person} Person */
/** @typedef {import('../../../domain/item.ts').ItemEvent} ItemEvent */
/** @typedef {import('../../chat.ts').SourceHealth} SourceHealth */
/** @typedef {import('../live.ts').RoomCounts} RoomCounts */
/** @typedef {import('./filter.js').Filter} Filter */
/** @typedef {import('./model.js').Queue} Queue */
/** @typedef {import('./tree.js').Tree} Tree */

/**
 * Everything on the page but the open dialog.
 *
 * @typedef {object} Room
 * @property {string} title
 * @property {boolean} open without a password
 * @property {Person | null} me
 * @property {'connecting' | 'live' | 'lost'} link
 * @property {Filter} filter
 * @property {Queue} queue
 * @property {boolean} loaded
 * @property {RoomCounts | null} counts
 * @property {readonly SourceHealth[]} sources
 * @property {number | null} current
 * @property {ReadonlySet<number>} expanded
 * @property {ReadonlySet<number>} busy
 * @property {ReadonlyMap<number, string>} unsaved
 * @property {ReadonlyMap<number, readonly ItemEvent[] | null>} threads
 * @property {import('./told.js').Told} told
 * @property {ReadonlySet<string>} pressing buttons of notices that were pressed and have no answer yet
 * @property {'light' | 'dark'} theme
 * @property {number} now
 */

const LINK_WORDS = { connecting: 'connecting…', live: 'live', lost: 'reconnecting…' };
const KINDS = [
  ['complaint', 'Complaints'],
  ['question', 'Questions'],
  ['comparison', 'Comparisons'],
  ['praise', 'Praise'],
  ['link-share', 'Link shares'],
  ['follow', 'New followers'],
  ['mention', 'Mentions'],
  ['spam', 'Spam'],
];

/**
 * @param {Room} room
 * @returns {readonly Tree[]}
 */
export function shellView(room) {
  return [
    top(room),
    h(
      'div',
      { class: 'columns', key: 'columns' },
      side(room),
      h(
        'main',
        { id: 'queue', tabindex: '-1', key: 'main' },
        filters(room),
        blind(room),
        unreadStrip(room),
        room.filter.queue === 'notices' ? noticesView(room) : list(room),
      ),
    ),
  ];
}

/** @param {Room} room */
function top(room) {
  const { me } = room;
  return h(
    'header',
    { class: 'top', key: 'top' },
    h(
      'a',
      { class: 'brand', href: '/', 'data-do': 'home' },
      icon('pot', 'icon logo'),
      h('h1', {}, room.title),
    ),
    h(
      'span',
      {
        class: `link ${room.link}`,
        role: 'status',
        title: room.link === 'live' ? 'Changes appear by themselves' : 'What you see may be old',
      },
      h('span', { class: 'dot' }),
      LINK_WORDS[room.link],
    ),
    h('span', { class: 'grow' }),
    h('a', { class: 'quiet to-digest', href: '/digest/page' }, 'Digest'),
    h(
      'button',
      {
        type: 'button',
        class: 'square',
        'data-do': 'line',
        'aria-label': 'Ask Potluck',
        title: 'Ask Potluck (:)',
      },
      icon('command'),
    ),
    bell(room),
    h(
      'button',
      {
        type: 'button',
        class: 'quiet me',
        'data-do': 'name',
        title: 'Change your name',
        'aria-label': me ? null : 'Say who you are',
      },
      me
        ? [
            h('span', { class: `face small hue-${hue(me.name)}`, 'aria-hidden': 'true' }, initials(me.name)),
            h(
              'span',
              { class: 'label' },
              h('span', { class: 'sr' }, 'You are '),
              h('span', { dir: 'auto' }, me.name),
            ),
          ]
        : [icon('person'), h('span', { class: 'say' }, 'Say who you are')],
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'square',
        'data-do': 'theme',
        'aria-label': room.theme === 'dark' ? 'Light colours' : 'Dark colours',
      },
      icon(room.theme === 'dark' ? 'sun' : 'moon'),
    ),
    h(
      'button',
      { type: 'button', class: 'square keyboard', 'data-do': 'help', 'aria-label': 'Keys' },
      icon('keys'),
    ),
    !room.open && h('button', { type: 'button', class: 'quiet', 'data-do': 'logout' }, 'Sign out'),
  );
}

/** @param {Room} room */
function side(room) {
  const { counts, filter } = room;
  return h(
    'div',
    { class: 'side', key: 'side' },
    h(
      'nav',
      { 'aria-label': 'Channels', class: 'channels' },
      h('h2', {}, 'Channels'),
      channel('', 'All', counts?.all, filter),
      (counts?.channels ?? []).map(({ name, counts: own }) => channel(name, name, own, filter)),
    ),
    room.sources.length > 0 &&
      h(
        'section',
        { 'aria-label': 'Sources', class: 'sources' },
        h('h2', {}, 'Listening to'),
        h(
          'ul',
          {},
          room.sources.map((source) => sourceLine(source, room.now)),
        ),
      ),
  );
}

/**
 * @param {string} name
 * @param {string} label
 * @param {RoomCounts['all'] | undefined} counts
 * @param {Filter} filter
 */
function channel(name, label, counts, filter) {
  const waiting = counts ? counts.open + counts.claimed : 0;
  const here = filter.channel === name;
  return h(
    'button',
    {
      type: 'button',
      key: `channel-${name}`,
      class: here ? 'channel here' : 'channel',
      'data-do': 'channel',
      'data-value': name,
      'aria-current': here ? 'true' : null,
    },
    h('span', { class: 'label', dir: 'auto' }, name === '' ? label : `# ${oneLine(label, 60)}`),
    waiting > 0 &&
      h(
        'span',
        { class: 'count', title: `${counts?.open ?? 0} unclaimed, ${counts?.claimed ?? 0} claimed` },
        waiting,
        h('span', { class: 'sr' }, ' waiting'),
      ),
  );
}

const SOURCE_WORDS = { up: 'listening', quiet: 'quiet', blind: 'cannot see', starting: 'starting' };

/**
 * @param {SourceHealth} source
 * @param {number} now
 */
function sourceLine(source, now) {
  const last = source.lastPostAt === null ? 'nothing yet' : `last post ${ago(now - source.lastPostAt)}`;
  return h(
    'li',
    {
      class: `source-line ${source.state}`,
      key: source.name,
      title: [source.detail ?? last, source.spent && `today ${source.spent}`].filter(Boolean).join(' · '),
    },
    h('span', { class: 'dot' }),
    h(
      'span',
      { class: 'label', dir: 'auto' },
      oneLine(source.label, 40),
      source.label.toLowerCase() === source.name.toLowerCase()
        ? null
        : h('span', { class: 'muted' }, ` ${oneLine(source.name, 40)}`),
    ),
    h('span', { class: 'muted state' }, SOURCE_WORDS[source.state]),
  );
}

/** @param {Room} room */
function blind(room) {
  const lost = room.sources.filter((source) => source.state === 'blind');
  if (lost.length === 0) return null;
  return h(
    'div',
    { class: 'strip warn', role: 'status', key: 'blind' },
    icon('warn'),
    h(
      'span',
      { dir: 'auto' },
      lost
        .map(
          (source) =>
            `${oneLine(source.label, 40)} cannot be seen right now. ${oneLine(source.detail ?? '', 200)}`,
        )
        .join(' '),
    ),
  );
}

/** @param {Room} room */
function filters(room) {
  const { filter } = room;
  return h(
    'div',
    { class: 'filters', key: 'filters' },
    h(
      'div',
      { class: 'tabs', role: 'group', 'aria-label': 'Queue' },
      Object.entries(QUEUES).map(([queue, { label }]) =>
        h(
          'button',
          {
            type: 'button',
            key: queue,
            class: filter.queue === queue ? 'tab here' : 'tab',
            'data-do': 'queue',
            'data-value': queue,
            'aria-pressed': filter.queue === queue ? 'true' : 'false',
          },
          label,
        ),
      ),
    ),
    filter.queue !== 'notices' &&
      h(
        'form',
        { class: 'narrow', role: 'search', 'data-form': 'search', key: 'narrow' },
        h(
          'label',
          { class: 'searching' },
          icon('search'),
          h('span', { class: 'sr' }, 'Words or a name'),
          h('input', {
            id: 'search',
            type: 'search',
            name: 'q',
            value: filter.q,
            placeholder: 'Words or a name',
            autocomplete: 'off',
            maxlength: 200,
          }),
        ),
        choice('kind', 'Kind', [['', 'All kinds'], ...KINDS], filter.kind),
        choice(
          'source',
          'Source',
          [['', 'All sources'], ...room.sources.map((source) => [source.name, oneLine(source.name, 40)])],
          filter.source,
        ),
      ),
  );
}

/**
 * @param {string} name
 * @param {string} label
 * @param {readonly (readonly string[])[]} options
 * @param {string} chosen
 */
function choice(name, label, options, chosen) {
  return h(
    'label',
    { key: name },
    h('span', { class: 'sr' }, label),
    h(
      'select',
      { name, 'data-filter': name },
      options.map(([value, words]) =>
        h('option', { key: value ?? '', value, selected: value === chosen }, words ?? ''),
      ),
    ),
  );
}
