"""The verbs of the command line, with the one line `--help` prints for each; the order is that of a trial."""

VERBS = {
    "read": "Read records (pages, JSON, XML, CSV) into studies, with what was not understood.",
    "fetch": "Get a record from the public registry by its NCT number.",
    "check": "Check a study file: errors with file and line, open questions, doubts.",
    "criteria": "Print the eligibility criteria as they were read: text form, class, and what is not covered.",
    "screen": "Screen patients against the eligibility criteria: verdicts, reasons, CONSORT counts.",
    "randomize": "Make an allocation list, or assign the next patient; export for REDCap.",
    "schedule": "Print the schedule of activities.",
    "calendar": "Lay out every dose and visit of one patient with its date.",
    "next-dose": "Say what the dose rule decides for the outcomes so far, and why.",
    "boundaries": "Print dose rules as decision tables, with their exact operating characteristics.",
    "plan": "Plan a trial: sizes, bounds and power before the first patient.",
    "paths": "Show every way the next cohorts can go, with the decision after each.",
    "assess": "Assess response at each time point and the best response from lesion tables.",
    "grade": "Grade laboratory results by CTCAE or DAIDS, low and high, with the clause that decided.",
    "score": "Score quality-of-life questionnaires: scales, change, time to deterioration.",
    "conduct": "Replay a recorded trial up to a cut-off day.",
    "analyze": "Derive and analyze the endpoints of a recorded trial.",
    "simulate": "Simulate the trial many times and count its operating characteristics.",
    "report": "Write one self-contained HTML report of a study.",
    "demo": "Run the five demo studies from record to report.",
}
