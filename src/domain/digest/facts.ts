import type { Cost } from '../cost.ts';
import type { ItemState } from '../item.ts';
import type { Place } from '../routing.ts';
import type { Raw, Target } from '../stats.ts';
import type { Kind } from '../triage/verdict.ts';
import type { Quote, Voice } from './themes.ts';

export type DigestWindow = 'day' | 'week';

/** A post of somebody who is not of us, with the kinds of its item; none where there is no item. */
export interface Heard extends Voice {
  readonly kinds: readonly Kind[];
}

/** Who wrote to us in one source. Spam is left out. */
export interface Crowd {
  readonly source: string;
  readonly posts: number;
  readonly people: number;
  /** Of the people, those who had written before the window. */
  readonly known: number;
}

/** Who waits, as a line of the digest tells it. */
export interface Waiting {
  readonly itemId: number;
  readonly source: string;
  readonly by: string;
  readonly text: string;
  readonly since: number;
  readonly state: ItemState;
  readonly owner: string | null;
  readonly url: string | null;
}

/** Somebody who speaks for us, with the reasons. */
export interface Advocate {
  readonly name: string;
  readonly url: string | null;
  /** Where they do it: "Bluesky". */
  readonly labels: readonly string[];
  /** "praised us 3 times". */
  readonly reasons: readonly string[];
}

/** A prompt of ours that went public, and what people wrote below it. */
export interface PromptEcho {
  readonly itemId: number;
  readonly text: string;
  readonly url: string | null;
  readonly at: number;
  readonly replies: number;
  readonly people: number;
  readonly quotes: readonly Quote[];
}

/** What only the weekly council asks. */
export interface CouncilFacts {
  readonly heard: readonly Heard[];
  /** The four weeks before. */
  readonly heardBefore: readonly Heard[];
  /** Where the praise and the complaints of the window went. */
  readonly placed: readonly {
    readonly itemId: number;
    readonly kinds: readonly Kind[];
    readonly place: Place;
  }[];
  /** Questions to which somebody else had written something before we answered. */
  readonly answeredBefore: ReadonlySet<number>;
  /** How many answers sent through Potluck were looked at, and how many of them gave nothing to remark on. */
  readonly voice: { readonly sent: number; readonly clear: number };
  readonly advocates: readonly Advocate[];
  readonly prompts: readonly PromptEcho[];
}

/** Everything a digest is made of, read at one moment. */
export interface DigestFacts {
  readonly window: DigestWindow;
  /** When this was read: who waits, waits then. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** The beginning of the window that it is compared with; it ends where this one begins. */
  readonly before: number;
  /** Beginnings of the days of the chart, and the end of the last, in order: at least `before` to `to` is in `raw`. */
  readonly days: readonly number[];
  /** The zone in which days and times are told. */
  readonly zone: string;
  /** From `before` or the first of `days`, whichever is earlier, to `to`. */
  readonly raw: Raw;
  readonly target: Target;
  readonly crowds: readonly Crowd[];
  readonly crowdsBefore: readonly Crowd[];
  /** Posts of ours that answered nobody: we spoke first. */
  readonly begun: number;
  readonly begunBefore: number;
  readonly spent: readonly { readonly source: string; readonly cost: Cost }[];
  /** Longest first. */
  readonly waiting: readonly Waiting[];
  /** What we call the sources that cannot hear at this moment. */
  readonly deaf: readonly string[];
  /** What people call a source. */
  readonly labels: ReadonlyMap<string, string>;
  readonly council: CouncilFacts | null;
  /** Our own names, and the departments by the channels they read; empty where each channel is its own. */
  readonly names: readonly string[];
  readonly departments: ReadonlyMap<string, readonly Place[]>;
}
