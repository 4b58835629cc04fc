import type { Language } from '../triage/language.ts';

/** How an answer begins in one language. Forms that need no gender and neither “du” nor “Sie”, where the language allows. */
export interface OpeningWords {
  /** With and without what they are called. */
  readonly hello: readonly [named: string, bare: string];
  readonly comma: string;
  readonly quotes: readonly [open: string, close: string];
  readonly thank: string;
  readonly fix: string;
  /** Before the word that the question, the praise or the talk is about, in quotes. */
  readonly about: { readonly thank: string; readonly answer: string; readonly 'join-in': string };
}

const words = (
  hello: OpeningWords['hello'],
  thank: string,
  fix: string,
  about: readonly [thank: string, answer: string, joinIn: string],
  quotes: OpeningWords['quotes'] = ['“', '”'],
  comma = ', ',
): OpeningWords => ({
  hello,
  thank,
  fix,
  about: { thank: about[0], answer: about[1], 'join-in': about[2] },
  quotes,
  comma,
});

/** In every language that triage reads. */
export const OPENING_WORDS: Readonly<Record<Language, OpeningWords>> = {
  en: words(['Hi {name}', 'Hi'], 'thank you for saying so', 'I am sorry about this', [
    'thank you for what you say about',
    'on your question about',
    'on what you say about',
  ]),
  es: words(
    ['Hola, {name}', 'Hola'],
    'gracias por estas palabras',
    'siento lo que ha pasado',
    ['gracias por estas palabras sobre', 'sobre la pregunta acerca de', 'a propósito de'],
    ['«', '»'],
  ),
  pt: words(['Olá, {name}', 'Olá'], 'agradeço estas palavras', 'lamento o que aconteceu', [
    'agradeço estas palavras sobre',
    'sobre a pergunta a respeito de',
    'a propósito de',
  ]),
  fr: words(
    ['Bonjour {name}', 'Bonjour'],
    'merci pour ces mots',
    'toutes mes excuses pour ce qui est arrivé',
    ['merci pour ces mots sur', 'pour répondre à la question sur', 'à propos de'],
    ['« ', ' »'],
  ),
  de: words(
    ['Hallo {name}', 'Hallo'],
    'danke für diese Worte',
    'das tut mir leid',
    ['danke für die Worte über', 'zur Frage nach', 'zum Thema'],
    ['„', '“'],
  ),
  it: words(
    ['Ciao {name}', 'Ciao'],
    'grazie per queste parole',
    'mi dispiace per quello che è successo',
    ['grazie per queste parole su', 'sulla domanda a proposito di', 'a proposito di'],
    ['«', '»'],
  ),
  nl: words(['Hallo {name}', 'Hallo'], 'bedankt voor deze woorden', 'het spijt me dat dit is gebeurd', [
    'bedankt voor de woorden over',
    'op de vraag over',
    'wat betreft',
  ]),
  tr: words(['Merhaba {name}', 'Merhaba'], 'bu sözler için teşekkürler', 'yaşananlar için üzgünüm', [
    'bu sözler için teşekkürler, konu:',
    'soruyla ilgili, konu:',
    'konu:',
  ]),
  pl: words(
    ['Cześć {name}', 'Cześć'],
    'dziękuję za te słowa',
    'przykro mi z tego powodu',
    ['dziękuję za słowa na temat:', 'w odpowiedzi na pytanie na temat:', 'na temat:'],
    ['„', '”'],
  ),
  id: words(['Halo {name}', 'Halo'], 'terima kasih atas kata-kata ini', 'maaf atas kejadian ini', [
    'terima kasih atas kata-kata tentang',
    'untuk pertanyaan tentang',
    'tentang',
  ]),
  ru: words(
    ['Здравствуйте, {name}', 'Здравствуйте'],
    'спасибо за эти слова',
    'мне жаль, что так вышло',
    ['спасибо за слова на тему', 'по вопросу на тему', 'на тему'],
    ['«', '»'],
  ),
  ar: words(
    ['مرحبًا {name}', 'مرحبًا'],
    'شكرًا على هذه الكلمات',
    'يؤسفني ما حدث',
    ['شكرًا على الكلمات عن', 'بخصوص السؤال عن', 'بخصوص'],
    ['«', '»'],
    '، ',
  ),
  hi: words(['नमस्ते {name}', 'नमस्ते'], 'इन शब्दों के लिए धन्यवाद', 'जो हुआ उसके लिए खेद है', [
    'इन शब्दों के लिए धन्यवाद, विषय:',
    'सवाल के बारे में, विषय:',
    'विषय:',
  ]),
  ja: words(
    ['{name}さん、こんにちは', 'こんにちは'],
    'お言葉をありがとうございます',
    'このようなことになり、申し訳ありません',
    ['お言葉をありがとうございます：', 'ご質問の件：', 'この件：'],
    ['「', '」'],
    '。',
  ),
  ko: words(['{name}님, 안녕하세요', '안녕하세요'], '좋은 말씀 감사합니다', '불편을 드려 죄송합니다', [
    '좋은 말씀 감사합니다:',
    '질문하신 내용:',
    '말씀하신 내용:',
  ]),
  zh: words(
    ['{name}，您好', '您好'],
    '谢谢您这样说',
    '很抱歉发生这样的事',
    ['谢谢您谈到', '关于您的问题', '关于'],
    ['“', '”'],
    '，',
  ),
};
