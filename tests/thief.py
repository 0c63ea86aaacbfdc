#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Opens what it can of chained files with the files of homes that it has.

usage: thief.py HOME... -- FILE...

The files are tried in their order, and what one of them teaches helps with the
next. Writes a line for each: its name, and by what it opens, or "shut". What is
tried is all that wax-protocol(7) would let somebody do who has all secrets in
these homes: keys of skipped messages, chain keys, the step of an epoch with any
root key and any ratchet key, and a hello with any prekey.
"""
import functools
import glob
import os
import sys

import format as f
import protocol as p

# A chain is followed so far.
STEPS = 5
WIPED = bytes(32)


for module, slow in (f, "public_of"), (p, "xwing_parts"):
    setattr(module, slow, functools.cache(getattr(module, slow)))


class Thief:
    def __init__(self, folders):
        self.ads, self.heads, self.mks = set(), set(), set()
        # Each with the words that say where it is from.
        self.chains, self.roots, self.ratchets = {}, {}, {}
        self.devices, self.prekeys = [], []
        for folder in folders:
            self.steal(folder)

    def steal(self, folder):
        home = p.Home(folder)
        self.devices.append(p.Device("", home.seed))
        for path in glob.glob(os.path.join(folder, "sessions", "s-*")):
            name = os.path.relpath(path, folder)
            self.take_peer(p.read_peer(home.read(name)))
        data = home.read("prekeys")
        for i in range(f.little(data[20:24])):
            entry = data[24 + 88 * i :]
            number = f.little(entry[:4])
            self.prekeys.append(p.Prekey(number, entry[24:56], entry[56:88]))

    def take_peer(self, peer):
        self.mks |= {key.mk for key in peer.skipped}
        self.heads |= {key.HK for key in peer.old}
        for s in peer.sessions:
            self.ads.add(s.AD)
            self.roots[s.RK] = "a root key"
            if s.seed:
                self.ratchets[s.seed] = "a ratchet key"
            for way in s.sending, s.receiving:
                self.heads |= {way.HK, way.next} - {WIPED}
                if way.CK != WIPED:
                    self.chains[way.CK] = "a chain key"

    def open(self, file):
        sealed = p.Sealed(file)
        for hello, body in sealed.pairs:
            if hello:
                self.open_hello(hello)
            header = self.open_header(body[:-88])
            if header:
                self.step(header)
            for key, how in self.candidates():
                for ad in self.ads:
                    text = p.unseal(key, ad + body[:-88], body[-88:])
                    if text:
                        sealed.check_mac(text[:16])
                        return how
        return "shut"

    def open_header(self, eh):
        opened = (p.unseal(k, ad, eh) for k in self.heads for ad in self.ads)
        return next(filter(None, opened), None)

    def candidates(self):
        for key in self.mks:
            yield key, "a skipped key"
        for chain, how in self.chains.items():
            for _ in range(STEPS):
                yield p.mac(chain, b"\1"), how
                chain = p.mac(chain, b"\2")

    def step(self, header):
        """The epoch of a header, with any keys that there are."""
        n, offer = int.from_bytes(header[1:5], "big"), header[13:]
        if not n:
            return
        own = [b""]
        if n == 1:
            own = [p.decap(d.seed, offer[2336:]) for d in self.devices]
        secrets = [p.decap(sk, offer[1216:2336]) + s
                   for sk in self.ratchets for s in own]
        info = b"wax/v1 epoch" + p.hash_(offer)
        for root in list(self.roots):
            for secret in secrets:
                self.learn(p.hkdf(secret, info, root, 96), "an epoch's step")

    def learn(self, keys, how):
        self.roots.setdefault(keys[:32], how)
        self.chains.setdefault(keys[32:64], how)
        self.heads |= {keys[i : i + 32] for i in range(64, len(keys), 32)}

    def open_hello(self, body):
        for device in self.devices:
            hello = p.open_hello(device, body)
            if not hello:
                continue
            for key in self.prekeys:
                ids = (hello.I, hello.R), (device.I, device.R)
                T = p.hello_hash(
                    *ids,
                    *(hello.p, hello.t, key.x_public, key.public),
                    *(hello.E, hello.c1, hello.c2),
                )
                secrets = [
                    p.x25519(key.x, p.image(hello.I)),
                    p.x25519(device.scalar, hello.E),
                    p.x25519(key.x, hello.E),
                    p.decap(key.seed, hello.c1),
                    p.decap(device.seed, hello.c2),
                ]
                keys = b"".join(p.first_keys(secrets, T))
                self.ads.add(p.hash_(b"wax/v1 ad" + T + hello.I + device.I))
                self.learn(keys, "a prekey")


def main(argv):
    at = argv.index("--")
    thief = Thief(argv[:at])
    for path in argv[at + 1 :]:
        with open(path, "rb") as file:
            print(os.path.basename(path), thief.open(file.read()), sep=": ")


if __name__ == "__main__":
    main(sys.argv[1:])
