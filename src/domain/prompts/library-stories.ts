import { ideas } from './idea.ts';

/** Customers' stories: asked for, not told about them. */
export const STORIES = ideas('story', [
  ['oldest', 'What is the oldest thing from us that you still use? Tell us its story, scratches included.'],
  ['saved', 'Tell us about the day something of ours let you down, and how you saved the evening.'],
  ['lives', 'Where in your home does the thing you have from us live? We always picture it somewhere else.'],
  ['moved', 'Has something of ours ever moved house with you? How far has it come?'],
  ['family', 'Who else in your family uses it, and do they do it wrong?'],
  ['other-use', 'What do you use our things for that we would never have thought of?'],
  ['heard', 'Do you still know how you first heard of us? We like the roundabout stories best.'],
  [
    'hands',
    'Has something of ours ever changed hands in your family? Who had it first, and who gets it next?',
  ],
  ['did-not-work', 'Tell us about the first time you tried it and it did not work at all.'],
  ['name', 'Which name have you given it? We know that some of you have.'],
  ['worn', 'Show us the worn one, not the new one. What has it lived through?'],
  ['beginner', 'What would you tell somebody who begins with it today? One sentence, from you to them.'],
  ['surprised', 'When did you last surprise yourself with something you made?'],
  ['same-day', 'Is there a day in the week on which you always use it? What happens on that day?'],
  ['never-guess', 'Tell us something about you that we would never guess from your messages.'],
  ['ignored', 'Which advice of ours have you cheerfully ignored, and were you right?'],
  ['thought-of-us', 'What were you doing when you last thought of us? Honest answers, please.'],
  ['shed', 'If your kitchen, desk or shed could tell one story about you, which would it be?'],
  ['tuesday', 'Who sits at your table on an ordinary Tuesday?'],
  ['met', 'Have two of you ever met because of us? We would like to hear that one from the beginning.'],
]);
