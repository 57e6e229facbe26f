"""The picture: well-formed, every goal labelled, paths as they were walked."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np

from gsl.config.suites import ForkMazeSuite
from gsl.worker.envs import make_env
from gsl.worker.envs.forkmaze.map import MOVES, ForkMaze
from gsl.worker.envs.forkmaze.picture import Path, paths, picture
from gsl.worker.envs.sampling.samplers import QueueSampler

SUITE = ForkMazeSuite(goals=4, corridor=3, branch=2, time_limit=20)
SVG = "{http://www.w3.org/2000/svg}"


def walk(queue: list[int], num_envs: int, target: int) -> list[Path]:
    """Play the queue with everybody walking to `target`, whatever the goal, and cut the steps into paths."""
    maze = ForkMaze(SUITE)
    way = maze.shortest_path(target)
    follow = {a: MOVES.index((b[0] - a[0], b[1] - a[1])) for a, b in pairwise(way)}
    env = make_env(SUITE, num_envs, QueueSampler(queue), seed=0)
    observation, seen, acted, steps = env.reset(), [], [], []
    for _ in range(3 * len(way)):
        action = np.array([follow[x, y] for x, y in maze.cells(observation).tolist()])
        seen.append(observation)
        acted.append(action)
        steps.append(env.step(action))
        observation = steps[-1].observation
    done, variation = np.stack([step.done for step in steps]), np.stack([step.variation for step in steps])
    success = np.stack([step.success for step in steps if step.success is not None])
    return paths(SUITE, np.stack(seen), np.stack(acted), done, variation, success)


def test_paths_are_whole_episodes_with_their_last_cell_and_no_idle_ones() -> None:
    found = walk([0, 3, 3], num_envs=2, target=3)
    way = tuple(ForkMaze(SUITE).shortest_path(3))
    assert [(path.variation, path.success) for path in found] == [(0, False), (3, True), (3, True)]
    assert all(path.cells == way for path in found)


def test_the_picture_labels_every_goal_and_counts_what_arrived() -> None:
    root = ET.fromstring(picture(SUITE, walk([0, 3, 3], num_envs=2, target=3)))
    labels = [text.text for text in root.iter(f"{SVG}text")]
    assert labels == ["start", "goal 0: 0 of 1", "goal 1", "goal 2", "goal 3: 2 of 2"]
    lines = [line.get("class") for line in root.iter(f"{SVG}polyline")]
    assert lines == ["path failed", "path", "path"]


def test_the_empty_maze_has_a_wall_round_every_row() -> None:
    root = ET.fromstring(picture(SUITE))
    assert len(list(root.iter(f"{SVG}rect"))) == 1 + ForkMaze(SUITE).open.sum()
    walls = [wall for wall in root.iter(f"{SVG}line") if wall.get("y1") == wall.get("y2")]
    assert len(walls) == 2 * SUITE.corridor + 2 + SUITE.branch * (SUITE.goals + 1)
