"""PPO in one file, in JAX alone, as a trainer of GSL Lab's runs: CartPole with poles of different lengths.

It needs jax and gsl_trainer.py. Environments, rollout and update are one compiled function, and everything that it
changes is one tree of arrays, so a checkpoint is that tree and a job that was stopped goes on exactly. A variation is
the pole's length, in the argument `lengths`. Fine-tuning adds a behaviour-cloning loss on the demonstrations. See
docs/own-trainer.md.
"""

from functools import partial
from itertools import pairwise
from pathlib import Path

import gsl_trainer
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

GAMMA, LAMBDA, CLIP, PASSES, MINIBATCHES, CLONING = 0.99, 0.95, 0.2, 4, 4, 0.1
ENDS = ("done", "variation", "steps")
NOTHING = {"obs": np.zeros((0, 4), np.float32), "action": np.zeros(0, np.int32)}
GRAVITY, CART, POLE, FORCE, TAU, WIDEST, FARTHEST = 9.8, 1.0, 0.1, 10.0, 0.02, 0.2095, 2.4


def new_agent(seed):
    rng = np.random.default_rng(seed)

    def layers(*sizes):
        return [(np.float32(rng.normal(0, i**-0.5, (i, o))), np.zeros(o, np.float32)) for i, o in pairwise(sizes)]

    return {"actor": layers(4, 64, 64, 2), "critic": layers(4, 64, 64, 1)}


def net(layers, x):
    for weight, bias in layers[:-1]:
        x = jnp.tanh(x @ weight + bias)
    return x @ layers[-1][0] + layers[-1][1]


@partial(jax.jit, static_argnames="number")
def begin(key, chances, number):
    """That many carts, each on a variation that is drawn by these logarithms of chances."""
    drawing, placing = random.split(key)
    return {
        "variation": random.categorical(drawing, chances, shape=(number,)),
        "physics": random.uniform(placing, (number, 4), minval=-0.05, maxval=0.05),
        "steps": jnp.zeros(number, jnp.int32),
    }


def advance(carts, action, lengths, longest):
    """The carts a step later, and which episodes ended. Every step earns 1, so a return is a number of steps."""
    x, speed, angle, turning = carts["physics"].T
    length, mass = lengths[carts["variation"]], CART + POLE
    push = (jnp.where(action == 1, FORCE, -FORCE) + POLE * length * turning**2 * jnp.sin(angle)) / mass
    lever = length * (4 / 3 - POLE * jnp.cos(angle) ** 2 / mass)
    turn = (GRAVITY * jnp.sin(angle) - jnp.cos(angle) * push) / lever
    pull = push - POLE * length * turn * jnp.cos(angle) / mass
    physics = jnp.stack([x + TAU * speed, speed + TAU * pull, angle + TAU * turning, turning + TAU * turn], 1)
    steps = carts["steps"] + 1
    fell = (jnp.abs(physics[:, 0]) > FARTHEST) | (jnp.abs(physics[:, 2]) > WIDEST)
    return {**carts, "physics": physics, "steps": steps}, fell | (steps == longest)


def log_prob(agent, obs, action):
    return jnp.take_along_axis(jax.nn.log_softmax(net(agent["actor"], obs)), action[:, None], 1)[:, 0]


def loss(agent, batch, shown, cloning):
    policy = jax.nn.log_softmax(net(agent["actor"], batch["obs"]))
    entropy = -(jnp.exp(policy) * policy).sum(-1).mean()
    ratio = jnp.exp(log_prob(agent, batch["obs"], batch["action"]) - batch["log_prob"])
    gain = (batch["advantage"] - batch["advantage"].mean()) / (batch["advantage"].std() + 1e-8)
    surrogate = jnp.minimum(ratio * gain, jnp.clip(ratio, 1 - CLIP, 1 + CLIP) * gain).mean()
    error = ((net(agent["critic"], batch["obs"])[:, 0] - batch["target"]) ** 2).mean()
    cloned = log_prob(agent, shown["obs"], shown["action"]).mean()
    return -surrogate + 0.5 * error - 0.01 * entropy - cloning * cloned, entropy


def adam(state, gradient, rate):
    norm = jnp.sqrt(sum((leaf**2).sum() for leaf in jax.tree.leaves(gradient)))
    gradient, count = jax.tree.map(lambda g: g * jnp.minimum(1, 0.5 / (norm + 1e-6)), gradient), state["count"] + 1
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, state["mean"], gradient)
    square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g**2, state["square"], gradient)
    m, s = rate / (1 - 0.9**count), 1 / (1 - 0.999**count)
    agent = jax.tree.map(lambda a, x, y: a - m * x / (jnp.sqrt(s * y) + 1e-5), state["agent"], mean, square)
    return {**state, "agent": agent, "mean": mean, "square": square, "count": count}


def rollout(agent, carts, key, chances, lengths, steps, longest):
    """The carts after so many steps, and what was seen and done: arrays with steps and carts as their first axes."""

    def step(carry, _):
        carts, key = carry
        key, acting, beginning = random.split(key, 3)
        action = random.categorical(acting, net(agent["actor"], carts["physics"]))
        now = {"obs": carts["physics"], "action": action, "log_prob": log_prob(agent, carts["physics"], action)}
        moved, done = advance(carts, action, lengths, longest)
        new = begin(beginning, chances, len(done))
        carts = jax.tree.map(lambda a, b: jnp.where(done.reshape(-1, *[1] * (a.ndim - 1)), a, b), new, moved)
        return (carts, key), {**now, "done": done, "variation": moved["variation"], "steps": moved["steps"]}

    (carts, key), batch = lax.scan(step, (carts, key), None, steps)
    return carts, key, batch


def advantages(value, last, done):
    def back(carry, now):
        advantage, following = carry
        value, goes_on = now
        advantage = 1 - value + goes_on * GAMMA * (following + LAMBDA * advantage)
        return (advantage, value), advantage

    return lax.scan(back, (jnp.zeros_like(last), last), (value, 1.0 - done), reverse=True)[1]


@partial(jax.jit, static_argnames=("steps", "longest"))
def epoch(state, chances, lengths, shown, cloning, rate, *, steps, longest):
    """A rollout and its update: the state after them, the policy's entropy, and which episodes ended when."""
    carts, key, batch = rollout(state["agent"], state["carts"], state["key"], chances, lengths, steps, longest)
    critic = state["agent"]["critic"]
    value = net(critic, batch["obs"])[..., 0]
    advantage = advantages(value, net(critic, carts["physics"])[:, 0], batch["done"])
    rows = {name: batch[name] for name in ("obs", "action", "log_prob")}
    rows |= {"advantage": advantage, "target": advantage + value}
    rows = jax.tree.map(lambda a: a.reshape(-1, *a.shape[2:]), rows)

    def learn(carry, chosen):
        state, key = carry
        key, drawing = random.split(key)
        drawn = random.randint(drawing, (256,), 0, len(shown["action"]))
        some, part = jax.tree.map(lambda a: a[drawn], shown), jax.tree.map(lambda a: a[chosen], rows)
        gradient, entropy = jax.grad(loss, has_aux=True)(state["agent"], part, some, cloning)
        return (adam(state, gradient, rate), key), entropy

    key, shuffling = random.split(key)
    orders = jax.vmap(lambda k: random.permutation(k, advantage.size))(random.split(shuffling, PASSES))
    (state, key), entropy = lax.scan(learn, (state, key), orders.reshape(PASSES * MINIBATCHES, -1))
    return {**state, "carts": carts, "key": key}, entropy[-1], {name: batch[name] for name in ENDS}


@partial(jax.jit, static_argnames=("longest", "deterministic"))
def play(agent, variation, lengths, key, *, longest, deterministic):
    """An episode for each entry of `variation`, side by side: observations, actions, and their lengths."""

    def step(carry, _):
        carts, key, over = carry
        key, acting = random.split(key)
        logits = net(agent["actor"], carts["physics"])
        action = logits.argmax(-1) if deterministic else random.categorical(acting, logits)
        moved, done = advance(carts, action, lengths, longest)
        return (moved, key, over | done), (carts["physics"], action, ~over)

    key, beginning = random.split(key)
    carts = {**begin(beginning, jnp.zeros(len(lengths)), len(variation)), "variation": variation}
    _, (obs, action, alive) = lax.scan(step, (carts, key, jnp.zeros(len(variation), bool)), None, longest)
    return obs, action, alive.sum(0)


def named(tree):
    return {jax.tree_util.keystr(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(tree)}


def read(path, like):
    """A tree that was saved as arrays by their names, with the form of another one."""
    with np.load(path) as file:
        return jax.tree_util.tree_map_with_path(lambda name, _: file[jax.tree_util.keystr(name)], like)


def write(path, arrays):
    with Path(path).open("wb") as file:
        np.savez(file, **arrays)


def train(job, agent, lengths, longest):
    chances = np.float32([0 if variation in job.variations else -np.inf for variation in range(len(lengths))])
    state = {"agent": agent, "mean": jax.tree.map(np.zeros_like, agent), "square": jax.tree.map(np.zeros_like, agent)}
    state |= {"carts": begin(key_of(job, 1), chances, job.num_envs), "key": key_of(job, 2), "count": np.float32(0)}
    state = read(job.checkpoint, state) if job.resume else state
    shown, cloning = demonstrated(job)
    steps, more = job.epoch_steps // job.num_envs, True
    while more:
        state, entropy, ends = epoch(
            state, chances, lengths, shown, cloning, job.learning_rate, steps=steps, longest=longest
        )
        done, *rest = (np.asarray(ends[name]) for name in ENDS)
        episodes = [gsl_trainer.episode(v, n, n) for v, n in zip(*(each[done] for each in rest), strict=True)]
        save = partial(write, arrays=named(state))
        more = job.epoch(steps * job.num_envs, episodes, {"entropy": float(entropy)}, save)


def demonstrated(job):
    """All that was shown, and the weight of cloning it. Repeated to fill a power of two: a new shape compiles anew."""
    files = [np.load(path) for path in job.demonstrations]
    rows = {name: np.concatenate([empty, *(file[name] for file in files)]) for name, empty in NOTHING.items()}
    count = len(rows["obs"])
    if not count:
        rows = {name: np.zeros((1, *empty.shape[1:]), empty.dtype) for name, empty in NOTHING.items()}
    size = max(1024, 1 << (count - 1).bit_length())
    return {name: np.resize(each, (size, *each.shape[1:])) for name, each in rows.items()}, CLONING if count else 0.0


def evaluate(job, agent, lengths, longest):
    plan = np.array(job.plan())
    _, _, steps = play(agent, plan, lengths, key_of(job), longest=longest, deterministic=job.deterministic)
    job.episodes([gsl_trainer.episode(variation, n, n) for variation, n in zip(plan, steps.tolist(), strict=True)])


def demonstrate(job, agent, lengths, longest):
    """As many episodes of a variation at once as are wanted of it, until there are enough or too few tries are left."""
    wanted, told, kept = job.keeping["episodes"], [], {name: [empty] for name, empty in NOTHING.items()}
    for variation in job.variations:
        count = 0
        for attempt in range(job.keeping["tries"] // wanted):
            if count == wanted:
                break
            plan, key = np.full(wanted, variation), key_of(job, 1000 * variation + attempt)
            played = play(agent, plan, lengths, key, longest=longest, deterministic=job.deterministic)
            obs, action, steps = (np.asarray(each) for each in played)
            for i, n in enumerate(steps.tolist()):
                worth = count < wanted and job.is_worth_keeping(variation, n)
                told.append(gsl_trainer.episode(variation, n, n, kept=worth))
                count += worth
                kept["obs"] += [obs[:n, i]] * worth
                kept["action"] += [action[:n, i]] * worth
    write(job.file, {name: np.concatenate(parts) for name, parts in kept.items()})
    job.episodes(told)


def key_of(job, number=0):
    return random.PRNGKey((job.seed + number) % 2**31)


def main():
    job = gsl_trainer.begin()
    if job.device == "cpu":
        jax.config.update("jax_platforms", "cpu")
    lengths = np.float32(job.arguments["lengths"].split(","))
    agent = new_agent(job.seed)
    if job.checkpoint:
        new_head, agent = agent["actor"][-1], read(job.checkpoint, {"agent": agent})["agent"]
        if job.fresh_head:
            agent["actor"][-1] = new_head
    do = {"train": train, "evaluate": evaluate, "demonstrate": demonstrate}[job.work]
    do(job, agent, lengths, job.order["suite"].get("longest_episode", 500))


if __name__ == "__main__":
    main()
