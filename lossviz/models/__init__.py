"""Every net, one file each: ``models.get("resnet18")().build(...)``."""

from typing import TYPE_CHECKING

from lossviz.registry import Registry

if TYPE_CHECKING:
    from lossviz.models.base import Model

registry: "Registry[Model]" = Registry("lossviz.models", "lossviz.models.base:Model", "model")
available = registry.available
get = registry.get
