// The part of LaTeX that the losses' formulas are written in, as MathML. Knobs' letters can be pointed at.

const TEX_WORDS = { cos: "cos", log: "log", max: "max", min: "min", sum: "∑", angle: "∠", psi: "ψ", theta: "θ", lambda: "λ", gamma: "γ", alpha: "α", beta: "β", tau: "τ", delta: "δ", mu: "μ", sigma: "σ", pi: "π" };
const TEX_SIGNS = { ne: "≠", ge: "≥", le: "≤", in: "∈", cdot: "·", leftarrow: "←", top: "⊤", "|": "‖", lVert: "‖", rVert: "‖" };
const TEX_SPACES = { quad: "1em", ",": "0.17em", ";": "0.28em" };
const TEX_LIMITS = ["∑", "max", "min"]; // what carries its index underneath

/** The pieces of a formula: `\name`, `\\`, or one character. */
const texTokens = (text) => text.match(/\\[a-zA-Z]+|\\.|[^\s]/g) ?? [];

/** Whether a piece of MathML begins, and as there are no others ends, with digits. */
const texNumber = (part) => (part?.localName === "msup" ? part.firstChild : part)?.localName === "mn";

/** Reads tokens from the first on; `knob(source)` gives MathML for what is a knob's letter, or null. */
class TexReader {
  constructor(text, knob) {
    this.tokens = texTokens(text);
    this.at = 0;
    this.knob = knob;
  }

  /** Everything up to one of the tokens `ends`, which is taken as well. */
  until(...ends) {
    const parts = [];
    while (this.at < this.tokens.length) {
      if (ends.includes(this.tokens[this.at])) { this.at++; break; }
      const part = this.scripted();
      if (texNumber(part) && texNumber(parts.at(-1))) parts.push(mo("·")); // 2 and 0.4 are not 20.4
      parts.push(part);
    }
    return parts;
  }

  /** An atom with what is written below and above it. */
  scripted() {
    const from = this.at, base = this.atom(), source = this.source(from), known = this.knob(source);
    let low = null, high = null, whole = null;
    while (["_", "^"].includes(this.tokens[this.at])) {
      const below = this.tokens[this.at++] === "_", part = this.argument();
      if (below) [low, whole] = [part, low || high ? null : this.knob(this.source(from))];
      else high = part;
    }
    if (whole) return high ? math("msup", {}, whole, high) : whole;
    const shown = known && !low ? known : base;
    if (!low && !high) return shown;
    const under = low && !high && TEX_LIMITS.includes(base.textContent);
    const tag = under ? "munder" : low && high && TEX_LIMITS.includes(base.textContent) ? "munderover" : low && high ? "msubsup" : low ? "msub" : "msup";
    return math(tag, {}, shown, ...[low, high].filter(Boolean));
  }

  source(from) { return this.tokens.slice(from, this.at).join(""); }

  argument() {
    if (this.tokens[this.at] !== "{") { const from = this.at, part = this.atom(); return this.knob(this.source(from)) ?? part; }
    this.at++;
    return row(...this.until("}"));
  }

  atom() {
    const token = this.tokens[this.at++];
    if (token === "{") return row(...this.until("}"));
    if (/^[0-9]$/.test(token)) return math("mn", {}, token);
    if (/^[a-zA-Z]$/.test(token)) return mi(token);
    if (!token.startsWith("\\")) return mo(token === "-" ? "−" : token, "()[]".includes(token) ? { stretchy: "false" } : {});
    return this.command(token.slice(1));
  }

  command(name) {
    if (name === "frac" || name === "tfrac") return math("mfrac", {}, this.argument(), this.argument());
    if (name === "hat" || name === "overline") return math("mover", {}, this.argument(), mo(name === "hat" ? "ˆ" : "¯"));
    if (name === "left" || name === "right" || /^[bB]igg?$/.test(name)) return this.fence(this.tokens[this.at++]);
    if (name === "begin") return this.cases();
    if (name in TEX_SPACES) return math("mspace", { width: TEX_SPACES[name] });
    if (name in TEX_SIGNS) return mo(TEX_SIGNS[name], { stretchy: "false" });
    return name === "sum" ? mo("∑") : mi(TEX_WORDS[name] ?? name);
  }

  fence(token) { return mo(TEX_SIGNS[token.slice(1)] ?? token); }

  /** `\begin{cases} ... & ... \\ ... \end{cases}`; `\begin` was taken. */
  cases() {
    this.at += "{cases}".length;
    const rows = [[[]]];
    while (this.tokens[this.at] !== "\\end") {
      const token = this.tokens[this.at];
      if (token === "&") rows.at(-1).push([]);
      else if (token === "\\\\") rows.push([[]]);
      else if (token === "\\text") rows.at(-1).at(-1).push(this.words());
      else { rows.at(-1).at(-1).push(this.scripted()); continue; }
      if (token !== "\\text") this.at++;
    }
    this.at += 1 + "{cases}".length;
    return row(mo("{"), math("mtable", { columnalign: "left" }, ...rows.map((cells) => math("mtr", {}, ...cells.map((cell) => math("mtd", {}, row(...cell)))))));
  }

  words() {
    this.at += 2;
    const from = this.at;
    while (this.tokens[this.at] !== "}") this.at++;
    return math("mtext", {}, this.tokens.slice(from, this.at++).join(""));
  }
}

/** A formula as MathML lines, cut where LaTeX has `,\quad`. */
function texLines(text, knob) {
  return text.split(/,\s*\\quad/).map((part) => math("math", { display: "block" }, row(...new TexReader(part, knob).until())));
}

/**
 * A formula twice: with the knobs' letters, and with their present values in place of these. `knobs` are `{letter, symbol,
 * label}`: how LaTeX writes each, the name of its value in the state, which is also what it lights up, and its name in
 * words. `text` is the LaTeX, or a function of nothing that gives it.
 */
function texFormula(lab, text, knobs) {
  const node = element("div", { class: "lab-formula" }), known = new Map(knobs.filter((each) => each.letter).map((each) => [each.letter.replaceAll(" ", ""), each]));
  const lines = (made) => (source) => (known.has(source) ? made(known.get(source)) : null);
  let drawn = null;
  node.update = () => {
    const tex = typeof text === "string" ? text : text(), now = JSON.stringify([tex, ...knobs.map(({ symbol }) => lab.state[symbol])]);
    if (now === drawn) return;
    drawn = now;
    const focus = lab.root.getRootNode().activeElement, kept = node.contains(focus) ? focus.dataset.symbol : null;
    const general = texLines(tex, lines((each) => letter(lab, each.symbol, plainLetter(each.letter), each.label)));
    const values = texLines(tex, lines((each) => numeral(lab, each.symbol, lab.state[each.symbol])));
    const any = values.some((line) => line.querySelector("[data-symbol]"));
    node.replaceChildren(element("div", {}, ...general), ...(any ? [element("div", {}, ...values)] : []));
    if (kept) node.querySelector(`[tabindex][data-symbol="${kept}"]`)?.focus();
  };
  return node;
}

/** A LaTeX letter as MathML's children: `m_1`, `\\hat z`, `\\lambda_g`. */
const plainLetter = (tex) => new TexReader(tex, () => null).scripted();
