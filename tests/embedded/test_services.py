"""The embedded servers: cold and warm start, sudden death, long paths, other accounts."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from quarry.embedded import Place, Postgres, ServiceFault, Valkey, programs
from quarry.embedded.accounts import Account
from quarry.embedded.place import SOCKET_PATH_LIMIT, SYSTEM_DATA

QUICK = {"shared_buffers": "16MB", "fsync": "off"}


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, services: Place) -> Iterator[Path]:
    """A folder which the servers' account can reach; pytest's own temporary folders are private."""
    folder = services.home / f"h{len(list(services.home.iterdir()))}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(home: Path) -> Iterator[Postgres]:
    server = Postgres(Place.make(home), QUICK)
    server.start()
    yield server
    server.stop(force=True)


@pytest.fixture
def valkey(home: Path) -> Iterator[Valkey]:
    server = Valkey(Place.make(home))
    server.start()
    yield server
    server.stop(force=True)


def connect(place: Place) -> psycopg.Connection:
    return psycopg.connect(place.addresses.database, autocommit=True)


def test_postgres_has_what_quarry_needs_and_its_role_is_no_superuser(postgres: Postgres) -> None:
    with connect(postgres.place) as connection:
        for extension in ("vector", "pg_trgm", "unaccent", "btree_gin"):
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        facts = connection.execute(
            "SELECT rolsuper, current_setting('server_encoding'), current_setting('jit'),"
            " current_setting('listen_addresses') FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert facts == (False, "UTF8", "off", "")
        assert connection.execute("SELECT lower('ÄÖ'), '文件' ~ '[[:alpha:]]'").fetchone() == ("äö", True)


def test_a_database_made_by_the_role_has_vectors(postgres: Postgres) -> None:
    with connect(postgres.place) as connection:
        connection.execute("CREATE DATABASE another")
        with psycopg.connect(postgres.place.addresses.database, dbname="another") as other:
            assert other.execute("SELECT '[1,2]'::vector <-> '[1,4]'").fetchone() == (2.0,)


def test_postgres_keeps_its_data_after_sudden_death(postgres: Postgres) -> None:
    with connect(postgres.place) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    assert postgres.process is not None
    postgres.process.kill()
    postgres.process.wait()
    postgres.start()
    with connect(postgres.place) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_postgres_stops_in_order_and_starts_again(postgres: Postgres) -> None:
    with connect(postgres.place):  # an open connection does not hold it up
        assert postgres.stop()
    assert not postgres.healthy()
    postgres.start()
    assert postgres.healthy()


def test_data_of_another_version_is_refused_with_the_reason(postgres: Postgres) -> None:
    postgres.stop()
    (postgres.place.postgres_data / "PG_VERSION").write_text("15\n")
    with pytest.raises(ServiceFault, match="written by PostgreSQL 15, this is PostgreSQL 18"):
        postgres.start()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    server = Postgres(Place.make(home), QUICK | {"shared_buffers": "nonsense"})
    with pytest.raises(ServiceFault, match="nonsense"):
        server.start()


def test_half_made_data_is_made_again(home: Path) -> None:
    (home / "postgres.half").mkdir(parents=True)
    (home / "postgres.half" / "PG_VERSION").write_text("18\n")
    server = Postgres(Place.make(home), QUICK)
    server.start()
    assert server.stop()


def test_valkey_keeps_its_data_after_sudden_death(valkey: Valkey) -> None:
    url = valkey.place.addresses.redis
    assert redis.Redis.from_url(url).xadd("stream", {"a": 1})
    redis.Redis.from_url(url).execute_command("WAITAOF", 1, 0, 5000)
    assert valkey.process is not None
    valkey.process.kill()
    valkey.process.wait()
    valkey.start()
    assert redis.Redis.from_url(url).xlen("stream") == 1


def test_valkey_never_throws_queues_away_and_listens_on_no_port(valkey: Valkey) -> None:
    client = redis.Redis.from_url(valkey.place.addresses.redis)
    facts = {name: client.config_get(name)[name] for name in ("maxmemory-policy", "appendonly", "port")}
    assert facts == {"maxmemory-policy": "noeviction", "appendonly": "yes", "port": "0"}


def test_sockets_are_private(valkey: Valkey) -> None:
    assert valkey.place.sockets.stat().st_mode & 0o777 == 0o700


def test_a_deep_and_odd_folder_gets_short_sockets_that_everybody_finds(home: Path) -> None:
    deep = home / ("d e,e'p" * 8) / ("資料" * 10)
    place = Place.make(deep)
    server, valkey = Postgres(place, QUICK), Valkey(place)
    try:
        server.start()
        valkey.start()
        assert len(os.fsencode(place.sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
        assert Place.of(deep).addresses == place.addresses
        with connect(Place.of(deep)) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("quarry",)
        assert redis.Redis.from_url(place.addresses.redis).ping()
        assert (place.postgres_data).is_relative_to(deep)
    finally:
        valkey.stop(force=True)
        server.stop(force=True)
        shutil.rmtree(place.sockets)


def test_a_socket_folder_that_somebody_else_made_is_refused(home: Path, tmp_path: Path) -> None:
    deep = home / ("d" * 120)
    sockets = Place.of(deep).sockets
    sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(ServiceFault, match="belongs to somebody else"):
            Place.make(deep)
    finally:
        sockets.unlink()


def as_nobody(work: Path, what: str) -> None:
    """Runs a function of this module in a child that has given up root for good. Where it could not enter this
    environment, it gets the programs that root puts in a place where everybody can run them."""
    nobody = Account("nobody", 65534, 65534, other=True)
    postgres, valkey = programs.postgres_programs(nobody), programs.valkey_program(nobody)
    child = os.fork()
    if child == 0:
        try:
            programs.postgres_programs, programs.valkey_program = lambda _: postgres, lambda _: valkey
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            globals()[what](work)
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def start_and_ask(home: Path) -> None:
    place = Place.make(home)
    server, valkey = Postgres(place, QUICK), Valkey(place)
    server.start()
    valkey.start()
    assert connect(place).execute("SELECT 1").fetchone() == (1,)
    assert place.postgres_data.stat().st_uid == os.geteuid()
    assert valkey.stop()
    assert server.stop()


def test_an_ordinary_user_can_start_it(home: Path) -> None:
    if os.geteuid() != 0:
        return start_and_ask(home)
    home.mkdir()
    os.chown(home, 65534, 65534)
    return as_nobody(home, "start_and_ask")


def test_root_starts_what_an_ordinary_user_made_as_that_user(home: Path) -> None:
    test_an_ordinary_user_can_start_it(home)
    place = Place.make(home)
    server = Postgres(place, QUICK)
    server.start()
    assert (place.postgres_data / "postmaster.pid").stat().st_uid == place.postgres_data.stat().st_uid
    assert server.stop()


def test_as_root_a_private_folder_has_its_data_elsewhere(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    place = Place.make(tmp_path / "home")
    if not place.account.other:
        assert place.data == place.home
        return
    try:
        assert place.data.is_relative_to(SYSTEM_DATA)
        server = Postgres(place, QUICK)
        server.start()
        assert Place.of(tmp_path / "home") == place
        assert server.stop()
    finally:
        shutil.rmtree(place.data)


def test_the_server_dies_with_the_process_that_started_it(home: Path) -> None:
    place = Place.make(home)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        server = Postgres(place, QUICK)
        server.start()
        assert server.process is not None
        os.write(writer, str(server.process.pid).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    again = Postgres(place, QUICK)  # waits for the predecessor's end
    again.start()
    assert again.process is not None
    assert int(os.read(reader, 32)) != again.process.pid
    assert again.stop()
