"""What can go wrong between a client and the API: no answer, a refusal, or a lost lease."""


class ApiError(Exception):
    """The request failed."""


class Unreachable(ApiError):
    """No answer, or a temporary error (408, 429, 5xx): the same request may succeed later."""


class Refused(ApiError):
    """The API refused the request; repeating it does not help. `fields` maps invalid fields to messages."""

    def __init__(self, status: int, detail: str, fields: dict[str, str] | None = None) -> None:
        self.status = status
        self.detail = detail
        self.fields = fields or {}
        wrong = "".join(f"\n  {name}: {message}" for name, message in self.fields.items())
        super().__init__(f"{status}: {detail}{wrong}")


class Stale(Refused):
    """The attempt no longer holds the job (409), or the job was deleted (404): stop working on it."""

    @property
    def gone(self) -> bool:
        return self.status == 404
