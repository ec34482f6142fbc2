"""The CDISC border: SDTM in, ADaM out (ADRS, ADTR, ADTTE), XPT; CDISC names live here and nowhere else."""
