// The view's state in the query parameter `view`.

const PARAMETER = "view";

class Address extends KeptAddress {
  constructor(view) {
    super(PARAMETER);
    this.view = view;
  }

  text() {
    return writeLink(this.view.state, this.view.model);
  }

  show() {
    if (this.view.model) this.view.restore();
  }
}
