"""A run with many specialists, written through the API as workers do: generalist, gate, specialists, fine-tuning."""

from typing import Any

from tests.backend.api_driver import ApiDriver, epoch, evaluation, started

SPECIALISTS, VARIATIONS, STEPS = 14, 24, 1024
EPOCHS = {"generalist": 20, "specialist": 16, "finetune": 24}
PLATEAU = {
    "start_epoch": 12, "detected_epoch": 20, "value": 0.4, "best_later": 0.4, "margin": 0.1, "window": 8,
    "metric": "return",
}  # fmt: skip


def many_specialists(stage: ApiDriver, **fields: Any) -> int:
    """Id of the run, which has succeeded. Specialist n ends at a return of n, the fine-tuned generalist at 20."""
    specialists = {"count": SPECIALISTS, "variations_each": 1, "steps": EPOCHS["specialist"] * STEPS}
    stage.announce("w1", "procgen", "forkmaze")
    config = {"specialists": specialists, "gate": {"mode": "auto"}}
    run_id = stage.launch(preset="procgen-small", config=config, **fields)
    while queued := [job for job in stage.get(f"/runs/{run_id}/jobs") if job["status"] == "queued"]:
        for job in queued:
            _play(stage, job)
    return run_id


def _play(stage: ApiDriver, job: dict[str, Any]) -> None:
    stage.claim(job["id"])
    stage.report(job["id"], started(), *_reports(job))
    outcome = {"generalist": "plateau", "specialist": "budget", "finetune": "budget"}.get(job["kind"], "completed")
    stage.finish(job["id"], outcome)


def _reports(job: dict[str, Any]) -> list[dict[str, Any]]:
    if job["kind"] == "evaluation":
        return [_of_procgen(evaluation(0, [float(variation) for variation in range(VARIATIONS)]))]
    count = EPOCHS.get(job["kind"], 0)
    end = {"generalist": 8.0, "specialist": float(job["index"]), "finetune": 20.0}.get(job["kind"], 0.0)
    reports = [_epoch(number, end * number / count) for number in range(1, count + 1)]
    if job["kind"] == "generalist":
        reports[-1]["plateau"] = PLATEAU
    return reports


def _epoch(number: int, mean: float) -> dict[str, Any]:
    rate = {"learning_rate": 0.0003, "policy_loss": -0.01 * number, "lr<3e-4>fast": 0.5}
    report = epoch(number, mean, STEPS, returns=[], metrics={"entropy": 3 / number} | rate)
    return report | {"success_rate": None}


def _of_procgen(report: dict[str, Any]) -> dict[str, Any]:
    """Its levels report no success."""
    return report | {"training": [row | {"success_rate": None} for row in report["training"]]}
