// A traced expression as MathML. A knob's symbol can be pointed at, and lights up what it controls.

const BINDS = { add: 1, sub: 1, mul: 2, div: 3, where: 0 }; // how tightly; functions and powers bind 4

/** Writes expressions. `name(variable)` gives its MathML; `angle` is how theta is written. */
class FormulaWriter {
  constructor(name) {
    this.name = name;
    this.parts = []; // [letter, MathML] of what was given a letter of its own
    this.letters = new Map();
  }

  write(tree, outer = 0) {
    if (typeof tree === "number") return this.number(tree);
    if (typeof tree === "string") return this.name(tree);
    const [operation, ...rest] = tree, binds = BINDS[operation] ?? 4;
    const made = this[operation] ? this[operation](...rest) : this.called(operation, rest[0]);
    return binds < outer ? fenced(made) : made;
  }

  number(value) {
    if (Math.abs(value - Math.PI) < 1e-12) return mi("π");
    if (Math.abs(value - Math.PI / 2) < 1e-12) return row(mi("π"), mo("/"), math("mn", {}, "2"));
    return math("mn", {}, inWords(value, 4));
  }

  called(name, inside) {
    const simple = typeof inside === "string";
    return row(mi(name), simple ? [mo("⁡"), this.write(inside)] : fenced(this.write(inside)));
  }

  add(a, b) {
    if (Array.isArray(b) && b[0] === "mul" && b[1] === -1) return this.sub(a, b[2]);
    return row(this.write(a, 1), mo("+"), this.write(b, 1));
  }

  sub(a, b) { return row(this.write(a, 1), mo("−"), this.write(b, 2)); }

  mul(a, b) {
    if (a === -1) return row(mo("−"), this.write(b, 2));
    const numbers = typeof b === "number" || this.plain;
    return row(this.write(a, 2), mo(numbers ? "·" : "⁢"), this.write(b, 2));
  }

  div(a, b) { return math("mfrac", {}, row(this.write(a)), row(this.write(b))); }
  pow(a, b) { return math("msup", {}, row(this.write(a, 4)), row(this.write(b))); }

  cos(inside) {
    const turned = Array.isArray(inside) && inside[0] === "mul" && Math.abs(inside[1] - Math.PI) < 1e-12 && inside[2]?.[0] === "floor";
    return turned ? math("msup", {}, fenced(row(mo("−"), math("mn", {}, "1"))), this.write(inside[2])) : this.called("cos", inside);
  }

  floor(inside) {
    const key = JSON.stringify(inside);
    if (!this.letters.has(key)) {
      const letter = "kln"[this.letters.size] ?? "k";
      this.letters.set(key, letter);
      const within = inside[0] === "div" ? row(this.write(inside[1], 2), mo("/"), this.write(inside[2], 3)) : this.write(inside);
      this.parts.push([letter, fenced(within, "⌊", "⌋")]);
    }
    return mi(this.letters.get(key));
  }

  clamp(inside, low, high) {
    return math("msubsup", {}, fenced(this.write(inside), "[", "]"), row(this.write(low)), row(this.write(high)));
  }

  where(test, yes, no) {
    const line = (value, words) => math("mtr", {}, math("mtd", {}, value), math("mtd", {}, words));
    const rows = [line(this.write(yes), row(math("mtext", {}, "if\u00a0"), this.compared(test))), line(this.write(no), math("mtext", {}, "otherwise"))];
    return row(mo("{"), math("mtable", { columnalign: "left" }, ...rows));
  }

  compared([sign, a, b]) { return row(this.write(a), mo({ lt: "<", le: "≤", gt: ">", ge: "≥" }[sign]), this.write(b)); }

  table() { return row(math("mtext", {}, "as tabulated by Python")); }
}

/** `psi(theta) = ...` of a slot, once with symbols and once with the values put in; `.update()` puts in new ones. */
function formulaOf(lab, slot) {
  const symbol = (name) => {
    const knob = slot.loss.numbers.find((one) => one.name === name);
    return letter(lab, `${slot.index}.${name}`, knob?.symbol ?? name, knob?.label ?? name);
  };
  const value = (name) => numeral(lab, `${slot.index}.${name}`, slot.values[name]);
  const line = (named, plain) => {
    const writer = new FormulaWriter((name) => (name === "theta" ? mi("θ") : named(name)));
    writer.plain = plain;
    const right = writer.write(slot.tree);
    const lines = [row(mi("ψ"), fenced(mi("θ")), mo("="), right), ...writer.parts.map(([name, meaning]) => row(mi(name), mo("="), meaning))];
    return lines.map((each) => math("math", { display: "block" }, each));
  };
  const known = slot.loss.numbers.some(({ name }) => JSON.stringify(slot.tree).includes(`"${name}"`)), values = element("div");
  const node = element("div", { class: "lab-formula" }, element("div", {}, ...line(symbol, false)), ...(known ? [values] : []));
  let drawn = null;
  node.update = () => {
    const now = JSON.stringify(slot.values);
    if (now === drawn) return; // what has the focus keeps it
    drawn = now;
    values.replaceChildren(...line(value, true));
  };
  return node;
}

/** The loss that a target logit makes, cross-entropy with it in the true class's place; pointing at s lights all scales. */
function wholeLoss(lab, slots) {
  const byLength = slots.every((slot) => slot.byLength), at = (name, index) => math("msub", {}, mi(name), mi(index));
  const factor = () => (byLength ? mi("‖x‖") : letter(lab, "*.scale", "s", "Scale of every loss")), power = (inside) => math("msup", {}, mi("e"), row(factor(), inside));
  const target = () => power(row(mi("ψ"), fenced(at("θ", "y")))), sum = math("munder", {}, mo("∑"), row(mi("j"), mo("≠"), mi("y")));
  const loss = row(mi("L"), mo("="), mo("−"), mi("log"), math("mfrac", {}, target(), row(target(), mo("+"), sum, power(row(mi("cos"), mo("⁡"), at("θ", "j"))))));
  const note = !byLength && slots.some((slot) => slot.byLength) ? "where a loss does not normalise x, its length ‖x‖ stands for s" : "";
  return element("div", { class: "lab-formula lab-whole" }, math("math", { display: "block" }, loss), element("div", { class: "lab-note" }, note));
}
