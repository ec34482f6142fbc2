"""SDTM -> ADRS, ADTR and ADTTE, as parquet, CSV and SAS transport files (XPORT version 5).

python adam_from_sdtm.py                                     the three invented subjects beside this file
python adam_from_sdtm.py SDTM OUT --adsl FILE --ending TEXT  a folder of your own: rsTEXT, tuTEXT, trTEXT (.parquet,
                                                             .csv, .xpt), ADSL or DM, such as --ending _onco_recist
"""

import argparse
from pathlib import Path

from protorun.cdisc import adrs, adtr, adtte, read_xpt, write_xpt
from protorun.patients.frame_files import read_frame, write_frame

HERE = Path(__file__).resolve().parent


def table(folder: Path, name: str):
    """One domain, whichever way it is kept."""
    kept = [path for end in (".parquet", ".csv", ".xpt") if (path := folder / f"{name}{end}").is_file()]
    if not kept:
        say.error(
            f"there is no {name}.parquet, {name}.csv or {name}.xpt in {folder} (see --ending and --adsl)"
        )
    return of_file(kept[0])


def of_file(path: Path):
    """One file; a transport file comes with labels, which are not needed here."""
    return read_xpt(path)[0] if path.suffix == ".xpt" else read_frame(path)


say = argparse.ArgumentParser(
    description=__doc__.splitlines()[0],
    epilog="Without arguments the three invented subjects beside this file.",
)
say.add_argument("sdtm", nargs="?", type=Path, default=HERE / "sdtm", help="folder of the domains")
say.add_argument("out", nargs="?", type=Path, default=Path("adam"), help="folder to write to")
say.add_argument("--adsl", type=Path, help="ADSL or DM, when it lies elsewhere")
say.add_argument("--ending", default="", help="what the names of the domains end with")
say.add_argument("--reader", default="INVESTIGATOR", help="whose readings")
asked = say.parse_args()

# 1. SDTM: responses, tumors, measurements; and one row per subject.
rs, tu, tr = (table(asked.sdtm, f"{domain}{asked.ending}") for domain in ("rs", "tu", "tr"))
adsl = of_file(asked.adsl) if asked.adsl else table(asked.sdtm, "adsl")

# 2. Responses of the reader: one row a day, best and confirmed responses, each with the row of RS it copies.
responses = adrs(rs, tu, adsl, reader=asked.reader)

# 3. Target lesions and their sums, with baseline, nadir and flags.
lesions = adtr(tr, tu, rs, adsl, reader=asked.reader)

# 4. Times to events from ADRS and ADSL: overall survival, progression-free survival, duration of response.
times = adtte(responses, adsl)

# 5. Three files of each.
asked.out.mkdir(parents=True, exist_ok=True)
for name, data in (("adrs", responses), ("adtr", lesions), ("adtte", times)):
    write_frame(data, asked.out / f"{name}.parquet")
    write_frame(data, asked.out / f"{name}.csv")
    write_xpt(data, asked.out / f"{name}.xpt", name=name.upper())
    print(f"{name.upper():6}{data.height:6} rows, {data.width} columns")

print()
for row in times.head(12).select("USUBJID", "PARAMCD", "AVAL", "CNSR", "EVNTDESC", "SRCDOM", "SRCSEQ").rows():
    print("  ".join(f"{'' if cell is None else cell!s:<21}" for cell in row).rstrip())
