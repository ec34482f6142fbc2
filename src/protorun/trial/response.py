"""Tumor response in codes: what a reader or a rule can say about one time point, and the best over all of them."""

from __future__ import annotations

from enum import IntEnum


class Response(IntEnum):
    """Response codes; 1 to 7 are the codes of ADaM ADRS. Smaller is better among CR, PR, SD, NON_CR_NON_PD, PD."""

    NONE = 0  # not applicable: no lesion of that kind at baseline
    CR = 1
    PR = 2
    SD = 3
    NON_CR_NON_PD = 4
    PD = 5
    NE = 6  # not evaluable, with the missing item named
    MISSING = 7  # no assessment at all
    ND = 8  # not done
    NED = 9  # no evidence of disease, where there was none at baseline
    MR = 10  # minor response, 25 to 50 % of the area (RANO-BM measured by area)
    ICR = 11  # 11 to 16: the answers of iRECIST
    IPR = 12
    ISD = 13
    NON_ICR_NON_IUPD = 14
    IUPD = 15  # progression that waits for its confirmation
    ICPD = 16  # confirmed progression

    @property
    def text(self) -> str:
        """As printed in the literature: `NON-CR/NON-PD`, `iUPD`, else the name."""
        if self < Response.ICR:
            return "NON-CR/NON-PD" if self is Response.NON_CR_NON_PD else self.name
        return "NON-iCR/NON-iUPD" if self is Response.NON_ICR_NON_IUPD else "i" + self.name[1:]


class Role(IntEnum):
    """What a lesion counts as since baseline (or since it appeared)."""

    TARGET = 0
    NON_TARGET = 1
    NEW = 2


class Finding(IntEnum):
    """What the reader saw of one lesion at one time point."""

    NOT_ASSESSED = 0
    PRESENT = 1
    ABSENT = 2
    TOO_SMALL = 3  # a target that is there, too small to measure: counts 5 mm (RECIST 1.1, 4.3.2)
    WORSE = 4  # a non-target lesion with unequivocal progression
    EQUIVOCAL = 5  # a possibly new lesion: no progression yet
    IMPROVED = 6  # there, and smaller than when it had progressed (iRECIST)


class Method(IntEnum):
    """How a lesion was measured; RECIST 1.1 asks 20 mm of a chest X-ray."""

    UNKNOWN = 0
    CT = 1
    MRI = 2
    X_RAY = 3
    CALIPER = 4


class Compartment(IntEnum):
    """Where a lesion lies; RANO-BM reads the CNS alone, RECIST 1.1 the whole body."""

    CNS = 0
    EXTRACRANIAL = 1


class Clinical(IntEnum):
    """Clinical status against baseline, as RANO-BM asks for it."""

    UNKNOWN = 0
    IMPROVED = 1
    STABLE = 2
    WORSE = 3


class Status(IntEnum):
    """How a patient's time to an event ended. Analyses count `UNDETERMINED` rows and leave them out, by name."""

    CENSORED = 0
    EVENT = 1
    UNDETERMINED = 2
    COMPETING = 3  # an event of another kind came first; survival counts it as censored
