"""A creative brief and its assets, as values that turn into the schema's JSON and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.errors import UserError
from core.json_values import from_json, to_json

LONGEST = 600
MOST_LINES = 30
MOST_ASSETS = 30


class AssetType(StrEnum):
    """Where an asset appears."""

    HOMEPAGE_HERO = "homepage_hero"
    CATEGORY_BANNER = "category_banner"
    EMAIL = "email"
    APP_PUSH = "app_push"
    SOCIAL_POST = "social_post"
    DISPLAY_BANNER = "display_banner"
    STORE_POSTER = "store_poster"
    SHELF_TAG = "shelf_tag"
    FLYER = "flyer"

    @property
    def label(self) -> str:
        """The name on screen and on paper."""
        return self.value.replace("_", " ").capitalize()


class Tone(StrEnum):
    """How the words sound; a brief may name another."""

    CALM = "calm"
    FRIENDLY = "friendly"
    ENERGETIC = "energetic"
    URGENT = "urgent"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True)
class Asset:
    """One thing to make. `type` is an AssetType's value or a word of one's own."""

    type: str
    headline: str
    subheadline: str = ""
    cta: str = ""
    product_focus: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "type", str(self.type).strip())
        object.__setattr__(self, "product_focus", tidied(self.product_focus))
        for name in ("headline", "subheadline", "cta"):
            object.__setattr__(self, name, str(getattr(self, name)).strip())
        faults = [] if self.type else ["An asset needs a type."]
        if not self.headline:
            faults.append(f"The asset {self.label} needs a headline.")
        texts = (self.type, self.headline, self.subheadline, self.cta, *self.product_focus)
        faults += [f"{self.label}: {_too_long(text)}" for text in texts if len(text) > LONGEST]
        if faults:
            raise UserError(faults)

    @property
    def label(self) -> str:
        """The type's name on screen and on paper."""
        return self.type.replace("_", " ").capitalize() or "without a type"


@dataclass(frozen=True)
class CreativeBrief:
    """`primary` and `secondary` objectives, the audience's `segments` (ids) and `demographics` in words,
    `key_messages`, `tone`, the mandatory `legal` and `brand` elements, and the `assets` in order."""

    primary: str
    secondary: tuple[str, ...] = ()
    segments: tuple[str, ...] = ("ALL",)
    demographics: str = ""
    key_messages: tuple[str, ...] = ()
    tone: str = Tone.FRIENDLY.value
    legal: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    assets: tuple[Asset, ...] = ()

    def __post_init__(self) -> None:
        for name in ("primary", "demographics", "tone"):
            object.__setattr__(self, name, str(getattr(self, name)).strip())
        for name in ("secondary", "segments", "key_messages", "legal", "brand"):
            object.__setattr__(self, name, tidied(getattr(self, name)))
        object.__setattr__(self, "assets", tuple(self.assets))
        faults = [] if self.primary else ["A brief needs a primary objective."]
        lists = (self.secondary, self.segments, self.key_messages, self.legal, self.brand)
        texts = (self.primary, self.demographics, self.tone, *(text for part in lists for text in part))
        faults += [_too_long(text) for text in texts if len(text) > LONGEST]
        if any(len(part) > MOST_LINES for part in lists):
            faults.append(f"A list of the brief holds at most {MOST_LINES} lines.")
        if len(self.assets) > MOST_ASSETS:
            faults.append(f"A brief holds at most {MOST_ASSETS} assets, not {len(self.assets)}.")
        if faults:
            raise UserError(faults)

    def brief_json(self) -> dict[str, Any]:
        """The schema's `brief`: objectives, target_audience, key_messages, tone, mandatory_elements."""
        return {
            "objectives": {"primary": self.primary, "secondary": list(self.secondary)},
            "target_audience": {"segments": list(self.segments), "demographics": self.demographics},
            "key_messages": list(self.key_messages),
            "tone": self.tone,
            "mandatory_elements": {"legal": list(self.legal), "brand": list(self.brand)},
        }

    def assets_json(self) -> list[dict[str, Any]]:
        """The schema's `assets`."""
        return [to_json(asset) for asset in self.assets]

    @classmethod
    def from_json(cls, brief: Mapping[str, Any], assets: Sequence[Mapping[str, Any]] = ()) -> CreativeBrief:
        """The brief that `brief_json` and `assets_json` wrote."""
        objectives, audience = brief["objectives"], brief.get("target_audience") or {}
        mandatory = brief.get("mandatory_elements") or {}
        return cls(
            primary=str(objectives["primary"]),
            secondary=tuple(objectives.get("secondary") or ()),
            segments=tuple(audience.get("segments") or ()),
            demographics=str(audience.get("demographics") or ""),
            key_messages=tuple(brief.get("key_messages") or ()),
            tone=str(brief.get("tone") or ""),
            legal=tuple(mandatory.get("legal") or ()),
            brand=tuple(mandatory.get("brand") or ()),
            assets=tuple(from_json(Asset, asset) for asset in assets),
        )


def tidied(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines without blanks around them and without empty ones."""
    return tuple(text for text in (str(line).strip() for line in lines) if text)


def _too_long(text: str) -> str:
    return f"“{text[:40]}…” has {len(text)} characters; a line holds at most {LONGEST}."
