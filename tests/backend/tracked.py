"""A script that keeps control of its training, as the API sees it; used by tests."""

from typing import Any

from tests.backend.api_driver import ApiDriver

NAMES = ["left", "right", "far", "near"]
PLATEAU = {"window": 4, "min_epochs": 2, "sigma": 0.0}


class Script:
    """Says what a script says over REST; `told` is the newest answer."""

    def __init__(self, api: ApiDriver, key: str = "maze", **changes: Any) -> None:
        self.api, self.key = api, key
        suite = {"variations": len(NAMES), "names": NAMES, "return_of_one": 10.0}
        self.config: dict[str, Any] = {
            "suite": suite, "budget": {"total_steps": 10_000}, "plateau": PLATEAU,
            "specialists": {"count": 2}, "evaluation": {"episodes": 3},
        } | changes  # fmt: skip
        self.told: dict[str, Any] = {}

    @property
    def run_id(self) -> int:
        return int(self.told["run_id"])

    def begin(self, status: int = 200, **fields: Any) -> Any:
        body = {"protocol": 1, "script": "lab-3, process 7", "key": self.key, "config": self.config} | fields
        return self._heard(self.api.post("/tracked", body, status), status)

    def epoch(self, returns: list[float] | None = None, status: int = 200, **fields: Any) -> Any:
        """One epoch with an episode of each variation."""
        returns = [1.0, 2.0, 3.0, 4.0] if returns is None else returns
        episodes = [{"variation": place, "return": total, "length": 5} for place, total in enumerate(returns)]
        body = {
            "attempt": self.told["attempt"], "epoch": self.told["epochs"] + 1, "steps": 100, "seconds": 0.5,
            "episodes": episodes, "metrics": {"entropy": 0.5},
        } | fields  # fmt: skip
        return self._heard(self.api.post(f"/runs/{self.run_id}/tracked/epochs", body, status), status)

    def leave(self, done: bool, status: int = 200) -> Any:
        body = {"attempt": self.told["attempt"] or None, "done": done}
        return self._heard(self.api.post(f"/runs/{self.run_id}/tracked/leave", body, status), status)

    def look(self) -> Any:
        return self._heard(self.api.get(f"/runs/{self.run_id}/tracked"), 200)

    def specialist(self, number: int) -> "Script":
        child = Script(self.api)
        body = {"protocol": 1, "script": "lab-3, process 7"}
        child.told = self.api.post(f"/runs/{self.run_id}/tracked/specialists/{number}", body)
        return child

    def to_the_gate(self) -> "Script":
        """A plateau from the first epoch on."""
        self.begin()
        while self.told["state"] == "training":
            self.epoch()
        return self

    def approved(self) -> "Script":
        self.to_the_gate()
        self.api.post(f"/runs/{self.run_id}/gate/approve", {})
        self.look()
        return self

    def run(self) -> Any:
        return self.api.get(f"/runs/{self.run_id}")

    def _heard(self, answer: Any, status: int) -> Any:
        if status == 200:
            self.told = answer
        return answer
