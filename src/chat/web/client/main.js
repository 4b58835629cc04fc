import { ask } from './api.js';
import { createDesk } from './desk.js';
import { draw } from './dom.js';
import { apiQuery, PAGE, readFilter, writeFilter } from './filter.js';
import { onKey } from './keys.js';
import { begin, change, EMPTY, news, put, resume } from './model.js';
import { shellView } from './shell.js';
import { createToasts } from './toasts.js';
import { learn, look, NOTHING_TOLD, unread } from './told.js';

/** @typedef {import('../../../domain/card.ts').Card} Card */
/** @typedef {import('./shell.js').Room} Room */

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

const app = element('app');
const announcer = element('announce');
const toasts = createToasts(element('toasts'));
const storage = browserStorage();
const dark = matchMedia('(prefers-color-scheme: dark)');

/** @type {Room} */
let room = {
  title: document.title,
  open: true,
  me: null,
  link: 'connecting',
  filter: readFilter(location.search),
  queue: EMPTY,
  loaded: false,
  counts: null,
  sources: [],
  current: null,
  expanded: new Set(),
  busy: new Set(),
  unsaved: new Map(),
  threads: new Map(),
  told: NOTHING_TOLD,
  pressing: new Set(),
  theme: themeNow(),
  now: Date.now(),
};
/** The item that the address leads to, until it was opened. @type {number | null} */
let linked = Number(new URLSearchParams(location.search).get('item')) || null;
/** The room's clock minus this machine's: ages are right on a computer whose clock is not. */
let skew = 0;
let drawing = false;
/** @type {EventSource | null} */
let stream = null;

/** Null where the browser keeps nothing for pages. */
function browserStorage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** @param {Partial<Room>} next */
function update(next) {
  room = { ...room, ...next };
  if (drawing) return;
  drawing = true;
  // A page in the background gets no animation frames, but its title still counts.
  if (document.hidden) setTimeout(render, 0);
  else requestAnimationFrame(render);
}

function render() {
  drawing = false;
  room = { ...room, now: Date.now() + skew };
  const anchor = anchorCard();
  // Whoever looks at the notices has read them.
  if (room.filter.queue === 'notices' && !document.hidden)
    room = { ...room, told: look(room.told, room.filter.channel, storage) };
  draw(app, shellView(room));
  if (anchor) scrollBy(0, anchor.element.getBoundingClientRect().top - anchor.top);
  const waiting = room.counts ? room.counts.all.open : 0;
  document.title = waiting > 0 ? `(${waiting}) ${room.title}` : room.title;
  desk.render();
}

/** The first card in view: it stays where it is when others come and go above it; at the very top new ones push in. */
function anchorCard() {
  if (scrollY < 80) return null;
  for (const card of app.querySelectorAll('.card')) {
    const { top, bottom } = card.getBoundingClientRect();
    if (bottom > 120) return { element: card, top };
  }
  return null;
}

/** @param {string} words */
function announce(words) {
  if (words === '') return;
  announcer.textContent = '';
  // An empty turn in between, so that the same words are read again.
  setTimeout(() => {
    announcer.textContent = words;
  }, 50);
}

/** The stamp that was heard last, and whether the notices are being loaded: one after the other, the newest wins. */
let heard = '';
let hearing = false;

/**
 * The notices, when they are others than those on the page.
 *
 * @param {string} stamp
 */
async function hear(stamp) {
  heard = stamp;
  if (hearing || stamp === room.told.stamp) return;
  hearing = true;
  try {
    await loadNotices();
  } finally {
    hearing = false;
  }
  // Others were told meanwhile. What was loaded may be newer than what was heard.
  if (heard !== stamp) await hear(heard);
}

async function loadNotices() {
  const before = room.told;
  const { ok, data } = await ask('GET', '/api/notices');
  if (!ok) return;
  const told = learn(room.told, data, { now: Date.now() + skew, storage });
  update({ told });
  const [newest] = unread(told).filter(({ id }) => !before.notices.some((each) => each.id === id));
  if (newest && before.stamp !== '') announce(`Potluck says: ${newest.notice.title.slice(0, 120)}.`);
}

function connect() {
  stream?.close();
  const source = new EventSource(`/api/events?${apiQuery(room.filter)}`);
  stream = source;
  let first = !room.loaded || room.queue === EMPTY;
  source.addEventListener('snapshot', (event) => {
    const data = JSON.parse(event.data);
    skew = data.now - Date.now();
    update({
      link: 'live',
      loaded: true,
      queue: first ? begin(data) : resume(room.queue, data),
      counts: data.counts,
      sources: data.sources,
    });
    void hear(data.told);
    if (linked !== null) void desk.openItem(linked);
    linked = null;
    first = false;
  });
  source.addEventListener('change', (event) => {
    const queue = change(room.queue, JSON.parse(event.data));
    announce(news(room.queue, queue, room.me?.id ?? null));
    desk.cardsChanged(queue.cards);
    update({ queue });
  });
  source.addEventListener('counts', (event) => update({ counts: JSON.parse(event.data).counts }));
  source.addEventListener('sources', (event) => update({ sources: JSON.parse(event.data).sources }));
  source.addEventListener('told', (event) => void hear(JSON.parse(event.data).told));
  source.addEventListener('open', () => update({ link: 'live' }));
  source.addEventListener('error', () => {
    update({ link: 'lost' });
    // The browser comes back by itself after a lost connection, but not after a refusal.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => stream === source && reconnect(), 3_000);
  });
}

async function reconnect() {
  await ask('GET', '/api/me');
  connect();
}

/** @param {Partial<Room['filter']>} part */
function setFilter(part) {
  const filter = { ...room.filter, limit: PAGE, ...part };
  history.replaceState(null, '', writeFilter(filter));
  room = {
    ...room,
    filter,
    told: { ...room.told, fresh: new Set() },
    queue: part.limit ? room.queue : EMPTY,
    loaded: part.limit !== undefined,
    current: null,
  };
  update({});
  connect();
}

/** @returns {'light' | 'dark'} */
function themeNow() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return dark.matches ? 'dark' : 'light';
}

function toggleTheme() {
  const theme = room.theme === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  // Kept by the server, which then paints the page right from the first moment; the system's own choice forgets it.
  const follows = theme === (dark.matches ? 'dark' : 'light');
  void ask('POST', '/api/theme', { theme: follows ? null : theme });
  update({ theme });
}

const desk = createDesk({
  ask,
  toasts,
  room: () => room,
  update,
  now: () => Date.now() + skew,
  dialog: /** @type {HTMLDialogElement} */ (element('dialog')),
  show: (card) => update({ queue: put(room.queue, card) }),
  renamed: (me) => {
    update({ me });
    // "Mine" and the session belong to the stream, too.
    connect();
  },
});

/** @type {Record<string, (button: HTMLElement) => void>} */
const deeds = {
  home: () => setFilter({ queue: 'waiting', channel: '', kind: '', source: '', q: '' }),
  clear: () => {
    /** @type {HTMLInputElement} */ (element('search')).value = '';
    for (const select of app.querySelectorAll('select')) select.value = '';
    setFilter({ kind: '', source: '', q: '' });
  },
  channel: (button) => setFilter({ channel: button.dataset.value ?? '' }),
  queue: (button) => setFilter({ queue: button.dataset.value ?? 'waiting' }),
  notices: () => {
    setFilter({ queue: room.filter.queue === 'notices' ? 'waiting' : 'notices' });
    scrollTo(0, 0);
  },
  more: () => setFilter({ limit: room.filter.limit + PAGE }),
  theme: toggleTheme,
  line: () => void desk.openLine(),
  help: () => desk.open({ kind: 'help', itemId: null }),
  name: () => desk.askName(null),
  logout: () => void ask('POST', '/api/logout').then(() => location.assign('/login')),
  expand: (button) => {
    const id = Number(button.dataset.id);
    const expanded = new Set(room.expanded);
    if (!expanded.delete(id)) expanded.add(id);
    update({ expanded });
  },
};

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null;
  for (const menu of document.querySelectorAll('details.menu[open]'))
    if (!menu.contains(target)) menu.removeAttribute('open');
  const button = /** @type {HTMLElement | null} */ (target?.closest('[data-do], [data-action]') ?? null);
  if (!button) return;
  const action = button.dataset.action;
  if (action === 'open') return;
  button.closest('details.menu')?.removeAttribute('open');
  if (action) return void desk.act(Number(button.dataset.id), action);
  const deed = button.dataset.do ?? '';
  if (button.tagName === 'A') {
    // A link that somebody opens in a tab of its own stays one.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
  }
  const own = deeds[deed];
  if (own) own(button);
  else desk.press(deed, button);
});

document.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.dataset.form === 'search') setFilter({ q: String(new FormData(form).get('q') ?? '').trim() });
  else desk.submit(form);
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
document.addEventListener('input', (event) => {
  const field = event.target;
  if (field instanceof HTMLInputElement && field.id === 'search') {
    clearTimeout(typing);
    typing = setTimeout(() => setFilter({ q: field.value.trim() }), 300);
  }
  if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.id === 'line'))
    desk.typed(field);
});
document.addEventListener('change', (event) => {
  const select = event.target;
  if (select instanceof HTMLSelectElement && select.dataset.filter)
    setFilter({ [select.dataset.filter]: select.value });
  desk.changed(select);
});
document.addEventListener('keydown', (event) =>
  onKey(event, {
    ids: () => (room.filter.queue === 'notices' ? [] : room.queue.order),
    current: () => room.current,
    select: (id) => {
      update({ current: id });
      requestAnimationFrame(() => document.getElementById(`card-${id}`)?.focus());
    },
    can: (id, action) => room.queue.cards.get(id)?.actions.some((offered) => offered === action) ?? false,
    act: (id, action) => {
      if (action === 'open')
        app
          .querySelector(`#card-${id} a[data-action=open]`)
          ?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      else void desk.act(id, action);
    },
    search: () => element('search').focus(),
    notices: () => deeds.notices?.(app),
    line: () => deeds.line?.(app),
    help: () => deeds.help?.(app),
  }),
);
document.addEventListener('focusin', (event) => {
  const card = event.target instanceof Element ? event.target.closest('.card') : null;
  const id = Number(/** @type {HTMLElement | null} */ (card)?.dataset.id ?? Number.NaN);
  if (!Number.isNaN(id) && id !== room.current) update({ current: id });
});
document.addEventListener('visibilitychange', () => update({}));
dark.addEventListener('change', () => update({ theme: themeNow() }));
addEventListener('popstate', () => setFilter(readFilter(location.search)));
// Ages grow by themselves.
setInterval(() => update({}), 20_000);

render();
connect();
const { ok, data } = await ask('GET', '/api/me');
if (ok) update({ me: data.person, title: data.title, open: data.open });
