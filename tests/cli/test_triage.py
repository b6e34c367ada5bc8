"""`checker triage`: one key for each decision, and each can be taken back."""

import json
import os
import pty
import re
import subprocess
import sys
import termios
import time
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from tests.cli.conftest import Checker
from tests.cli.test_main_job import pages as scanned  # noqa: F401 - a fixture


@pytest.fixture
def queue(checker: Checker, scanned: Path) -> list[str]:  # noqa: F811
    """The findings that wait, in the order in which the triage shows them."""
    checker("scan", str(scanned))
    return [row["id"] for row in listed(checker)]


def listed(checker: Checker, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in checker("findings", "--json", *words).out.splitlines()]


def states(checker: Checker) -> list[str]:
    return sorted(row["state"] for row in listed(checker, "--all"))


def test_one_key_is_a_decision_and_a_letter_its_reason(checker: Checker, queue: list[str]) -> None:
    ended = checker("triage", "--who", "mei", given=b"c\nr\ne\n")
    assert "the queue is done" in ended.err
    assert states(checker) == ["confirmed", "rejected"]
    assert any("mere_facts" in checker("history", case).out for case in queue)


def test_an_accepted_finding_has_a_reason_a_last_day_and_a_comment(checker: Checker, queue: list[str]) -> None:
    ended = checker("triage", "--who", "mei", given="x\nc\n2099-12-31\n學校\nq\n".encode())
    assert "detected -> exception, until 2099-12-31" in ended.err
    told = "".join(checker("history", case).out for case in queue)
    assert "goodwill" in told
    assert "學校" in told


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("z\nq\n", "'z' is none of the keys"),
        ("r\nz\nq\n", "needs a reason, one of"),
        ("x\nb\n31.12.\nq\n", "'31.12.': expected a day such as 2026-12-31"),
        ("x\nb\n2020-01-01\nq\n", "'2020-01-01': expected a day that is not over"),
        ("u\nq\n", "nothing was decided yet"),
    ],
)
def test_a_wrong_key_changes_nothing_and_asks_again(checker: Checker, queue: list[str], given: str, says: str) -> None:
    assert says in checker("triage", given=given.encode()).err
    assert states(checker) == ["detected"] * len(queue)


def test_a_capital_asks_for_a_comment_and_undo_restores(checker: Checker, queue: list[str]) -> None:
    checker("triage", "--who", "mei", given="C\n函件另發\nq\n".encode())
    (confirmed,) = (row["id"] for row in listed(checker, "--state", "confirmed"))
    assert "函件另發" in checker("history", confirmed).out
    assert checker("undo", confirmed, "--who", "mei").code == 0
    assert states(checker) == ["detected"] * len(queue)


def test_the_end_of_the_input_is_no_finding_and_keeps_what_was_decided(checker: Checker, queue: list[str]) -> None:
    ended = checker("triage", "--who", "mei", given=b"c\n")
    assert ended.code == 130
    assert ended.err.endswith("checker: interrupted; what was finished is kept\n")
    assert states(checker) == ["confirmed", "detected"]


def test_undo_returns_to_the_finding_that_was_decided_last(checker: Checker, queue: list[str]) -> None:
    ended = checker("triage", "--who", "mei", given=b"c\nu\nw\nn\n")
    first, *_ = re.findall(r"(\w{16}): detected -> confirmed", ended.err)
    assert f"{first}: confirmed -> detected" in ended.err
    assert f"{first}: detected -> watch" in ended.err
    assert states(checker) == ["detected", "watch"]


def test_what_was_found_stands_above_the_question_and_the_log_on_demand(checker: Checker, queue: list[str]) -> None:
    plain = checker("triage", given=b"q\n").out
    assert plain.rindex("│") < plain.index("LIC-01")
    assert "GATE-01" not in plain
    assert "GATE-01 does not hold" in checker("triage", given=b"h\nq\n").out


def test_a_terminal_needs_no_enter(checker: Checker, queue: list[str], workspace: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "checker", "triage", "--who", "mei"]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=PIPE, cwd=workspace) as ran:
        os.close(theirs)
        try:
            for key in b"c", b"w":
                await_question(ran, ours)
                os.write(ours, key)
            _, told = ran.communicate(timeout=60)
        finally:
            ran.kill()
            os.close(ours)
    assert b"the queue is done" in told
    assert states(checker) == ["confirmed", "watch"]


def await_question(ran: subprocess.Popen[bytes], terminal: int) -> None:
    """Wait until a key is asked for; what is typed before that is thrown away, as nobody saw what it decides."""
    assert ran.stderr
    told = b""
    while not told.endswith(b"comment): "):
        told += os.read(ran.stderr.fileno(), 1000) or pytest.fail(f"the triage ended: {told.decode()}")
    while termios.tcgetattr(terminal)[3] & termios.ICANON:
        time.sleep(0.01)
