import type { Idea } from './idea.ts';
import { BEHIND } from './library-behind.ts';
import { ANNIVERSARIES, BIRTHDAYS, EVENTS, HOLIDAYS, TOPICS } from './library-fed.ts';
import { OFFICE } from './library-office.ts';
import { QUESTIONS } from './library-questions.ts';
import { SEASONS } from './library-seasons.ts';
import { STORIES } from './library-stories.ts';
import { THANKS } from './library-thanks.ts';

/** Every idea there is. None sells, none is an advertisement; a test holds them to our own etiquette. */
export const LIBRARY: readonly Idea[] = [
  ...OFFICE,
  ...SEASONS,
  ...QUESTIONS,
  ...BEHIND,
  ...THANKS,
  ...STORIES,
  ...EVENTS,
  ...BIRTHDAYS,
  ...ANNIVERSARIES,
  ...HOLIDAYS,
  ...TOPICS,
];
