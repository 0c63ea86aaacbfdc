#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Faults in every system call of a tool that writes a file.

    inject.py can-trace
    inject.py can-mount FILESYSTEM
    inject.py calls SCENARIO nameless|named [RUNS]
    inject.py flushes SCENARIO
    inject.py power FILESYSTEM SCENARIO

The scenarios are those of scenarios.py, the tools in $WAX_BIN, and the work is
done in the current folder. Each command prints one line of what it did, or the
failures, and exits 0, 1, or 77 when it cannot be done here.

"calls" is for those of one process; processes.py does the same for the others.
It lists the system calls of a good run, from the first one of the program
itself (the loader's come before it), then runs the tool again for each of them
and each fault: killed by SIGKILL at that call, which is not carried out, or the
call failing with ENOSPC, EIO or EINTR. RUNS is how many of these are tried, as
in processes.py. After each run:

- what should be written is there, whole, or it is not there at all; where there
  was a file before, that one is there instead, unchanged;
- exit 0 means that it is there, and that no fsync failed for good;
- any other exit status is 7, with words, and leaves nothing else behind. Only
  when the very last flush, of the folder, fails, the new file is in place;
- a killed tool leaves nothing else behind either, but for one temporary name
  where one was needed and could not be removed any more.

"named" makes the tool believe that nameless files cannot be given a name.

"flushes" checks, in a good run, that each folder that got a new name was
flushed after that and before the end, and the file before it got its name.

"power" runs the tool on a file system of its own, takes the power away right
after exit 0, and looks whether everything is there."""

import concurrent.futures
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

from processes import Case, choose
from scenarios import SCENARIOS, environment, make_common, remove, run, tool

FAULTS = ["KILL", "ENOSPC", "EIO", "EINTR"]
# exit_group does not return; brk returns an address, never an error; and what a
# futex is asked here cannot fail.
ONLY_KILLED = ("exit_group", "brk", "futex")
WORKERS = os.cpu_count() or 1


class Call:
    """One system call of a good run: the Kth of its name."""

    def __init__(self, name, k, text):
        self.name, self.k, self.text = name, k, text


def trace(scenario, folder, *options):
    """The calls of a good run after the loader's, without the last one."""
    log = os.path.join(folder, "trace")
    os.mkdir(os.path.join(folder, "w"))
    work = os.path.join(folder, "w")
    scenario.prepare(work)
    argv = scenario.argv
    p = run("strace", "-qq", "-e", "signal=none", "-s", "300", "-o", log,
            *options, tool(argv[0]), *argv[1:], cwd=work, env=environment(work))
    if p.returncode:
        raise SystemExit(f"a good run exits {p.returncode}: {p.stderr}")
    calls, counts, begun = [], {}, False
    with open(log, encoding="latin-1") as f:
        for line in f:
            m = re.match(r"(\w+)\(", line)
            if not m:
                continue
            name = m.group(1)
            counts[name] = counts.get(name, 0) + 1
            # The first thing that each tool does itself.
            begun = begun or re.match(r"fcntl\(0(<.*>)?, F_GETFD\)", line)
            if begun:
                calls.append(Call(name, counts[name], line.rstrip()))
    if not calls or calls[-1].name != "exit_group":
        raise SystemExit("the trace of a good run is not understood")
    data = scenario.read(work)
    if data is None or not scenario.whole(data) or scenario.others(work):
        raise SystemExit("a good run does not make what it should")
    remove(work)
    return calls


class Injection:
    def __init__(self, scenario, folder, named):
        self.scenario, self.folder = scenario, folder
        self.options = []
        calls = trace(scenario, folder)
        if named:
            access = [c for c in calls if c.name == "access" and
                      "/proc/self/fd" in c.text]
            # Else there are no nameless files here to begin with.
            if access:
                self.options = ["-e", "inject=access:error=ENOENT:when=" +
                                str(access[0].k)]
                calls = trace(scenario, folder, *self.options)
                calls = [c for c in calls if c.name != "access"]
        self.calls = calls
        temp = [i for i, c in enumerate(calls) if '".wax-' in c.text]
        self.named = range(temp[0] + 1, temp[-1] + 1) if temp else range(0)
        if named and not temp:
            raise SystemExit("no temporary name was used")
        syncs = [i for i, c in enumerate(calls) if c.name == "fsync"]
        self.last_sync = syncs[-1] if len(syncs) > 1 else -1
        self.local = threading.local()

    def work_folder(self):
        """An empty folder, a thread's own."""
        work = os.path.join(self.folder, f"w{threading.get_ident()}")
        remove(work)
        os.mkdir(work)
        return work

    def run_one(self, i, fault):
        """Runs with one fault; a list of what is wrong."""
        call = self.calls[i]
        work = self.work_folder()
        self.scenario.prepare(work)
        what = "signal=KILL" if fault == "KILL" else "error=" + fault
        argv = self.scenario.argv
        options = self.options
        names = call.name + (",access" if options else "")
        p = run("strace", "-qq", "-o", "/dev/null", "-e", "trace=" + names,
                *options, "-e", f"inject={call.name}:{what}:when={call.k}",
                tool(argv[0]), *argv[1:], cwd=work, env=environment(work))
        wrong = self.judge(i, fault, p, work)
        remove(work)
        return [f"{fault} at call {i}, {call.text[:100]}: {w} "
                f"(exit {p.returncode}, '{p.stderr.decode('latin-1')[:200]}')"
                for w in wrong]

    def judge(self, i, fault, p, work):
        data = self.scenario.read(work)
        others = self.scenario.others(work)
        is_old = data is not None and data == self.scenario.before()
        is_new = data is not None and not is_old and self.scenario.whole(data)
        wrong = []
        if self.scenario.lost(work, data):
            wrong.append("the old file is lost")
        if data is not None and not is_old and not is_new:
            wrong.append("the file is not whole")
        if p.returncode == 0 and not is_new:
            wrong.append("exit 0, and the file is not there")
        if fault == "KILL":
            wrong += self.judge_killed(i, p, others)
        else:
            wrong += self.judge_failed(i, fault, p, is_new, others)
        return wrong

    def judge_killed(self, i, p, others):
        wrong = []
        if p.returncode != -signal.SIGKILL:
            wrong.append("it was not killed")
        if others and (i not in self.named or len(others) > 1 or
                       not others[0].startswith(".wax-")):
            wrong.append(f"{others} is left behind")
        return wrong

    def judge_failed(self, i, fault, p, is_new, others):
        wrong = []
        if others:
            wrong.append(f"{others} is left behind")
        call = self.calls[i].name
        if p.returncode == 0:
            if call == "fsync" and fault != "EINTR":
                wrong.append("a failed fsync is overlooked")
            return wrong
        # libsodium ends the process when there is no randomness.
        if call == "getrandom" and p.returncode == -signal.SIGABRT:
            pass
        elif p.returncode != 7:
            wrong.append("the exit status is not 7")
        elif not p.stderr and call not in ("fcntl", "write"):
            wrong.append("no word is said about it")
        if is_new and (i != self.last_sync or
                       b"is written, but" not in p.stderr):
            wrong.append("it failed, and the file is there")
        return wrong

    def run_all(self, runs):
        every = [Case("", c.name, c.k, f, i) for i, c in enumerate(self.calls)
                 for f in FAULTS if f == "KILL" or c.name not in ONLY_KILLED]
        words, chosen = choose(every, runs)
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            results = list(pool.map(lambda c: self.run_one(c.at, c.fault),
                                    chosen))
        return f"{words}{len(chosen)} runs", [w for r in results for w in r]


def report(line, failures):
    print(line)
    for f in failures[:20]:
        print("  " + f)
    if len(failures) > 20:
        print(f"  and {len(failures) - 20} more")
    return 1 if failures else 0


def calls(name, mode, runs="0"):
    folder = os.getcwd()
    scenario = SCENARIOS[name](make_common(folder))
    injection = Injection(scenario, folder, mode == "named")
    words, failures = injection.run_all(int(runs))
    return report(f"{name}, {mode}: {len(injection.calls)} calls, {words}, "
                  f"{len(failures)} failures", failures)


def descriptor(text, call="fsync"):
    """The path of the descriptor in fsync(5</path>)."""
    m = re.match(call + r"\(\d+<(.*)>(?:\(deleted\))?\) += 0$", text)
    return m.group(1) if m else None


def content_is_flushed(done):
    """Whether the file, or the folder that another process has filled and
    ended, is flushed by then."""
    filled = [i for i, t in enumerate(done) if t.startswith("wait4(")]
    if any(re.match(r'mkdirat\(.*"\.wax-', t) for t in done):
        return any(re.search(r"/\.wax-\w+$", descriptor(t, "syncfs") or "")
                   for t in done[filled[-1]:])
    # A nameless file is shown as its inode's number.
    return any(re.search(r"/(#\d+|\.wax-\w+)$", descriptor(t) or "")
               for t in done)


def named_folder(text, work):
    """The folder in which a call made a name, or None."""
    if not text.endswith(" = 0"):
        return None
    m = re.match(r'mkdir\("(.*)", ', text)
    if m:
        return os.path.dirname(os.path.join(work, m.group(1)))
    m = re.match(r"(?:linkat|renameat2?)\(.*, \d+<([^>]*)>, \"[^\"]*\"", text)
    return m.group(1) if m else None


def flushes(name):
    folder = os.path.realpath(os.getcwd())
    scenario = SCENARIOS[name](make_common(folder))
    done = [c.text for c in trace(scenario, folder, "-y")]
    work = os.path.join(folder, "w")
    failures, names = [], 0
    for i, text in enumerate(done):
        made = named_folder(text, work)
        if made is None:
            continue
        names += 1
        if made not in [descriptor(t) for t in done[i + 1:]]:
            failures.append(f"'{made}' is not flushed after {text[:150]}")
        if text.startswith(("linkat", "renameat")) and \
                not content_is_flushed(done[:i]):
            failures.append(f"the file is not flushed before {text[:150]}")
    if not names:
        failures.append("no name was made")
    return report(f"{name}: {names} names", failures)


def mount(image, at):
    p = run("mount", "-o", "loop", image, at)
    if p.returncode:
        raise OSError(p.stderr.decode())


def make_image(kind, image):
    with open(image, "wb") as f:
        f.truncate(512 << 20)
    mkfs = {"xfs": ["mkfs.xfs", "-q"], "ext4": ["mkfs.ext4", "-qF"]}[kind]
    run(*mkfs, image).check_returncode()


def power_once(scenario, image, at, shutdown):
    """One loss of power; a list of what is wrong."""
    mount(image, at)
    try:
        work = os.path.join(at, "w")
        remove(work)
        os.mkdir(work)
        scenario.prepare(work)
        run("sync", "-f", at).check_returncode()
        argv = scenario.argv
        p = run(tool(argv[0]), *argv[1:], cwd=work, env=environment(work))
        run("xfs_io", "-x", "-c", shutdown, at).check_returncode()
    finally:
        run("umount", at).check_returncode()
    if p.returncode:
        return [f"the tool exits {p.returncode}: {p.stderr}"]
    mount(image, at)
    try:
        data = scenario.read(work)
        if data is None:
            return ["the file is lost"]
        if not scenario.whole(data):
            return [f"the file is not whole: {len(data)} bytes"]
        others = scenario.others(work)
        return [f"{others} is left behind"] if others else []
    finally:
        run("umount", at).check_returncode()


def power(kind, name):
    """Runs in a mount name space of its own, so that nothing is left."""
    if "POWER_INSIDE" not in os.environ:
        env = dict(os.environ, POWER_INSIDE="1")
        return subprocess.call(["unshare", "-m", sys.executable, *sys.argv],
                               env=env)
    folder = os.getcwd()
    scenario = SCENARIOS[name](make_common(folder))
    image, at = folder + "/image", folder + "/mnt"
    os.mkdir(at)
    make_image(kind, image)
    failures = []
    # Without and with what the log still had to write.
    for shutdown in ("shutdown", "shutdown -f"):
        failures += [f"{shutdown}: {w}" for w in
                     power_once(scenario, image, at, shutdown)]
    return report(f"{name} on {kind}: 2 losses of power", failures)


def can_trace():
    try:
        return run("strace", "-qq", "-o", "/dev/null", "-e", "trace=dup",
                   "-e", "inject=dup:error=EIO:when=99", "sh", "-c",
                   "exit 42").returncode == 42
    except FileNotFoundError:
        return False


def can_mount(kind):
    tools = ["mkfs." + kind, "xfs_io", "mount", "unshare"]
    if os.geteuid() or not all(shutil.which(t) for t in tools):
        return False
    with tempfile.TemporaryDirectory(dir=os.getcwd()) as d:
        make_image(kind, d + "/image")
        os.mkdir(d + "/mnt")
        return run("unshare", "-m", "mount", "-o", "loop", d + "/image",
                   d + "/mnt").returncode == 0


def main(argv):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if argv == ["can-trace"]:
        return 0 if can_trace() else 77
    if argv[:1] == ["can-mount"]:
        return 0 if can_mount(argv[1]) else 77
    return {"calls": calls, "flushes": flushes, "power": power}[argv[0]](
        *argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
