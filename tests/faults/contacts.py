#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Faults in every system call of what changes or reads the address book.

    contacts.py prepare
    contacts.py change NAME [RUNS [CALL=ERROR]]
    contacts.py reading NAME [RUNS]
    contacts.py flushes NAME
    contacts.py power FILESYSTEM NAME...

The changes and readings are those of book.py, the tools in $WAX_BIN, and the
work is done in the current folder; RUNS, CALL and $FAULTS_SEED are as in
processes.py. "prepare" makes what all read in $FAULTS_BOOK. "change" lets the process be killed at each system call, and lets
each call fail as such a call can. After each run:

- the book is as before or as after, of many cards with the first of them or
  without those that it says it skipped; and everything that reads it works;
- exit 0 means that it is as after, and that no flush failed for good;
- any other exit status is 7, or 4 when some of many cards cannot be read, with
  a line that says why, and the book is as before, unless that line says that it
  is done but not flushed; no temporary file is left, and no link that is of no
  use, unless removing that failed;
- a killed process leaves at most one temporary file;
- the same command then brings about what it should, or says that it was done.

"reading" is for commands that only read: nothing in the home changes, not even
a time, and exit 0 means that what they wrote is right.

"flushes" checks, in a good run, that each file is flushed before it gets its
name, and each folder after a name that counts has come or gone; that links come
before the file that they lead to, and go after it has gone from the disk.

"power" runs the command on a file system of its own, takes the power away right
after exit 0, and looks whether the book is as after; then the same with the
process killed at each call that writes, and again after that and a good run of
the same command."""

import collections
import os
import re
import resource
import signal
import subprocess
import sys

from book import (CHANGES, READINGS, Common, Reader, snapshot, strays,
                  temporary)
from inject import descriptor, make_image, mount
from processes import ON_DISK, ONLY_KILLED, report, try_some
from scenarios import environment, remove, run, tool
from tracer import Tracer, call_names

# Nobody else sees these: being killed there is as being killed at the next of
# the others, and they fail for want of memory only.
MEMORY = {"madvise", "mlock", "mmap", "mprotect", "munlock", "munmap"}
# What makes the difference on the disk, and what looks there; these come first.
CHANGING = {"fsync", "linkat", "mkdir", "renameat", "symlink", "unlink",
            "unlinkat"}
LOOKING = {"getdents64", "newfstatat", "openat", "readlink"}
DONE = (b"is written, but", b"is removed, but")

Done = collections.namedtuple("Done", "status said out")


def cases(calls):
    for i, (_, name, k, _) in enumerate(calls):
        faults = ["KILL"]
        if name in MEMORY:
            faults = ["ENOMEM"] if name[:2] != "mu" else []
        elif name in ON_DISK:
            faults += ["ENOSPC", "EIO", "EINTR", "ENOMEM", "EDQUOT"]
        elif name in ONLY_KILLED or name == "getuid":
            faults = ["KILL"] if name == "exit_group" else []
        else:
            faults += ["EIO", "EINTR", "ENOMEM"]
        for fault in faults:
            yield name, k, fault, i


class Matrix:
    """One command, run again and again."""

    def __init__(self, common, argv, book, given=""):
        self.common, self.book = common, book
        self.argv = [tool(argv[0]), *common.argv(argv[1:])]
        self.role = argv[0]
        self.given = (self.role, *given.split("=")) if given else None
        self.names = call_names()
        self.folder = os.getcwd()
        tracer = Tracer(self.names, (self.role,), None, self.given)
        self.begin()
        p = self.run(tracer)
        if p.status:
            raise SystemExit(f"a good run exits {p.status}: {p.said}")
        self.calls = tracer.calls

    @property
    def work(self):
        return os.path.join(self.folder, f"w{os.getpid()}")

    @property
    def home(self):
        return environment(self.work)["WAX_HOME"]

    def begin(self):
        """A folder and a home as before."""
        remove(self.work)
        os.mkdir(self.work)
        return self.common.prepare(self.work, self.book)

    def run(self, tracer):
        files = [self.work + ".out", self.work + ".err"]
        for path in files:
            with open(path, "wb"):
                pass
        status = tracer.run(self.argv, self.work, environment(self.work),
                            stdout=files[0], stderr=files[1])
        texts = []
        for path in files:
            with open(path, "rb") as f:
                texts.append(f.read())
        return Done(status, texts[1], texts[0])

    def try_case(self, case):
        """Runs with one fault; whether it came to it, and what is wrong."""
        tracer = Tracer(self.names, (), (self.role, *case[:3]), self.given)
        self.begin()
        done = self.run(tracer)
        wrong = ["it hangs"] if done.status is None else \
            self.judge(case, tracer.hit, done)
        return tracer.hit, [
            (case[2], f"{case[0]} {case[1]} (call {case[3]}): {w}",
             f" (exit {done.status}, {done.said[:300]!r})") for w in wrong]

    def judge_status(self, case, hit, done):
        name, _, fault, _ = case
        if fault == "KILL" and hit:
            return [] if done.status == -signal.SIGKILL else ["not killed"]
        if any(not line.startswith(b"wax-") for line in done.said.splitlines()):
            return ["strange words"]
        if done.status == 0:
            return ["a failed flush is overlooked"] if name == "fsync" and \
                fault != "EINTR" else []
        # libsodium ends the process when there is no randomness.
        if name == "getrandom" and done.status == -signal.SIGABRT:
            return []
        # What a signal can interrupt.
        if fault == "EINTR" and name in ("read", "write", "fsync", "close"):
            return ["it was interrupted, and not made again"]
        # A card that cannot be read is skipped; then the book was not touched.
        skipped = done.status == 4 and b"skipped: " in done.said and \
            self.common.folder.encode() in done.said and \
            name not in CHANGING
        if done.status != 7 and not skipped:
            return ["the exit status is not 7"]
        if not done.said and name not in ("write", "fcntl"):
            return ["no word is said about it"]
        return []


class ChangeMatrix(Matrix):
    def __init__(self, common, change, given=""):
        super().__init__(common, ["wax-contact", *change.argv], change.book,
                         given)
        self.change = change
        self.known = {}     # what was looked at, by the state of the disk
        state, wrong = self.look()
        if state != change.after or wrong or self.useless(state) or \
                temporary(self.home):
            raise SystemExit(f"a good run makes {state}, {wrong}")

    def useless(self, state):
        """The links that are of no use, unless there were some before."""
        return [] if self.book == "stray" else strays(self.home, state)

    def look(self):
        """The state of the book, and what is wrong with reading it."""
        key = repr(sorted(snapshot(self.home).items()))
        if key not in self.known:
            reader = Reader(self.common, self.work)
            state = reader.state()
            wrong = reader.read(state) if isinstance(state, dict) else []
            self.known[key] = state, wrong
        return self.known[key]

    def judge(self, case, hit, done):
        state, wrong = self.look()
        wrong = list(wrong) + self.judge_status(case, hit, done)
        if isinstance(state, str) or not self.change.allows(state, done):
            return wrong + [f"the book is neither as before nor as after: "
                            f"{state}"]
        if done.status == 0 and state != self.change.after:
            wrong.append("exit 0, and it is not done")
        left = temporary(self.home)
        useless = self.useless(state)
        # libsodium ends the process when there is no randomness.
        if done.status in (-signal.SIGKILL, -signal.SIGABRT):
            wrong += [f"{left} is left behind"] if len(left) > 1 else []
        else:
            wrong += self.judge_failed(case, done, state, left, useless)
        return wrong + self.again(state, done, left, useless)

    def judge_failed(self, case, done, state, left, useless):
        wrong = []
        told = any(text in done.said for text in DONE)
        removing = case[0] in ("unlink", "unlinkat")
        if left and not removing:
            wrong.append(f"{left} is left behind")
        if useless and not removing and not told:
            wrong.append(f"stray: {useless}")
        if done.status and state == self.change.after != self.change.before \
                and not told and len(self.change.states) == 2:
            wrong.append("it failed, and is done")
        return wrong

    def again(self, state, done, left, useless):
        """The same command once more, with nothing in its way."""
        key = "again", repr(sorted(snapshot(self.home).items()))
        if key in self.known:
            return self.known[key]
        p = run(*self.argv, cwd=self.work, env=environment(self.work))
        expected = self.change.again if state == self.change.after else 0
        wrong = []
        if p.returncode != expected:
            wrong.append(f"again, it exits {p.returncode}: {p.stderr}")
        state, trouble = self.look()
        if state != self.change.after:
            wrong.append(f"again, it makes {state}")
        wrong += ["again, " + w for w in trouble]
        if not useless and self.useless(state):
            wrong.append("again, it leaves " + str(self.useless(state)))
        if set(temporary(self.home)) - set(left):
            wrong.append("again, it leaves temporary files")
        self.known[key] = wrong
        return wrong


class ReadingMatrix(Matrix):
    def __init__(self, common, argv, book):
        super().__init__(common, argv, book)
        self.begin()
        self.good = self.run(Tracer(self.names))
        if self.good.status or not self.whole(self.good):
            raise SystemExit(f"a good run writes {self.good}")

    def begin(self):
        home = super().begin()
        self.at_first = snapshot(home, True)
        return home

    def whole(self, done):
        if "-o" not in self.argv:
            return done.out == self.good.out
        p = run(tool("wax-open"), "-i", self.common.path("bob2") + "/identity",
                "out", cwd=self.work)
        return p.returncode == 0

    def judge(self, case, hit, done):
        wrong = self.judge_status(case, hit, done)
        names = set(os.listdir(self.work)) - {"home"}
        if snapshot(self.home, True) != self.at_first:
            wrong.append("the home has changed")
        if names - {"out"}:
            wrong.append(f"{names} is there")
        if "out" in names and not self.whole(done):
            wrong.append("what it wrote is not whole")
        if done.status == 0 and not self.whole(done):
            wrong.append("exit 0, and what it wrote is not right")
        return wrong


matrix = None   # of each worker, from its fork


def try_case(case):
    return matrix.try_case(case)


def pick(rng, every, runs):
    """What changes the disk comes first, then what looks at it."""
    rng.shuffle(every)
    return sorted(every, key=lambda c: 0 if c[0] in CHANGING else
                  1 if c[0] in LOOKING else 2)[:runs]


def run_all(what, runs):
    line = f"{what}: {len(matrix.calls)} calls, "
    words, chosen, results = try_some(list(cases(matrix.calls)), runs,
                                      try_case, pick)
    return report(line + words, chosen, results)


def change(name, runs="0", given=""):
    global matrix
    matrix = ChangeMatrix(Common(), CHANGES[name], given)
    return run_all(name + (given and ", " + given), int(runs))


def reading(name, runs="0"):
    global matrix
    matrix = ReadingMatrix(Common(), READINGS[name],
                           "me" if name == "list-none" else "both")
    return run_all(name, int(runs))


class Flushes:
    """Follows what a good run does to a disk, by the lines of strace."""

    def __init__(self, home, first):
        self.home, self.contacts = home, home + "/contacts"
        self.first = first      # nobody can tell what was flushed before
        self.flushed = []       # all that was, in order
        self.pending = {}       # what was done in a folder since
        self.contact_made = set()
        self.link_gone = False
        self.wrong, self.names = [], 0

    def fsync(self, path):
        self.flushed.append(path)
        self.pending.pop(path, None)

    def named(self, folder, name):
        """A file has got its name."""
        if name.startswith(".wax-"):
            return
        file = self.flushed[-1:] == [None] or None in self.flushed
        self.names += 1
        if not file:
            self.wrong.append(f"'{name}' is there before it is flushed")
        self.flushed = [f for f in self.flushed if f is not None]
        self.pending[folder] = name
        if name.startswith("c-"):
            if self.home in self.pending or \
                    self.first and self.home not in self.flushed:
                self.wrong.append("a contact before its key or its folder")
            self.contact_made.add(name)
            self.contact_changes()

    def contact_changes(self):
        if self.link_gone:
            self.wrong.append("a link goes before its contact")

    def line(self, text):
        if not re.search(r"\) += 0$", text):
            return
        text = text.replace("//", "/")
        path = descriptor(text)
        if path:
            is_file = re.search(r"/(#\d+|\.wax-\w+)$", path)
            self.fsync(None if is_file else path)
        m = re.match(r"(?:linkat|renameat2?)\(.*, \d+<([^>]*)>, \"([^\"]*)\"",
                     text)
        if m:
            self.named(*m.groups())
        m = re.match(r'mkdir\("(.*)/([^/"]+)"', text)
        if m:
            self.names += 1
            self.pending[m.group(1)] = m.group(2)
        m = re.match(r'symlink\("(.*)", "(.*)/([^/"]+)"\)', text)
        if m:
            self.pending[m.group(2)] = m.group(3)
            if m.group(1) in self.contact_made:
                self.wrong.append(f"{m.group(3)} comes after its contact")
        m = re.match(r'unlinkat\(\d+<([^>]*)>, "(c-\w+)"', text)
        if m:
            self.names += 1
            self.pending[m.group(1)] = m.group(2)
            self.contact_changes()
        if re.match(r'unlink\(".*/contacts/[in]-', text):
            self.link_gone = True
            if self.contacts in self.pending:
                self.wrong.append("a link goes before its contact is flushed")


def flushes(name):
    common, change_ = Common(), CHANGES[name]
    work = os.path.join(os.getcwd(), "w")
    os.mkdir(work)
    home = common.prepare(work, change_.book)
    log = os.path.join(work, "trace")
    run("strace", "-qq", "-y", "-e", "signal=none", "-s", "300", "-o", log,
        tool("wax-contact"), *common.argv(change_.argv), cwd=work,
        env=environment(work)).check_returncode()
    follow = Flushes(home, not change_.before)
    with open(log, encoding="latin-1") as f:
        for line in f:
            follow.line(line.rstrip())
    if follow.contacts not in follow.flushed:
        follow.wrong.append("the folder is not flushed")
    follow.wrong += [f"{folder} is not flushed after '{last}'"
                     for folder, last in follow.pending.items()]
    # What was there already needs no name.
    print(f"{name}: {follow.names or 1} names, {len(follow.wrong)} failures")
    for w in follow.wrong:
        print("  " + w)
    return 1 if follow.wrong else 0


class Power:
    """A change on a file system that loses its power."""

    def __init__(self, kind, common, change_):
        self.at = os.path.join(os.getcwd(), "mnt")
        self.image = self.at + ".image"
        os.makedirs(self.at, exist_ok=True)
        make_image(kind, self.image)
        self.change = change_
        self.matrix = ChangeMatrix(common, change_)
        self.matrix.folder = self.at
        self.runs = 0

    def points(self):
        """The good run, and each call that the process is killed at."""
        yield None
        for _, name, k, _ in self.matrix.calls:
            if name in CHANGING:
                yield (self.matrix.role, name, k, "KILL")

    def once(self, fault, again, shutdown):
        """One loss of power; a list of what is wrong."""
        m = self.matrix
        self.runs += 1
        mount(self.image, self.at)
        try:
            m.begin()
            run("sync", "-f", self.at).check_returncode()
            done = m.run(Tracer(m.names, (), fault))
            status = done.status
            if again:
                status = run(*m.argv, cwd=m.work,
                             env=environment(m.work)).returncode
            run("xfs_io", "-x", "-c", shutdown, self.at).check_returncode()
        finally:
            run("umount", self.at).check_returncode()
        mount(self.image, self.at)
        try:
            state, wrong = m.look()
        finally:
            run("umount", self.at).check_returncode()
        wrong = list(wrong)
        if isinstance(state, str) or not self.change.allows(state, done):
            wrong.append(f"the book is {state}")
        elif status == 0 and state != self.change.after:
            wrong.append("exit 0, and it is lost")
        elif status not in (0, -signal.SIGKILL, self.change.again):
            wrong.append(f"it exits {status}")
        return [f"{shutdown}, {fault}{' and again' if again else ''}: {w}"
                for w in wrong]

    def all(self):
        wrong = []
        for fault in self.points():
            for again in (False, True) if fault else (False,):
                # Without and with what the log still had to write.
                for shutdown in ("shutdown", "shutdown -f"):
                    wrong += self.once(fault, again, shutdown)
        return wrong


def power(kind, *names):
    """Runs in a mount name space of its own, so that nothing is left."""
    if "POWER_INSIDE" not in os.environ:
        return subprocess.call(["unshare", "-m", sys.executable, *sys.argv],
                               env=dict(os.environ, POWER_INSIDE="1"))
    common = Common()
    failed = 0
    for name in names:
        p = Power(kind, common, CHANGES[name])
        wrong = p.all()
        print(f"{name} on {kind}: {p.runs} runs, {len(wrong)} failures")
        for w in wrong[:20]:
            print("  " + w)
        failed |= bool(wrong)
    return failed


def main(argv):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if argv == ["prepare"]:
        Common()
        return 0
    return {"change": change, "reading": reading, "flushes": flushes,
            "power": power}[argv[0]](*argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
