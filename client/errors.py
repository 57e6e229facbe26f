"""What can go wrong between a client and the API: no answer, a refusal, or a lease that somebody else holds now."""


class ApiError(Exception):
    """Anything that kept a request from succeeding."""


class Unreachable(ApiError):
    """No answer, or one that says to try later (408, 429, 5xx): the same request may succeed later."""


class Refused(ApiError):
    """The API understood and said no; asking again changes nothing."""

    def __init__(self, status: int, detail: str, fields: dict[str, str] | None = None) -> None:
        self.status = status
        self.detail = detail
        self.fields = fields or {}
        wrong = "".join(f"\n  {name}: {message}" for name, message in self.fields.items())
        super().__init__(f"{status}: {detail}{wrong}")


class Stale(Refused):
    """The attempt holds the job no longer (409), or the job is gone (404): stop working on it."""

    @property
    def gone(self) -> bool:
        return self.status == 404
