// The address bar: the view's state in one query parameter, replaced in place, so that a copied link shows the same.

const ADDRESS_REST = 300; // ms; browsers refuse to rewrite the address much more often

class Address {
  constructor(view) {
    this.view = view;
    this.path = location.pathname;
    this.written = null;
    this.onPop = () => { if (view.model && location.pathname === this.path && this.value() !== this.written) view.restore(); };
    // Streamlit writes the address from its own copy of the parameters, which does not know what was replaced here.
    this.onEntry = (event) => { if (event.navigationType !== "traverse") this.insist(); };
    addEventListener("popstate", this.onPop);
    globalThis.navigation?.addEventListener("currententrychange", this.onEntry);
  }

  value() {
    return new URLSearchParams(location.search).get(PARAMETER) ?? "";
  }

  keepSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), ADDRESS_REST);
  }

  keep() {
    this.written = writeLink(this.view.state, this.view.model);
    this.insist();
  }

  insist() {
    if (this.written === null || location.pathname !== this.path || this.value() === this.written) return;
    const address = new URL(location.href);
    if (this.written) address.searchParams.set(PARAMETER, this.written);
    else address.searchParams.delete(PARAMETER);
    history.replaceState(history.state, "", address);
  }

  release() {
    clearTimeout(this.timer);
    removeEventListener("popstate", this.onPop);
    globalThis.navigation?.removeEventListener("currententrychange", this.onEntry);
  }
}
