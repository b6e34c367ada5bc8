"""Each reader gets each report once, whatever is refused, dropped, killed, repeated or run side by side."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from checker.errors import MailError, SettingsError, UsageError
from checker.keep import tables
from checker.keep.store import Store
from checker.report import outbox, post
from checker.report.period import parse
from checker.settings import Reader, Settings
from tests.report.sender import READERS, STEPS, TWICE, UNSURE, office_of
from tests.report.smtp import Office, Server, serve
from tests.report.world import MONDAY, ZONE, World, at

WEEK = parse("2026-W47", ZONE)
LATER = timedelta(minutes=6)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def server(office: Office) -> Iterator[Server]:
    controller = serve(office)
    yield controller
    controller.stop()


@pytest.fixture
def post_office(store: Store, server: Server, tmp_path: Path) -> post.Office:
    return office_of(store, tmp_path / "reports", server.port)


def states(store: Store) -> dict[str, str]:
    with store.reading() as connection:
        return {each.reader: each.state for each in outbox.archive(connection)}


def each_has_one(office: Office) -> None:
    assert {to: len(office.messages(to)) for to in READERS} == dict.fromkeys(READERS, 1)


def test_every_reader_gets_a_mail_of_his_own(office: Office, post_office: post.Office) -> None:
    sent = post.send_now(post_office, WEEK, MONDAY)
    assert [(each.reader, each.state) for each in sent] == [(to, "sent") for to in READERS]
    each_has_one(office)
    assert len(office.deliveries) == 3
    message = office.messages(READERS[0])[0]
    assert message["To"] == READERS[0]
    assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]


def test_running_twice_sends_nothing_more(office: Office, post_office: post.Office) -> None:
    post.send_now(post_office, WEEK, MONDAY)
    assert post.send_now(post_office, WEEK, MONDAY + timedelta(hours=1)) == ()
    assert post.run_due(post_office, MONDAY + timedelta(hours=2))[1] == ()
    assert len(office.deliveries) == 3


def test_two_at_once_send_each_mail_once(office: Office, post_office: post.Office) -> None:
    def send(_: int) -> str:
        try:
            post.send_now(post_office, WEEK, MONDAY)
        except MailError as error:
            return str(error)
        return "sent"

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, range(4)))
    assert "sent" in answers
    assert all(answer == "sent" or "another process is sending" in answer for answer in answers)
    assert len(office.deliveries) == 3
    each_has_one(office)


def test_a_bad_recipient_among_good_ones(office: Office, post_office: post.Office) -> None:
    office.refuse_recipient = lambda to, tries: "550 5.1.1 no such user" if to.startswith("bo") else None
    sent = post.send_now(post_office, WEEK, MONDAY)
    assert {each.reader: each.state for each in sent} == dict(zip(READERS, ("sent", "failed", "sent"), strict=True))
    assert sent[1].error == "550 5.1.1 no such user"
    assert not post.run_due(post_office, MONDAY + timedelta(days=1))[1]  # a refusal for good is not tried by itself
    office.refuse_recipient = lambda to, tries: None
    assert [each.state for each in post.send_now(post_office, WEEK, MONDAY + timedelta(days=1))] == ["sent"]
    each_has_one(office)


def test_greylisting_is_waited_for(office: Office, post_office: post.Office) -> None:
    office.refuse_recipient = lambda to, tries: "451 4.7.1 greylisted, come back" if tries == 1 else None
    first = post.send_now(post_office, WEEK, MONDAY)
    assert {each.state for each in first} == {"pending"}
    assert first[0].error == "451 4.7.1 greylisted, come back"
    assert post.run_due(post_office, MONDAY + timedelta(minutes=1))[1] == ()  # too early
    assert [each.state for each in post.run_due(post_office, MONDAY + LATER)[1]] == ["sent"] * 3
    each_has_one(office)


def test_pauses_grow_and_end(office: Office, post_office: post.Office, store: Store) -> None:
    office.refuse_recipient = lambda to, tries: "451 not now" if to.startswith("ann") else None
    post.send_now(post_office, WEEK, MONDAY)
    now, tried = MONDAY, 1
    while states(store)[READERS[0]] == "pending":
        now += timedelta(hours=2)
        tried += len(outbox.deliver(store, post_office.settings.mail, post_office.folder, now, READERS))
        assert now < MONDAY + timedelta(days=12)
    assert tried == outbox.ATTEMPTS
    assert states(store)[READERS[0]] == "failed"
    assert now > MONDAY + timedelta(days=2)


def test_a_drop_after_the_text_is_sent_again_with_the_same_id(office: Office, post_office: post.Office) -> None:
    office.refuse_mail = lambda to, tries: "drop" if tries == 1 and to.startswith("bo") else None
    first = post.send_now(post_office, WEEK, MONDAY)
    assert [each.state for each in first] == ["sent", "unsure", "sent"]
    again = post.run_due(post_office, MONDAY + LATER)[1]
    assert [(each.reader, each.state, each.error) for each in again] == [(READERS[1], "sent", outbox.TWICE)]
    each_has_one(office)
    twice = [body for to, body in office.deliveries if to == READERS[1]]
    assert len(twice) == 2
    assert twice[0] == twice[1]


def test_a_mail_too_large_for_the_server_is_reported_and_not_tried_for_a_week(store: Store, tmp_path: Path) -> None:
    office = Office()
    server = serve(office, data_size_limit=2000)  # announced as SIZE, so it refuses the sender
    sent = post.send_now(office_of(store, tmp_path, server.port), WEEK, MONDAY)
    server.stop()
    assert {(each.state, each.error[:4]) for each in sent} == {("failed", "552 ")}
    assert not office.deliveries


def test_who_is_no_reader_any_more_gets_nothing(office: Office, post_office: post.Office, store: Store) -> None:
    office.refuse_recipient = lambda to, tries: "451 not now" if tries == 1 else None
    post.send_now(post_office, WEEK, MONDAY)
    some = post_office.settings.model_copy(update={"readers": post_office.settings.readers[:2]})
    sent = post.run_due(post.Office(store, some, post_office.folder), MONDAY + LATER)[1]
    assert [(each.state, each.error) for each in sent] == [("sent", ""), ("sent", ""), ("failed", outbox.GONE)]
    assert not office.messages(READERS[2])


def test_what_failed_in_another_week_is_let_be(office: Office, post_office: post.Office) -> None:
    office.refuse_mail = lambda to, tries: "554 no" if to.startswith("cai") and tries == 1 else None
    post.send_now(post_office, WEEK, MONDAY)
    sent = post.send_now(post_office, WEEK.earlier(-1), MONDAY + timedelta(days=7))
    assert [(each.reader, each.period) for each in sent] == [(to, "2026-W48") for to in READERS]


def test_a_month_without_a_server_is_no_overflow(store: Store, tmp_path: Path) -> None:
    controller = serve(Office())
    controller.stop()
    gone = office_of(store, tmp_path, controller.port)
    for _ in range(3):
        with pytest.raises(MailError, match="cannot be reached"):
            post.send_now(gone, WEEK, MONDAY)
        with store.writing() as connection:
            connection.execute(update(tables.outbox).values(attempts=10_000))
    with store.reading() as connection:
        due = connection.execute(select(tables.outbox.c.due)).scalars().all()
    assert max(due) == MONDAY + outbox.LONGEST


def test_a_mail_refused_as_such_is_reported(office: Office, post_office: post.Office) -> None:
    office.refuse_mail = lambda to, tries: "552 5.3.4 message too big" if to.startswith("cai") else None
    sent = post.send_now(post_office, WEEK, MONDAY)
    assert [each.state for each in sent] == ["sent", "sent", "failed"]
    assert sent[2].error == "552 5.3.4 message too big"


def test_a_server_that_turns_everybody_away_is_told_in_one_line(store: Store, tmp_path: Path) -> None:
    def turn_away(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        connection.sendall(b"421 4.3.2 closed for the night\r\n")
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        pool.submit(turn_away, listening)
        port = listening.getsockname()[1]
        with pytest.raises(MailError, match=rf"^mail server 127\.0\.0\.1:{port} cannot be reached: 421 4\.3\.2 closed"):
            post.send_now(office_of(store, tmp_path, port), WEEK, MONDAY)
    assert set(states(store).values()) == {"pending"}


def test_a_server_that_is_gone_loses_nothing(store: Store, tmp_path: Path, office: Office) -> None:
    controller = serve(office)
    port = controller.port
    controller.stop()
    gone = office_of(store, tmp_path, port)
    with pytest.raises(MailError, match=rf"^mail server 127\.0\.0\.1:{port} cannot be reached: [^\n]+$"):
        post.send_now(gone, WEEK, MONDAY)
    assert set(states(store).values()) == {"pending"}
    controller = serve(office)
    post.send_now(office_of(store, tmp_path, controller.port), WEEK, MONDAY)
    controller.stop()
    each_has_one(office)


@pytest.fixture(scope="module")
def senders() -> Iterator[subprocess.Popen[str]]:
    """A process that forks senders on order."""
    command = [sys.executable, "-m", "tests.report.sender"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.communicate()


def order(senders: subprocess.Popen[str], *words: str | int) -> int:
    """Order a sender and return its process number."""
    assert senders.stdin
    assert senders.stdout
    senders.stdin.write(json.dumps(words) + "\n")
    senders.stdin.flush()
    return int(senders.stdout.readline())


def ending(senders: subprocess.Popen[str]) -> int:
    """The exit code of the sender ordered last."""
    assert senders.stdout
    return int(senders.stdout.readline())


@pytest.mark.parametrize("step", STEPS)
def test_killed_anywhere_each_reader_gets_one(
    step: str, senders: subprocess.Popen[str], filled: Path, tmp_path: Path
) -> None:
    office = Office()
    server = serve(office)
    database = tmp_path / "checker.db"
    shutil.copy(filled, database)
    address = f"sqlite:///{database}"
    order(senders, address, str(tmp_path), server.port, step, 2)
    assert ending(senders) == -signal.SIGKILL
    with Store.open(address) as store:
        finished(store, tmp_path, server, office, step)
    server.stop()


@pytest.mark.parametrize("step", [UNSURE[1], *TWICE])
def test_killed_on_postgresql_each_reader_gets_one(
    step: str, senders: subprocess.Popen[str], other_store: Store, migrated_postgresql: str, tmp_path: Path
) -> None:
    office = Office()
    server = serve(office)
    order(senders, migrated_postgresql, str(tmp_path), server.port, step, 2)
    assert ending(senders) == -signal.SIGKILL
    finished(other_store, tmp_path, server, office, step)
    server.stop()


def finished(store: Store, folder: Path, server: Server, office: Office, step: str) -> None:
    """Send again after a sender died at a step, and see that each reader has one mail, and who was unsure of it."""
    for _ in range(100):
        with suppress(MailError):  # PostgreSQL may take a moment to see that the holder of the lock is gone
            post.send_now(office_of(store, folder, server.port), WEEK, MONDAY)
            break
        time.sleep(0.05)
    with store.reading() as connection:
        told = {each.reader: (each.state, each.error) for each in outbox.archive(connection)}
    each_has_one(office)
    died_for = READERS[1]
    assert told == {to: ("sent", outbox.TWICE if to == died_for and step in UNSURE else "") for to in READERS}
    # Only between the server's yes and our note of it can a second copy arrive, and it is the same mail.
    assert len(office.deliveries) == 3 + (step in TWICE)
    assert len({body for to, body in office.deliveries if to == died_for}) == 1


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_processes_at_once_send_each_mail_once(
    database: str, request: pytest.FixtureRequest, filled: Path, tmp_path: Path
) -> None:
    address = f"sqlite:///{tmp_path / 'checker.db'}"
    shutil.copy(filled, tmp_path / "checker.db")
    if database == "postgresql":
        request.getfixturevalue("other_store")
        address = request.getfixturevalue("migrated_postgresql")
    office = Office()
    server = serve(office)
    words = json.dumps((address, str(tmp_path), server.port, "", 0)) + "\n"
    command = [sys.executable, "-m", "tests.report.sender"]
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(subprocess.run, command, input=words, capture_output=True, text=True, check=True)
            for _ in range(2)
        ]
        assert all(each.result() for each in both)
    with Store.open(address) as store:
        post.send_now(office_of(store, tmp_path, server.port), WEEK, MONDAY)
    server.stop()
    each_has_one(office)
    assert len(office.deliveries) == 3


@pytest.mark.soak
def test_killed_at_any_instant_each_reader_gets_one(
    senders: subprocess.Popen[str], filled: Path, tmp_path: Path
) -> None:
    for number in range(100):
        office = Office()
        server = serve(office)
        database = tmp_path / f"{number}.db"
        shutil.copy(filled, database)
        process = order(senders, f"sqlite:///{database}", str(tmp_path), server.port, "", 0)
        time.sleep(number * 0.01)
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        ending(senders)
        with Store.open(f"sqlite:///{database}") as store:
            post.send_now(office_of(store, tmp_path, server.port), WEEK, MONDAY)
        server.stop()
        each_has_one(office)
        assert len(office.deliveries) <= 4


def test_a_changed_figure_makes_a_correction_and_no_silent_edit(
    office: Office, post_office: post.Office, store: Store
) -> None:
    post.send_now(post_office, WEEK, MONDAY)
    with store.writing() as connection:
        World(connection).case("cri-1", "https://late.example/1", at(3), run=1, grade="none")
    looked, sent = post.run_due(post_office, MONDAY + timedelta(days=1))
    assert [(each.edition, each.state) for each in sent] == [(1, "sent")] * 3
    _, correction = office.messages(READERS[0])
    assert str(correction["Subject"]).startswith("[更正 轉載合規週報] 2026-W47")
    body = correction.get_body(("plain",))
    assert body is not None
    assert "原先寄出 18 · 更正為 19" in body.get_content()
    assert post.run_due(post_office, MONDAY + timedelta(days=2))[1] == ()  # said once
    with store.reading() as connection:
        assert outbox.as_sent(connection, "2026-W47", READERS[0]) == office.deliveries[3][1]
    assert looked[0].period == WEEK


def test_a_correction_comes_also_for_an_earlier_week(office: Office, post_office: post.Office, store: Store) -> None:
    post.send_now(post_office, WEEK, MONDAY)
    with store.writing() as connection:
        world = World(connection, runs=100)
        world.case("cri-1", "https://late.example/1", at(3), run=1, grade="none")
        world.run(at(9), {"clean": 100})
    _, sent = post.run_due(post_office, MONDAY + timedelta(days=7))
    assert sorted((each.period, each.edition) for each in sent) == [("2026-W47", 1)] * 3 + [("2026-W48", 0)] * 3


def test_a_day_is_corrected_too(office: Office, store: Store, server: Server, tmp_path: Path) -> None:
    base = office_of(store, tmp_path, server.port)
    readers = (Reader(to=READERS[0], frequency="daily"),)
    daily = post.Office(store, base.settings.model_copy(update={"readers": readers}), tmp_path)
    assert [each.period for each in post.run_due(daily, at(4, 9))[1]] == ["2026-11-18"]
    with store.writing() as connection:
        World(connection, runs=100).case("cri-1", "https://late.example/1", at(3), run=1)
    sent = post.run_due(daily, at(5, 9))[1]
    assert sorted((each.period, each.edition) for each in sent) == [("2026-11-18", 1), ("2026-11-19", 0)]


def test_a_week_that_is_not_over_is_not_sent(post_office: post.Office, office: Office) -> None:
    with pytest.raises(UsageError, match="2026-W47 is not over yet"):
        post.send_now(post_office, WEEK, WEEK.end - timedelta(seconds=1))
    assert not office.deliveries


def test_what_was_sent_is_kept_as_sent(office: Office, post_office: post.Office, store: Store) -> None:
    post.send_now(post_office, WEEK, MONDAY)
    with store.reading() as connection:
        listed = outbox.archive(connection)
        assert {(each.period, each.edition, each.state) for each in listed} == {("2026-W47", 0, "sent")}
        for to, body in office.deliveries:
            assert outbox.as_sent(connection, "2026-W47", to) == body
        with pytest.raises(MailError, match="no report of 2026-W01 was sent"):
            outbox.as_sent(connection, "2026-W01")


def test_no_readers_is_said_and_not_silent(store: Store, tmp_path: Path) -> None:
    empty = post.Office(store, Settings(timezone=ZONE), tmp_path)
    with pytest.raises(SettingsError, match="readers"):
        post.run_due(empty, MONDAY)
    with pytest.raises(SettingsError, match="readers"):
        post.send_now(empty, WEEK, MONDAY)


def test_after_a_long_outage_one_mail_and_not_one_for_each_week(office: Office, post_office: post.Office) -> None:
    _, sent = post.run_due(post_office, MONDAY + timedelta(weeks=30, days=1))
    assert [each.period for each in sent] == ["2027-W24"] * 3
    assert len(office.deliveries) == 3


def test_a_test_mail_goes_to_one_address_and_counts_for_nothing(
    office: Office, post_office: post.Office, store: Store
) -> None:
    post.send_test(post_office, WEEK, Reader(to="me@own.example", language="en"), MONDAY)
    assert [to for to, _ in office.deliveries] == ["me@own.example"]
    assert str(office.messages("me@own.example")[0]["Subject"]).startswith("[Test] [Weekly repost report]")
    assert states(store) == {}
    post.send_now(post_office, WEEK, MONDAY)
    each_has_one(office)


def test_a_test_mail_does_not_speak_of_an_attachment_it_lacks(
    store: Store, server: Server, office: Office, tmp_path: Path
) -> None:
    small = office_of(store, tmp_path, server.port, attachment_bytes=1000)
    post.send_test(small, WEEK, Reader(to="me@own.example", language="en"), MONDAY)
    message = office.messages("me@own.example")[0]
    plain = message.get_body(("plain",))
    assert message.get_content_type() == "multipart/alternative"
    assert plain is not None
    assert "was not sent; the rows are in the workspace at data/reports/2026-W47/2026-W47.xlsx" in plain.get_content()


def test_readers_differ_in_language_view_and_channel(
    store: Store, server: Server, office: Office, tmp_path: Path
) -> None:
    base = office_of(store, tmp_path, server.port)
    with store.writing() as connection:
        World(connection, runs=100).run(at(7, 3), {"clean": 100})
    readers = (
        Reader(to="Ann <ann@readers.example>", language="en", view="management"),
        Reader(to="bo@readers.example", language="zh-Hans", channel="culture"),
        Reader(to="bo@readers.example", language="zh-Hans", channel="news"),
        Reader(to="bo@readers.example", language="zh-Hans", channel="news"),
        Reader(to="cai@readers.example", frequency="daily"),
    )
    mixed = post.Office(store, base.settings.model_copy(update={"readers": readers}), tmp_path)
    _, sent = post.run_due(mixed, MONDAY)
    assert sorted((each.reader, each.period) for each in sent) == [
        ("ann@readers.example", "2026-W47"),
        ("bo@readers.example culture", "2026-W47"),
        ("bo@readers.example news", "2026-W47"),
        ("cai@readers.example", "2026-11-22"),
    ]
    assert len(office.messages("bo@readers.example")) == 2
    renamed = (readers[0].model_copy(update={"to": "Anna <Ann@readers.example>", "language": "zh-Hans"}), *readers[1:])
    same = post.Office(store, base.settings.model_copy(update={"readers": renamed}), tmp_path)
    assert post.run_due(same, MONDAY + LATER)[1] == ()  # the same reader by another name has the report already
    assert str(office.messages("ann@readers.example")[0]["Subject"]).startswith("[Weekly repost report]")


def test_a_workbook_over_the_limit_is_kept_here_and_named(
    store: Store, server: Server, office: Office, tmp_path: Path
) -> None:
    small = office_of(store, tmp_path / "reports", server.port, attachment_bytes=1000)
    post.send_now(small, WEEK, MONDAY)
    message = office.messages(READERS[0])[0]
    assert message.get_content_type() == "multipart/alternative"
    text = message.get_body(("plain",))
    assert text is not None
    assert "data/reports/2026-W47/2026-W47.xlsx" in text.get_content()
    assert (tmp_path / "reports" / "2026-W47" / "2026-W47.xlsx").stat().st_size > 1000


def test_a_report_sees_one_state_of_postgresql(other_store: Store, tmp_path: Path) -> None:
    there = office_of(other_store, tmp_path, 25)
    with there.reading() as connection:
        before = there.figures(connection, WEEK, MONDAY)
        with other_store.writing() as other:
            World(other, runs=100).case("cri-1", "https://late.example/1", at(3), run=1)
        assert there.figures(connection, WEEK, MONDAY) == before
    with there.reading() as connection:
        assert there.figures(connection, WEEK, MONDAY).now.reposts == (before.now.reposts or 0) + 1


def test_postgresql_sends_once_too(other_store: Store, server: Server, office: Office, tmp_path: Path) -> None:
    there = office_of(other_store, tmp_path, server.port)
    assert len(post.send_now(there, WEEK, MONDAY)) == 3
    with other_store.writing() as connection:
        connection.execute(update(tables.outbox).values(state="sending").where(tables.outbox.c.reader == READERS[1]))
    with outbox.alone(other_store, tmp_path), pytest.raises(MailError, match="another process is sending"):
        post.send_now(there, WEEK, MONDAY)
    assert [each.reader for each in post.send_now(there, WEEK, MONDAY)] == [READERS[1]]
    each_has_one(office)
