import type { Via } from '../post.ts';
import { findAll, finder } from './phrases.ts';
import { quote, rawBetween, type Words } from './tokens.ts';
import type { Kind, Reason } from './verdict.ts';

/**
 * Every number of the priority in one table. A card's bands (`domain/card.ts`): urgent from 80, high from 60, normal
 * from 30, else low. A plain complaint sent to us is high, a question or comparison normal, thanks may wait until the
 * rest is done; only somebody who is hurt or goes to law is urgent, so that "urgent" keeps its meaning.
 */
const POINTS = {
  base: {
    complaint: 52,
    question: 42,
    comparison: 45,
    praise: 28,
    mention: 24,
    'link-share': 20,
    follow: 10,
    spam: 0,
  } satisfies Record<Kind, number>,
  /** A complaint and a question in one post: the customer waits for something in particular. */
  complaintAsks: 4,
  /** Written to us, so the silence is ours; nobody else sees a private message, so nobody else helps. */
  via: {
    message: 12,
    mention: 8,
    reply: 8,
    comment: 8,
    quote: 4,
    share: 0,
    follow: 0,
    keyword: 0,
  } satisfies Record<Via, number>,
  /** Money, fraud, discrimination: public within the hour. */
  serious: 14,
  /** Words of safety in a question. */
  safety: 18,
  /** Nobody is hurt yet, but a statement speaks of danger. */
  danger: 22,
  /** Where urgent begins: the floor for somebody hurt, or lawyers. */
  severe: 88,
  /** The customer answers us: whoever began talking must go on. */
  inConversation: 10,
  /** Each further post of a customer whom we have not answered. */
  unanswered: 5,
  unansweredMost: 15,
  /** "third time", "still waiting", "for weeks". */
  repeated: 8,
  /** "asap", "urgent", "tonight": time runs out for the customer. */
  hurry: 5,
  shouting: 3,
  strong: 4,
  /** Somebody who comes back is a customer. */
  known: 3,
  /** Found by a search word, and our name is not in it: mostly not for us. */
  notAboutUs: -20,
  /** What nobody understood may be anything: it must not sink below what we read and found harmless. */
  foreign: 8,
  /** A closing is kept for the record only. */
  closing: 5,
  /** Just below urgent. */
  most: 79,
} as const;

/** Priority of a plain thanks after our answer. */
export const CLOSING_PRIORITY = POINTS.closing;

const REPEATED = finder([
  {
    value: true,
    phrases: `second time, third time, fourth time, fifth time, 2nd time, 3rd time, 4th time, nth time, third email, third message, second email, second message, third attempt, times now, times already, how many times, so many times, many times, multiple times, several times, countless times, numerous times, every time, yet again, once again, over and over, again and again, keep asking, keeps happening, still waiting, been waiting, waiting for weeks, waiting for days, waiting since, still no, still not, still nothing, still haven't, still hasn't, still don't, still doesn't, still can't, still having, for days, for weeks, for months, for a week, for a month, days now, weeks now, months now, days ago, weeks ago, months ago, three weeks, two weeks, 2 weeks, 3 weeks, no one answers, never replied, never answered, no reply, no response, no answer, ongoing,
      tercera vez, segunda vez, otra vez, varias veces, sigo esperando, llevo esperando, hace semanas, hace dias, hace un mes, desde hace, terceira vez, de novo, varias vezes, ainda esperando, continuo esperando, ha semanas, ha dias, faz semanas, faz dias, troisieme fois, deuxieme fois, encore une fois, plusieurs fois, toujours pas, depuis des semaines, depuis des jours, j attends, zum dritten mal, dritten mal, zum zweiten mal, schon wieder, mehrmals, immer noch, noch immer, seit wochen, seit tagen, warte seit, terza volta, seconda volta, di nuovo, piu volte, ancora aspettando, da settimane, da giorni, aspetto da, derde keer, tweede keer, alweer, nog steeds, al weken, al dagen, ucuncu kez, tekrar tekrar, hala bekliyorum, haftadir, gunlerdir, trzeci raz, po raz kolejny, nadal czekam, ciagle czekam, od tygodni, od tygodnia, в третий раз, третий раз, до сих пор, уже неделю, все еще, للمرة الثالثة, مرة أخرى, منذ أسابيع, منذ أسبوع, منذ أيام, तीसरी बार, फिर से, हफ्तों से, दिनों से, ketiga kali, sudah seminggu, berminggu minggu`,
  },
]);
const HURRY = finder([
  {
    value: true,
    phrases: `asap, urgent, urgently, emergency, immediately, right away, right now, deadline, tonight, today, tomorrow, as soon as possible, time sensitive, urgente, lo antes posible, cuanto antes, o mais rapido possivel, au plus vite, des que possible, dringend, so schnell wie moglich, sofort, il prima possibile, al piu presto, zo snel mogelijk, spoed, acil, pilne, jak najszybciej, срочно, عاجل, ضروري, तुरंत, जल्दी, segera`,
  },
]);
const SPACELESS_REPEATED = [
  '三回目',
  '3回目',
  '何度も',
  'まだ届',
  'ずっと待',
  '週間',
  '第三次',
  '很多次',
  '好几次',
  '还没',
  '還沒',
  '세 번째',
  '몇 번',
  '아직도',
  '계속 기다',
];
const INTENSE = finder([
  {
    value: true,
    phrases: `worst ever, the worst, worst, absolutely, completely, totally, extremely, unacceptable, outrageous, furious, livid, disgust*, appalling, never again, ridiculous, fuck*, wtf, bullshit, inaceptable, inadmissible, unverschamt*, inaccettabil*, skandal*, rezalet`,
  },
]);

/** What the rules found, as far as the priority cares. */
export interface Findings {
  readonly kinds: readonly Kind[];
  readonly via: Via;
  /** Words as written, or null where nothing of the sort was found. */
  readonly severe: string | null;
  readonly serious: string | null;
  readonly safety: string | null;
  /** Every sentence asks and nothing is complained of. */
  readonly onlyAsks: boolean;
  /** We have written in this conversation. */
  readonly inConversation: boolean;
  /** Posts of the same customer since our last answer. */
  readonly unanswered: number;
  readonly met: number;
  readonly aboutUs: boolean;
  /** Nothing was understood, and it is no language of ours. */
  readonly foreign: boolean;
}

interface Step {
  readonly points: number;
  readonly reason: Reason;
}

function firstWords(
  words: Words,
  table: ReturnType<typeof finder<boolean>>,
  spaceless: readonly string[] = [],
): string | null {
  const hit = findAll(table, words)[0];
  if (hit) return rawBetween(words, hit.from, hit.to);
  return words.folded === '' ? null : (spaceless.find((entry) => words.folded.includes(entry)) ?? null);
}

function shouts(words: Words): boolean {
  let loud = 0;
  for (const token of words.tokens)
    if (token.type === 'word' && token.raw.length >= 3 && /^\p{Lu}+$/u.test(token.raw)) loud++;
  return loud >= 4;
}

/** What only counts where somebody is unhappy. */
function grievances(words: Words, found: Findings): readonly Step[] {
  const steps: Step[] = [];
  const repeated = firstWords(words, REPEATED, SPACELESS_REPEATED);
  if (repeated)
    steps.push({
      points: POINTS.repeated,
      reason: { code: 'priority.waiting', text: `has tried or waited before (${quote(repeated)})` },
    });
  const strong = firstWords(words, INTENSE);
  if (strong)
    steps.push({
      points: POINTS.strong,
      reason: { code: 'priority.strong', text: `strong words (${quote(strong)})` },
    });
  if (shouts(words))
    steps.push({
      points: POINTS.shouting,
      reason: { code: 'priority.shouting', text: 'written in capitals' },
    });
  if (found.kinds.includes('question'))
    steps.push({
      points: POINTS.complaintAsks,
      reason: { code: 'priority.asks', text: 'a complaint that also asks for something' },
    });
  return steps;
}

function stepsOf(words: Words, found: Findings): readonly Step[] {
  const steps: Step[] = [];
  const add = (points: number, code: string, text: string): void => {
    if (points !== 0) steps.push({ points, reason: { code, text } });
  };
  const unhappy = found.kinds.includes('complaint');
  const wants = unhappy || found.kinds.includes('question') || found.kinds.includes('comparison');
  if (found.serious)
    add(POINTS.serious, 'priority.serious', `about money or trust (${quote(found.serious)})`);
  if (found.safety)
    add(
      found.onlyAsks ? POINTS.safety : POINTS.danger,
      'priority.safety',
      `touches on safety (${quote(found.safety)})`,
    );
  if (wants)
    add(
      POINTS.via[found.via],
      'priority.direct',
      found.via === 'message' ? 'sent to us in private' : 'written to us directly',
    );
  if (unhappy) steps.push(...grievances(words, found));
  const hurry = wants ? firstWords(words, HURRY) : null;
  if (hurry) add(POINTS.hurry, 'priority.hurry', `is in a hurry (${quote(hurry)})`);
  if (found.inConversation) add(POINTS.inConversation, 'priority.conversation', 'goes on after our answer');
  if (found.unanswered > 0)
    add(
      Math.min(POINTS.unansweredMost, found.unanswered * POINTS.unanswered),
      'priority.unanswered',
      `wrote ${found.unanswered + 1} times without an answer`,
    );
  if (found.foreign) add(POINTS.foreign, 'priority.foreign', 'could be anything');
  if (found.met > 0) add(POINTS.known, 'priority.known', 'we have talked before');
  if (!found.aboutUs)
    add(POINTS.notAboutUs, 'priority.not-about-us', 'found by a search word, and does not name us');
  return steps;
}

/** Priority 0 to 100, and a reason for each thing that moved it, the largest first. */
export function findPriority(
  words: Words,
  found: Findings,
): { readonly priority: number; readonly reasons: readonly Reason[] } {
  if (found.kinds[0] === 'spam' || found.kinds[0] === 'follow')
    return { priority: POINTS.base[found.kinds[0]], reasons: [] };
  const base = Math.max(...found.kinds.map((kind) => POINTS.base[kind]));
  const steps = [...stepsOf(words, found)].sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const reasons = steps.map(({ reason, points }) => ({ ...reason, points }));
  const sum = steps.reduce((total, step) => total + step.points, base);
  const calm = Math.min(POINTS.most, Math.max(1, sum));
  if (!found.severe || !found.aboutUs) return { priority: calm, reasons };
  const severe: Reason = {
    code: 'priority.severe',
    text: `somebody may be hurt, or law is mentioned (${quote(found.severe)})`,
  };
  // Within the urgent ones the order by everything else remains.
  const over = Math.round(Math.max(0, sum - POINTS.base.complaint) / 6);
  return { priority: Math.min(100, POINTS.severe + over), reasons: [severe, ...reasons] };
}
