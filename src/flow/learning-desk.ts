import type { Answer } from '../chat/chat.ts';
import type { Item } from '../domain/item.ts';
import type { Notice, NoticeBlock, NoticeLine } from '../domain/notice.ts';
import { type Post, readableText } from '../domain/post.ts';
import { oneLine } from '../domain/text.ts';
import { topicsOf } from '../domain/topics.ts';
import { weighWords } from '../domain/triage/team/example.ts';
import { lessonsOf, MAX_SHIFT, pointsAUnit, type TeamHead } from '../domain/triage/team/head.ts';
import { causesOf, causeWords, pointsWords } from '../domain/triage/team/tell.ts';
import type { Store } from '../store/store.ts';
import type { DeskAsked, DeskPart } from './desk.ts';
import { aboutOf } from './for-team.ts';
import { KEPT_VERSIONS, type Learning } from './learning.ts';
import type { Policy } from './policy.ts';
import { mayChange } from './stages.ts';

export interface LearningDeskDeps {
  readonly store: Pick<Store, 'item' | 'post' | 'newestItems' | 'heads' | 'author'>;
  readonly policy: Policy;
  readonly learning: Learning;
  /** Our own names: everybody says them. */
  readonly names: readonly string[];
}

/** Items whose words are looked at for what was learnt. */
const LOOKED = 300;
/** A word must be in so many posts to be told. */
const LEAST_POSTS = 2;
const TOLD = 8;
const VERSIONS = 8;

/** What people ask of learning: `why` an item stands where it does, and what was learnt, with the way back. */
export function learningDesk(deps: LearningDeskDeps): DeskPart {
  return {
    commands: {
      why: ({ item = '' }) => why(deps, Number(item.replace(/^#/, ''))),
      learning: ({ action, version = '' }, asked) =>
        action === undefined ? shown(deps, asked) : changed(deps, action, version, asked),
    },
  };
}

async function why({ store, learning }: LearningDeskDeps, id: number): Promise<Answer> {
  const item = await store.item(id);
  if (!item) return { ok: false, text: `There is no #${id}.` };
  if (item.origin !== 'conversation')
    return {
      ok: true,
      text: `#${id} is an idea of ours: nobody waits for it, so it has priority ${item.priority}.`,
    };
  const post = await store.post(item.source, item.postId);
  const { head } = await learning.team();
  const causes = post && head ? causesOf(await about(store, item, post), head, 6) : [];
  const notice = whyNotice(item, causes.length > 0 ? causeWords(causes) : '');
  return { ok: true, text: notice.title, notice };
}

async function about(
  store: LearningDeskDeps['store'],
  item: Item,
  post: Post,
): Promise<ReturnType<typeof aboutOf>> {
  const { conversations } = await store.author(item.source, post.author.id, item.conversationId);
  return aboutOf(post, item, conversations > 0);
}

/** What moved a priority, step by step, from what the post is to where it stands. */
function whyNotice(item: Item, habits: string): Notice {
  const steps = item.reasons.filter(({ points }) => points !== undefined && points !== 0);
  const others = item.reasons.filter(({ points }) => !points);
  const moved = steps.reduce((sum, { points = 0 }) => sum + points, 0);
  const lines: NoticeLine[] = [
    { text: `${pointsWords(item.priority - moved)} for what it is (${item.kinds.join(', ')})` },
    ...steps.map(({ text, points = 0 }) => ({ text: `${pointsWords(points)} ${text}` })),
  ];
  const blocks: NoticeBlock[] = [{ type: 'list', lines }];
  if (others.length > 0)
    blocks.push({ type: 'text', text: `Beside the points: ${others.map(({ text }) => text).join('; ')}.` });
  if (habits !== '') blocks.push({ type: 'text', text: `By its clicks so far, your team ${habits}.` });
  blocks.push({
    type: 'small',
    text: `Points are rounded, and kept from 1 to 79 unless somebody may be hurt or law is mentioned; 80 and more is urgent. Clicks move at most ${MAX_SHIFT} points and hide nothing.`,
  });
  return {
    title: `#${item.id} has priority ${item.priority}`,
    tone: 'grey',
    blocks,
    buttons: [],
    mention: [],
  };
}

async function changed(
  { learning, policy }: LearningDeskDeps,
  action: string,
  version: string,
  { actor }: DeskAsked,
): Promise<Answer> {
  const may = mayChange(policy, actor);
  if (!may.ok) return may;
  if (action === 'back') return goBack(learning, version);
  if (action !== 'on' && action !== 'off') return { ok: false, text: 'Say on, off, or back and a version.' };
  await learning.change(action === 'on', actor);
  const state = await learning.state();
  if (action === 'on' && !state.on) return { ok: false, text: `Learning stays off: ${state.why}.` };
  return {
    ok: true,
    text:
      action === 'on'
        ? 'Learning is on: what people take and dismiss moves priorities a little.'
        : 'Learning is off: new posts have the priority that rules and routes give them, and clicks teach nothing. What was learnt is kept for “learning on”.',
  };
}

async function goBack(learning: Learning, version: string): Promise<Answer> {
  const number = Number(version.trim().replace(/^(version|v|#)\s*/i, ''));
  const kept = Number.isSafeInteger(number) ? await learning.back(number) : null;
  if (!kept)
    return { ok: false, text: `There is no version “${oneLine(version, 20)}”. “learning” lists them.` };
  return {
    ok: true,
    text: `Version ${number} holds again: what ${kept.lessons} clicks taught. Clicks from now on are added to it.`,
  };
}

async function shown({ store, learning, names }: LearningDeskDeps, _asked: DeskAsked): Promise<Answer> {
  const [{ head }, state, versions] = await Promise.all([
    learning.team(),
    learning.state(),
    store.heads(KEPT_VERSIONS),
  ]);
  const role = learning.role ? `Your team is for ${learning.role}; that is where it begins.` : '';
  if (!state.on) {
    const text = `Learning is off: ${state.why}. ${role}`.trim();
    return { ok: true, text, ...(versions.length > 0 ? { notice: learntNotice(text, [], versions) } : {}) };
  }
  if (!head || lessonsOf(head) === 0)
    return {
      ok: true,
      text: `Nothing is learnt yet: claim, answer or dismiss a few posts. ${role}`.trim(),
    };
  const text = `Learnt from ${head.wanted} posts that somebody took and ${head.unwanted} that nobody wanted. ${trustWords(head)} ${role}`;
  return {
    ok: true,
    text,
    notice: learntNotice(text.trim(), await habitsOf(store, head, names), versions),
  };
}

function trustWords(head: TeamHead): string {
  if (head.trust === 0)
    return 'It does not foresee your clicks better than the rules do so far, and so it moves nothing.';
  return `It foresees your clicks better than the rules do, and moves a priority by at most ${Math.round(head.trust * MAX_SHIFT)} points.`;
}

/** The words of the newest posts that weigh most. Words themselves are kept nowhere. */
async function habitsOf(
  store: LearningDeskDeps['store'],
  head: TeamHead,
  names: readonly string[],
): Promise<readonly NoticeLine[]> {
  const unit = pointsAUnit(head);
  const found = new Map<string, { posts: number; points: number }>();
  for (const { post } of await store.newestItems(LOOKED)) {
    if (!post) continue;
    const text = readableText(post);
    const topics = new Set(topicsOf(text, names, 20).values());
    for (const { word, weight } of weighWords(text, head.weights)) {
      const key = word.toLowerCase();
      if (!topics.has(key)) continue;
      const known = found.get(key) ?? { posts: 0, points: 0 };
      found.set(key, { posts: known.posts + 1, points: known.points + weight * unit });
    }
  }
  const all = [...found]
    .filter(([, { posts }]) => posts >= LEAST_POSTS)
    .map(([word, { posts, points }]) => ({
      what: `what says “${oneLine(word, 40)}”`,
      points: points / posts,
    }))
    .filter(({ points }) => Math.abs(points) >= 0.5)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, TOLD);
  return all.map((cause) => ({ text: causeWords([cause]) }));
}

function learntNotice(
  text: string,
  habits: readonly NoticeLine[],
  versions: Awaited<ReturnType<Store['heads']>>,
): Notice {
  const blocks: NoticeBlock[] = [{ type: 'text', text }];
  if (habits.length > 0) blocks.push({ type: 'heading', text: 'Your team' }, { type: 'list', lines: habits });
  if (versions.length > 0)
    blocks.push(
      { type: 'heading', text: 'Versions' },
      {
        type: 'list',
        lines: versions.slice(0, VERSIONS).map(({ version, lessons, at }) => ({
          text: `${version}: ${lessons} clicks, ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        })),
      },
    );
  blocks.push({
    type: 'small',
    text: 'Managers go back with “learning back <version>”, or switch it off with “learning off”. It moves priorities and hides nothing; what is urgent or grave is never made less of.',
  });
  return { title: 'What your clicks taught', tone: 'grey', blocks, buttons: [], mention: [] };
}
