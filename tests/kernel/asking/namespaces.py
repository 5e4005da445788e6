"""Network namespaces without names: they are gone when this process is, however it ends."""

import ctypes
import os
import subprocess

NEW_NETWORK = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _check(result, what):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


class Namespace:
    """`with namespace:` puts this thread, and what it starts, into it."""

    def __init__(self):
        _check(_libc.unshare(NEW_NETWORK), "a network namespace cannot be made")
        try:
            self.fd = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        finally:
            _check(_libc.setns(_home, NEW_NETWORK), "setns")

    @property
    def path(self):
        return f"/proc/{os.getpid()}/fd/{self.fd}"

    def __enter__(self):
        _check(_libc.setns(self.fd, NEW_NETWORK), "setns")

    def __exit__(self, *_):
        _check(_libc.setns(_home, NEW_NETWORK), "setns")

    def close(self):
        os.close(self.fd)

    def run(self, command, given=""):
        """The exit status and what was said; the command runs inside."""
        with self:
            done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def must(self, command, given=""):
        status, said, wrong = self.run(command, given)
        if status != 0:
            raise RuntimeError(f"{' '.join(command)}: {wrong.strip() or status}\n{given}")
        return said

    def set(self, settings):
        """Writes values of /proc/sys."""
        with self:
            for path, value in settings.items():
                with open(f"/proc/sys/{path}", "w", encoding="ascii") as file:
                    file.write(str(value))
