#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Faults in every system call of the tools that use sessions.

    sessions.py calls SCENARIO [RUNS]
    sessions.py power FILESYSTEM

The tools are in $WAX_BIN, and the work is done in the current folder. bob and
alice have homes that know each other. The scenarios:

    send         bob seals to alice, with -o, in a session that both use
    send-stdout  the same, to a file as standard output
    send-first   bob seals to alice for the first time
    open         alice opens what bob has sent, with -o
    open-stdout  the same, to a file as standard output
    open-first   alice opens the first message, by a card for one caller
    open-rm      the same, and the session is forgotten right afterwards
    reset        bob resets a session
    rm           bob forgets a session

The system calls of a good run are listed; then for each of them and each fault
the tool is killed at the call, or the call fails. RUNS is how many of these are
tried, if there are more; $FAULTS_SEED chooses which. After each run:

- no number was used twice: what was sent and the next message both open, once,
  and what is left of a message that was not sent whole is not one seen before;
- no message is lost: what was not delivered opens the next time, what was is
  exit 5, or after a kill or a failure opens again; exit 0 means that it is
  exit 5 from then on;
- the state can be read, for the next messages of both sides go through;
- a tool that fails says why.

The homes go on from one run to the next, but for the first messages, which need
new ones.

"power" has a home on a file system of its own and takes the power away right
after a tool's exit 0, with and without what the log still had to write."""

import os
import resource
import shutil
import signal
import subprocess
import sys

from inject import make_image, mount
from processes import cases, try_some
from scenarios import remove, run, tool, write_file
from tracer import Tracer, call_names

PLAIN = bytes(i * 7 % 251 for i in range(150_000))
NAMES = ("bob", "alice")


class Wrong(Exception):
    pass


def must(condition, what, p=None):
    if not condition:
        said = p and f" (exit {p.returncode}, {p.stderr[:300]!r})"
        raise Wrong(what + (said or ""))


class Pair:
    """The homes of two, in a folder."""

    def __init__(self, common, folder, once=False):
        self.common, self.folder, self.n = common, folder, 0
        for name in NAMES:
            shutil.copytree(f"{common}/{name}", f"{folder}/{name}",
                            symlinks=True)
        if once:
            p = self.run("alice", "wax-card", "--once")
            write_file(f"{folder}/card", p.stdout)
            self.run("bob", "wax-contact", "rm", "-q", "alice")
            p = self.run("bob", "wax-contact", "add", "-q", "alice",
                         f"{folder}/card")
            must(not p.returncode, "the card is not taken", p)

    def environment(self, name):
        env = {k: v for k, v in os.environ.items() if not k.startswith("WAX_")}
        env.update(WAX_HOME=f"{self.folder}/{name}", LC_ALL="C",
                   TMPDIR=self.folder)
        return env

    def run(self, name, *argv):
        return run(tool(argv[0]), *argv[1:], cwd=self.folder,
                   env=self.environment(name))

    def send(self, by, to):
        """A new message, which must go through."""
        self.n += 1
        name = f"m{self.n}"
        p = self.run(by, "wax-seal", "-c", to, "-o", name,
                     self.common + "/plain")
        must(not p.returncode, f"{by} cannot send", p)
        return name

    def opens(self, name, message):
        """Opens it, to the end; the exit status."""
        p = self.run(name, "wax-open", message)
        must(p.returncode or p.stdout == PLAIN, "other plaintext", p)
        return p

    def read(self, name, message):
        p = self.opens(name, message)
        must(not p.returncode, f"{message} does not open for {name}", p)
        p = self.opens(name, message)
        must(p.returncode == 5, f"{message} is not known as opened", p)

    def talk(self, first="bob", second="alice"):
        for by, to in ((first, second), (second, first)):
            message = self.send(by, to)
            self.read(to, message)
            os.unlink(f"{self.folder}/{message}")


class Scenario:
    fresh = False       # each run begins without a session
    by, stdout, once = "bob", False, False

    def prepare(self, pair):
        pass

    def clean(self, pair):
        for name in os.listdir(pair.folder):
            if name not in NAMES and name != "card":
                os.unlink(os.path.join(pair.folder, name))


class Send(Scenario):
    @property
    def argv(self):
        return ["wax-seal", "-c", "alice", "plain"] + \
            ([] if self.stdout else ["-o", "out"])

    def prepare(self, pair):
        os.symlink(pair.common + "/plain", pair.folder + "/plain")

    def judge(self, pair, status, killed):
        path = pair.folder + "/out"
        size = os.path.getsize(path) if os.path.exists(path) else 0
        must(status or size, "exit 0, and nothing was sent")
        message = pair.send("bob", "alice")
        pair.read("alice", message)
        if size:
            # A part of it has a number, too, that is no other's.
            p = pair.opens("alice", "out")
            must(p.returncode == 0 or
                 p.returncode == 1 and self.stdout and status,
                 "what was sent does not open", p)
            again = pair.opens("alice", "out")
            must(again.returncode == (p.returncode or 5), "opened again", again)
        pair.talk("alice", "bob")


class SendStdout(Send):
    stdout = True


class SendFirst(Send):
    fresh = True


class Open(Scenario):
    by = "alice"

    @property
    def argv(self):
        return ["wax-open", "m"] + ([] if self.stdout else ["-o", "out"])

    def prepare(self, pair):
        os.rename(f"{pair.folder}/{pair.send('bob', 'alice')}",
                  f"{pair.folder}/m")

    def judge(self, pair, status, killed):
        path = pair.folder + "/out"
        data = None
        if os.path.exists(path):
            with open(path, "rb") as f:
                data = f.read()
        must(status or data == PLAIN, "exit 0, and not delivered")
        must(self.stdout or data in (None, PLAIN), "not delivered whole")
        p = pair.opens("alice", "m")
        if status == 0:
            must(p.returncode == 5, "exit 0, and not marked as read", p)
        elif data != PLAIN:
            must(p.returncode == 0, "the message is lost", p)
        else:
            must(p.returncode in (0, 5), "neither opened nor seen", p)
        p = pair.opens("alice", "m")
        must(p.returncode == 5, "it opens again and again", p)
        pair.talk()


class OpenStdout(Open):
    stdout = True


class OpenFirst(Open):
    fresh = once = True

    def judge(self, pair, status, killed):
        # Without an answer first: the next one has the same hello.
        second = pair.send("bob", "alice")
        super().judge(pair, status, killed)
        pair.read("alice", second)
        p = pair.run("alice", "wax-session", "rm", pair.bob)
        must(not p.returncode, "the session cannot be removed", p)
        p = pair.opens("alice", "m")
        must(p.returncode == 5, "the hello is forgotten", p)


class OpenRm(Open):
    """The session is forgotten right after the fault."""

    fresh = once = True

    def judge(self, pair, status, killed):
        p = pair.run("alice", "wax-session", "rm", pair.bob)
        must(p.returncode in (0, 2), "the session cannot be removed", p)
        known = p.returncode == 0
        must(known or status, "exit 0, and there is no session")
        p = pair.opens("alice", "m")
        must(p.returncode == (5 if known else 0), "its hello is forgotten" if
             known else "the message is lost", p)


class Change(Scenario):
    @property
    def argv(self):
        return ["wax-session", self.what, "alice"]

    def judge(self, pair, status, killed):
        p = pair.run("bob", "wax-session", "list", "--json")
        must(not p.returncode, "the sessions cannot be told of", p)
        if status == 0:
            must(b'"since":null' in p.stdout if self.what == "reset"
                 else p.stdout == b"[]\n", "exit 0, and not done")
        message = pair.send("bob", "alice")
        pair.read("alice", message)
        pair.talk("alice", "bob")


class Reset(Change):
    what = "reset"


class Rm(Change):
    what = "rm"


SCENARIOS = {"send": Send, "send-stdout": SendStdout, "send-first": SendFirst,
             "open": Open, "open-stdout": OpenStdout, "open-first": OpenFirst,
             "open-rm": OpenRm,
             "reset": Reset, "rm": Rm}


def make_common(folder):
    common = os.path.join(folder, "common")
    os.mkdir(common)
    write_file(common + "/plain", PLAIN)

    def make(name, *argv):
        p = run(tool(argv[0]), *argv[1:], cwd=common,
                env=dict(os.environ, WAX_HOME=f"{common}/{name}"))
        must(not p.returncode, f"{argv}", p)
        return p.stdout

    for name in NAMES:
        make(name, "wax-keygen", "-n", name)
        write_file(f"{common}/{name}.card", make(name, "wax-card"))
    for name, other in (NAMES, NAMES[::-1]):
        make(name, "wax-contact", "add", "-q", other, f"{common}/{other}.card")
    Pair.bob = make("bob", "wax-keygen", "-w").decode().strip()
    return common


class Matrix:
    def __init__(self, scenario, common, folder):
        self.scenario, self.common, self.folder = scenario, common, folder
        self.names = call_names()
        self.pair = None
        role = scenario.argv[0]
        tracer = Tracer(self.names, (role,))
        status, said = self.run(tracer)
        must(status == 0, f"a good run exits {status}: {said}")
        self.scenario.judge(self.pair, status, False)
        self.finish()
        self.calls = tracer.calls

    def run(self, tracer):
        at = os.path.join(self.folder, f"w{os.getpid()}")
        # What a fork has from its parent is the parent's.
        if not self.pair or self.pair.folder != at:
            remove(at)
            os.mkdir(at)
            self.pair = Pair(self.common, at, self.scenario.once)
            if not self.scenario.fresh:
                self.pair.talk()
        self.scenario.clean(self.pair)
        self.scenario.prepare(self.pair)
        words = at + ".words"
        write_file(words, b"")
        argv = self.scenario.argv
        status = tracer.run(
            [tool(argv[0]), *argv[1:]], at,
            self.pair.environment(self.scenario.by), stderr=words,
            stdout=at + "/out" if self.scenario.stdout else "/dev/null")
        with open(words, "rb") as f:
            return status, f.read()

    def index_is_gone(self):
        """It can be made anew, so what cannot be flushed there is removed."""
        return not os.path.exists(
            f"{self.pair.folder}/{self.scenario.by}/sessions/index")

    def finish(self):
        if self.scenario.fresh:
            remove(self.pair.folder)
            self.pair = None

    def try_case(self, case):
        tracer = Tracer(self.names, (), case[:4])
        where = f"{case.fault} at {case.name} {case.k} (call {case.at})"
        try:
            status, said = self.run(tracer)
            where += f", exit {status}, {said[:200]!r}"
            killed = case.fault == "KILL"
            must(status is not None, "it hangs")
            must(not tracer.hit or not killed or status == -signal.SIGKILL,
                 "it was not killed")
            must(killed or status in (0, 6, 7) or case.name == "getrandom",
                 "the exit status is neither 0, 6 nor 7")
            must(killed or not status or said or
                 case.name in ("fcntl", "write", "getrandom"),
                 "no word is said about it")
            must(status or killed or case.fault == "EINTR" or
                 case.name not in ("fsync", "syncfs") or
                 self.index_is_gone(),
                 "a failed flush is overlooked")
            self.scenario.judge(self.pair, status, killed)
            self.finish()
        except Wrong as e:
            self.pair = None
            return tracer.hit, f"{where}: {e}"
        return tracer.hit, None


matrix = None   # of each worker, from its fork


def try_case(case):
    return matrix.try_case(case)


def calls(name, runs="0"):
    global matrix
    folder = os.getcwd()
    matrix = Matrix(SCENARIOS[name](), make_common(folder), folder)
    line = f"{name}: {len(matrix.calls)} calls, "
    words, chosen, results = try_some(list(cases(matrix.calls)), int(runs),
                                      try_case)
    failures = [w for _, w in results if w]
    hits = sum(hit for hit, _ in results)
    if hits < 0.8 * len(chosen):
        failures.append(f"only {hits} of the runs came to the call")
    print(f"{line}{words}{len(chosen)} runs, {len(failures)} failures")
    for w in failures[:30]:
        print("  " + w)
    return 1 if failures else 0


def power_once(common, folder, image, at, shutdown, first):
    """bob's home is on the file system that loses its power; both send and
    receive there. The messages themselves are elsewhere."""
    mount(image, at)
    try:
        if os.path.islink(folder + "/bob"):
            os.unlink(folder + "/bob")
        for path in (folder + "/bob", folder + "/alice", at + "/bob"):
            remove(path)
        pair = Pair(common, folder)
        shutil.move(folder + "/bob", at + "/bob")
        os.symlink(at + "/bob", folder + "/bob")
        if not first:
            pair.talk()
        run("sync", "-f", at).check_returncode()
        given = pair.send("alice", "bob")
        pair.read("bob", given)
        sent = pair.send("bob", "alice")
        run("xfs_io", "-x", "-c", shutdown, at).check_returncode()
    finally:
        run("umount", at).check_returncode()
    mount(image, at)
    try:
        must(pair.opens("bob", given).returncode == 5, "it is not marked")
        after = pair.send("bob", "alice")
        pair.read("alice", after)
        pair.read("alice", sent)
        pair.talk("alice", "bob")
        names = os.listdir(at + "/bob/sessions")
        must(not [n for n in names if n.startswith(".")], f"{names}")
        for name in (given, sent, after):
            os.unlink(f"{folder}/{name}")
    finally:
        run("umount", at).check_returncode()


def power(kind):
    """Runs in a mount name space of its own, so that nothing is left."""
    if "POWER_INSIDE" not in os.environ:
        env = dict(os.environ, POWER_INSIDE="1")
        return subprocess.call(["unshare", "-m", sys.executable, *sys.argv],
                               env=env)
    folder = os.getcwd()
    common = make_common(folder)
    image, at = folder + "/image", folder + "/mnt"
    os.mkdir(at)
    make_image(kind, image)
    failures = []
    for shutdown in ("shutdown", "shutdown -f"):
        for first in (True, False):
            try:
                power_once(common, folder, image, at, shutdown, first)
            except Wrong as e:
                failures.append(f"{shutdown}, {first}: {e}")
    print(f"sessions on {kind}: 4 runs with a loss of power")
    for w in failures:
        print("  " + w)
    return 1 if failures else 0


def main(argv):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    return {"calls": calls, "power": power}[argv[0]](*argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
