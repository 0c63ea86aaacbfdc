#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Looks for secrets in the memory of the tools, while two talk in a session.

usage: remains.py WHEN WHO       plays the conversation in a new folder here,
                                 stops the tools in it, and says what they hold
                                 that they should not; exits 1 then
       remains.py control        says whether a core shows what is held

WHO is who calls: "tool" or "peer". WHEN is "end", as a tool exits: gdb makes a
core, with the pages that are left out of cores, and nothing may be found; or
"middle", while it waits for somebody to read its output: then there may only be
what is still needed, and that must be found, or the search is no good.

The peer is protocol.py, which learns all that both sides share. What only the
tool knows is in its home, or is drawn there: $DRAWN is a library that writes
what getrandom() gives to the file $DRAWS.

Searched for are secrets, and halves of them, as they are, with the words turned
round as SHA-2 has them, and as HMAC mixes them; not what arithmetic makes of
them: numbers of X25519 in limbs, and polynomials.
"""
import fcntl
import hashlib
import hmac
import os
import re
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

import format as f
import protocol as p

# More than a pipe of one page takes.
DATA = b"for this nobody looks, as it is no secret\n" * 120


class Ledger:
    """All secrets that are known, with their names."""

    def __init__(self):
        self.names = {}
        self.latest = {}  # the key of a payload, and mk
        self.signers = set()

    def note(self, name, value):
        for i in range(0, len(value or b""), 32):
            part = value[i : i + 32]
            # What is nearly constant is everywhere.
            if len(part) >= 16 and len(set(part)) > 8:
                self.names.setdefault(part, name)

    def forget(self, public):
        for value in [v for v in self.names if v in public]:
            del self.names[value]


LEDGER = Ledger()


def spy(where, name, look):
    """Has a function tell look() its result and its arguments."""
    real = getattr(where, name)

    def spied(*args, **more):
        result = real(*args, **more)
        look(result, *args, **more)
        return result

    setattr(where, name, spied)


def look_hkdf(result, key, info, salt=b"", size=32):
    del size
    name = info if isinstance(info, str) else info[:12].decode()
    LEDGER.note(f"what '{name}' is made from", key)
    LEDGER.note(f"the PRK of '{name}'", hmac.digest(salt, key, "sha256"))
    LEDGER.note(f"'{name}'", result)
    LEDGER.latest[name] = result


def look_mac(result, key, data):
    if data in (b"\1", b"\2"):
        LEDGER.note("CK", key)
        name = "mk" if data == b"\1" else "CK"
        LEDGER.note(name, result)
        LEDGER.latest[name] = result


def look_x25519(result, scalar, _):
    LEDGER.note("a scalar", scalar)
    LEDGER.note("a secret of X25519", result)


def look_encap(result, ek, m):
    coins = hashlib.sha3_512(m + hashlib.sha3_256(ek).digest()).digest()[32:]
    LEDGER.note("m of ML-KEM", m)
    LEDGER.note("coins of ML-KEM", coins)
    LEDGER.note("K of ML-KEM", result[1])


def look_keys(_, d, z):
    sigma = hashlib.sha3_512(d + b"\3").digest()[32:]
    LEDGER.note("d, z or sigma of ML-KEM", d + z + sigma)


def look_chacha(result, key, *_):
    LEDGER.note("a key of ChaCha20", key)
    LEDGER.note("a key of Poly1305", result[1])


def spy_on_all():
    spy(p, "hkdf", look_hkdf)
    spy(p, "mac", look_mac)
    spy(p, "x25519", look_x25519)
    spy(p, "encap", lambda both, *_: LEDGER.note("a k", both[1]))
    spy(p, "decap", lambda k, *_: LEDGER.note("a k", k))
    spy(p, "mlkem_encap", look_encap)
    spy(p, "mlkem_decap", lambda k, *_: LEDGER.note("K of ML-KEM", k))
    spy(p, "mlkem_keys", look_keys)
    spy(p, "xwing_parts", lambda r, s: LEDGER.note("a seed", s + r[2]))
    spy(p.Session, "read", lambda both, *_: LEDGER.signers.add(both[1]))
    spy(f, "chacha", look_chacha)


# Searching.


def turned(value, size):
    return b"".join(
        value[i : i + size][::-1] for i in range(0, len(value), size)
    )


def forms(value):
    for i in range(0, len(value), 16):
        half = value[i : i + 16]
        yield half
        yield turned(half, 4)
        yield turned(half, 8)
        yield bytes(b ^ 0x36 for b in half)
        yield bytes(b ^ 0x5C for b in half)


def found(memory):
    """The secrets that are there."""
    # Most of it is zeros.
    memory = re.sub(rb"\0{32,}", bytes(16), memory)
    return {
        value
        for value in LEDGER.names
        if any(form in memory for form in forms(value))
    }


# Stopping.


def environment(draws):
    return os.environ | {"LD_PRELOAD": os.environ["DRAWN"], "DRAWS": draws}


def run_gdb(draws, argv, lines):
    gdb = [
        "set dump-excluded-mappings on",
        f"set environment LD_PRELOAD {os.environ['DRAWN']}",
        f"set environment DRAWS {draws}",
        *lines,
    ]
    command = ["gdb", "-nx", "--readnever", "-batch", shutil.which(argv[0])]
    command += [word for line in gdb for word in ("-ex", line)]
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.stdout.decode(errors="replace")


def read_core():
    """What a core has, registers too, but for what cannot be written to."""
    with open("core", "rb") as file:
        core = file.read()
    at, size, count = (f.little(core[i:j]) for i, j in CORE)
    assert core.startswith(b"\x7fELF\2\1")
    for i in range(at, at + size * count, size):
        kind, mode, start = struct.unpack("<IIQ", core[i : i + 16])
        length = f.little(core[i + 32 : i + 40])
        if kind == 1 and not mode & 2:
            core = core[:start] + bytes(length) + core[start + length :]
    return core


# Where an ELF header of 64 bits has that of the segments.
CORE = (32, 40), (54, 56), (56, 58)


def in_the_end(draws, status, argv):
    """A core of the tool as it exits, and what it wrote."""
    said = run_gdb(
        draws,
        argv,
        [
            "catch syscall exit_group",
            f"run {shlex.join(argv[1:])} <in >out 2>err",
            "gcore core",
            "continue",
            "print $_exitcode",
        ],
    )
    if not said.endswith(f" = {status}\n"):
        sys.exit("gdb: " + said)
    with open("out", "rb") as out:
        return read_core(), out.read()


def memory_of(pid):
    parts = []
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        lines = maps.read().splitlines()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in lines:
            where, mode, *_, inode = line.split()[:5]
            start, end = (int(x, 16) for x in where.split("-"))
            # What is of a file, or of the kernel.
            if "w" not in mode and (inode != "0" or "[v" in line):
                continue
            mem.seek(start)
            parts.append(mem.read(end - start))
    return b"\0".join(parts)


def in_the_middle(draws, status, argv):
    """The memory of the tool as it waits, and what it wrote."""
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, 4096)
    with open("in", "rb") as file, open("err", "wb") as err:
        tool = subprocess.Popen(
            argv, stdin=file, stdout=writing, stderr=err, env=environment(draws)
        )
    os.close(writing)
    asleep = 0
    while asleep < 3 and tool.poll() is None:
        time.sleep(0.005)
        some = any(fcntl.ioctl(reading, termios.FIONREAD, bytes(4)))
        with open(f"/proc/{tool.pid}/stat", encoding="utf-8") as stat:
            asleep = asleep + 1 if some and ") S " in stat.read() else 0
    tool.send_signal(signal.SIGSTOP)
    os.waitpid(tool.pid, os.WUNTRACED)
    memory = memory_of(tool.pid)
    tool.send_signal(signal.SIGCONT)
    with open(reading, "rb") as out:
        written = out.read()
    if tool.wait() != status:
        sys.exit(f"exit status {tool.returncode} of {argv}")
    return memory, written


# What is done.


class Talk:
    """One who uses the tools, ada, and two who do not."""

    def __init__(self, when):
        self.when = when
        self.stop = in_the_end if when == "end" else in_the_middle
        self.draws, self.drawn_at = os.path.abspath("draws"), 0
        self.searches, self.bad = 0, []
        self.late = {}  # files that are under way, and their mk
        self.old = set()  # header keys, which stay for a while
        os.mkdir("home")
        os.environ["WAX_HOME"] = self.home = os.path.abspath("home")
        self.call("wax-keygen", "-n", "ada")
        self.card = p.Card(self.call("wax-card").decode())
        self.peers = {}
        for name in "pia", "pim":
            peer = self.peers[name] = p.Device(name)
            peer.add_prekey(7, os.urandom(32), os.urandom(32))
            peer.meet(self.card)
            with open(name, "w", encoding="utf-8") as file:
                file.write(peer.card())
            self.call("wax-contact", "add", "-q", name, name)
        self.pia = self.peers["pia"]
        self.ada = self.pia.peers[self.card.I]
        self.own = self.learn_home()

    def call(self, *argv):
        done = subprocess.run(
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            env=environment(self.draws),
        )
        return done.stdout

    def learn_home(self):
        """The secrets of the home; returns those that are needed to the end."""
        home = p.Home(self.home)
        signing = p.hkdf(home.seed, "wax/v1 identity")
        scalar = f.halves(signing)[0].to_bytes(32, "little")
        LEDGER.note("the identity's seed", home.seed)
        LEDGER.note("the identity key", signing)
        LEDGER.note("its scalar", hashlib.sha512(signing).digest() + scalar)
        LEDGER.note("the key of the state", home.key)
        p.xwing_parts(home.seed)
        data = home.read("prekeys")
        for i in range(f.little(data[20:24])):
            LEDGER.note("a prekey's secret", data[48 + 88 * i :][:64])
        return {home.seed, signing, home.key}

    def learn_draws(self):
        """What was drawn since the last time."""
        drawn = []
        with open(self.draws, "rb") as file:
            data = file.read()
        while self.drawn_at < len(data):
            start = self.drawn_at + 4
            self.drawn_at = start + f.little(data[start - 4 : start])
            # Nonces, names and what libsodium guards with have other sizes.
            if self.drawn_at - start in (32, 64):
                drawn.append(data[start : self.drawn_at])
                LEDGER.note("what was drawn", drawn[-1])
        return drawn

    def run(self, argv, status=0, data=b""):
        """Stops it, and returns its memory and its output."""
        with open("in", "wb") as file:
            file.write(data)
        return self.stop(self.draws, status, argv)

    def check(self, what, memory, needed, allowed):
        self.learn_draws()
        here = found(memory)
        if self.when == "end":
            needed = allowed = set()
        bad = [f"holds {LEDGER.names[v]}" for v in here - needed - allowed]
        bad += [f"has no {LEDGER.names[v]}" for v in needed - here]
        self.bad += [f"{what}: {line}" for line in sorted(bad)]
        self.searches += 1

    def send(self, twist=None):
        """What the peer seals; it may come late."""
        file = self.pia.seal(DATA, [self.ada], twist=twist)
        self.late[file] = LEDGER.latest["mk"], LEDGER.latest["payload"]
        return file

    def hears(self, file=None):
        """What is opened, now or late: the session is needed."""
        file = file or self.send()
        _, payload = self.late.pop(file)
        memory, data = self.run(["wax-open"], 0, file)
        assert data == DATA
        session = self.ada.sessions[-1]
        theirs, ours = session.sending, session.receiving
        needed = {session.RK, theirs.head, theirs.chain, theirs.next, ours.next}
        needed |= {mk for mk, _ in self.late.values()}
        self.check(
            "wax-open",
            memory,
            needed | self.own | {payload},
            self.old | {ours.head},
        )
        self.old.add(theirs.head)

    def refuses(self, twist=None):
        """What is no good, or damaged: the session stays as it was."""
        file, status = self.send(p.TWISTS[twist or "none"]()), p.TRUST
        if not twist:
            file, status = file[:-1] + bytes([file[-1] ^ 1]), p.MALFORMED
        memory, data = self.run(["wax-open"], status, file)
        assert data == b""
        self.check(f"wax-open of '{twist}'", memory, set(), set())

    def says(self, *more, to=("pia",)):
        """What is sealed: the sessions are not needed after the header."""
        argv = ["wax-seal", *more]
        for name in to:
            argv += ["-c", name]
        self.learn_draws()
        memory, file = self.run(argv, 0, DATA)
        for name in to:
            assert self.peers[name].open(file)[0] == DATA
        drawn = self.learn_draws()
        LEDGER.forget(file)
        signers = {v for v in drawn if f.public_of(v) in LEDGER.signers}
        needed = self.own | {LEDGER.latest["payload"]}
        self.check(shlex.join(argv), memory, needed, signers)

    def does(self, *argv):
        """Anything else, to its end."""
        memory, _ = self.run(argv)
        self.learn_home()
        self.check(shlex.join(argv), memory, set(), set())


def peer_calls(talk):
    talk.hears()
    lost = talk.send()
    talk.hears()
    talk.hears(lost)
    talk.says()
    talk.hears()
    if talk.when == "end":
        talk.refuses("pk")
        talk.refuses()


def tool_calls(talk):
    talk.says()
    talk.hears()
    talk.says()
    talk.says("-s")
    talk.says(to=("pia", "pim"))
    if talk.when == "end":
        talk.does("wax-card", "--once")
        talk.does("wax-session", "list")
        talk.does("wax-session", "reset", "pia")


def control(talk):
    """A core that is made as the plaintext is written."""
    with open("in", "wb") as file:
        file.write(talk.send())
    stop = ["catch syscall write", "run <in >out 2>err", "gcore core", "kill"]
    said = run_gdb(talk.draws, ["wax-open"], stop)
    if not os.path.exists("core"):
        sys.exit("gdb: " + said)
    here = found(read_core())
    session = talk.ada.sessions[-1]
    way = session.sending
    held = {session.RK, way.head, way.chain, way.next} | talk.own
    talk.bad += [f"has no {LEDGER.names[v]}" for v in held - here]
    talk.searches += 1


def main(when, who=None):
    what = {"tool": tool_calls, "peer": peer_calls, None: control}[who]
    spy_on_all()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        os.chdir(folder)
        talk = Talk(when)
        what(talk)
        os.chdir("..")
    for line in talk.bad:
        print(line)
    print(f"{talk.searches} searches for up to {len(LEDGER.names)} secrets")
    return 1 if talk.bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
