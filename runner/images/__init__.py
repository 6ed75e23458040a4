"""Images: recipes in, SIF files that are built once and verified on use out."""

from runner.images.finding import Image, image_for
from runner.images.recipes import definition_digest

__all__ = ["Image", "definition_digest", "image_for"]
