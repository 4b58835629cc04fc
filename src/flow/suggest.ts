import type { ActRequest, DraftSuggestion, Suggestions } from '../chat/chat.ts';
import type { Clock } from '../clock.ts';
import { greetable, languageOf, openingFor } from '../domain/drafts/opening.ts';
import { fillPlaceholders, type PlaceholderValues } from '../domain/drafts/placeholders.ts';
import { readdress } from '../domain/drafts/readdress.ts';
import type { DraftSettings } from '../domain/drafts/settings.ts';
import { likeness, searchTerms } from '../domain/drafts/terms.ts';
import { ERASED } from '../domain/erasure.ts';
import { ago, type Item, isUnpublished } from '../domain/item.ts';
import { type Post, readableText } from '../domain/post.ts';
import { many, oneLine } from '../domain/text.ts';
import type { Brand } from '../domain/triage/verdict.ts';
import { findWord } from '../domain/words.ts';
import type { Source } from '../sources/source.ts';
import type { SavedReply, Store } from '../store/store.ts';
import { answerOf } from './answered.ts';
import { calledBy } from './known.ts';
import type { ModelDrafts } from './model-drafts.ts';

export interface SuggestDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly sources: ReadonlyMap<string, Pick<Source, 'label'>>;
  readonly brand: Brand;
  readonly settings: DraftSettings;
  /** A language model that writes drafts on request; null where none is configured. */
  readonly model: ModelDrafts | null;
}

/** Texts that a draft may begin with; nothing of it is sent, and nothing is saved before somebody takes it. */
export interface Suggest {
  suggest(itemId: number, actor: ActRequest['actor'], by?: 'model'): Promise<Suggestions>;
  /** One of them, for the draft of whoever takes it; null when it is gone. */
  takeSuggestion(itemId: number, id: string, actor: ActRequest['actor']): Promise<DraftSuggestion | null>;
}

const SIMILAR = 3;
const SAVED = 4;
/** Alike ones that are read until enough have an answer. */
const TRIED = 12;
const MOST_SAVED = 200;
const ABOUT = 200;
const TALK = 5;
const EVENTS = 200;

/** What a draft is for. */
interface Subject {
  readonly item: Item;
  readonly post: Post;
  readonly text: string;
  readonly actor: ActRequest['actor'];
}

export function createSuggest(deps: SuggestDeps): Suggest {
  const { store, clock, brand, settings } = deps;

  async function subjectOf(itemId: number, actor: ActRequest['actor']): Promise<Subject | string> {
    const item = await store.item(itemId);
    if (!item) return `There is no #${itemId}.`;
    const post = isUnpublished(item) ? null : await store.post(item.source, item.postId);
    if (post && readableText(post) === ERASED) return 'Whoever wrote this asked to be forgotten.';
    if (!post || post.ours) return 'There is nobody to answer here yet: the words are yours.';
    return { item, post, text: readableText(post), actor };
  }

  function valuesFor({ post, text, actor }: Subject): PlaceholderValues {
    const named = settings.products.filter((product) => findWord(text, [product]) !== null);
    const own = post.links.find((link) => isOurs(link, brand.domains));
    return {
      name: greetable(post.author.name),
      handle: post.author.handle === '' ? null : calledBy(post.author),
      // Of two that they name nobody can say which is meant.
      product: named.length === 1 ? (named[0] ?? null) : null,
      link: own ?? settings.link ?? null,
      network: deps.sources.get(post.source)?.label ?? null,
      brand: brand.names[0] ?? null,
      me: greetable(actor.name),
    };
  }

  /** What we really sent to others who wrote about the same. */
  async function similar(subject: Subject): Promise<DraftSuggestion[]> {
    const terms = searchTerms(subject.text, brand.names);
    const found = await store.similarAnswers(terms, subject.item.id, 60);
    const ranked = found
      .flatMap((each) => {
        const rank = likeness(each, terms.length);
        return rank === null ? [] : [{ itemId: each.itemId, rank }];
      })
      .sort((a, b) => b.rank - a.rank || b.itemId - a.itemId)
      .slice(0, TRIED);
    const made: DraftSuggestion[] = [];
    for (const { itemId } of ranked) {
      if (made.length === SIMILAR) break;
      const one = await answered(subject, itemId);
      if (one && !made.some(({ text }) => text === one.text)) made.push(one);
    }
    return made;
  }

  async function answered({ post }: Subject, itemId: number): Promise<DraftSuggestion | null> {
    const item = await store.item(itemId);
    const answer = item && (await answerOf(store, item));
    const asked = answer && (await store.post(item.source, item.postId));
    if (!answer || !asked) return null;
    const text = readdress(answer.text, asked.author, greetable(post.author.name));
    if (text === '') return null;
    return {
      id: `similar:${itemId}`,
      kind: 'similar',
      title: `${oneLine(answer.by, 60)} answered #${itemId} so, ${ago(clock.now() - answer.at)}`,
      about: oneLine(readableText(asked), ABOUT),
      text,
    };
  }

  /** The team's own: those about the same first, then those that are used most. */
  async function saved(subject: Subject): Promise<DraftSuggestion[]> {
    const terms = new Set(searchTerms(subject.text, brand.names));
    const language = languageOf(subject.text, subject.post.lang);
    const ranked = (await store.savedReplies(MOST_SAVED))
      .map((reply) => {
        const shared = searchTerms(`${reply.name} ${reply.text}`, brand.names).filter((term) =>
          terms.has(term),
        );
        const spoken = languageOf(reply.text, null);
        const strange = language !== null && spoken !== null && spoken !== language;
        return { reply, shared: shared.length, strange };
      })
      .filter(({ shared, strange }) => shared > 0 || !strange);
    ranked.sort(
      (a, b) => Number(a.strange) - Number(b.strange) || b.shared - a.shared || b.reply.used - a.reply.used,
    );
    const values = valuesFor(subject);
    return ranked.slice(0, SAVED).map(({ reply }) => filled(reply, values));
  }

  function opening({ item, post, text }: Subject): DraftSuggestion[] {
    const made = openingFor({
      text,
      name: post.author.name,
      lang: post.lang,
      suggested: item.suggested,
      brand: brand.names,
    });
    if (made === null) return [];
    return [
      { id: 'opening', kind: 'opening', title: 'A beginning; the rest is yours', about: null, text: made },
    ];
  }

  /** What is worth reading where nothing can be offered: the talk, and what the team wrote down. */
  async function instead({ item }: Subject): Promise<Suggestions['instead']> {
    const talk = await store.conversation(item.source, item.conversationId, TALK);
    const notes = (await store.events(item.id, EVENTS)).filter(({ type }) => type === 'note').slice(-TALK);
    return [
      ...talk.map((post) => ({
        by: post.ours ? 'We' : calledBy(post.author),
        text: oneLine(readableText(post), ABOUT),
      })),
      ...notes.map(({ actor, detail }) => ({
        by: `Note of ${actor.name}`,
        text: oneLine(String(detail.text ?? ''), ABOUT),
      })),
    ];
  }

  async function plain(subject: Subject): Promise<Suggestions> {
    const model = deps.model !== null;
    const good = [...(await similar(subject)), ...(await saved(subject))];
    const suggestions = [...good, ...opening(subject)];
    if (good.length > 0) return { suggestions, note: null, instead: [], model };
    const note =
      'Nothing that was sent before is about this, and no saved reply fits. What was said, and your notes:';
    return { suggestions, note, instead: await instead(subject), model };
  }

  /** Its drafts first; where it does not help, what there is without it, and one quiet line why. */
  async function withModel(
    model: ModelDrafts,
    { item, post }: Subject,
    plainly: Suggestions,
  ): Promise<Suggestions> {
    const { drafts, why } = await model.write({ item, post, plain: plainly.suggestions });
    if (drafts.length === 0) return { ...plainly, note: [why, plainly.note].filter(Boolean).join(' ') };
    return { ...plainly, suggestions: [...drafts, ...plainly.suggestions], note: null, instead: [] };
  }

  return {
    async suggest(itemId, actor, by) {
      const subject = await subjectOf(itemId, actor);
      if (typeof subject === 'string') return { suggestions: [], note: subject, instead: [], model: false };
      const plainly = await plain(subject);
      return by === 'model' && deps.model ? withModel(deps.model, subject, plainly) : plainly;
    },

    async takeSuggestion(itemId, id, actor) {
      const subject = await subjectOf(itemId, actor);
      if (typeof subject === 'string') return null;
      const [kind, number] = id.split(':');
      switch (kind) {
        case 'opening':
          return opening(subject)[0] ?? null;
        case 'model':
          return (await deps.model?.take(itemId, id)) ?? null;
        case 'similar':
          return answered(subject, Number(number));
        case 'saved': {
          const reply = Number.isSafeInteger(Number(number)) ? await store.savedReply(Number(number)) : null;
          if (!reply) return null;
          await store.useSavedReply(reply.id, itemId, clock.now());
          return filled(reply, valuesFor(subject));
        }
        default:
          return null;
      }
    },
  };
}

function filled(reply: SavedReply, values: PlaceholderValues): DraftSuggestion {
  const used = reply.used === 0 ? '' : `, used ${many(reply.used, 'time')}`;
  return {
    id: `saved:${reply.id}`,
    kind: 'saved',
    title: `Saved reply “${reply.name}”${used}`,
    about: null,
    text: fillPlaceholders(reply.text, values),
  };
}

function isOurs(link: string, domains: readonly string[]): boolean {
  const host = URL.canParse(link) ? new URL(link).hostname : '';
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}
