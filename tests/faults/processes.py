#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Faults in every system call of one of several processes.

    processes.py can-trace
    processes.py calls SCENARIO ROLE[+ROLE] [RUNS [CALL=ERROR]]

The scenarios are those of scenarios.py and crews.py, the roles those of
tracer.py; the tools are in $WAX_BIN, and the work is done in the current folder.
It lists the system calls that the process of that role makes in a good run, or
its threads do, and then runs everything again for each of them and each fault: the process killed by SIGKILL
at that call, or the call failing as such a call can. RUNS is how many of these
are tried, if there are more, first one of each call and fault; $FAULTS_SEED
chooses which. CALL is one that fails
always, as on a file system that has it not. After each run:

- all processes have ended, in time;
- the target is there, whole, or not at all; where there was something before,
  that is there unchanged. Only when wax-unpack was killed while it moved
  entries into a folder, some of them may be there and others not, each whole;
- exit 0 means that everything is there, and that no flush failed for good;
- any other exit status is 7, with one line that says why, and nothing is left
  behind. Only when the very last flush fails, the target is in place;
- what was interrupted (EINTR) where a signal can do that is carried out;
- a thread that cannot be made is done without;
- a process that was killed leaves at most one fresh folder, if it had made one;
  the process that waits for it says so, with exit 7, and leaves nothing."""

import collections
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys

from crews import CREWS
from scenarios import SCENARIOS, environment, make_common, remove, tool
from tracer import Tracer, call_names, can_trace

WORKERS = os.cpu_count() or 1
# What needs room, or changes something, on a disk.
ON_DISK = {"fchmod", "fchmodat", "fsync", "ftruncate", "linkat", "mkdir",
           "mkdirat", "openat", "pwrite64", "renameat", "renameat2", "symlink",
           "symlinkat", "syncfs", "unlink", "unlinkat", "utimensat", "write"}
# These do not fail, for what they are asked here, or do not return.
ONLY_KILLED = {"brk", "exit", "exit_group", "futex", "getpid", "getppid",
               "gettid", "kill", "rseq", "rt_sigaction", "rt_sigprocmask",
               "rt_sigreturn", "set_robust_list", "tgkill"}
# Those that make a thread; a kernel may know only one of them.
MAKES_THREAD = {"clone", "clone3"}
# What a signal can interrupt, or an unfortunate file system.
RESTARTED = {"close", "fsync", "ppoll", "pread64", "pwrite64", "read", "wait4",
             "write"}
# Runs of these are all the same to a process that is killed.
BORING = {"rt_sigaction", "rt_sigprocmask"}

Case = collections.namedtuple("Case", "role name k fault at")


def cases(calls):
    for i, (role, name, k, _) in enumerate(calls):
        # A jail has told how it ended by then, and is ended by its parent,
        # if it is not quicker itself.
        if role == "jail" and name == "exit_group":
            continue
        faults = ["KILL"]
        if name in ON_DISK:
            faults += ["ENOSPC", "EIO", "EINTR", "ENOMEM", "EDQUOT"]
        elif name == "wait4":
            faults += ["EINTR"]
        elif name in MAKES_THREAD:
            faults += ["EAGAIN", "ENOMEM", "ENOSYS"]
        elif name == "futex_wait":
            faults += ["EAGAIN", "EINTR"]
        elif name not in ONLY_KILLED:
            faults += ["EIO", "EINTR", "ENOMEM"]
        if name in BORING and i and calls[i - 1][1] == name:
            continue
        for fault in faults:
            yield Case(role, name, k, fault, i)


class Matrix:
    def __init__(self, scenario, role, folder, given):
        self.scenario, self.role, self.folder = scenario, role, folder
        self.given = (role.split("+")[0], *given.split("=")) if given else None
        self.names = call_names()
        self.first = scenario.argv[0]
        self.calls, p = self.run(Tracer(self.names, tuple(role.split("+")),
                                        None, self.given))
        if p.status or not self.scenario.whole(p.data) or p.others:
            raise SystemExit(f"a good run exits {p.status}, leaves {p.others} "
                             f"and says {p.said}")
        if not self.calls:
            raise SystemExit(f"there is no process {role}")
        if scenario.threads and "thread" not in {c[0] for c in self.calls}:
            raise SystemExit("there is no thread")
        del self.calls[:next((i for i, c in enumerate(self.calls)
                              if scenario.begins(c[1], c[3])), 0)]
        self.last_move = max([i for i, c in enumerate(self.calls)
                              if c[1].startswith("rename")],
                             default=len(self.calls))

    Outcome = collections.namedtuple("Outcome", "status said data others lost")

    def run(self, tracer):
        work = os.path.join(self.folder, f"w{os.getpid()}")
        words = work + ".words"
        remove(work)
        os.mkdir(work)
        with open(words, "wb"):
            pass
        self.scenario.prepare(work)
        argv = self.scenario.argv
        status = tracer.run(
            [tool(argv[0]), *argv[1:]], work,
            {**environment(work), **self.scenario.env}, stderr=words,
            stdin=self.feed(work + ".pipe"),
            stdout=self.scenario.path(work) if self.scenario.stdout
            else "/dev/null")
        with open(words, "rb") as f:
            said = f.read()
        data = self.scenario.read(work)
        done = self.Outcome(status, said, data, self.scenario.others(work),
                            self.scenario.lost(work, data))
        remove(work)
        return tracer.calls, done

    def feed(self, pipe):
        """What is standard input. The tracer waits for whoever feeds it."""
        if not self.scenario.feed:
            return "/dev/null"
        if not os.path.exists(pipe):
            os.mkfifo(pipe)
        subprocess.Popen(["sh", "-c", "exec cat \"$1\" >\"$2\"", "sh",
                          self.scenario.feed, pipe],
                         stderr=subprocess.DEVNULL)
        return pipe

    def try_case(self, case):
        """Runs with one fault; whether it came to it, and what is wrong."""
        tracer = Tracer(self.names, (), case[:4], self.given)
        _, done = self.run(tracer)
        wrong = self.judge(case, tracer.hit, done)
        return tracer.hit, [
            (case.fault, f"{case.name} {case.k} of {case.role} (call "
             f"{case.at}): {w}", f" (exit {done.status}, {done.said[:300]!r})")
            for w in wrong]

    def judge(self, case, hit, p):
        if p.status is None:
            return ["it hangs"]
        wrong = []
        nothing = p.data == self.scenario.before() or (
            self.scenario.stdout and not p.data)
        everything = not nothing and self.scenario.whole(p.data)
        in_moves = hit and case.fault == "KILL" and \
            case.role == self.scenario.mover
        if p.lost:
            wrong.append("what was there before is lost")
        if not nothing and not everything and not (
                (in_moves or self.scenario.stdout) and
                self.scenario.is_part(p.data)):
            wrong.append("the target is not whole")
        if p.status == 0 and not everything:
            wrong.append("exit 0, and the target is not there")
        if any(not line.startswith(b"wax-") for line in p.said.splitlines()):
            wrong.append("strange words")
        if not hit:
            if p.status or p.others:
                wrong.append(f"it fails by itself, or leaves {p.others}")
        elif case.fault == "KILL":
            wrong += self.judge_killed(case, p)
        else:
            wrong += self.judge_failed(case, p, everything)
        if p.status and not wrong and not nothing and not (
                case.fault == "KILL" or self.scenario.stdout or
                b"is complete, but" in p.said or b"is written, but" in p.said):
            wrong.append("it failed, and the target is there")
        return wrong

    def judge_killed(self, case, p):
        wrong = []
        mine = case.role in (self.first, "thread")
        if mine and p.status != -signal.SIGKILL:
            wrong.append("it was not killed")
        if not mine:
            wrong += self.judge_words(case, p)
        # A file needs no temporary name where there are nameless ones.
        can_stay = case.role == "wax-unpack" or self.given
        if p.others and (not can_stay or len(p.others) > 1 or
                         not p.others[0].startswith(".wax-")):
            wrong.append(f"{len(p.others)} left behind")
        return wrong

    def judge_failed(self, case, p, everything):
        wrong = []
        # Where removing what is of no use any more fails, it stays.
        cleaning = everything and (
            case.role == "wax-unpack" and case.at > self.last_move or
            case.name == "unlink")
        if p.others and not cleaning:
            wrong.append(f"{len(p.others)} left behind")
        if p.status == 0 and case.fault != "EINTR" and \
                case.name in ("fsync", "syncfs"):
            wrong.append("a failed flush is overlooked")
        if p.status and case.fault == "EINTR" and case.name in RESTARTED:
            wrong.append("it was interrupted, and not made again")
        if p.status and case.name in MAKES_THREAD | {"futex_wait"}:
            wrong.append("it cannot do with fewer threads")
        # libsodium ends the process when there is no randomness.
        if p.status and not (case.name == "getrandom" and
                             p.status == -signal.SIGABRT):
            wrong += self.judge_words(case, p)
        return wrong

    def judge_words(self, case, p):
        # A folder that cannot be looked at is tried as a file.
        mistaken = case.role == "wax-seal" and case.name == "newfstatat" and \
            p.status == 2 and b"is a folder" in p.said
        if p.status != 7 and not mistaken:
            return ["the exit status is not 7"]
        if not p.said and case.name not in ("fcntl", "write"):
            return ["no word is said about it"]
        if len(p.said.splitlines()) > 1:
            return ["it is said more than once"]
        return []


matrix = None   # of each worker, from its fork


def try_case(case):
    return matrix.try_case(case)


def report(line, chosen, results):
    failures = {}
    for fault, words, details in (w for _, wrong in results for w in wrong):
        faults, _ = failures.setdefault(words, ([], details))
        faults.append(fault)
    hits = sum(hit for hit, _ in results)
    # How often a pipe is read depends on who is faster.
    if hits < 0.8 * len(chosen):
        failures["of the runs came to the call"] = [f"only {hits}"], ""
    print(f"{line}{len(chosen)} runs, {len(failures)} failures")
    for words, (faults, details) in list(failures.items())[:30]:
        print(f"  {', '.join(faults)}: {words}{details}")
    return 1 if failures else 0


def one_of_each(rng, every, runs):
    """As many of the cases as runs says, first one of each call and fault."""
    mixed, firsts = rng.sample(every, len(every)), {}
    for case in mixed:
        firsts.setdefault((case.role, case.name, case.fault), case)
    first = set(firsts.values())
    return sorted(mixed, key=lambda case: case not in first)[:runs]


def threads_first(rng, every, runs):
    """As one_of_each, but those of making threads before all others."""
    mixed = one_of_each(rng, every, len(every))
    return sorted(mixed, key=lambda case: case.name not in MAKES_THREAD)[:runs]


def choose(every, runs, pick=one_of_each):
    """All cases, or as many of them as runs says, if that is not 0; in words
    which, and the cases."""
    if not 0 < runs < len(every):
        return "", every
    seed = os.environ.get("FAULTS_SEED") or str(random.randrange(10 ** 6))
    return f"of {len(every)} faults those of FAULTS_SEED={seed}, ", \
        pick(random.Random(seed), every, runs)


def try_some(every, runs, tried, pick=one_of_each):
    """Tries these cases; in words which, the cases, and what became of each."""
    words, chosen = choose(every, runs, pick)
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        return words, chosen, pool.map(tried, chosen, 4)


def calls(name, role, runs="0", given=""):
    global matrix
    folder = os.getcwd()
    scenario = {**SCENARIOS, **CREWS}[name](make_common(folder))
    scenario.make()
    matrix = Matrix(scenario, role, folder, given)
    line = f"{name}, {role}{given and ', ' + given}: {len(matrix.calls)} calls, "
    # Of several threads it is the one that comes to the call first.
    every = list({case[:4]: case for case in cases(matrix.calls)}.values())
    words, chosen, results = try_some(every, int(runs), try_case,
                                      threads_first)
    return report(line + words, chosen, results)


def main(argv):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if argv == ["can-trace"]:
        return 0 if can_trace() else 77
    return {"calls": calls}[argv[0]](*argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
