/** The stylesheet of the status page, light and dark. */

export const STYLESHEET = `
:root {
  --ink: #1c2430; --soft: #5b6675; --paper: #f6f7f9; --card: #ffffff; --line: #dfe3e8;
  --accent: #1456c8; --error: #a3210f; --warn-ink: #5c3b00; --warn: #fff1cf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e7ebf0; --soft: #9aa6b5; --paper: #12161c; --card: #1a2029; --line: #2b333f;
    --accent: #86b3ff; --error: #ff9c8c; --warn-ink: #ffe3a3; --warn: #3a2d0b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
.banner { margin: 0; padding: .6rem 1rem; background: var(--warn); color: var(--warn-ink); text-align: center; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
h1 { margin: 0; font-size: 1.6rem; letter-spacing: -.01em; }
h2 { margin: 2rem 0 .6rem; font-size: 1.1rem; }
.lead { margin: .3rem 0 1.4rem; color: var(--soft); font-size: 1.05rem; }
.figures { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); margin: 0; }
.figures div { padding: .8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: .1rem 0 0; font-weight: 600; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .55rem .9rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-size: .85rem; font-weight: 600; white-space: nowrap; }
td:first-child { white-space: nowrap; }
td { overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
tr.canceled td { color: var(--soft); text-decoration: line-through; }
code { padding: .1em .35em; background: var(--card); border: 1px solid var(--line); border-radius: .3rem; }
a { color: var(--accent); }
footer { margin-top: 2rem; color: var(--soft); font-size: .9rem; }
.narrow { max-width: 26rem; padding-top: 4rem; }
form { display: grid; gap: .9rem; }
form.inline { display: inline-grid; margin: 0 .5rem .8rem 0; }
form.card { margin-bottom: 1rem; padding: 1rem 1.2rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; max-width: 40rem; }
form.card p { margin: 0; }
label { display: grid; gap: .25rem; color: var(--soft); font-size: .9rem; }
small { color: var(--soft); margin-top: -.6rem; }
input, select {
  font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line);
  border-radius: .45rem; padding: .5rem .65rem; width: 100%;
}
input:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
button, a.button {
  font: inherit; font-weight: 600; padding: .5rem 1rem; border: 1px solid var(--accent); border-radius: .45rem;
  background: var(--accent); color: var(--paper); text-decoration: none; display: inline-block; cursor: pointer; justify-self: start;
}
button.quiet { background: transparent; color: var(--accent); border-color: var(--line); }
button:disabled { opacity: .6; cursor: progress; }
.error { margin: 0; color: var(--error); }
`;
