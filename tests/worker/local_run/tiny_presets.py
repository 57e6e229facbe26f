"""Presets made so small that a whole run takes a second or two, and still goes through every phase."""

from typing import Any

from gsl.config.run import RunConfig
from gsl.config.step_budget import demonstration_floor, round_steps, specialist_reserve

_LEARNERS: dict[str, dict[str, Any]] = {
    "ppo": {"num_envs": 4, "num_steps": 16, "num_minibatches": 2, "update_epochs": 1, "micro_batch": 64},
    "ppg": {
        "num_envs": 4, "num_steps": 16, "num_minibatches": 2, "n_pi": 4, "e_aux": 1, "aux_rollouts": 4,
        "micro_batch": 64,
    },
    "sac": {"num_envs": 4, "num_steps": 16, "warm_up": 32, "replay_size": 4096, "update_ratio": 0.1, "replay_batch": 8},
    "trpo": {"num_envs": 4, "num_steps": 16, "value_minibatch": 16, "value_epochs": 1},
    "leep": {"num_envs": 4, "num_steps": 16, "num_minibatches": 2, "update_epochs": 1},
    "sequence": {"num_envs": 4, "num_steps": 16, "num_minibatches": 2, "update_epochs": 1, "width": 8, "layers": 1},
    "rl2": {"num_envs": 4, "num_steps": 16, "num_minibatches": 2, "update_epochs": 1, "memory": 8},
    "ppo_cadm": {
        "num_envs": 4, "num_steps": 16, "num_minibatches": 2, "update_epochs": 1, "model_steps": 64, "model_updates": 1,
        "model_minibatch": 16, "history": 2, "future": 2, "encoder": (8,), "model": {"width": 8, "depth": 1},
    },
    "cadm": {
        "num_envs": 4, "num_steps": 16, "warm_up": 64, "updates": 1, "minibatch": 16, "horizon": 2, "candidates": 4,
        "elites": 2, "history": 2, "future": 2, "encoder": (8,),
    },
    "te_ppo": {"num_envs": 4, "num_steps": 16, "num_minibatches": 2, "update_epochs": 1, "encoder_width": 8},
    "maml": {"num_envs": 4, "num_steps": 32, "adapt_after": 1},
    "pearl": {
        "num_envs": 4, "num_steps": 16, "warm_up": 32, "update_ratio": 0.1, "meta_batch": 2, "replay_batch": 8,
        "explore_episodes": 1,
    },
}  # fmt: skip
_NETWORKS: dict[str, dict[str, Any]] = {
    "mlp": {"width": 8}, "small_cnn": {"width": 8, "channels": 4}, "impala": {"width": 8, "channels": (4, 4)},
}  # fmt: skip
_SUITES: dict[str, dict[str, Any]] = {
    "forkmaze": {},
    "procgen": {"num_levels": 2, "held_out_levels": 0, "num_threads": 0},
    "metaworld": {"time_limit": 4, "goals": 1, "held_out_goals": 1, "processes": 1},
    "gymnasium": {"time_limit": 8},
    "gridnavi": {"time_limit": 4},
    "pendulum": {"time_limit": 8, "values": 2},
    "cartpole": {"time_limit": 8, "values": 2},
    "circle": {"goals": 3, "time_limit": 8},
    "bandits": {"bandits": 3, "held_out_bandits": 1},
    "darkroom": {"size": 3, "held_out_goals": 2, "time_limit": 4},
    "keytodoor": {"size": 3, "pairs": 3, "held_out_pairs": 1, "time_limit": 6},
    "navigation": {"time_limit": 3, "training_goals": 3, "held_out_goals": 1},
    "maniskill": {"time_limit": 4, "num_seeds": 3, "held_out_seeds": 1},
    "classification": {"images": 3, "held_out_images": 1, "guesses": 4},
}  # what cannot be made shorter there, as Procgen's episodes, decides how many variations are left
_GUIDES: dict[str, dict[str, Any]] = {
    "gail": {"width": 8, "updates": 1, "batch_size": 8, "recent_steps": 64}, "dapg": {"batch_size": 8},
    "distillation": {"updates": 3, "batch_size": 4},
}  # fmt: skip


def tiny(config: RunConfig) -> RunConfig:
    """The same suite, learner, network and guide with a few environments, epochs, episodes and variations.

    A generalist of two epochs, specialists of two, an episode a variation wherever one is asked for, and as much for
    fine-tuning as the rules want. Everything that may be shortened is; the gate approves by itself.
    """
    whole = config.model_dump()
    for part, smaller in (("learner", _LEARNERS), ("suite", _SUITES), ("guide", _GUIDES)):
        whole[part] |= smaller.get(whole[part]["name"], {})
    if whole["suite"].get("variations") == "goals":
        whole["suite"]["goals"] = 3
    whole["learner"]["network"] |= _NETWORKS[config.learner.network.name]
    specialists = 2
    if config.suite.name == "procgen":  # episodes are long: more of them side by side, and fewer of everything else
        specialists = 1
        whole["learner"] |= {"num_envs": 8, "num_steps": 32, "micro_batch": 256}
    if config.trial.scored:
        whole["trial"] = {"episodes": 2, "scored": 1}
    epoch = whole["learner"]["num_envs"] * whole["learner"]["num_steps"]
    whole["plateau"] |= {"sigma": 0, "window": 2, "min_epochs": 0}
    whole["specialists"] |= {"count": specialists, "variations_each": 1, "steps": 10**6}
    whole["demonstrations"] |= {"per_variation": 1, "generalist_per_variation": 1, "max_tries": 1}
    if config.demonstrations.record == "history":
        whole["demonstrations"] |= {"per_variation": 2, "generalist_per_variation": 0, "max_tries": 2}
    if config.trial.scored:
        whole["demonstrations"]["max_tries"] = 2
    if config.learner.has_memory:
        whole["trial"]["episodes"] = min(2, whole["trial"]["episodes"])
    whole["evaluation"] |= {"episodes": 1, "every_epochs": 0, "held_out_sample": 1}
    whole["gate"] |= {"mode": "auto"}
    whole["budget"] = {"generalist_steps": 3 * epoch, "total_steps": 10**9}
    roomy = RunConfig.model_validate(whole)
    steps = 2 * epoch + specialist_reserve(roomy, 1, 2 * epoch)
    needed = 3 * epoch + specialists * steps + demonstration_floor(roomy) + epoch
    whole["specialists"]["steps"] = steps
    evaluation = round_steps(roomy, len(roomy.suite.training_variations()))
    whole["budget"]["total_steps"] = needed + evaluation
    return RunConfig.model_validate(whole)
