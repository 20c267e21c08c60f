"""How much a reader takes in before it refuses."""

from __future__ import annotations

from dataclasses import dataclass, fields

from core.data.problems import FileProblem

MIB = 1024 * 1024


@dataclass(frozen=True)
class ReadLimits:
    """Bounds of one uploaded file; sizes in bytes, time in seconds of processor time."""

    max_bytes: int = 200 * MIB
    max_inflated_bytes: int = 1536 * MIB
    max_parts: int = 5_000
    max_rows: int = 2_000_000
    max_columns: int = 1_000
    max_sheets: int = 200
    max_line_bytes: int = 1 * MIB
    max_reader_bytes: int = 4 * 1024 * MIB
    max_reader_seconds: int = 120

    def __post_init__(self) -> None:
        wrong = [f.name for f in fields(self) if getattr(self, f.name) < 1]
        if wrong:
            raise ValueError(f"Limits must be at least 1: {', '.join(wrong)}.")


def check_size(size: int, name: str, limits: ReadLimits) -> None:
    """FileProblem where a file of `size` bytes is empty or too large."""
    if size == 0:
        raise FileProblem(f"{name} is empty.")
    if size > limits.max_bytes:
        raise FileProblem(
            f"{name} has {size_text(size)}; at most {size_text(limits.max_bytes)} can be read here."
        )


def size_text(count: int) -> str:
    """Bytes in words: `200 MB`, `1.5 GB` (in steps of 1024)."""
    if count >= 1024 * MIB:
        return f"{count / (1024 * MIB):.3g} GB"
    return f"{count / MIB:.3g} MB" if count >= MIB else f"{max(1, round(count / 1024))} kB"
