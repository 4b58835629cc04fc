import { moment, oneLine } from './format.js';
import { icon } from './icons.js';
import { itemLink, noticeParts } from './notice.js';
import { unread } from './told.js';
import { h } from './tree.js';

/** @typedef {import('../../chat.ts').ToldNotice} ToldNotice */
/** @typedef {import('./shell.js').Room} Room */

/**
 * What Potluck said to the team, newest first.
 *
 * @param {Room} room
 */
export function noticesView(room) {
  const { channel } = room.filter;
  const shown = room.told.notices.filter((each) => channel === '' || each.channel === channel);
  if (room.told.stamp === '') return h('p', { class: 'hint muted', key: 'loading' }, 'Opening the notices…');
  return h(
    'section',
    { class: 'notices', 'aria-label': `Notices: ${shown.length}`, key: 'notices' },
    h(
      'p',
      { class: 'digests', key: 'digests' },
      'The numbers of now: ',
      h('a', { href: '/digest/page?window=day' }, 'the day'),
      ' · ',
      h('a', { href: '/digest/page?window=week' }, 'the week'),
    ),
    shown.map((told) => noticeView(told, room)),
    shown.length === 0 && empty(channel),
  );
}

/** @param {string} channel */
function empty(channel) {
  return h(
    'div',
    { class: 'empty-state', key: 'empty-notices' },
    icon('bell', 'icon huge'),
    h('h3', {}, channel === '' ? 'Nothing was said yet.' : 'Nothing was said here yet.'),
    h('p', {}, 'Hand-overs, reminders, summaries, digests and proposals appear here.'),
  );
}

/**
 * @param {ToldNotice} told
 * @param {Room} room
 */
function noticeView({ id, channel, itemId, at, notice }, room) {
  const fresh = room.told.fresh.has(id);
  const forMe = room.me !== null && notice.mention.includes(room.me.id);
  return h(
    'article',
    {
      key: `notice-${id}`,
      id: `notice-${id}`,
      class: `notice tone-${notice.tone}${fresh ? ' unread' : ''}`,
      tabindex: '-1',
      'aria-labelledby': `notice-title-${id}`,
    },
    h(
      'header',
      { class: 'head', key: 'head' },
      h(
        'h3',
        { id: `notice-title-${id}`, dir: 'auto' },
        fresh && h('span', { class: 'badge ours' }, 'new'),
        oneLine(notice.title, 300) || 'Potluck',
      ),
      forMe && h('span', { class: 'badge urgent' }, 'for you'),
      h(
        'p',
        { class: 'muted small' },
        h('time', { datetime: new Date(at).toISOString() }, moment(at, room.now)),
        ' · ',
        h('span', { dir: 'auto' }, `# ${oneLine(channel, 60)}`),
        itemId === null ? null : [' · about ', itemLink(itemId)],
      ),
    ),
    noticeParts(notice, 'press', room.pressing),
  );
}

/**
 * One line above the cards while something waits to be read.
 *
 * @param {Room} room
 */
export function unreadStrip(room) {
  const waiting = unread(room.told, room.filter.channel);
  const [newest] = waiting;
  if (!newest || room.filter.queue === 'notices') return null;
  return h(
    'button',
    { type: 'button', class: 'strip said-strip', 'data-do': 'notices', key: 'unread' },
    icon('bell'),
    h(
      'span',
      { class: 'grow' },
      h('strong', { dir: 'auto' }, oneLine(newest.notice.title, 120) || 'Potluck'),
      waiting.length > 1 && h('span', { class: 'muted' }, ` and ${waiting.length - 1} more`),
    ),
    h('span', { class: 'quiet' }, 'Read'),
  );
}

/** @param {Room} room */
export function bell(room) {
  const count = unread(room.told).length;
  const here = room.filter.queue === 'notices';
  const words = `${count === 0 ? 'No' : count} unread ${count === 1 ? 'notice' : 'notices'}`;
  return h(
    'button',
    {
      type: 'button',
      class: here ? 'square bell here' : 'square bell',
      'data-do': 'notices',
      'aria-label': words,
      'aria-pressed': here ? 'true' : 'false',
      title: words,
      key: 'bell',
    },
    icon('bell'),
    count > 0 && h('span', { class: 'count', 'aria-hidden': 'true' }, count > 99 ? '99+' : count),
  );
}
