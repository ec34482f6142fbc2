"""The study file: YAML 1.2 that people read and edit, and that loses nothing of a study.

Facts carry their basis and their characters (`{stated: Recruiting, at: 120-130}`); answers to open questions stand
under `assumptions:` and are applied when the file is loaded, never written over the facts they answer.
"""

from __future__ import annotations

from pathlib import Path
from shutil import copymode

from protorun.errors import StudyFileError, UsageError
from protorun.study.assume import assume
from protorun.study.study import Study
from protorun.study_file.decode import Decoder
from protorun.study_file.emit import emit
from protorun.study_file.encode import encode
from protorun.study_file.merge import merged
from protorun.study_file.nodes import Node, decoded, parse

SCHEMA = "study-1.json"
HEAD = f"# yaml-language-server: $schema={SCHEMA}\n"
SUFFIXES = (".yaml", ".yml")


def dumps(study: Study) -> str:
    """The study as the text of a study file."""
    return HEAD + emit(encode(study))


def loads(text: str, name: str = "study.yaml") -> Study:
    """The study in the text of a study file. Raises StudyFileError with every finding as (line, path, message)."""
    return _study(parse(text, name), name)


def load_study(path: Path) -> Study:
    """The study in a file. Raises StudyFileError as `loads` does, also for a file that is not there."""
    return loads(text_of(path), str(path))


def save_study(study: Study, path: Path) -> None:
    """Write the study; in a file that already holds one, only what differs is rewritten and comments stay.

    The old file is replaced whole or not at all. Raises StudyFileError when it cannot be written.
    """
    path = Path(path).resolve()
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(_kept(study, path), encoding="utf-8", newline="\n")
        if path.exists():
            copymode(path, beside)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StudyFileError(str(path), [(1, "file", f"cannot be written: {error.strerror}")]) from None


def text_of(path: Path) -> str:
    """The text of a study file. Raises StudyFileError when it cannot be read."""
    try:
        return decoded(Path(path).read_bytes(), str(path))
    except OSError as error:
        raise StudyFileError(str(path), [(1, "file", f"cannot be read: {error.strerror}")]) from None


def _study(root: Node, name: str) -> Study:
    decoder = Decoder()
    study, answers = decoder.study(root)
    if decoder.findings or study is None:
        raise StudyFileError(name, sorted(set(decoder.findings)))
    for at, answer in enumerate(answers):
        try:
            study = assume(study, [answer])
        except UsageError as error:
            line = decoder.lines.get(("assumptions", at), (1, ""))[0]
            decoder.findings.append((line, f"assumptions[{answer.path}]", str(error)))
    if decoder.findings:
        raise StudyFileError(name, decoder.findings)
    return study


def _kept(study: Study, path: Path) -> str:
    """The old text with only the differences rewritten; the whole anew where there is no valid old text."""
    if not path.exists():
        return dumps(study)
    try:
        old = text_of(path)
        root = parse(old, str(path))
        if root.flow or not root.pairs:
            return dumps(study)
        text = merged(old, root, encode(study))
        return text if loads(text, str(path)) == study else dumps(study)
    except StudyFileError:
        return dumps(study)
