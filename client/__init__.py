"""The REST client: used by the worker, by scripts and by notebooks."""

from client.api import Client
from client.errors import ApiError, Refused, Stale, Unreachable

__all__ = ["ApiError", "Client", "Refused", "Stale", "Unreachable"]
