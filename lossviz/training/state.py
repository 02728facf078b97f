"""All tensors of a training under one flat set of names, so that they can be stored without pickling."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from lossviz.errors import TrainingError

Arrays = Mapping[str, NDArray[np.generic]]


def capture(modules: Mapping[str, nn.Module], optimizer: torch.optim.Optimizer) -> dict[str, NDArray[np.generic]]:
    """Copies of weights and buffers (``net.conv1.weight``) and of the optimiser's state (``optimizer.3.exp_avg``)."""
    arrays = {
        f"{prefix}.{name}": _copy(tensor)
        for prefix, module in modules.items()
        for name, tensor in module.state_dict().items()
    }
    for index, slots in optimizer.state_dict()["state"].items():
        for slot, value in slots.items():
            if value is not None:
                arrays[f"optimizer.{index}.{slot}"] = _copy(torch.as_tensor(value))
    return arrays


def restore(arrays: Arrays, modules: Mapping[str, nn.Module], optimizer: torch.optim.Optimizer | None) -> None:
    """Put back what :func:`capture` took; raises :class:`TrainingError` where it does not fit the modules."""
    for prefix, module in modules.items():
        own = {name[len(prefix) + 1 :]: _tensor(a) for name, a in arrays.items() if name.startswith(prefix + ".")}
        try:
            module.load_state_dict(own)
        except RuntimeError as error:
            raise TrainingError(
                f"the stored weights do not fit this program's {prefix} (was the run made by another version?): "
                f"{str(error).splitlines()[-1].strip()}"
            ) from error
    if optimizer is None:
        return
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, array in arrays.items():
        if name.startswith("optimizer."):
            _, index, slot = name.split(".", 2)
            state.setdefault(int(index), {})[slot] = _tensor(array)
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    for parameter, slots in optimizer.state.items():
        for slot, value in slots.items():
            if value.shape == parameter.shape:  # laid out in memory as its weight is, which fused steps rely on
                slots[slot] = torch.empty_like(parameter).copy_(value)


def _copy(tensor: torch.Tensor) -> NDArray[np.generic]:
    return tensor.detach().cpu().numpy().copy()


def _tensor(array: NDArray[np.generic]) -> torch.Tensor:
    return torch.from_numpy(np.array(array))
