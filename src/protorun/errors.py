"""The one tree of errors, split by who can mend it: the record, the study file, the patient data, or the caller."""

from __future__ import annotations

from collections.abc import Iterable


class ProtorunError(Exception):
    """Anything protorun refuses to do, said in words for a person."""

    exit_code = 1


class RecordError(ProtorunError):
    """The record cannot be read: it is damaged, too large, or of no known form."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(_sentence(what, where, hint))


class StudyFileError(ProtorunError):
    """A study file is not valid; each finding is `(line, path, message)`."""

    exit_code = 3

    def __init__(self, file: str, findings: Iterable[tuple[int, str, str]]) -> None:
        self.file, self.findings = file, tuple(findings)
        super().__init__("\n".join(f"{file}:{line}: {path}: {text}" for line, path, text in self.findings))


class CriterionTextError(ProtorunError):
    """A criterion in its text form cannot be read; `line` and `column` (from 1) point at the place, `expected` lists
    what could stand there."""

    exit_code = 3

    def __init__(self, what: str, *, line: int, column: int, expected: tuple[str, ...] = ()) -> None:
        self.what, self.line, self.column, self.expected = what, line, column, expected
        super().__init__(f"line {line}, column {column}: {what}")


class PatientDataError(ProtorunError):
    """A table of patients or of recorded events cannot be used as it stands."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(_sentence(what, where, hint))


class NothingRecorded(PatientDataError):
    """The tables hold nothing of the kind a question needs; other questions may still be answered."""


class NotStated(ProtorunError):
    """Something execution needs is not in the record, and nobody has assumed it yet."""

    def __init__(self, what: str, *, path: str = "", looked_in: str = "") -> None:
        self.what, self.path = what, path
        hint = f"answer it under `assumptions:` with path {path}" if path else ""
        where = f"looked in {looked_in}" if looked_in else ""
        super().__init__(_sentence(f"the record does not state {what}", where, hint))


class PolicyRequired(NotStated):
    """A rule of the derivation that the record leaves silent, and no named policy was chosen to fill it."""

    def __init__(self, what: str, *, path: str, there_are: Iterable[str]) -> None:
        super().__init__(what, path=path)
        self.there_are = tuple(there_are)
        answer = f", or answer it under `assumptions:` with path {path}" if path else ""
        names = ", ".join(self.there_are)
        self.args = (f"nobody has chosen {what}; choose a policy, or assume one ({names}){answer}",)


class Blocked(ProtorunError):
    """A step waits for the result of another arm or part, and that result does not exist yet."""

    def __init__(self, what: str, *, by: str) -> None:
        self.what, self.by = what, by
        super().__init__(f"{what} is blocked by {by}")


class UsageError(ProtorunError):
    """The caller asked for something that does not exist or does not fit."""

    exit_code = 2


class NotationError(UsageError):
    """An outcome string such as "1NNN 2NTN" cannot be read; `column` counts from 1."""

    def __init__(self, what: str, text: str, column: int) -> None:
        self.what, self.text, self.column = what, text, column
        super().__init__(f"column {column} of {text!r}: {what}")


class PluginNotFound(UsageError):
    """No plug-in of that name; the message lists what there is."""

    def __init__(self, kind: str, name: str, there_are: Iterable[str]) -> None:
        super().__init__(f"no {kind} called {name!r}; there are: {', '.join(sorted(there_are))}")


class FetchError(ProtorunError):
    """The registry could not be asked, or its answer cannot be used."""


def _sentence(what: str, where: str, hint: str) -> str:
    text = f"{where}: {what}" if where else what
    return f"{text}; {hint}" if hint else text
