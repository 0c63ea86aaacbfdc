#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""differ.py COUNT SEED WAX-OPEN AGE IDENTITY FILE...

Opens damaged copies of the files with both programs, COUNT of them, and tells
where they differ: one opens what the other refuses, or they put out different
bytes. The SEED decides the damage, so that a difference can be had again.

One difference is known and left out: white space in the very line of the
armor's BEGIN, which wax takes as white space before the armor.
"""
import random
import re
import subprocess
import sys

KNOWN = re.compile(rb"[ \t\r\n]*[ \t\r]-----BEGIN")
LETTERS = (b"\n", b"\r", b" ", b"-", b"=", b"A", b"/", b"+", b"\0", b"\x7f",
           b"\xff", b"\t", b"0", b">", b"\r\n", b"\n\n", b"-> x\n\n", b"---")


def cut_lines(data):
    return data.splitlines(keepends=True)


def damage(rng, data):
    """One small change, most of them near the beginning."""
    near = min(len(data), 400 if rng.random() < 0.8 else len(data))
    at = rng.randrange(near)
    kind = rng.randrange(9)
    if kind == 0:
        flip = bytes([data[at] ^ 1 << rng.randrange(8)])
        return data[:at] + flip + data[at + 1:]
    if kind == 1:
        return data[:at] + data[at + rng.randrange(1, 4):]
    if kind == 2:
        return data[:at] + rng.choice(LETTERS) + data[at:]
    if kind == 3:
        return data[:at] + rng.choice(LETTERS) + data[at + 1:]
    if kind == 4:
        return data[:rng.randrange(len(data))]
    if kind == 5:
        return data + rng.choice(LETTERS)
    if kind == 6:
        return rng.choice(LETTERS) + data
    lines = cut_lines(data)
    a, b = rng.randrange(min(len(lines), 12)), rng.randrange(len(lines))
    if kind == 7:
        lines[a], lines[b] = lines[b], lines[a]
    else:
        lines.insert(a, lines[b])
    return b"".join(lines)


def result(command, data):
    done = subprocess.run(command, input=data, capture_output=True,
                          check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def main():
    count, seed, wax, age, identity, *files = sys.argv[1:]
    seeds = [open(file, "rb").read() for file in files]
    differences = opened = 0
    for number in range(int(count)):
        rng = random.Random(f"{seed} {number}")
        data = rng.choice(seeds)
        for _ in range(rng.choice((1, 1, 1, 2))):
            data = damage(rng, data) or b"\n"
        if KNOWN.match(data):
            continue
        ours = result([wax, "-i", identity], data)
        theirs = result([age, "-d", "-i", identity], data)
        opened += ours[0] == 0
        if ours[0] not in (0, 1, 3) or ours[1] != theirs[1] or \
                (ours[0] == 0) != (theirs[0] == 0):
            differences += 1
            print(f"number {number}, seed {seed}: {data[:2000]!r}\n"
                  f"  wax: {ours[0]}, {len(ours[1])} bytes, {ours[2].strip()}"
                  f"\n  age: {theirs[0]}, {len(theirs[1])} bytes, "
                  f"{theirs[2].strip()}")
    print(f"{count} files, {opened} opened, {differences} differences")
    return 1 if differences else 0


sys.exit(main())
