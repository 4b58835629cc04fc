import type { Answer } from '../chat/chat.ts';
import { translationIn } from '../domain/drafts/model-answer.ts';
import { languageOf } from '../domain/drafts/opening.ts';
import { translationInstructions } from '../domain/drafts/prompt.ts';
import { ERASED } from '../domain/erasure.ts';
import type { Notice } from '../domain/notice.ts';
import { cleanText, type Post, readableText } from '../domain/post.ts';
import type { Language } from '../domain/triage/language.ts';
import type { Queries } from '../store/store.ts';
import type { AskModel } from './ask-model.ts';
import type { DeskPart } from './desk.ts';

export interface TranslateDeps {
  readonly store: Pick<Queries, 'item' | 'post'>;
  readonly asking: AskModel;
  /** The name of the model. */
  readonly name: string;
  /** What the team reads; the first is translated into. */
  readonly languages: readonly Language[];
}

const MAX_TEXT = 4_000;
/** A translation that is so much longer is something else. */
const MOST_GROWTH = 4;
const LANGUAGE_NAMES = new Intl.DisplayNames(['en'], { type: 'language' });

/** Whether a post is in a language that the team does not read. Where nothing tells, nothing is offered. */
export function isForeign(
  post: Pick<Post, 'lang' | 'text' | 'media' | 'ours'>,
  languages: readonly Language[],
): boolean {
  if (post.ours || post.text === '' || post.text === ERASED || languages.length === 0) return false;
  const language = languageOf(post.text, post.lang);
  return language !== null && !languages.includes(language);
}

/** "Translate" on a card: for one pair of eyes, and said to be of a machine. */
export function translateDesk(deps: TranslateDeps): DeskPart {
  const [into = 'en'] = deps.languages;
  const intoName = LANGUAGE_NAMES.of(into) ?? into;

  async function translate(rest: string): Promise<Answer> {
    const item = /^\d{1,15}$/.test(rest) ? await deps.store.item(Number(rest)) : null;
    const post = item && (await deps.store.post(item.source, item.postId));
    if (!item || !post || post.text === ERASED) return { ok: false, text: 'That post is no longer stored.' };
    const text = readableText(post).slice(0, MAX_TEXT).toWellFormed();
    if (text.trim() === '') return { ok: false, text: 'There are no words to translate.' };
    const asked = await deps.asking.ask((mark) => translationInstructions(intoName, mark), { text });
    if (!asked.ok) return { ok: false, text: `No translation: ${asked.why}` };
    const translation = cleanText(translationIn(asked.text) ?? '', MOST_GROWTH * text.length + 200);
    if (translation === '' || translation.includes(asked.mark))
      return { ok: false, text: 'No translation: what the language model wrote could not be read.' };
    return { ok: true, text: 'Translated', notice: translated(item.id, translation) };
  }

  function translated(itemId: number, text: string): Notice {
    return {
      title: `#${itemId} in ${intoName}: machine translation`,
      tone: 'grey',
      blocks: [
        { type: 'quote', text },
        {
          type: 'small',
          text: `By ${deps.name}. Read by nobody; look at the post itself before you rely on it.`,
        },
      ],
      buttons: [],
      mention: [],
    };
  }

  return { presses: { translate } };
}
