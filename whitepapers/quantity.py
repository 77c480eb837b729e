"""Numbers with dimensions: conversion for display, and formulas over facts, evaluated by code.

A unit that the tables of units do not know (``strain``) is a dimension of its own: it adds only to itself.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from measurement import units
from measurement.errors import ReportError

Roots = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """``number`` in root units, whose powers are ``roots``."""

    number: float
    roots: Roots = ()


_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[[list[float]], float]] = {"abs": lambda given: abs(given[0]), "min": min, "max": max}


def scale(unit: str) -> tuple[float, Roots]:
    """The factor to root units and their powers."""
    if not unit:
        return 1.0, ()
    found = units.find(unit)
    if not found or found[0].offset:
        return 1.0, ((unit, Fraction(1)),)
    return float(found[0].factor), tuple(sorted(found[0].roots))


def converted(value: float, source: str, target: str) -> float:
    """``value`` of ``source`` in ``target``. Raises: ReportError when the units do not fit."""
    if source == target:
        return value
    (from_factor, from_roots), (to_factor, to_roots) = scale(source), scale(target)
    if from_roots != to_roots:
        raise ReportError(f"A number in {source or 'no unit'} cannot be written in {target or 'no unit'}: they measure different things.")  # fmt: skip
    return value * from_factor / to_factor


def evaluate(expression: str, unit: str, value_of: Callable[[str], tuple[float, str]]) -> float:
    """Work out a formula: names of facts, numbers, ``+ - * /``, abs, min, max and brackets; the result in ``unit``.

    Raises: ReportError for anything else, a division by zero, or units that do not fit.
    """
    try:
        amount = _amount(ast.parse(expression, mode="eval").body, value_of)
    except (SyntaxError, ZeroDivisionError, RecursionError) as error:
        raise ReportError(f"The formula {expression!r} cannot be worked out: {error}.") from error
    factor, roots = scale(unit)
    if roots != amount.roots:
        raise ReportError(f"The formula {expression!r} does not give {unit or 'a plain number'}: its units do not fit.")
    return amount.number / factor


def names_in(expression: str) -> list[str]:
    """The facts that a formula speaks of. Raises: ReportError when it is no formula."""
    try:
        return list(dict.fromkeys(_names(ast.parse(expression, mode="eval").body)))
    except SyntaxError as error:
        raise ReportError(f"{expression!r} is no formula: {error}.") from error


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute | ast.Name):
        yield ast.unparse(node)
        return
    children = node.args if isinstance(node, ast.Call) else list(ast.iter_child_nodes(node))
    for child in children:
        yield from _names(child)


def _amount(node: ast.expr, value_of: Callable[[str], tuple[float, str]]) -> Amount:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return Amount(float(node.value))
    if isinstance(node, ast.Attribute | ast.Name):
        value, unit = value_of(ast.unparse(node))
        factor, roots = scale(unit)
        return Amount(value * factor, roots)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _amount(node.operand, value_of)
        return Amount(-inner.number, inner.roots)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return _combined(node, _amount(node.left, value_of), _amount(node.right, value_of))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and node.args:
        return _called(node, [_amount(argument, value_of) for argument in node.args])
    raise ReportError(f"A formula cannot contain {ast.unparse(node)!r}.")


def _combined(node: ast.BinOp, left: Amount, right: Amount) -> Amount:
    number = _ARITHMETIC[type(node.op)](left.number, right.number)
    if isinstance(node.op, ast.Add | ast.Sub):
        if left.roots != right.roots:
            raise ReportError(f"{ast.unparse(node)!r} adds numbers whose units do not fit.")
        return Amount(number, left.roots)
    return Amount(number, _product(left.roots, right.roots, 1 if isinstance(node.op, ast.Mult) else -1))


def _called(node: ast.Call, arguments: list[Amount]) -> Amount:
    if len({argument.roots for argument in arguments}) > 1:
        raise ReportError(f"{ast.unparse(node)!r} compares numbers whose units do not fit.")
    numbers = [argument.number for argument in arguments]
    function = _FUNCTIONS[node.func.id if isinstance(node.func, ast.Name) else ""]
    return Amount(function(numbers), arguments[0].roots)


def _product(left: Roots, right: Roots, sign: int) -> Roots:
    powers: Mapping[str, Fraction] = dict(left)
    merged = {**powers, **{name: powers.get(name, Fraction(0)) + sign * power for name, power in right}}
    return tuple(sorted((name, power) for name, power in merged.items() if power))


def is_number(value: object) -> bool:
    """Whether it is a finite number (a switch is none)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
