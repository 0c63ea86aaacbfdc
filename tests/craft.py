#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes what no honest program would, and measures what it costs.

usage: craft.py recipients N         N X25519 recipients of nobody, a line each
       craft.py identities N         N post-quantum identities, a line each
       craft.py stanzas N            a header with N stanzas
       craft.py body N               a header whose one body has N lines
       craft.py line N               a header whose first line has N MiB
       craft.py header MIB           a header of that size in few stanzas
       craft.py scrypt FACTOR        a header with that work factor
       craft.py x25519 HEX           a header with that X25519 share
       craft.py ssh HEX PUBLIC-KEY   one with that share for the SSH key
       craft.py peak FILE COMMAND... runs the command, and writes its peak
                                     memory in KiB to FILE

N may be "endless": until nobody reads it any more.
"""
import base64
import hashlib
import itertools
import os
import resource
import signal
import subprocess
import sys

VERSION = b"age-encryption.org/v1\n"
MAC = b"--- " + b"A" * 43 + b"\n"
PAYLOAD = bytes(32)
CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def polymod(values):
    c = 1
    for v in values:
        top = c >> 25
        c = (c & 0x1FFFFFF) << 5 ^ v
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA,
                               0x3D4233DD, 0x2A1462B3)):
            c ^= g if top >> i & 1 else 0
    return c


def bech32(hrp, data):
    bits = "".join(f"{b:08b}" for b in data)
    bits += "0" * (-len(bits) % 5)
    words = [int(bits[i:i + 5], 2) for i in range(0, len(bits), 5)]
    head = [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]
    check = polymod(head + words + [0] * 6) ^ 1
    words += [check >> 5 * (5 - i) & 31 for i in range(6)]
    return hrp + "1" + "".join(CHARSET[w] for w in words)


def b64(data):
    return base64.b64encode(data).rstrip(b"=")


def times(n):
    return itertools.repeat(0) if n == "endless" else range(int(n))


def write(*pieces):
    os.write(1, b"".join(pieces))


def repeat(unit, n):
    """Writes a unit n times, many at once."""
    out = sys.stdout.buffer
    if n == "endless":
        unit *= 1 + 65536 // len(unit)
    for _ in times(n):
        out.write(unit)


def recipients(n):
    for i in range(int(n)):
        print(bech32("age", hashlib.sha256(b"%d" % i).digest()))


def identities(n):
    for i in range(int(n)):
        print("# the next one")
        print(bech32("age-secret-key-pq-",
                     hashlib.sha256(b"%d" % i).digest()).upper())


def hostile(kind, n):
    out = sys.stdout.buffer
    line = b"A" * 64 + b"\n"
    out.write(VERSION)
    if kind == "stanzas":
        repeat(b"-> a\n\n", n)
    elif kind == "body":
        out.write(b"-> a\n")
        repeat(line, n)
        out.write(b"\n")
    elif kind == "line":
        out.write(b"-> ")
        repeat(b"a" * 1048576, n)
        out.write(b"\n\n")
    elif kind == "header":
        # 1016 stanzas of 1032 bytes each are a MiB, nearly.
        stanza = b"-> a\n" + line * 15 + b"A" * 51 + b"\n"
        repeat(stanza, int(n) * 1048576 // len(stanza) + 1)
    out.write(MAC + PAYLOAD)
    out.flush()


def scrypt(factor):
    write(VERSION, b"-> scrypt ", b64(bytes(16)), b" ", factor.encode(), b"\n",
          b64(bytes(32)), b"\n", MAC, PAYLOAD)


def x25519(share):
    write(VERSION, b"-> X25519 ", b64(bytes.fromhex(share)), b"\n",
          b64(bytes(32)), b"\n", MAC, PAYLOAD)


def ssh(share, path):
    with open(path, "rb") as file:
        wire = base64.b64decode(file.read().split()[1])
    tag = hashlib.sha256(wire).digest()[:4]
    write(VERSION, b"-> ssh-ed25519 ", b64(tag), b" ",
          b64(bytes.fromhex(share)), b"\n", b64(bytes(32)), b"\n", MAC,
          PAYLOAD)


def peak(path, *command):
    done = subprocess.run(command, check=False)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(path, "w", encoding="ascii") as file:
        print(usage.ru_maxrss, file=file)
    sys.exit(done.returncode)


def main():
    verb, *args = sys.argv[1:]
    if verb in ("stanzas", "body", "line", "header"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        hostile(verb, *args)
    else:
        {"recipients": recipients, "identities": identities,
         "scrypt": scrypt, "x25519": x25519, "ssh": ssh,
         "peak": peak}[verb](*args)


if __name__ == "__main__":
    main()
