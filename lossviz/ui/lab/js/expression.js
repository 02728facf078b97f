// Formulas as Python traced them: a number, a variable's name, or [operation, argument, ...]. See lossviz/toy/tracing.py.

const step = (name, value, slopes) => ({ name, value, slopes });
/** Each operation's value of its arguments, and its derivative by each of them. */
const OPERATIONS = Object.fromEntries([
  step("add", (a, b) => a + b, () => [1, 1]),
  step("sub", (a, b) => a - b, () => [1, -1]),
  step("mul", (a, b) => a * b, (a, b) => [b, a]),
  step("div", (a, b) => a / b, (a, b) => [1 / b, -a / (b * b)]),
  step("pow", (a, b) => a ** b, (a, b) => [b * a ** (b - 1), a > 0 ? a ** b * Math.log(a) : 0]),
  step("cos", Math.cos, (a) => [-Math.sin(a)]),
  step("sin", Math.sin, (a) => [Math.cos(a)]),
  step("exp", Math.exp, (a) => [Math.exp(a)]),
  step("log", Math.log, (a) => [1 / a]),
  step("sqrt", Math.sqrt, (a) => [0.5 / Math.sqrt(a)]),
  step("abs", Math.abs, (a) => [Math.sign(a)]),
  step("acos", Math.acos, (a) => [-1 / Math.sqrt(1 - a * a)]),
  step("floor", Math.floor, () => [0]),
  step("clamp", (a, low, high) => clamp(a, low ?? -Infinity, high ?? Infinity), (a, low, high) => [a >= low && a <= high ? 1 : 0, a < low ? 1 : 0, a > high ? 1 : 0]),
  step("lt", (a, b) => (a < b ? 1 : 0), () => [0, 0]),
  step("le", (a, b) => (a <= b ? 1 : 0), () => [0, 0]),
  step("gt", (a, b) => (a > b ? 1 : 0), () => [0, 0]),
  step("ge", (a, b) => (a >= b ? 1 : 0), () => [0, 0]),
  step("where", (test, yes, no) => (test ? yes : no), (test) => [0, test ? 1 : 0, test ? 0 : 1]),
].map((operation) => [operation.name, operation]));

/** A function of an object of variables that gives the expression's value. */
function valueOf(tree) {
  if (typeof tree === "number") return () => tree;
  if (typeof tree === "string") return (known) => known[tree];
  if (tree[0] === "table") return tabled(tree[1], tree[2]);
  const parts = tree.slice(1).map(valueOf), { value } = OPERATIONS[tree[0]];
  if (parts.length === 1) return (known) => value(parts[0](known));
  if (parts.length === 2) return (known) => value(parts[0](known), parts[1](known));
  return (known) => value(...parts.map((part) => part(known)));
}

/** Its derivative by one of the variables. At a jump it is that of the branch taken. */
function slopeOf(tree, by) {
  if (typeof tree === "number") return () => 0;
  if (typeof tree === "string") return tree === by ? () => 1 : () => 0;
  if (tree[0] === "table") {
    const value = tabled(tree[1], tree[2]), h = Math.PI / (tree[1].length - 1);
    return (known) => (value({ ...known, [by]: known[by] + h / 2 }) - value({ ...known, [by]: known[by] - h / 2 })) / h;
  }
  const parts = tree.slice(1), values = parts.map(valueOf), inner = parts.map((part) => slopeOf(part, by)), { slopes } = OPERATIONS[tree[0]];
  return (known) => slopes(...values.map((value) => value(known))).reduce((sum, slope, i) => (slope ? sum + slope * inner[i](known) : sum), 0);
}

/** Straight lines between values at equal steps from 0 to pi. */
function tabled(values, name) {
  return (known) => {
    const at = clamp((known[name] / Math.PI) * (values.length - 1), 0, values.length - 1), i = Math.min(Math.floor(at), values.length - 2);
    return values[i] + (values[i + 1] - values[i]) * (at - i);
  };
}
