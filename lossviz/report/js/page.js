// What a written report does by itself: light or dark, charts when they are scrolled to, views that turn, tables to copy.

const pageRoot = document.documentElement;
const pageViews = [], pageCharts = [];
let shownTheme = "light";

/** Bytes of a script element that holds gzipped base64. */
async function unpacked(element) {
  const raw = Uint8Array.from(atob(element.textContent.trim()), (sign) => sign.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A view's bytes with the addresses of its thumbnails in place of their names: these are kept once in the document. */
async function withSheets(bytes) {
  const length = new DataView(bytes.buffer).getUint32(0, true), header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  for (const panel of header.panels) if (panel.sprite) panel.sprite.url = document.getElementById(panel.sprite.url).src;
  const text = JSON.stringify(header), encoded = new TextEncoder().encode(text);
  const padded = Math.ceil(encoded.length / 4) * 4, rest = bytes.subarray(4 + length), whole = new Uint8Array(4 + padded + rest.length);
  new DataView(whole.buffer).setUint32(0, padded, true);
  whole.fill(32, 4, 4 + padded);
  whole.set(encoded, 4);
  whole.set(rest, 4 + padded);
  return whole;
}

function showView({ host, data }) {
  mountView({ parentElement: host, data, setStateValue: () => {} });
}

async function mountViews() {
  for (const host of document.querySelectorAll(".lv-host")) {
    const data = await withSheets(await unpacked(document.getElementById(host.dataset.points)));
    pageViews.push({ host, data });
    showView(pageViews.at(-1));
  }
}

/** The colours of the page in a chart's layout. */
function inkOf(layout) {
  const style = getComputedStyle(pageRoot), ink = style.getPropertyValue("--ink").trim(), edge = style.getPropertyValue("--edge").trim();
  const found = { "font.color": ink, "font.family": "system-ui, sans-serif", "legend.font.color": ink };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) {
    Object.assign(found, { [`${name}.gridcolor`]: edge, [`${name}.linecolor`]: edge, [`${name}.zerolinecolor`]: edge });
  }
  return found;
}

async function drawChart(host) {
  const { data, layout } = JSON.parse(document.getElementById(host.dataset.figure).textContent);
  const full = { ...layout, autosize: true }, options = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["lasso2d", "select2d"] };
  host.style.minHeight = "";
  await Plotly.newPlot(host, data, full, options);
  await Plotly.relayout(host, inkOf(host.layout));
  pageCharts.push(host);
  host.dataset.drawn = "yes";
}

function watchCharts() {
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      drawChart(target);
    }
  }, { rootMargin: "600px" });
  for (const host of document.querySelectorAll(".chart")) seen.observe(host);
}

function setTheme(name) {
  pageRoot.dataset.theme = name;
  document.querySelector(".switch").textContent = name === "dark" ? "Light" : "Dark";
  pageViews.forEach(showView);
  for (const host of pageCharts) Plotly.relayout(host, inkOf(host.layout));
}

function saveTable(button) {
  const { kind, table } = button.dataset, text = JSON.parse(document.getElementById(`${table}-texts`).textContent)[kind];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = `${table}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
document.querySelector(".switch").addEventListener("click", () => setTheme(pageRoot.dataset.theme === "dark" ? "light" : "dark"));
for (const button of document.querySelectorAll(".saved button")) button.addEventListener("click", () => saveTable(button));
addEventListener("beforeprint", () => {
  shownTheme = pageRoot.dataset.theme;
  setTheme("light");
  for (const host of document.querySelectorAll(".chart:not([data-drawn])")) drawChart(host);
});
addEventListener("afterprint", () => setTheme(shownTheme));
watchCharts();
mountViews();
