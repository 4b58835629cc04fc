import { ideas } from './idea.ts';

/** Fed by the team's calendars: which event it is, when, and nothing else of what the calendar says. */
export const EVENTS = ideas('event', [
  [
    'potluck-list',
    'Potluck at {place} on {day}, and so far the list has five desserts and one bowl of crisps. Which dish of yours always comes home empty?',
    { event: 'potluck' },
  ],
  [
    'potluck-salad',
    'There is a potluck at {place} on {day} and I have signed up for salad, like a coward. What would you bring?',
    { event: 'potluck' },
  ],
  [
    'potluck-pot',
    'We have a potluck at {place} on {day}. What is your favourite dish out of a slow cooker?',
    { event: 'potluck' },
  ],
  [
    'potluck-brave',
    'On {day} everybody brings something to eat, and three people have written down “surprise”. What is the bravest thing you ever took to a potluck?',
    { event: 'potluck' },
  ],
  [
    'lunch-dumplings',
    'Team lunch on {day}. We agree on nothing but dumplings. Where would you take a table full of hungry people?',
    { event: 'lunch' },
  ],
  [
    'lunch-phones',
    'On {day} we all have lunch together, phones in a basket. What do you talk about when work is not allowed?',
    { event: 'lunch' },
  ],
  [
    'breakfast',
    'Breakfast for everybody at {place} on {day}. Sweet or savoury? And please do not say both.',
    { event: 'breakfast' },
  ],
  [
    'breakfast-eggs',
    'On {day} we have breakfast together, and somebody has to make the eggs. How do you make yours for a crowd?',
    { event: 'breakfast' },
  ],
  [
    'cake-jury',
    'There will be cake at {place} on {day}, and a jury that takes itself far too seriously. Which cake of yours has never lost?',
    { event: 'cake' },
  ],
  [
    'cake-tins',
    'Cake at {place} on {day}. Somebody has already hidden the good tins. What do you bake when it really matters?',
    { event: 'cake' },
  ],
  [
    'allhands-back',
    'From {time} we are all in one room for {span}, so it gets quiet here. Write down what is on your mind and one of us picks it up afterwards.',
    { event: 'all-hands' },
  ],
  [
    'allhands-seats',
    'Our all-hands begins at {time} and the good seats are taken already. We are away for {span}. What should somebody ask in there?',
    { event: 'all-hands' },
  ],
  [
    'allhands-ask',
    'We’ll be away for {span} from {time}: all-hands, all of us. What is the best question you ever heard in a meeting?',
    { event: 'all-hands' },
  ],
  [
    'allhands-biscuits',
    'All-hands at {time}. For {span} nobody answers here, then everybody does, with crumbs. How do you stay awake in a full room?',
    { event: 'all-hands' },
  ],
  [
    'offsite-shoes',
    'On {day} we leave {place} alone and go out together, with good shoes and far too long a plan. What did you ever do with colleagues that was not work and was worth it?',
    { event: 'offsite' },
  ],
  [
    'offsite-plants',
    'We are all out together on {day}, and only the plants stay at {place}. Where should a team go when it wants to think?',
    { event: 'offsite' },
  ],
  [
    'party-songs',
    'We celebrate on {day}, and the list of forbidden songs is longer than the list of songs. What has to be played?',
    { event: 'party' },
  ],
  [
    'party-shoes',
    'Party with everybody from {place} on {day}. Half of us ask what to wear, the other half what there is to eat. Which half are you?',
    { event: 'party' },
  ],
  [
    'volunteering',
    'On {day} a few of us swap the keyboard for gloves and help out in the neighbourhood. Where do you lend a hand?',
    { event: 'volunteering' },
  ],
  [
    'volunteering-learn',
    'We are out helping on {day}, and most of us will have to be shown how. What did you learn by lending a hand?',
    { event: 'volunteering' },
  ],
  [
    'training',
    'Some of us sit at the other side of the desk on {day} and learn something new. What are you learning at the moment?',
    { event: 'training' },
  ],
  [
    'training-notes',
    'Training at {place} on {day}. I have sharpened three pencils, which I think is half of it. How do you learn best?',
    { event: 'training' },
  ],
  [
    'first-aid',
    'First-aid course at {place} on {day}. The dummy is called Kevin and has survived all of us so far. When did you last take one?',
    { event: 'first-aid' },
  ],
  [
    'stocktake-count',
    'On {day} we count everything at {place}, twice, because the first number never agrees. What do you own more of than you thought?',
    { event: 'stocktake' },
  ],
  [
    'stocktake-find',
    'Stocktaking at {place} on {day}. Bets are open on what we find behind the last shelf. What turned up when you last moved the furniture?',
    { event: 'stocktake' },
  ],
  [
    'open-day',
    'On {day} the doors of {place} are open and you may look over our shoulders. What should we show you first?',
    { event: 'open-day' },
  ],
  [
    'open-day-tidy',
    'Open day at {place} on {day}, so we are hiding the cable box. What do you tidy away when visitors come?',
    { event: 'open-day' },
  ],
  [
    'hackday',
    'On {day} everybody at {place} works on whatever they like, and nobody may say “useful”. What would you make with a free day?',
    { event: 'hack-day' },
  ],
  [
    'hackday-small',
    'Free-project day at {place} on {day}. I want to mend one small thing that has annoyed me for a year. Which one would you take on?',
    { event: 'hack-day' },
  ],
  [
    'photo',
    'A photographer comes to {place} on {day}, and everybody has suddenly been to the barber. How do you stand when a camera looks at you?',
    { event: 'photo-day' },
  ],
  [
    'moving',
    'On {day} we move, with far more boxes than anybody admits to. What do you carry yourself when you move house?',
    { event: 'moving' },
  ],
  [
    'moving-last',
    'Moving day is on {day}. What did you find in the very last box the last time you moved?',
    { event: 'moving' },
  ],
  [
    'fair',
    'On {day} some of us stand at a fair, in new shoes, which is a mistake. What helps after a day on your feet?',
    { event: 'fair' },
  ],
  [
    'games',
    'Games evening at {place} on {day}. We had to ban one game for the sake of peace. Which one is banned at yours?',
    { event: 'games' },
  ],
  [
    'games-rules',
    'On {day} we play, and somebody will read the rules aloud to the very end. Are you the one who reads or the one who begins?',
    { event: 'games' },
  ],
  [
    'run',
    'A few of us run on {day}, some of us for the first time since school. What keeps you going in the last kilometre?',
    { event: 'sport' },
  ],
]);

/** Colleagues who agreed to it, on their day. */
export const BIRTHDAYS = ideas('birthday', [
  [
    'before-ten',
    'It is {name}’s birthday and there was cake at {place} before ten. What is the right time of day for cake?',
  ],
  [
    'no-fuss',
    '{name} has a birthday today and asked for no fuss. There is a little fuss. How do you celebrate somebody who does not want it?',
  ],
  [
    'three-keys',
    'Today we sing for {name}, in three keys at once. Is there a better birthday song than the usual one?',
  ],
  [
    'music',
    '{name} chooses the music all day, because it is {name}’s birthday. What would be on your birthday list?',
  ],
  [
    'present',
    'It is {name}’s birthday today. We asked round {place} for the best present that cost nothing. What was yours?',
  ],
  [
    'candles',
    'There are not enough candles at {place} for {name} today, and nobody dares to say it. How do you count yours?',
  ],
]);

export const ANNIVERSARIES = ideas('anniversary', [
  ['first-day', '{name} started here {years} ago today. What do you remember of your own first day?'],
  ['stayed', 'It is {years} today since {name} came to us, and stayed. What makes you stay somewhere?'],
  [
    'changed',
    '{years} ago today {name} walked into {place} for the first time. What has changed most in your work since you began?',
  ],
  [
    'knows',
    'Today {name} has been here for {years} and knows where everything is. Who is that person where you work?',
  ],
  [
    'thanks',
    '{name} has been with us for {years} today, and I would like to say thank you where everybody can read it.',
  ],
]);

/** Around holidays: about the day as people live it, and about those who work on it. */
export const HOLIDAYS = ideas('holiday', [
  [
    'plants',
    '{holiday} is on {day}, and {place} will be empty but for the plants. How do you spend a free day?',
    { holiday: 'any' },
  ],
  [
    'who-works',
    '{day} is {holiday}. If you have to work that day: thank you, and what do they bring you to eat?',
    { holiday: 'any' },
  ],
  [
    'every-year',
    'What do you do on {holiday} every single year? At {place} we have heard everything from a swim to the tax return.',
    { holiday: 'any' },
  ],
  [
    'table',
    'Who sits at your table on {holiday}? And who brings the thing that nobody asked for?',
    { holiday: 'any' },
  ],
  [
    'other-places',
    'We are off on {day}, for {holiday}. If it is a plain working day where you live, tell us what we miss.',
    { holiday: 'any' },
  ],
  [
    'new-year-last',
    'Last working days of the year at {place}. Which small thing of this year do you want to keep?',
    { holiday: 'new-year' },
  ],
  ['new-year-first', 'What is the first thing you will cook in the new year?', { holiday: 'new-year' }],
  [
    'easter-eggs',
    'We boiled eggs at {place} and argued about the colour with onion skins. How do you dye yours?',
    { holiday: 'easter' },
  ],
  [
    'easter-hide',
    'Easter is on its way, and somebody hides things at {place} that we will find in August. What is the best hiding place you know?',
    { holiday: 'easter' },
  ],
  [
    'labour',
    '{day} is for everybody who works. What is the hardest work you ever did, and what did it teach you?',
    { holiday: 'labour-day' },
  ],
  [
    'whitsun',
    'A long weekend lies ahead. What is your plan: a lake, a list, or a sofa?',
    { holiday: 'whit-monday' },
  ],
  [
    'thanksgiving-side',
    'Thanksgiving is on {day}. Which side dish is worth more than the bird?',
    { holiday: 'thanksgiving' },
  ],
  [
    'thanksgiving-thanks',
    'Before Thanksgiving we all wrote one name on a card: somebody we want to thank. Whose name would be on yours?',
    { holiday: 'thanksgiving' },
  ],
  [
    'independence',
    'Who is in charge of the grill at yours on {day}, and is that still up for discussion?',
    { holiday: 'independence-day' },
  ],
  [
    'canada',
    'Canada Day is on {day}. Which dish would you make for somebody who has never been there?',
    { holiday: 'canada-day' },
  ],
  ['australia', 'Long weekend ahead. Beach, backyard, or bed?', { holiday: 'summer-holiday' }],
  [
    'bastille',
    'On {day} there is a ball at every fire station. What do you dance to when nobody has taught you how?',
    { holiday: 'bastille-day' },
  ],
  [
    'unity',
    '{day} is a holiday here, a quiet one. What do you do with a day on which the shops are closed?',
    { holiday: 'german-unity' },
  ],
  [
    'king',
    'On {day} people sell their attics on the pavement here. What is your best find that somebody else wanted to be rid of?',
    { holiday: 'kings-day' },
  ],
  [
    'midsummer',
    'Midsummer is on {day}: new potatoes, long light, wet grass. What has to be on the table at yours?',
    { holiday: 'midsummer' },
  ],
  [
    'all-saints',
    'On {day} many of us go and light a candle for somebody. Who taught you something that you still use?',
    { holiday: 'all-saints' },
  ],
  [
    'st-patrick',
    'It is St Patrick’s Day on {day}. Which song do you know all the words of?',
    { holiday: 'st-patrick' },
  ],
  [
    'christmas-tins',
    'The biscuit tins at {place} are open and the labels are lies. Which biscuit goes first at yours?',
    { holiday: 'christmas' },
  ],
  [
    'christmas-late',
    'Who else still has one present to make, with the shops about to close? Tell us what it will be, we tell nobody.',
    { holiday: 'christmas' },
  ],
  [
    'christmas-leftovers',
    'What do you make of the leftovers? I am asking for somebody who always cooks for twelve.',
    { holiday: 'boxing-day' },
  ],
]);

/** What people write about these days, by its word. */
export const TOPICS = ideas('topic', [
  [
    'lunch',
    'Several of you wrote to us about “{topic}” this week, and now it is all we talk about at lunch. What should we know about it?',
  ],
  ['ask', 'The word we read most this week was “{topic}”. Tell us how it is for you, good or bad.'],
  [
    'wall',
    'We wrote “{topic}” on the wall at {place}, because so many of you mention it. What would you write below it?',
  ],
  [
    'tip',
    'Many of you are busy with “{topic}” at the moment. What is the one thing you wish you had known earlier?',
  ],
  ['story', 'You have told us a lot about “{topic}” lately. Whose story have we not heard yet?'],
  ['argue', '“{topic}” came up so often this week that two of us have opinions now. What is yours?'],
]);
