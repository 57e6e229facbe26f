"""A training loop that keeps control, watched by GSL Lab: `python plain_loop.py FOLDER [NAME]`. It needs only Python.

There are four levers. One of the first three pays, and the variation says which. The policy does not see the variation,
so a generalist can only learn to leave the last lever alone: it reaches a plateau. A specialist learns which one pays.
"""

import json
import math
import random
import sys
from pathlib import Path

import gsl_track

VARIATIONS = ["left", "middle", "right"]  # which lever pays
PULLS, EPISODES = 10, 8  # of an episode; of each variation in an epoch


class Policy:
    """Probabilities of the levers, learnt by REINFORCE with a baseline; at first it pulls mostly the last one."""

    def __init__(self, logits=(0.0, 0.0, 0.0, 3.0)):
        self.logits = list(logits)

    def probabilities(self):
        weights = [math.exp(logit - max(self.logits)) for logit in self.logits]
        return [weight / sum(weights) for weight in weights]

    def train_one_epoch(self, variations):
        """Steps and episodes; the policy is better afterwards, as far as it can be."""
        episodes, gradient, chances = [], [0.0] * 4, self.probabilities()
        for name in variations * EPISODES:
            pays = VARIATIONS.index(name)
            pulled = random.choices(range(4), chances, k=PULLS)
            for lever in pulled:
                advantage = (lever == pays) - 1 / 3
                for other in range(4):
                    gradient[other] += advantage * ((other == lever) - chances[other])
            episodes.append(gsl_track.episode(name, pulled.count(pays), PULLS))
        steps = len(episodes) * PULLS
        self.logits = [self.logits[lever] + 2.0 * gradient[lever] / steps for lever in range(4)]
        return steps, episodes


def saved(file):
    """The policy in a file, and the epoch after which it was saved."""
    if not file.exists():
        return Policy(), None
    kept = json.loads(file.read_text())
    return Policy(kept["logits"]), kept["epoch"]


def train(run, policy, file):
    """Until GSL Lab says that it is enough. An epoch is reported first, and then saved."""
    while run.training:
        steps, episodes = policy.train_one_epoch(run.variations)
        chances = policy.probabilities()
        run.epoch(steps, episodes, {"entropy": -sum(chance * math.log(chance) for chance in chances)})
        kept = json.dumps({"logits": policy.logits, "epoch": run.epochs})
        file.with_suffix(".new").write_text(kept)
        file.with_suffix(".new").replace(file)


def main(folder, name="levers"):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "generalist.json"
    policy, epoch = saved(file)
    settings = {"specialists": {"count": 2}, "plateau": {"window": 20, "min_epochs": 20}}
    with gsl_track.track(name, VARIATIONS, 60_000, return_of_one=PULLS, config=settings, epoch=epoch) as run:
        print(run.url, flush=True)
        train(run, policy, file)
        for part in run.wait_for_approval():
            own = folder / f"specialist-{part['number']}.json"
            copy, epoch = saved(own if own.exists() else file)
            with run.specialist(part, epoch if own.exists() else None) as child:
                train(child, copy, own)


if __name__ == "__main__":
    main(*sys.argv[1:])
