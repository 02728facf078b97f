// Tells the pad that the page has answered the drawing called `number`: mounted at the end of the page, unseen.

export default function ({ data, parentElement }) {
  parentElement.host?.style?.setProperty("display", "none");
  globalThis.dispatchEvent(new CustomEvent("lossviz-pad-answer", { detail: data.number }));
}
