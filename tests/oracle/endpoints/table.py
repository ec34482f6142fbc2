"""Every reference file of the endpoints, with the comparison that reads it; and those that are inputs only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from oracle.endpoints import adam, responses, survival, values
from oracle.endpoints.cells import Found

Compare = Callable[[Path], Iterator[Found]]
PUBLISHED, RECIPE, VIGNETTE = "pharmaverseadam 1.3.0.9004", "admiralonco 1.4.0", "admiralonco 1.4.0, vignette"
QOL = {
    "qlq_c30.csv": "PROscorer eb01e00",
    "qlq_bn20.csv": "QoLR 1.0.3",
    "qlq_br23.csv": "QoLR 1.0.3",
    "qlq_lc13.csv": "QoLR 1.0.3",
    "fact_b.csv": "FACTscorer 070a1cf",
    "fact_br.csv": "FACTscorer 070a1cf",
    "qlq_c30_random_cdisc.parquet": "random.cdisc.data 52ce749",
}


@dataclass(frozen=True)
class File:
    """One reference file: where its numbers are from, and what compares them."""

    name: str
    source: str
    compare: Compare


CHAPTERS: dict[str, tuple[File, ...]] = {
    "adam": (
        File("adam/adrs_onco.parquet", PUBLISHED, adam.adrs_onco),
        File("adam/adtr_onco.parquet", PUBLISHED, adam.adtr_onco),
        File("adam/adtte_onco.parquet", PUBLISHED, adam.adtte_onco),
        File("oracle/rs_onco_expected_adrs.parquet", RECIPE, adam.readers_adrs),
        File("oracle/rs_onco_expected_adtte.parquet", RECIPE, adam.readers_adtte),
        File("adam/adae.parquet", PUBLISHED, adam.adverse_events),
        File("adam/adex.parquet", PUBLISHED, adam.exposure),
        File("adam/adlbhy.parquet", PUBLISHED, adam.hys_law),
    ),
    "response": (
        File("oracle/syn_expected_rs_1000.parquet", RECIPE, responses.synthetic_best),
        File("oracle/syn_expected_tte_1000.parquet", "admiral 1.4.2", responses.synthetic_times),
        File("oracle/irecist_expected_adrs.parquet", VIGNETTE, responses.irecist),
        File("sdtm/tr_onco.parquet", "pharmaversesdtm", responses.sums),
        File("recist_vectors/pyrecist_evaluation.csv", "pyrecist 0.1.0", responses.pyrecist),
    ),
    "labs": (
        File("ctcae/lab_vectors.csv", "admiral 6eb5125, its tests", values.lab_vectors),
        File("adam/adlb.parquet", PUBLISHED, values.adlb),
    ),
    "quality of life": tuple(
        File(f"qol/{name}", source, partial(values.scores, file=name)) for name, source in QOL.items()
    ),
    "statistics": (
        File("survival_ref/reference.csv", "R survival 3.5-3, cmprsk 2.2-11", survival.reference),
        File("survival_ref/binomial.csv", "R 4.2.2", values.binomial),
    ),
}
COMPARED = {file.name: (chapter, file) for chapter, files in CHAPTERS.items() for file in files}
