// The list of keys and gestures.

const GESTURES = [
  ["drag", "turn (2-D: shift)"],
  ["Shift or right drag", "shift"],
  ["wheel, pinch", "zoom to the cursor"],
  ["click, Shift + click", "pin a point, pin one more"],
  ["legend: click, double click", "hide a class, show it alone"],
];

class Help {
  constructor(view) {
    this.view = view;
    this.open = false;
    this.box = element("div", { class: "lv-help", role: "dialog", "aria-label": "Keys and gestures", hidden: "", tabindex: "-1" });
    const rows = ([keys, does]) => element("div", {}, element("kbd", {}, keys), element("span", {}, does));
    const close = element("button", { type: "button", class: "lv-button", "aria-label": "Close help" }, icon("close"));
    close.addEventListener("click", () => this.toggle());
    const columns = [["Mouse and touch", GESTURES], ["Keys", KEYS]].map(([title, list]) =>
      element("section", {}, element("h3", {}, title), ...list.map(rows)));
    this.box.append(close, ...columns);
    view.els.stage.append(this.box);
  }

  toggle() {
    this.open = !this.open;
    if (this.view.toolbar.menuOpen) this.view.toolbar.toggleMenu();
    this.box.hidden = !this.open;
    (this.open ? this.box.querySelector("button") : this.view.els.overlay).focus();
  }
}
