// The second, invisible component: hands lines and commands to the view, so that these need not travel with the points.

export default function ({ data, parentElement }) {
  const words = (globalThis.lossvizWords ??= new Map());
  words.set(data.to, data);
  parentElement.host?.style?.setProperty("display", "none");
  globalThis.dispatchEvent(new CustomEvent("lossviz-word", { detail: data.to }));
}
