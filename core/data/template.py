"""A small, realistic example of a mix data set to download, fill in and upload."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.documents.tables import to_csv_bytes, to_xlsx_bytes

WEEKS = 60
FIRST_WEEK = "2024-01-01"
NOTES = (
    (
        "date",
        "First day of the week (or the day, or the month). One row per date, or per date and region.",
    ),
    (
        "revenue",
        "The KPI to be explained: money or a number of things (orders, sign-ups). Needed in every row.",
    ),
    ("tv_spend, radio_spend, ...", "Money spent in each medium. 0 where nothing ran; one column per medium."),
    (
        "search_clicks, social_impressions",
        "Optional: exposure of the same medium, named like its spend column.",
    ),
    ("newsletter_sends", "Optional: media without cost (organic)."),
    ("price_index, competitor_sales", "Optional: what else moves the KPI and is not caused by media."),
    ("event", "Optional: the name of an event or holiday in that week; empty where there is none."),
    ("region", "Optional (add it yourself): a column with the region makes a model by region."),
    ("Length", "At least half a year; two years or more make season and trend reliable."),
)


def template_frame() -> pd.DataFrame:
    """Sixty invented weeks: KPI, four paid media (two with exposure), newsletter, two controls, events."""
    rng = np.random.default_rng(7)
    week = np.arange(WEEKS)
    dates = pd.date_range(FIRST_WEEK, periods=WEEKS, freq="7D")
    tv = np.where((week % 10) < 4, rng.uniform(18_000, 32_000, WEEKS), 0.0).round(-2)
    radio = np.where((week % 7) < 3, rng.uniform(3_000, 7_000, WEEKS), 0.0).round(-2)
    search, social = rng.uniform(6_000, 11_000, WEEKS).round(-1), rng.uniform(2_000, 9_000, WEEKS).round(-1)
    newsletter = rng.integers(18_000, 26_000, WEEKS)
    price, rival = (100 + rng.normal(0, 2, WEEKS)).round(1), rng.normal(250_000, 20_000, WEEKS).round(-2)
    season = 20_000 * np.sin(2 * np.pi * (dates.day_of_year.to_numpy() - 100) / 365.25)
    events = np.where(dates.isocalendar().week.to_numpy() == 48, "Black Friday", "")
    revenue = 210_000 + season + 1.4 * tv + 1.8 * radio + 3.1 * search + 1.6 * social - 1_500 * (price - 100)
    revenue = revenue + np.where(events != "", 60_000, 0) + rng.normal(0, 6_000, WEEKS)
    return pd.DataFrame(
        {
            "date": dates,
            "revenue": revenue.round(-1),
            "tv_spend": tv,
            "radio_spend": radio,
            "search_spend": search,
            "search_clicks": (search * 1.7).round(),
            "social_spend": social,
            "social_impressions": (social * 140).round(),
            "newsletter_sends": newsletter,
            "price_index": price,
            "competitor_sales": rival,
            "event": events,
        }
    )


def template_csv() -> bytes:
    """The example as CSV."""
    return to_csv_bytes(template_frame())


def template_xlsx() -> bytes:
    """The example as a workbook with a sheet of notes on every column."""
    notes = pd.DataFrame(NOTES, columns=["column", "what goes in it"])
    return to_xlsx_bytes({"Data": template_frame(), "Notes": notes})
