"""A trainer that needs nothing: its policy is a skill for each variation, which practice improves. And its mistakes."""

# It is written as scripts for Python 3.8 are:
# mypy: ignore-errors

import json
import os
import signal
import sys
import time
from pathlib import Path

import gsl_trainer


class Skilful:
    def __init__(self, job):
        self.job, self.mistake = job, job.arguments.get("mistake", "")
        saved = json.loads(Path(job.checkpoint).read_text()) if job.checkpoint else {}
        self.skills = {int(variation): skill for variation, skill in saved.get("skills", {}).items()}
        if self.mistake == "forgets on resuming" and job.resume:
            self.skills = {}

    def skill(self, variation):
        return self.skills.get(variation, 0.1 * (variation % 3))

    def played(self, variation, **more):
        skill = self.skill(variation)
        success = None if self.mistake == "no success" else skill > 0.5
        return gsl_trainer.episode(variation, skill, 4, success, **more)

    def save(self, path):
        if self.mistake != "saves nothing":
            Path(path).write_text(json.dumps({"skills": self.skills}))

    def train(self):
        job, more = self.job, True
        each = job.epoch_steps // 4
        while more:
            if self.mistake == "dies in the middle":
                os.kill(os.getpid(), signal.SIGKILL)
            chosen = [job.variations[i % len(job.variations)] for i in range(each)]
            for variation in job.variations:
                gain = 0.08 * each / len(job.variations) / 8
                self.skills[variation] = min(1.0, self.skill(variation) + gain)
            episodes = [self.played(variation) for variation in chosen]
            self.mistaken_epoch(episodes)
            steps = job.epoch_steps * {"too many steps": 2, "steps backwards": -1}.get(self.mistake, 1)
            more = job.epoch(steps, episodes, {"skill": sum(self.skills.values())}, self.save)
            if self.mistake == "goes on after the end" and not more:
                job.epoch(steps, episodes, {}, self.save)
            if self.mistake == "leaves early":
                return

    def mistaken_epoch(self, episodes):
        """What can be wrong with what is said about an epoch."""
        if self.mistake == "ignores SIGTERM" and not self.job.resume:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            Path(self.job.arguments["pid"]).write_text(str(os.getpid()))
            time.sleep(60)
        if self.mistake == "another variation":
            episodes[0]["variation"] = 99
        if self.mistake == "an endless episode":
            episodes[0]["length"] = 10**6
        lines = self.job.folder / "lines.jsonl"
        said = {
            "nonsense": "hello\n",
            "an unknown line": '{"type": "thought"}\n',
            "a misspelt field": '{"type": "epoch", "step": 4}\n',
        }
        if self.mistake in said:
            lines.write_text(said[self.mistake])
            time.sleep(60)

    def evaluate(self):
        plan = self.job.plan()
        self.job.episodes(
            [self.played(variation) for variation in (plan[1:] if self.mistake == "plays too few" else plan)]
        )

    def demonstrate(self):
        job, tried = self.job, []
        for variation in job.variations:
            worth = job.is_worth_keeping(variation, self.skill(variation), self.skill(variation) > 0.5)
            kept = worth or self.mistake == "keeps anything"
            tried += [self.played(variation, kept=kept) for _ in range(job.keeping["episodes"])]
        Path(job.file).write_text(json.dumps({"demonstrated": [one["variation"] for one in tried if one["kept"]]}))
        job.episodes(tried)


def leave_a_daemon(file):
    """In a session of its own and with no parent, as daemons are; it writes its process id into the file."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            Path(file).write_text(str(os.getpid()))
            time.sleep(60)
        os._exit(0)
    while not Path(file).exists():
        time.sleep(0.005)


if __name__ == "__main__":
    mistake = json.loads(Path(sys.argv[-1], "order.json").read_text())["arguments"].get("mistake")
    if mistake == "a newer protocol":
        gsl_trainer.PROTOCOL = 2
    skilful = Skilful(gsl_trainer.begin())
    if mistake == "leaves a daemon":
        leave_a_daemon(skilful.job.arguments["pid"])
    if mistake == "fails":
        sys.exit(3)
    if mistake in ("says nothing", "never " + skilful.job.work + "s"):
        sys.exit(0)
    getattr(skilful, skilful.job.work)()
