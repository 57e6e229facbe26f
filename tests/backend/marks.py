"""Marks for tests that ask nothing of the database: once is enough."""

import pytest

ON_SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
