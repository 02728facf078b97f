"""A run being made: training and recording put together."""

from lossviz.jobs.recording import Audience, make_run, resume_run

__all__ = ["Audience", "make_run", "resume_run"]
