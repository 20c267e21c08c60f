"""The words in which the choices of a set-up are shown, each with what it means."""

from __future__ import annotations

from core.mmm.choices import Trend
from core.mmm.model.curves import ADSTOCKS, SATURATIONS, Adstock, Saturation

ADSTOCK_LABELS: dict[Adstock, str] = {choice: form.label for choice, form in ADSTOCKS.items()}
SATURATION_LABELS: dict[Saturation, str] = {choice: form.label for choice, form in SATURATIONS.items()}
TREND_LABELS: dict[Trend, str] = {
    Trend.PIECEWISE: "May bend about twice a year",
    Trend.LINEAR: "One straight line",
    Trend.NONE: "No trend",
}
SEASON_LABELS: dict[int, str] = {
    0: "None",
    1: "One wave a year",
    2: "Smooth (usual)",
    4: "Detailed",
    6: "Very detailed",
}
COUNTRY_LABELS: dict[str | None, str] = {
    None: "No country",
    "AR": "Argentina",
    "AU": "Australia",
    "AT": "Austria",
    "BE": "Belgium",
    "BR": "Brazil",
    "BG": "Bulgaria",
    "CA": "Canada",
    "CL": "Chile",
    "CN": "China",
    "CO": "Colombia",
    "HR": "Croatia",
    "CZ": "Czechia",
    "DK": "Denmark",
    "EE": "Estonia",
    "FI": "Finland",
    "FR": "France",
    "DE": "Germany",
    "GR": "Greece",
    "HK": "Hong Kong",
    "HU": "Hungary",
    "IN": "India",
    "ID": "Indonesia",
    "IE": "Ireland",
    "IL": "Israel",
    "IT": "Italy",
    "JP": "Japan",
    "LV": "Latvia",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "MX": "Mexico",
    "NL": "Netherlands",
    "NZ": "New Zealand",
    "NO": "Norway",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "SA": "Saudi Arabia",
    "SG": "Singapore",
    "SK": "Slovakia",
    "SI": "Slovenia",
    "ZA": "South Africa",
    "KR": "South Korea",
    "ES": "Spain",
    "SE": "Sweden",
    "CH": "Switzerland",
    "TR": "Türkiye",
    "UA": "Ukraine",
    "AE": "United Arab Emirates",
    "GB": "United Kingdom",
    "US": "United States",
}


def duration_words(seconds: float) -> str:
    """A stretch of time as a person says it: `about 3 s`, `about 20 s`, `about 3 min`."""
    if seconds < 9.5:
        return f"about {max(1, round(seconds))} s"
    if seconds < 55:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    minutes = seconds / 60
    return f"about {round(minutes)} min" if minutes < 90 else f"about {minutes / 60:.1f} h"
