"""What a printed brief holds, in order: the same for PDF and Word."""

from __future__ import annotations

from dataclasses import dataclass

from core.promo.brief.generation import dates_of
from core.promo.brief.values import Asset, CreativeBrief
from core.promo.scenarios.scenario import ALL_SEGMENTS, PromoScenario

Section = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class BriefHead:
    """The promotion's name, and the line under it: project and period."""

    title: str
    line: str

    @classmethod
    def of(cls, scenario: PromoScenario, project: str) -> BriefHead:
        """The head of a promotion's brief."""
        return cls(scenario.label, f"{project}  ·  {dates_of(scenario)}")


def sections_of(brief: CreativeBrief) -> tuple[Section, ...]:
    """Title and lines of every section that has any."""
    named = tuple(name for name in brief.segments if name != ALL_SEGMENTS)
    audience = (brief.demographics, f"Segments: {', '.join(named)}" if named else "")
    every = (
        ("Objective", (brief.primary,)),
        ("Also", brief.secondary),
        ("Audience", tuple(part for part in audience if part)),
        ("Key messages", brief.key_messages),
        ("Tone", (brief.tone.capitalize(),) if brief.tone else ()),
        ("Mandatory: legal", brief.legal),
        ("Mandatory: brand", brief.brand),
    )
    return tuple((title, lines) for title, lines in every if lines)


def asset_rows(asset: Asset) -> tuple[tuple[str, str], ...]:
    """Name and text of what an asset says, its type first."""
    every = (
        ("Type", asset.label),
        ("Headline", asset.headline),
        ("Subheadline", asset.subheadline),
        ("Call to action", asset.cta),
        ("Products", ", ".join(asset.product_focus)),
    )
    return tuple((name, text) for name, text in every if text)
