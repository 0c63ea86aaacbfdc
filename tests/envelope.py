#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Takes envelopes, as age -d gives them, apart into their frames.

usage: envelope.py list <PAYLOAD             a line for each frame: M, D, S or
                                             P, and its length in bytes
       envelope.py meta <PAYLOAD             the text of M
       envelope.py edit OP... <PAYLOAD >NEW  changes it

The operations, in their order, on the first frame of a kind:
       drop=K       leaves it out
       double=K     puts it there twice
       first=K      puts it before all others
       flip=K       turns a bit of its last byte
       kind=N       the kind of the signature
       meta=TEXT    another text of M, with \\n for its line ends
       append=HEX   bytes behind everything
"""
import sys

MAGIC = b"\x57\x2a\x4d\x18"
ZSTD = b"\x28\xb5\x2f\xfd"


def data_frame(data, at):
    """The end of a frame of data (RFC 8878), without decoding it."""
    descriptor = data[at + 4]
    single = descriptor >> 5 & 1
    size = (0, 2, 4, 8)[descriptor >> 6] or single
    at += 5 + (not single) + (0, 1, 2, 4)[descriptor & 3] + size
    last = False
    while not last:
        header = int.from_bytes(data[at:at + 3], "little")
        last = header & 1
        at += 3 + (1 if header >> 1 & 3 == 1 else header >> 3)
    return at + (4 if descriptor & 4 else 0)


def parse(data):
    frames, at = [], 0
    while at < len(data):
        if data[at:at + 4] == ZSTD:
            kind, end = "D", data_frame(data, at)
        elif data[at:at + 4] == MAGIC:
            end = at + 8 + int.from_bytes(data[at + 4:at + 8], "little")
            kind = {b"wax1": "M", b"waxs": "S"}.get(data[at + 8:at + 12], "P")
        else:
            sys.exit(f"no frame at {at}")
        if end > len(data):
            sys.exit(f"a frame is cut short at {at}")
        frames.append((kind, data[at:end]))
        at = end
    return frames


def skippable(content):
    return MAGIC + len(content).to_bytes(4, "little") + content


def edit(frames, operation):
    name, _, value = operation.partition("=")
    if name == "append":
        return frames + [("X", bytes.fromhex(value))]
    kind = {"kind": "S", "meta": "M"}.get(name, value)
    i = next(i for i, frame in enumerate(frames) if frame[0] == kind)
    frame = frames[i][1]
    if name == "drop":
        new = []
    elif name == "double":
        new = [frame, frame]
    elif name == "first":
        return [frames[i]] + frames[:i] + frames[i + 1:]
    elif name == "flip":
        new = [frame[:-1] + bytes([frame[-1] ^ 1])]
    elif name == "kind":
        new = [frame[:12] + bytes([int(value)]) + frame[13:]]
    elif name == "meta":
        new = [skippable(value.replace("\\n", "\n").encode())]
    else:
        sys.exit(f"{operation}: unknown")
    return frames[:i] + [(kind, piece) for piece in new] + frames[i + 1:]


def main():
    verb, *operations = sys.argv[1:]
    frames = parse(sys.stdin.buffer.read())
    if verb == "list":
        for kind, frame in frames:
            print(kind, len(frame))
    elif verb == "meta":
        sys.stdout.buffer.write(frames[0][1][8:])
    elif verb == "edit":
        for operation in operations:
            frames = edit(frames, operation)
        sys.stdout.buffer.write(b"".join(frame for _, frame in frames))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
