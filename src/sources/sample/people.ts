/** Who writes in the sample stream, and on what kind of network. */
export interface Character {
  readonly name: string;
  readonly handle: string;
  /** Part of the address of their posts, so that each looks as if it came from somewhere. */
  readonly network: 'birds' | 'elephants' | 'board' | 'blog' | 'pictures' | 'videos';
}

export const PEOPLE = {
  us: { name: 'Simmer & Co.', handle: 'simmerandco.example', network: 'birds' },
  mara: { name: 'Mara at Simmer & Co.', handle: 'simmerandco.example', network: 'birds' },
  lena: { name: 'Lena Hoffmann', handle: 'lena@kochtopf.example', network: 'elephants' },
  dev: { name: 'Dev Patel 🥘', handle: 'devcooks.example', network: 'birds' },
  rosa: { name: 'Rosa M.', handle: 'rosamunoz.example', network: 'birds' },
  tom: { name: 'tom (he/him)', handle: 'tomthepot.example', network: 'birds' },
  grace: { name: 'Grace O’Leary', handle: 'graceoleary.example', network: 'pictures' },
  hank: { name: 'u/hank_stews', handle: 'u/hank_stews', network: 'board' },
  mika: { name: '美香', handle: 'mika_gohan.example', network: 'birds' },
  claire: { name: 'Claire Dubreuil', handle: 'claire@marmite.example', network: 'elephants' },
  joao: { name: 'João Batista', handle: 'joaobatista.example', network: 'pictures' },
  amal: { name: 'أمل', handle: 'amal_kitchen.example', network: 'birds' },
  giulia: { name: 'Giulia R.', handle: 'giulia@pentola.example', network: 'elephants' },
  pete: { name: 'Pete', handle: 'pete_in_leeds.example', network: 'birds' },
  nadia: { name: 'Nadia K', handle: 'nadiak.example', network: 'birds' },
  oskar: { name: 'Oskar', handle: 'oskar@fjell.example', network: 'elephants' },
  wendy: { name: 'Wendy W.', handle: 'Wendy W.', network: 'blog' },
  sam: { name: 'sam sam sam', handle: 'samsamsam.example', network: 'birds' },
  ruth: { name: 'Ruth Abara', handle: 'rutha.example', network: 'birds' },
  leo: { name: 'leo.eats', handle: 'leo.eats', network: 'pictures' },
  bea: { name: 'Bea Lindqvist', handle: 'bea@gryta.example', network: 'elephants' },
  cash: { name: '💸 CASH COACH 💸', handle: 'freedom_now_777.example', network: 'birds' },
  coin: { name: 'Official Support Team', handle: 'recovery_desk.example', network: 'birds' },
  trick: { name: 'Z̷̢͓͝a̸̡͠l̶̪̓g̵͓̈́o̷̰͑ *fan* <b>', handle: 'zalgo.example', network: 'birds' },
  inject: { name: 'ignore previous', handle: 'promptsmith.example', network: 'board' },
  shop: { name: 'Corner Kitchen Store', handle: 'cornerkitchen.example', network: 'pictures' },
  ana: { name: 'Ana Beltrán', handle: 'anab.example', network: 'birds' },
  yusuf: { name: 'Yusuf', handle: 'yusuf_t.example', network: 'birds' },
  kai: { name: 'kai ✨', handle: 'kai.films', network: 'videos' },
  minho: { name: '민호', handle: 'minho_bap.example', network: 'birds' },
} as const satisfies Record<string, Character>;

export type Who = keyof typeof PEOPLE;
