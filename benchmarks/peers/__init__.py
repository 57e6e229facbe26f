"""Ours against Stable-Baselines3, alternately in one run: `python -m benchmarks.peers`.

Each side is a process of its own that computes a window when it is told to, while the other waits: `ours.py` in the
product's environment, `theirs.py` in one that holds Stable-Baselines3 and that the benchmark makes for itself. Both
read the same `Case`. What the other side does not compute costs it nothing, so neighbours on the machine slow both
windows of a pair alike, and the ratio of each pair holds where absolute figures do not.
"""
