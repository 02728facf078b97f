"""Training: ``train(make_plan(config, images))`` yields a snapshot an epoch, epoch 0 included."""

from lossviz.training.loop import BatchProgress, Resume, Watcher, rehearse, train
from lossviz.training.plan import Plan, make_plan

__all__ = ["BatchProgress", "Plan", "Resume", "Watcher", "make_plan", "rehearse", "train"]
