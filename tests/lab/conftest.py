"""Browsers for the lab's tests."""

from tests.browser import *  # noqa: F403
