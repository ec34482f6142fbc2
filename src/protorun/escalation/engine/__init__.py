"""What all designs share: cells with pending patients, exact enumeration, decision tables and pathways."""
