// Pictures that are pasted anywhere on the page, or dropped beside the field for files, are handed to that field, so that
// all take one way. The field forgets what was too large for it as soon as it is drawn anew: Python is told, to say so.

class Arrivals {
  constructor(root) {
    this.root = root;
    const paste = element("button", { type: "button", class: "li-button", title: "Take the picture on the clipboard; Ctrl+V anywhere on the page does the same" }, icon("paste"), "Paste");
    paste.addEventListener("click", () => this.read());
    root.replaceChildren(paste);
    this.stop = new AbortController();
    const listen = (name, heard) => document.addEventListener(name, heard, { capture: true, signal: this.stop.signal });
    listen("paste", (event) => this.take(event, event.clipboardData));
    listen("drop", (event) => this.dropped(event));
    listen("dragover", (event) => { if (holdsFiles(event) && !this.within(event)) event.preventDefault(); });
    listen("change", (event) => { if (this.within(event)) this.look(event.target.files ?? []); });
  }

  /** What Python says: `{field, most}`, the class of the field's container and the bytes that a file may have. */
  setData(data, say) {
    Object.assign(this, { field: data.field, most: data.most, say });
  }

  within(event) {
    return Boolean(event.target.closest?.(`.${this.field}`));
  }

  /** Takes the files of a paste or a drop, if it holds any. */
  take(event, from) {
    const files = [...(from?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.hand(files);
  }

  dropped(event) {
    if (!holdsFiles(event)) return;
    if (this.within(event)) this.look(event.dataTransfer.files);
    else this.take(event, event.dataTransfer);
  }

  /** Puts files into the page's field, as if they had been chosen there. */
  hand(files) {
    const input = document.querySelector(`.${this.field} input[type=file]`), together = new DataTransfer();
    if (!input) return;
    for (const file of files) together.items.add(file);
    input.files = together.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  look(files) {
    const large = [...files].filter(({ size }) => size > this.most).map(({ name }) => name);
    if (large.length) this.say("refused", large);
  }

  async read() {
    try {
      const items = await navigator.clipboard.read(), found = [];
      for (const item of items) {
        const type = item.types.find((each) => each.startsWith("image/"));
        if (type) found.push(new File([await item.getType(type)], "pasted.png", { type }));
      }
      if (found.length) this.hand(found);
      else this.say("told", "There is no picture on the clipboard: copy one first.");
    } catch {
      this.say("told", "The browser does not let the page look at the clipboard: press Ctrl+V instead.");
    }
  }
}

const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** Streamlit calls this at mount and again with every new `data`; the DOM stays the same. */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".li-arrivals");
  root.arrivals ??= new Arrivals(root);
  root.arrivals.setData(data, setTriggerValue);
  return () => {
    root.arrivals?.stop.abort();
    root.arrivals = undefined;
  };
}
