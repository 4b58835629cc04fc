import { type Keywords, keywords } from '../../domain/keywords.ts';
import { isOurLink } from '../../domain/triage/brand.ts';
import type { Brand } from '../../domain/triage/verdict.ts';
import { htmlToText } from '../../html-text.ts';
import type { MastodonAccount, MastodonStatus } from './entities.ts';
import { textOf } from './to-post.ts';

/** What is watched besides what is addressed to us. */
export interface WatchPlan {
  /** Words looked for in the public stream and in lists. */
  readonly words: readonly string[];
  /** Ids of lists: of their posts those with one of the words, or all where there are no words. */
  readonly lists: readonly string[];
  readonly public: 'off' | 'all' | 'local' | 'remote';
  readonly hashtags: readonly string[];
  readonly follows: 'all' | 'none' | readonly string[];
}

/** Decides what of the watched streams and of the followers is news. */
export interface Watch {
  readonly plan: WatchPlan;
  /** Whether a post of the public stream or of a list holds a word, or leads to one of the brand's domains. */
  concerns(status: MastodonStatus): boolean;
  /** The same for a list, of which everything is wanted where no words are watched. */
  concernsFromList(status: MastodonStatus): boolean;
  /** Whether a new follower is news: by name, handle and what they say of themselves. */
  isNews(account: MastodonAccount): boolean;
}

/** @see Watch */
export function createWatch(plan: WatchPlan, brand: Brand): Watch {
  const words = keywords(plan.words);
  const followers: Keywords | null = typeof plan.follows === 'string' ? null : keywords(plan.follows);
  const concerns = (status: MastodonStatus): boolean => {
    if (status.reblog) return false;
    const { text, links } = textOf(status);
    if (links.some((link) => isOurLink(link, brand))) return true;
    const alts = status.media_attachments.map((medium) => medium.description);
    return words.find([text, ...alts].join('\n'), links) !== null;
  };
  return {
    plan,
    concerns,
    concernsFromList: (status) => (words.size === 0 ? !status.reblog : concerns(status)),
    isNews({ display_name: name, acct, note }) {
      if (!followers) return plan.follows === 'all';
      const { text, links } = htmlToText(note);
      return followers.find([name, acct, text].join('\n'), links) !== null;
    },
  };
}
