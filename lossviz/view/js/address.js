// The view's state in a query parameter: `view`, or another one where a page has several views.

const PARAMETER = "view";

class Address extends KeptAddress {
  constructor(view, parameter) {
    super(parameter ?? PARAMETER);
    this.view = view;
  }

  text() {
    return writeLink(this.view.state, this.view.model);
  }

  show() {
    if (this.view.model) this.view.restore();
  }
}
