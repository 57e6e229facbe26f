"""Workers' reports into the tables, and out of them again when a job is rolled back."""
