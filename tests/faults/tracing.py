"""Running a function in a process of its own, with something going wrong at a file-system step.

The process is traced: a seccomp filter lets through what is known to change nothing, and stops it
at everything else, so no step can be missed, whoever makes it: Python, SQLite or a library of the
system. At a stop the tracer kills the process, lets the call fail without being made, or lets it
write less than was asked for.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import signal
import struct
from collections.abc import Callable
from typing import Literal, NamedTuple

from power_loss import Unflushed
from system_calls import HARMLESS, READING, WRITES, name_of

Kind = Literal["none", "kill", "power", "error", "short"]
Report = Callable[[object], None]

_TRACEME, _CONT, _KILL, _SYSCALL = 0, 7, 8, 24
_GETREGS, _SETREGS, _SETOPTIONS = 12, 13, 0x4200
_TRACE_SECCOMP, _EXIT_KILL, _EVENT_SECCOMP = 0x80, 0x100000, 7
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _TRACE = 0x7FFF0000, 0x7FF00000
_R10, _RAX, _RDX, _RSI, _RDI, _ORIG_RAX = 7, 10, 12, 13, 14, 15
_HERE = 2**32 - 100
"""Stands for the current folder."""
_LONGEST_PATH = 4096
_MOST_REPORTED = 1 << 20
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Fault(NamedTuple):
    """What goes wrong.

    Attributes:
        kind: ``kill`` just before a step, ``power`` for a machine that stops there, ``error``
            instead of it, ``short`` for a write of which half is done and the rest fails.
        step: At which one, from 0.
        error: The number of the error.
        forever: Whether all later steps fail as well.
    """

    kind: Kind = "none"
    step: int = 0
    error: int = errno.EIO
    forever: bool = False


NO_FAULT = Fault()


class Run(NamedTuple):
    """What became of a run.

    Attributes:
        steps: The steps that it came to, by name.
        facts: What it reported before anything else happened.
        killed: Whether it was killed.
        raised: What it raised: class and message, empty if nothing.
        is_expected: Whether that is what callers are told to expect.
    """

    steps: list[str]
    facts: list[tuple[str, str]]
    killed: bool
    raised: str
    is_expected: bool


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long
_Registers = ctypes.c_ulonglong * 27


_Arguments = ctypes.Array[ctypes.c_ulonglong]


def _ptrace(request: int, pid: int, data: int = 0) -> None:
    if _libc.ptrace(request, pid, None, data) == -1:
        raise OSError(ctypes.get_errno(), "ptrace is not possible here")


def _filter(allowed: frozenset[int]) -> _Program:
    """Lets some calls through; all others stop for the tracer."""
    numbers = sorted(allowed)
    code = [(_LOAD, 0, 0, 0)]
    code += [
        (_JUMP_IF_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)
    ]
    code += [(_RETURN, 0, 0, _TRACE), (_RETURN, 0, 0, _ALLOW)]
    data = b"".join(struct.pack("HBBI", *instruction) for instruction in code)
    return _Program(len(code), data)


_CHANGES_ONLY = _filter(HARMLESS)
_ALL = _filter(HARMLESS - READING.keys())


def traced(
    work: Callable[[Report], None],
    expected: tuple[type[Exception], ...],
    fault: Fault = NO_FAULT,
    *,
    reading: bool = False,
    unflushed: Unflushed | None = None,
) -> Run:
    """Run a function in a forked process, and let a fault happen.

    Args:
        work: The function; it reports what has been achieved so far.
        expected: What it may raise.
        fault: What goes wrong.
        reading: Whether calls that only look count as steps, too.
        unflushed: Is told of what is written and flushed.
    """
    with mmap.mmap(-1, _MOST_REPORTED) as shared:
        pid = os.fork()
        if pid == 0:
            _work_traced(work, expected, shared, _ALL if reading else _CHANGES_ONLY)
        steps, killed = _Tracer(pid, fault, unflushed).run()
        lines = shared[: shared.find(b"\0")].decode().splitlines()
    facts = [json.loads(line) for line in lines]
    if killed:
        return Run(steps, facts, True, "", True)
    *facts, end = facts
    return Run(steps, facts, False, end["raised"], end["expected"])


def _work_traced(
    work: Callable[[Report], None],
    expected: tuple[type[Exception], ...],
    shared: mmap.mmap,
    program: _Program,
) -> None:
    """What the forked process does; it never returns."""
    end: dict[str, object] = {"raised": "", "expected": True}
    try:
        _ptrace(_TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        _libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if _libc.prctl(_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "seccomp is not possible here")
        # Memory that is shared takes reports without a system call, and outlives this process.
        work(lambda fact: _note(shared, fact))
    except BaseException as error:
        raised = f"{type(error).__name__}: {error}"
        end = {"raised": raised, "expected": isinstance(error, expected)}
    finally:
        _note(shared, end)
        os._exit(0)


def _note(shared: mmap.mmap, fact: object) -> None:
    shared.write(json.dumps(fact).encode() + b"\n")


class _Tracer:
    def __init__(self, pid: int, fault: Fault, unflushed: Unflushed | None) -> None:
        self._pid = pid
        self._fault = fault
        self._unflushed = unflushed
        self._steps: list[str] = []
        self._shortened = False

    def run(self) -> tuple[list[str], bool]:
        """The steps, and whether the process was killed."""
        os.waitpid(self._pid, 0)
        _ptrace(_SETOPTIONS, self._pid, _TRACE_SECCOMP | _EXIT_KILL)
        delivered = 0
        while True:
            _ptrace(_CONT, self._pid, delivered)
            _, status = os.waitpid(self._pid, 0)
            if os.WIFEXITED(status) or os.WIFSIGNALED(status):
                return self._steps, os.WIFSIGNALED(status)
            is_step = status >> 16 == _EVENT_SECCOMP
            delivered = 0 if is_step else os.WSTOPSIG(status)
            if is_step and not self._let_pass():
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
                return self._steps, True

    def _let_pass(self) -> bool:
        """Deal with a step; False to kill the process instead."""
        registers = _Registers()
        _ptrace(_GETREGS, self._pid, ctypes.addressof(registers))
        number = registers[_ORIG_RAX]
        opens = number in (2, 257)
        flags = registers[_RDX] if number == 257 else registers[_RSI]
        step = len(self._steps)
        opens_only = opens and not flags & _WRITING
        self._steps.append("open for reading" if opens_only else name_of(number))
        fault = self._fault
        hit = step == fault.step or (step > fault.step and (fault.forever or self._shortened))
        # Whatever is wrong with writing, reading goes on; a failing disk fails at everything.
        looks_only = number in READING or opens_only
        if fault.kind == "none" or not hit or (looks_only and fault.error != errno.EIO):
            if self._unflushed is not None:
                self._note(self._unflushed, self._steps[-1], registers)
            return True
        if fault.kind in ("kill", "power"):
            return False
        if fault.kind == "short" and step == fault.step:
            self._shortened = number in WRITES and registers[_RDX] > 1
            if self._shortened:
                self._shorten(registers)
            return True
        self._shortened = False
        registers[_ORIG_RAX] = 2**64 - 1
        registers[_RAX] = 2**64 - fault.error
        _ptrace(_SETREGS, self._pid, ctypes.addressof(registers))
        return True

    def _note(self, unflushed: Unflushed, call: str, registers: _Arguments) -> None:
        """Say what the call, which is about to be made, will do."""
        first, second, third, fourth = (registers[place] for place in (_RDI, _RSI, _RDX, _R10))
        if call in ("write", "pwrite64", "ftruncate", "fallocate"):
            unflushed.written(self._path_of(first))
        elif call in ("fsync", "fdatasync"):
            unflushed.flushed(self._path_of(first))
        elif call in ("openat", "mkdirat"):
            unflushed.made(self._path(first, second))
        elif call in ("mkdir", "open"):
            unflushed.made(self._path(_HERE, first))
        elif call in ("unlinkat", "unlink"):
            unflushed.removed(
                self._path(first, second) if call == "unlinkat" else self._path(_HERE, first)
            )
        elif call in ("renameat", "renameat2"):
            unflushed.renamed(self._path(first, second), self._path(third, fourth))
        elif call == "rename":
            unflushed.renamed(self._path(_HERE, first), self._path(_HERE, second))
        elif call == "linkat":
            unflushed.made(self._path(third, fourth))

    def _path_of(self, handle: int) -> str:
        return os.readlink(f"/proc/{self._pid}/fd/{handle & 0xFFFFFFFF}")

    def _path(self, folder: int, address: int) -> str:
        """A path that a call names, relative to an open folder."""
        with open(f"/proc/{self._pid}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            name = os.fsdecode(memory.read(_LONGEST_PATH).partition(b"\0")[0])
        here = folder & 0xFFFFFFFF == _HERE
        place = os.readlink(f"/proc/{self._pid}/cwd") if here else self._path_of(folder)
        return os.path.join(place, name)

    def _shorten(self, registers: _Arguments) -> None:
        """Let a write take half of its bytes; what follows may rely on the register, though."""
        whole = registers[_RDX]
        registers[_RDX] = whole // 2
        _ptrace(_SETREGS, self._pid, ctypes.addressof(registers))
        _ptrace(_SYSCALL, self._pid)
        os.waitpid(self._pid, 0)
        _ptrace(_GETREGS, self._pid, ctypes.addressof(registers))
        registers[_RDX] = whole
        _ptrace(_SETREGS, self._pid, ctypes.addressof(registers))
