import { findThemes, type Quote, quotesOf, type Theme, type Voice } from './digest/themes.ts';
import type { Notice, NoticeBlock } from './notice.ts';
import type { Post } from './post.ts';
import { readableText } from './post.ts';
import { oneLine } from './text.ts';

/** What a post of ours brought back. */
export interface Heard {
  readonly replies: number;
  readonly people: number;
  /** Replies that one of ours answered, or that were followed by a word of ours where the network knows no answers. */
  readonly answered: number;
  readonly themes: readonly Theme[];
  readonly quotes: readonly Quote[];
}

const THEMES = 5;
const QUOTES = 3;

/**
 * Sums up the replies to a post of ours. Pure: the same posts give the same.
 *
 * @param posts the conversation, oldest first, ours included, spam left out
 * @param itemId its item, for the links
 * @param names our own names: no theme
 */
export function hear(
  posts: readonly Post[],
  itemId: number,
  labelOf: (source: string) => string,
  names: readonly string[],
): Heard {
  const first = posts.findIndex(({ ours }) => ours);
  const replies = posts.slice(Math.max(0, first)).filter(({ ours }) => !ours);
  const ours = posts.filter((post, index) => post.ours && index > first);
  const answeredIds = new Set(ours.flatMap(({ replyTo }) => replyTo ?? []));
  const lastFlat = Math.max(0, ...ours.filter(({ replyTo }) => !replyTo).map(({ createdAt }) => createdAt));
  const voices = replies.map((post) => voiceOf(post, itemId, labelOf));
  const themes = findThemes(voices, [], { names, limit: THEMES });
  return {
    replies: replies.length,
    people: new Set(replies.map(({ author }) => author.id)).size,
    answered: replies.filter(({ id, createdAt }) => answeredIds.has(id) || createdAt < lastFlat).length,
    themes,
    quotes: bestQuotes(voices, themes),
  };
}

function voiceOf(post: Post, itemId: number, labelOf: (source: string) => string): Voice {
  return {
    source: labelOf(post.source),
    text: readableText(post),
    lang: post.lang,
    authorId: post.author.id,
    by: post.author.name || post.author.handle || 'Somebody',
    url: post.url,
    at: post.createdAt,
    itemId,
  };
}

/** One of each of the strongest themes, then whatever else is worth reading; each by another person. */
function bestQuotes(voices: readonly Voice[], themes: readonly Theme[]): readonly Quote[] {
  const about = themes.flatMap(({ quotes }) => quotes.slice(0, 1));
  const chosen: Quote[] = [];
  for (const quote of [...about, ...quotesOf(voices, voices.length)]) {
    if (chosen.length >= QUOTES) break;
    if (!chosen.some(({ by, text }) => by === quote.by || text === quote.text)) chosen.push(quote);
  }
  return chosen;
}

const many = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

/** The summary as it is said in the thread of the post's card. */
export function heardNotice(ours: Pick<Post, 'text' | 'url'>, heard: Heard, days: string): Notice {
  const { replies, people, answered } = heard;
  const quote: NoticeBlock = { type: 'quote', text: oneLine(ours.text, 200), by: 'us', url: ours.url };
  const title = 'What we heard';
  if (replies === 0)
    return {
      title,
      tone: 'grey',
      blocks: [
        quote,
        { type: 'text', text: `Nobody replied within ${days}. That happens; ask something else next time.` },
      ],
      buttons: [],
      mention: [],
    };
  const share = Math.round((100 * answered) / replies);
  return {
    title,
    tone: answered === replies ? 'green' : 'yellow',
    blocks: [
      quote,
      {
        type: 'figures',
        figures: [
          { label: 'Replies', value: String(replies), note: `by ${many(people, 'person', 'people')}` },
          { label: 'Answered by us', value: `${share} %`, note: `${answered} of ${replies}` },
        ],
      },
      ...themeBlocks(heard.themes),
      { type: 'heading', text: 'In their words' },
      ...heard.quotes.map(({ text, by, url }): NoticeBlock => ({ type: 'quote', text, by, url })),
      {
        type: 'small',
        text: `Replies until now, spam left out. A theme is a word or phrase that at least two people used. Answered: replies that one of ours answered, or wrote after where the network keeps no order.`,
      },
    ],
    buttons: [],
    mention: [],
  };
}

function themeBlocks(themes: readonly Theme[]): readonly NoticeBlock[] {
  if (themes.length === 0) return [];
  return [
    { type: 'heading', text: 'What it was about' },
    {
      type: 'list',
      lines: themes.map(({ phrase, posts, people, quotes }) => ({
        text: `${phrase}: ${many(posts, 'reply', 'replies')} by ${many(people, 'person', 'people')}`,
        url: quotes[0]?.url ?? null,
      })),
    },
  ];
}
