"""protorun demo"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli.output import say


def demo(
    *,
    output: Path = Path("demo"),
    copies: Annotated[int, Parameter(validator=Number(gte=1))] = 1000,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 1,
    jobs: int = 1,
) -> None:
    """Run the five demo studies from record to report, and say what to try next.

    Parameters
    ----------
    output
        The folder for reports and study files.
    copies
        Simulated trials per scenario.
    seed
        The same seed gives the same reports.
    jobs
        Workers; -1 = one per processor.
    """
    from protorun.demo import demo as run

    done = run(output, copies=copies, seed=seed, jobs=jobs, say=say)
    kinds = Counter(c.klass for ran in done for c in ran.parts.study.eligibility)
    screened = sum(len(ran.parts.screening.facts) for ran in done if ran.parts.screening)
    trials = sum(s.copies for ran in done for s in ran.parts.simulations if not s.missing)
    seconds = sum(ran.seconds for ran in done)
    print(f"studies     {len(done)} records read and run")
    print(f"criteria    {', '.join(f'{n} {kind}' for kind, n in kinds.most_common())}")
    print(f"patients    {screened} made-up patients screened")
    print(f"trials      {trials:,} simulated, {seconds:.1f} s with analyses and reports")
    shown = [path for ran in done for path in ran.exhibits]
    folders = ", ".join(str(folder) for folder in dict.fromkeys(path.parent for path in shown))
    print(f"exhibits    {len(shown)} figures, tables and their data in {folders}")
    print(f"report      {output / 'report.html'}")
    print(f"try next    protorun next-dose {output / 'NCT06462092.yaml'} 1NNT")
    print(
        f"            protorun calendar {output / 'NCT06462092.yaml'} --start 2026-12-01 --weight 60 --cycles 2 --assume-defaults"
    )
