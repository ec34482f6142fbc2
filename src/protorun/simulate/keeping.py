"""Finished chunks kept in a folder, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError

Arrays = dict[str, NDArray[np.generic]]
_MANIFEST = "simulation.json"


class Kept:
    """A folder of chunks of one simulation. Each file is written whole under another name and then renamed, so a chunk
    is either there or not. Raises UsageError for a folder that holds another simulation."""

    def __init__(self, folder: Path, settings: str, copies: int) -> None:
        self.folder, self.copies = folder, copies
        folder.mkdir(parents=True, exist_ok=True)
        manifest = folder / _MANIFEST
        if manifest.is_file():
            if _settings_in(manifest) != settings:
                raise UsageError(
                    f"{folder} holds another simulation (study, scenario, seed or version differ)"
                )
        else:
            self._write(manifest, json.dumps({"settings": settings}).encode())

    def load(self, first: int, count: int) -> Arrays | None:
        """The chunk of these copies, or None when it is not there or cannot be read."""
        path = self._path(first, count)
        try:
            with np.load(path, allow_pickle=False) as held:
                return {name: held[name] for name in held.files}
        except (OSError, ValueError, BadZipFile, KeyError):
            return None

    def save(self, first: int, arrays: Arrays) -> None:
        """Keep a finished chunk."""
        count = len(next(iter(arrays.values())))
        path = self._path(first, count)
        with self._beside(path).open("wb") as out:
            np.savez(out, **arrays)  # type: ignore[arg-type]
            out.flush()
            os.fsync(out.fileno())
        self._beside(path).replace(path)

    def _write(self, path: Path, data: bytes) -> None:
        self._beside(path).write_bytes(data)
        self._beside(path).replace(path)

    def _beside(self, path: Path) -> Path:
        return path.with_name(f".{path.name}.{os.getpid()}.part")

    def _path(self, first: int, count: int) -> Path:
        return self.folder / f"copies-{first:08d}-{first + count - 1:08d}.npz"


def _settings_in(manifest: Path) -> object:
    """The hash a folder was made with; None in a damaged file, which is then another simulation's."""
    try:
        held = json.loads(manifest.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    return held.get("settings") if isinstance(held, dict) else None
