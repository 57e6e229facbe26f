"""Marks for tests that ask nothing of the database (once is enough) or harm it."""

import pytest

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ON_OWN_FILE = pytest.mark.parametrize("database", ["file"], indirect=True)
"""On an SQLite file that no other test uses."""
