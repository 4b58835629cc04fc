import { ideas } from './idea.ts';

/** Behind the scenes: how the work is really done. */
export const BEHIND = ideas('behind', [
  ['key', 'Our day begins with finding out who has the key. What does yours begin with?'],
  [
    'four-letters',
    'Three of us argued for an hour about a word of four letters. It is now another word of four letters. What do you have to get exactly right?',
  ],
  [
    'messy-table',
    'The messiest table at {place} is the one where things get finished. Is yours tidy, or does it work?',
  ],
  [
    'shelf',
    'We keep a shelf of things that did not work out. It gets more visitors than any other at {place}. What is on yours?',
  ],
  [
    'tape',
    'The first version of nearly everything we do is ugly and held together with tape. What did your first try look like?',
  ],
  [
    'ask-anything',
    'Ask us anything about how a day at {place} goes. I have a full pot of coffee and answer until it is empty.',
  ],
  [
    'reads-aloud',
    'A job here that nobody sees: somebody reads every message that comes in, and the nice ones aloud. What is the job that nobody sees at yours?',
  ],
  [
    'mistake',
    'I got something wrong this week, found it, and put it right before lunch. It still follows me around. How do you let go of a mistake?',
  ],
  [
    'corridor',
    'I counted: forty times a day along the same corridor, mostly for tea. What would your step counter say about you?',
  ],
  [
    'not-yet',
    'There is a list on our wall called “Not yet”. It is longer than the other one. What is on your “not yet” list?',
  ],
  [
    'coat-hook',
    'The best ideas at {place} come up between the door and the coat hook. Where do yours come from?',
  ],
  [
    'other-job',
    'One of us is learning another one’s job today, with many questions and one very small flood. When did you last do something for the first time?',
  ],
  [
    'cables',
    'On a slow afternoon we sort the cable box: eleven of the same, and none of the right one. What is in your box?',
  ],
  [
    'corner',
    'If you could stand in a corner at {place} for an hour, what would you want to see? We would take pictures of it for you.',
  ],
  [
    'jar',
    'We have a jar for everybody who says “quick question”. It will pay for a very good lunch. What would fill a jar at yours?',
  ],
  [
    'notebook',
    'One of us writes everything into a paper notebook and is always the one who knows. Paper or screen?',
  ],
  [
    'odd-question',
    'We keep a list of the oddest questions we were ever asked, and look up every answer. What is the oddest you were asked at work?',
  ],
  [
    'two-people',
    'Before anything leaves {place}, two people look at it, and the second one is never polite. Who looks over your work?',
  ],
  [
    'cupboard',
    'Today I opened a door at {place} that I had walked past for years. It was a cupboard. What did you find that late?',
  ],
  [
    'blue-tape',
    'What holds {place} together is a roll of blue tape and one person who knows where it is. What holds yours together?',
  ],
  [
    'seven-years',
    'We tried to explain our work to a seven-year-old, and she had better questions than we had answers. How would you explain yours in one sentence?',
  ],
  [
    'slow-part',
    'There is a step in our work that cannot be hurried, and we have all tried. Which part of yours takes as long as it takes?',
  ],
]);
