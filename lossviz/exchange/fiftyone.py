"""FiftyOne: images with their class, and a vector and a prediction an epoch, as JSON that ``Dataset.from_json`` reads.

``fiftyone.Dataset.from_json("FOLDER/RUN/dataset.json", rel_dir="FOLDER/RUN")``, see docs/exchange.md.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lossviz.errors import RunError
from lossviz.exchange._files import new_folder
from lossviz.exchange.content import PAIRS, Content, Part, Pictures, class_name

FILE = "dataset.json"


def write(contents: Sequence[Content], folder: Path) -> list[Path]:
    """Write ``<run>/dataset.json`` and ``<run>/data/*.png`` into ``folder`` for each run; returns the JSON files."""
    written = []
    for content in contents:
        home = folder / content.name
        pictures = {name: _pictures(content, name, part) for name, part in content.parts.items() if name != PAIRS}
        with new_folder(home) as fresh:
            (fresh / "data").mkdir()
            samples = [sample for name in pictures for sample in _samples(content, name, pictures[name], fresh)]
            (fresh / FILE).write_text(json.dumps(_dataset(content, samples)), encoding="utf-8")
        written.append(home / FILE)
    return written


def _pictures(content: Content, name: str, part: Part) -> Pictures:
    if part.pictures is None:
        raise RunError(
            f"FiftyOne shows images, and those of the set '{name}' of run '{content.name}' are not on this machine: "
            "prepare the data set (python -m lossviz data fetch), or take another format"
        )
    return part.pictures


def _dataset(content: Content, samples: list[dict[str, Any]]) -> dict[str, Any]:
    info = {key: content.about[key] for key in ("run", "digest")} | {"config": content.about["header"]["config"]}
    return {
        "name": content.name,
        "media_type": "image",
        "num_samples": len(samples),
        "sample_fields": _fields(content),
        "info": info,
        "default_classes": list(content.class_names),
        "samples": samples,
    }


def _fields(content: Content) -> dict[str, str]:
    """The type of each field, as ``Dataset.to_json`` writes it."""
    kinds = "fiftyone.core.fields."
    classes = f"{kinds}EmbeddedDocumentField(fiftyone.core.labels.Classification)"
    found = {"image": f"{kinds}IntField", "ground_truth": classes}
    for epoch in content.epochs:
        found |= {f"epoch_{epoch}": f"{kinds}ListField({kinds}FloatField)", f"prediction_{epoch}": classes}
    return found


def _samples(content: Content, name: str, pictures: Pictures, folder: Path) -> Iterator[dict[str, Any]]:
    from PIL import Image  # noqa: PLC0415

    part, names = content.parts[name], content.class_names
    for place, (row, label) in enumerate(zip(part.index, part.labels, strict=True)):
        path, pixels = f"data/{name}-{row:06d}.png", pictures[place]
        Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(folder / path)
        sample = {"filepath": path, "tags": [name], "image": int(row), "ground_truth": _class(names, int(label))}
        for epoch, embeddings in sorted(part.embeddings.items()):
            sample[f"epoch_{epoch}"] = [float(value) for value in embeddings[place]]
            told = content.told.get(epoch, {})
            if name == "probe" and told and told["prediction"][place] >= 0:
                guess = _class(names, int(told["prediction"][place]))
                sample[f"prediction_{epoch}"] = guess | {"confidence": float(told["confidence"][place])}
        yield sample


def _class(names: Sequence[str], label: int) -> dict[str, Any]:
    return {"_cls": "Classification", "label": class_name(names, label)}
