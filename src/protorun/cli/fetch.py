"""`protorun fetch`: records from the public registry, one file each."""

from __future__ import annotations

from pathlib import Path

from protorun.cli.output import Format, emit, say


def fetch(*nct: str, output: Path = Path("."), force: bool = False, format: Format = "table") -> int:
    """Get records from ClinicalTrials.gov by their NCT numbers and write each as NCTxxxxxxxx.json.

    Parameters
    ----------
    nct
        One or more NCT numbers, like NCT01234567.
    output
        Folder for the files; it is made when it does not exist.
    force
        Overwrite files that exist.
    format
        How the list of written files is printed.
    """
    from protorun.errors import FetchError, UsageError
    from protorun.records.fetch import checked, fetch_bytes

    if not nct:
        raise UsageError("name at least one NCT number, like NCT01234567")
    rows, failed = [], 0
    for number in [checked(n) for n in nct]:
        target = output / f"{number}.json"
        try:
            _free(target, number, force)
            data = fetch_bytes(number)
            _write(target, data)
        except FetchError as error:
            failed += 1
            say(f"protorun: {error}")
            continue
        rows.append({"nct": number, "file": str(target), "bytes": len(data)})
    emit(rows, format)
    return 1 if failed else 0


def _free(target: Path, number: str, force: bool) -> None:
    from protorun.errors import FetchError

    if target.exists() and not force:
        raise FetchError(f"{number}: {target} exists; name another folder with --output, or use --force")


def _write(target: Path, data: bytes) -> None:
    from protorun.errors import FetchError

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except OSError as error:
        raise FetchError(f"{target} cannot be written: {error.strerror}") from error
