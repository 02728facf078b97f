"""A run being made, and what is made of runs: in processes of their own.

:mod:`lossviz.jobs.recording` trains and writes; :mod:`lossviz.jobs.drawing` projects and writes;
:mod:`lossviz.jobs.processes` starts, watches and stops the processes that do so.
"""
