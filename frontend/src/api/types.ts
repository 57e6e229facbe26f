import type { components } from "./schema";

type Schemas = components["schemas"];

export type RunConfig = Schemas["RunConfig"];
export type RunSummary = Schemas["RunSummary"];
export type Run = Schemas["RunPublic"];
export type RunRecord = Schemas["RunRecord"];
export type RunCreate = Schemas["RunCreate"];
export type RunUpdate = Schemas["RunUpdate"];
export type PhaseProgress = Schemas["PhaseProgress"];
export type Job = Schemas["JobPublic"];
export type Gate = Schemas["GatePublic"];
export type GateVariation = Schemas["GateVariation"];
export type KeepTraining = Schemas["KeepTraining"];
export type GateProposal = Schemas["GateProposal"];
export type GateApprove = Schemas["GateApprove"];
export type Returns = Schemas["ReturnsPublic"];
export type VariationReturn = Schemas["VariationReturnPublic"];
export type SpecialistTerms = Schemas["SpecialistTerms"];
export type Artifact = Schemas["ArtifactPublic"];
export type Event = Schemas["EventPublic"];
export type Queue = Schemas["QueuePublic"];
export type Worker = Schemas["WorkerPublic"];
export type Preset = Schemas["PresetInfo"];
export type Suite = Schemas["SuiteInfo"];
export type BudgetPreview = Schemas["BudgetPreview"];
export type FigureInfo = Schemas["FigureInfo"];
export type Experiment = Schemas["ExperimentPublic"];
export type ExperimentLaunch = Schemas["ExperimentLaunch"];
export type Plateau = Schemas["PlateauPublic"];
export type Provenance = Schemas["ProvenancePublic"];
export type ProvenanceDifference = Schemas["ProvenanceDifference"];
export type SourceState = Schemas["SourcePublic"];
export type Change = Schemas["Change"];
export type Role = Schemas["AccountPublic"]["role"];
export type Project = Schemas["ProjectPublic"];
export type ProjectCreate = Schemas["ProjectCreate"];
export type ProjectUpdate = Schemas["ProjectUpdate"];
export type ProjectMember = Schemas["ProjectMemberPublic"];
export type ProjectRole = ProjectMember["role"];
export type ExperimentUpdate = Schemas["ExperimentUpdate"];
export type BinItem = Schemas["BinItem"];
export type Token = Schemas["TokenPublic"];
export type TokenCreate = Schemas["TokenCreate"];
export type WorkerToken = Schemas["WorkerTokenPublic"];
export type Person = Schemas["PersonPublic"];
export type PersonUpdate = Schemas["PersonUpdate"];
export type PasswordChange = Schemas["PasswordChange"];
export type Invitation = Schemas["InvitationPublic"];
export type InvitationCreate = Schemas["InvitationCreate"];
export type InvitationAccept = Schemas["InvitationAccept"];
export type AuditEntry = Schemas["AuditEntryPublic"];

export type RunStatus = RunSummary["status"];
export type Phase = PhaseProgress["phase"];
export type Source = VariationReturn["source"];
export type StartMode = GateProposal["start"];
export type Comparison = Schemas["ComparisonPublic"];
export type ArmComparison = Schemas["ArmComparison"];
export type PairComparison = Schemas["PairComparison"];
export type Interval = Schemas["IntervalPublic"];
export type ComparedMetric = Comparison["metric"];
export type ComparedSource = Comparison["source"];

const ENDED = new Set<string>(["succeeded", "failed", "cancelled"]);

/** Whether a run or job of this status has ended for good. */
export const hasEnded = (status: string) => ENDED.has(status);
