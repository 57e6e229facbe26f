"""Your training script as a trainer of GSL Lab's runs. One file, Python 3.8 or newer, nothing to install.

GSL Lab starts your command with a folder as its last argument. It says there what to do, and you tell it what happened:

    job = gsl_trainer.begin()
    if job.work == "train":
        agent = load(job.checkpoint) if job.checkpoint else new(job.seed)
        while True:
            steps, episodes = agent.train_one_epoch(job.variations, job.epoch_steps)
            if not job.epoch(steps, episodes, save=agent.save):
                break
    elif job.work == "evaluate":
        job.episodes(play(load(job.checkpoint), job.plan()))
    elif job.work == "demonstrate":
        ...

All of it is described in GSL Lab's docs/own-trainer.md. The protocol has a version; this file speaks version 1.
"""

import json
import os
import sys
import time
from pathlib import Path

PROTOCOL = 1


class NotUnderstood(RuntimeError):
    """GSL Lab and this file speak different versions of the protocol, or the folder has no order."""


def begin(folder=None):
    """The job to do, from the folder that is the last argument of the command."""
    folder = Path(sys.argv[-1] if folder is None else folder).resolve()
    path = folder / "order.json"
    if not path.exists():
        raise NotUnderstood(f"there is no order.json in {folder}: GSL Lab starts this script")
    order = json.loads(path.read_text(encoding="utf-8"))
    if order.get("protocol") != PROTOCOL:
        raise NotUnderstood(
            "GSL Lab speaks version {} of the protocol, this gsl_trainer.py version {}: take your GSL Lab's".format(
                order.get("protocol"), PROTOCOL
            )
        )
    return Job(folder, order)


def episode(variation, total, length, success=None, kept=None):
    """An episode that has ended: its raw return, its steps, whether it succeeded, whether it is a demonstration."""
    said = {"variation": int(variation), "return": float(total), "length": int(length)}
    if success is not None:
        said["success"] = bool(success)
    if kept is not None:
        said["kept"] = bool(kept)
    return said


class Job:
    """What GSL Lab wants to be done. `order` has everything; what most trainers need are attributes."""

    def __init__(self, folder, order):
        self.folder, self.order = folder, order
        self.work = order["work"]  # train, evaluate or demonstrate
        self.kind = order["kind"]  # generalist, specialist, finetune, evaluation or demonstrations
        self.variations = list(order["variations"])
        self.held_out = list(order["held_out"])
        self.seed = order["seed"]
        self.arguments = order["arguments"]
        self.resume = order["resume"]  # whether the checkpoint is of this very job, after `epochs` epochs
        self.fresh_head = order["fresh_head"]
        self.epochs, self.steps = order["epoch"], order["steps"]
        self.epoch_steps, self.budget_steps = order["epoch_steps"], order["budget_steps"]
        self.learning_rate, self.num_envs, self.device = order["learning_rate"], order["num_envs"], order["device"]
        self.deterministic = order["deterministic"]
        self.keeping = order["keeping"]
        self.checkpoint = self._path(order["checkpoint"])
        self.demonstrations = [self._path(name) for name in order["demonstrations"]]
        self.file = self._path(order["file"])
        self._lines = (folder / "lines.jsonl").open("a", encoding="utf-8")
        self._answers = (folder / "answers.jsonl").open(encoding="utf-8")

    @property
    def share_spent(self):
        """Share of the job's budget spent so far, for schedules; 0 without a budget."""
        return self.steps / self.budget_steps if self.budget_steps else 0.0

    def epoch(self, steps, episodes, metrics=None, save=None):
        """Say that an epoch has ended; whether to train another one. `save(path)` writes a checkpoint when asked to."""
        self.epochs += 1
        self.steps += steps
        line = {"type": "epoch", "steps": int(steps), "episodes": list(episodes), "metrics": dict(metrics or {})}
        answer = self._say(line)
        while answer["do"] == "save":
            save(self._path(answer["path"]))
            answer = self._say({"type": "saved"})
        return answer["do"] == "go"

    def plan(self):
        """What an evaluation plays: every variation so many times, held-out ones too."""
        training = self.variations * self.order["episodes"]
        return training + self.held_out * self.order["held_out_episodes"]

    def episodes(self, episodes):
        """Say which episodes were played, of an evaluation or as demonstrations; may be said several times."""
        self._say({"type": "episodes", "episodes": list(episodes)})

    def is_worth_keeping(self, variation, total, success=None):
        """Whether an episode is a demonstration by the rules of the run."""
        if self.keeping["filter"] == "success":
            return bool(success)
        least = self.keeping["least"][str(variation)]
        return total > least or (total == least and not self.keeping["strictly"])

    def _path(self, name):
        return None if name is None else str(self.folder / name)

    def _say(self, line):
        """Appends a line, and waits for the answer to it. Ends this process if nobody is there to answer."""
        self._lines.write(json.dumps(line, allow_nan=False) + "\n")
        self._lines.flush()
        text, wait = "", 0.001
        while not text.endswith("\n"):
            text += self._answers.readline()
            if not text.endswith("\n"):
                if not self._is_awaited():
                    sys.exit("GSL Lab no longer waits for this trainer")
                time.sleep(wait)
                wait = min(0.02, wait * 1.5)
        return json.loads(text)

    def _is_awaited(self):
        """Whether the file of answers is still there, and is the one that was there at the beginning."""
        try:
            now = (self.folder / "answers.jsonl").stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(now, os.fstat(self._answers.fileno()))
