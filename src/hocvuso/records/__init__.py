"""People, units, the audit log and the export of grades."""
