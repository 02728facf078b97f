// The results of a study as a table of links: a plain click stays in the page, any other is a link's own.

/** What Python says: `{tables: [{title, columns, rows}]}`, see lossviz/ui/studies/heat_table.py. */
function drawTables(root, { tables }, open) {
  const text = JSON.stringify(tables);
  root.open = open;
  if (text === root.text) return;
  root.text = text;
  const focused = root.getRootNode().activeElement, spot = root.contains(focused) ? focused.dataset.cell : null;
  root.replaceChildren(...tables.map((table) => tableOf(root, table)));
  if (spot) root.querySelector(`[data-cell="${CSS.escape(spot)}"]`)?.focus();
}

function tableOf(root, { title, columns, rows }) {
  const head = element("tr", {}, element("th", { scope: "col" }, "Loss"), ...columns.map(({ title: name, score }) => element("th", { scope: "col" }, name, element("small", {}, score))));
  const lines = rows.map((row) => element("tr", {}, element("th", { scope: "row" }, row.title), ...row.cells.map((cell) => (cell ? cellOf(root, cell) : element("td", { class: "lh-none" })))));
  const table = element("table", { class: "lh-table" }, element("thead", {}, head), element("tbody", {}, ...lines));
  if (title) table.prepend(element("caption", {}, title));
  return table;
}

/** A cell is one link; how strongly it is coloured is a number from 0, the worst of its column, to 1, the best. */
function cellOf(root, { key, words, note, best, share, state, said, page, query, href, open }) {
  const link = element("a", { class: "lh-cell", href, title: said, "aria-label": said, "data-cell": key, "data-state": state });
  link.append(element("span", { class: "lh-words" }, words), ...(best ? [element("span", { class: "lh-best" }, "★")] : []), ...(note ? [element("small", {}, note)] : []));
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    root.open({ page, query });
  });
  const made = element("td", open ? { class: "lh-open" } : {}, link);
  if (share !== null) made.style.setProperty("--share", share);
  return made;
}

/** Streamlit calls this at mount and again with every new `data`; the DOM stays the same. */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".lh-root");
  drawTables(root, data, (what) => setTriggerValue("opened", what));
}
