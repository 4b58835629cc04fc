import type { DismissReason, ItemState, Person } from './item.ts';
import type { Picture, PictureRules } from './picture.ts';
import type { Kind, SuggestedResponse } from './triage/verdict.ts';

/** What colour a card wears: red waits and burns, yellow waits or is being worked on, green is done, grey wants nothing. */
export type Tone = 'red' | 'yellow' | 'green' | 'grey';

/** What a card offers. The order is the order of the buttons. */
export type CardAction =
  | 'claim'
  | 'draft'
  | 'request-approval'
  | 'approve'
  | 'refuse'
  | 'send'
  | 'another'
  | 'not-today'
  | 'dismiss'
  | 'release'
  | 'assign'
  | 'snooze'
  | 'mark-answered'
  | 'note'
  | 'reopen'
  | 'open';

/** One post of the conversation as a card shows it. Text is hostile and unescaped: renderers escape it. */
export interface CardPost {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly at: number;
  readonly ours: boolean;
  readonly url: string | null;
}

/** The account a reply goes out from, and how the network counts. */
export interface ReplyDoor {
  /** Shown before sending: "@brand on Bluesky". */
  readonly account: string;
  readonly limit: number;
  /** What is counted: "characters", "graphemes". */
  readonly unit: string;
  /** What it takes beside the words; absent where it takes no pictures. */
  readonly pictures?: PictureRules;
}

/**
 * What the team sees of an item, in no platform's language. Every string that came from outside is plain,
 * unescaped and of any length: a renderer escapes it, cuts it to its limits and lets nothing in it act.
 */
export interface Card {
  readonly itemId: number;
  /** The item version it shows. */
  readonly version: number;
  readonly origin: 'conversation' | 'prompt';
  readonly state: ItemState;
  readonly tone: Tone;
  readonly source: { readonly name: string; readonly label: string };
  /** Made-up posts of the sample source: marked on every card. */
  readonly sample: boolean;
  readonly kinds: readonly Kind[];
  /** "Question", "Complaint · Comparison": the kinds in words. */
  readonly kindLabel: string;
  readonly priority: number;
  /** `urgent` from 80, `high` from 60, `normal` from 30, else `low`. */
  readonly urgency: 'urgent' | 'high' | 'normal' | 'low';
  readonly author: {
    readonly name: string;
    readonly handle: string;
    readonly url: string | null;
    readonly avatarUrl: string | null;
    /** What we know of them: "3rd time here; last: praised the new recipe, answered by Ana". */
    readonly known: string;
  };
  readonly text: string;
  /** The post on its network. */
  readonly url: string | null;
  readonly lang: string | null;
  /** Set where a machine can translate it for the team. */
  readonly translate?: true;
  readonly postedAt: number;
  readonly conversation: {
    /** The posts around it, oldest first, the shown one left out; the newest {@link MAX_CARD_POSTS}. */
    readonly posts: readonly CardPost[];
    /** How many more there are. */
    readonly omitted: number;
  };
  /** Where else the same person said the same; an answer at any of these places counts for all. */
  readonly alsoOn: readonly { readonly label: string; readonly url: string | null }[];
  readonly reasons: readonly string[];
  readonly suggested: SuggestedResponse;
  /** "Answer the question", "Say thank you": the suggestion in words. */
  readonly suggestedLabel: string;
  readonly answerDue: boolean;
  readonly openedAt: number;
  /** Since when the customer waits; null when nobody waits. */
  readonly waitingSince: number | null;
  /** When the answer is due by the team's own targets; null where there is none, or nobody waits. */
  readonly dueAt: number | null;
  /** Whether the customer came back after it had been closed. */
  readonly followUp: boolean;
  readonly owner: Person | null;
  readonly lastOwner: Person | null;
  readonly snoozedUntil: number | null;
  readonly draft: { readonly text: string; readonly by: string; readonly at: number } | null;
  /** What goes out with the draft; a description may still be missing. */
  readonly pictures: readonly Picture[];
  /** Set while the draft waits for a second person: exactly this text would be public. */
  readonly approval: { readonly by: string; readonly text: string; readonly at: number } | null;
  /** Set while a reply is on its way. */
  readonly sending: { readonly by: string } | null;
  readonly warning: string | null;
  readonly notes: readonly { readonly by: string; readonly text: string; readonly at: number }[];
  /** How it ended, in one line: "Answered by Ana"; null while it is not closed. */
  readonly closing: {
    readonly line: string;
    readonly by: string;
    readonly at: number;
    /** The public answer. */
    readonly url: string | null;
  } | null;
  /** Null where the network lets no bot reply: the card then offers to open the post and answer there. */
  readonly reply: ReplyDoor | null;
  /** Why nothing can be sent from here, in words: "Bluesky: its author lets only followers answer."; null while something can. */
  readonly noReply: string | null;
  readonly actions: readonly CardAction[];
  /** What a person may choose from when they dismiss it. */
  readonly dismissReasons: readonly DismissReason[];
}

/** How many posts of the conversation a card carries. */
export const MAX_CARD_POSTS = 12;
