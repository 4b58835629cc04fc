import type { Answer } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { copyNotice } from '../domain/copy-notice.ts';
import {
  gather,
  INCIDENT_WINDOW_MS,
  type IncidentMember,
  incidentNotice,
  incidentWords,
  MAX_COMPARED,
  signatureWords,
} from '../domain/incident.ts';
import { type Item, isClosed } from '../domain/item.ts';
import { type Post, readableText } from '../domain/post.ts';
import type { Place } from '../domain/routing.ts';
import type { Incident, Queries, Store } from '../store/store.ts';
import type { Act } from './act.ts';
import type { DeskAsked, DeskPart } from './desk.ts';
import type { Notices } from './notices.ts';
import type { View } from './view.ts';

/**
 * Looks whether a new complaint is one of many about the same, and remembers it. True when it joined an incident that had
 * its card before: it then needs none of its own.
 *
 * @param own our own names, folded
 */
export async function joinIncident(
  queries: Queries,
  item: Item,
  post: Post,
  now: number,
  own: ReadonlySet<string>,
): Promise<boolean> {
  if (!item.kinds.includes('complaint') || isClosed(item)) return false;
  const author = `${post.source}/${post.author.id}`;
  const words = signatureWords(readableText(post), post.lang, own);
  const all = await queries.recentSignatures(now - INCIDENT_WINDOW_MS, MAX_COMPARED);
  // It may have been before the team already, and then been silenced: nothing is compared with itself.
  const before = all.find(({ itemId }) => itemId === item.id);
  if (before?.incident) return false;
  const recent = all.filter((each) => each !== before);
  const found = gather({ author, words }, recent, now);
  await queries.rememberSignature({ itemId: item.id, author, words, at: now });
  if (found === null) return false;
  if ('join' in found) {
    await queries.joinIncident(found.join, item.id, now);
    return true;
  }
  await queries.beginIncident([...found.begin, item.id], now);
  return true;
}

export interface Incidents {
  /** Brings the card of every incident level with its members. May run at any time, twice, and in several processes. */
  level(): Promise<void>;
}

export interface IncidentDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly notices: Notices;
  readonly own: ReadonlySet<string>;
  readonly labelOf: (source: string) => string;
}

const OPEN = 50;
const MEMBERS = 200;
/** An open incident nobody adds to is looked at this long, in milliseconds: then its items stand for themselves. */
const FORGOTTEN_MS = 7 * 24 * 3_600_000;

export function createIncidents(deps: IncidentDeps): Incidents {
  const { store, clock } = deps;
  /** What this process has told: an incident whose items stand as they did is not drawn again. */
  const shown = new Map<number, string>();

  async function member(item: Item): Promise<IncidentMember> {
    const post = await store.post(item.source, item.postId);
    return {
      item,
      author: post ? post.author.name || post.author.handle : '',
      text: post ? readableText(post) : '',
      lang: post?.lang ?? null,
      url: post?.url ?? null,
      source: item.source,
    };
  }

  async function levelOne(incident: Incident): Promise<void> {
    const items = await store.incidentItems(incident.id, MEMBERS);
    const standing = items.map(({ id, version }) => `${id}.${version}`).join(' ');
    if (shown.get(incident.id) !== standing) {
      await tell(incident, items);
      shown.set(incident.id, standing);
    }
    await end(incident, items);
  }

  async function tell(incident: Incident, items: readonly Item[]): Promise<void> {
    const places = await placesOf(store, items);
    const members = await Promise.all(items.map(member));
    const [first] = items;
    const openedAt = first?.openedAt ?? incident.openedAt;
    if (incident.kind === 'copies') {
      const { id, lastAt } = incident;
      const notice = copyNotice({ id, total: items.length, openedAt, lastAt }, members, deps.labelOf);
      return deps.notices.tell(`incident/${id}`, places, notice);
    }
    const words = incidentWords(members, deps.own);
    const about = { now: clock.now(), words, labelOf: deps.labelOf };
    const facts = { id: incident.id, total: items.length, openedAt };
    await deps.notices.tell(`incident/${incident.id}`, places, incidentNotice(facts, members, about));
  }

  /** Somebody else may still write about it: it takes in others for a while after the last one was answered. */
  async function end(incident: Incident, items: readonly Item[]): Promise<void> {
    const quiet = clock.now() - incident.lastAt;
    if (quiet < (items.every(isClosed) ? INCIDENT_WINDOW_MS : FORGOTTEN_MS)) return;
    await store.endIncident(incident.id, 'done');
    shown.delete(incident.id);
  }

  return {
    async level() {
      for (const incident of await store.openIncidents(OPEN)) await levelOne(incident);
    },
  };
}

/** Where its first members have their cards: there the team looks for it. */
async function placesOf(store: Pick<Store, 'cardsOf'>, items: readonly Item[]): Promise<readonly Place[]> {
  const places = new Map<string, Place>();
  for (const item of items.slice(0, 10))
    for (const { chat, channel } of await store.cardsOf(item.id))
      places.set(`${chat}:${channel}`, { chat, channel });
  return [...places.values()];
}

const SHOWN = 25;

/** What people do with a whole incident. */
export function incidentDesk(deps: {
  readonly store: Store;
  readonly view: View;
  readonly act: Act;
  readonly incidents: Incidents;
  readonly changed: (itemIds: readonly number[]) => void;
}): DeskPart {
  const { store } = deps;

  async function show(items: readonly Item[], { kind }: Incident): Promise<Answer> {
    const cards = await deps.view.cards(items.slice(0, SHOWN));
    const title = kind === 'copies' ? 'The same text' : 'Similar complaints';
    return { ok: true, text: '', cards: { title, cards, total: items.length } };
  }

  async function claim(items: readonly Item[], { actor }: DeskAsked): Promise<Answer> {
    let claimed = 0;
    let others = 0;
    for (const item of items) {
      if (item.owner !== null) {
        others += item.owner.id === actor.id ? 0 : 1;
        continue;
      }
      const who = { id: actor.id, name: actor.name, surface: actor.surface };
      const result = await deps.act({ itemId: item.id, action: { type: 'claim' }, actor: who });
      if (result.ok) claimed += 1;
    }
    const rest = others > 0 ? ` ${others} ${others === 1 ? 'is' : 'are'} with colleagues already.` : '';
    return { ok: true, text: `${claimed} of them ${claimed === 1 ? 'is' : 'are'} yours.${rest}` };
  }

  async function split(id: number, items: readonly Item[]): Promise<Answer> {
    const places = await placesOf(store, items);
    if (!(await store.endIncident(id, 'split')))
      return { ok: false, text: 'That incident is over: each of its items stands for itself.' };
    for (const item of items) await store.wantCards(item.id, places);
    deps.changed(items.map((item) => item.id));
    return { ok: true, text: 'Each of them gets a card of its own, and others like them will, too.' };
  }

  return {
    presses: {
      async incident(rest, asked) {
        const match = /^(show|claim|split):(\d{1,15})$/.exec(rest);
        const incident = match ? await store.incident(Number(match[2])) : null;
        if (!match || !incident) return { ok: false, text: 'There is no such incident any more.' };
        const items = (await store.incidentItems(incident.id, MEMBERS)).filter((item) => !isClosed(item));
        if (items.length === 0) return { ok: true, text: 'All of them are answered or closed. 🎉' };
        if (match[1] === 'show') return show(items, incident);
        const answer = match[1] === 'claim' ? await claim(items, asked) : await split(incident.id, items);
        await deps.incidents.level();
        return answer;
      },
    },
  };
}
