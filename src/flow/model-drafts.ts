import { createHash } from 'node:crypto';
import type { Keyv } from 'keyv';
import type { DraftSuggestion } from '../chat/chat.ts';
import { type Acquaintance, type AuthorKey, authorKey } from '../domain/acquaintance.ts';
import { draftFault } from '../domain/drafts/check-draft.ts';
import { draftsIn } from '../domain/drafts/model-answer.ts';
import { languageOf } from '../domain/drafts/opening.ts';
import { draftData, draftInstructions } from '../domain/drafts/prompt.ts';
import type { Voice } from '../domain/drafts/settings.ts';
import type { Remark } from '../domain/etiquette.ts';
import type { Item } from '../domain/item.ts';
import { type Post, readableText } from '../domain/post.ts';
import type { Measure } from '../domain/reply.ts';
import type { Brand } from '../domain/triage/verdict.ts';
import type { Store } from '../store/store.ts';
import type { AskModel } from './ask-model.ts';

export interface ModelDraftDeps {
  readonly store: Store;
  readonly asking: AskModel;
  readonly name: string;
  readonly brand: Brand;
  readonly voice: Voice | null;
  /** Drafts that were made, for an hour: whoever takes one may be served by another process. */
  readonly cache: Keyv;
  readonly secrets: readonly string[];
  readonly measure: (itemId: number, text: string) => Promise<Measure | null>;
  readonly remarks: (item: Item, text: string) => Promise<readonly Remark[]>;
  readonly log: { warn(fields: object, message: string): void };
}

/** What the model is to write, and what it may know. */
export interface DraftWish {
  readonly item: Item;
  readonly post: Post;
  /** Of us alone, and answers of ours that people sent. */
  readonly plain: readonly DraftSuggestion[];
}

export interface ModelDrafts {
  /** Variants that may be shown, or one quiet line why there are none. */
  write(
    wish: DraftWish,
  ): Promise<{ readonly drafts: readonly DraftSuggestion[]; readonly why: string | null }>;
  take(itemId: number, id: string): Promise<DraftSuggestion | null>;
}

const VARIANTS = 3;
const KEPT_MS = 3_600_000;
const NOTES = 5;
const TALK = 8;

export function createModelDrafts(deps: ModelDraftDeps): ModelDrafts {
  const { store } = deps;

  async function dataFor({ item, post, plain }: DraftWish): Promise<unknown> {
    const key: AuthorKey = { source: post.source, authorId: post.author.id };
    const known: Acquaintance | undefined = (await store.acquaintances([key])).get(authorKey(key));
    const notes = known ? await store.acquaintanceNotes(known.id, NOTES) : [];
    const talk = await store.conversation(item.source, item.conversationId, TALK);
    return draftData({
      answerTo: readableText(post),
      person: {
        name: post.author.name,
        handle: post.author.handle,
        tags: known?.tags ?? [],
        notes: notes.map(({ text }) => text),
      },
      conversation: talk
        .filter(({ id }) => id !== post.id)
        .map((each) => ({
          by: each.ours ? 'us' : each.author.id === post.author.id ? 'them' : 'somebody else',
          text: readableText(each),
        })),
      answeredBefore: plain.flatMap(({ kind, about, text }) =>
        kind === 'similar' ? [{ asked: about ?? '', answered: text }] : [],
      ),
      savedReplies: plain.flatMap(({ kind, text }) => (kind === 'saved' ? [text] : [])),
    });
  }

  async function checked(
    texts: readonly string[],
    { item, post, plain }: DraftWish,
    mark: string,
  ): Promise<{ readonly fine: readonly string[]; readonly fault: string | null }> {
    const fine: string[] = [];
    let fault: string | null = null;
    for (const text of texts.slice(0, VARIANTS)) {
      // A gap is no fault, a person fills it: only the network is asked.
      const measured = await deps.measure(item.id, text.replace(/[⟦⟧]/gu, ''));
      const found = draftFault(text, {
        problem: measured?.problem ?? null,
        language: languageOf(readableText(post), post.lang),
        ours: plain.flatMap((each) => (each.kind === 'opening' ? [] : [each.text])),
        domains: deps.brand.domains,
        handle: post.author.handle,
        secrets: [...deps.secrets, mark],
      });
      if (found === null && !fine.includes(text)) fine.push(text);
      fault ??= found;
    }
    return { fine, fault };
  }

  async function kept(item: Item, text: string, at: number): Promise<DraftSuggestion> {
    const name = createHash('sha256').update(text).digest('hex').slice(0, 12);
    const suggestion: DraftSuggestion = {
      id: `model:${name}`,
      kind: 'model',
      title: `Draft ${at + 1} of ${deps.name}, read by nobody yet`,
      about: null,
      text,
      remarks: await deps.remarks(item, text),
    };
    await deps.cache.set(`${item.id}:${name}`, suggestion, KEPT_MS);
    return suggestion;
  }

  return {
    async write(wish) {
      const { item, post } = wish;
      const door = await deps.measure(item.id, '');
      const language = languageOf(readableText(post), post.lang);
      const asked = await deps.asking.ask(
        (mark) =>
          draftInstructions(
            {
              language: language === null ? null : (LANGUAGE_NAMES.of(language) ?? null),
              suggested: item.suggested,
              count: VARIANTS,
              limit: door && { length: door.limit, unit: door.unit },
              brand: deps.brand.names,
              voice: deps.voice,
            },
            mark,
          ),
        await dataFor(wish),
      );
      if (!asked.ok) return { drafts: [], why: asked.why };
      const texts = draftsIn(asked.text);
      if (texts === null) return { drafts: [], why: 'What the language model wrote could not be read.' };
      const { fine, fault } = await checked(texts, wish, asked.mark);
      if (fault !== null)
        deps.log.warn({ itemId: item.id, fault }, 'a draft of the language model is not shown');
      const drafts: DraftSuggestion[] = [];
      for (const [at, text] of fine.entries()) drafts.push(await kept(item, text, at));
      if (drafts.length > 0) return { drafts, why: null };
      return {
        drafts,
        why:
          fault === null
            ? 'The language model wrote no draft.'
            : `What the language model wrote is not shown: ${fault}.`,
      };
    },

    async take(itemId, id) {
      const kept = await deps.cache.get<DraftSuggestion>(`${itemId}:${id.replace(/^model:/, '')}`);
      return kept ?? null;
    },
  };
}

const LANGUAGE_NAMES = new Intl.DisplayNames(['en'], { type: 'language' });
