// The card beside a hovered point, and the thumbnails, fetched when first wanted.

const THUMBNAIL = 88;

class Cards {
  constructor(view) {
    this.view = view;
    this.sheets = new Map(); // url -> image, loaded or not
    this.box = element("div", { class: "lv-card", hidden: "" });
    this.picture = element("canvas", { width: 2 * THUMBNAIL, height: 2 * THUMBNAIL, class: "lv-thumbnail" });
    this.text = element("div", { class: "lv-facts" });
    this.box.append(this.picture, this.text);
    view.els.stage.append(this.box);
  }

  /** A panel's sheet of thumbnails once it is loaded, else null; asking starts the loading. */
  image(panel) {
    return panel.sprite ? this.sheet(panel.sprite.url) : null;
  }

  /** Likewise the picture at a URL. */
  sheet(url) {
    let sheet = this.sheets.get(url);
    if (!sheet) {
      sheet = new Image();
      this.sheets.set(url, sheet);
      sheet.addEventListener("load", () => { this.show(); this.view.request(); });
      sheet.src = url;
    }
    return sheet.complete && sheet.naturalWidth ? sheet : null;
  }

  show() {
    const { hover, guest } = this.view.choice;
    this.box.hidden = !hover && !guest;
    if (this.box.hidden) return;
    if (guest) this.portrait(guest);
    else this.thumbnail(hover);
    this.text.replaceChildren(...this.facts().map(([name, value]) =>
      element("div", { class: "lv-fact" }, element("span", {}, name), element("b", {}, value))));
    this.put();
  }

  thumbnail({ panel, row }) {
    const ctx = this.picture.getContext("2d"), image = this.image(panel);
    this.picture.hidden = Boolean(panel.sprite) === false;
    ctx.clearRect(0, 0, 2 * THUMBNAIL, 2 * THUMBNAIL);
    if (image) drawCell(ctx, image, panel.sprite, row, 0, 0, 2 * THUMBNAIL);
  }

  portrait({ guest }) {
    const ctx = this.picture.getContext("2d"), image = this.view.guests.picture(guest);
    this.picture.hidden = guest.picture < 0;
    ctx.clearRect(0, 0, 2 * THUMBNAIL, 2 * THUMBNAIL);
    if (image) drawCell(ctx, image, wholeOf(image), 0, 0, 0, 2 * THUMBNAIL);
  }

  /** [name, value] of everything known of what is hovered at the epoch shown. */
  facts() {
    const { hover, guest } = this.view.choice;
    return guest ? this.view.guests.facts(guest.panel, guest.guest) : this.factsOf(hover);
  }

  factsOf({ panel, row, id }) {
    const { view } = this, moment = view.momentOfPanel(panel), e = nearestEpoch(moment);
    const facts = [["Label", view.className(panel.labels[row])]];
    for (const channel of view.model.channels.slice(1)) {
      const value = valueOf(panel, channel.key, row, e);
      if (!Number.isNaN(value)) facts.push([channel.title, this.written(channel, value)]);
    }
    facts.push(["Image", String(id)], ["Epoch", String(panel.epochs[e])]);
    return facts;
  }

  written(channel, value) {
    if (channel.kind === "class") return this.view.className(value);
    if (channel.kind === "binary") return value ? "yes" : "no";
    return pretty(value) + (channel.unit ? ` ${channel.unit}` : "");
  }

  /** The card as a sentence, for who listens. */
  words() {
    const { hover, guest } = this.view.choice, turned = hover ?? guest;
    return turned ? `${turned.panel.title}: ${this.facts().map(([name, value]) => `${name} ${value}`).join(", ")}` : "";
  }

  /** Beside the point, inside the picture. */
  put() {
    const { view } = this, { hover, guest } = view.choice, turned = hover ?? guest, frame = turned && view.frames.find(({ panel }) => panel === turned.panel);
    if (!frame) return;
    const { panel, moment } = frame, place = hover ? positionAt(panel, panel.axes, hover.row, moment) : guestAt(panel, guest.guest, moment).p;
    const [x, y] = project(place, frame.view);
    const { offsetWidth: width, offsetHeight: height } = this.box, gap = 16;
    const left = x + gap + width > view.box.width - 4 ? x - gap - width : x + gap;
    this.box.style.left = `${clamp(left, 4, Math.max(4, view.box.width - width - 4))}px`;
    this.box.style.top = `${clamp(y - height / 2, 4, Math.max(4, view.box.height - height - 4))}px`;
  }
}
