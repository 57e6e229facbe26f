"""Presets: configurations that are known to work, as data, in groups."""

from gsl.config.presets.base import Origin, Preset
from gsl.config.presets.classification import CLASSIFICATION_PRESETS
from gsl.config.presets.distillation import DISTILLATION_PRESETS
from gsl.config.presets.dynamics import DYNAMICS_PRESETS
from gsl.config.presets.embeddings import EMBEDDING_PRESETS
from gsl.config.presets.forkmaze import FORKMAZE_PRESETS
from gsl.config.presets.gymnasium import GYMNASIUM_PRESETS
from gsl.config.presets.maniskill import MANISKILL_PRESETS
from gsl.config.presets.memory import MEMORY_PRESETS
from gsl.config.presets.meta_learning import META_LEARNING_PRESETS
from gsl.config.presets.metaworld import METAWORLD_PRESETS
from gsl.config.presets.procgen import PROCGEN_PRESETS
from gsl.config.presets.procgen_paper import PROCGEN_PAPER_PRESETS

__all__ = ["PRESETS", "Origin", "Preset"]

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        *FORKMAZE_PRESETS,
        *GYMNASIUM_PRESETS,
        *MEMORY_PRESETS,
        *DYNAMICS_PRESETS,
        *EMBEDDING_PRESETS,
        *DISTILLATION_PRESETS,
        *META_LEARNING_PRESETS,
        *PROCGEN_PRESETS,
        *METAWORLD_PRESETS,
        *MANISKILL_PRESETS,
        *CLASSIFICATION_PRESETS,
        *PROCGEN_PAPER_PRESETS,
    )
}
