"""Small runs for the tests of the state machine: configurations, states and a simulated world."""

import random
from dataclasses import dataclass, field, replace
from typing import Any

from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.phases import GateOpening, GateView, JobView, Plan, Proposal, RunState, plan
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.protocol.jobs import ENDED, JobSpec, JobStatus
from gsl.protocol.reports import VariationReturn
from gsl.protocol.rounds import Rounds


def config_of(preset: str = "forkmaze-quick", **parts: Any) -> RunConfig:
    """A preset with parts changed: `config_of(gate={"mode": "auto"})`."""
    base = PRESETS[preset].config.model_dump()
    for name, part in parts.items():
        another = isinstance(part, dict) and part.get("name", base[name].get("name")) != base[name].get("name")
        base[name] = {**base[name], **part} if isinstance(part, dict) and not another else part
    return RunConfig.model_validate(base)


def returns(config: RunConfig, means: dict[int, float] | None = None) -> tuple[VariationReturn, ...]:
    chosen = means or {v: 0.1 * v for v in config.suite.training_variations()}
    return tuple(
        VariationReturn(
            variation=v, episodes=5, mean_return=m, std_return=0.2, success_rate=min(1.0, m), mean_length=9.0
        )
        for v, m in chosen.items()
    )


@dataclass
class World:
    """A run outside any database: it does what plans say, and what happens to jobs is told to it.

    What is measured beside the specialists ends as soon as it is planned, unless `measures` is False.
    """

    config: RunConfig
    jobs: dict[str, JobView] = field(default_factory=dict)
    specs: dict[str, JobSpec] = field(default_factory=dict)
    gates: list[GateView] = field(default_factory=list)
    openings: list[GateOpening] = field(default_factory=list)
    evaluations: dict[str, tuple[VariationReturn, ...]] = field(default_factory=dict)
    rounds: dict[str, Rounds] = field(default_factory=dict)
    measures: bool = True
    desired_state: Any = "run"
    plan: Plan = field(default_factory=lambda: Plan("queued", ""))

    @property
    def state(self) -> RunState:
        return RunState(
            tuple(self.jobs.values()), tuple(self.gates), dict(self.evaluations), self.desired_state, rounds=self.rounds
        )

    def advance(self) -> Plan:
        """Carry plans out until nothing new comes."""
        while True:
            self.plan = plan(self.config, self.state)
            self._carry_out(self.plan)
            if not (self.plan.jobs or self.plan.gate):
                return self.plan

    def finish(self, key: str, status: Any = "succeeded", outcome: Any = "budget", spent: int | None = None) -> Plan:
        """End a job and plan again; it spends its whole budget unless said otherwise."""
        job = self.jobs[key]
        used = job.budget if spent is None else spent
        self.jobs[key] = replace(job, status=status, outcome=outcome, spent=used, attempt=1, error=f"{key} broke")
        if job.kind == "evaluation" and key not in self.evaluations:
            self.evaluations[key] = returns(self.config)
        return self.advance()

    def decide(self, action: Any, decision: Proposal | None = None) -> Plan:
        """Decide the newest gate."""
        approved = action == "approve"
        self.gates[-1] = replace(
            self.gates[-1],
            status="approved" if approved else "rejected",
            action=action,
            decision=(decision or self.openings[-1].proposal) if approved else None,
        )
        return self.advance()

    def active(self, *kinds: str) -> list[str]:
        return [job.key for job in self.jobs.values() if job.status not in ENDED and (not kinds or job.kind in kinds)]

    def _carry_out(self, step: Plan) -> None:
        for spec in step.jobs:
            assert spec.key not in self.jobs, f"{spec.key} was planned twice"
            self.specs[spec.key] = spec
            self.jobs[spec.key] = JobView(spec.key, spec.kind, "queued", budget=spec.budget_steps)
            if spec.key == BEFORE_EVALUATION and self.measures:
                self.jobs[spec.key] = replace(self.jobs[spec.key], status="succeeded", outcome="completed")
        if step.gate is not None:
            self._open(step.gate)
        changes: tuple[tuple[tuple[str, ...], JobStatus], ...] = (
            (step.requeue, "queued"),
            (step.hold, "paused"),
            (step.withdraw, "cancelled"),
        )
        for keys, status in changes:
            for key in keys:
                self.jobs[key] = replace(self.jobs[key], status=status)

    def _open(self, opening: GateOpening) -> None:
        auto = opening.mode == "auto"
        self.openings.append(opening)
        self.gates.append(
            GateView(
                opening.segment,
                "approved" if auto else "open",
                cycle=opening.cycle,
                reason_asked=opening.reason_asked,
                action="approve" if auto else None,
                decision=opening.proposal if auto else None,
            )
        )


def stir(world: World, chance: random.Random) -> None:
    """One random thing happens: a job starts, is lost, ends somehow; a person decides, pauses, resumes or cancels."""
    draw = chance.random()
    if draw < 0.05 and world.desired_state != "cancel":
        world.desired_state = chance.choice(["pause", "run", "run", "cancel"])
    elif world.gates and world.gates[-1].status == "open" and draw < 0.5:
        world.decide(chance.choice(["approve", "approve", "continue", "stop"]))
    elif world.active():
        _stir_job(world, chance.choice(world.active()), chance)
    world.advance()


def _stir_job(world: World, key: str, chance: random.Random) -> None:
    job = world.jobs[key]
    if job.status in ("queued", "lost"):
        world.jobs[key] = replace(job, status="running", attempt=job.attempt + 1)
    elif job.status == "running":
        draw = chance.random()
        spent = chance.randint(job.spent, max(job.budget, job.spent))
        stopped = {"pause": "paused", "cancel": "cancelled"}.get(world.desired_state, "succeeded")
        status: Any = "lost" if draw < 0.1 else "failed" if draw < 0.2 else stopped
        if job.kind == "evaluation":
            low = chance.random()
            means = {v: low + chance.random() for v in world.config.suite.training_variations()}
            world.evaluations[key] = returns(world.config, means)
        if job.kind == "specialist":
            world.evaluations[key] = returns(world.config, {v: chance.random() for v in world.specs[key].variations})
        world.finish(key, status, chance.choice(["plateau", "budget", "solved"]), spent)


def at_the_gate(**parts: Any) -> World:
    world = World(config_of(**parts))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    return world


def approved(**parts: Any) -> World:
    world = at_the_gate(**{"gate": {"mode": "auto"}, **parts})
    assert world.plan.status == "specialists"
    return world


def through_specialists(world: World) -> None:
    while keys := world.active("specialist", "demonstrations"):
        world.finish(keys[0], spent=world.jobs[keys[0]].budget // 2)
