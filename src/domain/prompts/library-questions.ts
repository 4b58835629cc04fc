import { ideas } from './idea.ts';

/** Open questions: nobody can answer them with yes or no, and everybody has an answer. */
export const QUESTIONS = ideas('question', [
  ['by-heart', 'What can you cook without looking anything up?'],
  ['repair', 'Which small repair do you show to every visitor?'],
  ['their-way', 'What did somebody teach you years ago that you still do exactly their way?'],
  ['nameless', 'What is the most useful thing in your kitchen drawer that has no name?'],
  ['ask-us', 'Which question do you wish that companies like ours would ask you?'],
  [
    'one-thing',
    'If you could change one small thing about what we make, what would it be? We read all of them, the blunt ones too.',
  ],
  ['by-hand', 'What do you do by hand although a machine could do it?'],
  ['miss', 'What did you once throw away and still miss?'],
  ['instructions', 'Which instructions have you never read, and how is that going?'],
  [
    'house-rules',
    'What do you always have to explain to guests? Here it is the door that only opens if you lift it.',
  ],
  ['borrowed', 'What was the last thing you borrowed and did not want to give back?'],
  ['first-dish', 'Who taught you to cook, and what was the first thing that worked?'],
  ['too-long', 'What took you far too long to find out about something you use every day?'],
  ['home-word', 'Which word do you use at home that nobody else would understand?'],
  ['ten-minutes', 'You have ten minutes that nobody knows about. What do you do with them?'],
  ['parents', 'What do you do quite differently from your parents, and what exactly the same?'],
  ['smell', 'Which smell takes you straight back to when you were eight?'],
  ['train', 'Imagine that one of us sits next to you on a train. What would you ask about our work?'],
  ['stranger', 'What is the kindest thing that a stranger did for you lately?'],
  ['passed-on', 'Which recipe, trick or habit have you passed on, and to whom?'],
  ['broken', 'What do you keep although it is broken?'],
  ['changed-mind', 'When did you last change your mind about something small?'],
  ['laugh', 'What made you laugh at work this week?'],
  ['chore', 'Which chore do you secretly like? One of us irons to relax, and we do not judge.'],
  ['bring', 'If we came to your place for lunch, what should we bring?'],
  [
    'spoon',
    'What have you mended with something it was not made for? We have a drawer held shut by a wooden spoon.',
  ],
  ['wait', 'What is worth waiting for? I mean really waiting, with a chair.'],
  [
    'small-victory',
    'Tell us a victory of this week that is too small for anybody else to care about. We care.',
  ],
]);
