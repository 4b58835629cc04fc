import type { Phrases } from './etiquette-phrases.ts';
import type { Language } from './triage/language.ts';

/** The same ways of talking in other languages, as companies there write them. `?` and groups are the only pattern signs. */
type Said = Readonly<Partial<Record<Phrases['code'], readonly string[]>>>;

const SAID: Readonly<Partial<Record<Language, Said>>> = {
  de: {
    pitch: [
      'jetzt (?:kaufen|bestellen|zugreifen|sichern|abonnieren)',
      '(?:bestell|kauf|sicher)(?:en sie|t)? (?:dir |euch |sich )?jetzt',
      '(?:rabatt|gutschein|aktions)codes?',
      '\\d{1,3} ?(?:%|prozent) (?:rabatt|nachlass)',
      'nur (?:noch )?(?:für kurze zeit|heute)',
      'schau(?:t|en sie)? (?:doch )?(?:mal )?in unseren (?:shop|laden|store)',
    ],
    'press-release': [
      'wir freuen uns,? (?:ihnen |euch )?(?:mitteilen|ankündigen|bekanntgeben|verkünden) zu (?:können|dürfen)',
      'wir sind stolz,? (?:ihnen |euch )?(?:mitteilen|ankündigen|bekanntgeben|verkünden) zu (?:können|dürfen)',
      '(?:branchenführend|marktführend|zukunftsweisend|bahnbrechend|erstklassig|innovativ)(?:e|en|er|es)?',
      'ganzheitlich(?:e|en|er|es)? (?:lösung|ansatz|konzept)(?:en|e)?',
    ],
    'canned-apology': [
      '(?:die|etwaige|eventuelle|entstandene) unannehmlichkeiten',
      'ihr(?:e)? (?:feedback|meinung|zufriedenheit|anliegen) ist uns (?:sehr )?wichtig',
      'wir nehmen (?:ihr|dein|dieses) (?:anliegen|feedback)? ?(?:sehr )?ernst',
      'wir bedauern den vorfall',
    ],
    promise: [
      'wir (?:versprechen|garantieren)(?: ihnen| dir| euch)?',
      'das wird (?:nie|nicht) wieder (?:vorkommen|passieren)',
      'wird (?:bis )?(?:heute|morgen|montag|dienstag|mittwoch|donnerstag|freitag) (?:behoben|gelöst|geliefert|erstattet)',
    ],
    blame: [
      'das ist (?:nicht unsere schuld|nicht unser problem|ihr fehler|dein fehler|euer fehler)',
      '(?:sie hätten|du hättest|ihr hättet) (?:die anleitung |das )?(?:lesen|wissen|beachten|prüfen) (?:müssen|sollen)',
      'wie (?:wir )?(?:bereits|schon) (?:gesagt|erklärt|mitgeteilt|erwähnt)',
    ],
  },
  fr: {
    pitch: [
      "(?:achetez|commandez|profitez-en|abonnez-vous|inscrivez-vous) (?:dès )?(?:maintenant|aujourd[’']hui)",
      'codes? (?:promo|de réduction|avantage)',
      '\\d{1,3} ?% de (?:réduction|remise)',
      'offre (?:spéciale|exclusive|limitée)',
      '(?:découvrez|jetez un (?:œil|oeil) à) notre (?:boutique|gamme|nouvelle gamme|site)',
    ],
    'press-release': [
      'nous (?:sommes|avons) (?:ravis|heureux|fiers|le plaisir) de vous (?:annoncer|informer|présenter)',
      '(?:leader du marché|à la pointe|de classe mondiale|révolutionnaire)',
    ],
    'canned-apology': [
      '(?:pour|tous?) (?:la|les|cet|ces) (?:gêne|désagréments?|inconvénients?)(?: occasionnée?s?| causée?s?)?',
      'votre (?:avis|satisfaction|retour) (?:est|nous est) (?:très )?(?:importante?|précieux|précieuse)',
      'nous prenons (?:votre|vos|cette) (?:remarques?|réclamations?|demande) (?:très )?au sérieux',
    ],
    promise: [
      'nous (?:vous )?(?:promettons|garantissons)',
      'cela ne se (?:re)?produira plus',
      "sera (?:réglé|résolu|livré|remboursé) (?:dès )?(?:demain|aujourd[’']hui|lundi|mardi|mercredi|jeudi|vendredi)",
    ],
    blame: [
      "ce n[’']est pas (?:de )?notre (?:faute|problème)",
      "c[’']est (?:de )?votre (?:faute|erreur)",
      'vous auriez dû',
      "comme nous (?:vous )?l[’']avons déjà (?:dit|expliqué|indiqué)",
    ],
  },
  es: {
    pitch: [
      '(?:compra|compre|pide|pida|suscríbete|suscríbase|regístrate|aprovecha) (?:ya|ahora|hoy)',
      'código (?:de descuento|promocional)',
      '\\d{1,3} ?% de descuento',
      'oferta (?:especial|exclusiva|limitada|por tiempo limitado)',
      '(?:visita|visite|mira|echa un vistazo a) nuestra (?:tienda|web|nueva gama)',
    ],
    'press-release': [
      '(?:nos complace|estamos encantados de|estamos orgullosos de|tenemos el placer de) (?:anunciar|informar|presentar)(?:les|te|le|os)?',
      '(?:líder(?:es)? (?:del|en el) (?:mercado|sector)|de primer nivel|de vanguardia|revolucionari[oa]s?)',
    ],
    'canned-apology': [
      '(?:por|lamentamos) (?:las|los|cualquier) (?:molestias?|inconvenientes?)(?: ocasionad[oa]s?| causad[oa]s?)?',
      '(?:tu|su|vuestra) (?:opinión|satisfacción) es (?:muy )?importante para nosotros',
      'nos tomamos (?:muy )?en serio',
    ],
    promise: [
      '(?:te|le|os|les) (?:prometemos|garantizamos)',
      'no volverá a (?:pasar|ocurrir|suceder)',
      'estará (?:resuelto|arreglado|listo|solucionado) (?:hoy|mañana|el lunes|el martes|el miércoles|el jueves|el viernes)',
    ],
    blame: [
      'no es (?:nuestra culpa|nuestro problema)',
      'es (?:culpa tuya|su culpa|tu culpa|error suyo|tu error)',
      '(?:deberías|debería|tendrías que) haber',
      'como ya (?:te|le|os|les) (?:dijimos|explicamos|hemos dicho)',
    ],
  },
  pt: {
    pitch: [
      '(?:compre|peça|assine|inscreva-se|aproveite) (?:já|agora|hoje)',
      '(?:cupom|código) (?:de desconto|promocional)',
      '\\d{1,3} ?% (?:de desconto|off)',
      'oferta (?:especial|exclusiva|limitada|por tempo limitado)',
      '(?:visite|confira|conheça) (?:a )?noss[ao] (?:loja|site|nova linha)',
    ],
    'press-release': [
      '(?:temos o prazer de|é com prazer que|estamos orgulhosos de|temos orgulho de) (?:anunciar|informar|apresentar|anunciamos)',
      '(?:líder(?:es)? (?:de|do) mercado|de ponta|de classe mundial|revolucionári[oa]s?)',
    ],
    'canned-apology': [
      '(?:pelo|pelos|por qualquer) (?:transtornos?|incômodos?|inconvenientes?)(?: causados?)?',
      'sua (?:opinião|satisfação) é (?:muito )?importante para nós',
      'levamos (?:isso |o seu caso )?muito a sério',
    ],
    promise: [
      '(?:prometemos|garantimos) que',
      'isso não (?:vai se repetir|voltará a acontecer|vai acontecer de novo)',
      'estará (?:resolvido|pronto|solucionado) (?:hoje|amanhã|segunda|terça|quarta|quinta|sexta)',
    ],
    blame: [
      'não é (?:nossa culpa|culpa nossa|problema nosso)',
      'é (?:culpa sua|erro seu|sua culpa)',
      '(?:você )?deveria ter',
      'como já (?:dissemos|explicamos|informamos)',
    ],
  },
  it: {
    pitch: [
      '(?:acquista|compra|ordina|iscriviti|approfittane) (?:ora|subito|oggi)',
      'codice (?:sconto|promozionale)',
      '\\d{1,3} ?% di sconto',
      'offerta (?:speciale|esclusiva|limitata)',
      '(?:visita|scopri) (?:il nostro|la nostra) (?:negozio|sito|nuova gamma|nuova linea)',
    ],
    'press-release': [
      'siamo (?:lieti|felici|orgogliosi|entusiasti) di (?:annunciar|informar|presentar)(?:e|vi|le|ti)',
      "(?:leader (?:di|del) mercato|all[’']avanguardia|rivoluzionari[oae])",
    ],
    'canned-apology': [
      '(?:per|ci scusiamo per) (?:il|gli|eventuali|qualsiasi) (?:disagi[o]?|inconvenient[ei])(?: arrecati| causati)?',
      'la (?:tua|sua|vostra) (?:opinione|soddisfazione) è (?:molto )?importante per noi',
      'prendiamo (?:molto )?sul serio',
    ],
    promise: [
      '(?:ti|le|vi) (?:promettiamo|garantiamo)',
      'non (?:succederà|accadrà|si ripeterà) più',
      'sarà (?:risolto|riparato|consegnato|rimborsato) (?:oggi|domani|lunedì|martedì|mercoledì|giovedì|venerdì)',
    ],
    blame: [
      'non è (?:colpa nostra|un nostro problema)',
      'è (?:colpa tua|colpa sua|un suo errore|un tuo errore)',
      '(?:avresti|avrebbe|avreste) dovuto',
      'come (?:le |ti |vi )?abbiamo già (?:detto|spiegato)',
    ],
  },
  nl: {
    pitch: [
      '(?:koop|bestel|abonneer|profiteer) (?:nu|vandaag)',
      '(?:kortings|actie)codes?',
      '\\d{1,3} ?% korting',
      '(?:speciale|exclusieve|tijdelijke) aanbieding',
    ],
    'press-release': [
      'we zijn (?:verheugd|trots|blij) (?:u |je |jullie )?(?:aan te kondigen|te kunnen melden|mee te delen)',
      '(?:toonaangevend|baanbrekend|marktleidend)e?',
    ],
    'canned-apology': [
      'voor (?:het|enig|eventueel) ongemak',
      '(?:uw|je|jullie) (?:mening|tevredenheid|feedback) is (?:erg |heel )?belangrijk voor ons',
      'wij? nemen (?:dit|uw klacht|je klacht) (?:zeer |heel )?serieus',
    ],
    promise: ['(?:wij|we) (?:beloven|garanderen)', 'dit zal niet (?:meer|nog eens|opnieuw) gebeuren'],
    blame: [
      'dat is niet (?:onze schuld|ons probleem)',
      'dat is (?:uw|je|jullie) eigen (?:schuld|fout)',
      '(?:u had|je had) (?:de handleiding |dit )?moeten',
      'zoals (?:we|wij) al (?:zeiden|hebben uitgelegd)',
    ],
  },
  ja: {
    pitch: [
      '今すぐ(?:購入|注文|登録)',
      '(?:割引|クーポン)コード',
      '期間限定',
      '\\d{1,3} ?[%％] ?(?:オフ|割引|引き)',
    ],
    'press-release': ['お知らせできることを(?:嬉しく|うれしく)', '業界(?:最高|をリード)', '画期的な'],
    'canned-apology': ['ご(?:不便|迷惑)をおかけ(?:し|いたし)', '貴重な(?:ご意見|お言葉)', '真摯に受け止め'],
    promise: ['お約束(?:し|いたし)ます', '保証(?:し|いたし)ます', '二度と(?:この|起こ|こ)'],
    blame: [
      'お客様の(?:責任|ミス|誤り)',
      '弊社の責任では',
      '先ほども(?:申し上げ|お伝え)',
      '既に(?:お伝え|ご説明)',
    ],
  },
};

/** Scripts without spaces have no edges of words. */
const SPACELESS: ReadonlySet<Language> = new Set(['ja']);

function patternOf(language: Language, said: readonly string[]): RegExp {
  const any = `(?:${said.join('|')})`;
  return SPACELESS.has(language)
    ? new RegExp(any, 'iu')
    : new RegExp(`(?<![\\p{L}\\p{N}])${any}(?![\\p{L}\\p{N}])`, 'iu');
}

const CODES: readonly Phrases['code'][] = ['pitch', 'press-release', 'canned-apology', 'promise', 'blame'];

/** Turns of phrase by language; none where we know none. English ones are in `etiquette-phrases.ts`. */
export const PHRASES_OF: ReadonlyMap<Language, readonly Phrases[]> = new Map(
  Object.entries(SAID).map(([key, said]) => {
    const language = key as Language;
    return [
      language,
      CODES.flatMap((code) => {
        const phrases = said[code];
        return phrases ? [{ code, patterns: [patternOf(language, phrases)] }] : [];
      }),
    ];
  }),
);
