import type { Tone } from './card.ts';

/** A line of a notice: what it says, and where it leads. Text may come from outside: renderers escape it. */
export interface NoticeLine {
  readonly text: string;
  /** The item it is about: shown as `#12`, and offered to be looked at. */
  readonly itemId?: number;
  readonly url?: string | null;
}

/** A figure with its name: "12 answered". */
export interface Figure {
  readonly label: string;
  readonly value: string;
  /** What is worth knowing beside it: "8 yesterday". */
  readonly note?: string;
  /** What a person presses to see the items behind it ({@link NoticeButton.press}). */
  readonly press?: string;
}

export type NoticeBlock =
  | { readonly type: 'heading'; readonly text: string }
  | { readonly type: 'text'; readonly text: string }
  /** Beside the point: definitions, where a figure comes from. */
  | { readonly type: 'small'; readonly text: string }
  | { readonly type: 'figures'; readonly figures: readonly Figure[] }
  | { readonly type: 'list'; readonly lines: readonly NoticeLine[] }
  | { readonly type: 'quote'; readonly text: string; readonly by?: string; readonly url?: string | null };

/** A button of a notice or of a private answer. */
export interface NoticeButton {
  /**
   * What is asked of the flow: the name of who does it, then what it needs, all of it, so that the button still works
   * after a restart: `oncall:take:2026-11-30`. Signs a-z, A-Z, 0-9 and `:/_.-`, at most {@link MAX_PRESS}.
   */
  readonly press: string;
  readonly label: string;
  readonly style?: 'primary' | 'danger';
}

/** Longest {@link NoticeButton.press}: Discord's custom ids hold 100 characters, ours begin with a tag. */
export const MAX_PRESS = 80;

/** A picture in the store, with the words for those who do not see it. */
export interface NoticePicture {
  readonly id: string;
  readonly alt: string;
}

/**
 * What Potluck says to a channel, or privately to one person, that is no item's card: a hand-over, a digest, a roll-up, a
 * proposal. In no platform's language, like a card; a renderer escapes it and cuts it to its limits.
 */
export interface Notice {
  readonly title: string;
  readonly tone: Tone;
  readonly blocks: readonly NoticeBlock[];
  readonly picture?: NoticePicture | null;
  readonly buttons: readonly NoticeButton[];
  /** Person ids that are pinged, once, when it is said first; those of other platforms are left out. */
  readonly mention: readonly string[];
}

const PRESS = /^[a-z][a-z-]*(?::[A-Za-z0-9:/_.-]*)?$/;

/** The name of who does what a button asks, and the rest; null for what is none of ours. */
export function parsePress(press: string): { readonly name: string; readonly rest: string } | null {
  if (press.length > MAX_PRESS || !PRESS.test(press)) return null;
  const at = press.indexOf(':');
  return at < 0 ? { name: press, rest: '' } : { name: press.slice(0, at), rest: press.slice(at + 1) };
}

/** What leads to the items behind its figures, each once: platforms refuse two alike. */
export function pressesOf(
  notice: Pick<Notice, 'blocks'>,
): readonly { readonly press: string; readonly label: string }[] {
  const all = notice.blocks.flatMap((block) =>
    block.type === 'figures'
      ? block.figures.flatMap(({ press, label, value }) =>
          press === undefined ? [] : [{ press, label: `${label}: ${value}` }],
        )
      : [],
  );
  return unique(all);
}

/** Its buttons, each once. */
export function uniqueButtons(notice: Pick<Notice, 'buttons'>): readonly NoticeButton[] {
  return unique(notice.buttons);
}

function unique<Pressed extends { readonly press: string }>(all: readonly Pressed[]): readonly Pressed[] {
  const known = new Set<string>();
  return all.filter(({ press }) => parsePress(press) !== null && !known.has(press) && known.add(press));
}
