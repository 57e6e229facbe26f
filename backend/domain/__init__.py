"""Views computed from rows and settings: no SQL, no web."""
