"""A file of fewer than 40 lines needs a reason: a rule that its kind of file follows, or a line in the list below."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
FEWEST_LINES = 40
MOST_SMALL_FILES = 84
"""Those that are counted; lower it when there are fewer."""

NOT_COUNTED = {
    r"(.*/)?__init__\.py": "a package's purpose and what it exports",
    r"alembic/versions/.*": "a migration",
    r"(tests/.*|frontend/.*\.test\.tsx?)": "a test or its cases: tests mirror the modules",
    r"frontend/(.*\.d\.ts|\w+\.config\.ts)": "types of a package without any, or a tool's settings",
}

COUNTED = {
    r".*/__main__\.py|backend/openapi\.py|worker/runner/main\.py|frontend/src/main\.tsx": "an entry point",
    r".*/base\.py": "a protocol that several files implement",
    r"frontend/src/(.*/)?[A-Z]\w*\.tsx": "one component a file, as React has it",
    r"frontend/src/(.*/)?use[A-Z]\w*\.ts": "one hook a file, as React has it",
    r"frontend/src/(components|form|format|pages)/\S+\.ts": "what a component computes, tested without it",
    r"gsl/config/(guides|learners|suites)/.*": "the settings of one guide, learner or suite",
    r"backend/(figures|store/figures)/.*": "one figure, or what it reads",
    r"backend/api/.*": "the routes of one resource",
    r"benchmarks/\w+\.py": "one command",
    r"examples/.*": "one class, as docs/extending.md promises",
    r"worker/nets/.*": "one part of a network",
}

REASONS = {
    "backend/domain/suites.py": "the catalogue's view of suites: pure, apart from the route that serves it",
    "backend/store/audit.py": "the one place that says who did what, for routes and services",
    "backend/store/jobs/locks.py": "the one order in which rows are locked",
    "backend/store/jobs/on_demand.py": "pure, beside the 250 lines of planning that uses it",
    "backend/store/jobs/status.py": "the one place that changes a run's status",
    "backend/store/members.py": "the one rule by which workers share what trains as one, over who is live",
    "backend/store/wholeness.py": "read by figures, exports and returns",
    "backend/telemetry.py": "counters, below all that they count",
    "benchmarks/method/combined.py": "the README's figure, over all studies",
    "benchmarks/method/current.py": "which results count, for tables and figures",
    "benchmarks/method/pages.py": "writes tables into documentation, for every command",
    "benchmarks/method/scale.py": "the axis, pure, beside the figure that is 200 lines long",
    "benchmarks/peers/environment.py": "the other library's own Python environment",
    "client/errors.py": "what scripts catch",
    "frontend/src/api/address.ts": "the one place that knows the base path, and which link opened the page",
    "frontend/src/api/client.ts": "the one instance of the generated client",
    "frontend/src/api/throttle.ts": "pure, apart from the event source that uses it",
    "frontend/src/presets/presets.ts": "pure search over presets, apart from what shows them",
    "gsl/config/run.py": "the configuration itself, over its parts and rules, without an import cycle",
    "gsl/method/score.py": "the one score, for trainer, planner and store",
    "gsl/protocol/rounds.py": "a part of the protocol: read by worker, backend and client",
    "gsl/atomic_file.py": "the one way a file is written whole, for worker, client and benchmarks",
    "gsl/seeds.py": "the one source of seeds",
    "tools/wheel_hook.py": "an entry point: what the build of a wheel calls",
    "worker/envs/metaworld/process.py": "an entry point: the process that simulates",
    "worker/learners/gradients.py": "shared by the learners",
    "worker/job/process.py": "what shim, warm parent and trainer share",
    "worker/plugins.py": "the one import of code that settings name",
    "worker/runner/polling.py": "a slot without Celery, apart from the one with it",
    "worker/runner/threads.py": "the one rule by which jobs share cores",
    "worker/trainer/member_log.py": "where log lines go: needed by jobs and populations alike",
}


def small_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.py", "*.ts", "*.tsx"], cwd=ROOT, check=True, capture_output=True)
    files = [name for name in listed.stdout.decode().split() if (ROOT / name).is_file()]
    return [name for name in files if len((ROOT / name).read_text().splitlines()) < FEWEST_LINES]


def without(rules: Iterable[str]) -> set[str]:
    """Small files that no rule fits."""
    return {name for name in small_files() if not any(re.fullmatch(rule, name) for rule in rules)}


def test_every_small_file_has_a_reason() -> None:
    assert without([*NOT_COUNTED, *COUNTED]) - REASONS.keys() == set()


def test_no_reason_outlives_its_file() -> None:
    assert REASONS.keys() - without([*NOT_COUNTED, *COUNTED]) == set()


def test_small_files_become_no_more() -> None:
    assert len(without(NOT_COUNTED)) <= MOST_SMALL_FILES
