"""Small frames made by hand, shaped like a fitted model's answers, for charts, findings and exports."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from core.charts.formats import Wording
from core.mmm.results.evidence import Estimate, Evidence, Totals
from core.mmm.results.insights import budget_hints, insights_of
from core.mmm.results.judgement import judge
from core.mmm.results.report import Report

CHANNELS = ("tv_S", "search_S", "print_S")
WORDING = Wording(
    labels={"tv_S": "TV", "search_S": "Search", "print_S": "Print"},
    colours={"tv_S": "#3366cc", "search_S": "#dd8800", "print_S": "#118833"},
)


def channels(spend: tuple[float, ...] = (400_000.0, 250_000.0, 50_000.0)) -> pd.DataFrame:
    """A channel summary of three channels; without spend there is no return."""
    frame = pd.DataFrame(
        {
            "channel": CHANNELS,
            "spend": spend,
            "contribution": [900_000.0, 600_000.0, 60_000.0],
            "contribution_lower": [700_000.0, 350_000.0, 5_000.0],
            "contribution_upper": [1_100_000.0, 820_000.0, 150_000.0],
            "share": [0.15, 0.1, 0.01],
            "decay": [0.6, 0.2, 0.4],
            "half_life": [1.4, 0.4, 0.8],
        }
    )
    money = frame["spend"].where(frame["spend"] > 0)
    for end in ("", "_lower", "_upper"):
        frame[f"roas{end}"] = frame[f"contribution{end}"] / money
        frame[f"mroas{end}"] = 0.7 * frame[f"roas{end}"]
    return frame


def fitted(periods: int = 12) -> pd.DataFrame:
    """Actual and fitted KPI; the third period lies outside its interval."""
    middle = 100.0 + 10 * np.sin(np.arange(periods))
    actual = middle + 1
    actual[2] += 30
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=periods, freq="W-MON"),
            "actual": actual,
            "fitted": middle,
            "fitted_lower": middle - 8,
            "fitted_upper": middle + 8,
        }
    )


def decomposition(periods: int = 12) -> pd.DataFrame:
    """A trend, a season that goes below zero, and the channels."""
    dates = pd.date_range("2024-01-01", periods=periods, freq="W-MON")
    parts = {"trend": np.full(periods, 60.0), "season": 5 * np.sin(np.arange(periods))}
    parts |= {name: np.full(periods, 10.0 + at) for at, name in enumerate(CHANNELS)}
    return pd.concat(
        [pd.DataFrame({"date": dates, "component": name, "value": value}) for name, value in parts.items()],
        ignore_index=True,
    )


def curves(points: int = 20) -> pd.DataFrame:
    """Concave response curves of all channels."""
    spend = np.linspace(0, 20_000, points)
    frames = []
    for at, name in enumerate(CHANNELS):
        mean = (at + 1) * 1000 * spend / (spend + 5000)
        frames.append(
            pd.DataFrame(
                {"channel": name, "spend": spend, "mean": mean, "lower": 0.8 * mean, "upper": 1.3 * mean}
            )
        )
    return pd.concat(frames, ignore_index=True)


def marks() -> pd.DataFrame:
    """Today's and the largest spend of each channel."""
    return pd.DataFrame({"channel": CHANNELS, "spend_now": [8000.0, 5000.0, 1000.0], "spend_max": 12_000.0})


def carry_over(lags: int = 5) -> pd.DataFrame:
    """Geometric weights with bands."""
    weight = 0.5 ** np.arange(lags)
    weight /= weight.sum()
    frames = [
        pd.DataFrame(
            {
                "lag": range(lags),
                "channel": name,
                "mean": weight,
                "lower": weight * 0.8,
                "upper": weight * 1.2,
            }
        )
        for name in CHANNELS
    ]
    return pd.concat(frames, ignore_index=True)


def totals(share: tuple[float, float, float] = (0.26, 0.2, 0.33), spend: float = 700_000.0) -> Totals:
    """A year of six million of KPI."""
    kpi = 6_000_000.0
    mean, lower, upper = share
    roas = Estimate(*(kpi * s / spend for s in share)) if spend else Estimate.none()
    media = Estimate(kpi * mean, kpi * lower, kpi * upper)
    return Totals(dt.date(2024, 1, 1), dt.date(2024, 12, 29), kpi, spend, media, Estimate(*share), roas)


def mroas_draws(
    means: tuple[float, ...] = (1.6, 1.7, 0.8), sd: float = 0.1, draws: int = 400
) -> pd.DataFrame:
    """Independent draws of marginal return around `means`."""
    noise = np.random.default_rng(3).normal(0, sd, (draws, len(means)))
    return pd.DataFrame(np.asarray(means) + noise, columns=list(CHANNELS[: len(means)]))


SOUND = {
    "converged": True,
    "max_rhat": 1.0,
    "min_ess_bulk": 900,
    "wmape": 0.06,
    "contraction": {"tv_S": 0.8, "search_S": 0.7, "print_S": 0.5},
}


def evidence(**changes: object) -> Evidence:
    """The evidence of a sound model with spend on three channels; `diagnostics` replace some of its own."""
    fields: dict[str, object] = {"totals": totals(), "channels": channels(), "mroas_draws": mroas_draws()}
    fields["judgement"] = judge(SOUND | changes.pop("diagnostics", {}), WORDING.label)  # type: ignore[operator]
    return Evidence(**{**fields, **changes})  # type: ignore[arg-type]


def parts() -> pd.DataFrame:
    """The steps of a waterfall."""
    return pd.DataFrame(
        {
            "component": ["Baseline", *CHANNELS],
            "value": [4.44e6, 9e5, 6e5, 6e4],
            "lower": [4.2e6, 7e5, 3.5e5, 5e3],
            "upper": [4.6e6, 1.1e6, 8.2e5, 1.5e5],
        }
    )


def report(**changes: object) -> Report:
    """A complete report of the model above."""
    proof, words = changes.pop("evidence", evidence()), changes.get("wording", WORDING)
    fields: dict[str, object] = {
        "project": "Demo shop",
        "model": "Weekly model",
        "wording": words,
        "level": 0.9,
        "totals": proof.totals,  # type: ignore[attr-defined]
        "before": None,
        "insights": insights_of(proof, words),  # type: ignore[arg-type]
        "judgement": proof.judgement,  # type: ignore[attr-defined]
        "channels": proof.channels,  # type: ignore[attr-defined]
        "fitted": fitted(52),
        "decomposition": decomposition(52),
        "parts": parts(),
        "curves": curves(),
        "marks": marks(),
        "hints": budget_hints(proof),  # type: ignore[arg-type]
        "method": ("Bayesian marketing mix model.", "4 chains of 1,000 draws.", "208 rows of data."),
        "made_on": dt.date(2025, 1, 15),
    }
    return Report(**{**fields, **changes})  # type: ignore[arg-type]
