import { ideas } from './idea.ts';

/** Thanks: to those who write to us, and to those whom nobody thanks. */
export const THANKS = ideas('thanks', [
  [
    'long-message',
    'To those who take the time to write us a long, kind message: they go round {place} twice. Thank you.',
  ],
  [
    'wrong',
    'Thank you to everybody who tells us when something is wrong instead of quietly leaving. No post we get is more useful.',
  ],
  [
    'answered',
    'Some of you answer each other’s questions here before we get to it, and often better. Thank you. You know who you are.',
  ],
  [
    'stairs',
    'Somewhere somebody is carrying something up the stairs for you, in the rain. Thank you to them. Who should be thanked more often where you are?',
  ],
  [
    'paper',
    'Today I thank the colleague who always refills the paper and has never once mentioned it. Who is that person at yours?',
  ],
  [
    'staying',
    'Some of you have been with us for years and never asked for anything. We know your names and smile when we see them. Thank you.',
  ],
  [
    'pictures',
    'Thank you for the pictures you send. We look at every one, and yes, also at what is in the background.',
  ],
  ['say-name', 'Who helped you this week? Say thank you to them here. They might read it.'],
  [
    'close-look',
    'Whenever one of you finds a mistake of ours and tells us kindly, there is a small cheer at {place}. Thank you for looking so closely.',
  ],
  [
    'cleaners',
    'A quiet thank-you to those who clean {place} before any of us is here. We see it every morning.',
  ],
  [
    'stopped',
    'You could have scrolled on, and some of you stopped and answered us. Thank you. It makes the day here.',
  ],
  [
    'patience',
    'Thank you to everybody who was patient with us lately. We noticed, and we do not take it for granted.',
  ],
  [
    'first-ones',
    'To the first people who ever trusted us with anything: we still know your names. Thank you.',
  ],
  [
    'learnt',
    'I learnt something from one of your comments and used it at home the same evening. Thank you, and please go on.',
  ],
  ['teacher', 'Who taught you what you are good at today? Here is a place to thank them.'],
  [
    'disagree',
    'Thank you to those who disagree with us and stay polite. You have changed more here than you would think.',
  ],
  [
    'foot',
    'I had both hands full of coffee this morning and somebody held the door with a foot. What small kindness did you meet today?',
  ],
  [
    'lunch-shift',
    'A thank-you to everybody who works while the rest of us have lunch: at the till, on the bus, on the ward.',
  ],
]);
