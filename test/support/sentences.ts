import type { Language } from '../../src/domain/triage/language.ts';

/** Short posts as customers write them, by what they are. Ours: nothing was taken from anybody. */
export interface Sentences {
  readonly asks: readonly string[];
  readonly complains: readonly string[];
  readonly thanks: readonly string[];
  /** Says something, and wants nothing. */
  readonly tells: readonly string[];
}

export const SENTENCES: Readonly<Record<Language, Sentences>> = {
  en: {
    asks: [
      'do you ship to Norway',
      'how do I get the old lid off',
      'is the green one back soon?',
      'where can i find the recipe book',
    ],
    complains: [
      'second pot in a year and the handle came loose, broken again',
      'your app logs me out every morning, not working',
      'still waiting for my order from May',
      'worst delivery ever, the box was crushed and damaged',
    ],
    thanks: ['thank you, that did it', 'cheers, will try', 'thanks a lot for the quick reply'],
    tells: ['we made goulash for twelve people on Sunday', 'my sister has the red one in her kitchen'],
  },
  es: {
    asks: [
      'hola, hacen envíos a Canarias',
      'cómo puedo cambiar la dirección del pedido',
      '¿tenéis la tapa suelta en azul?',
      'alguien sabe si se puede meter en el horno',
    ],
    complains: [
      'llevo dos semanas esperando y nadie me contesta',
      'la olla llegó rota y no me devuelven el dinero',
      'la aplicación no funciona desde ayer',
      'qué decepción, muy mala calidad para lo que cuesta',
    ],
    thanks: [
      'muchas gracias por la ayuda',
      'mil gracias, ya está solucionado',
      'gracias por responder tan rápido',
    ],
    tells: ['el domingo hicimos cocido para toda la familia', 'mi madre tiene una igual en el pueblo'],
  },
  pt: {
    asks: [
      'vocês entregam em Manaus',
      'como faço para trocar o produto',
      'quando chega a panela azul?',
      'alguém sabe se pode ir na lava-louças',
    ],
    complains: [
      'comprei faz um mês e até agora não chegou',
      'a tampa veio quebrada e ninguém responde',
      'péssimo atendimento, nunca mais compro',
      'o aplicativo não abre, não funciona de jeito nenhum',
    ],
    thanks: ['muito obrigada pela ajuda', 'valeu, deu certo aqui', 'obrigado pela resposta rápida'],
    tells: ['fizemos feijoada no domingo com os amigos', 'minha avó tem uma igual na cozinha dela'],
  },
  fr: {
    asks: [
      'bonjour, est-ce que vous livrez en Belgique',
      'comment faire pour changer le couvercle',
      'quand est-ce que la bleue sera disponible ?',
      'quelqu’un sait si elle passe au four',
    ],
    complains: [
      'toujours pas reçu ma commande après trois semaines',
      'le couvercle est arrivé cassé et personne ne répond',
      'service client lamentable, je suis très déçue',
      'l’application plante sans arrêt, ça ne marche pas',
    ],
    thanks: [
      'merci beaucoup pour votre aide',
      'un grand merci, ça fonctionne',
      'merci pour la réponse rapide',
    ],
    tells: [
      'dimanche nous avons fait un pot-au-feu pour dix personnes',
      'ma tante a la même dans sa cuisine',
    ],
  },
  de: {
    asks: [
      'liefert ihr auch in die Schweiz',
      'wie bekomme ich den Deckel wieder ab',
      'wann gibt es den blauen Topf wieder?',
      'weiß jemand, ob der in den Backofen darf',
    ],
    complains: [
      'warte seit drei Wochen auf meine Bestellung und niemand antwortet',
      'der Griff ist schon wieder abgebrochen, so ein Schrott',
      'die App stürzt ständig ab, das nervt',
      'sehr enttäuscht, der Topf kam beschädigt an',
    ],
    thanks: [
      'vielen Dank für die schnelle Hilfe',
      'danke euch, hat geklappt',
      'herzlichen Dank für die Antwort',
    ],
    tells: [
      'am Sonntag haben wir Gulasch für zwölf Leute gekocht',
      'meine Schwester hat den roten in der Küche stehen',
    ],
  },
  it: {
    asks: [
      'spedite anche in Sardegna',
      'come faccio a togliere il coperchio',
      'quando torna disponibile quella blu?',
      'qualcuno sa se va in forno',
    ],
    complains: [
      'aspetto da tre settimane e nessuno mi risponde',
      'il manico si è rotto dopo due giorni',
      'servizio pessimo, sono molto delusa',
      'l’app non funziona più da ieri',
    ],
    thanks: ['grazie mille per l’aiuto', 'vi ringrazio, adesso funziona', 'grazie della risposta veloce'],
    tells: ['domenica abbiamo fatto il ragù per tutta la famiglia', 'mia zia ne ha una uguale in cucina'],
  },
  nl: {
    asks: [
      'leveren jullie ook in België',
      'hoe krijg ik het deksel eraf',
      'wanneer is de blauwe pan weer te koop?',
      'weet iemand of hij in de oven mag',
    ],
    complains: [
      'wacht al drie weken op mijn bestelling en niemand reageert',
      'het handvat is kapot na twee dagen',
      'slechte service, heel teleurgesteld',
      'de app doet het niet meer sinds gisteren',
    ],
    thanks: [
      'heel erg bedankt voor de hulp',
      'dank jullie wel, het werkt weer',
      'bedankt voor de snelle reactie',
    ],
    tells: [
      'zondag hebben we stoofvlees gemaakt voor de hele familie',
      'mijn zus heeft de rode in haar keuken',
    ],
  },
  tr: {
    asks: [
      'Almanya’ya gönderim yapıyor musunuz',
      'kapağı nasıl değiştirebilirim',
      'mavi tencere ne zaman gelecek?',
      'fırına giriyor mu bilen var mı',
    ],
    complains: [
      'üç haftadır siparişimi bekliyorum, kimse cevap vermiyor',
      'tencere kırık geldi, paramı geri istiyorum',
      'uygulama sürekli hata veriyor, çalışmıyor',
      'çok kötü hizmet, rezalet',
    ],
    thanks: ['yardımınız için çok teşekkür ederim', 'çok sağ olun, oldu', 'hızlı cevap için teşekkürler'],
    tells: ['pazar günü bütün aileye kuru fasulye yaptık', 'ablamın mutfağında da aynısından var'],
  },
  pl: {
    asks: [
      'czy wysyłacie do Niemiec',
      'jak mogę wymienić pokrywkę',
      'kiedy będzie dostępny niebieski garnek?',
      'czy ktoś wie, czy można go wstawić do piekarnika',
    ],
    complains: [
      'czekam już trzy tygodnie i nikt nie odpowiada',
      'garnek przyszedł uszkodzony',
      'aplikacja nie działa od wczoraj',
      'fatalna obsługa, jestem bardzo rozczarowana',
    ],
    thanks: ['bardzo dziękuję za pomoc', 'dzięki wielkie, już działa', 'dziękuję za szybką odpowiedź'],
    tells: ['w niedzielę zrobiliśmy bigos dla całej rodziny', 'moja siostra ma czerwony w swojej kuchni'],
  },
  id: {
    asks: [
      'kak bisa kirim ke Papua gak',
      'gimana cara ganti tutupnya',
      'kapan yang warna biru ada lagi?',
      'ada yang tahu boleh masuk oven atau tidak',
    ],
    complains: [
      'sudah tiga minggu pesanan saya belum sampai',
      'pancinya datang pecah, kecewa banget',
      'aplikasinya error terus, tidak bisa dibuka',
      'pelayanan buruk, chat tidak dibalas',
    ],
    thanks: [
      'terima kasih banyak atas bantuannya',
      'makasih kak, sudah bisa',
      'terima kasih responnya cepat',
    ],
    tells: ['hari Minggu kami masak rendang untuk keluarga besar', 'kakak saya punya yang merah di dapurnya'],
  },
  ru: {
    asks: [
      'вы доставляете в Казань',
      'как снять крышку',
      'когда появится синяя кастрюля?',
      'кто знает, можно ли её в духовку',
    ],
    complains: [
      'жду заказ уже три недели, никто не отвечает',
      'кастрюля пришла разбитая',
      'приложение не работает со вчерашнего дня',
      'ужасный сервис, очень разочарована',
    ],
    thanks: ['большое спасибо за помощь', 'спасибо, всё получилось', 'благодарю за быстрый ответ'],
    tells: ['в воскресенье варили борщ на всю семью', 'у моей сестры такая же на кухне'],
  },
  ar: {
    asks: ['هل توصلون إلى الرياض', 'كيف أغير الغطاء', 'متى يتوفر اللون الأزرق؟', 'حد يعرف ينفع يدخل الفرن'],
    complains: [
      'طلبي متأخر من ثلاثة أسابيع ولا أحد يرد',
      'وصل القدر مكسور وأريد استرجاع فلوسي',
      'التطبيق لا يعمل من أمس',
      'خدمة سيئة جدا',
    ],
    thanks: ['شكرا جزيلا على المساعدة', 'مشكورين، انحلت المشكلة', 'شكرا على الرد السريع'],
    tells: ['يوم الجمعة طبخنا كبسة لكل العائلة', 'أختي عندها واحد أحمر في مطبخها'],
  },
  hi: {
    asks: [
      'क्या आप पटना में डिलीवरी करते हैं',
      'ढक्कन कैसे बदलें',
      'नीला बर्तन कब मिलेगा?',
      'किसी को पता है कि यह ओवन में जा सकता है',
    ],
    complains: [
      'तीन हफ्ते हो गए ऑर्डर नहीं आया और कोई जवाब नहीं',
      'बर्तन टूटा हुआ आया',
      'ऐप काम नहीं कर रहा है',
      'बहुत खराब सेवा, पैसे वापस करो',
    ],
    thanks: ['मदद के लिए बहुत धन्यवाद', 'शुक्रिया, हो गया', 'जल्दी जवाब देने के लिए धन्यवाद'],
    tells: ['रविवार को हमने पूरे परिवार के लिए राजमा बनाया', 'मेरी बहन की रसोई में लाल वाला है'],
  },
  ja: {
    asks: [
      '北海道にも送ってもらえますか',
      'ふたの外し方を教えてください',
      '青い鍋はいつ入荷しますか？',
      'オーブンに入れても大丈夫でしょうか',
    ],
    complains: [
      '三週間待っているのに届きません',
      '鍋が割れて届きました。返金してください',
      '昨日からアプリが動かない',
      '対応がひどい、がっかりしました',
    ],
    thanks: ['助けていただきありがとうございます', 'ありがとう、直りました', '早いお返事に感謝します'],
    tells: ['日曜日に家族みんなでおでんを作りました', '姉の台所に赤いのがあります'],
  },
  ko: {
    asks: [
      '제주도도 배송 되나요',
      '뚜껑은 어떻게 빼나요',
      '파란색은 언제 다시 나와요?',
      '오븐에 넣어도 되는지 아시는 분',
    ],
    complains: [
      '3주째 기다리는데 아직도 안 왔어요',
      '냄비가 깨져서 왔어요 환불해 주세요',
      '어제부터 앱이 안돼요',
      '서비스가 최악이네요 실망입니다',
    ],
    thanks: ['도와주셔서 정말 감사합니다', '고맙습니다 해결됐어요', '빠른 답변 감사해요'],
    tells: ['일요일에 온 가족이 김치찌개를 끓였어요', '언니 부엌에 빨간 게 있어요'],
  },
  zh: {
    asks: ['请问可以寄到新疆吗', '盖子怎么拆下来', '蓝色的什么时候有货？', '有人知道能不能放进烤箱'],
    complains: [
      '等了三个星期还没收到货，没人回复',
      '锅收到就是碎了，我要退款',
      '从昨天开始软件打不开',
      '服务太差了，很失望',
    ],
    thanks: ['非常感谢你们的帮助', '谢谢，已经解决了', '谢谢这么快回复'],
    tells: ['星期天我们给全家做了火锅', '我姐姐厨房里有一个红色的'],
  },
};

/** Languages that triage has no rules for. */
export const UNKNOWN: readonly string[] = [
  'kuinka kauan toimitus yleensä kestää teillä',
  'když objednám dnes, přijde to do pátku domů',
  'mikor lesz újra kapható a kék fazék nálatok',
  'πότε θα έρθει η παραγγελία μου στο σπίτι',
  'khi nào có hàng lại vậy shop ơi mình cần gấp',
  'סיר חדש הגיע אליי היום בבוקר עם שליח',
  'รอของมาสามอาทิตย์แล้วยังไม่ได้เลย',
  'när kommer den blå grytan tillbaka i butiken',
];
