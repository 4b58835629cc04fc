/** A way of talking that people do not like to be answered with. */
export interface Phrases {
  readonly code: 'pitch' | 'press-release' | 'canned-apology' | 'promise' | 'blame';
  /** Each matches whole words; every repetition in them is bounded, so that time grows with the length alone. */
  readonly patterns: readonly RegExp[];
}

/** What is said about each of them, to a team that reads English whatever language it answers in. */
export const ABOUT: Readonly<
  Record<Phrases['code'], { readonly text: (found: string) => string; readonly kinder: string }>
> = {
  pitch: {
    text: (found) => `“${found}” sells. Who talks to us wants an answer, and others read along.`,
    kinder: 'Leave the offer out and answer what they said; they know where we are.',
  },
  'press-release': {
    text: (found) => `“${found}” is how a press release talks, not how a person does.`,
    kinder: 'Say it as you would across a table: “We made…”, “It now does…”.',
  },
  'canned-apology': {
    text: (found) => `“${found}” is what everybody says. It sounds as if nobody had read their words.`,
    kinder: 'Name what went wrong: “A lid that cracks in its first week is not all right. I am sorry.”',
  },
  promise: {
    text: (found) => `“${found}” is a promise in public. It will be quoted if it does not come true.`,
    kinder:
      'Say what happens next and who does it: “I have asked the workshop and will write here when I know.”',
  },
  blame: {
    text: (found) =>
      `“${found}” puts it on them. Even where it is true, everybody who reads along takes their side.`,
    kinder: 'Say what helps now: “The lid needs a turn to the left first. Does that do it?”',
  },
};

/** Turns of phrase in English. */
export const ENGLISH_PHRASES: readonly Phrases[] = [
  {
    code: 'pitch',
    patterns: [
      /\b(?:\d{1,3} ?% off|(?:discount|promo|coupon|voucher) codes?|(?:use|with) code [A-Z0-9]{3,})\b/i,
      /\b(?:buy|order|shop|subscribe|sign up|upgrade) (?:now|today)\b/i,
      /\b(?:limited(?:[- ]time)? offer|special offer|exclusive (?:deal|offer)|free trial|best deals?|don['’]t miss)\b/i,
      /\b(?:check out|have a look at|take a look at) our (?:new|latest|range|shop|store|website|products?)\b/i,
    ],
  },
  {
    code: 'press-release',
    patterns: [
      /\b(?:we are|we['’]re) (?:thrilled|excited|delighted|proud|pleased) to (?:announce|share|introduce|inform)\b/i,
      /\b(?:industry[- ]leading|world[- ]class|best[- ]in[- ]class|cutting[- ]edge|state[- ]of[- ]the[- ]art|game[- ]chang(?:er|ing)|next[- ]generation|revolutionary)\b/i,
      /\b(?:leverag(?:e|es|ing)|synerg(?:y|ies)|holistic|stakeholders|value proposition|customer[- ]centric)\b/i,
      /\b(?:strive|committed|dedicated) to (?:provid|deliver|offer|ensur|exceed)(?:e|ing)?\b/i,
    ],
  },
  {
    code: 'canned-apology',
    patterns: [
      /\b(?:sorry|apologi[sz]e|apologies) for (?:any|the|your) (?:inconvenience|trouble|frustration)(?: caused)?\b/i,
      /\bwe (?:regret|understand) (?:any inconvenience|your (?:frustration|concerns?))\b/i,
      /\byour (?:feedback|opinion|call|business|satisfaction) is (?:very |extremely )?(?:important|valuable|valued) to us\b/i,
      /\bwe value your (?:feedback|business|opinion|patience)\b/i,
      /\bwe take (?:this|these|such|your) (?:matters?|issues?|concerns?|complaints?|feedback) (?:very |extremely )?seriously\b/i,
    ],
  },
  {
    code: 'promise',
    patterns: [
      /\b(?:we|I) (?:promise|guarantee)\b/i,
      /\b(?:this |it |that )?will (?:never|not ever) happen again\b/i,
      /\b(?:will|['’]ll) be (?:fixed|resolved|solved|delivered|refunded|back|there) (?:by |within |before |in |on )?(?:today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|\d{1,3} (?:minutes?|hours?|days?))\b/i,
      /\b(?:100 ?%|absolutely) (?:guaranteed|safe|certain|secure)\b/i,
    ],
  },
  {
    code: 'blame',
    patterns: [
      /\b(?:it['’]s|it is|that['’]s|that is|this is) (?:not|n['’]t) our (?:fault|problem|responsibility)\b/i,
      /\byour (?:own )?(?:fault|mistake|error|misuse)\b/i,
      /\byou (?:should(?: have|['’]ve)|must have|failed to|forgot to|didn['’]t (?:even )?(?:read|follow))\b/i,
      /\b(?:as|like) (?:we|I)(?:['’]ve| have)? (?:already |clearly )?(?:said|stated|explained|told you)(?: before)?\b/i,
      /\b(?:if you had|had you) (?:read|followed|checked|listened)\b/i,
    ],
  },
];
