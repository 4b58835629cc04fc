/** What is said of an entry in a team's calendar: one of these kinds, or nothing at all. */

export interface EventRule {
  /** `before`: an idea the working day before. `shortly`: an idea shortly before it begins. */
  readonly when: 'before' | 'shortly';
  /** Our own words for it, as the card gives its reason. */
  readonly words: string;
  /** Looked for in the entry's title; every repetition is bounded. English and the languages that teams around us write. */
  readonly pattern: RegExp;
}

/** In this order: the first that fits is meant. */
export const EVENT_RULES = {
  potluck: {
    when: 'before',
    words: 'a potluck',
    pattern: /\bpot[- ]?lucks?\b|\bmitbring-?(?:buffet|essen|brunch)\b/iu,
  },
  'all-hands': {
    when: 'shortly',
    words: 'an all-hands',
    pattern:
      /\ball[- ]?hands\b|\btown[- ]?hall\b|\bcompany meeting\b|\bbetriebsversammlung\b|\bassemblée générale\b/iu,
  },
  'first-aid': {
    when: 'before',
    words: 'a first-aid course',
    pattern: /\bfirst[- ]?aid\b|\berste[- ]hilfe\b|\bersthelfer/iu,
  },
  'open-day': {
    when: 'before',
    words: 'an open day',
    pattern: /\bopen (?:day|house)\b|\btag der offenen t[üu]r\b|\bportes ouvertes\b/iu,
  },
  stocktake: {
    when: 'before',
    words: 'a stocktaking',
    pattern: /\bstock[- ]?tak(?:e|ing)\b|\binventory (?:count|day)\b|\binventur\b|\binventaire\b/iu,
  },
  'hack-day': {
    when: 'before',
    words: 'a day of free projects',
    pattern: /\bhack(?:athon|[- ]?day|[- ]?week)\b|\bship[- ]?it day\b/iu,
  },
  'photo-day': {
    when: 'before',
    words: 'a photographer’s visit',
    pattern: /\bphoto[- ]?(?:shoot|day|session)\b|\bteam photos?\b|\bfoto(?:termin|shooting)\b/iu,
  },
  volunteering: {
    when: 'before',
    words: 'a day of volunteering',
    pattern: /\bvolunteer(?:ing|s)?\b|\bclean[- ]?up day\b|\bsocial day\b|\bfreiwilligentag\b/iu,
  },
  moving: {
    when: 'before',
    words: 'a move',
    pattern: /\boffice move\b|\bmoving day\b|\bumzug\b|\bdéménagement\b/iu,
  },
  offsite: {
    when: 'before',
    words: 'a day out together',
    pattern: /\boff[- ]?site\b|\bteam (?:day|outing|retreat)\b|\bbetriebsausflug\b|\bteamtag\b/iu,
  },
  breakfast: {
    when: 'before',
    words: 'a breakfast together',
    pattern: /\b(?:team|office|staff)[- ]breakfast\b|\bteamfrühstück\b/iu,
  },
  lunch: {
    when: 'before',
    words: 'a lunch together',
    pattern:
      /\b(?:team|office|staff)[- ]lunch\b|\bbrown[- ]?bag\b|\bteam(?:mittag)?essen\b|\bdéjeuner d['’]équipe\b/iu,
  },
  cake: {
    when: 'before',
    words: 'cake',
    pattern: /\bbake[- ]?(?:off|sale)\b|\bcake (?:day|friday)\b|\bkuchen(?:tag|buffet|basar)\b/iu,
  },
  games: {
    when: 'before',
    words: 'a games evening',
    pattern: /\b(?:board[- ]?)?games? (?:night|evening)\b|\bspieleabend\b|\bpub quiz\b/iu,
  },
  sport: {
    when: 'before',
    words: 'a run together',
    pattern: /\b(?:charity|company|team|fun)[- ]run\b|\bfirmenlauf\b/iu,
  },
  party: {
    when: 'before',
    words: 'a party',
    pattern:
      /\b(?:summer|winter|christmas|holiday|office|staff|team|anniversary)[- ]party\b|\b(?:sommerfest|weihnachtsfeier|betriebsfest)\b/iu,
  },
  fair: {
    when: 'before',
    words: 'a fair',
    pattern:
      /\b(?:trade|book|craft|job)[- ](?:fair|show)\b|\b(?:fach)?messe(?:stand)?\b|\bsalon professionnel\b/iu,
  },
  training: {
    when: 'before',
    words: 'a training',
    pattern: /\b(?:team|staff)[- ](?:training|workshop)\b|\bschulung\b|\bfortbildung\b/iu,
  },
} as const satisfies Readonly<Record<string, EventRule>>;

export type EventKind = keyof typeof EVENT_RULES;

/** Whatever else the title says: about these nobody posts. */
const NEVER =
  /\b(?:lay-?offs?|redundanc(?:y|ies)|severance|terminat(?:e|ion)|dismissal|resign|restructur|merger|acquisition|takeover|due diligence|legal|lawyer|lawsuit|court|audit|confidential|secret|private|internal only|interview|candidate|1:1|performance review|disciplin|incident|post-?mortem|outage|breach|funeral|memorial|bereave|hospital|sick|strike|union|works council|betriebsrat|kündigung|vertraulich|privat|beerdigung|trauer)/iu;

/** Longest title that is read, in UTF-16 units. */
const MAX_TITLE = 300;

/** Which kind of event a title names; null for everything that is on no list of ours, and whatever must not be talked about. */
export function eventKind(title: string): EventKind | null {
  const read = title.slice(0, MAX_TITLE).normalize('NFC');
  if (NEVER.test(read)) return null;
  for (const [kind, rule] of Object.entries(EVENT_RULES))
    if (rule.pattern.test(read)) return kind as EventKind;
  return null;
}
