"""Why an answer is unknown (or not asked): a closed list of codes, each with the sentence a person reads."""

from __future__ import annotations

from enum import IntEnum


class Reason(IntEnum):
    """0 is no reason: the answer is known."""

    KNOWN = 0
    NO_RECORD = 1
    NO_REF_RANGE = 2
    NO_BASELINE = 3
    STALE = 4
    PARTIAL_DATE = 5
    CENSORED_RESULT = 6
    NO_UNIT = 7
    IMPLAUSIBLE_VALUE = 8
    IMPLAUSIBLE_LIMIT = 9
    CONFLICT = 10
    NO_HALF_LIFE = 11
    NO_DOSE = 12
    UNCERTAIN_CODE = 13
    NEEDS_JUDGMENT = 14
    NEEDS_STATEMENT = 15
    NOT_PARSED = 16
    NOT_APPLICABLE = 17
    ASSUMED = 18
    PART_ONLY = 19
    NO_ANCHOR = 20
    ORDER_ONLY = 21
    READ_IN_PART = 22


SENTENCES = {
    Reason.KNOWN: "",
    Reason.NO_RECORD: "there is no record of it",
    Reason.NO_REF_RANGE: "the patient's reference limit (ULN or LLN) is not given",
    Reason.NO_BASELINE: "the patient's baseline value is not given",
    Reason.STALE: "the newest result lies outside the time window",
    Reason.PARTIAL_DATE: "its date is missing or not precise enough",
    Reason.CENSORED_RESULT: "the result is an interval that does not decide",
    Reason.NO_UNIT: "the unit is missing or cannot be converted",
    Reason.IMPLAUSIBLE_VALUE: "the value is not plausible in its unit",
    Reason.IMPLAUSIBLE_LIMIT: "the limit of the record is not plausible in its unit, and its readings differ",
    Reason.CONFLICT: "two facts contradict each other",
    Reason.NO_HALF_LIFE: "the half-life of the drug is not in the table",
    Reason.NO_DOSE: "the dose, its route or its purpose is not recorded",
    Reason.UNCERTAIN_CODE: "the recorded value allows more than one answer",
    Reason.NEEDS_JUDGMENT: "the investigator has to judge it",
    Reason.NEEDS_STATEMENT: "a person has to state it",
    Reason.NOT_PARSED: "these words of the criterion were not understood",
    Reason.NOT_APPLICABLE: "does not apply to this patient",
    Reason.PART_ONLY: "it concerns one part, arm or cohort only",
    Reason.NO_ANCHOR: "the date that the time window counts from is not recorded",
    Reason.ORDER_ONLY: "it was ordered; nothing says that it was given",
    Reason.READ_IN_PART: "what was understood is not met, but some of its words were not understood: a person decides",
    Reason.ASSUMED: "taken as met by the policy, not recorded",
}
