import type { Language } from './language.ts';

/** The compact rules of one language that puts spaces between its words; see `lexicon-english.ts` for how lists are read. */
export interface LanguageRules {
  /** Ask when they open a clause. */
  readonly opening: string;
  /** Ask wherever they stand. */
  readonly asking: string;
  readonly problems: string;
  readonly serious: string;
  readonly severe: string;
  readonly praise: string;
  readonly thanks: string;
  readonly negations: string;
  /** Words a plain closing may hold besides thanks: "ok", "perfect", "I will try". */
  readonly closing: string;
}

export const LANGUAGE_RULES: Partial<Record<Language, LanguageRules>> = {
  es: {
    opening:
      'como puedo, como hago, como se, como es, como lo, cuando llega, cuando sale, cuando va, cuando vuelve, cuando estara, cuando tendre, cuando habra, donde, cuanto, cuantos, cuanta, cuantas, por que, quien, cual, cuales, puedo, puede, pueden, podeis, podrian, podriais, se puede, tienen, teneis, tienes, hay alguna, hay algun, hay que, sabeis, saben, sabe alguien, que pasa, que hago, que puedo, que tal, haceis, hacen, es posible, es normal, me pueden, me podeis',
    asking:
      'alguien sabe, alguien puede, me pueden ayudar, me podeis ayudar, necesito ayuda, quisiera saber, quiero saber, me gustaria saber, no se como, no se si, como puedo, como hago para, cuando llega, donde puedo, sabeis si, saben si, alguna idea, alguna novedad',
    problems:
      'no funciona*, no me funciona, no sirve, no llega, no ha llegado, no llego, no me llega, no responde*, no contesta*, nadie contesta, nadie responde, nadie me, sin respuesta, roto, rota, rotos, se rompio, se ha roto, defectuos*, averiad*, problema*, error, errores, fallo, fallos, falla, fallando, retraso*, tarde otra vez, mal servicio, muy mal, pesim*, horrible*, fatal, asco, asquer*, verguenza, decepcion*, indignad*, enfadad*, frustrad*, harto, harta, estafa*, timo, enganad*, engano, mentira*, queja*, reclam*, basura, inutil*, caro, carisimo, nunca mas, sigo esperando, sigo sin, todavia nada, aun nada, sigue sin, llevo esperando, perdid*, cancelad*, danad*, peor, malo, mala, malisim*, mierda, odio',
    serious:
      'reembols*, devolucion, devuelvan, devolver mi dinero, mi dinero, devuelvan mi dinero, estafa*, fraude*, robo, robado, robaron, cobrado dos veces, doble cobro, denunci*, racista, consumo',
    severe:
      'quemadura*, me queme, me he quemado, se ha quemado la, se quemo la, se incendio, incendio, exploto, explotado, descarga electrica, herid*, lesion*, hospital, urgencias, reaccion alergica, intoxica*, peligros*, abogad*, demandar, juzgado, sangrando, sangre',
    praise:
      'me encanta*, encanta, encantad*, genial*, excelente*, increible*, maravill*, fantastic*, perfecto, perfecta, buenisim*, riquisim*, delicios*, que rico, muy rico, muy buen*, muy bien, lo mejor, la mejor, el mejor, los mejores, mejor compra, recomiendo, recomendad*, felicidades, enhorabuena, bravo, feliz con, contentisim*, muy contento, muy contenta, amo, fan de, favorit*, preciosa, precioso, chulo, chula, vale la pena, espectacular*, super rico, gran trabajo, buen trabajo, me gusta, os quiero',
    thanks: 'gracias, muchas gracias, mil gracias, agradecid*, agradezco, muchisimas gracias',
    negations: 'no, nunca, sin, nada, tampoco, jamas, ni',
    closing:
      'gracias, muchas, mil, vale, ok, perfecto, perfecta, genial, estupendo, de acuerdo, entendido, listo, ya esta, solucionado, resuelto, por, la, ayuda, todo, muy, amable, amables, lo, probare, hare, asi, buen, dia, saludos, respuesta, rapida, su, vuestra, a, vosotros, ustedes',
  },
  pt: {
    opening:
      'como faco, como posso, como e que, como eu, como usar, voces entregam, voces enviam, voces fazem, voces vendem, voces vao, voces aceitam, quando chega, quando vai, quando volta, quando sai, onde, quanto, quantos, quantas, por que, porque nao, pq, quem, qual, quais, posso, pode, podem, poderia, poderiam, voces tem, voce tem, tem como, tem algum, sera que, da pra, da para, e possivel, e normal, alguem sabe, o que eu, o que faco, cade',
    asking:
      'alguem sabe, alguem pode, alguem mais, podem me ajudar, preciso de ajuda, gostaria de saber, queria saber, quero saber, nao sei como, nao sei se, como faco, quando chega, onde posso, tem previsao, alguma novidade, me ajuda*, tem como',
    problems:
      'nao funciona*, nao esta funcionando, nao liga, nao chegou, nao chega, nao recebi, nao responde*, ninguem responde, ninguem atende, sem resposta, quebrad*, quebrou, estragad*, estragou, defeito*, defeituos*, problema*, erro, erros, falha, falhas, atras*, atrasad*, pessim*, horrivel, horriveis, terrivel, lixo, vergonha, decepcion*, descaso, absurdo, revoltad*, frustrad*, irritad*, golpe, enganad*, enganacao, mentira*, reclam*, nunca mais, ate agora nada, ainda nada, nada ainda, ainda esperando, to esperando, estou esperando, continuo esperando, perdid*, cancelad*, danificad*, pior, ruim, droga, merda, odeio, caro demais, sumiu, travando, trava',
    serious:
      'reembols*, estorno*, meu dinheiro, dinheiro de volta, cobrad* duas vezes, cobrado, cobrada, cobranca indevida, golpe, fraude*, roubo, roubad*, roubaram, procon, reclame aqui, denunci*, racista',
    severe:
      'queimou a mao, queimou minha, queimei a mao, queimei minha, me queimei, queimadura*, pegou fogo, incendio, explodiu, choque eletrico, levei um choque, ferid*, machuc*, hospital, pronto socorro, reacao alergica, intoxica*, perigos*, advogad*, processar, processo judicial, sangrando, sangue',
    praise:
      'adorei, adoro, amei, amo, amando, otimo, otima, excelente*, incrivel, incriveis, maravilh*, fantastic*, perfeito, perfeita, delicios*, delicia, gostos*, muito bom, muito boa, bom demais, melhor compra, o melhor, a melhor, os melhores, recomendo, parabens, sensacional, lind*, top demais, favorit*, vale a pena, feliz com, muito feliz, gostei, nota 10, show de bola, arrasaram, apaixonad*',
    thanks:
      'obrigado, obrigada, muito obrigado, muito obrigada, obg, brigado, brigada, valeu, vlw, agradeco, agradecid*, grato, grata',
    negations: 'nao, nunca, sem, nem, nada, jamais',
    closing:
      'obrigado, obrigada, muito, muita, obg, valeu, vlw, ok, ta, bom, tudo, certo, perfeito, otimo, beleza, blz, entendi, combinado, resolvido, resolveu, deu, pela, ajuda, pelo, retorno, resposta, rapida, vou, tentar, fazer, isso, bom, dia, abraco, voces, a',
  },
  fr: {
    opening:
      'comment, quand est, quand sera, quand arrive, quand vais, quand allez, ou est, ou puis, ou trouver, ou acheter, ou en est, combien, pourquoi, qui peut, quel, quelle, quels, quelles, est ce que, est ce, puis je, pouvez vous, peut on, pourriez vous, avez vous, y a t il, savez vous, serait il, que faire, que dois, qu est ce, faut il, livrez vous',
    asking:
      "quelqu un sait, quelqu un peut, quelqu'un sait, quelqu'un peut, quelqu'un connait, quelqu'un saurait, qqn sait, est ce que, est ce possible, besoin d aide, j aimerais savoir, je voudrais savoir, je ne sais pas comment, je sais pas comment, pouvez vous, pourriez vous, comment faire, comment puis je, une idee, des nouvelles, savoir si",
    problems:
      'ne marche pas, ne marche plus, marche pas, marche plus, ne fonctionne pas, ne fonctionne plus, fonctionne pas, fonctionne plus, en panne, panne, casse, cassee, casses, cassees, casser, defectueu*, probleme*, erreur*, bug, bugs, retard*, en retard, pas recu, jamais recu, toujours pas, toujours rien, pas de reponse, aucune reponse, sans reponse, personne ne repond, ne repond pas, nul, nulle, nuls, horrible*, affreu*, catastroph*, honte, honteu*, inadmissible, inacceptable*, scandal*, decu, decue, decus, deception, decevant*, enerve*, agace*, ras le bol, marre, arnaque*, vol, voleur*, mensonge*, plainte, reclamation*, plus jamais, j attends, attends depuis, perdu, perdue, annule*, endommage*, abime*, pire, mauvais*, deteste, merde, trop cher, bloque*',
    serious:
      'rembours*, arnaque*, fraude*, vole, voles, debite deux fois, preleve deux fois, mon argent, escroc*, raciste, signal conso, que choisir, repression des fraudes',
    severe:
      'me suis brule, suis brulee, s est brule, s est brulee, brule la main, brule les, brulure*, pris feu, incendie, explose, explosee, electrocut*, decharge electrique, blesse, blessee, blessure*, hopital, urgences, reaction allergique, intoxication, intoxique*, dangereu*, avocat*, porter plainte, tribunal, saigne*',
    praise:
      'j adore, adore, adorons, genial*, excellent*, incroyable*, merveill*, magnifique*, fantastique*, parfait, parfaite, delicieu*, super bon, trop bon, tres bon, tres bonne, tres bien, le meilleur, la meilleure, les meilleurs, meilleur achat, recommande, bravo, felicitations, top, au top, fan de, ravi, ravie, tres content*, tres satisfait*, satisfait*, prefere, preferee, vaut le coup, chapeau, formidable*, genialissime, j aime, coup de coeur, trop bien, super service, un regal, regal, regale*, sublime',
    thanks: 'merci, merci beaucoup, mille mercis, un grand merci, remercie*',
    negations: 'pas, jamais, sans, aucun, aucune, rien, plus, ni',
    closing:
      'merci, beaucoup, mille, bien, ok, d accord, accord, parfait, super, entendu, compris, ca, marche, c est, note, regle, resolu, top, genial, pour, votre, l aide, aide, reponse, rapide, retour, la, je, vais, essayer, faire, bonne, journee, soiree, a, vous, tout, tres, gentil, va, de',
  },
  de: {
    opening:
      'wie lange, wie kann, wie komme, wie bekomme, wie viel, wie oft, wie geht, wie mache, wie kriege, wie ist, wie sieht, wie funktioniert, wieviel, wann, wo, warum, wieso, weshalb, wer, was ist, was kann, was mache, was soll, was kostet, welche, welcher, welches, kann ich, kann man, konnt ihr, konnen sie, konnte ich, habt ihr, haben sie, gibt es, gibts, gibt s, ist es, ist das, sind die, darf ich, muss ich, muss man, wisst ihr, weiss jemand, wird es, werdet ihr, hat jemand, kennt jemand, liefert ihr, soll ich, stimmt es, seid ihr',
    asking:
      'weiss jemand, hat jemand, kann jemand, kann mir jemand, konnt ihr mir, konnen sie mir, brauche hilfe, bitte um hilfe, ich wurde gerne wissen, wurde gern wissen, mochte wissen, ich weiss nicht wie, weiss nicht ob, frage mich ob, wie kann ich, wo kann ich, wann kommt, irgendeine idee, gibt es, gibts',
    problems:
      'funktioniert nicht, funktioniert nicht mehr, geht nicht, geht nicht mehr, geht nix, lauft nicht, klappt nicht, lasst sich nicht, nicht mehr, bleibt kalt, heizt nicht, kaputt*, defekt*, beschadigt*, zerbrochen, gebrochen, fehler, fehlerhaft*, problem, probleme, storung*, ausfall, absturz, sturzt ab, verspatet, verspatung, zu spat, nicht angekommen, nicht geliefert, immer noch nicht, noch immer nicht, noch nichts, nie angekommen, keine antwort, keine reaktion, niemand antwortet, meldet sich nicht, meldet sich niemand, warte seit, warte immer noch, warte noch, schlecht*, mies*, furchtbar*, schrecklich*, katastroph*, unverschamt*, frechheit, peinlich, enttausch*, argerlich, argere*, genervt, nervt, nervig, sauer, wutend, frust*, abzocke, betrug*, verarsch*, luge, gelogen, beschwer*, reklam*, nie wieder, mull, schrott, scheiss*, teuer, verloren, storniert, unbrauchbar, unmoglich, schlimm*, hasse, leider nicht',
    serious:
      'ruckerstatt*, erstatt*, geld zuruck, mein geld, doppelt abgebucht, abgebucht, abzocke, betrug, betrugen, betruger*, gestohlen, geklaut, verbraucherzentrale, verbraucherschutz, rassist*, datenschutz',
    severe:
      'mich verbrannt, hand verbrannt, finger verbrannt, mir verbrannt, verbrennungen, verbrennung am, verbrennung an, verbruht, brennt lichterloh, feuer gefangen, in flammen, explodiert, stromschlag, stromschlage, verletzt, verletzung*, krankenhaus, notaufnahme, allergische reaktion, lebensmittelvergiftung, vergiftet, gefahrlich*, lebensgefahr*, anwalt, anwaltin, verklag*, anzeige erstatten, gericht bringen, blutet, schmort, geschmort, qualmt',
    praise:
      'ich liebe, wir lieben, liebe es, liebe diesen, liebe diese, liebe den, liebs, toll, tolle, toller, tolles, super, klasse, spitze, genial*, grossartig*, fantastisch*, wunderbar*, perfekt*, ausgezeichnet*, hervorragend*, begeistert*, lecker*, kostlich*, sehr gut, richtig gut, echt gut, sehr zufrieden, bin zufrieden, empfehlen, empfehle, empfehlenswert, das beste, der beste, die beste, die besten, bester, lieblings*, freue mich, freut mich, glucklich, hammer, mega, gelungen, schon gemacht, gefallt mir, traumhaft*, weiter so, respekt, hut ab, top, einwandfrei',
    thanks:
      'danke, danke schon, dankeschon, vielen dank, herzlichen dank, besten dank, dank euch, dankbar, tausend dank, merci',
    negations: 'nicht, kein, keine, keinen, keiner, nie, ohne, nichts, weder, kaum',
    closing:
      'danke, vielen, dank, herzlichen, besten, schon, euch, ok, okay, alles, klar, super, perfekt, top, prima, passt, gut, verstanden, erledigt, hat, geklappt, geht, wieder, fur, die, hilfe, antwort, schnelle, rasche, mach, mache, ich, werde, versuchen, probiere, das, schonen, tag, abend, noch, sehr, nett, liebe, grusse, lg, toll, klasse',
  },
  it: {
    opening:
      'spedite, consegnate, vendete, accettate, fate anche, come posso, come faccio, come si, come mai, quando arriva, quando torna, quando esce, quando sara, dove, quanto, quanti, quante, perche non, perche, chi, quale, quali, qual, posso, potete, potreste, si puo, avete, c e un, c e qualche, ci sono, sapete, qualcuno sa, e possibile, e normale, cosa devo, cosa posso, che fine',
    asking:
      'qualcuno sa, qualcuno puo, qualcuno ha, potete aiutarmi, mi aiutate, ho bisogno di aiuto, vorrei sapere, volevo sapere, non so come, non so se, non capisco come, come posso, come faccio, dove posso, avete idea, ci sono novita',
    problems:
      'non funziona*, non va, non parte, non si accende, non arriva, non e arrivat*, non ho ricevuto, mai arrivat*, non risponde*, nessuno risponde, nessuna risposta, senza risposta, rotto, rotta, rotti, si e rotto, si e rotta, difettos*, difetto, guast*, problema, problemi, errore, errori, ritardo, in ritardo, pessim*, orribile, orribili, terribile, schifo, schifos*, vergogna, vergognos*, delus*, delusione, deludente, arrabbiat*, stufo, stufa, frustra*, truffa*, fregat*, bugia, bugie, reclamo, lamentel*, mai piu, ancora niente, ancora nulla, ancora aspettando, sto aspettando, aspetto da, aspetto ancora, perso, annullat*, danneggiat*, peggio, peggior*, scadente, inaccettabil*, merda, odio, troppo caro, assurdo',
    serious:
      'rimbors*, soldi indietro, i miei soldi, addebitato due volte, addebit*, truffa*, frode, rubato, rubat*, denunci*, razzist*, altroconsumo, garante',
    severe:
      'mi sono bruciat*, si e bruciata la mano, bruciato la mano, bruciata la mano, bruciato le dita, ustion*, scottat*, preso fuoco, incendio, esplos*, scossa elettrica, presa la scossa, ferit*, ospedale, pronto soccorso, reazione allergica, intossica*, pericolos*, avvocato, avvocati, fare causa, tribunale, sanguina, sangue',
    praise:
      'adoro, amo, fantastic*, eccellent*, incredibil*, meraviglios*, perfetto, perfetta, ottimo, ottima, ottimi, buonissim*, delizios*, squisit*, bellissim*, molto buon*, molto bene, il migliore, la migliore, i migliori, miglior acquisto, consiglio, consigliatissim*, complimenti, brav*, preferit*, felice, contentissim*, molto contento, molto contenta, vale la pena, spettacol*, super buon*, mi piace, geniale, geniali, stupend*',
    thanks: 'grazie, grazie mille, molte grazie, ringrazi*, grazie ancora, grazie infinite',
    negations: 'non, mai, senza, nessun, nessuna, niente, ne',
    closing:
      'grazie, mille, tante, molte, infinite, ok, va, bene, perfetto, ottimo, capito, d accordo, accordo, risolto, tutto, a, posto, fatto, per, l aiuto, aiuto, la, risposta, veloce, gentilissimi, gentili, molto, provo, provero, faro, cosi, buona, giornata, serata, voi, ancora, super',
  },
  nl: {
    opening:
      'hoe kan, hoe lang, hoe krijg, hoe moet, hoe werkt, hoe zit, hoeveel, wanneer, waar kan, waar is, waar vind, waar blijft, waarom, wie weet, wie kan, wat is, wat moet, wat kost, welke, kan ik, kun je, kunnen jullie, kunt u, mag ik, moet ik, hebben jullie, heeft iemand, heeft u, is er, zijn er, is het, weet iemand, weten jullie, kan iemand, leveren jullie, gaan jullie, komt er',
    asking:
      'weet iemand, kan iemand, heeft iemand, hulp nodig, graag hulp, ik vraag me af, wil graag weten, zou graag weten, ik weet niet hoe, geen idee hoe, hoe kan ik, waar kan ik, enig idee, al nieuws',
    problems:
      'werkt niet, werkt niet meer, doet het niet, doet niks, doet niets, lukt niet, kapot*, stuk, defect*, beschadigd*, gebroken, fout, fouten, foutmelding, probleem, problemen, storing, vertrag*, te laat, nog steeds niet, nog niks, nog niets, niet ontvangen, nooit ontvangen, niet geleverd, niet aangekomen, geen antwoord, geen reactie, niemand reageert, niemand antwoordt, wacht al, wachten al, slecht*, waardeloos, belachelijk, schandalig*, schande, verschrikkelijk*, vreselijk*, teleurgesteld, teleurstell*, boos, gefrustreerd, irritant*, oplichting, oplichters, bedrog, leugen*, klacht, klachten, nooit meer, rotzooi, troep, duur, kwijt, geannuleerd, onacceptabel, ergste, haat',
    serious:
      'terugbeta*, geld terug, mijn geld, restitutie, dubbel afgeschreven, afgeschreven, oplichting, oplichters, fraude, gestolen, consumentenbond, kassa radar, racis*',
    severe:
      'me verbrand, mezelf verbrand, hand verbrand, vingers verbrand, brandwond*, in brand, vlam gevat, ontploft, ontplofte, elektrische schok, gewond, verwond*, ziekenhuis, spoedeisende hulp, allergische reactie, voedselvergiftiging, vergiftigd, gevaarlijk*, levensgevaarlijk*, advocaat, rechtszaak, aanklagen, bloed*',
    praise:
      'geweldig*, fantastisch*, uitstekend*, perfect, heerlijk*, lekker*, prachtig*, super, top, toppie, de beste, het beste, erg goed, heel goed, echt goed, heel blij, erg blij, zo blij, tevreden, aanrader, aan te raden, aanbevel*, complimenten, gefeliciteerd, favoriet*, hou van, fijn, genieten, genoten, de moeite waard, leuk, leuke, mooi, mooie, fan van, briljant',
    thanks: 'bedankt, dankjewel, dank je, dank je wel, dank u, dank jullie, dankuwel, heel erg bedankt, dank',
    negations: 'niet, geen, nooit, zonder, niks, niets, nergens',
    closing:
      'bedankt, dankjewel, dank, je, jullie, u, wel, heel, erg, ok, oke, prima, top, super, perfect, fijn, helder, duidelijk, begrepen, opgelost, gelukt, werkt, weer, voor, de, hulp, snelle, reactie, antwoord, ik, ga, het, zal, proberen, doen, fijne, dag, avond, nog',
  },
  tr: {
    opening: 'nasil, ne zaman, nerede, nereden, neden, niye, nicin, kac, kim, hangi, acaba, ne kadar',
    asking:
      'ne zaman, bilen var mi, var mi, yok mu, mumkun mu, olur mu, gelecek mi, yardimci olur musunuz, yardim eder misiniz, yardimci olabilir misiniz, musunuz, misiniz, miyim, muyum, ogrenmek istiyorum, merak ediyorum, nasil yapabilirim, nasil alabilirim, bilgi alabilir*, degistirebilir*, alabilir mi*, yapabilir mi*, ulasabilirim, iade edebilirim, yapiyor mu*, ediyor mu*, geliyor mu, oluyor mu',
    problems:
      'calismiyor*, calismadi, bozuk*, bozuldu, kirik, kirildi, hasarli, arizali, ariza*, hata, hatali, sorun*, gelmedi, gelmiyor, ulasmadi, teslim edilmedi, gec geldi, gecik*, cevap yok, cevap vermiyor*, cevap alamiyorum, donus yapmiyor*, donus yok, kotu*, berbat*, rezalet, rezil*, igrenc*, hayal kirikligi, pisman*, sinir*, biktim, yeter artik, sikayet*, magdur*, dolandir*, yalan*, bir daha asla, asla almayin, cop, pahali, hala bekliyorum, bekliyorum hala, haftadir, gundur bekliyorum, iptal, kayip, eksik, sacmalik, nefret',
    serious:
      'iade*, para iadesi, paramin iadesi, parami, dolandir*, calindi, iki kez cekildi, tuketici hakem*, sikayetvar',
    severe:
      'elim yandi, elimi yaktim, yandim, elimi yakti, yanik*, yangin, patladi, elektrik carpti, carpildim, yaraland*, yarali, hastane*, hastanelik, alerjik reaksiyon, zehirlen*, tehlikeli*, avukat*, dava ac*, mahkeme*, kanadi',
    praise:
      'harika*, mukemmel*, muhtesem*, super, bayildim, bayiliyorum, bayiliyoruz, seviyorum, cok sevdim, cok guzel, cok iyi, en iyi, en iyisi, enfes, lezzetli, nefis, tavsiye ederim, tebrik*, memnun*, cok memnun, begendim, begendik, favori*, basarili, helal, efsane',
    thanks:
      'tesekkurler, tesekkur ederim, tesekkur ederiz, cok tesekkurler, tesekkur, sagol, sag ol, sag olun, sagolun, eyvallah, minnettar*',
    negations: 'hic, asla, degil',
    closing:
      'tesekkurler, tesekkur, ederim, ederiz, cok, sagol, sag, ol, olun, sagolun, tamam, tamamdir, peki, anladim, oldu, super, harika, guzel, cozuldu, yardiminiz, icin, ilginiz, deneyecegim, iyi, gunler, aksamlar, eyvallah',
  },
  pl: {
    opening:
      'jak moge, jak mozna, jak dlugo, jak to, jak sie, jak zamowic, kiedy, gdzie, ile, dlaczego, czemu, kto, ktory, ktora, ktore, czy, co zrobic, co robic, co mam, moge, mozna, macie, mozecie, mozna prosic, skad',
    asking:
      'czy ktos wie, ktos wie, czy ktos, czy moge, czy mozna, czy jest, czy sa, czy macie, prosze o pomoc, potrzebuje pomocy, chcialbym wiedziec, chcialabym wiedziec, nie wiem jak, nie wiem czy, zastanawiam sie, jak moge, gdzie moge, kiedy bedzie, kiedy dostane',
    problems:
      'nie dziala*, nie wlacza, nie przyszl*, nie dotar*, nie dostal*, nie otrzymal*, nie odpowiad*, brak odpowiedzi, brak kontaktu, nikt nie, zepsut*, zepsul*, popsul*, uszkodzon*, peknie*, peklo, wadliw*, wada, usterk*, problem, problemy, blad, bledy, awari*, opoznien*, spoznion*, za pozno, nadal czekam, ciagle czekam, wciaz czekam, czekam juz, fataln*, okropn*, tragedia, tragiczn*, koszmar*, beznadziej*, zenada, zenujac*, skandal*, wstyd, rozczarow*, zawiedzion*, zawiodl*, wkurz*, wsciek*, denerwuj*, oszust*, oszuka*, klamst*, klamie*, reklamacj*, skarg*, nigdy wiecej, szajs, badziew*, drogo, zgubi*, anulowan*, najgors*, gorzej, nienawidz*, gowno, slab*',
    serious:
      'zwrot*, zwrotu pieniedzy, pieniadze, oddajcie, oszust*, oszuka*, ukrad*, kradziez, pobrano dwa razy, dwukrotnie, uokik, rzecznik konsument*',
    severe:
      'poparz*, oparz*, spalil*, zapalil sie, zapalilo sie, pozar*, wybuch*, porazil*, porazenie pradem, ranny, ranna, skaleczy*, szpital*, pogotowi*, reakcja alergiczna, zatru*, niebezpiecz*, grozn*, prawnik*, adwokat*, pozew, pozwac, do sadu, krwaw*',
    praise:
      'super, swietn*, wspanial*, rewelac*, doskonal*, idealn*, uwielbiam, kocham, pyszn*, przepyszn*, pycha, najlepsz*, bardzo dobr*, bardzo dobrze, polecam, polecic, gratul*, brawo, zadowolon*, szczesliw*, zachwycon*, piekn*, cudown*, genialn*, ulubion*, warto, fajn*, fantastyczn*, podoba mi, petarda, sztos',
    thanks:
      'dziekuje, dziekujemy, dzieki, bardzo dziekuje, wielkie dzieki, dziekuje bardzo, dzieki wielkie, podziekow*',
    negations: 'nie, nigdy, bez, zaden, zadna, zadnych, nic, ani',
    closing:
      'dziekuje, dziekujemy, dzieki, bardzo, wielkie, ok, dobrze, dobra, super, swietnie, rozumiem, jasne, zalatwione, dziala, juz, za, pomoc, szybka, odpowiedz, sprobuje, zrobie, tak, milego, dnia, pozdrawiam, serdecznie, idealnie',
  },
  id: {
    opening:
      'kak bisa, min bisa, bisa kirim, bisa dikirim, bisa beli, bisa pesan, bagaimana, gimana, kapan, kenapa, mengapa, dimana, di mana, berapa, siapa, apakah, apa bisa, bisakah, bisa gak, bisa nggak, bisa ga, ada yang tau, ada yang tahu, mana',
    asking:
      'ada yang tau, ada yang tahu, bisa bantu, tolong bantu, mohon bantuan, mohon dibantu, mau tanya, mau nanya, gimana cara, bagaimana cara, kapan dikirim, kapan sampai, bisa gak, bisa nggak, apakah',
    problems:
      'rusak, tidak berfungsi, gak berfungsi, tidak bisa, gak bisa, nggak bisa, ga bisa, error, eror, masalah, kendala, telat, terlambat, belum sampai, belum datang, belum dikirim, belum diterima, tidak dibalas, gak dibalas, ga dibalas, tidak ada respon, gak ada respon, kecewa, mengecewakan, jelek, buruk, parah, kapok, kesal, kesel, marah, penipu*, nipu, tipu, bohong, komplain, keluhan, hilang, pecah, bocor, cacat, lama banget, payah, sampah, mahal',
    serious: 'refund, uang kembali, kembalikan uang, uang saya, penipu*, nipu, pencuri*, ylki',
    severe:
      'terbakar, kebakaran, meledak, kesetrum, tersetrum, luka, terluka, rumah sakit, reaksi alergi, keracunan, berbahaya, bahaya, pengacara, tuntut, menuntut, pengadilan, berdarah',
    praise:
      'suka banget, keren, mantap, mantul, bagus, bagus banget, enak, enak banget, lezat, terbaik, luar biasa, hebat, recommended, rekomendasi, puas, sangat puas, senang, cinta, favorit, sempurna, oke banget, the best',
    thanks: 'terima kasih, terimakasih, makasih, makasi, trims, thanks, thank you, thx, tengkyu, nuhun',
    negations: 'tidak, gak, nggak, ga, bukan, belum, tanpa, jangan, kurang',
    closing:
      'terima, kasih, terimakasih, makasih, makasi, banyak, trims, ok, oke, baik, siap, sip, sudah, bisa, beres, atas, bantuannya, responnya, infonya, kak, min, ya, banget, akan, saya, coba, mantap',
  },
  ru: {
    opening:
      'вы доставляете, доставляете, вы отправляете, отправляете, вы продаете, как, когда, где, сколько, почему, зачем, кто, какой, какая, какие, куда, откуда, можно, можно ли, есть ли, будет ли, а когда, а как, а где, что делать, подскажите, скажите, у вас есть',
    asking:
      'подскажите, кто нибудь знает, кто знает, помогите, нужна помощь, хотел бы узнать, хотела бы узнать, не знаю как, не понимаю как, есть ли, можно ли, будет ли, не подскажете',
    problems:
      'не работает, не работают, не включается, не пришел, не пришла, не пришло, не приходит, не получил*, не доставили, не отвечает, не отвечают, никто не отвечает, нет ответа, без ответа, сломал*, сломан*, бракован*, брак, повреж*, разбит*, проблем*, ошибк*, сбой, опозда*, задерж*, до сих пор, все еще жду, жду уже, ужас*, отврат*, кошмар*, позор*, безобраз*, разочаров*, возмущ*, обман*, врут, вранье, жалоб*, никогда больше, мусор, дорого, потеря*, отмен*, плох*, хуже, худш*, бесит, ненавиж*, дерьм*, хамство, хамят',
    serious:
      'возврат*, верните деньги, вернуть деньги, мои деньги, мошен*, обманщик*, украл*, списали дважды, роспотребнадзор*',
    severe:
      'обжег*, обжог*, ожог*, загорел*, пожар*, взорвал*, ударило током, удар током, травм*, ранен*, больниц*, скорая, аллергическая реакция, отравил*, отравлен*, опасн*, адвокат*, юрист*, подам в суд, в суд, кровь',
    praise:
      'люблю, обожаю, супер, отличн*, прекрасн*, замечател*, великолеп*, идеальн*, потряса*, восхит*, вкусн*, лучший, лучшая, лучшее, лучшие, рекоменд*, поздравля*, доволен, довольна, молодц*, молодец, класс, классн*, шикарн*, нравится, понравил*, топ, красив*, круто, огонь',
    thanks: 'спасибо, большое спасибо, спс, благодар*, пасиб*',
    negations: 'не, нет, никогда, без, ни, никак',
    closing:
      'спасибо, большое, огромное, вам, ок, окей, хорошо, отлично, супер, понял, поняла, понятно, ясно, заработало, решено, получилось, все, работает, за, помощь, ответ, быстрый, попробую, сделаю, так, хорошего, дня, благодарю',
  },
  ar: {
    opening:
      'هل, كيف, متى, أين, وين, لماذا, ليش, ليه, كم, بكم, من, ما هو, ما هي, شو, ايش, إزاي, ازاي, فين, امتى, ممكن, مين',
    asking:
      'هل, أحد يعرف, حد يعرف, احد يعرف, ممكن أعرف, ممكن اعرف, ممكن مساعدة, أحتاج مساعدة, محتاج مساعدة, أريد أن أعرف, عايز اعرف, لو سمحت, لا أعرف كيف, ساعدوني, متى يصل, متى توصل',
    problems:
      'لا يعمل, لا تعمل, ما يشتغل, ما تشتغل, مش شغال, مش شغالة, معطل, معطلة, مكسور, مكسورة, انكسر, انكسرت, خربان, خربانة, تالف, تالفة, عطل, مشكلة, مشاكل, خطأ, تأخير, تأخر, متأخر, لم يصل, لم تصل, ما وصل, ما وصلت, لم أستلم, ما استلمت, لا أحد يرد, محد يرد, ما حد يرد, لا رد, بدون رد, سيء, سيئ, سيئة, أسوأ, اسوأ, رديء, رديئة, فاشل, فاشلة, زفت, خايس, محبط, محبطة, خيبة أمل, للأسف, نصب, نصابين, كذب, كذابين, احتيال, شكوى, مستحيل أشتري, لن أشتري, غالي, ضاع, ملغي, قرف, زبالة, مقرف, أنتظر منذ, انتظر من',
    serious:
      'استرداد, استرجاع, فلوسي, أموالي, نقودي, نصب, احتيال, نصابين, سرقة, سرقوا, حماية المستهلك, خصم مرتين',
    severe:
      'احترق, احترقت, حرق, حروق, حريق, انفجر, انفجرت, صعقة, كهربتني, إصابة, مصاب, جرح, مستشفى, المستشفى, الطوارئ, حساسية, تسمم, خطير, خطيرة, خطر, محامي, المحامي, محكمة, دعوى',
    praise:
      'رائع, رائعة, ممتاز, ممتازة, جميل, جميلة, لذيذ, لذيذة, أحب, احب, أحببت, حبيت, عجبني, أعجبني, أفضل, افضل, الأفضل, أنصح, انصح, مذهل, مذهلة, تحفة, روعة, خرافي, يجنن, مبدعين, سعيد, سعيدة, مبروك, كفو, جامد, حلو, حلوة, المفضل, المفضلة',
    thanks:
      'شكرا, شكراً, شكرا جزيلا, شكرا لكم, مشكورين, مشكور, يعطيكم العافية, يسلمو, تسلم, تسلموا, ألف شكر, ممتن, جزاكم الله خير, جزاك الله خيرا',
    negations: 'لا, لم, لن, ليس, ليست, ما, مش, مو, غير, بدون, بلا',
    closing:
      'شكرا, شكراً, جزيلا, لكم, لك, مشكورين, مشكور, تمام, أوك, اوك, حسنا, طيب, ممتاز, رائع, فهمت, تم, انحلت, يعطيكم, العافية, على, المساعدة, الرد, السريع, سأجرب, الله, يسلمو, تسلم, جدا, كثيرا, ألف, شكر',
  },
  hi: {
    opening: 'क्या, कैसे, कब, कहाँ, कहां, क्यों, कितना, कितने, कितनी, कौन, कौनसा, किस',
    asking:
      'कैसे, कब तक, क्या कोई, किसी को पता, मदद चाहिए, मदद करें, मदद कीजिए, कृपया बताएं, कृपया बताइए, बता सकते, बताओ, जानना चाहता, जानना चाहती, कब आएगा, कब मिलेगा',
    problems:
      'काम नहीं कर, नहीं चल रहा, नहीं चल रही, चालू नहीं, खराब, ख़राब, टूटा, टूट गया, टूटी, टूट गई, समस्या, दिक्कत, परेशान, परेशानी, गलत, गड़बड़, देरी, लेट, नहीं आया, नहीं मिला, नहीं मिली, नहीं पहुंचा, कोई जवाब नहीं, जवाब नहीं, बेकार, घटिया, बकवास, बुरा, बहुत बुरा, निराश, निराशा, गुस्सा, धोखा, धोखाधड़ी, झूठ, शिकायत, कभी नहीं, महंगा, शर्मनाक, इंतज़ार कर रहा, इंतजार कर रहा, इंतज़ार कर रही, इंतजार कर रही, नफरत',
    serious: 'रिफंड, पैसे वापस, पैसा वापस, मेरे पैसे, धोखा, धोखाधड़ी, ठगी, चोरी, फ्रॉड, उपभोक्ता',
    severe:
      'जल गया, जल गई, जल गए, आग लग, आग, फट गया, विस्फोट, करंट लगा, बिजली का झटका, चोट, घायल, अस्पताल, एलर्जी, ज़हर, खतरनाक, ख़तरनाक, वकील, मुकदमा, अदालत, खून',
    praise:
      'बहुत अच्छा, बहुत अच्छी, बहुत बढ़िया, बढ़िया, शानदार, कमाल, लाजवाब, अद्भुत, स्वादिष्ट, मज़ेदार, पसंद आया, पसंद है, प्यार, बेहतरीन, सबसे अच्छा, उत्तम, खुश, बधाई, मस्त, ज़बरदस्त',
    thanks: 'धन्यवाद, शुक्रिया, बहुत धन्यवाद, बहुत शुक्रिया, आभार, थैंक्यू, थैंक यू',
    negations: 'नहीं, न, मत, बिना, ना',
    closing:
      'धन्यवाद, शुक्रिया, बहुत, आभार, थैंक्यू, ठीक, है, ओके, अच्छा, समझ, गया, गई, हो, मदद, के, लिए, आपका, आपकी, जी, बढ़िया',
  },
};
