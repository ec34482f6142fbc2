"""What a check finds in a study that does not hold together, and the finding of a file that is not valid."""

import protorun
from protorun.errors import StudyFileError
from protorun.study_file import loads

TEXT = """\
protorun: 1
key: demo
origin: {name: demo.txt, format: labeled, digest: 9f2c0a}
dates:
  start: {stated: 2024-06-15, at: 10-20}
  completion: {stated: 2024-05, at: 30-37}
arms:
- {id: a, label: {stated: Arm A, at: 40-45}, blocks: [infusion]}
- {id: b, label: {stated: Arm B, at: 50-55}}
blocks:
- id: infusion
  agent: {stated: drug, at: 60-64}
  dose: {stated: 2 Gy, at: 70-74, quote: 2 Gy}
  count: {stated: 20, at: 80-82, quote: "20"}
  total: {stated: 50 Gy, at: 90-95, quote: 50 Gy}
open_questions:
- {id: ratio, asks: "In which ratio?", path: randomization.ratio}
"""

for finding in protorun.check(loads(TEXT, "demo.yaml")):
    print(f"{finding.kind:6} {finding.code:18} {finding.path:20} {finding.says}")

print()
try:
    loads(TEXT.replace("blocks:\n", "blcks:\n").replace("stated: Arm A", "stated: Arm One"), "demo.yaml")
except StudyFileError as error:
    print(error)
