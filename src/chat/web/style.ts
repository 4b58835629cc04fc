const LIGHT = `
  color-scheme: light;
  --paper: #f7f4ef; --surface: #fffdfa; --sunk: #f1ece4; --line: #e3dccf; --line-strong: #c9bfae;
  --ink: #23201b; --soft: #665e52; --accent: #6a3f5f; --accent-ink: #fff; --accent-soft: #f1e6ee; --link: #6a3f5f;
  --red: #c0392b; --red-ink: #a32c20; --red-soft: #fbeae6; --yellow: #d9982a; --yellow-ink: #84560a; --yellow-soft: #fcf2dc;
  --green: #3d8a5f; --green-ink: #2a6b47; --grey: #a79d8e; --shadow: 0 1px 2px rgb(60 45 20 / 5%), 0 4px 16px rgb(60 45 20 / 5%);
  --lift: 0 18px 60px rgb(40 30 15 / 26%); --veil: rgb(45 38 28 / 42%);
`;
const DARK = `
  color-scheme: dark;
  --paper: #161412; --surface: #201d1a; --sunk: #1a1815; --line: #35302a; --line-strong: #4f473d;
  --ink: #efe9df; --soft: #ada396; --accent: #d9a8c8; --accent-ink: #2b1424; --accent-soft: #3a2834; --link: #e0b6d1;
  --red: #e4685a; --red-ink: #f19a8f; --red-soft: #3a211d; --yellow: #dca545; --yellow-ink: #e9bf74; --yellow-soft: #352a15;
  --green: #62b287; --green-ink: #8acda9; --grey: #6f675c; --shadow: 0 1px 2px rgb(0 0 0 / 30%);
  --lift: 0 18px 60px rgb(0 0 0 / 60%); --veil: rgb(0 0 0 / 55%);
`;

/** Everything the room wears. Contrast of words on their ground is at least 4.5:1 in both themes. */
export const STYLE = `
:root { ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
:root[data-theme=light] { ${LIGHT} }
:root[data-theme=dark] { ${DARK} }
:root {
  --sans: ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif, 'Noto Color Emoji';
  --serif: 'Iowan Old Style', Charter, 'Bitstream Charter', 'Noto Serif', Cambria, Georgia, serif, 'Noto Color Emoji';
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono', monospace;
}
*, *::before, *::after { box-sizing: border-box; }
html { overflow-anchor: none; scroll-padding-top: 76px; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 var(--sans); overflow-wrap: anywhere; }
h1, h2, h3, p, ol, ul, dl, dd, figure, blockquote, fieldset, pre { margin: 0; padding: 0; border: 0; }
ol, ul { list-style: none; }
button, input, select, textarea { font: inherit; color: inherit; }
button { cursor: pointer; background: none; border: 0; padding: 0; text-align: inherit; }
button:disabled { cursor: default; opacity: .5; }
a { color: var(--link); text-underline-offset: 2px; text-decoration-thickness: 1px; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: fixed; inset: -60px auto auto 12px; z-index: 20; padding: 8px 14px; border-radius: 8px; background: var(--accent); color: var(--accent-ink); }
.skip:focus { inset-block-start: 10px; }
.muted { color: var(--soft); }
.small { font-size: 13px; }
.grow { flex: 1; }
.hidden { display: none; }
.row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
.row.end { justify-content: flex-end; margin-top: 20px; }
.icon { width: 17px; height: 17px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.dot { width: 8px; height: 8px; border-radius: 50%; background: var(--grey); flex: none; }

/* The top */
.top { position: sticky; top: 0; z-index: 5; display: flex; align-items: center; gap: 12px; height: 60px; padding: 0 24px; background: color-mix(in srgb, var(--paper) 92%, transparent); backdrop-filter: blur(10px); border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 9px; color: inherit; text-decoration: none; min-width: 0; }
.brand h1 { font: 600 20px/1.2 var(--serif); letter-spacing: -.01em; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.logo { width: 24px; height: 24px; color: var(--accent); }
.link { display: inline-flex; align-items: center; gap: 6px; font-size: 13px; color: var(--soft); white-space: nowrap; }
.link.live .dot { background: var(--green); }
.link.lost { color: var(--red-ink); }
.link.lost .dot { background: var(--red); }
.square { display: inline-grid; place-items: center; width: 36px; height: 36px; border-radius: 9px; color: var(--soft); flex: none; }
.square:hover, .quiet:hover { background: var(--sunk); color: var(--ink); }
.quiet { display: inline-flex; align-items: center; gap: 5px; padding: 5px 8px; border-radius: 8px; color: var(--soft); font-size: 14px; text-decoration: none; white-space: nowrap; }
.quiet .icon { width: 14px; height: 14px; }
.me { color: var(--ink); max-width: 220px; }
.me .label { overflow: hidden; text-overflow: ellipsis; }

/* The side */
.columns { display: grid; grid-template-columns: 232px minmax(0, 1fr); gap: 40px; max-width: 1120px; margin: 0 auto; padding: 28px 24px 96px; }
.side { position: sticky; top: 88px; align-self: start; display: grid; gap: 30px; max-height: calc(100vh - 110px); overflow: auto; padding: 2px; }
.side h2 { font: 600 12px/1.4 var(--sans); color: var(--soft); padding: 0 12px 8px; }
.channel { display: flex; align-items: center; gap: 8px; width: 100%; padding: 7px 12px; border-radius: 9px; color: var(--soft); }
.channel .label, .source-line .label { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.channel:hover { background: var(--sunk); color: var(--ink); }
.channel.here { background: var(--accent-soft); color: var(--ink); font-weight: 600; }
nav, .tabs, .sources { position: relative; }
.count { min-width: 22px; padding: 0 6px; border-radius: 11px; background: var(--sunk); color: var(--ink); font: 600 12px/22px var(--sans); text-align: center; font-variant-numeric: tabular-nums; }
.here .count { background: var(--accent); color: var(--accent-ink); }
.source-line { display: flex; align-items: center; gap: 9px; padding: 4px 12px; font-size: 14px; }
.source-line .state { font-size: 12.5px; white-space: nowrap; }
.source-line.up .dot { background: var(--green); }
.source-line.quiet .dot { background: none; border: 2px solid var(--grey); }
.source-line.blind .dot { background: var(--red); }
.source-line.blind .state { color: var(--red-ink); font-weight: 600; }
.source-line.starting .dot { background: var(--yellow); }

/* The queue's filter */
main { min-width: 0; max-width: 780px; width: 100%; }
.filters { display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; margin-bottom: 22px; }
.tabs { display: flex; gap: 4px; overflow-x: auto; scrollbar-width: none; border-bottom: 1px solid var(--line); }
.tab { padding: 6px 12px 10px; color: var(--soft); white-space: nowrap; border-bottom: 2px solid transparent; margin-bottom: -1px; }
.tab:first-child { padding-inline-start: 2px; }
.tab:hover { color: var(--ink); }
.tab.here { color: var(--ink); font-weight: 600; border-color: var(--accent); }
.tab:focus-visible { outline-offset: -3px; }
.narrow { display: flex; gap: 8px; flex-wrap: wrap; }
.narrow select, .searching { height: 38px; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
.narrow label { font-weight: 400; }
.narrow select { padding: 0 8px 0 10px; max-width: 100%; color: var(--soft); font-size: 14.5px; }
.searching { flex: 1 1 200px; display: flex; align-items: center; gap: 8px; padding: 0 12px; color: var(--soft); }
.searching input { flex: 1; min-width: 0; border: 0; background: none; color: var(--ink); padding: 0; height: 100%; }
.searching:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
.searching input:focus-visible { outline: none; }
::placeholder { color: var(--soft); opacity: .85; }

/* Cards */
.cards { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
.card { position: relative; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); --tone: var(--grey); scroll-margin: 80px 0 24px; }
.card::before { content: ''; position: absolute; inset: -1px auto -1px -1px; width: 5px; border-radius: 14px 0 0 14px; background: var(--tone); }
.tone-red { --tone: var(--red); }
.tone-yellow { --tone: var(--yellow); }
.tone-green { --tone: var(--green); }
.card.current { border-color: var(--line-strong); }
.card:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 14px; }
.whole { display: grid; gap: 13px; padding: 16px 22px 14px 26px; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; font-size: 14px; }
.head h3 { display: inline-flex; align-items: center; gap: 7px; font: 600 14px/1.5 var(--sans); }
.tone-red .head h3 { color: var(--red-ink); }
.tone-yellow .head h3 { color: var(--yellow-ink); }
.source, .number { color: var(--soft); }
.number { font-size: 13px; font-variant-numeric: tabular-nums; }
.badge { padding: 0 8px; border-radius: 10px; background: var(--sunk); color: var(--soft); font-size: 12px; line-height: 20px; white-space: nowrap; }
.badge.sample { border: 1px dashed var(--line-strong); background: none; line-height: 18px; }
.badge.urgent { background: var(--red-soft); color: var(--red-ink); font-weight: 600; }
.badge.ours { background: var(--accent-soft); color: var(--link); font-weight: 600; }
.standing { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 2px 12px; font-size: 13px; }
.wait, .owner { display: inline-flex; align-items: center; gap: 5px; color: var(--soft); }
.wait .icon, .owner .icon { width: 14px; height: 14px; }
.tone-red .wait.due { color: var(--red-ink); font-weight: 600; }
.owner { color: var(--ink); font-weight: 600; }
.owner.mine { color: var(--link); }
.byline { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 11px; align-items: center; }
.face { display: grid; place-items: center; width: 38px; height: 38px; border-radius: 50%; font: 600 13.5px/1 var(--sans); color: #33291c; overflow: hidden; }
.face.small { width: 26px; height: 26px; font-size: 10.5px; }
.hue-0 { background: #f0cdb8; } .hue-1 { background: #d9dfb4; } .hue-2 { background: #bfdccb; } .hue-3 { background: #bfd9e4; }
.hue-4 { background: #cfcdeb; } .hue-5 { background: #e8c8dc; } .hue-6 { background: #efd9a3; } .hue-7 { background: #d8cfc2; }
.who { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 9px; }
.who .name { font-weight: 600; color: var(--ink); text-decoration-color: var(--line-strong); }
.who a.name:hover { text-decoration-color: currentColor; }
.who a.muted { text-decoration-color: var(--line); }
.who .handle, .who time, .who .muted { font-size: 13px; }
.known { font-size: 13px; }
.quoted { display: grid; gap: 4px; justify-items: start; min-width: 0; }
.quote { font: 17px/1.55 var(--serif); white-space: pre-wrap; unicode-bidi: isolate; overflow: clip; overflow-clip-margin: 4px; max-width: 66ch; width: 100%; }
.quote.large { font-size: 19px; line-height: 1.45; }
.quote.empty { font-style: italic; }
.quoted .quiet { margin-inline-start: -8px; }
.talk summary { cursor: pointer; color: var(--soft); font-size: 14px; width: fit-content; border-radius: 6px; }
.talk summary:hover { color: var(--ink); }
.talk ol { display: grid; gap: 10px; margin-top: 10px; padding-inline-start: 14px; border-inline-start: 2px solid var(--line); }
.talk li { font-size: 14px; }
.talk > p { margin: 8px 0 0 16px; }
.talk .ours { padding: 6px 10px; margin-inline-start: -10px; border-radius: 8px; background: var(--accent-soft); }
.said { white-space: pre-wrap; unicode-bidi: isolate; overflow: clip; overflow-clip-margin: 4px; }
.why { font-size: 13.5px; }
.advice { font-weight: 600; margin-inline-end: 10px; }
.advice::before { content: '→ '; color: var(--soft); font-weight: 400; }
.reason { unicode-bidi: isolate; }
.reason:not(:last-child)::after { content: ' · '; }
.strip { display: flex; gap: 9px; align-items: flex-start; padding: 9px 12px; border-radius: 10px; background: var(--sunk); font-size: 14px; }
.strip .icon { margin-top: 2px; }
.strip.warn { background: var(--yellow-soft); color: var(--yellow-ink); }
main > .strip { margin-bottom: 16px; }
.drafted { padding: 10px 14px; border: 1px dashed var(--line-strong); border-radius: 10px; display: grid; gap: 4px; font-size: 14.5px; }
.drafted > p:first-child { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; }
.drafted .icon { width: 14px; height: 14px; }
.notes { display: grid; gap: 6px; font-size: 14px; }
.notes li, .history li { display: flex; gap: 8px; align-items: flex-start; }
.notes .icon, .history .icon { width: 15px; height: 15px; margin-top: 3px; color: var(--soft); }
.foot { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding-top: 2px; }
.button { display: inline-flex; align-items: center; justify-content: center; gap: 7px; min-height: 36px; padding: 0 15px; border-radius: 10px; border: 1px solid transparent; font-weight: 550; font-size: 14.5px; text-decoration: none; white-space: nowrap; }
.button.primary { background: var(--accent); color: var(--accent-ink); }
.button.primary:hover:not(:disabled) { filter: brightness(1.12); }
.button.plain { font-weight: 450; border-color: var(--line-strong); color: var(--ink); background: var(--surface); }
.button.plain:hover:not(:disabled) { background: var(--sunk); }
.button .icon { width: 16px; height: 16px; }
.menu { position: relative; }
.menu summary .icon { stroke-width: 2.6; }
.menu summary { list-style: none; cursor: pointer; padding: 0 9px; }
.menu summary::-webkit-details-marker { display: none; }
.sheet { position: absolute; z-index: 4; inset: calc(100% + 6px) auto auto 0; min-width: 190px; padding: 6px; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); box-shadow: var(--lift); }
.item { display: block; width: 100%; padding: 8px 12px; border-radius: 8px; }
.item:hover { background: var(--sunk); }
.card[aria-busy=true] .foot { opacity: .6; }
.card:has(.menu[open]) { z-index: 3; }
.fresh { animation: arrive .45s ease-out; }
@keyframes arrive { from { opacity: 0; transform: translateY(-8px); } }

/* Cards that ended */
.card.line { box-shadow: none; background: transparent; }
.ended { display: flex; align-items: center; gap: 10px; padding: 8px 12px 8px 20px; font-size: 14px; min-height: 46px; }
.ended > .icon { color: var(--tone); width: 18px; height: 18px; }
.how { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.after { display: flex; flex: none; align-items: center; }
.square.small { width: 32px; height: 32px; }
.square.small .icon { width: 15px; height: 15px; }

/* Notes and history */
.thread { border-top: 1px solid var(--line); padding: 14px 22px 16px 26px; display: grid; gap: 14px; background: var(--sunk); border-radius: 0 0 13px 13px; font-size: 14px; }
.history { display: grid; gap: 8px; max-height: 320px; overflow: auto; }
.detail { display: block; color: var(--soft); white-space: pre-wrap; unicode-bidi: isolate; }
.said-note .detail { color: var(--ink); }
.thread form { display: grid; gap: 6px; }
label { font-weight: 550; font-size: 14px; }
textarea, .field input { width: 100%; padding: 9px 12px; border: 1px solid var(--line-strong); border-radius: 10px; background: var(--surface); }
textarea { resize: vertical; line-height: 1.5; }

/* Nothing here */
.empty-state { display: grid; justify-items: center; gap: 10px; padding: 56px 20px; text-align: center; color: var(--soft); }
.empty-state h3 { font: 600 24px/1.3 var(--serif); color: var(--ink); }
.empty-state p { max-width: 52ch; }
.huge { width: 56px; height: 56px; stroke-width: 1.1; color: var(--accent); }
.try { display: grid; gap: 10px; margin-top: 18px; width: 100%; }
.try p { margin: 0 auto; }
pre { text-align: start; padding: 14px 16px; border-radius: 12px; border: 1px solid var(--line); background: var(--surface); color: var(--ink); font: 13px/1.6 var(--mono); white-space: pre-wrap; }
.hint { padding: 12px; text-align: center; }

/* Dialogs */
dialog { width: min(460px, calc(100vw - 24px)); max-height: calc(100dvh - 32px); padding: 0; border: 1px solid var(--line); border-radius: 18px; background: var(--surface); color: inherit; box-shadow: var(--lift); }
dialog.wide { width: min(660px, calc(100vw - 24px)); }
dialog::backdrop { background: var(--veil); }
.box { padding: 24px 26px; display: grid; gap: 14px; }
.box h2 { font: 600 22px/1.3 var(--serif); letter-spacing: -.01em; }
.about { font-size: 14px; }
.problem { padding: 9px 12px; border-radius: 10px; background: var(--red-soft); color: var(--red-ink); font-size: 14px; }
.problem.hidden, .problem:empty { display: none; }
.field { display: grid; gap: 6px; }
.choices { display: grid; gap: 2px; }
.choices legend { font-weight: 550; font-size: 14px; padding-bottom: 6px; }
.choices label { display: flex; gap: 10px; align-items: center; padding: 7px 10px; border-radius: 9px; font-weight: 400; font-size: 15px; cursor: pointer; }
.choices label:hover, .choices label:has(:checked) { background: var(--sunk); }
input[type=radio] { accent-color: var(--accent); width: 17px; height: 17px; margin: 0; }
.stack { display: grid; gap: 8px; }
.button.wide { justify-content: space-between; min-height: 42px; }
.button.wide .muted { font-weight: 400; }
.keys { display: grid; gap: 8px; }
.keys div { display: grid; grid-template-columns: 90px 1fr; align-items: center; }
.keys dt { display: flex; gap: 5px; }
kbd { min-width: 26px; padding: 1px 7px; border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: 6px; text-align: center; font: 13px/1.6 var(--mono); }
.context { display: grid; gap: 6px; max-height: 30vh; overflow: auto; padding: 12px 16px; border-radius: 12px; background: var(--sunk); font-size: 14px; }
.context .quote { font-size: 16px; }
.context .ours { color: var(--soft); }
.writing { display: grid; gap: 6px; }
.writing.hidden { display: none; }
.writing textarea { font-size: 16px; min-height: 140px; max-height: 46vh; field-sizing: content; }
.over { color: var(--red-ink); font-weight: 550; }
.review { display: grid; gap: 10px; outline-offset: 4px; }
.review > p { display: flex; gap: 8px; align-items: flex-start; }
.review > p .icon { margin-top: 3px; }
.public { padding: 12px 16px; border: 1px solid var(--line-strong); border-inline-start: 4px solid var(--accent); border-radius: 10px; white-space: pre-wrap; unicode-bidi: isolate; font-size: 16px; }

/* What Potluck says: notices and private answers */
.bell { position: relative; }
.bell.here { background: var(--accent-soft); color: var(--ink); }
.bell .count { position: absolute; inset: -3px -5px auto auto; min-width: 18px; padding: 0 5px; font-size: 11px; line-height: 18px; background: var(--accent); color: var(--accent-ink); }
.notices { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
.notice { position: relative; display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; padding: 16px 22px 18px 26px; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); --tone: transparent; scroll-margin: 80px 0 24px; }
.notice::before { content: ''; position: absolute; inset: -1px auto -1px -1px; width: 5px; border-radius: 14px 0 0 14px; background: var(--tone); }
.notice.unread { border-color: var(--line-strong); }
.notice .head { flex-wrap: nowrap; align-items: baseline; gap: 4px 16px; }
.notice .head h3 { flex: 1; min-width: 0; align-items: baseline; }
.notice .head .badge { flex: none; }
.notice .head p { flex: none; }
.digests { font-size: 14px; color: var(--soft); margin: -8px 0 14px; }
.notice .head h3, .answer h3 { font: 600 18px/1.35 var(--serif); gap: 9px; color: var(--ink); }
.notice.tone-red { --tone: var(--red); }
.notice.tone-yellow { --tone: var(--yellow); }
.notice.tone-green { --tone: var(--green); }
.notice h4, .answer h4, .about-person h4 { font: 600 14px/1.4 var(--sans); margin: 4px 0 -6px; }
.told-text { white-space: pre-wrap; unicode-bidi: isolate; max-width: 72ch; }
.told-list { display: grid; gap: 7px; }
.told-list li { padding-inline-start: 16px; position: relative; overflow: clip; overflow-clip-margin: 4px; }
.told-list li::before { content: ''; position: absolute; inset: 10px auto auto 2px; width: 5px; height: 5px; border-radius: 50%; background: var(--line-strong); }
.told-list span { unicode-bidi: isolate; }
a.number { font-weight: 600; color: var(--link); text-decoration: none; }
a.number:hover { text-decoration: underline; }
.post-link { color: var(--soft); font-size: 13.5px; }
.figures { display: flex; flex-wrap: wrap; gap: 1px; border: 1px solid var(--line); border-radius: 12px; overflow: hidden; background: var(--line); }
.figures > div { flex: 1 1 190px; padding: 10px 14px; background: var(--surface); display: grid; align-content: start; gap: 1px; }
.figures dt { font-size: 13px; color: var(--soft); }
.figures dd { font-size: 13px; }
.figures strong, .figure { font: 600 19px/1.3 var(--serif); font-variant-numeric: tabular-nums; }
.figure { color: var(--link); text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 3px; text-decoration-color: var(--line-strong); }
.figure:hover { text-decoration-color: currentColor; }
.heard { display: grid; gap: 2px; padding-inline-start: 14px; border-inline-start: 3px solid var(--line-strong); }
.heard blockquote { font: 16px/1.5 var(--serif); white-space: pre-wrap; unicode-bidi: isolate; }
.chart { display: block; }
.chart img { display: block; width: 100%; height: auto; border-radius: 12px; }
.said-strip { width: 100%; align-items: center; text-align: start; background: var(--accent-soft); color: var(--ink); margin-bottom: 16px; }
.said-strip .icon { margin: 0; color: var(--link); }
.said-strip .quiet { color: var(--link); padding: 0 4px; }
.said-strip strong { font-weight: 600; }
.button.danger { background: var(--red-soft); color: var(--red-ink); border-color: var(--red); }
.button.danger:hover:not(:disabled) { filter: brightness(.97); }
.log { display: grid; grid-template-columns: minmax(0, 1fr); gap: 22px; }
.exchange, .answer { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
.exchange + .exchange { border-top: 1px solid var(--line); padding-top: 18px; }
.asked { display: flex; gap: 7px; align-items: baseline; font: 14px/1.5 var(--mono); color: var(--soft); unicode-bidi: isolate; }
.asked .icon { width: 14px; height: 14px; align-self: center; }
.answer.refused > .told-text { color: var(--red-ink); }
.single .card { box-shadow: none; }
.line { display: grid; gap: 6px; }
.typing { display: flex; align-items: center; gap: 8px; padding: 4px 4px 4px 12px; border: 1px solid var(--line-strong); border-radius: 12px; background: var(--surface); color: var(--soft); }
.typing:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
.typing input { flex: 1; min-width: 0; height: 38px; border: 0; padding: 0; background: none; color: var(--ink); font: 15px/1.5 var(--mono); }
.typing input:focus-visible { outline: none; }
.usage:empty { display: none; }
.choices-list { max-height: 300px; overflow: auto; border: 1px solid var(--line); border-radius: 12px; }
.choices-list:empty { display: none; }
.choice { display: flex; flex-wrap: wrap; gap: 0 12px; align-items: baseline; padding: 7px 12px; cursor: pointer; }
.choice:hover { background: var(--sunk); }
.choice.here { background: var(--accent-soft); }
.choice code { font: 13.5px/1.6 var(--mono); color: var(--ink); }
.about-person h3.part { font: 600 14px/1.4 var(--sans); border-top: 1px solid var(--line); padding-top: 14px; margin-bottom: -6px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
.pair .field-note { grid-column: 1 / -1; }
.more .stack { margin-top: 12px; }
.done { padding: 8px 12px; border-radius: 10px; background: var(--sunk); color: var(--green-ink); font-size: 14px; }
.done.hidden { display: none; }

/* Pictures of a draft */
.pictures { display: grid; gap: 8px; }
.pictures li, .picture-field { display: flex; gap: 12px; align-items: flex-start; }
.pictures img, .picture-field img { flex: none; width: 88px; height: 88px; object-fit: cover; border-radius: 10px; border: 1px solid var(--line-strong); background: var(--sunk); }
.pictures span { min-width: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
.suggesting { display: grid; gap: 8px; justify-items: start; }
.suggestions { display: grid; gap: 12px; margin: 0; padding-left: 20px; width: 100%; box-sizing: border-box; }
.suggestions .quote { white-space: pre-wrap; overflow-wrap: anywhere; }
.instead { margin: 0; padding-left: 20px; }
.picturing { display: grid; gap: 12px; padding-top: 4px; }
.picture-field .field { flex: 1; min-width: 0; }
.writing .picture-field textarea { min-height: 60px; font-size: 15px; }
.adder { display: flex; gap: 10px; align-items: center; flex-wrap: wrap; }
.adder .button { position: relative; cursor: pointer; }
.adder .waiting { opacity: .6; cursor: progress; }
.adder .button:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }

/* Short words to the person who acted */
.toasts { position: fixed; inset: auto 16px 16px; z-index: 30; display: grid; gap: 8px; justify-items: center; pointer-events: none; }
/* The cards below a toast can still be clicked. */
.toast { display: flex; align-items: center; gap: 10px; max-width: 560px; padding: 6px 6px 6px 16px; border-radius: 12px; background: var(--ink); color: var(--paper); box-shadow: var(--lift); font-size: 14.5px; }
.toast.bad { background: var(--red-soft); color: var(--red-ink); border: 1px solid var(--red); }
.toast .square { color: inherit; pointer-events: auto; }
.toast .square:hover { background: none; opacity: .7; }

/* The door */
.report { max-width: 1100px; margin: 0 auto; padding: 24px 20px 60px; }
.report h1 { font: 600 28px/1.2 var(--serif); margin: 12px 0; }
.report h2 { font: 600 20px/1.3 var(--serif); margin: 28px 0 8px; }
.report .chart { width: 100%; height: auto; border-radius: 12px; margin: 16px 0; }
.report table { width: 100%; border-collapse: collapse; }
.report th, .report td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; font-weight: 400; }
.report th { width: 22%; }
.report td:nth-child(2) { font-weight: 600; white-space: nowrap; }
.report blockquote { margin: 4px 0 8px 16px; }
.door { min-height: 90dvh; max-width: none; display: grid; place-items: center; padding: 20px; }
.door .box { width: min(380px, 100%); }
.door h1 { font: 600 26px/1.2 var(--serif); }

@media (min-width: 1100px) { .toasts { inset-inline-end: auto; justify-items: start; } .toast { max-width: 330px; } }
@media (max-width: 860px) {
  .columns { grid-template-columns: minmax(0, 1fr); gap: 16px; padding: 14px 14px 90px; }
  .top { padding: 0 12px; gap: 8px; height: 54px; }
  .side { display: contents; }
  .channels, .sources, main { min-width: 0; }
  .sources { order: 2; }
  .side h2 { display: none; }
  .channels, .sources ul { display: flex; gap: 6px; overflow-x: auto; scrollbar-width: none; padding: 3px; }
  .channel { width: auto; flex: none; padding: 5px 12px; border: 1px solid var(--line); }
  .channel .label { max-width: 44vw; }
  .source-line { flex: none; padding: 2px 8px; font-size: 13px; }
  .source-line .label { max-width: 40vw; }
  main { max-width: none; }
}
@media (max-width: 520px) {
  .keyboard, .link.live, .to-digest { display: none; }
  .notice { padding: 14px 14px 16px 18px; }
  .figures > div { flex-basis: 132px; }
  .notice .head { display: grid; }
  .me .say { display: none; }
  .narrow { flex-wrap: nowrap; gap: 6px; }
  .narrow select { width: 92px; padding: 0 2px 0 8px; }
  .searching { flex: 1 1 90px; min-width: 0; padding: 0 10px; }
  .filters { gap: 10px; margin-bottom: 14px; }
  .whole { padding: 14px 14px 12px 18px; }
  .thread { padding: 12px 14px 14px 18px; }
  .ended { flex-wrap: wrap; padding: 8px 10px 6px 16px; gap: 2px 8px; }
  .how { flex-basis: 70%; }
  .after { flex-basis: 100%; padding-inline-start: 18px; }
  .quote { font-size: 16.5px; }
  .quote.large { font-size: 18px; }
  .button { min-height: 42px; }
  .foot > .quiet { margin-inline-start: auto; }
  .square { width: 40px; height: 40px; }
  .me .label { max-width: 90px; }
  dialog, dialog.wide { width: 100vw; max-width: 100vw; max-height: 100dvh; margin: auto 0 0; border-radius: 18px 18px 0 0; border-width: 1px 0 0; }
  dialog.wide:has(textarea, .talk) { min-height: 92dvh; }
  .box { padding: 20px 18px; }
  .row.end .button { flex: 1 1 auto; }
}
/* The name of the room before that of the reader, whose face is there: heard all the same. */
@media (max-width: 400px) { .top { gap: 4px; } .me .label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
@media (forced-colors: active) { .card::before { background: CanvasText; } .button { border-color: ButtonText; } }
`;
