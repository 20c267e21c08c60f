"""Spend in whole cents: rounded, and rounded so that it still adds up."""

from __future__ import annotations

from collections.abc import Iterable

CENT = 0.01


def to_cents(value: float) -> float:
    """The amount rounded to whole cents."""
    return round(float(value), 2)


def round_to_sum(values: Iterable[float], unit: float = CENT) -> list[float]:
    """The values rounded to multiples of `unit` so that they add up to their rounded sum.

    Largest remainders are rounded up first (Hamilton's method).
    """
    exact = [float(value) / unit for value in values]
    whole = [int(value // 1) for value in exact]
    missing = round(sum(exact)) - sum(whole)
    order = sorted(range(len(exact)), key=lambda i: whole[i] - exact[i])
    for i in order[:missing]:
        whole[i] += 1
    digits = max(0, len(f"{unit:.10f}".rstrip("0").split(".")[1]))
    return [round(count * unit, digits) for count in whole]
