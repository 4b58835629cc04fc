import type { Words } from './tokens.ts';

/** Languages with rules of their own: the most used ones of the networks we watch. */
const LANGUAGES = [
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
  en: 'the and is are was were have has had you your my it this that with for not but they what when how can could would should will been from about just im its dont cant i we to of on if there which get any where who why do does did he she they them me am be so or as than here then into out up want need did by at no',
  es: 'el los las una que y es por con para mi tu su pero muy esta este como cuando donde porque hay yo lo al del mas gracias todo tengo estoy sus les nos ya sin son eso esto',
  pt: 'os uma que e é por com para meu minha seu sua mas muito esta este isso voce voces nao eu ao do da dos das no na mais obrigado obrigada tudo tenho estou pra pelo tem foi ja sem sao',
  fr: 'le les une des et est pour avec mon ma vous votre mais tres cette ce je il nous sur pas que qui dans au aux du de la ne on sont suis ai bonjour merci chez mes vos plus depuis',
  de: 'der die das und ist ein eine einen ich ihr ihre mein meine nicht mit fur auf aber wie wann wo es wir sie bei zu den dem von auch noch hat habe danke kein keine seit euch euer sind mir mich',
  it: 'il gli una e è per con mio mia ma molto questa questo come quando dove non che di del della sono ho hai avete grazie io lo un si anche vostro vostra nel alla da piu perche',
  nl: 'het een en is van voor met mijn jullie niet maar hoe wanneer waar ik dat dit deze zijn heb heeft op te aan wel geen ook nog bij naar wat bedankt kan worden als dan er',
  tr: 've bir bu icin ile ben benim sizin cok ama nasil ne zaman nerede degil var yok mi mu da de gibi daha siz ki olarak',
  pl: 'w na jest sie nie ze z jak kiedy gdzie moj moja wasz ale bardzo mam dla czy od po co juz za przez ktory sa mi',
  id: 'yang dan di ini itu saya aku kamu untuk dengan tidak nggak gak ada dari ke sudah belum bisa apa kapan kenapa kok juga banget kak min terima kasih nya',
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

/** Words that the guess looks at: the first ones tell enough. */
const LOOK = 60;
/** A text shorter than this says too little to call it foreign. */
const ENOUGH_WORDS = 4;
/** One small word may be anybody's: "no". */
const SURE = 2;

function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag);
}

/** The language of a text by its script and small words; the network's own tag only breaks ties (it is often the author's default). */
export function readLanguage(words: Words, tag: string | null): Reading {
  const told = tag?.toLowerCase().split(/[-_]/)[0] ?? '';
  const byTag = isLanguage(told) ? told : null;
  const scores = new Map<Language, number>();
  const scripts = new Map<Language | null, number>();
  let seen = 0;
  for (const token of words.tokens) {
    if (token.type !== 'word' || /^\d/.test(token.word)) continue;
    if (++seen > LOOK) break;
    if (token.word.charCodeAt(token.word.length - 1) > 0x36f) {
      const script = SCRIPTS.find(([pattern]) => pattern.test(token.word));
      if (script) scripts.set(script[1], (scripts.get(script[1]) ?? 0) + 1);
    }
    for (const language of BY_WORD.get(token.word) ?? [])
      scores.set(language, (scores.get(language) ?? 0) + 1);
  }
  const script = [...scripts].sort((a, b) => b[1] - a[1])[0];
  if (script && script[1] * 3 >= Math.min(seen, LOOK)) {
    // One kana word among Han words makes it Japanese.
    const language = script[0] === 'zh' && scripts.has('ja') ? 'ja' : script[0];
    return { language, sure: true, foreign: language === null };
  }
  let winner: Language | null = null;
  let top = 0;
  for (const [language, score] of scores) {
    const weighed = score + (language === byTag ? 0.5 : 0);
    // English words are borrowed everywhere, but whole ties are English more often than not.
    if (weighed > top || (weighed === top && language === 'en')) {
      winner = language;
      top = weighed;
    }
  }
  if (winner) return { language: winner, sure: top >= SURE, foreign: false };
  return { language: byTag, sure: false, foreign: seen >= ENOUGH_WORDS && byTag !== 'en' };
}

// Their words cannot be mistaken for those of a language in another script, so they count in mixed texts too.
const OWN_SCRIPT: readonly Language[] = ['ru', 'ar', 'hi', 'ja', 'ko', 'zh'];

/** Whether a word of one language counts in a text that was read as `reading`. Where little tells, every list may speak. */
export function maySpeak(language: Language, reading: Reading): boolean {
  return !reading.sure || reading.language === language || OWN_SCRIPT.includes(language);
}
