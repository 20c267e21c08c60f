"""Long media tables (one row per date and channel) turned into one column per channel."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from core.data.frames import Frame
from core.data.mapping import ColumnMap, ColumnRole
from core.data.problems import ROWS_LISTED, DataProblem, ProblemCode, Severity, name_some

MEDIA = (ColumnRole.SPEND, ColumnRole.EXPOSURE)


def widen(frame: Frame) -> Frame:
    """The frame with a column `<channel>_<measure>` per channel and measure, or itself if it is not long.

    A channel without a row on a date spent nothing. Spellings that differ in case or spaces are one channel.
    KPI and controls, repeated in every channel's row, are taken once.
    """
    mapping = frame.mapping
    medium = next(iter(mapping.columns_of(ColumnRole.CHANNEL)), None)
    measures = [c for c in mapping.columns_of(*MEDIA) if c in frame.data]
    if medium is None or mapping.date_column is None or not measures:
        return frame
    texts = frame.data[medium].dropna().astype("str")
    first: dict[str, str] = {}
    for text in texts.unique():
        first.setdefault(" ".join(text.casefold().split()), text)
    spelled = texts.map({text: first[" ".join(text.casefold().split())] for text in texts.unique()})
    changed = sorted(set(texts[texts != spelled]))
    merged = []
    if changed:
        message = (
            f"{medium}: {name_some(changed)} are spelled differently from the same channel elsewhere; "
            "they were put together."
        )
        merged.append(
            DataProblem(
                Severity.INFO, ProblemCode.MEDIUM_SPELLING, message, column=medium, count=len(changed)
            )
        )
    data = frame.data.assign(**{medium: spelled.reindex(frame.data.index)})
    keys = [column for column in (mapping.date_column, mapping.geo_column) if column]
    blank = data[medium].isna()
    wide = data[~blank].pivot_table(index=keys, columns=medium, values=measures, aggfunc="sum", observed=True)
    pairs: list[tuple[str, str]] = [(str(pair[0]), str(pair[1])) for pair in wide.columns]
    names = {pair: f"{pair[1]}_{pair[0]}" for pair in pairs}
    gaps = int(wide.isna().sum().sum())
    wide = wide.fillna(0.0)
    wide.columns = pd.Index([names[pair] for pair in pairs])
    rest, repeated = _once(frame, data, keys, medium, measures)
    joined = wide.reset_index() if rest is None else wide.reset_index().merge(rest, on=keys, how="outer")
    notes: tuple[str, ...] = (f"{len(names)} columns were made from the channels in {medium}.",)
    twice = int(data[~blank].duplicated([*keys, medium]).sum())
    notes += (f"{twice:,} further rows of the same date and channel were added up.",) if twice else ()
    notes += (f"{gaps:,} missing pairs of date and channel count as 0.",) if gaps else ()
    columns = _columns(frame, names, keys, rest)
    problems = (*frame.problems, *merged, *_unnamed(frame, blank), *repeated)
    return frame.but(
        data=joined,
        mapping=replace(mapping, columns=columns),
        problems=problems,
        notes=frame.notes + notes,
        placed=False,
    )


def _once(
    frame: Frame, data: pd.DataFrame, keys: list[str], medium: str, measures: list[str]
) -> tuple[pd.DataFrame | None, list[DataProblem]]:
    """What every channel's row repeats, once per date; a KPI that differs within a date is added up."""
    others = [column for column in data.columns if column not in {*keys, medium, *measures}]
    if not others:
        return None, []
    groups = data.groupby(keys, sort=False)
    differs = [column for column in others if (groups[column].nunique() > 1).any()]
    sums = [c for c in differs if frame.mapping.role_of(c) in (ColumnRole.TARGET, ColumnRole.ORGANIC)]
    rules = {column: "sum" if column in sums else "first" for column in others}
    problems = []
    if differs:
        message = (
            f"{name_some(differs)} differ between the rows of one date; "
            + (f"{name_some(sums)} were added up" if sums else "the first value was taken")
            + ". Check that they are not repeated for each channel."
        )
        problems.append(
            DataProblem(
                Severity.WARNING, ProblemCode.KPI_REPEATED, message, file=frame.name, column=differs[0]
            )
        )
    return groups.agg(rules).reset_index(), problems


def _unnamed(frame: Frame, blank: pd.Series) -> list[DataProblem]:
    if not blank.any():
        return []
    rows = [int(row) for row in frame.data.index[blank.to_numpy()]]
    medium = frame.mapping.columns_of(ColumnRole.CHANNEL)[0]
    message = (
        f"{medium} is empty in {len(rows):,} row(s) (row {name_some(rows)}); their spend has no channel "
        "and is left out."
    )
    return [
        DataProblem(
            Severity.ERROR,
            ProblemCode.COLUMN_MISSING,
            message,
            frame.name,
            column=medium,
            row=rows[0],
            rows=tuple(rows[:ROWS_LISTED]),
            count=len(rows),
        )
    ]


def _columns(
    frame: Frame, names: dict[tuple[str, str], str], keys: list[str], rest: pd.DataFrame | None
) -> tuple[ColumnMap, ...]:
    mapping = frame.mapping
    kept = [c for c in mapping.columns if c.column in keys or (rest is not None and c.column in rest.columns)]
    spends = mapping.columns_of(ColumnRole.SPEND)
    made = []
    for (measure, channel), name in names.items():
        role = mapping.role_of(measure)
        pair = names.get((spends[0], channel)) if role is ColumnRole.EXPOSURE and spends else None
        label = str(channel) if role is ColumnRole.SPEND else f"{channel} {mapping.label_of(measure).lower()}"
        made.append(ColumnMap(name, role, label, pair))
    return (*kept, *made)
