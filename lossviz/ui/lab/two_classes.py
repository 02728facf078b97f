"""Two classes: whose direction is whose, for up to six losses."""

from lossviz.ui.lab.mount import mount
from lossviz.ui.lab.offer import angular_losses

ANGULAR = ("expression", "geometry", "formula", "slots")
"""The JavaScript of every section about angular losses."""


def two_classes() -> None:
    """Two class weights on the unit circle, and the plane of the angles to them."""
    mount("two", {"losses": angular_losses()}, "lab_two", (*ANGULAR, "two"))
