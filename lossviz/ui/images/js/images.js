// The images that are held, as a row of thumbnails: one is chosen, each can be taken away, and that can be undone.

class Strip {
  constructor(root) {
    this.root = root;
    this.list = element("div", { class: "li-strip", role: "listbox", "aria-label": "Your images", "aria-orientation": "horizontal" });
    this.count = element("span", { class: "li-note", role: "status" });
    const does = (name, picture, words, title) => {
      const made = element("button", { type: "button", class: "li-button", "data-does": name, title }, icon(picture), words);
      made.addEventListener("click", () => this.say("did", { do: name }));
      return made;
    };
    this.undo = does("undo", "undo", "Undo", "Bring back what was removed last");
    this.clear = does("clear", "wipe", "Remove all", "Remove all images; this can be undone");
    this.line = element("div", { class: "li-line" }, this.count, this.undo, this.clear);
    root.replaceChildren(this.list, this.line);
    this.list.addEventListener("keydown", (event) => this.key(event));
  }

  /** What Python says: `{images: [{key, name, source, picture}], chosen, undoable}`. */
  setData(data, say) {
    this.say = say;
    const text = JSON.stringify(data);
    if (text === this.text) return;
    this.text = text;
    this.data = data;
    const held = this.list.contains(this.list.getRootNode().activeElement);
    this.list.replaceChildren(...data.images.map((image) => this.item(image)));
    this.list.hidden = !data.images.length;
    this.line.hidden = data.images.length < 2 && !data.undoable;
    this.count.textContent = data.images.length === 1 ? "1 image" : `${data.images.length} images`;
    this.undo.hidden = !data.undoable;
    this.clear.hidden = data.images.length < 2;
    if (held) this.list.querySelector("[aria-selected=true]")?.focus();
  }

  item(image) {
    const chosen = image.key === this.data.chosen, label = `${image.name}, ${image.source}`;
    const picture = element("div", { class: "li-thumb", role: "option", "aria-selected": chosen, "aria-label": label, title: image.name, tabindex: chosen ? 0 : -1, "data-key": image.key }, element("img", { src: image.picture, alt: "" }), element("span", {}, image.name));
    picture.addEventListener("click", () => this.ask("choose", image.key));
    const remove = element("button", { type: "button", class: "li-remove", title: `Remove ${image.name}`, "aria-label": `Remove ${image.name}` }, icon("remove"));
    remove.addEventListener("click", () => this.ask("remove", image.key));
    return element("div", { class: "li-held", role: "presentation" }, picture, remove);
  }

  ask(what, key) {
    this.say("did", { do: what, key });
  }

  key(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key], { images, chosen } = this.data, at = images.findIndex(({ key }) => key === chosen);
    if (way && images[at + way]) this.ask("choose", images[at + way].key);
    else if (event.key === "Delete" && images[at]) this.ask("remove", images[at].key);
    else return;
    event.preventDefault();
  }
}

/** Streamlit calls this at mount and again with every new `data`; the DOM stays the same. */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".li-images");
  root.strip ??= new Strip(root);
  root.strip.setData(data, setTriggerValue);
  return () => { root.strip = undefined; };
}
