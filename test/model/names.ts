import type { Brand } from '../../src/domain/triage/verdict.ts';

// The products and companies that the comparative sentences speak of, found by their frequency. They are masked as a
// team's own brand and its competitors are, so that the head learns how one compares and not what.
const NAMES =
  'amd, intel, ipod, i-pod, ipods, pentium, athlon, athlons, athlon xp, pepsi, zen, zen xtra, zennx, coke, coca-cola, coca cola, apex, nomad, jukebox, nomad jukebox, canon, duron, celeron, apple, nikon, nokia, sony, t-mobile, cyrix, hp, finepix, fuji, fujifilm, coolpix, casio, exilim, samsung, dell, archos, iriver, rio, rca, toshiba, panasonic, olympus, powershot, motorola, transmeta, crusoe, compaq, microsoft, firefox, opera, safari, internet explorer, explorer, mozilla, netscape, yahoo, msn, google, chelsea, arsenal, manchester united, man utd, united, liverpool, keane, rooney, scholes, giggs, ronaldo, henry, lampard, ballack, beckham, hummer, saudi arabia, poland, romania, northwood, coppermine, thunderbird, piii, piv, p4, k6-2, k6-3, t-bird, deskjet, epson, lexmark, notmad, mediasource, musicmatch, itunes, ps2, ps3, xbox, inspiron, gateway, thinkpad, alienware, sprint, verizon, cingular, at&t, napster, muvo, nano, shuffle, rebel, elph, g2, g3, s330, s45, sd500, f10, z750, ex-z750, 4300, 4500, 6610, t610, ad-2600, ad2600, ad-1500, ad-2500, 2600, h3, h2, l2000, v2000, v2000z, m7500, dah-1500i, ip4200, 450wbt, v2335, rambus, ddr, rdram, sdram, mii, c3'.split(
    ', ',
  );

/** The names of the data as a team would have configured them. */
export const DATA_BRAND: Brand = { names: [], competitors: NAMES, domains: [] };
