"""Task embeddings: a minute or two on a laptop."""

from gsl.config.guides import GAIL
from gsl.config.learners import PPO
from gsl.config.method import BudgetSettings, DemonstrationSettings, EvaluationSettings, SpecialistSettings
from gsl.config.networks import MLP
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.suites import CircleSuite

_CIRCLE = CircleSuite()
_LEARNER = recommended("te_ppo", _CIRCLE).learner
_GENERALIST_STEPS = 160_000
_PPO = PPO(
    network=MLP(width=32, depth=2), device="cpu", num_envs=32, num_steps=128, num_minibatches=16, update_epochs=10,
    learning_rate=1e-3, gamma=0.99, ent_coef=0.0,
)  # fmt: skip

CIRCLE = Preset(
    name="circle-te-ppo",
    title="Goals on a circle: TE-PPO and PPO",
    description="Four goals that the policy knows by an embedding alone, each its own behaviour after 300,000 steps. "
    "PPO sees the goal itself.",
    group="Task embeddings",
    origins=origins(
        library="suite learner.embedding_size learner.encoder_width learner.embedding_std learner.embedding_std_max "
        "learner.inference_coef learner.window learner.update_epochs learner.learning_rate learner.gamma "
        "learner.clip_coef learner.ent_coef"
    ),
    config=RunConfig(
        suite=_CIRCLE,
        learner=_LEARNER,
        plateau=plateau_within(_LEARNER, _GENERALIST_STEPS, "success"),
        specialists=SpecialistSettings(count=2, variations_each=1, steps=30_000),
        demonstrations=DemonstrationSettings(per_variation=5, generalist_per_variation=5, max_tries=20),
        guide=GAIL(),
        evaluation=EvaluationSettings(episodes=10, every_epochs=10),
        budget=BudgetSettings(total_steps=300_000, generalist_steps=_GENERALIST_STEPS),
        arm="generalist",
    ),
    arms={"TE-PPO": {}, "PPO": {"learner": _PPO.model_dump(mode="json")}},
)

EMBEDDING_PRESETS = (CIRCLE,)
