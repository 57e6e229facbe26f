"""Does a sequence model learn in context? Returns by episode of the trial on goals that it has never seen:

    nice python -m benchmarks.distillation --seeds 1 2 3 4 5

Specialists learn the training goals of a Dark Room, one each (preset `darkroom-ad`). Their learning histories are
distilled (Algorithm Distillation, with a transformer and with a GRU), and so are episodes of theirs once they have
learnt (Expert Distillation; policy distillation, which sees one episode). Nothing is trained in the test. Prompted: a
trial begins with episodes of a policy that is half as good as it became. Five minutes a seed on an idle core. Each seed
that ends is added to benchmarks/results/distillation.json, and with it the table of docs/distillation.md. Exit code 1
where Algorithm Distillation does not rise within its trials on held-out goals, with an interval over seeds above 0, or
Expert Distillation rises half as much.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from pydantic import TypeAdapter

from benchmarks.method.pages import ROOT, put
from gsl.atomic_file import write_text
from gsl.backend.domain.configs import merge
from gsl.config.guides import Distillation as DistillationSettings
from gsl.config.learners import SequenceModel as SequenceSettings
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.method.statistics import mean_std, paired_difference
from gsl.seeds import derive
from gsl.worker.envs import Trial, make_env, training_trial
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler
from gsl.worker.experience import Demonstrations
from gsl.worker.guides.base import GuideInputs
from gsl.worker.guides.distillation import Distillation
from gsl.worker.learners.sequence.learner import SequenceModel
from gsl.worker.learners.sequence.policy import SequencePolicy
from gsl.worker.rollout import demonstration_file
from gsl.worker.rollout.alternating import make_loop
from gsl.worker.rollout.collect import collect, play
from gsl.worker.rollout.demonstrate import Recorder
from gsl.worker.rollout.demonstration_file import Episode, Provenance
from gsl.worker.rollout.evaluate import measure
from gsl.worker.rollout.history import HistoryRecorder

RESULTS = Path(__file__).parent / "results" / "distillation.json"
PAGE = ROOT / "docs" / "distillation.md"
NAME, PRESET = "distillation", "darkroom-ad"
SEEDS = (1, 2, 3, 4, 5)
TRIALS = 10
"""Of each held-out goal in the test; of each training goal, a fifth."""
EXPERT_EPISODES = 30
PROMPT_EPISODES = 3
SYSTEMS = {
    "ad": "Algorithm Distillation",
    "ad-gru": "Algorithm Distillation, GRU",
    "ed": "Expert Distillation",
    "pd": "policy distillation",
}
"""Arms of the preset."""


@dataclass(frozen=True)
class Outcome:
    """Mean returns by episode of the trial."""

    system: str
    seed: int
    training: list[float]
    held_out: list[float]
    prompt: float | None  # return of the prompt's episodes
    prompted: list[float]  # on held-out goals


@dataclass(frozen=True)
class Sources:
    """What specialists did: on training goals while they learnt and afterwards, on held-out goals while they learnt."""

    histories: Demonstrations
    experts: Demonstrations
    held_out: dict[int, list[Episode]]


def learn_sources(config: RunConfig, seed: int) -> Sources:
    """A specialist from scratch for each goal."""
    histories: list[Episode] = []
    experts: list[Episode] = []
    for goal in config.suite.training_variations():
        history, expert = _specialist(config, goal, derive(seed, "specialist", goal))
        experts += expert
        histories += [replace(each, history=len(histories) + (each.history or 0)) for each in history]
    unseen = config.suite.held_out_variations()
    held_out = {goal: _specialist(config, goal, derive(seed, "specialist", goal))[0] for goal in unseen}
    return Sources(_shown(histories), _shown(experts), held_out)


def _specialist(config: RunConfig, goal: int, seed: int) -> tuple[list[Episode], list[Episode]]:
    """Its learning histories, and episodes of the policy that it became."""
    settings, asked = config.learner, config.demonstrations
    sampler = UniformSampler([goal], np.random.default_rng(derive(seed, "sampler")))
    loop = make_loop(config.suite, settings, sampler, derive(seed, "env"), training_trial(config))
    learner = SequenceModel(_sequence(config), spaces_of(loop.env), derive(seed, "learner"), torch.device("cpu"))
    recorder = HistoryRecorder(asked.histories, asked.per_variation)
    try:
        for _ in range(config.specialists.steps // settings.batch_size):
            rollout, _ = collect(loop, learner, settings.num_steps, lambda: None)
            recorder.observe(rollout)
            learner.update(rollout)
    finally:
        loop.close()
    played = Recorder()
    queue = QueueSampler([goal] * EXPERT_EPISODES)
    env = make_env(config.suite, EXPERT_EPISODES, queue, derive(seed, "play"), training_trial(config))
    play(env, learner.policy(deterministic=False, seed=seed), EXPERT_EPISODES, lambda: None, played)
    return list(recorder.episodes()), played.episodes


def _sequence(config: RunConfig) -> SequenceSettings:
    assert isinstance(config.learner, SequenceSettings)
    return config.learner


def _shown(episodes: Sequence[Episode]) -> Demonstrations:
    """As fine-tuning reads them from a file."""
    unknown = Provenance(job="", source_job="", checkpoint_sha256="", checkpoint_epoch=0, seed=0, filter="",
                         deterministic=False)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "episodes.npz"
        demonstration_file.save(path, episodes, unknown)
        shown = demonstration_file.load([path])
    assert shown is not None
    return shown


def config_of(system: str) -> RunConfig:
    """The preset's arm."""
    preset = PRESETS[PRESET]
    return RunConfig.model_validate(merge(preset.config.model_dump(), preset.arms[SYSTEMS[system]]))


def distil(config: RunConfig, sources: Sources, seed: int) -> SequenceModel:
    """A sequence model that has learnt from what specialists did."""
    env = make_env(config.suite, 1, QueueSampler([]), 0, Trial())
    spaces, cpu = spaces_of(env), torch.device("cpu")
    learner = SequenceModel(_sequence(config), spaces, derive(seed, "learner"), cpu)
    assert isinstance(config.guide, DistillationSettings)
    shown = sources.histories if config.demonstrations.record == "history" else sources.experts
    inputs = GuideInputs(shown, (), spaces, derive(seed, "guide"), cpu, config.trial.episodes > 1)
    Distillation(config.guide, inputs).before_training(learner.network, lambda: None)
    return learner


def test(config: RunConfig, sources: Sources, learner: SequenceModel, system: str, seed: int) -> Outcome:
    """Sampled actions, in trials as long as the arm's; with trials of one episode there is nothing to prompt."""
    prompts, prompted = [], []
    training = _tested(config, learner, config.suite.training_variations(), TRIALS // 5, seed)
    held_out = _tested(config, learner, config.suite.held_out_variations(), TRIALS, seed)
    for goal, history in sources.held_out.items():
        if config.trial.episodes > 1:
            shown = middling(history)
            prompts.append(float(np.mean([each.total for each in shown])))
            prompted.append(_tested(config, learner, [goal], TRIALS, seed, shown))
    by_episode = np.mean(prompted, axis=0).round(4).tolist() if prompted else []
    return Outcome(system, seed, training, held_out, float(np.mean(prompts)) if prompts else None, by_episode)


def middling(history: Sequence[Episode]) -> list[Episode]:
    """Consecutive episodes of the first of the histories, the first whose mean return is half of the last ones'."""
    own = [each for each in history if each.history == history[0].history]
    totals = np.convolve([each.total for each in own], np.ones(PROMPT_EPISODES) / PROMPT_EPISODES, "valid")
    first = int(np.argmax(totals >= totals[-1] / 2))
    return own[first : first + PROMPT_EPISODES]


def _tested(
    config: RunConfig, learner: SequenceModel, goals: Sequence[int], trials: int, seed: int,
    shown: Sequence[Episode] = (),
) -> list[float]:  # fmt: skip
    """Mean returns by episode of the trial. As many episodes in all, if it is of one."""
    policy, episodes = learner.policy(deterministic=False, seed=derive(seed, "policy")), config.trial.episodes
    if shown:
        assert isinstance(policy, SequencePolicy)
        ends = [np.arange(len(each.action)) == len(each.action) - 1 for each in shown]
        seen = np.concatenate([each.observation[:, : learner.network.seen] for each in shown])
        action, reward = (np.concatenate([getattr(each, name) for each in shown]) for name in ("action", "reward"))
        policy.prompt(seen, action, reward, np.concatenate(ends))
    times = trials * PRESETS[PRESET].config.trial.episodes // episodes
    found = measure(
        config.suite, policy, goals, times, 200, derive(seed, "test"), lambda: None, trial=Trial(episodes)
    ).by_place  # fmt: skip
    return [round(place.mean_return or 0.0, 4) for place in found]


def run_all(seeds: Sequence[int], systems: Sequence[str], file: Path, page: Path) -> list[Outcome]:
    """Learn what the file does not hold yet, and write file and page after each."""
    for seed in seeds:
        missing = [system for system in systems if (system, seed) not in {(e.system, e.seed) for e in read(file)}]
        sources = learn_sources(PRESETS[PRESET].config, seed) if missing else None
        for system in missing:
            assert sources is not None
            config = config_of(system)
            outcome = test(config, sources, distil(config, sources, seed), system, seed)
            print(outcome, flush=True)
            known = sorted([*read(file), outcome], key=lambda each: (each.system, each.seed))
            write_text(file, json.dumps([asdict(each) for each in known], indent=1) + "\n")
        put(page, NAME, table(read(file)))
    return read(file)


def read(file: Path) -> list[Outcome]:
    return TypeAdapter(list[Outcome]).validate_json(file.read_bytes()) if file.exists() else []


def table(known: Sequence[Outcome]) -> str:
    """A row for each system and what was tested: the first episode, the last, and the difference over seeds."""
    rows = ["| | seeds | first episode | last episode | last minus first [95 %] |", "|---|---|---|---|---|"]
    for title, pairs in _rows(known):
        first, last = [one for one, _ in pairs], [one for _, one in pairs]
        gain = "-" if title.startswith(SYSTEMS["pd"]) else paired_difference(last, first).text("+.1f", seeds=False)
        cells = [title, str(len(pairs)), mean_std(first).text(".1f"), mean_std(last).text(".1f"), gain]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _rows(known: Sequence[Outcome]) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    for system, title in SYSTEMS.items():
        mine = [each for each in known if each.system == system]
        for what, which in (("training", "training"), ("held out", "held_out"), ("held out, prompted", "prompted")):
            pairs = [(ends[0], ends[-1]) for each in mine if (ends := getattr(each, which))]
            if pairs:
                yield f"{title}, {what}", pairs


def holds(known: Sequence[Outcome]) -> bool:
    """Whether Algorithm Distillation is better in the last episode on held-out goals, and gains twice as much as ED."""
    gains = {}
    for system in ("ad", "ed"):
        mine = [each.held_out for each in known if each.system == system]
        gains[system] = paired_difference([each[-1] for each in mine], [each[0] for each in mine])
    return (gains["ad"].low or 0.0) > 0 and gains["ed"].estimate < gains["ad"].estimate / 2


def main() -> int:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table goes, between its marks")
    given = parser.parse_args()
    torch.set_num_threads(1)
    return 0 if holds(run_all(given.seeds, given.systems, given.results, given.page)) else 1


if __name__ == "__main__":
    sys.exit(main())
