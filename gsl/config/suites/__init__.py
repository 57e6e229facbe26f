"""Suites: families of environments, each with its variations."""

from gsl.config.suites.bandits import BanditSuite
from gsl.config.suites.base import SuiteSettings
from gsl.config.suites.circle import CircleSuite
from gsl.config.suites.classification import ClassificationSuite
from gsl.config.suites.darkroom import DarkRoomSuite
from gsl.config.suites.external import ExternalSuite
from gsl.config.suites.forkmaze import ForkMazeSuite
from gsl.config.suites.gridnavi import GridNaviSuite
from gsl.config.suites.gymnasium import GymnasiumSuite
from gsl.config.suites.keytodoor import KeyToDoorSuite
from gsl.config.suites.maniskill import ManiSkillSuite
from gsl.config.suites.metaworld.settings import MetaWorldSuite
from gsl.config.suites.navigation import NavigationSuite
from gsl.config.suites.physics import CartPoleSuite, PendulumSuite
from gsl.config.suites.procgen import ProcgenSuite

__all__ = [
    "BUILTIN_SUITES",
    "BanditSuite",
    "CartPoleSuite",
    "CircleSuite",
    "ClassificationSuite",
    "DarkRoomSuite",
    "ExternalSuite",
    "ForkMazeSuite",
    "GridNaviSuite",
    "GymnasiumSuite",
    "KeyToDoorSuite",
    "ManiSkillSuite",
    "MetaWorldSuite",
    "NavigationSuite",
    "PendulumSuite",
    "ProcgenSuite",
    "SuiteSettings",
]

BUILTIN_SUITES: tuple[type[SuiteSettings], ...] = (
    ForkMazeSuite,
    ProcgenSuite,
    MetaWorldSuite,
    GymnasiumSuite,
    ManiSkillSuite,
    ClassificationSuite,
    GridNaviSuite,
    BanditSuite,
    DarkRoomSuite,
    KeyToDoorSuite,
    PendulumSuite,
    CartPoleSuite,
    CircleSuite,
    NavigationSuite,
    ExternalSuite,
)
