"""All measurements, one after the other: python -m benchmarks."""

import subprocess
import sys

NAMES = (
    "envs", "metaworld", "backend", "peers", "gpu", "population", "plateau", "gsl_forkmaze", "gsl_procgen",
    "gsl_metaworld", "ppo_cartpole", "trpo_cartpole", "sac_pendulum", "ppo_reach", "ppg_procgen", "leep", "rl2", "cadm",
    "te_ppo", "distillation", "multitask_ppo", "specialist_steps", "waiting", "page",
)  # fmt: skip


def main() -> int:
    codes = []
    for name in NAMES:
        print(f"\n== benchmarks.{name}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
