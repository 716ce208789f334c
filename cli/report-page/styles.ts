/** The style sheet of the page: light and dark, narrow and wide, screen and paper. It names no file and no font to load. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --line: #d5d9df; --text: #1b1f24; --soft: #57606a; --link: #0b5cad;
  --authorized: #2a78b8; --unauthorized: #c4281b; --undetermined: #a86400; --unguarded: #7a808a;
  --series-1: #2a78b8; --series-2: #c9610b; --series-3: #24875a; --series-4: #8557b5; --series-other: #868d97;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1e2329; --line: #3a414a; --text: #e6e9ed; --soft: #a5aeb9; --link: #79b8ff;
    --authorized: #58a6e0; --unauthorized: #ff7b6e; --undetermined: #e0a53a; --unguarded: #949ca7;
    --series-1: #58a6e0; --series-2: #f0a35e; --series-3: #5cc38d; --series-4: #b795e0; --series-other: #7f8791;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--page); padding: 8px; z-index: 1; }
header, main, footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 28px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 20px; margin: 44px 0 4px; padding-top: 12px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 24px 0 4px; overflow-wrap: anywhere; }
p { margin: 6px 0 10px; max-width: 76ch; }
.soft, .others, .place, caption { color: var(--soft); }
.lead { font-size: 17px; }
.warning { border-left: 4px solid var(--undetermined); background: var(--panel); padding: 8px 14px; max-width: none; }
.empty { color: var(--soft); font-style: italic; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 14px 0 0; font-size: 14px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin: 18px 0 0; }
.tiles div { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; display: flex; flex-direction: column; }
.tiles dt { color: var(--soft); font-size: 13px; order: 1; }
.tiles dd { margin: 0; }
.tiles .figure { font-size: 26px; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .note { color: var(--soft); font-size: 13px; order: 2; }
.tiles .bad .figure { color: var(--unauthorized); }
.tiles .doubt .figure { color: var(--undetermined); }
.scroll { overflow-x: auto; margin: 12px 0 4px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
caption { text-align: left; padding: 0 0 6px; }
th, td { text-align: left; vertical-align: top; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--line); white-space: nowrap; font-weight: 600; }
tbody th { font-weight: 400; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.text, th.text { overflow-wrap: break-word; min-width: 9ch; }
tbody th.text { min-width: 17ch; }
th.time, td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.free { overflow-wrap: anywhere; }
.place { display: block; font-size: 12px; }
code { font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.kind { font-size: 12px; color: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: 0 5px; white-space: nowrap; }
.verdict-unauthorized { color: var(--unauthorized); font-weight: 600; }
.verdict-undetermined { color: var(--undetermined); font-weight: 600; }
figure { margin: 12px 0; }
figcaption { color: var(--soft); font-size: 13.5px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; margin: 4px 0 0; padding: 0; font-size: 13px; }
.legend li { overflow-wrap: anywhere; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; }
.color-authorized { background: var(--authorized); } .color-unauthorized { background: var(--unauthorized); }
.color-undetermined { background: var(--undetermined); } .color-unguarded { background: var(--unguarded); }
.color-series-1 { background: var(--series-1); } .color-series-2 { background: var(--series-2); }
.color-series-3 { background: var(--series-3); } .color-series-4 { background: var(--series-4); }
.color-series-other { background: var(--series-other); }
.chart { display: block; max-width: 100%; height: auto; overflow: visible; }
.chart text { white-space: pre; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 4px 36px; }
.figures figure { min-width: 0; }
.figures .legend { display: block; }
.figures h3 { margin-top: 8px; }
details { margin: 8px 0; }
summary { cursor: pointer; color: var(--link); }
footer { margin: 48px auto 40px; color: var(--soft); font-size: 13px; }
@media (max-width: 640px) {
  header, main, footer { padding: 0 14px; }
  header { padding-top: 18px; }
  .wide .chart { width: 860px; max-width: none; }
  td.text, th.text { min-width: 15ch; }
}
@media print {
  :root { color-scheme: light; --page: #ffffff; --panel: #ffffff; --line: #bbbbbb; --text: #000000; --soft: #444444;
    --link: #000000; --authorized: #2a78b8; --unauthorized: #c4281b; --undetermined: #a86400; --unguarded: #7a808a;
    --series-1: #2a78b8; --series-2: #c9610b; --series-3: #24875a; --series-4: #8557b5; --series-other: #868d97; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; } code { font-size: 7.5pt; } .place, .kind { font-size: 7pt; }
  details::details-content { content-visibility: visible; }
  details > summary { display: none; }
  tr, figure, .tiles div { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  thead { display: table-header-group; }
  th, td { padding: 3px 8px 3px 0; }
  td.text, th.text, tbody th.text { min-width: 0; }
}
`;
