#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes cards that no honest program would, with good signatures.

usage: cards.py edit IDENTITY-FILE CARD [FIELD=VALUE ...]
           writes the card again with these fields, signed with the identity:
           a VALUE @FILE is the field of another card, FIELD= removes it,
           +LINE adds a line at the end, signer=NAME names the signature
       cards.py many CARD N FOLDER
           N cards with identities of nobody, by the names "person 1" and so on
       cards.py code CARD CARD
           the code that two owners compare
"""
import base64
import hashlib
import os
import sys

from format import (BASE, ORDER, bech32, halves, hkdf, little, packed, times,
                    unbech32)


def sign(scalar, public, nonce, message):
    """Ed25519 without a seed: the nonce may be any, for nothing is secret."""
    first = packed(times(nonce, BASE))
    k = little(hashlib.sha512(first + public + message).digest())
    return first + ((nonce + k * scalar) % ORDER).to_bytes(32, "little")


def read_scalar(path):
    """The Ed25519 scalar of the identity in a file."""
    with open(path, encoding="utf-8") as f:
        key = [line.strip() for line in f if line.startswith("AGE-")][0]
    return halves(hkdf(unbech32(key.lower()), "wax/v1 identity"))[0]


def read_lines(path):
    with open(path, encoding="utf-8") as f:
        return f.read().split("\n\n")[0].split("\n")


def index(lines, field):
    return [x.partition(" ")[0] for x in lines].index(field)


def value(lines, field):
    return lines[index(lines, field)].partition(" ")[2]


def edit(lines, operation):
    if operation.startswith("+"):
        return lines + [operation[1:]]
    field, _, new = operation.partition("=")
    if new.startswith("@"):
        new = value(read_lines(new[1:]), field)
    at = index(lines, field)
    return lines[:at] + ([f"{field} {new}"] if new else []) + lines[at + 1:]


def note(lines, scalar, public, signer):
    signer = signer.replace(" ", "-").replace("+", "-").encode()
    text = "".join(line + "\n" for line in lines).encode()
    blob = hashlib.sha256(signer + b"\n\x01" + public).digest()[:4]
    blob += sign(scalar, public, 12345, text)
    return text + b"\n\xe2\x80\x94 " + signer + b" " + \
        base64.b64encode(blob) + b"\n"


def edit_card(identity, card, *operations):
    lines, signer = read_lines(card), None
    for operation in operations:
        if operation.startswith("signer="):
            signer = operation[7:]
        else:
            lines = edit(lines, operation)
    scalar = read_scalar(identity)
    sys.stdout.buffer.write(note(lines, scalar, packed(times(scalar, BASE)),
                                 signer or value(lines, "name")))


def many(card, n, folder):
    for i in range(1, int(n) + 1):
        public, name = packed(times(i + 8, BASE)), f"person {i}"
        lines = edit(read_lines(card), "name=" + name)
        lines = edit(lines, "identity=" + bech32("wax", public))
        with open(os.path.join(folder, f"{i:05}"), "wb") as f:
            f.write(note(lines, i + 8, public, name))


def half(card):
    lines = read_lines(card)
    data = b"wax/v1 code" + unbech32(value(lines, "identity")) + \
        unbech32(value(lines, "recipient"))
    h = hashlib.sha512(data).digest()
    return " ".join(f"{int.from_bytes(h[i:i + 5], 'big') % 100000:05}"
                    for i in range(0, 30, 5))


def code(*cards):
    print(*sorted(half(card) for card in cards))


{"edit": edit_card, "many": many, "code": code}[sys.argv[1]](*sys.argv[2:])
