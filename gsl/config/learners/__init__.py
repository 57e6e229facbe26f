"""Learners: algorithms that improve a policy from experience."""

from gsl.config.learners.base import LearnerSettings
from gsl.config.learners.cadm import CaDM
from gsl.config.learners.external import ExternalLearner
from gsl.config.learners.leep import LEEP
from gsl.config.learners.maml import MAML
from gsl.config.learners.pearl import PEARL
from gsl.config.learners.ppg import PPG
from gsl.config.learners.ppo import PPO
from gsl.config.learners.ppo_cadm import PPOCaDM
from gsl.config.learners.rl2 import RL2
from gsl.config.learners.sac import SAC
from gsl.config.learners.sequence import SequenceModel
from gsl.config.learners.te_ppo import TEPPO
from gsl.config.learners.trpo import TRPO

__all__ = [
    "BUILTIN_LEARNERS",
    "LEEP",
    "MAML",
    "PEARL",
    "PPG",
    "PPO",
    "RL2",
    "SAC",
    "TEPPO",
    "TRPO",
    "CaDM",
    "ExternalLearner",
    "LearnerSettings",
    "PPOCaDM",
    "SequenceModel",
]

BUILTIN_LEARNERS: tuple[type[LearnerSettings], ...] = (
    PPO,
    PPG,
    TRPO,
    SAC,
    LEEP,
    RL2,
    CaDM,
    PPOCaDM,
    TEPPO,
    SequenceModel,
    MAML,
    PEARL,
    ExternalLearner,
)
