"""Short lines of which nothing was understood, asked in their own words: names, choices, denials, times."""

from protorun.reading.eligibility.statements.whole import statement as statement
