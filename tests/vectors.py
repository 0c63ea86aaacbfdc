#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Holds wax-open against the age vectors of the C2SP CCTV project.

usage: vectors.py unpack INDEX.JS FOLDER    (of npm's package cctv-age)
       vectors.py count FOLDER
       vectors.py run FOLDER WAX-OPEN EXPECTATION

run opens every vector of that expectation ("success", "no match", "header
failure" and so on) twice, to standard output and to a file, prints how many
there are, and a line for each that went another way than it should.
"""
import base64
import concurrent.futures
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zlib

STATUS = {
    "success": 0,
    "armor failure": 1,
    "header failure": 1,
    "HMAC failure": 1,
    "payload failure": 1,
    "no match": 3,
}


def unpack(index, folder):
    with open(index, encoding="ascii") as file:
        text = file.read()
    entry = r'^// \S*/testdata/(\w+)\nvar \w+ = __toBinary\("([^"]*)"\);'
    for name, data in re.findall(entry, text, re.M):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(base64.b64decode(data, validate=True))


class Vector:
    def __init__(self, folder, name):
        with open(os.path.join(folder, name), "rb") as file:
            head, _, self.sealed = file.read().partition(b"\n\n")
        self.name = name
        self.fields = {}
        for line in head.decode().split("\n"):
            key, _, value = line.partition(": ")
            self.fields.setdefault(key, []).append(value)
        if self.one("compressed") == "zlib":
            self.sealed = zlib.decompress(self.sealed)
        elif self.one("compressed"):
            raise ValueError(f"{name}: an unknown compression")

    def one(self, key):
        return self.fields.get(key, [None])[0]


def vectors(folder):
    return [Vector(folder, name) for name in sorted(os.listdir(folder))]


def keys(vector, folder):
    """The arguments that give the vector's keys; always some identity."""
    args = []
    for key, option in ("identity", "-i"), ("passphrase", "--passphrase-file"):
        if key in vector.fields:
            path = os.path.join(folder, key)
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(vector.fields[key]) + "\n")
            args += [option, path]
    return args


def check(vector, program):
    """Yields what is wrong."""
    want = STATUS[vector.one("expect")]
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, WAX_HOME=os.path.join(folder, "home"))
        args = keys(vector, folder)
        out = os.path.join(folder, "out")

        def run(more):
            return subprocess.run([program, *args, *more], env=env,
                                  input=vector.sealed, capture_output=True,
                                  check=False, timeout=60)

        for done, how in (run([]), "to stdout"), (run(["-o", out]), "with -o"):
            if done.returncode != want:
                yield f"exit status {done.returncode}, not {want}, {how}"
            if bool(done.stderr) != bool(want):
                yield f"stderr {how}: {done.stderr!r}"
            if how == "to stdout":
                yield from check_released(vector, done.stdout)
            elif done.stdout:
                yield f"{len(done.stdout)} bytes on stdout {how}"
        yield from check_file(vector, out, want)
        left = set(os.listdir(folder)) - {"identity", "passphrase", "out"}
        if left:
            yield f"left behind: {left}"


def check_released(vector, data):
    payload = vector.one("payload")
    if payload and hashlib.sha256(data).hexdigest() != payload:
        yield f"released {len(data)} bytes that are not the vector's"
    if not payload and data:
        yield f"released {len(data)} bytes of none"


def check_file(vector, out, want):
    if want:
        if os.path.exists(out):
            yield "a file in spite of the failure"
        return
    try:
        with open(out, "rb") as file:
            data = file.read()
    except OSError as error:
        yield f"no file: {error.strerror}"
        return
    if hashlib.sha256(data).hexdigest() != vector.one("payload"):
        yield "the file is not the vector's payload"


def run(folder, program, expectation):
    chosen = [v for v in vectors(folder) if v.one("expect") == expectation]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda v: list(check(v, program)), chosen)
    bad = [f"{v.name}: {text}" for v, found in zip(chosen, results)
           for text in found]
    print("\n".join([str(len(chosen))] + bad))
    return bool(bad)


def main():
    verb, *args = sys.argv[1:]
    if verb == "unpack":
        unpack(*args)
    elif verb == "count":
        known = [v for v in vectors(*args) if v.one("expect") in STATUS]
        print(len(known))
    elif verb == "run":
        sys.exit(run(*args))


if __name__ == "__main__":
    main()
