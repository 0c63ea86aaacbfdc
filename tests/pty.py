#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs a program on a terminal of its own, as a person at it would see it.

usage: pty.py [OPTION ...] [STEP ...] -- PROGRAM [ARGUMENT ...]

The program is the foreground job of a new session, so that it can be stopped
and continued. What it shows on the terminal goes to standard output, as it
wrote it (the terminal does not turn LF into CR LF). When it has ended, two
lines on standard error say how, and whether the terminal echoes: "exit 0" or
"signal SIGINT", "echo on" or "echo off". The exit status is the program's,
128 + N for signal N, 125 when a step did not come about.

Options: --stdin=FILE, --stdout=FILE, --stderr=FILE give the program that file
instead of the terminal; - is the one of pty.py itself. --background starts it
as a background job, which cont brings to the foreground. --timeout=SECONDS is
for each step, 10 by default.

Steps, done in this order:
  expect:TEXT   wait until the terminal shows TEXT, after what the last one saw
  send:TEXT     type TEXT; \\n, \\x1b and the like are known
  key:C         type control-C (or any other letter)
  reading       wait until the program sleeps, as it does in a read
  echo:on|off   wait until the terminal echoes, or does not
  stopped       wait until the program is stopped
  cont          put it back into the foreground
"""
import errno
import fcntl
import os
import select
import signal
import sys
import termios
import time


class Failed(Exception):
    pass


def echoes(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


def plain_output(fd):
    attrs = termios.tcgetattr(fd)
    attrs[1] &= ~termios.OPOST
    termios.tcsetattr(fd, termios.TCSANOW, attrs)


def redirect(files):
    """Gives the program the files that options named."""
    for fd, path in files.items():
        if fd == "background" or path == "-":
            continue
        flags = os.O_RDONLY if fd == 0 else os.O_WRONLY | os.O_CREAT
        new = os.open(path, flags | (os.O_TRUNC if fd else 0), 0o666)
        os.dup2(new, fd)
        os.close(new)


def run_program(argv, slave, files):
    """The program itself, in a process group of its own."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    if "background" not in files:
        os.tcsetpgrp(slave, os.getpid())
    # A background job of a shell, as tests often are, ignores some of these.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP,
                   signal.SIGTERM, signal.SIGTSTP, signal.SIGTTIN,
                   signal.SIGTTOU, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    for fd in range(3):
        if files.get(fd) != "-":
            os.dup2(slave, fd)
    redirect(files)
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
    os._exit(127)


def lead_session(argv, slave, files, events, orders):
    """What a shell does: starts the job, tells how it fares, continues it.

    Without it the job would be an orphan, which control-Z does not stop.
    """
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    job = os.fork()
    if job == 0:
        os.close(events)
        os.close(orders)
        run_program(argv, slave, files)
    os.write(events, b"started %d\n" % job)
    while True:
        _, status = os.waitpid(job, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            os.tcsetpgrp(slave, os.getpid())
            os.write(events, b"stopped\n")
            if not os.read(orders, 1):
                os.kill(job, signal.SIGKILL)
                continue
            os.tcsetpgrp(slave, job)
            os.killpg(job, signal.SIGCONT)
        elif os.WIFSIGNALED(status):
            os.write(events, b"signal %d\n" % os.WTERMSIG(status))
            os._exit(0)
        else:
            os.write(events, b"exit %d\n" % os.WEXITSTATUS(status))
            os._exit(0)


class Terminal:
    def __init__(self, argv, files, timeout):
        self.timeout = timeout
        self.shown = b""
        self.seen = 0
        self.events = []
        self.pending = b""
        self.open = True
        self.master, self.slave = os.openpty()
        plain_output(self.slave)
        self.event_fd, events = os.pipe()
        orders, self.order_fd = os.pipe()
        leader = os.fork()
        if leader == 0:
            os.close(self.master)
            os.close(self.event_fd)
            os.close(self.order_fd)
            lead_session(argv, self.slave, files, events, orders)
        os.close(events)
        os.close(orders)
        self.wait(lambda: self.event("started"), "the start")
        self.job = int(self.event("started").split()[1])

    def event(self, word):
        found = [e for e in self.events if e.split()[0] == word]
        return found[-1] if found else None

    def ended(self):
        return self.event("exit") or self.event("signal")

    def pump(self, seconds):
        """Takes in what came, for a while at most."""
        fds = [self.event_fd] + ([self.master] if self.open else [])
        for fd in select.select(fds, [], [], seconds)[0]:
            try:
                data = os.read(fd, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                data = b""
            if fd == self.master:
                self.shown += data
                self.open = bool(data)
            else:
                *lines, self.pending = (self.pending + data).split(b"\n")
                self.events += [line.decode() for line in lines]

    def wait(self, condition, what):
        end = time.monotonic() + self.timeout
        while not condition():
            if time.monotonic() > end:
                raise Failed(f"timed out waiting for {what}")
            if self.ended() and what != "the end":
                self.pump(0)
                if condition():
                    return
                raise Failed(f"ended while waiting for {what}")
            self.pump(0.01)

    def is_asleep(self):
        with open(f"/proc/{self.job}/stat", encoding="ascii",
                  errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "S"

    def expect(self, text):
        self.wait(lambda: text in self.shown[self.seen:], repr(text))
        self.seen = self.shown.index(text, self.seen) + len(text)

    def step(self, step):
        verb, _, value = step.partition(":")
        text = value.encode().decode("unicode_escape").encode("latin-1")
        if verb == "expect":
            self.expect(text)
        elif verb == "send":
            os.write(self.master, text)
        elif verb == "key":
            os.write(self.master, bytes([text[0] & 0x1f]))
        elif verb == "reading":
            # Twice, for a moment's sleep may be of another kind.
            for _ in range(2):
                self.wait(self.is_asleep, "a read")
                self.pump(0.02)
        elif verb == "echo":
            self.wait(lambda: echoes(self.master) == (value == "on"), step)
        elif verb == "stopped":
            self.wait(lambda: self.event("stopped"), "the stop")
            self.events.remove("stopped")
        elif verb == "cont":
            os.write(self.order_fd, b"c")
        else:
            raise Failed(f"no such step: {step}")

    def finish(self):
        self.wait(self.ended, "the end")
        echo = "on" if echoes(self.master) else "off"
        os.close(self.slave)
        while self.open:
            self.pump(1)
        return self.ended(), echo

    def kill(self):
        os.close(self.order_fd)
        try:
            os.killpg(self.job, signal.SIGKILL)
        except (OSError, AttributeError):
            pass


def parse(args):
    files, steps, timeout = {}, [], 10.0
    split = args.index("--")
    for arg in args[:split]:
        if arg.startswith("--timeout="):
            timeout = float(arg[10:])
        elif arg == "--background":
            files["background"] = True
        elif arg.startswith("--std"):
            name, _, path = arg.partition("=")
            files[["--stdin", "--stdout", "--stderr"].index(name)] = path
        else:
            steps.append(arg)
    return files, steps, timeout, args[split + 1:]


def main():
    files, steps, timeout, argv = parse(sys.argv[1:])
    terminal = Terminal(argv, files, timeout)
    try:
        for step in steps:
            terminal.step(step)
        event, echo = terminal.finish()
    except Failed as failed:
        terminal.kill()
        os.write(1, terminal.shown)
        sys.exit(print(f"pty.py: {failed}", file=sys.stderr) or 125)
    os.write(1, terminal.shown)
    verb, number = event.split()
    name = signal.Signals(int(number)).name if verb == "signal" else number
    print(f"{verb} {name}\necho {echo}", file=sys.stderr)
    sys.exit(int(number) + (128 if verb == "signal" else 0))


if __name__ == "__main__":
    main()
