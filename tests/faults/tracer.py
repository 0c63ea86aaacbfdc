# SPDX-License-Identifier: ISC
"""Running a program and all that it starts under ptrace(2), to let one system
call of one of these processes fail, or kill the process at it.

strace counts the calls of each process by themselves, so that it cannot tell a
process from the one that forked it; here a process has a role: the name of the
program that it executed, "spawn" between a fork and that, or "jail" when it was
forked by wax-unpack; a process's further threads are "thread". The calls of a
role are numbered by name, in each process or thread, from the first one of the
program itself (the loader's come before it).

A call that fails is not carried out, but for close: Linux closes whatever it
says. Only x86-64 is known."""

import ctypes
import errno
import os
import platform
import signal
import struct
import subprocess

TIMEOUT = 30    # seconds; a run takes a few hundredths

PTRACE_POKEUSER, PTRACE_CONT, PTRACE_SYSCALL = 6, 7, 24
PTRACE_SEIZE, PTRACE_LISTEN, PTRACE_GET_SYSCALL_INFO = 0x4206, 0x4208, 0x420e
# SYSGOOD, FORK, VFORK, CLONE, EXEC, EXITKILL
OPTIONS = 1 | 2 | 4 | 8 | 16 | 1 << 20
EVENT_EXEC, EVENT_STOP = 4, 128
ENTRY, EXIT = 1, 2
RAX, ORIG_RAX = 8 * 10, 8 * 15
WALL = 0x40000000
# Of the second argument of a futex, which can fail when it waits only.
FUTEX_COMMAND, FUTEX_WAITS = 0x7f, (0, 9)
THREAD = 0x10000        # CLONE_THREAD, of the first argument of clone
TMPFILE = 0x400000      # of O_TMPFILE, the bit that no other flag has

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p,
                        ctypes.c_void_p)
libc.ptrace.restype = ctypes.c_long
info = ctypes.create_string_buffer(88)


def ptrace(request, pid, addr=0, data=0):
    """False: the process has been killed meanwhile."""
    if libc.ptrace(request, pid, addr, data) >= 0:
        return True
    if ctypes.get_errno() != errno.ESRCH:
        raise OSError(ctypes.get_errno(), f"ptrace {request}")
    return False


def call_names():
    """The names of this machine's system calls, by their numbers."""
    cc = os.environ.get("CC", "cc").split() or ["cc"]
    macros = subprocess.run([*cc, "-E", "-dM", "-include", "sys/syscall.h",
                             "-xc", "/dev/null"], check=True,
                            stdout=subprocess.PIPE).stdout.decode()
    names = {}
    for line in macros.splitlines():
        words = line.split()
        if len(words) == 3 and words[1].startswith("__NR_") and \
                words[2].isdigit():
            names[int(words[2])] = words[1][5:]
    return names


class Process:
    def __init__(self, role):
        self.role = role
        self.begun = False
        self.counts = {}
        self.error = 0  # what the call that it is in returns, negative


class Hang(Exception):
    pass


def on_alarm(_sig, _frame):
    raise Hang


class Tracer:
    """Runs one command. calls gets (role, name, k, args) of each call of the
    roles in wanted; fault is None or (role, name, k, "KILL" or an errno's
    name), and hit tells whether it came to that. given is None or (role, name,
    an errno's name): each such call fails, as on a system that has it not;
    O_TMPFILE is a name for openat with that flag."""

    def __init__(self, names, wanted=(), fault=None, given=None):
        self.names, self.wanted, self.fault = names, wanted, fault
        self.given = given
        self.calls = []
        self.hit = False
        self.processes = {}

    def run(self, argv, cwd, env, stdin="/dev/null", stdout="/dev/null",
            stderr="/dev/null"):
        """The status as subprocess has it, or None: it hangs."""
        go, ready = os.pipe()
        pid = os.fork()
        if pid == 0:
            self.be_tracee(argv, cwd, env, (stdin, stdout, stderr), go, ready)
        os.close(go)
        try:
            ptrace(PTRACE_SEIZE, pid, 0, OPTIONS)
            os.write(ready, b".")
        finally:
            os.close(ready)
        self.processes = {pid: Process("start")}
        signal.signal(signal.SIGALRM, on_alarm)
        signal.alarm(TIMEOUT)
        try:
            return self.watch(pid)
        except Hang:
            self.end_all()
            return None
        finally:
            signal.alarm(0)

    @staticmethod
    def be_tracee(argv, cwd, env, files, go, ready):
        try:
            os.close(ready)
            os.read(go, 1)
            os.chdir(cwd)
            for fd, path in enumerate(files):
                new = os.open(path, os.O_RDONLY if not fd else
                              os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                os.dup2(new, fd)
            os.closerange(3, 64)
            # Python ignores it.
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.execve(argv[0], argv, env)
        finally:
            os._exit(127)

    def end_all(self):
        for pid in self.processes:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while True:
                os.waitpid(-1, WALL)
        except ChildProcessError:
            pass

    def watch(self, first):
        """Until the last process has ended, however it came to be."""
        result = None
        while True:
            try:
                pid, status = os.waitpid(-1, WALL)
            except ChildProcessError:
                return result
            if os.WIFSTOPPED(status):
                self.stopped(pid, os.WSTOPSIG(status), status >> 16)
                continue
            self.processes.pop(pid, None)
            if pid == first:
                result = os.waitstatus_to_exitcode(status)

    def stopped(self, pid, sig, event):
        if pid not in self.processes:
            self.processes[pid] = Process(self.role_of_new(pid))
        p = self.processes[pid]
        pass_on = 0
        if sig == signal.SIGTRAP | 0x80:
            self.in_call(pid, p)
        elif event == EVENT_EXEC:
            with open(f"/proc/{pid}/comm", encoding="ascii") as f:
                self.processes[pid] = p = Process(f.read().strip())
        elif event == EVENT_STOP and sig != signal.SIGTRAP:
            ptrace(PTRACE_LISTEN, pid)
            return
        elif not event:
            pass_on = sig
        interesting = p.role in self.wanted or (
            self.fault and p.role == self.fault[0] and not self.hit) or (
            self.given and p.role == self.given[0]) or p.error
        ptrace(PTRACE_SYSCALL if interesting else PTRACE_CONT, pid, 0, pass_on)

    def role_of_new(self, pid):
        try:
            with open(f"/proc/{pid}/status", encoding="latin-1") as f:
                ids = dict(line.split()[:2] for line in f
                           if line.startswith(("Tgid:", "PPid:")))
        except FileNotFoundError:
            return "spawn"
        if int(ids["Tgid:"]) != pid:
            return "thread"
        parent = self.processes.get(int(ids["PPid:"]))
        return "jail" if parent and parent.role == "wax-unpack" else "spawn"

    def in_call(self, pid, p):
        n = libc.ptrace(PTRACE_GET_SYSCALL_INFO, pid, ctypes.sizeof(info),
                        ctypes.addressof(info))
        if n < 0:
            return
        if info.raw[0] == EXIT and p.error:
            ptrace(PTRACE_POKEUSER, pid, RAX, p.error)
            p.error = 0
        if info.raw[0] == ENTRY:
            nr, *args = struct.unpack_from("=7Q", info.raw, 24)
            self.enter(pid, p, self.names.get(nr, str(nr)), args)

    @staticmethod
    def clone_flags(pid, name, args):
        if name == "clone":
            return args[0]
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            memory.seek(args[0])
            return int.from_bytes(memory.read(8), "little")

    def enter(self, pid, p, name, args):
        if name == "futex" and args[1] & FUTEX_COMMAND in FUTEX_WAITS:
            name = "futex_wait"
        if name in ("clone", "clone3") and \
                not self.clone_flags(pid, name, args) & THREAD:
            name = "fork"
        k = p.counts[name] = p.counts.get(name, 0) + 1
        # The first thing that each tool does itself: fcntl(0, F_GETFD).
        p.begun = p.begun or p.role in ("jail", "spawn", "thread") or (
            name == "fcntl" and args[:2] == [0, 1])
        if p.begun and p.role in self.wanted:
            self.calls.append((p.role, name, k, args))
        if self.fault and not self.hit and \
                self.fault[:3] == (p.role, name, k):
            self.hit = True
            self.fail(pid, p, name, self.fault[3])
            return
        kinds = {name}
        if name == "openat" and args[2] & TMPFILE:
            kinds.add("O_TMPFILE")
        if self.given and self.given[0] == p.role and self.given[1] in kinds:
            self.fail(pid, p, name, self.given[2])

    @staticmethod
    def fail(pid, p, name, fault):
        if fault == "KILL":
            os.kill(pid, signal.SIGKILL)
            return
        p.error = -getattr(errno, fault)
        if name != "close":
            ptrace(PTRACE_POKEUSER, pid, ORIG_RAX, -1)


def can_trace():
    if platform.machine() != "x86_64":
        return False
    try:
        tracer = Tracer(call_names(), (), ("true", "close", 1, "KILL"))
        return tracer.run(["/bin/true"], "/", {}) == -signal.SIGKILL
    except (OSError, subprocess.CalledProcessError):
        return False
