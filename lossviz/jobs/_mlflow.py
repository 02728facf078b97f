"""MLflow, through its client: a run of lossviz is a run of the experiment ``$MLFLOW_EXPERIMENT_NAME`` (``lossviz``).

Where it is kept is MLflow's to know, ``$MLFLOW_TRACKING_URI`` above all.
"""

import os
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

from lossviz.jobs.tracking import Tracker, told_of
from lossviz.runs import Run, layout

ENDED = {"finished": "FINISHED", "failed": "FAILED"}
AT_ONCE = 100  # parameters that one request takes
LONGEST = 500  # characters of a parameter


class Mlflow(Tracker):
    """See the module."""

    title: ClassVar[str] = "MLflow"
    package: ClassVar[str] = "mlflow"
    settings: ClassVar[str] = "Where it keeps runs is set by MLFLOW_TRACKING_URI"

    def __init__(self) -> None:
        self._client = MlflowClient()
        self._id = ""

    def begin(self, run: Run) -> str:
        """Take up the run with this name and beginning, or make it."""
        experiment = self._experiment()
        created = str(run.header["created"])
        same = f"tags.`lossviz.run` = '{run.id}' and tags.`lossviz.created` = '{created}'"
        known = self._client.search_runs([experiment], same, max_results=1)
        if known:
            self._id = known[0].info.run_id
            self._client.update_run(self._id, "RUNNING")
        else:
            tags = {"mlflow.runName": run.id, "lossviz.run": run.id, "lossviz.created": created}
            self._id = self._client.create_run(experiment, run_name=run.id, tags=tags).info.run_id
        self._describe(run)
        return f"run {self._id} of experiment {experiment} at {self._client.tracking_uri}"

    def epoch(self, epoch: int, numbers: Mapping[str, float]) -> None:
        """As metrics, the epoch being the step."""
        now = int(1000 * time.time())
        self._client.log_batch(self._id, [Metric(name, value, now, epoch) for name, value in numbers.items()])

    def end(self, run: Run) -> None:
        """With the run's facts as an artifact."""
        self._client.log_artifact(self._id, str(run.folder / layout.HEADER))
        self._client.set_terminated(self._id, ENDED.get(run.status.state, "KILLED"))

    def _experiment(self) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", "lossviz")
        found: Any = self._client.get_experiment_by_name(name)
        return str(self._client.create_experiment(name) if found is None else found.experiment_id)

    def _describe(self, run: Run) -> None:
        """Config as parameters, facts as tags; the same again where it goes on."""
        config, facts = told_of(run)
        params = [Param(name, str(value)[:LONGEST]) for name, value in config.items() if value is not None]
        for start in range(0, len(params), AT_ONCE):
            self._client.log_batch(self._id, params=params[start : start + AT_ONCE])
        self._client.log_batch(self._id, tags=[RunTag(f"lossviz.{name}", value) for name, value in facts.items()])


def make() -> Tracker:
    """The tracker of this module."""
    return Mlflow()
