import type { Words } from './tokens.ts';

/** Languages with rules of their own: the most used ones of the networks we watch. */
export const LANGUAGES = [
  'en',
  'es',
  'pt',
  'fr',
  'de',
  'it',
  'nl',
  'tr',
  'pl',
  'id',
  'ru',
  'ar',
  'hi',
  'ja',
  'ko',
  'zh',
] as const;
export type Language = (typeof LANGUAGES)[number];

/** What we take the text for. */
export interface Reading {
  /** Null where nothing tells. */
  readonly language: Language | null;
  /** Two words at least speak for it: then the lists of other languages keep silent. */
  readonly sure: boolean;
  /** Whether it is written in a language that we have no rules for. */
  readonly foreign: boolean;
}

// The commonest small words, without those that mean something common in a neighbouring language.
const SMALL_WORDS: Partial<Record<Language, string>> = {
  en: 'the and is are was were have has had you your my it this that with for not but they what when how can could would should will been from about just im its dont cant i we to of on if there which get any where who why do does did he she they them me am be so or as than here then into out up want need did by at no hello hi thanks thank please still only some his after before again because every never always today yesterday these those their our us very too also got going really know think help order',
  es: 'el los las una que y es por con para mi tu su pero muy esta este como cuando donde porque hay yo lo al del mas gracias todo tengo estoy sus les nos ya sin son eso esto hola se si no nadie me te desde hasta sabe saben alguien fue puede pueden puedo tienen hacen hace ayer hoy ahora dos tres quiero ha han he hemos ser soy estan nunca siempre cual os aqui nada algo tambien otra otro cada mucho mucha llego llega hicimos',
  pt: 'os uma que e é por com para meu minha seu sua mas muito esta este isso voce voces nao eu ao do da dos das no na mais obrigado obrigada tudo tenho estou pra pelo tem foi ja sem sao como faco alguem sabe deu ate agora um comprei faz veio ninguem aqui ontem hoje quero vai vou fazer pode posso gente nem so pela produto pedido dele dela fizemos nunca valeu oi bom boa quando chega',
  fr: "le les une des et est pour avec mon ma vous votre mais tres cette ce je il nous sur pas que qui dans au aux du de la ne on sont suis ai bonjour merci chez mes vos plus depuis un quelqu'un si elle comment faire ca quand toujours personne etre fait peut ont c'est est-ce j'ai aussi bien encore quel quelle avez apres deux trois leur leurs moi toi avoir livrez commande dimanche",
  de: 'der die das und ist ein eine einen ich ihr ihre mein meine nicht mit fur auf aber wie wann wo es wir sie bei zu den dem von auch noch hat habe danke kein keine seit euch euer sind mir mich habt jemand weiss darf wieder niemand immer mal schon am im vom zum zur man kann konnen bitte hallo werden wird war waren wurde nur oder als um was wer gibt liefert diese dieser uns unsere ganz sehr heute gestern drei zwei',
  it: 'il gli una e è per con mio mia ma molto questa questo come quando dove non che di del della sono ho hai avete grazie io lo un si anche vostro vostra nel alla da piu perche faccio torna qualcuno sa se va mi vi ci ha hanno nessuno due tre giorni sul sulla ancora ciao buongiorno posso potete adesso ora ne suo sua mai sempre fatto abbiamo tutta tutto dopo ieri oggi risponde',
  nl: 'het een en is van voor met mijn jullie niet maar hoe wanneer waar ik dat dit deze zijn heb heeft op te aan wel geen ook nog bij naar wat bedankt kan worden als dan er weet iemand hij mag ze onze wordt zo niemand sinds gisteren heel erg slechte hebben hebt gemaakt waarom al doet hele kapot haar had moet weer graag hallo drie twee na weken dagen',
  tr: 've bir bu icin ile ben benim sizin cok ama nasil ne zaman nerede degil var yok mi mu da de gibi daha siz ki olarak kimse hafta gun bugun dun uc hala hic her sey su o en lutfen merhaba siparis siparisim siparisimi urun geldi gelmedi bekliyorum istiyorum yapiyor kadar sonra once butun ayni musunuz misiniz geri surekli cevap iki dunku biz bize',
  pl: 'w na jest sie nie ze z jak kiedy gdzie moj moja wasz ale bardzo mam dla czy od po co juz za przez ktory sa mi i o nikt ktos wie moze moge mozna prosze dzien dobry tak tylko bylo byl byla ten ta to oraz wczoraj dzis trzy dwa swojej przyszedl przyszla wysylacie macie',
  id: 'yang dan di ini itu saya aku kamu untuk dengan tidak nggak gak ada dari ke sudah belum bisa apa kapan kenapa kok juga banget kak min terima kasih nya gimana cara lagi tahu atau terus sampai pesanan kami punya banyak atas semua saja hari minggu tiga dua kirim tolong sangat anda mereka',
};

const BY_WORD = new Map<string, Language[]>();
for (const [language, words] of Object.entries(SMALL_WORDS)) {
  for (const word of words.split(' ')) {
    const key = word === 'é' || word === 'è' ? 'e' : word;
    BY_WORD.set(key, [...(BY_WORD.get(key) ?? []), language as Language]);
  }
}

// Scripts that decide by themselves. Kana before Han: Japanese uses both.
const SCRIPTS: readonly (readonly [RegExp, Language | null])[] = [
  [/[\u3040-\u30ff]/, 'ja'],
  [/[\uac00-\ud7af\u1100-\u11ff]/, 'ko'],
  [/[\u4e00-\u9fff]/, 'zh'],
  [/[\u0400-\u04ff]/, 'ru'],
  [/[\u0600-\u06ff]/, 'ar'],
  [/[\u0900-\u097f]/, 'hi'],
  [/[\u0370-\u03ff\u0530-\u05ff\u0980-\u10ff]/, null],
];

const PLAIN = /^[\u0000-\u007f]*$/;
// Letters that few languages write. Null: a language that we have no rules for.
const LETTERS: readonly (readonly [RegExp, Language | null, number])[] = [
  [/[ığİĞ]/, 'tr', 1.5],
  [/[şŞ]/, 'tr', 1],
  [/[łąężźśŁĄĘŻŹŚ]/, 'pl', 1.5],
  [/[ćńĆŃ]/, 'pl', 0.5],
  [/[ãõÃÕ]/, 'pt', 1.5],
  [/[ñÑ]/, 'es', 1.5],
  [/ß/, 'de', 1.5],
  [/[äüÄÜ]/, 'de', 0.5],
  [/[ùûêîœÙÛÊŒ]/, 'fr', 0.5],
  [/[ìòÌÒ]/, 'it', 0.5],
  // Czech, Slovak, Hungarian, Nordic, Baltic, South Slavic, Romanian, Vietnamese.
  [/[řůěőűåøæđơưățșčšžāēīūķļņģþð\u1ea0-\u1ef9]/i, null, 1.5],
];

/** Words that the guess looks at: the first ones tell enough. */
const LOOK = 60;
/** A text shorter than this says too little to call it foreign. */
const ENOUGH_WORDS = 4;
/** Less than this tells nothing: a word of three languages, or one of the weakest letters. */
const LEAST = 0.6;
/** One small word may be anybody's: "no". */
const SURE = 2;

/** What the words of a text say about its language. */
interface Tally {
  /** Words that were looked at. */
  seen: number;
  readonly scripts: Map<Language | null, number>;
  /** Small words and letters: those of several languages count for each of them in part. */
  readonly scores: Map<Language, number>;
  /** Small words alone, each in full; a letter counts as one. */
  readonly hits: Map<Language, number>;
  /** Letters of languages that we have no rules for. */
  strange: number;
}

/** The letters of a word; common ones count once a text: two words with ä are no more German than one. */
function countLetters(
  raw: string,
  seen: Set<RegExp>,
  add: (language: Language | null, weight: number) => void,
): void {
  for (const [letters, language, weight] of LETTERS) {
    if (seen.has(letters) || !letters.test(raw)) continue;
    if (weight < 1) seen.add(letters);
    add(language, weight);
  }
}

function count(words: Words): Tally {
  const tally: Tally = { seen: 0, scripts: new Map(), scores: new Map(), hits: new Map(), strange: 0 };
  const add = (language: Language | null, weight: number, hits = 1): void => {
    if (language === null) tally.strange += weight;
    else {
      tally.scores.set(language, (tally.scores.get(language) ?? 0) + weight);
      tally.hits.set(language, (tally.hits.get(language) ?? 0) + hits);
    }
  };
  const letters = new Set<RegExp>();
  let last = '';
  for (const { type, word, raw } of words.tokens) {
    if (type !== 'word' || /^\d/.test(word)) continue;
    if (++tally.seen > LOOK) break;
    if (word.charCodeAt(word.length - 1) > 0x36f) {
      const script = SCRIPTS.find(([pattern]) => pattern.test(word));
      if (script) tally.scripts.set(script[1], (tally.scripts.get(script[1]) ?? 0) + 1);
    }
    // An elision makes two words of one: its letters count once.
    if (raw !== last && !PLAIN.test(raw)) countLetters(raw, letters, add);
    last = raw;
    const known = BY_WORD.get(word) ?? [];
    for (const language of known) add(language, 1 / known.length);
  }
  return tally;
}

function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag);
}

/** The language of a text by its script, letters and small words; the network's own tag only breaks ties (it is often the author's default). */
export function readLanguage(words: Words, tag: string | null): Reading {
  const told = tag?.toLowerCase().split(/[-_]/)[0] ?? '';
  const byTag = isLanguage(told) ? told : null;
  const tally = count(words);
  const script = [...tally.scripts].sort((a, b) => b[1] - a[1])[0];
  if (script && script[1] * 3 >= Math.min(tally.seen, LOOK)) {
    // One kana word among Han words makes it Japanese.
    const language = script[0] === 'zh' && tally.scripts.has('ja') ? 'ja' : script[0];
    return { language, sure: true, foreign: language === null };
  }
  let winner: Language | null = null;
  let top = 0;
  for (const [language, score] of tally.scores) {
    const weighed = score + (language === byTag ? 0.5 : 0);
    // English words are borrowed everywhere, but whole ties are English more often than not.
    if (weighed > top || (weighed === top && language === 'en')) {
      winner = language;
      top = weighed;
    }
  }
  if (tally.strange > 0 && tally.strange >= top)
    return { language: null, sure: false, foreign: tally.seen >= ENOUGH_WORDS };
  // A letter alone is little: Finns and Swedes write ä, too.
  if (winner && top >= LEAST)
    return { language: winner, sure: (tally.hits.get(winner) ?? 0) >= SURE, foreign: false };
  return { language: byTag, sure: false, foreign: tally.seen >= ENOUGH_WORDS && byTag !== 'en' };
}

// Their words cannot be mistaken for those of a language in another script, so they count in mixed texts too.
const OWN_SCRIPT: readonly Language[] = ['ru', 'ar', 'hi', 'ja', 'ko', 'zh'];

/** Whether a word of one language counts in a text that was read as `reading`. Where little tells, every list may speak. */
export function maySpeak(language: Language, reading: Reading): boolean {
  return !reading.sure || reading.language === language || OWN_SCRIPT.includes(language);
}
