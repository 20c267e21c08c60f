"""The creative brief of a promotion: what to say, to whom, with which assets; as PDF and Word."""

from core.promo.brief.documents import BriefHead
from core.promo.brief.generation import generate_brief, missing_elements
from core.promo.brief.values import Asset, AssetType, CreativeBrief, Tone

__all__ = ["Asset", "AssetType", "BriefHead", "CreativeBrief", "Tone", "generate_brief", "missing_elements"]
