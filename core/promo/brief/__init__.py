"""The creative brief of a promotion: what to say, to whom, with which assets; as PDF and Word."""

from core.promo.brief.values import Asset, AssetType, CreativeBrief, Tone

__all__ = ["Asset", "AssetType", "CreativeBrief", "Tone"]
