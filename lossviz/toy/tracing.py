"""The formula of a Python function, found by calling it with symbols in the place of numbers.

``psi`` of an angular loss is called with :class:`Traced` symbols for the angle and the knobs; what comes out is its
expression as nested lists that JSON can carry: a number, the name of a variable, or ``[operation, argument, ...]``.
The browser computes from this very expression, so that no formula is written a second time.
"""

import math
from collections.abc import Callable
from typing import Any

Tree = float | str | list[Any]
"""An expression: a number, a variable's name, or an operation with its arguments."""

FUNCTIONS = ("cos", "sin", "exp", "log", "sqrt", "abs", "floor", "acos")
"""Functions of one argument."""
_INFIX = {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow"}
_COMPARED = {"lt": "lt", "le": "le", "gt": "gt", "ge": "ge"}


class Untraceable(Exception):
    """The function does something with its argument that an expression cannot say."""


def _tree(value: Any) -> Tree:
    if isinstance(value, Traced):
        return value.tree
    if isinstance(value, (int, float)):
        return float(value)
    if getattr(value, "numel", lambda: 0)() == 1:
        return float(value.item())
    raise Untraceable(f"{type(value).__name__} in an expression")


def _made(operation: str, *arguments: Any) -> "Traced":
    trees = [_tree(argument) for argument in arguments]
    return Traced(_simple(operation, trees))


def _simple(operation: str, trees: list[Tree]) -> Tree:
    """The expression without what adds nothing: a zero that is added, a one that multiplies."""
    first, second = trees if len(trees) == 2 else (None, None)
    if operation == "add" and 0.0 in (first, second):
        return trees[1] if first == 0.0 else trees[0]
    if operation == "mul" and 0.0 in (first, second):
        return 0.0
    if operation == "mul" and 1.0 in (first, second):
        return trees[1] if first == 1.0 else trees[0]
    if operation in {"sub", "div"} and second == (0.0 if operation == "sub" else 1.0):
        return trees[0]
    return [operation, *trees]


class Traced:
    """A number that remembers how it was computed. PyTorch's functions take it in place of a tensor."""

    dtype = device = None

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    @classmethod
    def __torch_function__(
        cls, function: Callable[..., Any], _types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> "Traced":
        first, *rest = args
        name = function.__name__.strip("_")
        symbol = first if isinstance(first, Traced) else Traced(_tree(first))
        method: Any = getattr(symbol, f"_{name}" if name in {"where", "zeros_like"} else name, None)
        if method is None:
            raise Untraceable(f"torch.{name}")
        result: Traced = method(*rest, **(kwargs or {}))
        return result

    def __getattr__(self, name: str) -> Any:
        if name in FUNCTIONS:
            return lambda: _made(name, self)
        raise AttributeError(name)

    def __bool__(self) -> bool:
        raise Untraceable("a decision that depends on a number")

    def __float__(self) -> float:
        raise Untraceable("a symbol has no value")

    def clamp(self, min: Any = -math.inf, max: Any = math.inf) -> "Traced":
        """At least ``min`` and at most ``max``."""
        return _made("clamp", self, min, max)

    def new_tensor(self, value: Any) -> "Traced":
        """``value`` itself, as a symbol."""
        return Traced(_tree(value))

    def _where(self, yes: Any, no: Any) -> "Traced":
        return _made("where", self, yes, no)

    def _zeros_like(self) -> "Traced":
        return Traced(0.0)

    def __neg__(self) -> "Traced":
        return _made("mul", -1.0, self)


def _install() -> None:
    """The operators of :class:`Traced`, either way around."""

    def forward(name: str) -> Callable[[Traced, Any], Traced]:
        return lambda one, other: _made(name, one, other)

    def reflected(name: str) -> Callable[[Traced, Any], Traced]:
        return lambda one, other: _made(name, other, one)

    for python, name in _INFIX.items():
        setattr(Traced, f"__{python}__", forward(name))
        setattr(Traced, f"__r{python}__", reflected(name))
        setattr(Traced, python.removeprefix("true"), forward(name))
    for python, name in _COMPARED.items():
        setattr(Traced, f"__{python}__", forward(name))


_install()


def variables(tree: Tree) -> set[str]:
    """The names of the variables in an expression."""
    if isinstance(tree, list):
        return set().union(*(variables(part) for part in tree[1:]))
    return {tree} if isinstance(tree, str) else set()
