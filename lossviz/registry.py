"""Finds losses, data sets, models, projections and scores: one file each, no list to edit.

A *room* is a package whose modules each hold one class. Modules whose name starts with ``_``, and ``base``, are
the room's own furniture. A folder of the same name inside a directory named in ``$LOSSVIZ_PLUGINS`` adds to the
room. Names come from file names, so listing a room imports nothing.
"""

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar, cast

from lossviz.errors import PluginError, UnknownName
from lossviz.paths import plugin_dirs

T = TypeVar("T")


class Registry(Generic[T]):
    """The classes of one room, found by file name.

    ``package`` is the room's import path (``"lossviz.losses"``), ``base`` the class every entry derives from,
    as ``"module:Class"`` so that it is imported only when an entry is, and ``noun`` what messages call an entry.
    """

    def __init__(self, package: str, base: str, noun: str) -> None:
        self.package = package
        self.noun = noun
        self._base = base
        self._loaded: dict[Path, type[T]] = {}

    def files(self) -> dict[str, Path]:
        """Name to file, for the room itself and for plug-in folders; a plug-in cannot replace a shipped name."""
        room = self.package.rpartition(".")[2]
        found: dict[str, Path] = {}
        folders = [Path(str(importlib.import_module(self.package).__file__)).parent]
        for folder in folders + [directory / room for directory in plugin_dirs()]:
            for path in sorted(folder.glob("*.py")):
                if path.stem.startswith("_") or path.stem == "base":
                    continue
                if path.stem in found:
                    raise PluginError(
                        f"{path}: there already is a {self.noun} called '{path.stem}' ({found[path.stem]}); "
                        "rename the file"
                    )
                found[path.stem] = path
        return found

    def available(self) -> list[str]:
        """Every name, sorted."""
        return sorted(self.files())

    def get(self, name: str) -> type[T]:
        """The class called ``name``; raises :class:`UnknownName` with the nearest name."""
        files = self.files()
        if name not in files:
            raise UnknownName(self.noun, name, files)
        return self._load(name, files[name])

    def __iter__(self) -> Iterator[type[T]]:
        return (self._load(name, path) for name, path in sorted(self.files().items()))

    def _load(self, name: str, path: Path) -> type[T]:
        if path not in self._loaded:
            self._loaded[path] = self._only_class(self._module(name, path), path)
        return self._loaded[path]

    def _module(self, name: str, path: Path) -> ModuleType:
        shipped = f"{self.package}.{name}"
        if importlib.util.find_spec(shipped) is not None:
            return importlib.import_module(shipped)
        room = self.package.rpartition(".")[2]
        spec = importlib.util.spec_from_file_location(f"lossviz_plugins.{room}.{name}", path)
        if spec is None or spec.loader is None:
            raise PluginError(f"{path} cannot be imported")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[spec.name]
            raise PluginError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
        return module

    def _only_class(self, module: ModuleType, path: Path) -> type[T]:
        home, _, base_name = self._base.partition(":")
        base = getattr(importlib.import_module(home), base_name)
        own = [
            cls
            for cls in vars(module).values()
            if inspect.isclass(cls)
            and issubclass(cls, base)
            and cls.__module__ == module.__name__
            and not cls.__name__.startswith("_")
        ]
        if len(own) != 1:
            raise PluginError(f"{path} must define exactly one public {base_name}, it defines {len(own)}")
        return cast(type[T], own[0])
