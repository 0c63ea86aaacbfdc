#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Takes chained files (without armor) apart, and makes bad ones of them.

usage: chained.py stanzas FILE           a line for each stanza: its first line,
                                         and the length of its body
       chained.py edit FILE OP... >NEW   changes the header, but not its MAC
       chained.py noise N >NEW           N pairs of a hello and a ratchet stanza,
                                         of random bytes
       chained.py card IDENTITY CARD RECIPIENT >NEW
                                         the card with another recipient, signed
                                         with the key of the identity

The operations, in their order; stanzas count from 0:
       drop=I           leaves one out
       move=I:J         puts it at place J
       add=FILE:J       puts stanza J of another file at the end
       take=I:FILE:J    puts stanza J of another file in place of it
       size=I:N         cuts or extends its body to N bytes
       flip=I:N         turns a bit of byte N of its body
       line=I:TEXT      another first line
       plain            an X25519 stanza, as a plain recipient has it, at the end
       pairs=N          repeats stanzas until there are N ratchet stanzas
       payload=FILE     the payload of another file
"""
import base64
import hashlib
import hmac
import os
import sys

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def b64(data):
    return base64.b64encode(data).rstrip(b"=")


def unb64(text):
    return base64.b64decode(text + b"=" * (-len(text) % 4))


def read(path):
    """The stanzas as [line, body], and what comes after them."""
    with open(path, "rb") as f:
        data = f.read()
    end = data.index(b"\n--- ") + 1
    lines = data[:end].split(b"\n")[1:-1]
    stanzas = []
    for line in lines:
        if line.startswith(b"-> "):
            stanzas.append([line[3:].decode(), b""])
        else:
            stanzas[-1][1] += line
    return [[name, unb64(body)] for name, body in stanzas], data[end:]


def write(stanzas, rest):
    out = [b"age-encryption.org/v1"]
    for name, body in stanzas:
        out.append(b"-> " + name.encode())
        text = b64(body)
        out += [text[i:i + 64] for i in range(0, len(text), 64)]
        if len(text) % 64 == 0:
            out.append(b"")
    sys.stdout.buffer.write(b"\n".join(out) + b"\n" + rest)


def edit(path, ops):
    stanzas, rest = read(path)
    for op in ops:
        name, _, value = op.partition("=")
        args = value.split(":", 2)
        i = int(args[0]) if args[0].isdigit() else 0
        if name == "drop":
            del stanzas[i]
        elif name == "move":
            stanzas.insert(int(args[1]), stanzas.pop(i))
        elif name == "add":
            stanzas.append(read(args[0])[0][int(args[1])])
        elif name == "take":
            stanzas[i] = read(args[1])[0][int(args[2])]
        elif name == "size":
            body = stanzas[i][1]
            stanzas[i][1] = body.ljust(int(args[1]), b"\0")[:int(args[1])]
        elif name == "flip":
            body = bytearray(stanzas[i][1])
            body[int(args[1])] ^= 1
            stanzas[i][1] = bytes(body)
        elif name == "line":
            stanzas[i][0] = value.partition(":")[2]
        elif name == "plain":
            stanzas.append(["X25519 " + b64(bytes(31) + b"\x09").decode(),
                            bytes(32)])
        elif name == "pairs":
            once = list(stanzas)
            while sum(s[0] == "wax/ratchet" for s in stanzas) < i:
                stanzas += [list(s) for s in once]
        elif name == "payload":
            end = read(args[0])[1]
            rest = rest[:rest.index(b"\n") + 1] + end[end.index(b"\n") + 1:]
        else:
            raise SystemExit(f"{op}?")
    write(stanzas, rest)


def noise(n):
    stanzas = []
    for _ in range(n):
        stanzas += [["wax/hello", os.urandom(4693)],
                    ["wax/ratchet", os.urandom(1357)]]
    write(stanzas, b"--- " + b64(os.urandom(32)) + b"\n" + os.urandom(48))


# Ed25519 (RFC 8032), slowly.
P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    (x, y), (u, v) = a, b
    k = D * x * y * u * v
    return ((x * v + y * u) * pow(1 + k, P - 2, P) % P,
            (y * v + x * u) * pow(1 - k, P - 2, P) % P)


def multiply(n):
    y = 4 * pow(5, P - 2, P) % P
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    point, result = (P - x if x & 1 else x, y), (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return (result[1] | (result[0] & 1) << 255).to_bytes(32, "little")


def number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def sign(seed, text):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | 1 << 254
    r = number(h[32:], text) % L
    big_r = multiply(r)
    s = (r + number(big_r, multiply(a), text) * a) % L
    return big_r + s.to_bytes(32, "little")


def seed_of(path):
    with open(path, encoding="ascii") as f:
        key = [l for l in f if l.startswith("AGE-SECRET-KEY-PQ-1")][0]
    bits = "".join(f"{CHARSET.index(c):05b}"
                   for c in key.strip().lower().rpartition("1")[2][:-6])
    seed = bytes(int(bits[i:i + 8], 2) for i in range(0, 256, 8))
    secret = hmac.digest(bytes(32), seed, "sha256")
    return hmac.digest(secret, b"wax/v1 identity\x01", "sha256")


def card(identity, path, recipient):
    with open(path, encoding="utf-8") as f:
        text, _, line = f.read().rpartition("\n\n")
    text = "".join(f"recipient {recipient}\n" if l.startswith("recipient ")
                   else l + "\n" for l in text.split("\n"))
    start, _, old = line.strip().rpartition(" ")
    blob = base64.b64decode(old)[:4] + sign(seed_of(identity), text.encode())
    print(f"{text}\n{start} {base64.b64encode(blob).decode()}")


def main(argv):
    if argv[0] == "stanzas":
        for name, body in read(argv[1])[0]:
            print(name, len(body))
    elif argv[0] == "edit":
        edit(argv[1], argv[2:])
    elif argv[0] == "noise":
        noise(int(argv[1]))
    else:
        card(*argv[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
