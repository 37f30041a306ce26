"""The demo: fictitious people, shops and a year of activity, through the domain's own functions; for trying only."""

from demo.build import build_demo, is_unused
from demo.errors import DemoError, DemoRefusedError
from demo.logging_in import LOG_INS, DemoLogIn, log_ins
from demo.scene import DemoSize

__all__ = [
    "LOG_INS",
    "DemoError",
    "DemoLogIn",
    "DemoRefusedError",
    "DemoSize",
    "build_demo",
    "is_unused",
    "log_ins",
]
