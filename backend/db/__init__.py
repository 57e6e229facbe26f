"""The database: engine, column types, tables."""
