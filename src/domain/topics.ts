/** Words are looked for in this much of a text, in UTF-16 units: no network takes a longer answer. */
const MAX_READ = 5_000;

/** Common words that show no attention to what was said. */
const SMALL_WORDS = new Set(
  'all and any are but can did for get got had has her him his how its let may not now off one our out see she the too two use was way who why yes yet you about after again also been because before being could does doing done dont down each even ever every from have having hello here into just like made make many more most much need never only other over please really same should some still such than thank thanks that their them then there these they this those through today until very want wants well were what when where which while will with would your yours'.split(
    ' ',
  ),
);

/** Words of praise, asking and small talk: two people who both write “love” have no subject in common. */
const NO_TOPICS = new Set(
  'love loves loved loving great good best better awesome amazing nice happy perfect excellent wonderful fantastic lovely cool super favorite favourite recommend recommended wow anyone anybody someone somebody everyone everybody know knows question questions answer help helps wonder wondering think thinks people person thing things something anything everything nothing really always guys folks hey using used buy buying bought work works working worked tried trying year years month months week weeks day days time times ago since first second last new old big little bit lot kind sure yeah okay maybe going come came take took give gave tell said says look looks looking find found week mine ours myself whole both between against without within'.split(
    ' ',
  ),
);

/** Small words of German, French, Spanish, Italian, Portuguese and Dutch that are three letters or longer. */
const FOREIGN_SMALL = new Set(
  'jemand weiß weiss darf könnt der die das den dem des und ist sind nicht ein eine einen einem einer wir sie ihr ihre ich mich mir mein meine auch auf aus bei für fur mit nach von vom vor wie was wer wann warum noch schon sehr mal man gibt kann hat habe haben wird werden war oder aber dass doch immer les une est sont pas vous nous votre notre mes mon que qui quoi pour avec dans sur par plus très tres tout tous fait mais cette comment avez ont etre être los las una uno por para con del como más mas muy pero este esta esto ese esa son tiene hay alguien sabe cuando donde porque che non per una sono gli dei della delle nel con come più piu molto anche questo questa quando dove qualcuno mio mia uma não nao com para mais muito mas isso esse essa você voce vocês voces alguém alguem sabe como quando onde porque het een van niet wij zijn met voor naar ook maar dit dat deze die wat hoe waar wanneer iemand kan heb heeft jullie mijn'.split(
    ' ',
  ),
);

/** The beginning of a word that means something: "dishwashers" and "dishwasher" are the same. Empty for small words. */
export function stem(word: string): string {
  const small = word.toLowerCase().replace(/['’]\p{L}*$/u, '');
  return small.length < 3 || SMALL_WORDS.has(small) ? '' : small.slice(0, 5);
}

/**
 * What a text is about: at most `limit` words that mean something, by their {@link stem}, as they were written, in the
 * order of the text. Names of people, links and numbers are no subject.
 *
 * @param without words that everybody here uses: the brand's names
 */
export function topicsOf(
  text: string,
  without: readonly string[] = [],
  limit = 12,
): ReadonlyMap<string, string> {
  const ours = new Set(without.flatMap(wordsIn).map(stem));
  const topics = new Map<string, string>();
  for (const word of wordsIn(text)) {
    const small = word.toLowerCase();
    const key = stem(word);
    if (key === '' || ours.has(key) || topics.has(key)) continue;
    if (NO_TOPICS.has(small) || FOREIGN_SMALL.has(small) || /^\d/.test(small)) continue;
    topics.set(key, small);
    if (topics.size >= limit) break;
  }
  return topics;
}

function wordsIn(text: string): readonly string[] {
  const plain = text.slice(0, MAX_READ).replace(/https?:\/\/\S+|[@＠]\S+/giu, ' ');
  return plain.match(/[\p{L}\p{N}'’]+/gu) ?? [];
}
