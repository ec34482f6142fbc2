"""Every reference file of dose finding and trial design, with the comparison that reads it or the reason why none does."""

import csv
import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from oracle.dosefinding import blrm, characteristics, model_fits, one_arm, sequential, survival, tables
from oracle.dosefinding.measure import Measure, merged

PAIRED = {"blrm_oncobayes2": "blrm_crmPack", "wlr_results": "wlr_data", "wlr_data": "wlr_results"}
LATER: dict[str, str] = tomllib.loads((Path(__file__).parent / "later.toml").read_text(encoding="utf-8"))
CHAPTERS: dict[str, dict[str, Any]] = {
    "counts": {
        "boin_boundaries": tables.boin_boundaries,
        "boin_tables_lrstat": tables.boin_tables,
        "boin_select_mtd": tables.boin_select_mtd,
        "boin_oc_exact": characteristics.boin_oc_exact,
        "boin_oc_mc": characteristics.boin_oc_mc,
        "keyboard_boundaries": tables.keyboard_boundaries,
        "keyboard_oc_exact": characteristics.keyboard_oc_exact,
        "keyboard_oc_mc": characteristics.keyboard_oc_mc,
        "mtpi2_tables_lrstat": tables.mtpi2_tables,
        "tpi_family_escalation": tables.tpi_family,
        "i3plus3_tables": tables.i3plus3_tables,
        "three_plus_three_exact": characteristics.three_plus_three_exact,
        "three_plus_three_steps": characteristics.three_plus_three_steps,
        "seed_NCT06462092_rule_oc": characteristics.seed_rule,
    },
    "models": {
        "crm_fits": model_fits.crm_fits,
        "crm_getprior": model_fits.crm_getprior,
        "crm_dtp": model_fits.crm_dtp,
        "crm_oc_exact": characteristics.crm_oc_exact,
        "crm_oc_mc": characteristics.crm_oc_mc,
        "titecrm_fits": model_fits.titecrm_fits,
        "titecrm_oc_mc": characteristics.titecrm_oc_mc,
        "blrm_crmPack": blrm.crmpack,
        "blrm_oncobayes2": blrm.oncobayes2,
    },
    "one arm": {
        "simon_two_stage": one_arm.simon_two_stage,
        "simon_oc": one_arm.simon_oc,
        "simon_inference": one_arm.simon_inference,
        "single_stage_exact": one_arm.single_stage_exact,
        "toxicity_monitoring_boundary": one_arm.toxicity_monitoring,
        "bayes_monitoring": one_arm.bayes_monitoring,
    },
    "looks": {
        "gs_boundaries_gsDesign": sequential.gsdesign,
        "gs_boundaries_rpact": sequential.rpact,
        "binomial_gsDesign": sequential.binomial_gsdesign,
        "rates_rpact": sequential.rates_rpact,
    },
    "survival": {
        "gs_survival_gsDesign": survival.gsdesign,
        "gs_survival_rpact": survival.rpact,
        "nph_power_lrstat": survival.lrstat_power,
        "logrank_power_mc": survival.lrstat_trials,
        "wlr_results": survival.two_curves,
        "wlr_data": survival.data_of_two_curves,
    },
}
COMPARED: dict[str, Any] = {name: f for chapter in CHAPTERS.values() for name, f in chapter.items()}


@dataclass(frozen=True)
class Row:
    """One kind of value of one file: where it came from, how many were compared, and how far apart they are at most."""

    file: str
    package: str
    version: str
    measure: Measure


def files(folder: Path) -> list[str]:
    """The reference files of a folder, without its own description."""
    return sorted(path.name for path in folder.iterdir() if path.is_file() and path.suffix != ".md")


@cache
def compare(folder: Path, file: str) -> tuple[Row, ...]:
    """The rows of one file; KeyError for a file that the table does not know."""
    name = Path(file).stem
    content = read(folder, name)
    more = (read(folder, PAIRED[name]),) if name in PAIRED else ()
    package, version = source_of(read(folder, "wlr_results") if name == "wlr_data" else content)
    return tuple(Row(file, package, version, m) for m in merged(COMPARED[name](content, *more)))


def source_of(content: Any) -> tuple[str, str]:
    """Package and version; a file without a package is an enumeration or a closed form, and says so."""
    source = content["source"]
    if isinstance(source, str):
        return ("closed form" if "closed form" in source else "exact enumeration"), ""
    package, version = source["package"], source["version"].split(" ")[0]
    if "survival_version" in content:
        return f"{package}, survival", f"{version}, {content['survival_version']}"
    return package, version


def read(folder: Path, name: str) -> Any:
    """The content of a file by its name without ending: JSON, or the rows of a CSV."""
    if (path := folder / f"{name}.json").exists():
        return json.loads(path.read_text(encoding="utf-8"))
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
