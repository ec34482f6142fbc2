"""A published record becomes a study; what it leaves open is answered; a patient gets a calendar and the next dose."""

from datetime import date
from importlib.resources import as_file, files

import protorun
from protorun.study.assume import unanswered

with as_file(files("protorun.demo") / "records" / "NCT06462092.txt") as record:
    study = protorun.load(record)

print(study.title)
dose = study.block("pemetrexed_induction").dose
print("induction:", dose.value.amount, dose.value.unit, "-", dose.basis, f"({dose.sources[0].quote!r})")
print("open for the schedule:", sum("schedule" in q.needed_for for q in unanswered(study)), "questions")

study = protorun.take_defaults(study)
print("assumed:")
for answer in study.assumptions[:3]:
    print("  ", answer.path, "=", answer.value, "-", answer.reason)

print("calendar:")
days = protorun.calendar(study, "single", start=date(2025, 3, 3), weight_kg=64, until=date(2025, 3, 24))
for line in days:
    print("  ", line.on, f"{line.label:18} {line.what:22} {line.amount:g} {line.unit}")

print("next dose:", protorun.next_dose(study, "1NNT").why())
