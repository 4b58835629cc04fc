import { makePost, type Post } from '../../domain/post.ts';
import { type Character, PEOPLE, type Who } from './people.ts';
import { FOLLOWING, type Line, OPENING } from './script.ts';

/** A line with its place in the play. Times in milliseconds of the play (speed 1). */
export interface Cue extends Line {
  readonly conversation: string;
  /** When it appears after the curtain; 0 for the posts that are there from the beginning. */
  readonly at: number;
}

const PACE_SECONDS = 6;
const MINUTE = 60_000;
const SITE = 'https://sample.example';

function hash(text: string): number {
  let value = 7;
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return value;
}

/** People do not write like a metronome: 4 to 8 seconds, the same ones in every run. */
function pause(line: Line): number {
  return (line.afterSeconds ?? PACE_SECONDS - 2 + (hash(line.id) % 41) / 10) * 1_000;
}

function stage(): readonly Cue[] {
  const cues = new Map<string, Cue>();
  let at = 0;
  for (const line of [...OPENING, ...FOLLOWING]) {
    if (line.minutesAgo === undefined) at += pause(line);
    const before = line.replyTo ? cues.get(line.replyTo) : undefined;
    cues.set(line.id, { ...line, at, conversation: before?.conversation ?? line.id });
  }
  return [...cues.values()];
}

/** The whole play, in the order of appearance. */
export const CUES: readonly Cue[] = stage();

/** The address of a character's post or page, as their network would write it. */
export function addressOf(character: Character, id: string): string {
  return `${SITE}/${character.network}/${encodeURIComponent(character.handle)}/${id}`;
}

export function authorOf(who: Who): Post['author'] {
  const character: Character = PEOPLE[who];
  return {
    id: `${character.network}:${character.handle}`,
    name: character.name,
    handle: character.handle,
    url: `${SITE}/${character.network}/${encodeURIComponent(character.handle)}`,
    avatarUrl: null,
  };
}

/** A cue as the post of a source. `now` and `played` (play time at `now`) tell when it was written; `speed` stretches time. */
export function postOf(cue: Cue, source: string, time: { now: number; played: number; speed: number }): Post {
  const character: Character = PEOPLE[cue.who];
  const curtain = time.now - time.played / time.speed;
  return makePost({
    source,
    id: cue.id,
    conversationId: cue.conversation,
    replyTo: cue.replyTo ?? null,
    via: cue.via ?? 'mention',
    author: authorOf(cue.who),
    text: cue.text,
    lang: cue.lang ?? null,
    url: cue.via === 'follow' ? authorOf(cue.who).url : addressOf(character, cue.id),
    links: [...(cue.links ?? [])],
    media: cue.alt ? [{ url: null, alt: cue.alt }] : [],
    createdAt: Math.floor(Math.min(time.now, curtain + cue.at / time.speed) - (cue.minutesAgo ?? 0) * MINUTE),
    ours: cue.who === 'us' || cue.who === 'mara',
  });
}
