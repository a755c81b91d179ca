/** The style sheet of the report. It asks for nothing outside the file. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: light-dark(#f6f7f9, #14171c); --card: light-dark(#fff, #1d2128); --text: light-dark(#1b1f26, #e6e9ee);
  --soft: light-dark(#5b6573, #9aa4b2); --line: light-dark(#e1e5ea, #323945);
  --base: light-dark(#1f5fc4, #6ea8ff); --other: light-dark(#b4540a, #ffa657); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 74rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.15rem; }
h3 { margin: 0 0 .5rem; font-size: 1rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
.soft, small { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.2rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tiles dd small { display: block; font-size: .8rem; }
.three { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: .75rem; }
.queues { margin-top: .75rem; align-items: start; }
.narrow { max-width: 32rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: .75rem; }
.pair .half { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); gap: .75rem; }
figure { margin: 0; }
figcaption { color: var(--soft); font-size: .85rem; margin-bottom: .35rem; }
svg { display: block; width: 100%; height: auto; color: var(--soft); }
svg text { fill: var(--soft); font-family: inherit; font-size: 12px; }
.grid { stroke: var(--line); stroke-opacity: 1; }
.line.base { stroke: var(--base); } .line.other { stroke: var(--other); }
.area.base, .bar.base { fill: var(--base); } .area.other, .bar.other { fill: var(--other); }
.key { display: inline-flex; gap: 1.25rem; flex-wrap: wrap; margin: .5rem 0 0; font-size: .85rem; color: var(--soft); }
.key span::before { content: ''; display: inline-block; width: .9rem; height: .25rem; border-radius: 2px;
  margin-right: .4rem; vertical-align: middle; background: var(--base); }
.key .other::before { background: var(--other); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .5rem; font-size: .9rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
tbody tr:last-child > * { border-bottom: 0; }
td small { display: block; }
td strong { color: var(--text); }
@media print { body { padding: 0; } .card { break-inside: avoid; } }
`;
