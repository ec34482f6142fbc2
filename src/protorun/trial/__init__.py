"""What happened, or is planned to happen: facts of patients, events, decisions, and the trial to date."""
