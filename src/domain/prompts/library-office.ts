import { ideas } from './idea.ts';

/** What happens where people work together, told as it is. */
export const OFFICE = ideas('office', [
  [
    'kettle',
    'The kettle at {place} has been on since eight this morning. Tea people or coffee people, where you are?',
  ],
  [
    'plant',
    'Our oldest plant has put out a new leaf after months of sulking, and nobody admits to watering it. Has a plant of yours ever come back?',
  ],
  [
    'garlic',
    'Somebody at {place} is warming up something with garlic and nobody can concentrate. What is for lunch at yours?',
  ],
  [
    'chair',
    'There is one good chair at {place} and an unwritten rule about who gets it. What does everybody at your work quietly fight over?',
  ],
  [
    'window',
    'Today’s debate at {place}: window open or window shut. Three against three, and one of us refuses to vote. Which side are you on?',
  ],
  [
    'mug',
    'Every mug at {place} belongs to somebody, and you find out whose the hard way. What is on the one you reach for first?',
  ],
  [
    'music',
    'It is my turn to choose the music at {place} and I feel watched. One song that bothers nobody, please?',
  ],
  [
    'biscuits',
    'A packet of biscuits appeared at {place} without a note. It lasted eleven minutes. What would be gone even sooner at yours?',
  ],
  [
    'monday-word',
    'We each said one word about our weekend, and mine was “laundry”. What is yours?',
    { weekdays: [1] },
  ],
  [
    'friday-list',
    'It is Friday, and one thing on my list has been there since Monday. What do you do with the one that never gets done?',
    { weekdays: [5] },
  ],
  [
    'fridge',
    'Fridge clean-out at {place}. There is a jar at the back that nobody claims and nobody dares to open. What is the oldest thing in yours?',
  ],
  [
    'dog',
    'A dog came to work with us today, and not much else has happened since. Who keeps you company while you work?',
  ],
  [
    'view',
    'From my desk I can see a wall, a bit of sky and a pigeon with a schedule. What do you see when you look up?',
  ],
  [
    'crumbs',
    'I ate a croissant over my keyboard and now the space bar crunches. Which food is forbidden at your desk, by law or by experience?',
  ],
  [
    'rain',
    'Half of us came in soaked this morning and the radiators are full of socks. How did you get to work today?',
  ],
  [
    'toastie',
    'Lunch talk at {place}: is a toastie a sandwich? We went back to work without an answer. Please settle it.',
  ],
  [
    'first-day',
    'On my first day in this job I called somebody by the wrong name, twice. What happened on yours?',
  ],
  [
    'duck',
    'Somebody drew a very good duck on our whiteboard months ago, and nobody has had the heart to wipe it off. What has been on your wall far too long?',
  ],
  [
    'quiet',
    'It is so quiet at {place} today that we can hear the fridge think. What does your work sound like?',
  ],
  [
    'drawer',
    'There is a drawer at {place} that we do not talk about. It has liquorice in it. What is in yours?',
  ],
  [
    'cup',
    'Our smallest tradition: whoever breaks a cup brings cake. What is the smallest tradition where you work?',
  ],
  [
    'handwriting',
    'I found a to-do list in my own handwriting and cannot read the third line. It ends in “before Tuesday!”. Who else does this?',
  ],
  [
    'walk',
    'A few of us walk round the block after lunch and solve nothing at all. What gets you out of your chair?',
  ],
  [
    'scissors',
    'The oldest thing on my desk is a pair of scissors that I would save from a fire. What is yours?',
  ],
  [
    'desk-swap',
    'We swapped desks for a day, and I have learnt that every chair squeaks in its own way. What would somebody learn at yours?',
  ],
  [
    'midweek',
    'Wednesday, half past three, and somebody has just asked what day it is. How is your week going, honestly?',
    { weekdays: [3] },
  ],
  [
    'umbrella',
    'We own nine umbrellas at {place} and on a wet evening there is never one. Where do umbrellas go?',
  ],
]);
