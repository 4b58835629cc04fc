import { ideas } from './idea.ts';

/** What the time of the year does to people, in whichever hemisphere they live. */
export const SEASONS = ideas('season', [
  [
    'first-outside',
    'First coffee outside this year. It was too cold and we all pretended it was not. Have you sat outside yet?',
    { season: 'spring' },
  ],
  [
    'coats',
    'The tree by our door has decided that it is spring. Our coats do not agree. What tells you that winter is over?',
    { season: 'spring' },
  ],
  [
    'rhubarb',
    'Somebody brought rhubarb to {place}, a whole armful of it. Crumble, jam, or something we have not thought of?',
    { season: 'spring' },
  ],
  [
    'bee',
    'We opened every window at {place} today and a bee came to the morning meeting. It had no questions. Who has visited you lately?',
    { season: 'spring' },
  ],
  [
    'seedlings',
    'There are tomato seedlings on my windowsill and I look at them more often than at my mail. What are you growing, on purpose or not?',
    { season: 'spring' },
  ],
  [
    'spring-clean',
    'Tidying up at {place} has brought to light two umbrellas, one glove and a cassette. What did your spring cleaning find?',
    { season: 'spring' },
  ],
  [
    'asparagus',
    'The first asparagus of the year was on my plate last night. Which food do you wait for all year?',
    { season: 'spring' },
  ],
  [
    'all-weathers',
    'It rained, shone and hailed between nine and ten this morning. What are you wearing for that?',
    { season: 'spring' },
  ],
  [
    'ankles',
    'The first bare ankles of the year were seen at {place} today. Too early, or about time?',
    { season: 'spring' },
  ],

  [
    'chocolate',
    'It is so warm at {place} that the chocolate had to move into the fridge. How do you keep cool at work?',
    { season: 'summer' },
  ],
  [
    'ice-cream',
    'The ice cream van came past during a meeting. The meeting lost. Which flavour would you have run for?',
    { season: 'summer' },
  ],
  [
    'fan',
    'My desk fan has two settings: off, and everything on the floor. How do you keep your papers, and your temper, in the heat?',
    { season: 'summer' },
  ],
  [
    'away',
    'Half of us are away and the other half waters their plants. Who looks after things at yours while you are gone?',
    { season: 'summer' },
  ],
  [
    'too-hot',
    'What do you eat when it is too hot to cook? We are collecting, and so far the list says “melon” four times.',
    { season: 'summer' },
  ],
  [
    'grass',
    'We had lunch on the grass today and took an ant home each. Where was your best lunch outdoors?',
    { season: 'summer' },
  ],
  [
    'postcards',
    'The first postcards have arrived at {place}, and one shows a goat. When did you last write one, and to whom?',
    { season: 'summer' },
  ],
  [
    'berries',
    'The berries by our fence are ripe and my fingers give me away. What can you eat straight from the bush where you are?',
    { season: 'summer' },
  ],
  [
    'long-light',
    'It is light until late now, and I keep forgetting supper. What do you do with the long evenings?',
    { season: 'summer' },
  ],

  [
    'lamps',
    'First morning this year with the lamps on at {place}, and everybody whispers. What is your sign that autumn is here?',
    { season: 'autumn' },
  ],
  [
    'apples',
    'Somebody put a bag of windfall apples in the kitchen with a look that says “take some”. What do you do with more apples than you can eat?',
    { season: 'autumn' },
  ],
  [
    'soup',
    'Soup season has begun at {place}, and the microwave has a queue. Which soup would you bring?',
    { season: 'autumn' },
  ],
  [
    'jumper',
    'The jumper I lost in spring was behind the printer all along. Now autumn may begin. What have you found again lately?',
    { season: 'autumn' },
  ],
  [
    'leaves',
    'Leaves all over our doorstep this morning, and nobody wants to sweep because they look so good. Sweep, or leave them?',
    { season: 'autumn' },
  ],
  [
    'radiator',
    'The radiator at {place} knocked twice this morning, so it is on again. What does your home sound like when it gets cold?',
    { season: 'autumn' },
  ],
  [
    'pumpkin',
    'There is one pumpkin at {place} and there are six opinions: soup, pie or face. What should become of it?',
    { season: 'autumn', months: [4, 5, 10, 11] },
  ],
  ['cold-sunday', 'What goes into your pot on the first cold Sunday?', { season: 'autumn' }],
  [
    'mushrooms',
    'Mushrooms have come up by our bicycle stand, and suddenly half of us are experts. What turns your colleagues into experts?',
    { season: 'autumn' },
  ],
  [
    'pencils',
    'The shops are full of new pencils and I bought one that I do not need. What would you learn if school began again for you?',
    { season: 'autumn' },
  ],

  [
    'lights',
    'It is dark when we come and dark when we go, so somebody put a string of lights round the coffee machine. What gets you through?',
    { season: 'winter' },
  ],
  [
    'frost',
    'First frost on the saddles this morning. Who else scraped one with a library card?',
    { season: 'winter' },
  ],
  [
    'cough',
    'Everybody at {place} has the same cough and a different cure. Ginger, honey, onions in a sock: what do you swear by?',
    { season: 'winter' },
  ],
  [
    'layers',
    'We measured it: the coldest spot at {place} is exactly my chair. How many layers are you wearing today?',
    { season: 'winter' },
  ],
  [
    'no-snow',
    'No snow here yet, and one of us looks out of the window every ten minutes. How is it where you are?',
    { season: 'winter' },
  ],
  ['all-day', 'What did you cook lately that took all day and was worth it?', { season: 'winter' }],
  [
    'clementines',
    'Somebody peels clementines at {place} and the whole room smells of it. What does winter smell of for you?',
    { season: 'winter' },
  ],
  [
    'hat',
    'I have knitted a hat, against all advice, and it fits only the teapot. What was your last winter project?',
    { season: 'winter' },
  ],
  [
    'long-evening',
    'The days are short now. What do you do with a long evening at home?',
    { season: 'winter' },
  ],

  [
    'resolutions',
    'Resolutions at {place} so far: one of us takes the stairs, one of us has stopped counting. Did you make any, and are they alive?',
    { months: [1] },
  ],
  [
    'calendar',
    'New calendar on the wall, and the first thing in it is the dentist. What is the first good thing in yours?',
    { months: [1] },
  ],
  [
    'february',
    'February has fewer days than any other month and somehow more Mondays. What are you looking forward to?',
    { months: [2] },
  ],
  [
    'prank',
    'What is the best harmless trick that anybody has played on you at work? Ours involved forty rubber ducks.',
    { months: [3, 4] },
  ],
  ['halfway', 'Half of this year is over. What has been its best ordinary day so far?', { months: [6, 7] }],
  [
    'december-dish',
    'Which dish has to be on your table in December, or it does not count?',
    { months: [12] },
  ],
  [
    'undone',
    'Last weeks of the year. What do you still want to finish, and what may stay undone?',
    { months: [12] },
  ],
]);
