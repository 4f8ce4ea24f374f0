"""A process that has loaded all that a Python kernel starts with, and is forked into kernels.

It runs in the kernel's interpreter, from its text alone, so it may use nothing but what that has;
it never runs a cell. See :mod:`jupyterlab_cache.execution.templates` for who talks to it.

Arguments: the number of the socket's handle, then the interpreter's arguments behind ``-m``.
Requests are a kernel's arguments as JSON, one in a packet, with the handle of its error stream.
Out go ``{"ready": true}``, ``{"forked": pid}``, which is -1 where that would not be safe, and
``{"ended": [pid, status]}`` as waitpid has it.
"""

import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys

_MODULE = "ipykernel_launcher"
_LARGEST_REQUEST = 1 << 16


def _load() -> None:
    """Import what a kernel has imported when it is ready; none of it starts a thread."""
    for name in ("ipykernel.kernelapp", "ipykernel.debugger", "IPython.core.completerlib"):
        # What cannot be loaded here a forked kernel loads itself where it needs it.
        with contextlib.suppress(Exception):
            __import__(name)


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


def _has_folder_in_path() -> bool:
    """Whether Python puts the folder that it begins in before all others in its path."""
    return not (sys.flags.isolated or getattr(sys.flags, "safe_path", False))


def _become_kernel(arguments: list[str], stderr: int) -> None:
    """What a process that was started for one kernel would be."""
    os.setsid()
    os.dup2(stderr, 2)
    os.close(stderr)
    nothing, end = os.pipe()
    os.close(end)
    os.dup2(nothing, 0)
    os.close(nothing)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    sys.argv[:] = [_MODULE, *arguments]
    if hasattr(sys, "orig_argv"):  # since Python 3.10
        sys.orig_argv[-2:] = ["-m", _MODULE, *arguments]
    if _has_folder_in_path():
        sys.path.insert(0, os.getcwd())
    gc.unfreeze()


def _fork() -> int:
    # Of several threads only one would go on in the fork, and locks could stay closed.
    if _threads() > 1:
        return -1
    try:
        return os.fork()
    except OSError:
        return -1


def _serve(channel: socket.socket) -> tuple[list[str], int]:
    """Fork on request until nobody is there to ask; returns in kernels only."""
    ended, wake = os.pipe()
    for end in (ended, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    children: set[int] = set()

    def tell(**message: object) -> None:
        channel.send(json.dumps(message).encode())

    tell(ready=True)
    while True:
        ready, _, _ = select.select([channel.fileno(), ended], [], [])
        if ended in ready:
            os.read(ended, 4096)
            for child in list(children):
                pid, status = os.waitpid(child, os.WNOHANG)
                if pid:
                    children.remove(pid)
                    tell(ended=[pid, status])
        if channel.fileno() in ready:
            packet, handles, _, _ = socket.recv_fds(channel, _LARGEST_REQUEST, 1)
            if not packet:
                os._exit(0)  # kernels that are left over end with their parent
            pid = _fork()
            if pid == 0:
                for handle in (channel.detach(), ended, wake):
                    os.close(handle)
                return json.loads(packet), handles[0]
            os.close(handles[0])
            if pid > 0:
                children.add(pid)
            tell(forked=pid)


def _main() -> tuple[list[str], int]:
    channel = socket.socket(fileno=int(sys.argv[1]))
    if _has_folder_in_path():
        del sys.path[0]  # where this text is
    # Read when a class is made: of whom a kernel has to be the child to go on.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    _load()
    gc.collect()
    gc.freeze()
    return _serve(channel)


if __name__ == "__main__":
    _become_kernel(*_main())
    runpy.run_module(_MODULE, run_name="__main__", alter_sys=True)
