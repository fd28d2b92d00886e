"""Failures of the embedded server and its recovery, after a table of known launcher failures."""

import fcntl
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import threading
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from conftest import passable_dir
from faults.programs import Holder, another_user, kill, lives, postmasters, servers
from polaris.store.server import embedded
from polaris.store.server.data_directory import (
    CouldNotStart,
    EmbeddedError,
    NoPasswdEntry,
    server_user,
)
from polaris.store.server.embedded import Embedded, open_server

ROOT = os.geteuid() == 0


def ask(url: str, question: str = "select pg_postmaster_start_time()::text") -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row
    return str(row[0])


def remember(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table remembered as select 'paid' as word")


def recall(url: str) -> str:
    return ask(url, "select word from remembered")


def folder_of(server: Embedded) -> Path:
    return Path(str(conninfo_to_dict(server.url())["host"]))


# ------------------------------------------------------------------------------------- sharing


def test_the_last_one_out_stops_the_server(data_dir: Path) -> None:
    with Holder(data_dir) as first, Holder(data_dir) as second:
        assert ask(first.url()) == ask(url := second.url())
        assert first.close() == 0
        assert ask(url)
        assert second.close() == 0
    assert not postmasters(data_dir)


def test_six_at_once_on_a_new_directory_share_one_server(data_dir: Path) -> None:
    with ExitStack() as opened:
        holders = [opened.enter_context(Holder(data_dir)) for _ in range(6)]
        assert len({ask(holder.url()) for holder in holders}) == 1
        assert [holder.close() for holder in holders] == [0] * 6
    assert not postmasters(data_dir)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_owner_holds_nothing_up(data_dir: Path, sign: signal.Signals) -> None:
    """In another launcher, its pid stayed in a register, so the server was never stopped."""
    with Holder(data_dir) as owner:
        started = ask(owner.url())
        owner.kill(sign)
    with open_server(data_dir) as server:
        assert ask(server.url()) == started
    assert not postmasters(data_dir)


def test_directories_share_no_lock(data_dir: Path, session_dir: Path) -> None:
    """One lock file for the whole machine would lock out the second user."""
    theirs = passable_dir(session_dir)
    if user := another_user():
        shutil.chown(theirs, user)
    with open_server(data_dir) as ours, (data_dir / "starting").open() as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        with Holder(theirs / "polaris", user=user) as other:
            assert ask(other.url()) != ask(ours.url())
        fcntl.flock(start, fcntl.LOCK_UN)


# ------------------------------------------------------------------------------ violent deaths


def test_a_killed_postmaster_is_replaced(data_dir: Path) -> None:
    """Its zombie, which may never be reaped in a container, must not count as a running server."""
    with open_server(data_dir) as server:
        remember(server.url())
        kill(postmasters(data_dir))
        server.ensure()
        assert recall(server.url()) == "paid"
    assert not postmasters(data_dir)


def test_everything_killed_at_once(data_dir: Path) -> None:
    with Holder(data_dir) as first, Holder(data_dir) as second:
        remember(first.url())
        second.url()
        victims = [*map(psutil.Process, (first.program.pid, second.program.pid))]
        kill(victims + servers(data_dir))
    with open_server(data_dir) as server:
        assert recall(server.url()) == "paid"
    assert not postmasters(data_dir)


@pytest.mark.parametrize("initdb_too", [True, False])
def test_killed_inside_initdb(data_dir: Path, initdb_too: bool) -> None:
    while not killed_inside_initdb(data_dir, initdb_too):
        shutil.rmtree(data_dir)
    with open_server(data_dir) as server:
        assert ask(server.url())
    assert not (data_dir / "postgres.new").exists()


def killed_inside_initdb(data_dir: Path, initdb_too: bool) -> bool:
    """Kill a first start. Return True if the cluster was incomplete at that time."""
    fresh = data_dir / "postgres.new"
    with Holder(data_dir) as owner:
        while not (fresh / "base").exists():
            assert owner.program.poll() is None
        family = psutil.Process(owner.program.pid).children(recursive=True)
        owner.kill()
        kill(family if initdb_too else [])
    caught = fresh.exists()
    kill([] if caught else servers(data_dir))
    return caught


def test_a_start_waits_for_orphans(data_dir: Path) -> None:
    """A busy backend lives longer than its postmaster."""
    with open_server(data_dir) as server:
        orphan = backend_at_work(server, "select count(*) from generate_series(1, 5000000)")
        kill(postmasters(data_dir))
        server.ensure()
        assert not lives(orphan)
        assert ask(server.url())


def test_an_orphan_that_never_ends_is_ended(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "DEAF_SECONDS", 0.2)
    with open_server(data_dir) as server:
        orphan = backend_at_work(server, "select pg_sleep(600)")
        orphan.suspend()
        kill(postmasters(data_dir))
        server.ensure()
        assert not lives(orphan)
        assert ask(server.url())


def backend_at_work(server: Embedded, statement: str) -> psutil.Process:
    """A process of the server that executes this statement while the server lives."""
    connection = psycopg.connect(server.url())

    def work() -> None:
        with suppress(psycopg.OperationalError), connection:
            connection.execute(statement.encode())

    threading.Thread(target=work).start()
    backend = connection.info.backend_pid
    active = f"select state from pg_stat_activity where pid = {backend}"
    while ask(server.url(), active) != "active":
        pass
    return psutil.Process(backend)


# ---------------------------------------------------------------------------- what stays behind


def test_a_stale_pid_may_be_another_program_by_now(data_dir: Path) -> None:
    with open_server(data_dir) as server:
        folder = folder_of(server)
        remember(server.url())
    with subprocess.Popen(["sleep", "600"]) as stranger:
        here = f"{stranger.pid}\n{data_dir}/postgres\n1700000000\n5432\n{folder}\n\n"
        (data_dir / "postgres" / "postmaster.pid").write_text(here)
        (folder / ".s.PGSQL.5432.lock").write_text(here)
        (folder / ".s.PGSQL.5432").touch()
        with open_server(data_dir) as server:
            assert recall(server.url()) == "paid"
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("torn", ["", "12", "not a number\n"])
def test_a_torn_pid_file_is_no_obstacle(data_dir: Path, torn: str) -> None:
    pid_file = data_dir / "postgres" / "postmaster.pid"
    with open_server(data_dir) as server:
        pid_file.write_text(torn)
        assert ask(server.url())
    assert not postmasters(data_dir)
    pid_file.write_text(torn)
    with open_server(data_dir) as server:
        assert ask(server.url())


def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    with open_server(data_dir):
        pass
    (data_dir / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(CouldNotStart, match="pg_control"):
        open_server(data_dir)


def test_a_server_that_lets_nobody_in_says_so(data_dir: Path) -> None:
    with open_server(data_dir) as server:
        (data_dir / "postgres" / "pg_ident.conf").write_text("")
        postmasters(data_dir)[0].send_signal(signal.SIGHUP)
        with suppress(psycopg.OperationalError):
            while ask(server.url()):
                pass
        with pytest.raises(CouldNotStart, match="Peer authentication"):
            server.ensure()
    assert not postmasters(data_dir)


# ------------------------------------------------------------------------------ who and where


def test_no_directory_above_ours_is_touched(data_dir: Path) -> None:
    """A launcher must not make the parent directories accessible to everybody."""
    before = [parent.stat().st_mode for parent in data_dir.parents]
    with open_server(data_dir):
        assert [parent.stat().st_mode for parent in data_dir.parents] == before


def test_the_server_is_never_roots_own(data_dir: Path) -> None:
    with open_server(data_dir):
        (first,) = postmasters(data_dir)
        owner = pwd.getpwnam(first.username())
        assert owner.pw_uid != 0
        assert (data_dir / "postgres").stat().st_uid == owner.pw_uid


def test_an_ordinary_user_is_served_as_well(data_dir: Path) -> None:
    if user := another_user():
        shutil.chown(data_dir.parent, user)
    with Holder(data_dir, user=user) as holder:
        remember(holder.url())
        kill(postmasters(data_dir))
        # The server runs as the same user, even if root opens the directory next.
        with open_server(data_dir) as server:
            assert recall(server.url()) == "paid"
    assert not postmasters(data_dir)


def test_a_closed_directory_is_named(data_dir: Path) -> None:
    closed = data_dir.parent
    closed.chmod(0)
    with pytest.raises(EmbeddedError, match=re.escape(str(closed))):
        open_server(data_dir)
    assert stat.S_IMODE(closed.stat().st_mode) == 0
    closed.chmod(0o700)


def test_a_uid_without_a_name_is_told_so(data_dir: Path) -> None:
    used = {entry.pw_uid for entry in pwd.getpwall()}
    nobody = next(uid for uid in count(60_000) if uid not in used)
    with pytest.raises(NoPasswdEntry, match=str(nobody)):
        server_user(nobody, data_dir / "postgres")


def test_a_locale_that_is_not_installed_does_not_matter(data_dir: Path) -> None:
    with Holder(data_dir, env={"LC_ALL": "tlh_QS.UTF-8", "LANG": "tlh_QS"}) as holder:
        assert ask(holder.url(), "select datcollate from pg_database limit 1") == "C"


# -------------------------------------------------------------------------------- the socket


@pytest.fixture
def long_dir(data_dir: Path) -> Path:
    return data_dir / ("long" * 30) / "polaris"


def check_private(folder: Path, data_dir: Path) -> None:
    """Check that only the server's user and root have access."""
    found = folder.lstat()
    assert stat.S_ISDIR(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid == (data_dir / "postgres").stat().st_uid


def test_only_the_servers_user_may_come_in(data_dir: Path) -> None:
    """With `trust` and a public folder, every user of the machine would be superuser."""
    with open_server(data_dir) as server:
        check_private(folder_of(server), data_dir)
        with pytest.raises(psycopg.OperationalError, match="Peer authentication"):
            psycopg.connect(server.url(user="template1"))


def test_a_long_path_gets_a_short_socket(long_dir: Path, session_dir: Path) -> None:
    with open_server(long_dir) as server:
        check_private(folder_of(server), long_dir)
        # The other would choose another folder, had it the choice.
        with Holder(long_dir, env={"XDG_RUNTIME_DIR": str(session_dir)}) as other:
            assert ask(other.url()) == ask(server.url())
    shutil.rmtree(folder_of(server))


def test_two_paths_to_one_directory_are_one(long_dir: Path, session_dir: Path) -> None:
    (session_dir / "short").symlink_to(long_dir)
    long_dir.mkdir(parents=True)
    with open_server(session_dir / "short") as short, open_server(long_dir) as long:
        assert ask(short.url()) == ask(long.url())
    shutil.rmtree(folder_of(long))


def test_a_path_may_have_any_sign_in_it(data_dir: Path) -> None:
    with open_server(data_dir / "50% of \"A\", 'B' & $HOME") as server:
        assert ask(server.url())
    shutil.rmtree(folder_of(server))


def test_a_swept_socket_folder_is_made_again(
    long_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporary directories are cleaned: then the server lives, but nobody can reach its socket."""
    monkeypatch.setattr(embedded, "DEAF_SECONDS", 0.2)
    with open_server(long_dir) as server:
        remember(server.url())
        shutil.rmtree(folder_of(server))
        server.ensure()
        assert recall(server.url()) == "paid"
    shutil.rmtree(folder_of(server))


@pytest.mark.parametrize("mode", [0o777, 0o750])
def test_a_folder_that_others_may_enter_is_not_used_again(long_dir: Path, mode: int) -> None:
    with open_server(long_dir) as server:
        open_to_others = folder_of(server)
    open_to_others.chmod(mode)
    with open_server(long_dir) as server:
        assert folder_of(server) != open_to_others
        check_private(folder_of(server), long_dir)
    shutil.rmtree(folder_of(server))
    shutil.rmtree(open_to_others)
