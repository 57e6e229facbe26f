"""Settings that are known to work: of learners, by suite and with their source, and of criterion H for any budget.

A source is a paper, a library, or ours (tried in `benchmarks/` or by the presets). A row that only follows from another
one is marked as carried over. docs/plateau.md has the evidence for criterion H on real and synthetic curves.
"""

from dataclasses import dataclass
from typing import Literal

from gsl.config.learners import (
    LEEP,
    MAML,
    PEARL,
    PPG,
    PPO,
    RL2,
    SAC,
    TEPPO,
    TRPO,
    CaDM,
    LearnerSettings,
    PPOCaDM,
    SequenceModel,
)
from gsl.config.networks import MLP, Impala, SmallCNN
from gsl.config.plateau import PlateauSettings
from gsl.config.suites import SuiteSettings

Machine = Literal["gpu", "two_cores"]

PLATEAU_WINDOW = 0.3
PLATEAU_MARGIN = 0.25
PLATEAU_EARLIEST = 0.1
PLATEAU_SMOOTHING = 0.02
"""Criterion H's window, earliest start and standard deviation of its filter as shares of the generalist's epochs, so
that short and long budgets see the same curve alike; its margin as a share of the range."""


@dataclass(frozen=True)
class Recommendation:
    """A learner's settings and their source."""

    learner: LearnerSettings
    source: str


_MAZE = PPO(
    network=MLP(width=128, depth=2, activation="tanh"), device="cpu", num_envs=64, num_steps=64, num_minibatches=4,
    update_epochs=4, learning_rate=1e-3, gamma=0.99, ent_coef=0.02, norm_reward=False,
)  # fmt: skip
_MAZE_PPG = PPG(
    network=MLP(width=128, depth=2, activation="tanh"), device="cpu", num_envs=64, num_steps=64, num_minibatches=4,
    n_pi=8, e_pi=2, e_v=4, aux_rollouts=16, learning_rate=1e-3, aux_learning_rate=1e-3, gamma=0.99, ent_coef=0.02,
    norm_reward=False,
)  # fmt: skip

_ARM_PPO = PPO(
    network=MLP(width=512, depth=2, activation="tanh", min_std=0.5, max_std=1.5), num_envs=32, num_steps=500,
    num_minibatches=250, update_epochs=10, learning_rate=2.5e-4, gamma=0.99, ent_coef=5e-3, norm_reward=True,
)  # fmt: skip
_ARM_PPO_SMALL = PPO(
    network=MLP(width=128, depth=2, activation="tanh", min_std=0.2, max_std=1.5), device="cpu", num_envs=16,
    num_steps=500, num_minibatches=32, update_epochs=10, learning_rate=5e-4, gamma=0.99, ent_coef=0.0, norm_reward=True,
)  # fmt: skip
_ARM_SAC = SAC(
    network=MLP(width=400, depth=3, activation="relu"), num_envs=10, num_steps=50, replay_batch=1280,
    learning_rate=3e-4, gamma=0.99, warm_up=5000, update_ratio=1.0,
)  # fmt: skip

_ARM_SAC_SMALL = SAC(
    network=MLP(width=256, depth=2, activation="relu"), device="cpu", num_envs=10, num_steps=50, replay_batch=500,
    learning_rate=3e-4, gamma=0.99, warm_up=5000, update_ratio=0.1,
)  # fmt: skip
_ARM_TRPO_SMALL = TRPO(
    network=MLP(width=128, depth=2, activation="tanh", min_std=0.5, max_std=1.5), device="cpu", num_envs=20,
    num_steps=500, fisher_share=0.2,
)  # fmt: skip

_BOX_PPO = PPO(
    network=MLP(width=64, depth=2, activation="tanh"), device="cpu", num_envs=8, num_steps=256, num_minibatches=32,
    update_epochs=10, learning_rate=3e-4, gamma=0.99, ent_coef=0.0,
)  # fmt: skip
_CHOICE_PPO = PPO(
    network=MLP(width=64, depth=2, activation="tanh"), device="cpu", num_envs=8, num_steps=128, num_minibatches=4,
    update_epochs=4, learning_rate=2.5e-3, anneal_lr=True, gamma=0.99, ent_coef=0.01,
)  # fmt: skip
_CHOICE_TRPO = TRPO(
    network=MLP(width=64, depth=2, activation="tanh"), device="cpu", num_envs=16, num_steps=128, learning_rate=1e-3,
)  # fmt: skip
_ARM_TRPO = TRPO(
    network=MLP(width=400, depth=3, activation="tanh", min_std=0.5, max_std=1.5), num_envs=50, num_steps=1000,
    fisher_share=0.2,
)  # fmt: skip
_GRID_RL2 = RL2(
    device="cpu", num_envs=64, num_steps=60, learning_rate=1e-3, gamma=0.97, ent_coef=0.02,
)  # fmt: skip
_BANDIT_RL2 = RL2(device="cpu", num_envs=64, num_steps=50, learning_rate=2e-3)
_ARM_RL2 = RL2(
    network=MLP(width=256, depth=2, min_std=0.5, max_std=1.5), num_envs=20, num_steps=5000, memory=256,
    num_minibatches=20, update_epochs=10, learning_rate=5e-4, ent_coef=5e-3, norm_reward=True, max_grad_norm=1.0,
)  # fmt: skip
_ARM_RL2_SMALL = RL2(
    network=MLP(width=128, depth=1, min_std=0.5, max_std=1.5), device="cpu", num_envs=10, num_steps=5000, memory=128,
    num_minibatches=5, update_epochs=5, learning_rate=5e-4, ent_coef=5e-3, norm_reward=True, max_grad_norm=1.0,
)  # fmt: skip
_POINT_RL2 = RL2(device="cpu", num_envs=64, num_steps=100, learning_rate=1e-3)
_POINT_MAML = MAML(
    network=MLP(width=64, depth=2), device="cpu", num_envs=40, num_steps=1000, adapt_after=5, max_kl=0.02,
)  # fmt: skip
_POINT_PEARL = PEARL(
    network=MLP(width=64, depth=2, activation="relu"), device="cpu", num_envs=16, num_steps=80, learning_rate=1e-3,
    replay_batch=64, kl_weight=0.01,
)  # fmt: skip
_CHOICE_RL2 = RL2(device="cpu", num_envs=16, num_steps=128, learning_rate=1e-3)
_CIRCLE_TE = TEPPO(device="cpu", num_envs=32, num_steps=128, learning_rate=1e-3)
_ARM_TE = TEPPO(
    network=MLP(width=128, depth=2, min_std=0.5, max_std=1.5), device="cpu", num_envs=20, num_steps=500,
    num_minibatches=40, embedding_size=4, ent_coef=0.02, learning_rate=5e-4,
)  # fmt: skip
_BOX_SAC = SAC(network=MLP(width=256, depth=2, activation="relu"), num_envs=8, num_steps=32, warm_up=4000)
_BOX_SAC_SMALL = SAC(
    network=MLP(width=64, depth=2, activation="relu"), device="cpu", num_envs=4, num_steps=16, learning_rate=1e-3,
    warm_up=1000, update_ratio=0.5, replay_size=200_000,
)  # fmt: skip

_GUESSES_PPO = PPO(
    network=MLP(width=64, depth=2, activation="tanh"), device="cpu", num_envs=64, num_steps=32, num_minibatches=4,
    update_epochs=4, learning_rate=1e-3, gamma=0.99, ent_coef=0.03, norm_reward=False,
)  # fmt: skip
_GUESSES_LEEP = LEEP(
    network=MLP(width=64, depth=2, activation="tanh"), device="cpu", num_envs=64, num_steps=32, num_minibatches=4,
    update_epochs=4, learning_rate=1e-3, gamma=0.99, ent_coef=0.01, norm_reward=False, members=4, link_coef=0.1,
)  # fmt: skip
_DARK_PPO = PPO(
    network=MLP(width=64, depth=1, activation="tanh"), device="cpu", num_envs=16, num_steps=40, num_minibatches=4,
    update_epochs=4, learning_rate=3e-3, gamma=0.97, ent_coef=0.01, norm_reward=False,
)  # fmt: skip
_DARK_SEQUENCE = SequenceModel(
    device="cpu", num_envs=16, num_steps=40, learning_rate=3e-3, gamma=0.97, context=100
)  # fmt: skip
_PICTURE_LEEP = LEEP(network=Impala())

_SWUNG_CADM = CaDM(
    network=MLP(width=96, depth=2, activation="swish"), device="cpu", encoder=(128, 64), updates=400, minibatch=320,
    warm_up=8000, horizon=20, candidates=50, elites=8, iterations=3, particles=5,
)  # fmt: skip
_BALANCED_CADM = _SWUNG_CADM.model_copy(update={"candidates": 100, "elites": 10})

_INFORMED_PPO = PPOCaDM(
    network=MLP(width=64, depth=2, activation="tanh"), device="cpu", num_envs=10, num_steps=200, num_minibatches=4,
    update_epochs=8, learning_rate=2e-3, gamma=0.99, model_steps=8000, model_updates=1500, model_minibatch=320,
)  # fmt: skip

_PICTURE_PPO = PPO(network=Impala())
_PICTURE_PPO_SMALL = PPO(network=SmallCNN(), num_envs=64, num_steps=128)
_PICTURE_PPG = PPG(network=Impala())
_PICTURE_PPG_SMALL = PPG(network=SmallCNN(), num_envs=64, num_steps=128, n_pi=8, e_pi=2, e_v=2, e_aux=4)
_PICTURE_SAC = SAC(
    network=SmallCNN(), num_envs=8, num_steps=32, learning_rate=3e-4, update_ratio=0.25, replay_size=100_000
)

_CLEANRL_PROCGEN = "library: CleanRL's ppo_procgen, which takes them from Cobbe et al. 2020"
_MANISKILL = SAC(
    network=MLP(width=256, depth=3, activation="relu"), num_envs=8, num_steps=32, replay_batch=1024, gamma=0.95,
    warm_up=4000,
)  # fmt: skip

TABLE: dict[tuple[str, str, str, Machine], Recommendation] = {
    ("ppo", "forkmaze", "discrete vector", "gpu"): Recommendation(_MAZE, "ours: benchmarks.gsl_forkmaze"),
    ("ppg", "forkmaze", "discrete vector", "gpu"): Recommendation(_MAZE_PPG, "ours, carried over from PPO"),
    ("ppo", "procgen", "discrete picture", "gpu"): Recommendation(_PICTURE_PPO, _CLEANRL_PROCGEN),
    ("ppo", "procgen", "discrete picture", "two_cores"): Recommendation(_PICTURE_PPO_SMALL, "ours: procgen-small"),
    ("ppg", "procgen", "discrete picture", "gpu"): Recommendation(
        _PICTURE_PPG, "paper: Cobbe et al. 2021; ours: values and gradients clipped, Adam's epsilon, value loss"
    ),
    ("ppg", "procgen", "discrete picture", "two_cores"): Recommendation(
        _PICTURE_PPG_SMALL, "ours: benchmarks.ppg_procgen; phases a quarter as long, as the budgets are"
    ),
    ("ppo", "metaworld", "continuous vector", "gpu"): Recommendation(
        _ARM_PPO,
        "paper: the MT-10 script of Jia et al. 2022 on garage's PPO; ours: reward normalised, entropy in the loss",
    ),
    ("ppo", "metaworld", "continuous vector", "two_cores"): Recommendation(
        _ARM_PPO_SMALL, "ours: benchmarks.ppo_reach"
    ),
    ("sac", "metaworld", "continuous vector", "gpu"): Recommendation(
        _ARM_SAC, "paper: multi-task SAC of Yu et al. 2019; ours: ten environments, one temperature for all tasks"
    ),
    ("sac", "metaworld", "continuous vector", "two_cores"): Recommendation(
        _ARM_SAC_SMALL, "paper: one update in ten steps, as multi-task SAC of Yu et al. 2019; ours: network and batch"
    ),
    ("trpo", "metaworld", "continuous vector", "two_cores"): Recommendation(
        _ARM_TRPO_SMALL, "ours: after 300,000 steps of MT10 better than twice as long epochs, one seed"
    ),
    ("trpo", "metaworld", "continuous vector", "gpu"): Recommendation(
        _ARM_TRPO, "library: metaworld-algorithms' network and steps per task; ours: not tried at length"
    ),
    ("ppo", "maniskill", "continuous vector", "gpu"): Recommendation(_ARM_PPO_SMALL, "ours, carried over: Meta-World"),
    ("sac", "maniskill", "continuous vector", "gpu"): Recommendation(_MANISKILL, "library: ManiSkill-Learn's SAC"),
    ("ppo", "classification", "discrete vector", "gpu"): Recommendation(_GUESSES_PPO, "ours: benchmarks.leep"),
    ("leep", "classification", "discrete vector", "gpu"): Recommendation(_GUESSES_LEEP, "ours: benchmarks.leep"),
    ("ppo", "darkroom", "discrete vector", "gpu"): Recommendation(_DARK_PPO, "ours: single goals in 40,000 steps"),
    ("sequence", "darkroom", "discrete vector", "gpu"): Recommendation(
        _DARK_SEQUENCE, "ours: docs/distillation.md, there with shorter episodes"
    ),
    ("sequence", "gymnasium", "discrete vector", "gpu"): Recommendation(
        _DARK_SEQUENCE, "ours, carried over: Dark Room"
    ),
    ("ppo", "keytodoor", "discrete vector", "gpu"): Recommendation(_DARK_PPO, "ours, carried over: Dark Room"),
    ("leep", "gymnasium", "discrete vector", "gpu"): Recommendation(
        _GUESSES_LEEP, "ours, carried over: sequential classification"
    ),
    ("leep", "procgen", "discrete picture", "gpu"): Recommendation(
        _PICTURE_LEEP, "library: expgen's LEEP with four members; ours: weight of the link, not tried at length"
    ),
    ("cadm", "pendulum", "continuous vector", "gpu"): Recommendation(CaDM(), "paper: Lee et al. 2020"),
    ("cadm", "cartpole", "discrete vector", "gpu"): Recommendation(CaDM(), "paper: Lee et al. 2020"),
    ("cadm", "pendulum", "continuous vector", "two_cores"): Recommendation(_SWUNG_CADM, "ours: benchmarks.cadm"),
    ("cadm", "cartpole", "discrete vector", "two_cores"): Recommendation(_BALANCED_CADM, "ours: benchmarks.cadm"),
    ("ppo_cadm", "pendulum", "continuous vector", "gpu"): Recommendation(
        _INFORMED_PPO, "paper: networks, rollouts and passes of Lee et al. 2020; ours: learning rate, benchmarks.cadm"
    ),
    ("ppo_cadm", "cartpole", "discrete vector", "gpu"): Recommendation(_INFORMED_PPO, "ours, carried over: Pendulum"),
    ("ppo", "pendulum", "continuous vector", "gpu"): Recommendation(_BOX_PPO, "ours, carried over: Gymnasium"),
    ("ppo", "cartpole", "discrete vector", "gpu"): Recommendation(_CHOICE_PPO, "ours, carried over: Gymnasium"),
    ("ppo", "gymnasium", "continuous vector", "gpu"): Recommendation(
        _BOX_PPO, "library: CleanRL's ppo_continuous_action; ours: eight environments for its one"
    ),
    ("ppo", "gymnasium", "discrete vector", "gpu"): Recommendation(_CHOICE_PPO, "ours: benchmarks.ppo_cartpole"),
    ("trpo", "gymnasium", "discrete vector", "gpu"): Recommendation(_CHOICE_TRPO, "ours: benchmarks.trpo_cartpole"),
    ("trpo", "forkmaze", "discrete vector", "gpu"): Recommendation(_CHOICE_TRPO, "ours, carried over: CartPole"),
    ("rl2", "gridnavi", "discrete vector", "gpu"): Recommendation(_GRID_RL2, "ours: docs/memory.md"),
    ("rl2", "bandits", "discrete vector", "gpu"): Recommendation(_BANDIT_RL2, "ours: docs/memory.md"),
    ("rl2", "metaworld", "continuous vector", "gpu"): Recommendation(
        _ARM_RL2, "library: metaworld-algorithms' RL²; ours: gradients through whole trials, value head, not tried"
    ),
    ("rl2", "metaworld", "continuous vector", "two_cores"): Recommendation(
        _ARM_RL2_SMALL, "library: metaworld-algorithms' learning rate and entropy; ours: half the size, not tried"
    ),
    ("rl2", "navigation", "continuous vector", "gpu"): Recommendation(_POINT_RL2, "ours, carried over: GridNavi"),
    ("maml", "navigation", "continuous vector", "gpu"): Recommendation(
        _POINT_MAML, "library: garage's step, discount and baseline; ours: benchmarks.meta_learning"
    ),
    ("pearl", "navigation", "continuous vector", "gpu"): Recommendation(
        _POINT_PEARL, "paper: latent numbers and context of the point robot; ours: benchmarks.meta_learning"
    ),
    ("rl2", "gymnasium", "discrete vector", "gpu"): Recommendation(_CHOICE_RL2, "ours, carried over: GridNavi"),
    ("te_ppo", "circle", "continuous vector", "gpu"): Recommendation(_CIRCLE_TE, "ours: benchmarks.te_ppo"),
    ("te_ppo", "metaworld", "continuous vector", "gpu"): Recommendation(
        _ARM_TE, "library: garage's embeddings for MT10; ours: network and minibatches of PPO, not tried at length"
    ),
    ("ppo", "gymnasium", "discrete picture", "gpu"): Recommendation(_PICTURE_PPO_SMALL, "ours, carried over: Procgen"),
    ("ppo", "gymnasium", "continuous picture", "gpu"): Recommendation(
        _PICTURE_PPO_SMALL, "ours, carried over: Procgen"
    ),
    ("sac", "gymnasium", "continuous vector", "gpu"): Recommendation(_BOX_SAC, "paper: Haarnoja et al. 2018b"),
    ("sac", "gymnasium", "continuous vector", "two_cores"): Recommendation(
        _BOX_SAC_SMALL, "ours: benchmarks.sac_pendulum"
    ),
    ("sac", "gymnasium", "continuous picture", "gpu"): Recommendation(_PICTURE_SAC, "ours, not tried at length"),
}  # fmt: skip


def recommended(learner: str, suite: SuiteSettings, machine: Machine = "gpu") -> Recommendation:
    """The settings of a learner, by its name. Raises ValueError if none are known.

    A machine without a row of its own gets the other machine's. A suite that is not in the table gets the settings for
    Gymnasium environments with the same observations and actions.
    """
    kind = f"{suite.actions} {suite.observes}"
    for name in (suite.name, "gymnasium"):
        for candidate in (machine, "gpu"):
            found = TABLE.get((learner, name, kind, candidate))
            if found is not None:
                return found if name == suite.name else Recommendation(found.learner, f"carried over: {found.source}")
    raise ValueError(f"no recommended settings of {learner} for {suite.name} ({kind})")


def plateau_within(
    learner: LearnerSettings, generalist_steps: int, metric: Literal["return", "success"] = "return"
) -> PlateauSettings:
    """Criterion H for a generalist that may train this many steps before the gate."""
    return plateau_of(generalist_steps // learner.batch_size, metric)


def plateau_of(epochs: int, metric: Literal["return", "success"] = "return") -> PlateauSettings:
    """Criterion H for a generalist that may train this many epochs before the gate."""
    return PlateauSettings(
        metric=metric,
        sigma=round(PLATEAU_SMOOTHING * epochs, 1),
        window=max(2, round(PLATEAU_WINDOW * epochs)),
        margin=PLATEAU_MARGIN,
        min_epochs=round(PLATEAU_EARLIEST * epochs),
    )
