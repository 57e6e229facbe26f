"""Meta-learning on goals that cannot be seen: minutes on a laptop."""

from gsl.config.guides import NoGuide
from gsl.config.method import BudgetSettings, EvaluationSettings, SpecialistSettings
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.sampling import TrialSettings
from gsl.config.suites import NavigationSuite

_GROUP = "Meta-learning"
_NAVIGATION = NavigationSuite()
_ROBOT = NavigationSuite(
    start="anywhere", extent=1.0, time_limit=20, end_within=0.0, training_goals=80, held_out_goals=20
)
_PEARL = recommended("pearl", _ROBOT).learner
_MAML = recommended("maml", _NAVIGATION).learner

NAVIGATION_MAML = Preset(
    name="navigation-maml",
    title="2-D navigation: MAML-TRPO",
    description="A point walks to a goal that it cannot see: five episodes, one gradient step on them, five more. "
    "Forty goals are held out. 1.2 million steps, a minute or two on a core.",
    group=_GROUP,
    origins=origins(
        paper="suite.goals suite.extent suite.time_limit suite.end_within",
        library="learner.gamma learner.gae_lambda learner.cg_iterations learner.cg_damping learner.backtracks "
        "learner.backtrack_ratio learner.learning_rate",
    ),
    config=RunConfig(
        suite=_NAVIGATION,
        learner=_MAML,
        trial=TrialSettings(episodes=10),
        plateau=plateau_within(_MAML, 480_000),
        specialists=SpecialistSettings(count=2, variations_each=10, steps=100_000),
        guide=NoGuide(),
        evaluation=EvaluationSettings(episodes=1, held_out_sample=40),
        budget=BudgetSettings(total_steps=1_200_000, generalist_steps=480_000),
        arm="generalist",
    ),
)

ROBOT_PEARL = Preset(
    name="robot-pearl",
    title="Point robot: PEARL",
    description="A point that begins anywhere walks to a goal that it cannot see: two episodes to find out, two to use "
    "it. Twenty goals are held out. 80,000 steps, a minute or two on a core.",
    group=_GROUP,
    origins=origins(
        paper="suite.goals suite.extent suite.start suite.time_limit suite.end_within suite.training_goals "
        "suite.held_out_goals learner.latent learner.context_batch learner.gamma learner.tau",
    ),
    config=RunConfig(
        suite=_ROBOT,
        learner=_PEARL,
        trial=TrialSettings(episodes=4),
        plateau=plateau_within(_PEARL, 40_000),
        specialists=SpecialistSettings(count=2, variations_each=10, steps=10_000),
        guide=NoGuide(),
        evaluation=EvaluationSettings(episodes=2, held_out_sample=20),
        budget=BudgetSettings(total_steps=80_000, generalist_steps=40_000),
        arm="generalist",
    ),
)

META_LEARNING_PRESETS = (NAVIGATION_MAML, ROBOT_PEARL)
