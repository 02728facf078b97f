"""Every loss, one file each: ``losses.available()``, ``losses.get("arcface")(margin=0.5)``."""

from typing import TYPE_CHECKING

from lossviz.registry import Registry

if TYPE_CHECKING:
    from lossviz.losses.base import Loss

registry: "Registry[Loss]" = Registry("lossviz.losses", "lossviz.losses.base:Loss", "loss")
available = registry.available
get = registry.get
