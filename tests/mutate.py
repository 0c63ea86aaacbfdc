#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Damages a sealed file in every small way and sees that it does not open.

usage: mutate.py cut WAX-OPEN IDENTITY SEALED PLAIN STEP
       mutate.py flip WAX-OPEN IDENTITY SEALED PLAIN STEP

cut cuts it after each byte, flip turns each single bit; STEP takes every
STEP-th of these only. Each must exit 1 or 3, with a clean message, and without
a byte that is not of the plaintext. Prints how many were tried, and a line for
each that was not so.
"""
import concurrent.futures
import subprocess
import sys


def damaged(verb, sealed, step):
    if verb == "cut":
        for size in range(0, len(sealed), step):
            yield f"cut to {size} bytes", sealed[:size]
        return
    for bit in range(0, 8 * len(sealed), step):
        data = bytearray(sealed)
        data[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit % 8} of byte {bit // 8} turned", bytes(data)


def check(program, identity, data, plain):
    done = subprocess.run([program, "-i", identity], input=data,
                          capture_output=True, check=False, timeout=60)
    # A BEGIN line with other white space is still one, for wax-extract.
    if done.returncode == 0 and done.stdout == plain and \
            done.stderr.startswith(b"wax-extract: undone: "):
        return None
    if done.returncode not in (1, 3):
        return f"exit status {done.returncode}: {done.stderr!r}"
    if not plain.startswith(done.stdout):
        return f"another plaintext: {done.stdout!r}"
    text = done.stderr
    if not text.startswith((b"wax-open: ", b"wax-extract: ")) or text.count(b"\n") != 1 or \
            any(c < 32 or c > 126 for c in text[:-1]):
        return f"a bad message: {text!r}"
    return None


def main():
    verb, program, identity, sealed, plain, step = sys.argv[1:]
    with open(sealed, "rb") as file:
        cases = list(damaged(verb, file.read(), int(step)))
    with open(plain, "rb") as file:
        text = file.read()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(
            lambda case: check(program, identity, case[1], text), cases)
    print(len(cases))
    for (name, _), problem in zip(cases, results):
        if problem:
            print(f"{name}: {problem}")


if __name__ == "__main__":
    main()
