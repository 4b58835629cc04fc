import { addDays, dayIn, minutesIn, weekdayOf } from './calendar.ts';
import { type Post, readableText } from './post.ts';
import type { When } from './routing-rule.ts';
import { readLanguage } from './triage/language.ts';
import { readWords } from './triage/tokens.ts';
import type { Verdict } from './triage/verdict.ts';
import { findWord } from './words.ts';

/** What a rule may look at. */
export interface Subject {
  readonly verdict: Pick<Verdict, 'kinds' | 'priority'>;
  readonly post: Post;
  /** When it reaches us, epoch milliseconds. */
  readonly at: number;
  /** What the team knows of the author. */
  readonly author: { readonly known: boolean; readonly tags?: readonly string[] };
}

/** What rules need that is not theirs. */
export interface RuleContext {
  /**
   * Whether a regular expression is in a text, in any case. Passed in: the engine is outside of the domain. It must take
   * time that grows no faster than the text, whatever the expression is.
   */
  readonly finds: (pattern: string, text: string) => boolean;
  /** The zone of rules that name none. */
  readonly zone: string;
  /** Whether the team works at that instant, as far as a source is concerned. */
  readonly working: (at: number, source: string) => boolean;
}

/** Why a rule fits, condition by condition in words ("complaint", "word “refund”"); null when it does not. */
export function fitWords(when: When, subject: Subject, context: RuleContext): readonly string[] | null {
  const { post } = subject;
  const words: string[] = [];
  // Cheap ones first: regular expressions are looked for only where everything else holds.
  const conditions = [
    fact(when, subject),
    when.author && authorWords(when.author, subject),
    when.time && (inTime(when.time, subject.at, context.zone) ? 'time of day' : null),
    when.working === undefined
      ? undefined
      : context.working(subject.at, post.source) === when.working
        ? `${when.working ? 'within' : 'outside'} working hours`
        : null,
    when.words && (findWord(readableText(post), when.words) ?? null),
  ];
  for (const condition of conditions) {
    if (condition === null) return null;
    if (condition !== undefined) words.push(...[condition].flat());
  }
  if (when.languages) {
    const language = languageOf(post);
    if (!when.languages.some((wanted) => speaks(language, wanted))) return null;
    words.push(`in “${language}”`);
  }
  if (when.patterns) {
    const text = readableText(post);
    const pattern = when.patterns.find((one) => context.finds(one, text));
    if (pattern === undefined) return null;
    words.push(`/${pattern}/`);
  }
  return words;
}

/** What can be told from the verdict and the post's fields alone. */
function fact(when: When, { verdict, post }: Subject): string[] | null {
  const words: string[] = [];
  if (when.kinds) {
    const kind = when.kinds.find((one) => verdict.kinds.includes(one));
    if (!kind) return null;
    words.push(kind);
  }
  if (when.sources) {
    if (!when.sources.includes(post.source)) return null;
    words.push(`on ${post.source}`);
  }
  if (when.via) {
    if (!when.via.includes(post.via)) return null;
    words.push(`by ${post.via}`);
  }
  const { minPriority = 0, maxPriority = 100 } = when;
  if (verdict.priority < minPriority || verdict.priority > maxPriority) return null;
  if (when.minPriority !== undefined || when.maxPriority !== undefined)
    words.push(`priority ${verdict.priority}`);
  return words;
}

function authorWords(wanted: NonNullable<When['author']>, { post, author }: Subject): string[] | null {
  const words: string[] = [];
  const any = (list: readonly string[], have: readonly string[]): string | undefined => {
    const folded = have.map(nameKey);
    return list.find((one) => folded.includes(nameKey(one)));
  };
  if (wanted.handles) {
    const handle = any(wanted.handles, [post.author.handle]);
    if (handle === undefined) return null;
    words.push(`by @${handle.replace(/^@+/, '')}`);
  }
  if (wanted.names) {
    const name = any(wanted.names, [post.author.name]);
    if (name === undefined) return null;
    words.push(`by ${name}`);
  }
  if (wanted.tags) {
    const tag = any(wanted.tags, author.tags ?? []);
    if (tag === undefined) return null;
    words.push(`author tagged “${tag}”`);
  }
  if (wanted.known !== undefined) {
    if (wanted.known !== author.known) return null;
    words.push(wanted.known ? 'known author' : 'new author');
  }
  return words;
}

function nameKey(name: string): string {
  return name.trim().replace(/^@+/, '').normalize('NFKC').toLowerCase();
}

/** The language a post is in: what the network says, else what its words tell; empty where nothing does. */
export function languageOf(post: Post): string {
  const told = post.lang?.toLowerCase() ?? '';
  if (told !== '' && told !== 'und') return told;
  const { language, sure } = readLanguage(readWords(readableText(post)), null);
  return sure && language ? language : '';
}

function speaks(language: string, wanted: string): boolean {
  const tag = wanted.toLowerCase();
  return language === tag || language.startsWith(`${tag}-`);
}

function inTime(time: NonNullable<When['time']>, at: number, teamZone: string): boolean {
  const zone = time.zone ?? teamZone;
  const { from = 0, to = 1_440 } = time;
  const minutes = minutesIn(at, zone);
  const today = dayIn(at, zone);
  const onDay = (day: string): boolean => !time.days || time.days.includes(weekdayOf(day));
  if (from < to) return onDay(today) && minutes >= from && minutes < to;
  return (minutes >= from && onDay(today)) || (minutes < to && onDay(addDays(today, -1)));
}
