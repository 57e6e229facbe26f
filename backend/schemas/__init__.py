"""What the REST API answers: one model for each thing the page, a script or a notebook sees."""

from backend.schemas.base import Accepted, FieldError, Page, Problem, Schema
from backend.schemas.catalogue import ExperimentCreate, ExperimentPublic, Health, PresetInfo, SuiteInfo, WorkerPublic
from backend.schemas.gates import GateApprove, GateEvidence, GateProposal, GatePublic, GateReject, GateVariation
from backend.schemas.jobs import ArtifactPublic, JobPublic, LogSize, QueuePublic
from backend.schemas.measurements import (
    EventPublic,
    FigureInfo,
    FigurePublic,
    LedgerPublic,
    LedgerRow,
    PlateauPublic,
    ReturnsPublic,
    VariationReturnPublic,
)
from backend.schemas.runs import BudgetPreview, PhaseProgress, RunCreate, RunPublic, RunSummary, RunUpdate, Tag

__all__ = [
    "Accepted",
    "ArtifactPublic",
    "BudgetPreview",
    "EventPublic",
    "ExperimentCreate",
    "ExperimentPublic",
    "FieldError",
    "FigureInfo",
    "FigurePublic",
    "GateApprove",
    "GateEvidence",
    "GateProposal",
    "GatePublic",
    "GateReject",
    "GateVariation",
    "Health",
    "JobPublic",
    "LedgerPublic",
    "LedgerRow",
    "LogSize",
    "Page",
    "PhaseProgress",
    "PlateauPublic",
    "PresetInfo",
    "Problem",
    "QueuePublic",
    "ReturnsPublic",
    "RunCreate",
    "RunPublic",
    "RunSummary",
    "RunUpdate",
    "Schema",
    "SuiteInfo",
    "Tag",
    "VariationReturnPublic",
    "WorkerPublic",
]
