"""The Sawyer arm of Meta-World, with steps in a fraction of the package's time and the same bits.

It is fast because names are looked up once (`NamedData`), arithmetic on three numbers uses Python's floats
(arithmetic.py), and purely visual geometry is left out of the model unless the task's code uses it; MuJoCo then keeps
all masses, inertias and the order of contacts. Forces that are not used are not computed.
"""

from collections.abc import Callable
from functools import cache
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any

import mujoco
import numpy as np
from metaworld.env_dict import ALL_V3_ENVIRONMENTS
from metaworld.sawyer_xyz_env import SawyerXYZEnv
from numpy.typing import NDArray

from gsl.worker.envs.metaworld.arithmetic import NUMPY, REWARDS, Rotation, length, tolerance
from gsl.worker.envs.metaworld.rebound import rebound

NOW = 18
"""Components of an observation of the current step: hand, gripper, objects."""


class NamedData:
    """MjData with a cache for its named parts; everything else is passed on to MjData."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self.body = _Parts(data.body).__getitem__
        self.geom = _Parts(data.geom).__getitem__
        self.site = _Parts(data.site).__getitem__
        self.joint = _Parts(data.joint).__getitem__

    def __getattr__(self, name: str) -> Any:
        return getattr(self._data, name)


class _Parts(dict[str, SimpleNamespace]):
    """Parts of one kind by name: views into MjData's memory, which never moves."""

    def __init__(self, find: Callable[[str], Any]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, name: str) -> SimpleNamespace:
        part = self._find(name)
        views = {field: getattr(part, field) for field in _PART_FIELDS if hasattr(part, field)}
        self[name] = SimpleNamespace(id=part.id, **views)
        return self[name]


_PART_FIELDS = ("xpos", "xquat", "xmat", "qpos", "qvel")


class Sawyer(SawyerXYZEnv):
    """Base class for the tasks' code, instead of the package's `SawyerXYZEnv`.

    While an episode begins, `data` is MjData and the package's own code runs; while it is played, `data` is NamedData.
    """

    obj_init_pos: Any  # (3,) once an episode has begun

    def _initialize_simulation(self) -> tuple[Any, Any]:
        model = light_model(self.fullpath, _words(type(self)))
        data = mujoco.MjData(model)
        self.named = NamedData(data)
        return model, data

    def _step_mujoco_simulation(self, ctrl: Any, n_frames: int) -> None:
        """The package also computes contact forces on bodies, which no task uses."""
        self.data.ctrl[:] = ctrl
        mujoco.mj_step(self.model, self.data, nstep=n_frames)

    touch_decides = False
    """Whether success or reward depend on contacts of the fingers; if not, contacts are not searched."""

    def touching_object(self, object_geom_id: int) -> bool:
        """Whether both fingers press against the object."""
        return self.touch_decides and all(self._force(pad, object_geom_id) > 0 for pad in _PAD_GEOMS)

    def _force(self, pad: str, object_geom_id: int) -> float:
        """Sum of the forces at the contacts of a finger with an object, in the order of the contacts."""
        contacts, finger = self.data.contact, self.named.geom(pad).id
        one, other = contacts.geom1, contacts.geom2
        both = ((one == finger) & (other == object_geom_id)) | ((other == finger) & (one == object_geom_id))
        return float(sum(self.data.efc_force[contacts.efc_address[both]]))

    def get_body_com(self, body_name: str) -> Any:
        return self.named.body(body_name).xpos

    def _get_site_pos(self, site_name: str) -> Any:
        return self.named.site(site_name).xpos.copy()

    @property
    def tcp_center(self) -> Any:
        return (self.named.site("rightEndEffector").xpos + self.named.site("leftEndEffector").xpos) / 2.0

    def _get_curr_obs_combined_no_goal(self) -> NDArray[np.float64]:
        """Hand (3), opening of the gripper (1), position and quaternion of up to two objects (14)."""
        seen = np.zeros(NOW)
        seen[:3] = self.named.body("hand").xpos
        apart = length(self.named.body("rightclaw").xpos - self.named.body("leftclaw").xpos) / 0.1
        seen[3] = min(max(apart, 0.0), 1.0)
        position, turned = self._get_pos_objects(), self._get_quat_objects()
        seen[4:7], seen[7:11] = position[:3], turned[:4]
        if len(position) > 3:
            seen[11:14], seen[14:18] = position[3:6], turned[4:8]
        return seen

    def _gripper_caging_reward(
        self, action: Any, obj_pos: Any, obj_radius: float, pad_success_thresh: float, object_reach_radius: float,
        xz_thresh: float, desired_gripper_effort: float = 1.0, high_density: bool = False, medium_density: bool = False,
    ) -> Any:  # fmt: skip
        """The package's reward for closing in on an object, on floats."""
        if high_density and medium_density:
            raise ValueError("Can only be either high_density or medium_density")
        product = REWARDS.hamacher_product
        caging_y = product(*(self._caging(pad, obj_pos, obj_radius, pad_success_thresh) for pad in _PADS))
        tcp = self.tcp_center
        start = length(self.obj_init_pos[::2] - self.init_tcp[::2]) - xz_thresh
        near = length(tcp[::2] - obj_pos[::2])
        caging = product(caging_y, tolerance(near, (0, xz_thresh), start, "long_tail"))
        closed = min(max(0, action[-1]), desired_gripper_effort) / desired_gripper_effort
        reward = product(caging, closed if caging > 0.97 else 0.0)
        if high_density:
            reward = (reward + caging) / 2
        if medium_density:
            margin = abs(length(self.obj_init_pos - self.init_tcp) - object_reach_radius)
            reach = tolerance(length(obj_pos - tcp), (0, object_reach_radius), margin, "long_tail")
            reward = (reward + float(reach)) / 2
        return reward

    def _caging(self, pad: str, obj_pos: Any, obj_radius: float, pad_success_thresh: float) -> Any:
        """How well one finger is placed next to the object, along y."""
        y = float(self.named.body(pad).xpos[1])
        margin = abs(abs(y - float(self.obj_init_pos[1])) - pad_success_thresh)
        return tolerance(abs(y - float(obj_pos[1])), (obj_radius, pad_success_thresh), margin, "long_tail")


_PAD_GEOMS = ("leftpad_geom", "rightpad_geom")
_PADS = ("leftpad", "rightpad")
_TOUCH_DECIDES = ("stick-push-v3",)
_NAMES = {"np": NUMPY, "reward_utils": REWARDS, "Rotation": Rotation}


@cache
def task_class(name: str) -> type[Any]:
    """The code of a task, such as `reach-v3`, on `Sawyer`."""
    made = rebound(ALL_V3_ENVIRONMENTS[name], Sawyer, _NAMES)
    made.touch_decides = name in _TOUCH_DECIDES
    return made


def light_model(path: str, words: frozenset[str]) -> Any:
    """The model without purely visual geometry and textures, except parts whose name is among `words`."""
    spec = mujoco.MjSpec.from_file(path)
    spec.compiler.discardvisual = True
    for geom in spec.geoms:
        if geom.name in words:  # the compiler keeps what a sensor refers to
            spec.add_sensor(type=mujoco.mjtSensor.mjSENS_FRAMEPOS, objtype=mujoco.mjtObj.mjOBJ_GEOM, objname=geom.name)
    model = spec.compile()
    model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_SENSOR
    return model


def _words(task: type) -> frozenset[str]:
    """Every string constant in the code of a task and of the base."""
    words: set[str] = set()
    for cls in (task, SawyerXYZEnv):
        for member in vars(cls).values():
            function = member.fget if isinstance(member, property) else member
            if isinstance(function, FunctionType):
                words |= _constants(function.__code__)
    return frozenset(words)


def _constants(code: CodeType) -> set[str]:
    found = {constant for constant in code.co_consts if isinstance(constant, str)}
    return found.union(*(_constants(inner) for inner in code.co_consts if isinstance(inner, CodeType)))
