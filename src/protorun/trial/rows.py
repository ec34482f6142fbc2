"""What every long table of a trial can do: tell its length, and give the rows a condition picks."""

from __future__ import annotations

from dataclasses import fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int32]
CodeArray = NDArray[np.int8]


class Rows:
    """A table of equally long columns; other fields (names, texts) stand beside them."""

    copy: IntArray

    def __len__(self) -> int:
        return len(self.copy)

    def where(self, keep: NDArray[np.bool_]) -> Self:
        """The rows for which `keep` holds."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return type(self)(**{n: c[keep] if isinstance(c, np.ndarray) else c for n, c in columns.items()})
