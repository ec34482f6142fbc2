"""Answer an open question of a study file, see what it changes, and take the answer back."""

from protorun import Assumption, assume
from protorun.study.assume import as_read
from protorun.study_file import dumps, loads

TEXT = """\
protorun: 1
key: demo
origin: {name: demo.txt, format: labeled, digest: 9f2c0a}
arms:
- {id: one, label: {stated: Intrathecal drug, at: 60-76}, blocks: [induction]}
blocks:
- id: induction
  agent: {stated: drug, at: 72-76}
  per_week: {stated: 2, at: 90-102, quote: twice a week}
  cycle_days: {derived: 28, at: 110-117, quote: monthly, why: a month is 28 days}
open_questions:
- {id: dose, asks: "Which dose?", path: "blocks[induction].dose", needed_for: [calendar]}
"""

study = loads(TEXT, "demo.yaml")
print("as read: ", study.blocks[0].dose.basis)

answered = assume(
    study,
    [
        Assumption(path="blocks[induction].dose", value="15 mg", reason="protocol, section 5.2"),
        Assumption(path="blocks[induction].cycle_days", value=30, reason="the site counts 30 days"),
    ],
)
dose, cycle = answered.blocks[0].dose, answered.blocks[0].cycle_days
print("answered:", dose.basis, dose.value.amount, dose.value.unit, "-", dose.note)
print("answered:", cycle.basis, cycle.value, "days -", cycle.note)
print()
print(dumps(answered).partition("assumptions:\n")[2], end="")
print()
print("the same after a round trip: ", loads(dumps(answered)) == answered)
print("taken back, it is as it was: ", as_read(answered) == study)
