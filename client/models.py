"""The API's answers under the names that scripts and notebooks use; declared in `gsl.protocol.api`."""

from gsl.protocol import api

Answer = api.Answer
ArmComparison = api.ArmComparison
Artifact = api.ArtifactPublic
BudgetPreview = api.BudgetPreview
Change = api.Change
ComparedMetric = api.ComparedMetric
ComparedSource = api.ComparedSource
Comparison = api.ComparisonPublic
Event = api.EventPublic
Experiment = api.ExperimentPublic
FigureInfo = api.FigureInfo
GateEvidence = api.GateEvidence
GateProposal = api.GateProposal
Gate = api.GatePublic
GateApprovals = api.GateApprovals
GateVariation = api.GateVariation
Health = api.Health
HealthProblem = api.HealthProblem
Interval = api.IntervalPublic
Job = api.JobPublic
Ledger = api.LedgerPublic
LedgerRow = api.LedgerRow
MetricInfo = api.MetricInfo
MetricSeries = api.MetricSeriesPublic
Metrics = api.MetricsPublic
Page = api.Page
PairComparison = api.PairComparison
PhaseProgress = api.PhaseProgress
Plateau = api.PlateauPublic
Preset = api.PresetInfo
Project = api.ProjectPublic
Provenance = api.ProvenancePublic
ProvenanceDifference = api.ProvenanceDifference
Queue = api.QueuePublic
Returns = api.ReturnsPublic
Run = api.RunPublic
RunSummary = api.RunSummary
SpecialistPlan = api.SpecialistPlan
Session = api.SessionPublic
Suite = api.SuiteInfo
VariationEstimate = api.VariationReturnPublic
Waiting = api.WaitingPublic
Worker = api.WorkerPublic
Start = api.SpecialistStart
