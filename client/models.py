"""The API's answers under the names that scripts and notebooks use; declared in `gsl.protocol.api`."""

from gsl.protocol import api
from gsl.protocol.api import (
    catalogue,
    comparing,
    continuing,
    exporting,
    kept,
    measurements,
    run_lists,
    runs,
    sweeps,
    tree,
    variations,
    videos,
)

Allowance = api.AllowancePublic
Answer = api.Answer
ApprovalLink = api.ApprovalLinkCreated
ArmComparison = api.ArmComparison
Artifact = api.ArtifactPublic
AuditEntry = api.AuditEntryPublic
BinItem = api.BinItem
BudgetPreview = api.BudgetPreview
Change = api.Change
ComparedMetric = api.ComparedMetric
ComparedSource = api.ComparedSource
ComparedSetting = comparing.ComparedSetting
ComparedSettings = comparing.ComparedSettings
Comparison = api.ComparisonPublic
Continuation = runs.ContinuationPublic
ContinuationOffer = continuing.ContinuationOffer
DryRun = api.DryRunPublic
Event = api.EventPublic
Experiment = api.ExperimentPublic
Exporter = exporting.ExporterPublic
FigureInfo = api.FigureInfo
GateComment = api.GateCommentPublic
GateEvidence = api.GateEvidence
GatePreview = api.GatePreview
GateProposal = api.GateProposal
Gate = api.GatePublic
GateApprovals = api.GateApprovals
GateVariation = api.GateVariation
GroupsComparison = comparing.GroupsComparison
Health = api.Health
HealthProblem = api.HealthProblem
Invitation = api.InvitationPublic
InvitationCreated = api.InvitationCreated
Interval = api.IntervalPublic
Job = api.JobPublic
Ledger = api.LedgerPublic
LedgerRow = api.LedgerRow
MetricInfo = api.MetricInfo
MetricSeries = api.MetricSeriesPublic
MetricCharts = measurements.MetricChartsPublic
Metrics = api.MetricsPublic
NoteVersion = api.NoteVersionPublic
Origin = api.Origin
NotebookLines = comparing.NotebookLines
Page = api.Page
PairComparison = api.PairComparison
Person = api.PersonPublic
PhaseProgress = api.PhaseProgress
Plateau = api.PlateauPublic
PlateauDefault = kept.PlateauDefaultPublic
PlateauReplay = api.PlateauReplay
Policy = api.PolicyPublic
Preset = api.PresetInfo
Project = api.ProjectPublic
Provenance = api.ProvenancePublic
ProvenanceDifference = api.ProvenanceDifference
Queue = api.QueuePublic
Returns = api.ReturnsPublic
Run = api.RunPublic
RunExporters = exporting.RunExporters
RunAction = run_lists.RunAction
RunView = kept.RunViewPublic
RunSummary = api.RunSummary
RunsRow = run_lists.RunsRow
RunTree = tree.RunTree
RunsChanged = run_lists.RunsChanged
ShareLink = api.ShareLinkCreated
SpecialistPlan = api.SpecialistPlan
Session = api.SessionPublic
Suite = api.SuiteInfo
Sweep = sweeps.SweepPublic
Token = api.TokenPublic
TokenCreated = api.TokenCreated
Trial = sweeps.TrialPublic
TreeNode = tree.TreeNode
Variation = variations.VariationPublic
VariationEstimate = api.VariationReturnPublic
Variations = variations.VariationsPublic
Video = videos.VideoPublic
VideoChoices = videos.VideoChoices
Waiting = api.WaitingPublic
WaitingGate = api.WaitingGate
Webhook = api.WebhookPublic
WebhookCreated = api.WebhookCreated
Worker = api.WorkerPublic
WorkerUsage = catalogue.WorkerUsage
WorkerToken = api.WorkerTokenPublic
WorkerTokenCreated = api.WorkerTokenCreated
Start = api.SpecialistStart
TableText = comparing.TableText
