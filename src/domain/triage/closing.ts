import type { Post } from '../post.ts';
import type { Language, Reading } from './language.ts';
import { LANGUAGE_RULES } from './lexicon-languages.ts';
import { SPACELESS_RULES } from './lexicon-spaceless.ts';
import { findAll, finder } from './phrases.ts';
import { fold, rawBetween, readWords, type Words } from './tokens.ts';

const ENGLISH = `thanks thank you u so very much lots lot ton tons million bunch a an thx thnx tnx thanx ty tysm tyvm cheers ta ok okay k kk okie great good perfect perfectly awesome amazing cool nice lovely excellent fantastic brilliant wonderful super superb sweet appreciate appreciated appreciates it that this the your help helps helped helpful support info information advice tip tips link quick fast speedy prompt timely reply replying response responding answer answering reaching out checking in confirming confirmation clarifying clarification looking into getting back following up for and will do i'll i'd try i give go check look shot let know see how goes got gotcha noted understood sure fine alright all right sorted fixed solved resolved done worked works working now again finally it's its is was i'm im i've happy glad love loved guys team everyone folks best you're youre ur rock star stars legend legends have day evening weekend one too as well yes yep yeah yup no worries worry problem problems just wanted to say bye really truly heard makes sense me my made ah oh haha lol hi hello hey bless kind of kindly that's thats what needed exactly hopefully hope fingers crossed touch get tomorrow later tonight soon morning today keep posted on asap with at will've already did same here anyway mate man bro sir dude friend dear patience time effort assistance service customer god amen aww aw yay phew whew wow great job hero heroes lifesaver star be away away then definitely absolutely sounds fair enough take care stay safe everything we're good to there call afternoon first thing when home interesting but left work never mind nevermind nvm`;

const SIGNS = [
  '👍',
  '👌',
  '🙏',
  '❤',
  '😊',
  '🙂',
  '👏',
  '🙌',
  '💯',
  '😍',
  '🥰',
  '✅',
  '💙',
  '💛',
  '💚',
  '🧡',
  '😀',
  '😁',
  '😄',
  '😃',
  '🤗',
  '🎉',
  '☺',
  ':)',
  ':-)',
  ';)',
  ':D',
  '<3',
  '🫶',
  '💪',
];
const ANCHORS = `thanks thank thx thnx tnx thanx ty tysm tyvm cheers ok okay k kk great good perfect awesome cool excellent brilliant wonderful super appreciate appreciated gotcha noted understood worries sorted fixed solved resolved worked works working alright fine sure`;

// The turn is ours again: something waits in our inbox.
const HANDOVER = finder([
  {
    value: true,
    phrases: `dm sent, dms sent, sent dm, sent a dm, sent you a dm, sent you dm, sent via dm, sent it in dm, dm'd you, dmed you, dm'd, dmed, just dmed, just dm'd, i dmed, dming you, dm you, i will dm, i'll dm, will dm, pm sent, sent a pm, sent you a pm, pm'd you, pmed you, message sent, sent a message, sent you a message, sent a private message, messaged you, sent you an email, sent an email, emailed you, email sent, just emailed, check your dm, check your dms, check your inbox, check dm, check dms, check your messages, see dm, in your dm, in your dms, in your inbox, filled out the form, filled in the form, submitted a ticket, opened a ticket,
      mp enviado, dm enviado, te escribi, os escribi, les escribi, os he escrito, mensaje enviado, enviado por dm, por privado, enviei dm, enviei no privado, mandei dm, mandei mensagem, mensagem enviada, chamei no privado, mp envoye, dm envoye, message envoye, je vous ai ecrit, envoye en mp, envoye en dm, en prive, dm geschickt, pn geschickt, dm ist raus, pn ist raus, nachricht geschickt, habe geschrieben, habe euch geschrieben, mail geschickt, ho scritto in dm, dm inviato, messaggio inviato, scritto in privato, dm gestuurd, bericht gestuurd, pb gestuurd, dm attim, dm den yazdim, mesaj attim, wiadomosc wyslana, napisalem na priv, napisalam na priv, dm sudah dikirim, sudah dm, cek dm, написал в лс, написала в лс, отправил в лс, отправила в лс, أرسلت رسالة, أرسلت لكم, راسلتكم, تم الإرسال على الخاص, dm kiya, dm कर दिया, मैसेज भेज दिया`,
  },
]);
const SPACELESS_HANDOVER = [
  'DM送',
  'dm送',
  'DMしました',
  'メッセージ送',
  '私信了',
  '已私信',
  '发私信',
  '發私訊',
  '已私訊',
  '디엠 보냈',
  'dm 보냈',
  '쪽지 보냈',
  '메시지 보냈',
].map(fold);

/** Longest closing: who writes more has more to say. */
const LONGEST = 40;

interface Vocabulary {
  readonly words: ReadonlySet<string>;
  readonly anchors: ReadonlySet<string>;
}

function vocabularyOf(words: string, anchors: string): Vocabulary {
  const read = (list: string): readonly string[] => readWords(list).tokens.map((token) => token.word);
  return { words: new Set([...read(words), ...read(anchors)]), anchors: new Set(read(anchors)) };
}

const VOCABULARIES = new Map<Language, Vocabulary>([['en', vocabularyOf(ENGLISH, ANCHORS)]]);
for (const [code, rules] of Object.entries(LANGUAGE_RULES)) {
  // An open entry (`agradecid*`) is a stem, not a word.
  const thanks = rules.thanks.split(',').filter((entry) => !entry.trim().endsWith('*'));
  const known = rules.closing.split(',').slice(0, 200);
  VOCABULARIES.set(
    code as Language,
    vocabularyOf(known.join(' '), `${thanks.join(' ')} ok okay super thanks dm`),
  );
}
const EVERY: Vocabulary = {
  words: new Set([...VOCABULARIES.values()].flatMap((entry) => [...entry.words])),
  anchors: new Set([...VOCABULARIES.values()].flatMap((entry) => [...entry.anchors])),
};

function closesWithoutSpaces(words: Words, language: Language): string | null {
  const rules = SPACELESS_RULES[language];
  if (!rules || words.folded === '' || words.folded.length > 120) return null;
  const thanks = rules.thanks.split(',').map(fold);
  const anchor = [...thanks, ...rules.closing.split(',').map(fold)].find((entry) =>
    words.folded.includes(entry),
  );
  if (!anchor) return null;
  let rest = words.folded;
  const known = [...thanks, ...rules.closing.split(',').map(fold), ...rules.praise.split(',').map(fold)];
  for (const entry of known.sort((a, b) => b.length - a.length)) rest = rest.replaceAll(entry, ' ');
  rest = rest.replaceAll(/@\S+/g, ' ');
  const letters = [...rest].filter((character) => /\p{L}/u.test(character)).length;
  return letters <= 6 ? anchor : null;
}

/** Whether the customer hands the turn to us elsewhere: "just sent you a DM". The words that say so, or null. */
export function findHandover(words: Words): string | null {
  const hit = findAll(HANDOVER, words)[0];
  if (hit) return rawBetween(words, hit.from, hit.to);
  return SPACELESS_HANDOVER.find((entry) => words.folded.includes(entry)) ?? null;
}

/** Whether a text only thanks, agrees or waves: the words that say so, or null. Questions and complaints are the caller's to exclude. */
export function findClosing(words: Words, reading: Reading): string | null {
  if (words.tokens.length === 0 || words.tokens.length > LONGEST) return null;
  if (words.tokens.some((token) => token.type === 'link')) return null;
  if (reading.language && SPACELESS_RULES[reading.language]) {
    const anchor = closesWithoutSpaces(words, reading.language);
    if (anchor) return anchor;
  }
  const vocabulary = (reading.sure && reading.language && VOCABULARIES.get(reading.language)) || EVERY;
  let anchor: string | null = null;
  let known = 0;
  let unknown = 0;
  for (const token of words.tokens) {
    if (token.type === 'handle') continue;
    if (token.type === 'emoji') {
      if (SIGNS.includes(token.word)) anchor ??= token.raw;
      continue;
    }
    if (vocabulary.words.has(token.word)) known++;
    else unknown++;
    if (vocabulary.anchors.has(token.word) && token.type === 'word')
      anchor = anchor && !SIGNS.includes(anchor) ? anchor : token.raw;
  }
  // One strange word in a short text is a name ("Thanks, Jen!"); longer texts may hold two.
  const allowed = known >= 12 ? 2 : known >= 1 ? 1 : 0;
  return anchor !== null && unknown <= allowed ? anchor : null;
}

// "Thanks, but …" goes on.
const TURNS = new Set(
  'but though however although except pero mas mais aber doch ma pero maar ama fakat ale tapi но однако لكن बस लेकिन por embargo'.split(
    ' ',
  ),
);
const ASKED = /[?？؟]|let us know|tell us|send us|dm us|share (?:with us|the|your)|which one/i;
/** Longest text in which thanks may be the point, whatever the other words are. */
const SHORT_THANKS = 14;

/**
 * Whether a short text with thanks in it needs no word of ours although it says something of its own ("Danke, er heizt
 * wieder"). Not where we had asked something: then the other words are the answer. Numbers and links are for us to read.
 */
export function isShortThanks(words: Words, ourLast: Post): boolean {
  if (ASKED.test(ourLast.text.slice(0, 2_000))) return false;
  const spoken = words.tokens.filter((token) => token.type === 'word');
  if (spoken.length > SHORT_THANKS || (words.folded !== '' && words.folded.length > 60)) return false;
  if (words.tokens.some((token) => token.type === 'link')) return false;
  return !spoken.some((token) => TURNS.has(token.word) || /\d/.test(token.word));
}

/** Our post that had the last word, such closings since left out; null when a customer had it. Looks at the newest ten posts. */
export function ourLastWord(earlier: readonly Post[], isClosing: (post: Post) => boolean): Post | null {
  for (let back = 1; back <= Math.min(10, earlier.length); back++) {
    const post = earlier[earlier.length - back];
    if (!post) return null;
    if (post.ours) return post;
    if (!isClosing(post)) return null;
  }
  return null;
}
