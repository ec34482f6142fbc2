"""The command line: one verb, one file, one Python function of the same name."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from protorun.cli.verbs import VERBS

_WHAT = "Turn a published trial record into one structured, source-traced study, and execute it."


def main(arguments: list[str] | None = None) -> None:
    """Run one verb. Exit codes: 0 fine, 1 error, 2 usage, 3 findings."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a sign the terminal cannot show stops nothing
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one verb and return its exit code; errors of ours are printed as a sentence, never as a traceback."""
    from cyclopts import App, CycloptsError

    from protorun.errors import ProtorunError

    app = App(
        name="protorun",
        help=_WHAT,
        version_flags=["--version"],
        version=_version,
        result_action="return_value",
    )
    for verb, says in VERBS.items():
        app.command(f"protorun.cli.{verb.replace('-', '_')}:{verb.replace('-', '_')}", name=verb, help=says)
    try:
        code = app(arguments, exit_on_error=False, print_error=True)
    except CycloptsError:
        return 2
    except ProtorunError as error:
        print(f"protorun: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        print(f"protorun: {_of_system(error)}", file=sys.stderr)
        return 1
    except MemoryError:
        print("protorun: there is not enough memory for this", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("protorun: stopped", file=sys.stderr)
        return 1
    return code if isinstance(code, int) else 0


def _of_system(error: OSError) -> str:
    """What the system refused, with the file it is about."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _version() -> str:
    from importlib.metadata import version

    return version("protorun")
