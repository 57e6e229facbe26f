"""GSL Lab watches a training script of yours that keeps control. One file, Python 3.8 or newer, nothing to install.

    run = gsl_track.track("my-maze", variations=["left", "right", "far"], total_steps=200_000, return_of_one=10)
    while run.training:
        steps, played = one_epoch(run.variations)  # yours
        run.epoch(steps, [gsl_track.episode(name, total, length) for name, total, length in played])
    for part in run.wait_for_approval():
        with run.specialist(part) as child:
            while child.training:
                ...  # train on child.variations, and say child.epoch(...)
    run.finish()

The server judges every epoch: it detects the plateau and opens the gate, where you approve the specialists on the page.
GSL_URL and GSL_TOKEN say where it is. All of it is described in GSL Lab's docs/own-trainer.md.
"""

import atexit
import json
import math
import os
import platform
import sys
import threading
import time
import urllib.error
import urllib.request

PROTOCOL = 1
PATIENCE_SECONDS = 600.0
"""How long a server is waited for that does not answer."""
LONGEST_PAUSE_SECONDS = 5.0
"""Between two questions."""


class TrackError(RuntimeError):
    """The server refuses what the script says, or another script has taken over; the message says what to do."""


def track(
    name, variations, total_steps, return_of_zero=0.0, return_of_one=1.0, success=False,
    config=None, epoch=None, tags=(), project=None, url=None, token=None,
):  # fmt: skip
    """The run of this name, new or where it was when this script last ended.

    `variations` are names, or how many there are. `config` has further settings, as {"specialists": {"count": 2}}.
    `epoch` is the one after which your own checkpoint goes on; without it, after the newest reported one.
    """
    names = [f"variation {number}" for number in range(variations)] if isinstance(variations, int) else list(variations)
    suite = {"variations": len(names), "names": names, "success": bool(success)}
    suite.update(return_of_zero=float(return_of_zero), return_of_one=float(return_of_one))
    settings = dict(config or {})
    settings["suite"] = dict(suite, **settings.get("suite", {}))
    settings["budget"] = dict({"total_steps": int(total_steps)}, **settings.get("budget", {}))
    start = {"key": name, "config": settings, "epoch": epoch, "tags": list(tags), "project_id": project}
    return Run(_Server(url, token), "/tracked", start)


def episode(variation, total, length, success=None):
    """An episode that has ended: the name of its variation, its raw return, its steps, and whether it succeeded."""
    if not math.isfinite(total):
        raise ValueError(f"the return of an episode of {variation!r} is {total!r}")
    said = {"variation": variation, "return": float(total), "length": int(length)}
    return said if success is None else dict(said, success=bool(success))


class Run:
    """A run that this script reports. `state` is what the server said last."""

    def __init__(self, server, place, start):
        self._server, self._place, self._start = server, place, start
        self._speaking = threading.Lock()
        self._lost = None  # why this script has the run no more
        self._begin()
        threading.Thread(target=self._give_signs, name="gsl-track", daemon=True).start()
        atexit.register(self.leave)

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        """Ends the run, unless the script failed or was paused: then it goes on when the script is started again."""
        if error is None and not self.paused:
            self.finish()
        else:
            self.leave()

    @property
    def training(self):
        """Whether another epoch is to be trained and reported."""
        return self.state["state"] == "training"

    @property
    def paused(self):
        """Whether somebody paused the run: save what you need and end; start the script again once it is resumed."""
        return self.state["state"] == "paused"

    @property
    def ended(self):
        """Whether the run is over, or cancelled."""
        return self.state["state"] == "ended"

    @property
    def variations(self):
        """The names of those to train on."""
        return list(self.state["names"])

    @property
    def epochs(self):
        """How many were reported since training began, or began again after the gate."""
        return self.state["epochs"]

    @property
    def url(self):
        """The run's page."""
        return f"{self._server.url}/runs/{self.state['run_id']}"

    def epoch(self, steps, episodes, metrics=None):
        """Say that an epoch of so many environment steps has ended, with its episodes and what else you measured."""
        known = {name: number for number, name in enumerate(self.variations)}
        said = {
            "epoch": self.epochs + 1,
            "steps": int(steps),
            "episodes": [dict(one, variation=_number(known, one["variation"])) for one in episodes],
            "metrics": {name: _finite(value) for name, value in (metrics or {}).items()},
            "seconds": time.monotonic() - self._began,
        }
        if self._lost is not None:
            raise self._lost
        with self._speaking:
            self._say("epochs", attempt=self.state["attempt"], **said)
        self._began = time.monotonic()

    def wait_for_approval(self):
        """Wait at the gate. The specialists that were approved, each with a `number`, the `names` of its variations and
        its `steps`; none if the run is paused or has ended, or if it is to train on: then `training` is true again."""
        while self.state["state"] == "gate":
            time.sleep(min(LONGEST_PAUSE_SECONDS, self.state["heartbeat_seconds"]))
            self.state = self._server.ask("GET", f"/runs/{self.state['run_id']}/tracked")
        if self.training and not self.state["attempt"]:
            self._begin()
        return self.state["split"] if self.state["state"] == "specialists" else []

    def specialist(self, part, epoch=None):
        """The run of an approved specialist, new or where it was when this script last ended."""
        place = f"/runs/{self.state['run_id']}/tracked/specialists/{part['number']}"
        return Run(self._server, place, {"epoch": epoch})

    def finish(self):
        """Say that nothing more will come."""
        if not self.ended:
            with self._speaking:
                self._say("leave", attempt=self.state["attempt"] or None, done=True)

    def leave(self):
        """Give the training back, so that this script can be started again at once. Python's end does it by itself."""
        atexit.unregister(self.leave)
        if not self.training or self._lost is not None:
            return
        with self._speaking:
            self._lost = TrackError("this script has left the run")
            try:
                self._say("leave", self._server.once, attempt=self.state["attempt"], done=False)
            except (OSError, TrackError) as error:
                print(f"gsl_track could not say that it leaves {self.url}: {error}", file=sys.stderr)

    def _begin(self):
        """Take the training; while another script holds it, wait. One that was killed holds it until its lease ends."""
        script = f"{platform.node() or 'a script'}, process {os.getpid()}"
        start, told = dict(self._start, protocol=PROTOCOL, script=script), False
        self.state = self._server.ask("POST", self._place, start)
        while self.state["state"] == "held":
            if not told:
                print(f"gsl_track waits: {self.state['message']}", file=sys.stderr)
            told = True
            time.sleep(1.0)
            self.state = self._server.ask("POST", self._place, start)
        self._start = dict(self._start, epoch=None)
        self._began = time.monotonic()

    def _say(self, what, ask=None, **body):
        self.state = (ask or self._server.ask)("POST", f"/runs/{self.state['run_id']}/tracked/{what}", body)

    def _give_signs(self):
        """While training, so that a long epoch does not look like a script that is gone."""
        while self._lost is None and not self.ended:
            time.sleep(self.state["heartbeat_seconds"])
            with self._speaking:
                if not self.training or self._lost is not None:
                    continue
                path = f"/runs/{self.state['run_id']}/tracked/heartbeat"
                try:
                    self._server.once("POST", path, {"attempt": self.state["attempt"]})
                except TrackError as error:
                    self._lost = error  # the next epoch raises it
                except OSError as error:
                    print(f"gsl_track: no answer from {self._server.url}: {error}", file=sys.stderr)


class _Server:
    """Requests as JSON. One that is not answered is sent again: each may arrive twice without harm."""

    def __init__(self, url, token):
        self.url = (url or os.environ.get("GSL_URL") or "http://127.0.0.1:8000").rstrip("/")
        self._token = token or os.environ.get("GSL_TOKEN") or ""

    def ask(self, method, path, body=None):
        """Raises TrackError if it is refused, or if there is no answer for PATIENCE_SECONDS."""
        until, pause = time.monotonic() + PATIENCE_SECONDS, 0.1
        while True:
            try:
                return self.once(method, path, body)
            except OSError as error:
                if time.monotonic() > until:
                    raise TrackError(f"no answer from {self.url}: {error}") from error
            time.sleep(pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    def once(self, method, path, body=None):
        """Raises TrackError if it is refused, and OSError if there is no answer that counts."""
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read().decode())
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            if error.code >= 500 or error.code in (408, 429):
                raise ConnectionError(f"status {error.code}: {text[:200]}") from None
            raise TrackError(_refusal(error.code, path, text)) from None


def _refusal(status, path, text):
    try:
        detail = json.loads(text)["detail"]
    except (ValueError, KeyError, TypeError):
        detail = text[:500]
    if status in (404, 405) and path == "/tracked":
        return "the server does not track runs: it is older than this gsl_track.py"
    return f"{detail} Set GSL_TOKEN." if status == 401 else detail


def _number(known, variation):
    if variation in known or isinstance(variation, int):
        return known.get(variation, variation)
    raise ValueError(f"unknown variation {variation!r}; the run has {', '.join(known)}")


def _finite(value):
    return float(value) if value is not None and math.isfinite(value) else None
