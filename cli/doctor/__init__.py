"""What is wrong with a machine, and what to do: checks, and what each finds."""

from typing import Literal

from pydantic import BaseModel

State = Literal["ok", "warning", "problem"]


class Finding(BaseModel):
    """`problem`: something that was asked for cannot work. `warning`: something optional is missing."""

    check: str
    state: State
    found: str
    remedy: str = ""


def ok(check: str, found: str) -> Finding:
    return Finding(check=check, state="ok", found=found)


def warning(check: str, found: str, remedy: str) -> Finding:
    return Finding(check=check, state="warning", found=found, remedy=remedy)


def problem(check: str, found: str, remedy: str) -> Finding:
    return Finding(check=check, state="problem", found=found, remedy=remedy)
