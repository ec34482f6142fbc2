"""Writes the figures of the page on endpoints anew: `make validation`, or with the folder of the reference data."""

import sys
from pathlib import Path

from oracle.endpoints.figures import PLACE, write

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "adam"

if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else BESIDE)
    print(f"written: {PLACE.name}", file=sys.stderr)
