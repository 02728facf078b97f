"""The Runs page: every run in one table, what can be done with them, groups, disk space and what was deleted."""
