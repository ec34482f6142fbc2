"""Words the whole house shares: truth, dates, offsets, plug-ins, and tables of the field's vocabulary."""
