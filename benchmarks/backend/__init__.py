"""What the backend's answers cost as the work grows, on SQLite and PostgreSQL, and beside MLflow and Trackio."""
