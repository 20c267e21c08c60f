"""Runs in a process of its own and reads one workbook: a hostile or damaged file can end only this process.

Started by `core.data.workbook` with a JSON request on standard input; it answers in JSON on standard output
and leaves the cells as Arrow files in the folder named by the request. It imports nothing of the project, so
that it starts in a tenth of a second.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

ERROR_TEXTS = {
    **{"Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!"},
    **{"Value": "#VALUE!", "GettingData": "#GETTING_DATA"},
}
ERROR_BYTES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def main() -> None:
    """Answer one request: `list` the sheets with their first rows, or `read` one sheet."""
    request = json.load(sys.stdin)
    _confine(request["max_bytes"], request["max_seconds"])
    reader = {
        "calamine": {"list": list_sheets, "read": read_sheet},
        "pyxlsb": {"list": list_slow, "read": read_slow},
    }
    try:
        answer = reader[request["reader"]][request["task"]](request)
    except Exception as error:
        # Whatever a third-party reader raises about a foreign file becomes an answer the parent words.
        answer = {"failed": f"{type(error).__name__}: {error}"}
    json.dump(answer, sys.stdout)


def _confine(max_bytes: int, max_seconds: int) -> None:
    """Bound memory and processor time where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    for kind, bound in ((resource.RLIMIT_AS, max_bytes), (resource.RLIMIT_CPU, max_seconds)):
        _soft, hard = resource.getrlimit(kind)
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        try:
            resource.setrlimit(kind, (allowed, hard))
        except (OSError, ValueError):
            # macOS refuses an address space limit; the count of inflated bytes still guards there.
            continue


def list_sheets(request: dict[str, Any]) -> dict[str, Any]:
    """Every sheet's name, size, visibility and first rows as text."""
    import fastexcel

    book = fastexcel.read_excel(request["path"])
    return {
        "sheets": [
            _describe(book, name, request["sample"]) for name in book.sheet_names[: request["max_sheets"]]
        ]
    }


def _describe(book: Any, name: str, sample: int) -> dict[str, Any]:
    try:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, n_rows=sample, dtypes="string")
    except Exception as error:
        # Chart sheets and single damaged sheets must not hide the others.
        return {"name": name, "visible": False, "rows": 0, "rows_shown": [], "failed": str(error)}
    batch, _errors = sheet.to_arrow_with_errors()
    shown = [
        [cell or "" for cell in row] for row in zip(*(c.to_pylist() for c in batch.columns), strict=True)
    ]
    return {
        "name": name,
        "visible": sheet.visible == "visible",
        "rows": sheet.total_height,
        "rows_shown": shown,
        "columns": sheet.width,
    }


def read_sheet(request: dict[str, Any]) -> dict[str, Any]:
    """The records of a sheet twice: as text with its error values, and typed where columns are pure."""
    import fastexcel

    book = fastexcel.read_excel(request["path"])
    name, skip = request["sheet"], request["skip"]
    text, errors = book.load_sheet(
        name, header_row=None, skip_rows=skip, dtypes="string", skip_whitespace_tail_rows=True
    ).to_arrow_with_errors()
    found = [
        (*error.offset_position, ERROR_TEXTS.get(kind[1] if kind else "", "#VALUE!"))
        for error in (errors.errors if errors is not None else [])
        for kind in [re.search(r"Error\((\w+)\)", error.detail)]
    ]
    typed = _typed(book, name, skip)
    _save(text, request["folder"], "text")
    _save(typed, request["folder"], "typed")
    return {"errors": found, "rows": text.num_rows}


def _typed(book: Any, name: str, skip: int) -> Any:
    """The guess from all rows; a column of irreconcilable types is asked for as text, one after the other."""
    import fastexcel

    as_text: dict[str, str] = {}
    while True:
        try:
            sheet = book.load_sheet(
                name,
                header_row=None,
                skip_rows=skip,
                schema_sample_rows=None,
                dtypes=as_text or None,
                skip_whitespace_tail_rows=True,
            )
            return sheet.to_arrow()
        except fastexcel.UnsupportedColumnTypeCombinationError as error:
            column = re.search(r"for column (\S+)", str(error))
            if column is None or column.group(1) in as_text:
                raise
            as_text[column.group(1)] = "string"


def _save(batch: Any, folder: str, name: str) -> None:
    import pyarrow as pa

    with pa.OSFile(f"{folder}/{name}.arrow", "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write(batch)


def _slow_rows(path: str, sheet: str) -> list[list[Any]]:
    from pyxlsb import open_workbook

    with open_workbook(path) as book, book.get_sheet(sheet) as opened:
        return [[_slow_value(cell.v) for cell in row] for row in opened.rows()]


def _slow_value(value: Any) -> Any:
    """Pyxlsb hands out error values as hexadecimal text."""
    if isinstance(value, str) and re.fullmatch(r"0x[0-9a-f]{1,2}", value):
        return ERROR_BYTES.get(int(value, 16), value)
    return value


def _slow_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def list_slow(request: dict[str, Any]) -> dict[str, Any]:
    """As `list_sheets`, by the second reader."""
    from pyxlsb import open_workbook

    with open_workbook(request["path"]) as book:
        names = list(book.sheets)[: request["max_sheets"]]
    described = []
    for name in names:
        rows = _slow_rows(request["path"], name)
        shown = [[_slow_text(value) for value in row] for row in rows[: request["sample"]]]
        columns = max((len(row) for row in rows), default=0)
        described.append(
            {"name": name, "visible": True, "rows": len(rows), "rows_shown": shown, "columns": columns}
        )
    return {"sheets": described}


def read_slow(request: dict[str, Any]) -> dict[str, Any]:
    """As `read_sheet`, by the second reader: dates stay day numbers, there being no styles."""
    import pyarrow as pa

    rows = _slow_rows(request["path"], request["sheet"])[request["skip"] :]
    while rows and all(value in (None, "") for value in rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    columns = [[row[index] if index < len(row) else None for row in rows] for index in range(width)]
    names = [f"c{index}" for index in range(width)]
    texts = [pa.array([_slow_text(value) or None for value in column], pa.string()) for column in columns]
    pure = [all(value is None or type(value) is float for value in column) for column in columns]
    typed = [pa.array(c, pa.float64()) if ok else t for c, ok, t in zip(columns, pure, texts, strict=True)]
    _save(pa.record_batch(texts, names=names), request["folder"], "text")
    _save(pa.record_batch(typed, names=names), request["folder"], "typed")
    return {"errors": [], "rows": len(rows)}


if __name__ == "__main__":
    main()
