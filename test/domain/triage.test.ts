import { describe, expect, it } from 'vitest';
import { makePost, type Post, type PostInput } from '../../src/domain/post.ts';
import type { Brand, Kind, TriageContext, Verdict } from '../../src/domain/triage/verdict.ts';
import { TRIAGES } from '../support/triages.ts';

const BRAND: Brand = {
  names: ['Crockhaven', 'Crock & Haven'],
  competitors: ['Potsmith', 'Slow Joe'],
  domains: ['crockhaven.example'],
};

function post(text: string, fields: Partial<PostInput> = {}): Post {
  return makePost({
    source: 's',
    id: 'now',
    conversationId: 'c',
    via: 'mention',
    author: { id: 'ada', name: 'Ada', handle: 'ada' },
    text,
    createdAt: 1_000,
    ...fields,
  });
}

const CONTEXT: TriageContext = { brand: BRAND, earlier: [], met: 0 };

describe.each(TRIAGES)('%s', (_, triage) => {
  function judge(
    text: string,
    fields: Partial<PostInput> = {},
    context: Partial<TriageContext> = {},
  ): Verdict {
    return triage(post(text, fields), { ...CONTEXT, ...context });
  }

  function words(verdict: Verdict): string {
    return verdict.reasons.map((reason) => reason.text).join('; ');
  }

  function codes(verdict: Verdict): readonly string[] {
    return verdict.reasons.map((reason) => reason.code);
  }

  describe('questions', () => {
    const asking = [
      'does the lid go into the dishwasher',
      'how long do beans take on low',
      'hi team where can i buy a new lid',
      'what time do you open on sunday',
      'is delivery to norway free',
      'anyone know if the timer survives a power cut',
      'just wondering whether the bowl is oven safe',
      'i have the old one, can you tell me which lid fits',
      'cannot figure out how to set the clock',
      'you ship to Ireland, right',
      'it is dishwasher safe isnt it',
      'my pot came yesterday please help',
      'Which travel sizes are there',
      'Really?',
      '¿Cuándo llega mi pedido?',
      'cuando llega mi pedido',
      'alguém sabe se serve no forno',
      'où est ma commande',
      'est-ce que le couvercle passe au four',
      'wann kommt mein Paket',
      'weiß jemand ob der Deckel in die Spülmaschine darf',
      'quando arriva il mio ordine',
      'waar blijft mijn bestelling',
      'siparişim ne zaman gelecek',
      'kiedy dostanę paczkę',
      'когда приедет мой заказ',
      'kapan pesanan saya sampai',
      'متى يصل طلبي',
      'मेरा ऑर्डर कब आएगा',
      '商品はいつ届きますか',
      '什么时候发货',
      '언제 배송되나요',
    ];
    it.each(asking)('hears that “%s” asks', (text) => {
      const verdict = judge(text);
      expect(verdict.kinds).toContain('question');
      expect(verdict).toMatchObject({ answerDue: true });
      expect(verdict.reasons[0]?.code).toMatch(/^question\./);
    });

    const telling = [
      'what a day, stew for everyone',
      'when I got home the stew was ready',
      'The new one, which is green, arrived today',
      'will do',
      'Have a nice day everyone',
      'can confirm, the barley is good',
      'so do I',
      'Hope this helps',
      'See https://example.com/search?q=stew&page=2',
      'Ya tengo la mía en la cocina',
      'Der Eintopf steht auf dem Tisch',
      'シチューを作りました',
    ];
    it.each(telling)('hears that “%s” does not ask', (text) => {
      expect(judge(text).kinds).not.toContain('question');
    });

    it('quotes the words that ask', () => {
      expect(words(judge('Hello! How long do beans take'))).toContain('starts with “How long do”');
    });

    it('cuts a long quote to 40 characters', () => {
      const name = 'x'.repeat(300);
      expect(words(judge(`how long ${name} is the cable`))).toMatch(/“[^”]{1,40}”/);
      expect(Math.max(...judge(`is ${name} real`).reasons.map((reason) => reason.text.length))).toBeLessThan(
        120,
      );
    });
  });

  describe('complaints and praise', () => {
    const unhappy = [
      'the lid is cracked',
      'my pot doesn’t work',
      'my pot doesnt work anymore',
      'not happy with the new lid',
      'I have been waiting for two weeks and never received it',
      'third time the display is broken',
      'thanks for nothing',
      'Not what I call good service. Not good at all.',
      '😡😡',
      'no funciona desde ayer',
      'a panela chegou quebrada',
      'la casserole ne marche plus',
      'der Topf ist kaputt',
      'il coperchio si è rotto',
      'de pan doet het niet',
      'tencere bozuk çıktı',
      'garnek nie działa',
      'крышка сломалась',
      'pancinya rusak',
      'القدر مكسور',
      'बर्तन टूट गया',
      '鍋が壊れました',
      '锅坏了',
      '냄비가 고장 났어요',
      '#CrockhavenFail',
    ];
    it.each(unhappy)('hears that “%s” is unhappy', (text) => {
      const verdict = judge(text);
      expect(verdict.kinds[0]).toBe('complaint');
      expect(verdict).toMatchObject({ answerDue: true, suggested: 'fix' });
    });

    const pleased = [
      'I love my new pot',
      'not bad at all',
      'no issues so far, great pot',
      'couldn’t be happier',
      'Can’t wait for dinner!',
      '❤️',
      '👍',
      'me encanta la olla',
      'adorei a panela',
      'la soupe est délicieuse',
      'der Eintopf war richtig lecker',
      'la zuppa era buonissima',
      'heerlijk gegeten, dankjewel',
      'harika bir tencere',
      'zupa była pyszna',
      'очень вкусно, спасибо',
      'enak banget supnya',
      'القدر رائع',
      'बहुत अच्छा बर्तन',
      'とても美味しかったです',
      '很好吃',
      '정말 맛있어요',
      'Thank you!',
    ];
    it.each(pleased)('hears that “%s” is pleased', (text) => {
      const verdict = judge(text);
      expect(verdict.kinds[0]).toBe('praise');
      expect(verdict).toMatchObject({ answerDue: true, suggested: 'thank' });
      expect(verdict.priority).toBeLessThan(40);
    });

    it('does not take politeness for praise', () => {
      expect(judge('Where is the manual? Thanks in advance').kinds).toEqual(['question']);
      expect(judge('The handle came off, thanks a lot').kinds).not.toContain('complaint');
      expect(judge('美味しくないです').kinds).toContain('complaint');
    });

    it('names the words that a negation turned round', () => {
      expect(words(judge('It is not very good'))).toContain('sounds unhappy (not “very good”)');
    });

    it('keeps a language’s words to that language', () => {
      // German "Gift" and French "pain" are no English presents and aches; Spanish "no" negates, German "not" does not exist.
      expect(judge('Das Rezept mit dem Brand in der Soße ist von meiner Oma').kinds).toEqual(['mention']);
      expect(judge('le pain était sur la table et il est bon').kinds).not.toContain('complaint');
    });
  });

  describe('comparisons', () => {
    it.each([
      'Potsmith is better than Crockhaven',
      'switching from Slow Joe to you',
      'Crockhaven or Potsmith',
      '#Potsmith vs #Crockhaven',
      'is your lid better than Potsmith’s',
      'Ist Potsmith besser als Crockhaven',
      'prefiero Potsmith',
      'Potsmithより好き',
      '@potsmith sells the same thing for half',
    ])('hears that “%s” compares', (text) => {
      expect(judge(text).kinds).toContain('comparison');
    });

    it('needs a configured competitor', () => {
      expect(judge('better than my old pot').kinds).not.toContain('comparison');
      expect(judge('the potsmiths of Crete').kinds).not.toContain('comparison');
      expect(
        judge('Potsmith is better than you', {}, { brand: { ...BRAND, competitors: [] } }).kinds,
      ).not.toContain('comparison');
    });

    it('names the competitor', () => {
      expect(words(judge('moved from Slow Joe last week'))).toContain('“Slow Joe”');
    });
  });

  describe('follows, shares and mentions', () => {
    it('keeps a follow low and wants no answer', () => {
      const verdict = judge('', { via: 'follow' });
      expect(verdict).toMatchObject({ kinds: ['follow'], priority: 10, answerDue: false });
      expect(codes(verdict)).toContain('due.follow');
    });

    it('knows our own links, and only ours', () => {
      const share = (link: string) => judge('', { via: 'keyword', links: [link] }).kinds[0];
      expect(share('https://crockhaven.example/stew')).toBe('link-share');
      expect(share('https://blog.crockhaven.example/')).toBe('link-share');
      expect(share('https://notcrockhaven.example/')).toBe('mention');
      expect(share('https://crockhaven.example.evil.example/')).toBe('mention');
      expect(share('https://evil.example/?u=https://crockhaven.example/')).toBe('mention');
    });

    it('owes no answer to a bare share, but to one with words', () => {
      const links = ['https://crockhaven.example/stew'];
      expect(judge('', { via: 'share', links })).toMatchObject({ kinds: ['link-share'], answerDue: false });
      expect(judge('the one with the barley', { via: 'share', links }).answerDue).toBe(true);
    });

    it('never drops what it does not understand', () => {
      const verdict = judge('Kuinka kauan toimitus yleensä kestää teillä');
      expect(verdict).toMatchObject({ kinds: ['mention'], answerDue: true });
      expect(verdict.priority).toBeGreaterThanOrEqual(30);
      expect(words(verdict)).toContain('language not understood; a person should look');
      expect(judge('ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺᚾ ᛁᛃᛇᛈ ᛉᛊ')).toMatchObject({ answerDue: true });
    });

    it('reads the description of a picture where there are no words', () => {
      const verdict = judge('', { media: [{ url: null, alt: 'A cracked lid' }] });
      expect(verdict.kinds).toContain('complaint');
      expect(judge('')).toMatchObject({ kinds: ['mention'], answerDue: true });
    });

    it('leaves what a search word found alone unless it names us', () => {
      expect(judge('what is the best slow cooker', { via: 'keyword' })).toMatchObject({ answerDue: false });
      for (const text of [
        'is Crockhaven any good',
        'is #crockhaven any good',
        '@crockhaven_help hello',
        'Crock & Haven?',
      ])
        expect(judge(text, { via: 'keyword' }).answerDue, text).toBe(true);
      const unknown = { brand: { ...BRAND, names: [] } };
      expect(judge('what is the best slow cooker', { via: 'keyword' }, unknown).answerDue).toBe(true);
    });

    it('wants nothing for a post of our own', () => {
      expect(judge('How can we help?', { ours: true })).toMatchObject({ answerDue: false, priority: 0 });
    });
  });

  describe('spam', () => {
    it.each([
      'Earn money without leaving home! DM me on WhatsApp https://t.example/x',
      '🚀🚀 bitcoin airdrop, claim your free coins, join our group https://x.example 💰💰',
      'My account is back, @fixer is a legit hacker, he helped me. Contact him on Telegram https://x.example',
      'Buy followers cheap, link in my bio https://x.example #a #b #c #d #e #f #g #h',
      'Gana dinero sin salir de casa, escríbeme https://x.example',
      'Geld verdienen von zu Hause, schreib mir https://x.example',
    ])('filters “%s”', (text) => {
      const links = [...text.matchAll(/https:\S+/g)].map(([link]) => link);
      const verdict = judge(text, { links });
      expect(verdict).toMatchObject({ kinds: ['spam'], priority: 0, answerDue: false });
      expect(words(verdict)).toMatch(/looks like spam: .+, .+/);
    });

    it.each([
      'I was scammed by a crypto ad on your page, remove it https://x.example',
      'Why does your ad say earn money from home? Is that Crockhaven?',
      'My bitcoin payment for the pot failed, dm me please https://x.example',
      'Giveaway idea: a Crockhaven for every teacher in town',
      'I work from home and the pot runs all day, love it',
      '#slowcooking #stew #sunday #family #food #recipe #love #home #autumn',
      'help help help help help help help help help help',
    ])('does not filter a customer: “%s”', (text) => {
      const links = [...text.matchAll(/https:\S+/g)].map(([link]) => link);
      expect(judge(text, { links }).kinds).not.toContain('spam');
    });
  });

  describe('priority', () => {
    const order: readonly (readonly [string, Partial<PostInput>])[] = [
      ['The pot caught fire and burned my hand', {}],
      ['You charged me twice, I want a refund', {}],
      ['My lid is cracked', {}],
      ['How long do beans take', {}],
      ['I love my pot', {}],
      ['', { via: 'share', links: ['https://crockhaven.example/'] }],
      ['', { via: 'follow' }],
      ['Earn money from home, DM me https://x.example 🚀💰', { links: ['https://x.example'] }],
    ];
    it('ranks harm before money, money before a broken thing, that before questions, those before thanks', () => {
      const priorities = order.map(([text, fields]) => judge(text, fields).priority);
      expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
      expect(new Set(priorities).size).toBe(order.length);
    });

    const severe: readonly string[] = [
      'the handle came off and I burned my hand',
      'my daughter had an allergic reaction to your spice mix',
      'You will hear from my lawyer',
      'El aparato explotó y estamos en urgencias',
      'A panela pegou fogo',
      'La cocotte a pris feu',
      'Meine Tochter hat sich verletzt, der Deckel ist explodiert',
      'Il coperchio è esploso',
      'Tencere patladı, annem hastanede',
      'الجهاز احترق',
      '鍋から発火しました',
      '锅爆炸了，手烫伤',
      '냄비에서 불이 났어요',
    ];
    it.each(severe)('is urgent for “%s”', (text) => {
      const verdict = judge(text);
      expect(verdict.priority).toBeGreaterThanOrEqual(80);
      expect(codes(verdict)).toContain('priority.severe');
    });

    it.each([
      'WORST SERVICE EVER!!! third time, still waiting, REFUND ME NOW, this is a SCAM',
      'is it dangerous to leave it on overnight',
      'I am allergic to soy, is the glaze safe',
      'nobody was hurt, no smoke, all fine',
      'this stew is fire',
      'crème brûlée and sangria with my lawyerly aunt',
    ])('keeps urgent for people who are hurt: not “%s”', (text) => {
      expect(judge(text).priority).toBeLessThan(80);
    });

    it('raises a question about safety above other questions, and says why', () => {
      const verdict = judge('is it dangerous to leave it on overnight');
      expect(verdict.priority).toBeGreaterThan(judge('is it possible to leave it on overnight').priority);
      expect(words(verdict)).toContain('touches on safety (“dangerous”)');
    });

    it('raises what was written to us directly, most of all in private', () => {
      const [keyword, mention, message] = (['keyword', 'mention', 'message'] as const).map(
        (via) => judge('is the Crockhaven lid oven safe', { via }).priority,
      );
      expect(mention).toBeGreaterThan(keyword ?? 100);
      expect(message).toBeGreaterThan(mention ?? 100);
    });

    it('raises repetition and unanswered posts', () => {
      const once = judge('the lid is cracked').priority;
      expect(judge('third time the lid is cracked').priority).toBeGreaterThan(once);
      const earlier = [post('hello, my lid', { id: 'a' }), post('anybody there', { id: 'b' })];
      const verdict = judge('the lid is cracked', {}, { earlier });
      expect(verdict.priority).toBeGreaterThan(once);
      expect(words(verdict)).toContain('wrote 3 times without an answer');
      const others = earlier.map((each) => ({ ...each, author: { ...each.author, id: 'bob' } }));
      expect(judge('the lid is cracked', {}, { earlier: others }).priority).toBe(once);
    });

    it('raises people we know a little', () => {
      expect(judge('hello there', {}, { met: 2 }).priority).toBeGreaterThan(judge('hello there').priority);
    });
  });

  describe('the leading kind', () => {
    it.each<readonly [string, readonly Kind[]]>([
      ['thanks but the lid is still broken, how do I get a new one', ['complaint', 'question']],
      ['Love it! Where can I get a second one?', ['question', 'praise']],
      ['I love Crockhaven, best pot I ever had, only the lid is a bit flimsy', ['praise', 'complaint']],
      ['Is Crockhaven better than Potsmith', ['question', 'comparison']],
    ])('of “%s”', (text, kinds) => {
      expect(judge(text).kinds).toEqual(kinds);
    });
  });
});
