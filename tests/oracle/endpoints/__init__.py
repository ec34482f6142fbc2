"""Every reference file of the endpoints, compared cell by cell with what is computed here."""
