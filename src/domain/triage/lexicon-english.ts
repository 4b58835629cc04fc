/*
 * Word lists of our own, in the words customers use. Entries are read by `finder`: a `*` lets the last word go on,
 * accents, apostrophes and case do not matter. Ambiguous words ("sick", "insane", "cheap") are left out on purpose:
 * a wrong reason on a card costs more trust than a missing one.
 */

/** Something is wrong, plainly. */
export const ENGLISH_PROBLEMS = `
broken, broke, breaks, stopped working, stops working, quit working, doesn't work, don't work, didn't work, not working, isn't working, won't work,
never worked, no longer works, not work, doesn't turn on, won't turn on, won't start, won't open, won't load, won't let me, doesn't let me, not letting me,
can't log in, can't login, cannot log in, cannot login, unable to, can't access, cannot access, can't get into, locked out, can't even, can't use, cannot use, can't find anywhere,
crash*, freezes, freezing, frozen screen, glitch*, bug, bugs, buggy, error, errors, fault, faulty, defect*, malfunction*, corrupt*, failed, fails, failing, failure,
problem, problems, issue, issues, trouble, not loading, not responding, unresponsive, lagging, laggy, lags, down again, outage, went down,
missing, disappeared, vanished, lost my, lost all, lost everything, deleted my, wiped my, got wiped, never arrived, never came, hasn't arrived, hasn't come, not arrived, didn't arrive, haven't received, not received, never received,
didn't receive, not delivered, undelivered, wrong item, wrong order, wrong size, wrong address, damaged, dented, cracked, shattered, snapped, leak, leaks, leaking, leaked, chipped, rusted, rusty, peeling, melted, warped,
late again, delayed, delay, delays, overdue, still waiting, been waiting, waiting for weeks, waiting for days, weeks later, no response, no reply, no answer, never replied, never answered, ignored, ignoring me, no help, not helpful, unhelpful, didn't help, don't help, nobody answers, no one answers, nobody responds,
on hold, hung up on, cancelled my, canceled my, suspended, terminated, banned, disabled my, blocked my, hacked, compromised, overcharged, charged me, charged twice, double charged, hidden fee*, out of stock again,
disappoint*, let down, frustrat*, annoy*, irritat*, upset, angry, furious, livid, fed up, had enough, sick of, tired of, unhappy, dissatisfied, unacceptable, ridiculous, outrageous, pathetic, shameful, a shame, a joke, nightmare, disaster, mess, chaos,
terrible, horrible, awful, worst, worse, dreadful, appalling, abysmal, atrocious, useless, rubbish, garbage, trash, crap, crappy, junk, poor quality, poor service, poorly, bad experience, bad service, bad quality, bad, lousy, shoddy, flimsy, mediocre,
waste of money, waste of time, wasted, rip off, ripoff, ripped off, overpriced, too expensive, misleading, mislead*, false advertising, deceptive, dishonest, lied, lying, lies, rude, incompetent, unprofessional, unethical, negligent, clueless,
never again, never buying, never ordering, won't buy, not buying again, will never, avoid, don't buy, do not buy, boycott, cancelling my, canceling my, switching to, want to cancel, returning it, sending it back, send it back, return it,
complain*, complaint, get your act together, do better, get it together, sort it out, fix it, fix this, fix your, please fix, need to fix, needs to fix, fix the, wtf, what the hell, what the heck, how is this ok, how is that ok,
hate, hated, hates, hating, disgust*, gross, nasty, inedible, stinks, sucks, sucked, stupid, dumb, idiot*, moron*, bullshit, bs, shit, shitty, fuck*, screwed, piss off, pissed, damn, embarrassing, offended, offensive, insulting, sad to see, not ok, not okay, nothing works, nothing worked, still no, still not, still nothing, keeps happening, kicks me out, keeps saying, won't stop, stuck`;

/** Money, trust, law: answered before anything else, but not before somebody who is hurt. */
export const ENGLISH_SERIOUS = `
refund*, money back, chargeback, charged twice, double charged, overcharged, unauthorized, unauthorised, fraud*, scam, scams, scammed, scammer*, scamming, stolen, stole, theft, rip off, ripped off, hacked, compromised,
data breach, leaked my data, identity theft, racist, racism, sexist, discriminat*, harass*, threaten*, trading standards, better business bureau, bbb, ombudsman, consumer protection, report you, going to the press`;

/** Somebody is hurt or about to be, or a court is mentioned, whatever else the post says. */
export const ENGLISH_SEVERE = `
burned my, burnt my, burned me, burnt me, burned her, burned his, burned our, got burned, got burnt, burns on, burn on my, scalded, second degree, third degree, electrocuted, electric shock, shocked me, gave me a shock, got a shock, caught fire, catch fire, house fire, kitchen fire, on fire and, started smoking, smoke coming, sparks, sparking, exploded, explodes, explosion, blew up in,
injured, injury, injuries, hurt my, hurt me, hurt himself, hurt herself, cut my hand, cut my finger, bleeding, stitches, hospital, emergency room, ambulance, allergic reaction, anaphyla*, epipen, food poisoning, poisoned, poisoning, got sick from, got sick after, threw up, vomit*, choked, choking hazard, undeclared, mislabel*,
lawyer*, attorney, lawsuit, legal action, sue you, suing, take you to court, see you in court, small claims, class action, police report, suicid*, kill myself`;

/** Words about safety that a question may use in all innocence ("is it dangerous to …"). */
export const ENGLISH_SAFETY = `dangerous, danger, unsafe, not safe, hazard*, safety issue, safety risk, fire risk, allergic, allergy, allergies, allergen*, recall, recalled, toxic, mold, mouldy, moldy, mould, overheat*, burning smell, smells like burning, smoking, legal, burned, burnt`;

/** Neutral however bad a word in it sounds; they win because they are longer. */
export const ENGLISH_NEUTRAL = `no problem, no problems, no problem at all, no issue, no issues, no trouble, no worries, not a problem, without a problem, without any problem, without any problems, without issues, without any issues, without trouble, not bad, not bad at all, not too bad, not half bad, not too shabby, can't complain, cannot complain, no complaints, can't go wrong, can't wait, problem solved, refund policy, return policy, returns policy, privacy policy, crash course, holy shit, damn good, damn fine, fucking amazing, fucking love, fucking great, fucking good, so fucking good, bad boy, bad boys, trash talk, mess around, hot mess, worst case, error bars, smoking hot, too bad, stuck with it, late to the party, would be great, would be nice, would be awesome, would be helpful, would be lovely, it'd be great, it'd be nice, that'd be great, happy to help, happy to share, be happy to, would love to, i'd love to, would love it if, would appreciate, would be appreciated, i like to think, feel like, looks like, sounds like, seems like, something like, good morning, good afternoon, good evening, good night, good luck, good day, good money, in good faith, hope you can, hope you are,hope you're, best buy, best regards, at best, do my best, great deal of, pretty much, good enough, as good as, hate to ask, hate to bother, broke even, feel bad, feel bad for, sad but true, that sucks for`;

/** Something is good, plainly. */
export const ENGLISH_PRAISE = `
love, loved, loves, loving, lovely, adore*, amazing, amazed, awesome, excellent, fantastic, fabulous, brilliant, wonderful, superb, outstanding, perfect, perfectly, perfection, incredible, impressive, impressed, gorgeous, beautiful, beautifully, stunning, terrific, phenomenal, magnificent, marvelous, marvellous, splendid,
great, greatest, good job, good work, nice work, great job, great work, great service, great product, great support, great experience, great stuff, well done, well made, well played, nailed it, nailed that, spot on, top notch, first class, world class, high quality, good quality, best, the best, best ever, best purchase, best thing, so good, very good, really good, pretty good, good stuff, good one, good point, good idea, good call, good for you, feel good, feels good, looks good, tastes good,
delicious, yummy, tasty, mouthwatering, scrumptious, divine, heavenly, tender, comforting, cozy, cosy, crowd pleaser, finger licking, chef's kiss, so nice, very nice, really nice, nice touch, nice to see, how nice, cute, adorable, sweet of you, so sweet, so kind, very kind, kind of you, kindness, thoughtful, generous, friendly, helpful, so helpful, super helpful, responsive, quick response, fast shipping, fast delivery, quick delivery, arrived quickly, arrived early, ahead of time,
happy with, happy customer, so happy, very happy, really happy, super happy, happier, makes me happy, made me happy, made my day, made my week, made my life, glad, delighted, thrilled, pleased, overjoyed, excited, so excited, grateful, thankful, blessed, proud, proud of you, honored, honoured, enjoy, enjoyed, enjoying, enjoyable, enjoys, satisfied, satisfying, smile on my face, smiling,
recommend, recommended, highly recommend, would recommend, can recommend, recommending, five stars, 5 stars, 5 star, five star, 10/10, ten out of ten, worth it, worth every, worth the money, must have, must buy, game changer, gamechanger, life saver, lifesaver, life changing, changed my life, saved my, saved the day, can't live without, couldn't be happier, couldn't be better, can't recommend enough, can't get enough, can't stop eating, can't stop making, can't beat, never going back, obsessed, addicted to, hooked, fan of, big fan, huge fan, biggest fan, favorite, favourite, fave, favs, faves, my go to, goat, fire af,
kudos, props to, shoutout, shout out, hats off, bravo, congrats, congratulations, respect to, you rock, you guys rock, keep it up, keep up the, keep rocking, legend, legends, hero, heroes, genius, so cool, very cool, really cool, cool idea, pretty cool, works great, works perfectly, works like a charm, works well, work great, like a charm, still going strong, easy to use, easy to clean, so easy, super easy, effortless, flawless, flawlessly, seamless, reliable, sturdy, well worth, worth the wait, better than ever, hilarious, made me laugh, cracked me up, interesting, fascinating, clever, elegant, charming, inspiring, inspired, fun, wholesome, magic, magical, masterpiece, underrated, yay, woohoo, wow, luv, can't wait, looking forward, hope you, miss you, like it, like this, like the, i like, really like, liked it, not bad, not bad at all, not too bad, can't complain, no complaints, can't go wrong`;

/** Thanks: praise only where nothing is asked and nothing is wrong ("thanks in advance"). */
export const ENGLISH_THANKS = `thanks, thank you, thank u, thankyou, thanx, thx, thnx, tnx, tysm, tyvm, ty, many thanks, thanks a lot, thanks so much, thank you so much, thank you very much, much appreciated, appreciate, appreciated, appreciates, cheers, bless you, thanks again`;

/** Thanks that are none. */
export const ENGLISH_HOLLOW_THANKS = `thanks in advance, thank you in advance, thanks for nothing, thank you for nothing, no thanks, no thank you, thanks but no thanks, thanks to you i, thanks a lot for nothing, thank god, thank goodness, thanks to your`;

/** Turns a word round when it stands up to four words before it. */
export const ENGLISH_NEGATIONS = `not, no, never, without, hardly, barely, isnt, wasnt, arent, werent, dont, doesnt, didnt, cant, cannot, couldnt, wont, wouldnt, shouldnt, havent, hasnt, hadnt, aint, nothing, neither, nor, zero, far from, anything but, used to be, nobody, none`;
