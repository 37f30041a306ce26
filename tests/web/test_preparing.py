"""What `make run` does before it becomes the server, in this process, where each step can be seen."""

import logging
import os
from pathlib import Path

import pytest

import people
from web import create_app, serve
from web.extensions import db
from web.gunicorn_conf import child_exit
from web.logs import configure_logging
from web.metrics import DIRECTORY_VARIABLE, metrics_text
from web.settings import settings_from_environment
from web.unit_of_work import reading


class BecameError(Exception):
    """Stands for the end of this program: another one took its place."""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Give this process the environment of an empty installation."""
    chosen = {"INSTANCE_DIR": str(tmp_path / "instance"), "DEMO": "0", "PORT": "8123", "LOG_LEVEL": "ERROR"}
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path))
    return chosen


def test_everything_is_prepared_and_then_the_server_takes_over(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[list[str]] = []

    def become(_program: str, arguments: list[str]) -> None:
        became.append(arguments)
        raise BecameError

    monkeypatch.setattr(os, "execv", become)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        # A second start finds what the first one made.
        for _ in range(2):
            with pytest.raises(BecameError):
                serve.main()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert "python:web.gunicorn_conf" in became[0]
    assert "http://127.0.0.1:8123/" in capsys.readouterr().out
    numbers = Path(environment["INSTANCE_DIR"]) / "metrics"
    assert os.environ[DIRECTORY_VARIABLE] == str(numbers)
    assert numbers.is_dir()
    app = create_app(settings_from_environment())
    with app.app_context():
        assert len(reading(lambda session: people.child_units(session, None))) == 1
        db.engine.dispose()


def test_a_setting_that_cannot_be_used_ends_it_with_a_sentence(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert environment
    monkeypatch.setenv("PORT", "http")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        with pytest.raises(SystemExit, match="PORT must be a number"):
            serve.main()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_log_lines_are_kept_from_the_chosen_level_on() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logging("WARNING")
        assert root.level == logging.WARNING
        assert len(root.handlers) == 1
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_numbers_of_all_workers_are_added_up(environment: dict[str, str], tmp_path: Path) -> None:
    assert environment

    class Worker:
        """A worker of gunicorn's that ended."""

        pid = 4_000_000

    child_exit(None, Worker())
    # Nobody has written numbers into this directory.
    assert metrics_text() == b""
    assert list(tmp_path.glob("*.db")) == []
