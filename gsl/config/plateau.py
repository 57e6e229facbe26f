"""Settings of criterion H, which detects that the generalist has stopped learning."""

from typing import Literal

from gsl.config.base import Settings, setting


class PlateauSettings(Settings):
    """Criterion H: a plateau is reached when the metric rises by no more than the margin over a whole window."""

    metric: Literal["return", "success"] = setting(
        "return",
        "Training metric to watch: the mean return or the success rate. Success needs a suite that signals it.",
    )
    sigma: float = setting(
        3.0,
        "Standard deviation of the Gaussian filter over past epochs, each weighted by its episodes. Increase it for "
        "noisy curves; 0 turns smoothing off.",
        unit="epochs",
        ge=0,
        le=1000,
    )
    window: int = setting(
        20,
        "Number of epochs without improvement that make a plateau. A good choice is 30 % of the generalist's epochs; a "
        "shorter window detects plateaus earlier but is wrong more often.",
        unit="epochs",
        ge=2,
        le=100_000,
    )
    margin: float = setting(
        0.05,
        "Smaller improvements within the window count as none. As a fraction, keep it below the window's share of the "
        "generalist's epochs, or even a steady rise counts as a plateau.",
        ge=0,
    )
    margin_mode: Literal["fraction", "absolute"] = setting(
        "fraction",
        "fraction: the margin is a share of the metric's range so far. absolute: it is in the metric's own unit.",
    )
    confidence: float = setting(
        0.95,
        "Confidence with which the trend in the window must be below the margin. A higher value avoids false alarms, "
        "but detects a plateau later if epochs have few episodes.",
        ge=0.5,
        lt=1,
    )
    min_epochs: int = setting(
        20,
        "Earliest epoch at which a plateau may begin. Increase it if training starts with a flat stretch.",
        unit="epochs",
        ge=0,
        le=1_000_000,
    )
    rewind: bool = setting(
        False, "Start specialists and fine-tuning from the checkpoint where the plateau began, not from the last one."
    )
