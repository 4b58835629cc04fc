import { isOurLink, nameOf } from './brand.ts';
import { findAll, finder } from './phrases.ts';
import { quote, rawBetween, type Words } from './tokens.ts';
import type { Brand } from './verdict.ts';

/** What a spammer sells, or how he wants to be reached. */
type Pitch = 'money' | 'crypto' | 'followers' | 'adult' | 'recovery' | 'pills' | 'loan' | 'prize';

const PITCHES = finder<Pitch | 'call'>([
  {
    value: 'money',
    phrases: `earn money, make money, making money, earn cash, earn extra, extra income, passive income, earn from home, earning from home, work from home, working from home job, without leaving home, without leaving your home, without leaving the house, from the comfort of your home, make $, a day from home, per day from home, per week from home, financial freedom, be your own boss, quit your job, quit my 9, quit my job, side hustle, get rich, get paid daily, weekly payouts, guaranteed profit, guaranteed profits, guaranteed income, easy cash, easy money, online income,
      gana dinero, ganar dinero, gane dinero, dinero facil, sin salir de casa, desde casa, ingresos extra, ingresos pasivos, ganhe dinheiro, ganhar dinheiro, dinheiro facil, sem sair de casa, renda extra, trabalhe em casa, gagner de l'argent, gagnez de l'argent, argent facile, sans sortir de chez, revenu passif, revenus passifs, geld verdienen, verdiene geld, schnelles geld, von zu hause aus, ohne das haus zu verlassen, passives einkommen, guadagna, guadagnare soldi, soldi facili, senza uscire di casa, da casa tua, reddito passivo, geld verdienen, snel geld, vanuit huis, evden para, para kazan, ek gelir, zarabiaj, zarabianie, bez wychodzenia z domu, заработок, заработать, без вложений, не выходя из дома, kerja dari rumah, penghasilan tambahan, اربح المال, الربح من الإنترنت, من المنزل, पैसे कमाएं, घर बैठे`,
  },
  {
    value: 'crypto',
    phrases: `bitcoin, btc, eth, ethereum, usdt, crypto, cryptocurrency, airdrop, presale, memecoin, forex, forex trading, binary options, trading signals, trading platform, invest with, my investment, investment platform, trader, account manager, roi, 100x, 10x gem, double your, doubled my, mining pool, nft mint, free mint, to the moon, криптовалют*, крипта`,
  },
  {
    value: 'followers',
    phrases: `buy followers, real followers, free followers, more followers, gain followers, get followers, k followers, followers and likes, likes and followers, promote it on, promote your, promote this, boost your page, grow your account, grow your page, grow your instagram, seo services, rank your website, web design services, collab dm, dm to collab, send pic to, seguidores gratis, comprar seguidores, abonnes gratuits, follower kaufen, takipci satin`,
  },
  {
    value: 'adult',
    phrases: `onlyfans, hot girls, hot singles, singles in your area, nudes, my private pics, sexy pics, meet girls, cam girl, 18+, sugar daddy, sugar baby, sugar mummy, horny`,
  },
  {
    value: 'recovery',
    phrases: `helped me recover my, recovered my account, recover your account, got my account back, account recovery, legit hacker, best hacker, ethical hacker, a hacker, recovery expert, recover lost funds, recover your funds, recovered my funds, he helped me, she helped me`,
  },
  {
    value: 'pills',
    phrases: `viagra, cialis, weight loss pills, lose weight fast, diet pills, no prescription, cbd gummies, herbal cure, herbal remedy, spell caster, love spell, bring back my ex`,
  },
  {
    value: 'loan',
    phrases: `instant loan, personal loan, loan offer, loan approved, low interest loan, need a loan, credit repair, fix your credit, kredit ohne, prestamo rapido, emprestimo rapido`,
  },
  {
    value: 'prize',
    phrases: `you have won, you've won, you won, claim your prize, claim your reward, claim your free, claim now, free iphone, free gift card, gift card giveaway, giveaway, lucky winner, have been selected, been chosen, first 100 people, first 1000 people`,
  },
  {
    value: 'call',
    phrases: `dm me, inbox me, message me on, text me, write me, contact him, contact her, contact @, hit him up, hit her up, reach out to him, thank me later, whatsapp, telegram, t me, link in bio, link in my bio, click here, click the link, click my, click this, check my bio, check my page, check my profile, visit my, join my, join now, join our group, sign up now, register now, ask me how, ask me about, limited spots, limited slots, act now, don't miss, only today, enlace en mi bio, link na bio, lien en bio, escribeme, chama no, manda dm, schreib mir, contactez moi, scrivimi, напиши мне, пиши в лс`,
  },
]);

const PITCH_WORDS: Readonly<Record<Pitch, string>> = {
  money: 'promises easy money',
  crypto: 'sells crypto or trading',
  followers: 'sells followers or promotion',
  adult: 'adult offer',
  recovery: 'advertises an account “recovery” service',
  pills: 'sells pills or spells',
  loan: 'sells loans',
  prize: 'promises a prize',
};

const MONEY_EMOJI = new Set(['🚀', '💰', '🤑', '💸', '💵', '📈', '💎', '🔞', '🍑', '🎁']);

/** Signals needed. One pitch and two others is what no customer of the 1,025 real conversations we measured on ever wrote. */
const NEEDED = 5;
const PITCH_POINTS = 2.5;
const WALL_TAGS = 8;
const WALL_HANDLES = 6;
const WALL_REPEATS = 8;

/** How often the commonest word stands in the text. */
function repeats(words: Words): number {
  const counts = new Map<string, number>();
  let top = 0;
  for (const token of words.tokens) {
    if (token.type !== 'word' || token.word.length < 3) continue;
    const count = (counts.get(token.word) ?? 0) + 1;
    counts.set(token.word, count);
    top = Math.max(top, count);
  }
  return top;
}

function besides(words: Words, links: readonly string[], brand: Brand): readonly string[] {
  const count = (type: string): number => words.tokens.filter((token) => token.type === type).length;
  const out: string[] = [];
  const foreign = links.find((link) => !isOurLink(link, brand));
  if (foreign) out.push('a link that is not ours');
  if (count('tag') >= WALL_TAGS) out.push(`${count('tag')} hashtags`);
  if (count('handle') >= WALL_HANDLES) out.push(`${count('handle')} people tagged`);
  if (repeats(words) >= WALL_REPEATS) out.push('the same word over and over');
  if (words.tokens.filter((token) => MONEY_EMOJI.has(token.word)).length >= 2) out.push('money emoji');
  if (nameOf(words, brand) === null) out.push('not a word about us');
  return out;
}

/**
 * Whether a post is advertising of strangers, in words; null when it is not. Precision before everything: it takes a
 * pitch and at least two other signals. The caller never asks it about a complaint.
 */
export function findSpam(words: Words, links: readonly string[], brand: Brand): string | null {
  const found = findAll(PITCHES, words);
  const pitches = new Map<Pitch, string>();
  let call: string | null = null;
  for (const hit of found) {
    const raw = rawBetween(words, hit.from, hit.to);
    if (hit.value === 'call') call ??= raw;
    else if (!pitches.has(hit.value)) pitches.set(hit.value, raw);
  }
  if (pitches.size === 0) return null;
  const others = besides(words, links, brand);
  const signals = others.length + (call ? 1 : 0);
  const points = pitches.size * PITCH_POINTS + signals + (call ? 0.5 : 0);
  if (signals < 2 || points < NEEDED) return null;
  const told = [
    ...[...pitches].map(([pitch, raw]) => `${PITCH_WORDS[pitch]} (${quote(raw)})`),
    ...(call ? [`calls for contact (${quote(call)})`] : []),
    ...others,
  ];
  return `looks like spam: ${told.slice(0, 4).join(', ')}`;
}
