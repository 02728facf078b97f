// A state kept in one query parameter of the address bar, replaced in place, so that a copied link shows the same. The
// view and the lab's sections (lossviz/ui/lab/mount.py) share this file.

const ADDRESS_REST = 300; // ms; browsers refuse to rewrite the address much more often

/** A subclass says what to write, `text()`, and how to show what an address says that was gone back to, `show()`. */
class KeptAddress {
  constructor(parameter) {
    this.parameter = parameter;
    this.path = location.pathname;
    this.written = null;
    (globalThis.lossvizAddresses ??= new Map()).set(parameter, this); // the newest one's: the one before may linger
    this.onPop = () => { if (location.pathname === this.path && this.value() !== this.written) this.show(); };
    // Streamlit writes the address from its own copy of the parameters, which does not know what was replaced here.
    this.onEntry = (event) => { if (event.navigationType !== "traverse") this.insist(); };
    addEventListener("popstate", this.onPop);
    globalThis.navigation?.addEventListener("currententrychange", this.onEntry);
  }

  value() {
    return new URLSearchParams(location.search).get(this.parameter) ?? "";
  }

  keepSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), ADDRESS_REST);
  }

  keep() {
    this.written = this.text();
    this.insist();
  }

  insist() {
    if (this.written === null || globalThis.lossvizAddresses.get(this.parameter) !== this) return;
    if (location.pathname !== this.path || this.value() === this.written) return;
    const address = new URL(location.href);
    if (this.written) address.searchParams.set(this.parameter, this.written);
    else address.searchParams.delete(this.parameter);
    address.search = address.search.replaceAll("%7E", "~").replaceAll("%21", "!"); // allowed in a query, and readable
    history.replaceState(history.state, "", address);
  }

  release() {
    clearTimeout(this.timer);
    removeEventListener("popstate", this.onPop);
    globalThis.navigation?.removeEventListener("currententrychange", this.onEntry);
  }
}
