import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LintContext, lint } from '../../src/domain/etiquette.ts';
import { HOSTILE_TEXTS } from '../support/cards.ts';

const OURS: LintContext = { said: null, name: null, handle: null, lang: null, measure: null };
const THEIRS: LintContext = {
  said: 'The lid of my slow cooker cracked in the dishwasher after one week.',
  name: 'Mira Lindqvist',
  handle: 'mira.example',
  lang: 'en',
  measure: null,
};

const codes = (draft: string, context: Partial<LintContext> = {}): string[] =>
  lint(draft, { ...OURS, ...context }).map(({ code }) => code);

describe('remarks on a draft', () => {
  it.each([
    ['pitch', 'Use code LID20 for your next order, it has 20% off.'],
    ['pitch', 'Glad you like it! Check out our new range, you will love it.'],
    ['pitch', 'Order now, the offer is for you.'],
    ['press-release', 'We are thrilled to announce that the lid is back.'],
    ['press-release', 'It is an industry-leading lid with a world-class seal.'],
    ['press-release', 'We strive to provide the best for you.'],
    ['canned-apology', 'We apologise for any inconvenience caused.'],
    ['canned-apology', 'Sorry for the inconvenience, please write to us.'],
    ['canned-apology', 'Your feedback is very important to us.'],
    ['canned-apology', 'We take these matters very seriously.'],
    ['promise', 'This will never happen again.'],
    ['promise', 'It will be fixed by Monday, we are on it.'],
    ['promise', 'We guarantee that you will like it.'],
    ['blame', 'You should have read the manual.'],
    ['blame', 'That is not our fault, and it is not the lid.'],
    ['blame', 'As we already explained, it is not for the dishwasher.'],
  ])('%s: %s', (code, draft) => {
    const [remark, ...more] = lint(draft, OURS);
    expect(remark).toMatchObject({ code, kinder: expect.stringMatching(/\w/) });
    // The words it is about are quoted, and are the writer's own.
    const quoted = /“(.+?)”/.exec(remark?.text ?? '')?.[1] ?? '-';
    expect(draft).toContain(quoted);
    expect(more).toEqual([]);
  });

  it.each([
    'A lid that cracks in its first week is not all right, Mira. Write to me with the date on the bottom and a new one is on its way.',
    'The lid does go in the dishwasher, on the upper rack. What did yours look like?',
    'Thank you! What did you cook?',
    'Sorry, I got that wrong: it is the blue one.',
    'Our opening hours are on the website; today we close at six.',
    'We use the NASA method, and the FAQ has the rest of it.',
    'You should try it with lemon!',
    'I will ask the workshop and write here when I know.',
    '',
  ])('nothing about: %s', (draft) => {
    expect(lint(draft, draft.includes('lid') ? THEIRS : OURS)).toEqual([]);
  });

  it('shouting: three words in capitals, or most of a short one, in any alphabet', () => {
    expect(codes('PLEASE READ THE MANUAL FIRST')).toContain('shouting');
    expect(codes('BITTE LESEN')).toEqual(['shouting']);
    expect(codes('ПОЖАЛУЙСТА ПРОЧТИТЕ ЭТО')).toEqual(['shouting']);
    expect(codes('The NASA and ESA lids, by the way')).toEqual([]);
  });

  it('links and tags: more than two of each', () => {
    expect(codes('https://a.example https://b.example')).toEqual([]);
    expect(codes('https://a.example https://b.example http://c.example')).toEqual(['links']);
    expect(codes('#slow #cooker')).toEqual([]);
    expect(codes('#slow #cooker #love')).toEqual(['tags']);
    expect(codes('https://a.example/#one https://a.example/#two and #3 &#39; C#')).toEqual([]);
  });

  it('name: a greeting by one that is not theirs', () => {
    const name = (draft: string, context: Partial<LintContext> = {}): string[] =>
      codes(draft, { ...THEIRS, said: null, ...context });
    expect(lint('Hi Mara, the lid is fine.', { ...THEIRS, said: null })).toEqual([
      { code: 'name', text: 'They are called “Mira Lindqvist”, not “Mara”.', kinder: null },
    ]);
    for (const right of [
      'Hi Mira!',
      'Hello Lindqvist',
      'hey @Mira.example',
      'Hi there',
      'Dear all',
      'Hi Mir',
    ])
      expect(name(right), right).toEqual([]);
    expect(name('Hallo José, der Deckel ist da.', { name: 'Jose' })).toEqual([]);
    expect(name('Hallo Josef, der Deckel ist da.', { name: 'José' })).toEqual(['name']);
    expect(name('Hi Mara', { name: '🍲🍲' })).toEqual([]);
    expect(codes('Hi Mara')).toEqual([]);
  });

  it('out of context: an answer that takes up nothing of theirs, where that can be known', () => {
    const empty =
      'Hi, please send us a private message with the number of your order so that we can help you.';
    expect(codes(empty, THEIRS)).toEqual(['out-of-context']);
    // In another language the same thing has other words.
    for (const said of [
      'Das war die schlechteste Suppe in diesem Jahr.',
      'La tapa se rompe por la noche y los vecinos lo saben.',
    ])
      expect(codes(empty, { ...THEIRS, said, lang: null })).toEqual(['language']);
    expect(codes(empty, { ...THEIRS, said: 'Why?' })).toEqual([]);
    expect(codes('Thank you so much!', THEIRS)).toEqual([]);
  });

  it('length: what the network counts, and what becomes of it', () => {
    const measure = { length: 340, limit: 300, unit: 'graphemes', parts: ['a', 'b'], problem: null };
    expect(lint('x', { ...OURS, measure })[0]?.text).toBe(
      '340 graphemes, and one post takes 300. It goes out as 2 posts.',
    );
    expect(lint('x', { ...OURS, measure: { ...measure, problem: 'Too long.' } })[0]?.text).toContain(
      'cannot go out',
    );
    expect(lint('x', { ...OURS, measure: { ...measure, length: 300 } })).toEqual([]);
  });

  it.each([
    ['canned-apology', 'Wir bitten um Entschuldigung für die Unannehmlichkeiten, das ist uns sehr wichtig.'],
    ['pitch', 'Schauen Sie doch mal in unseren Shop, da ist für Sie etwas dabei.'],
    ['promise', 'Das wird nicht wieder vorkommen, und wir sind für Sie da.'],
    ['blame', 'Sie hätten die Anleitung lesen müssen, das ist nicht unsere Sache.'],
    ['press-release', 'Nous sommes ravis de vous annoncer que le couvercle est là pour vous.'],
    ['canned-apology', 'Nous vous prions de nous excuser pour la gêne occasionnée avec le couvercle.'],
    ['blame', 'No es nuestra culpa, y los demás lo saben muy bien.'],
    ['promise', 'No volverá a pasar, y estamos para lo que haga falta.'],
    ['pitch', 'Use o cupom de desconto que está no site, é para você.'],
    ['canned-apology', 'Pedimos desculpas pelos transtornos causados, não é o que a gente quer para você.'],
    ['canned-apology', 'Ci scusiamo per il disagio, non è quello che vogliamo per i nostri clienti.'],
    ['press-release', 'Siamo lieti di annunciare che il coperchio è anche nel negozio.'],
    ['canned-apology', 'Onze excuses voor het ongemak, dat is niet de bedoeling van een deksel.'],
    ['pitch', '今すぐ購入すると20%オフになります。'],
    ['canned-apology', 'ご不便をおかけして申し訳ございません。'],
  ])('%s in their language: %s', (code, draft) => {
    const [remark, ...more] = lint(draft, OURS);
    expect(remark).toMatchObject({ code, kinder: expect.stringMatching(/\w/) });
    expect(draft).toContain(/“(.+?)”/.exec(remark?.text ?? '')?.[1] ?? '-');
    expect(more).toEqual([]);
  });

  it.each([
    'Der Deckel geht in die Spülmaschine, am besten oben. Wie sah er bei Ihnen aus?',
    'Le couvercle va au lave-vaisselle, dans le panier du haut. Et chez vous, il était comment ?',
    'La tapa sí va en el lavavajillas, en la parte de arriba. ¿Cómo era la tuya?',
    'A tampa vai na máquina, na parte de cima. Como era a sua?',
    'Il coperchio va in lavastoviglie, nel cestello di sopra. Com’era il suo?',
    'Het deksel kan in de vaatwasser, op het bovenste rek. Hoe zag het er bij u uit?',
    'ふたは食洗機で洗えます。どのような状態でしたか？',
    'نعتذر عن أي إزعاج',
    'Крышку можно мыть в посудомойке, наверху.',
  ])('nothing about: %s', (draft) => {
    expect(lint(draft, OURS)).toEqual([]);
  });

  it('language: an answer in another one than theirs, where both are beyond doubt', () => {
    const german = 'Der Deckel ist nach einer Woche in der Spülmaschine gesprungen, was mache ich nun?';
    const english = 'The lid is on its way to you, and it will not crack.';
    expect(lint(english, { ...THEIRS, said: german, lang: 'de' })).toEqual([
      {
        code: 'language',
        text: 'They wrote in German, and this is English.',
        kinder: 'Answer in German, or begin with one sentence of it that says why you cannot.',
      },
    ]);
    expect(codes(english, { ...THEIRS, said: german, lang: null })).toEqual(['language']);
    expect(
      codes('Danke für die Nachricht, der Deckel ist auf dem Weg.', { ...THEIRS, said: german }),
    ).toEqual([]);
    expect(codes('ふたは食洗機で洗えます。', { ...THEIRS, said: german, lang: 'de' })).toEqual(['language']);
    // The network's own tag is often only the author's default; what they wrote counts.
    expect(codes(english, { ...THEIRS, said: german, lang: 'en' })).toEqual(['language']);
    // Too short to tell, either of them.
    expect(codes('Merci!', { ...THEIRS, said: german })).toEqual([]);
    expect(codes(english, { ...THEIRS, said: 'Deckel?', lang: 'de' })).toEqual([]);
  });

  it('is quick and calm whatever is typed', () => {
    const hostile = HOSTILE_TEXTS.flatMap(({ text }) => [text, text.repeat(3).slice(0, 100_000)]);
    for (const text of [
      ...hostile,
      'a'.repeat(100_000),
      'you '.repeat(25_000),
      '#a'.repeat(50_000),
      'https://'.repeat(12_500),
      `hi ${'A'.repeat(99_000)}`,
      'sorry for '.repeat(10_000),
    ]) {
      const begun = performance.now();
      const remarks = lint(text, { ...THEIRS, said: text });
      expect(performance.now() - begun).toBeLessThan(250);
      expect(new Set(remarks.map(({ code }) => code)).size).toBe(remarks.length);
    }
  });

  it('has words for each remark, one of a kind, and none for blanks', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.lorem({ maxCount: 30 })),
        fc.string({ unit: 'binary', maxLength: 100 }),
        (draft, said) => {
          const remarks = lint(draft, { ...THEIRS, said, name: said });
          for (const { code, text, kinder } of remarks) {
            expect(code).toMatch(/^[a-z-]+$/);
            expect(text.length).toBeGreaterThan(10);
            expect(text.length).toBeLessThan(400);
            expect(kinder).not.toBe('');
          }
          expect(new Set(remarks.map(({ code }) => code)).size).toBe(remarks.length);
          expect(lint('  \n ', { ...THEIRS, said })).toEqual([]);
        },
      ),
    );
  });
});
