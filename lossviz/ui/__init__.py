"""The dashboard's frame: menu, run pickers, caches, and what pages are put together from."""
