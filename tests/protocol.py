#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The protocol of sessions once more, from wax-protocol(7) and wax-format(5).

usage: protocol.py new DIR NAME        makes a device in DIR, and DIR/card
       protocol.py meet DIR CARD       takes the card; its name is the peer's
       protocol.py seal [OPTION...] DIR PEER... <DATA >FILE
                                       seals for the sessions with the peers
           --new                       begins new sessions
           --sign                      signs, as wax-seal -s does
           --plain                     without an envelope
           --twist WHAT                as a malicious peer, see TWISTS; the
                                       device stays as it was
       protocol.py open DIR <FILE >DATA
                                       opens; says what was found on stderr
       protocol.py forge HOW DIR [OTHER] <FILE >NEW
                                       what one of several recipients can make
                                       of a file, see Forger
       protocol.py state HOME DIR PEER
                                       holds the files of the tools' home,
                                       which is PEER's, against what DIR has
       protocol.py vectors FILE        makes the known conversation once more
       protocol.py examples PAGE       checks the examples of wax-protocol(7)

Exit statuses are those of the tools. ML-KEM and X-Wing, the hello, the
ratchet, the header and the payload of age, the envelope and the state's files
are written down here from the pages and the standards; the rest is from
format.py.
"""
import argparse
import base64
import hashlib
import hmac
import os
import pickle
import struct
import sys
import time

import format as f
from format import hkdf, little

MALFORMED, NO_KEY, TRUST, REPLAYED = 1, 3, 4, 5
SKIP_MAX, STANZAS_MAX, HEADER_MAX = 10000, 256, 4194304
TIME_MAX, DAY = 253402300799, 86400


class Refused(Exception):
    """With the exit status that the page gives."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


def check(good, status, why):
    if not good:
        raise Refused(status, why)


class Source:
    """Chance and time; the known conversation has its own."""

    def draw(self, size, what):
        del what
        return os.urandom(size)

    def shuffle(self, pairs):
        return sorted(pairs, key=lambda _: os.urandom(8))

    def now(self):
        return int(time.time())


SOURCE = [Source()]


def random(size, what):
    return SOURCE[-1].draw(size, what)


def big(n, size):
    return n.to_bytes(size, "big")


def hash_(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.digest(key, data, "sha256")


def seal(key, ad, data, what):
    nonce = random(24, "nonce of " + what)
    return nonce + f.xchacha_seal(key, nonce, ad, data)


def unseal(key, ad, sealed):
    return f.xchacha_open(key, sealed[:24], ad, sealed[24:])


# X25519 (RFC 7748).


def x25519(scalar, u):
    """None where the result is zero."""
    p = f.P
    k = little(scalar) & (1 << 254) - 8 | 1 << 254
    x1 = little(u) & (1 << 255) - 1
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swap != bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a % p, c * b % p, a * a % p, b * b % p
        x3, z3 = (da + cb) ** 2 % p, x1 * (da - cb) ** 2 % p
        e = aa - bb
        x2, z2 = aa * bb % p, e * (aa + 121665 * e) % p
    if swap:
        x2, z2 = x3, z3
    n = x2 * pow(z2, p - 2, p) % p
    return n.to_bytes(32, "little") if n else None


NINE = b"\x09" + bytes(31)


def image(public):
    """The point of an Ed25519 key on Curve25519."""
    y = little(public) & (1 << 255) - 1
    return ((1 + y) * pow(1 - y, -1, f.P) % f.P).to_bytes(32, "little")


def is_valid(public):
    """Canonical, not of small order, in the main subgroup."""
    if little(public) & (1 << 255) - 1 >= f.P:
        return False
    try:
        p = f.point(public)
    except AssertionError:
        return False
    zero = (0, 1)
    return f.packed(p) == public and p != zero and f.times(f.ORDER, p) == zero


# ML-KEM-768 (FIPS 203). Polynomials are lists of 256 numbers, vectors lists of
# three polynomials.

Q = 3329


def reversed7(i):
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, reversed7(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * reversed7(i) + 1, Q) for i in range(128)]


def ntt(p):
    p, i, n = list(p), 1, 128
    while n >= 2:
        for start in range(0, 256, 2 * n):
            z = ZETAS[i]
            i += 1
            for j in range(start, start + n):
                t = z * p[j + n] % Q
                p[j + n] = (p[j] - t) % Q
                p[j] = (p[j] + t) % Q
        n //= 2
    return p


def ntt_back(p):
    p, i, n = list(p), 127, 2
    while n <= 128:
        for start in range(0, 256, 2 * n):
            z = ZETAS[i]
            i -= 1
            for j in range(start, start + n):
                t = p[j]
                p[j] = (t + p[j + n]) % Q
                p[j + n] = z * (p[j + n] - t) % Q
        n *= 2
    return [x * 3303 % Q for x in p]


def poly_sum(*ps):
    return [sum(xs) % Q for xs in zip(*ps)]


def poly_product(p, q):
    out = []
    for i, gamma in enumerate(GAMMAS):
        a, b, c, d = *p[2 * i : 2 * i + 2], *q[2 * i : 2 * i + 2]
        out += (a * c + b * d * gamma) % Q, (a * d + b * c) % Q
    return out


def inner(v, w):
    return poly_sum(*(poly_product(p, q) for p, q in zip(v, w)))


def encode(p, bits):
    text = "".join(f"{x:0{bits}b}" for x in reversed(p))
    return int(text, 2).to_bytes(32 * bits, "little")


def decode(data, bits):
    text = f"{little(data):0{256 * bits}b}"
    return [
        int(text[i : i + bits], 2) for i in range(len(text) - bits, -1, -bits)
    ]


def compress(p, bits):
    return [((x << bits + 1) + Q) // (2 * Q) % (1 << bits) for x in p]


def decompress(p, bits):
    return [(2 * Q * x + (1 << bits)) >> bits + 1 for x in p]


def uniform(seed):
    """SampleNTT."""
    data, out = hashlib.shake_128(seed).digest(1680), []
    for a, b, c in zip(data[::3], data[1::3], data[2::3]):
        out += (n for n in (a | (b & 15) << 8, b >> 4 | c << 4) if n < Q)
    assert len(out) >= 256
    return out[:256]


def noise(seed, number):
    """SamplePolyCBD, eta = 2."""
    data = hashlib.shake_256(seed + bytes([number])).digest(128)
    out = []
    for byte in data:
        for n in byte & 15, byte >> 4:
            out.append(((n & 1) + (n >> 1 & 1) - (n >> 2 & 1) - (n >> 3)) % Q)
    return out


def matrix(rho):
    return [
        [uniform(rho + bytes([j, i])) for j in range(3)] for i in range(3)
    ]


def mlkem_keys(d, z):
    """The key of encapsulation, and that of decapsulation."""
    g = hashlib.sha3_512(d + b"\3").digest()
    rho, sigma = g[:32], g[32:]
    s = [ntt(noise(sigma, i)) for i in range(3)]
    e = [ntt(noise(sigma, 3 + i)) for i in range(3)]
    t = [poly_sum(inner(row, s), e[i]) for i, row in enumerate(matrix(rho))]
    ek = b"".join(encode(p, 12) for p in t) + rho
    dk = b"".join(encode(p, 12) for p in s) + ek
    return ek, dk + hashlib.sha3_256(ek).digest() + z


def mlkem_encrypt(ek, m, coins):
    t = [decode(ek[384 * i : 384 * i + 384], 12) for i in range(3)]
    a = matrix(ek[1152:])
    y = [ntt(noise(coins, i)) for i in range(3)]
    u = [
        poly_sum(
            ntt_back(inner([a[j][i] for j in range(3)], y)),
            noise(coins, 3 + i),
        )
        for i in range(3)
    ]
    mu = decompress(decode(m, 1), 1)
    v = poly_sum(ntt_back(inner(t, y)), noise(coins, 6), mu)
    parts = [encode(compress(p, 10), 10) for p in u]
    return b"".join(parts) + encode(compress(v, 4), 4)


def mlkem_encap(ek, m):
    """None where the key is not encoded canonically."""
    for i in range(3):
        if max(decode(ek[384 * i : 384 * i + 384], 12)) >= Q:
            return None
    g = hashlib.sha3_512(m + hashlib.sha3_256(ek).digest()).digest()
    return mlkem_encrypt(ek, m, g[32:]), g[:32]


def mlkem_decap(dk, c):
    s = [decode(dk[384 * i : 384 * i + 384], 12) for i in range(3)]
    ek, h, z = dk[1152:2336], dk[2336:2368], dk[2368:]
    u = [
        decompress(decode(c[320 * i : 320 * i + 320], 10), 10)
        for i in range(3)
    ]
    v = decompress(decode(c[960:], 4), 4)
    su = ntt_back(inner(s, [ntt(p) for p in u]))
    m = encode(compress([(a - b) % Q for a, b in zip(v, su)], 1), 1)
    g = hashlib.sha3_512(m + h).digest()
    if mlkem_encrypt(ek, m, g[32:]) == c:
        return g[:32]
    return hashlib.shake_256(z + c).digest(32)


# X-Wing.

LABEL = bytes.fromhex("5c2e2f2f5e5c")


def xwing_parts(seed):
    data = hashlib.shake_256(seed).digest(96)
    return *mlkem_keys(data[:32], data[32:64]), data[64:]


def xwing_public(seed):
    ek, _, x = xwing_parts(seed)
    return ek + f.x25519_base(x)


def xwing_shared(m, x, ct, pk):
    return hashlib.sha3_256(m + x + ct[1088:] + pk + LABEL).digest()


def encap(public, what):
    """(ct, s) with 64 bytes of chance, m of ML-KEM and e; or None."""
    coins = random(64, "coins of " + what)
    inner_ = mlkem_encap(public[:1184], coins[:32])
    x = x25519(coins[32:], public[1184:])
    if inner_ is None or x is None:
        return None
    ct = inner_[0] + f.x25519_base(coins[32:])
    return ct, xwing_shared(inner_[1], x, ct, public[1184:])


def decap(seed, ct):
    """s, or None."""
    _, dk, x = xwing_parts(seed)
    shared = x25519(x, ct[1088:])
    if shared is None:
        return None
    m = mlkem_decap(dk, ct[:1088])
    return xwing_shared(m, shared, ct, f.x25519_base(x))


def can_encap(public):
    """Whether Encap does not fail, without drawing anything."""
    x = x25519(bytes(32), public[1184:])
    decoded = [decode(public[384 * i : 384 * i + 384], 12) for i in range(3)]
    return x is not None and max(map(max, decoded)) < Q


# Identities and cards.


class Prekey:
    """A prekey with its secrets."""

    def __init__(self, number, x, seed):
        self.number, self.x, self.seed = number, x, seed
        self.x_public = f.x25519_base(self.x)
        self.public = xwing_public(self.seed)


class Card:
    """What a card says, its signature checked."""

    def __init__(self, text):
        body, lines = text[: text.index("\n\n") + 1], text.split("\n")
        fields = dict(line.split(" ", 1) for line in lines[1:8] if " " in line)
        self.name = fields["name"]
        self.I = f.unbech32(fields["identity"])
        self.R = f.unbech32(fields["recipient"])
        number, x, xwing = fields["prekey"].split(" ")
        self.prekey = int(number)
        self.SP, self.KP = (base64.b64decode(k + "==") for k in (x, xwing))
        signature = base64.b64decode(text.rstrip("\n").rpartition(" ")[2])
        check(f.is_signed(self.I, signature[4:], body.encode()), 4, "a card")


class Peer:
    """What a device knows of another one."""

    def __init__(self, I, R):
        self.I, self.R = I, R
        self.card, self.sessions, self.t = None, [], 0


# The hello.


def first_keys(secrets, T):
    keys = hkdf(b"\xff" * 32 + b"".join(secrets), "wax/v1 session", T, 160)
    return [keys[i : i + 32] for i in range(0, 160, 32)]


def hello_hash(caller, called, p, t, SP, KP, E, c1, c2):
    ids = caller[0] + caller[1] + called[0] + called[1]
    rest = big(p, 4) + big(t, 8) + SP + KP + E + c1 + c2
    return hash_(b"wax/v1 hello" + ids + rest)


def call(device, peer, t):
    """A session that the device begins."""
    card = peer.card
    e = random(32, "e")
    E = f.x25519_base(e)
    d = [
        x25519(device.scalar, card.SP),
        x25519(e, image(card.I)),
        x25519(e, card.SP),
    ]
    c1, k1 = encap(card.KP, "c1")
    c2, k2 = encap(card.R, "c2")
    ids = (device.I, device.R), (card.I, card.R)
    T = hello_hash(*ids, card.prekey, t, card.SP, card.KP, E, c1, c2)
    session = Session(T, t, device.I, card.I, True)
    session.hello = b"\1" + big(card.prekey, 4) + big(t, 8)
    session.hello += device.I + device.R + E + c1 + c2
    session.start(first_keys([*d, k1, k2], T))
    return session


def wrap_hello(hello, R):
    c3, k3 = encap(R, "c3")
    key = hkdf(k3, "wax/v1 hello")
    return c3 + seal(key, R, hello, "hello")


class Hello:
    """A hello that was opened."""

    def __init__(self, data):
        self.version, self.p, self.t = struct.unpack(">BIQ", data[:13])
        self.I, self.R, self.E = data[13:45], data[45:1261], data[1261:1293]
        self.c1, self.c2 = data[1293:2413], data[2413:]


def open_hello(device, body):
    k3 = decap(device.seed, body[:1120])
    if k3 is None:
        return None
    key = hkdf(k3, "wax/v1 hello")
    data = unseal(key, device.R, body[1120:])
    return data and Hello(data)


# The ratchet.


class Way:
    """One direction of a session: its newest epoch."""

    def __init__(self, next_):
        self.epoch, self.n, self.before = None, 0, 0
        self.chain = self.head = None
        self.next = next_
        self.offer = self.digest = None

    def message_key(self):
        key = mac(self.chain, b"\1")
        self.chain = mac(self.chain, b"\2")
        self.n += 1
        return key

    def begin(self, epoch, before, chain, next_):
        self.epoch, self.n, self.before = epoch, 0, before
        self.chain, self.head, self.next = chain, self.next, next_


class Old:
    """A header key of an epoch that is over."""

    def __init__(self, way, n):
        self.epoch, self.head, self.before = way.epoch, way.head, way.before
        self.digest, self.n = way.digest, n


OFFERS = 1216, 3456


def offer_size(epoch):
    return OFFERS[epoch] if epoch < 2 else 2336


class Session:
    """One session, as one side has it."""

    def __init__(self, T, t, caller, called, begun):
        self.T, self.t, self.begun = T, t, begun
        self.AD = hash_(b"wax/v1 ad" + T + caller + called)
        self.hello = self.sk = self.pk = None
        self.old, self.skipped = [], {}
        self.opened = 0

    def start(self, keys):
        """After the agreement; the caller draws the key of epoch 0."""
        self.RK, chain, head, head1, head2 = keys
        zero, one = Way(head), Way(head1)
        zero.begin(0, 0, chain, head2)
        self.sending, self.receiving = (
            (zero, one) if self.begun else (one, zero)
        )
        if self.begun:
            self.sk = random(32, "seed of pk")
            zero.offer = xwing_public(self.sk)

    # Sending.

    def write(self, key, signer, device_R, twist):
        """The body of a ratchet stanza."""
        way = self.sending
        newest = self.receiving.epoch
        if newest is not None and (way.epoch is None or way.epoch < newest):
            self.begin(newest + 1, device_R)
        twist.before(way)
        header = {
            "version": 1,
            "n": way.epoch,
            "N": way.n,
            "PN": way.before,
            "offer": way.offer,
        }
        mk = way.message_key()
        twist.header(header)
        data = struct.pack(">BIII", *list(header.values())[:4])
        eh = seal(way.head, self.AD, data + header["offer"], "header")
        return eh + seal(mk, self.AD + eh, key + signer, "w")

    def begin(self, n, R_peer):
        ct, secrets = encap(self.pk, "ct")
        if n == 1:
            ct_I, s_I = encap(R_peer, "ct_I")
            ct, secrets = ct + ct_I, secrets + s_I
        seed = random(32, "seed of pk")
        offer = xwing_public(seed) + ct
        before = self.sending.n if n >= 2 else 0
        self.step(self.sending, n, before, offer, secrets)
        self.sk, self.sending.offer, self.pk = seed, offer, None

    def step(self, way, n, before, offer, secrets):
        info = b"wax/v1 epoch" + hash_(offer)
        keys = hkdf(secrets, info, self.RK, 96)
        self.RK = keys[:32]
        way.begin(n, before, keys[32:64], keys[64:])

    # Opening. All of it is done on a copy.

    def find(self, eh):
        """The key that opens the header, and the header."""
        receiving = self.receiving
        keys = [(old.head, old) for old in self.old]
        if receiving.epoch is not None:
            keys.append((receiving.head, "current"))
        keys.append((receiving.next, "next"))
        for key, how in keys:
            header = unseal(key, self.AD, eh)
            if header is not None:
                return how, header
        return None

    def read(self, how, header, body, device):
        """(file key, signer) of a message whose header was opened."""
        version, n, N, PN = struct.unpack(">BIII", header[:13])
        offer, way = header[13:], self.receiving
        if how == "next":
            epoch = 1 if way.epoch is None else way.epoch + 2
        else:
            epoch = way.epoch if how == "current" else how.epoch
        good = version == 1 and n == epoch and len(offer) == offer_size(n)
        good = good and N < 2**32 - 1 and (PN == 0 or n >= 2)
        check(good, TRUST, "the header contradicts")
        late = False
        if how == "next":
            self.accept(n, N, PN, offer, device)
        else:
            late = self.compare(how, N, PN, offer)
        if how == "current":
            check(N - way.n <= SKIP_MAX, TRUST, "too many are skipped")
        if late or N < way.n:
            check((n, N) in self.skipped, REPLAYED, "opened before")
            mk = self.skipped.pop((n, N))
        else:
            self.skip(way, N)
            mk = way.message_key()
        eh = len(header) + 40
        text = unseal(mk, self.AD + body[:eh], body[eh:])
        check(text is not None, TRUST, "w does not open")
        self.opened += 1
        return text[:16], text[16:]

    def compare(self, how, N, PN, offer):
        way = self.receiving if how == "current" else how
        if way.digest is None:
            check(can_encap(offer), TRUST, "pk_0")
            way.digest, way.before, self.pk = hash_(offer), PN, offer
        same = way.digest == hash_(offer) and way.before == PN
        check(same, TRUST, "another offer, or PN")
        if how == "current":
            return False
        check(N < how.n, TRUST, "more messages than the epoch had")
        return True

    def accept(self, n, N, PN, offer, device):
        """The first message of a new epoch of the peer."""
        way = self.receiving
        check(self.sending.epoch == n - 1, TRUST, "out of turn")
        check(n < 2 or PN >= way.n, TRUST, "PN")
        check((PN - way.n if n >= 2 else 0) + N <= SKIP_MAX, TRUST, "skips")
        secrets = [decap(self.sk, offer[1216:2336])]
        if n == 1:
            secrets.append(decap(device.seed, offer[2336:]))
        good = can_encap(offer[:1216]) and None not in secrets
        check(good, TRUST, "pk or ct")
        if n >= 2:
            self.skip(way, PN)
            self.old.append(Old(way, PN))
        self.step(way, n, PN, offer, b"".join(secrets))
        way.digest, self.pk = hash_(offer), offer[:1216]
        self.sk = self.hello = self.sending.chain = self.sending.offer = None

    def skip(self, way, end):
        while way.n < end:
            number = way.n
            self.skipped[way.epoch, number] = way.message_key()


# The file: age's header and payload, and the envelope.

VERSION = b"age-encryption.org/v1\n"
SIZES = {1357: 0, 3597: 1, 2477: 2}
HELLO_SIZE = 4693


def b64(data):
    return base64.b64encode(data).rstrip(b"=")


def stanza(kind, body):
    text = b64(body)
    lines = [text[i : i + 64] for i in range(0, len(text) + 1, 64)]
    return b"-> " + kind + b"\n" + b"".join(x + b"\n" for x in lines)


def unbase64(text):
    data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    check(b64(data) == text, MALFORMED, "base64")
    return data


def make_header(pairs, key):
    text = VERSION
    for hello, body in pairs:
        text += stanza(b"wax/hello", hello) if hello else b""
        text += stanza(b"wax/ratchet", body)
    text += b"---"
    return text + b" " + b64(mac(hkdf(key, "header"), text)) + b"\n"


class Sealed:
    """A file, taken apart."""

    def __init__(self, data):
        end = data.index(b"\n", data.index(b"\n---") + 1) + 1
        check(end <= HEADER_MAX, MALFORMED, "a long header")
        self.header, self.payload = data[:end], data[end:]
        lines = self.header.split(b"\n")
        check(lines[0] + b"\n" == VERSION, MALFORMED, "no age file")
        self.pairs, stanzas = [], []
        for line in lines[1:-2]:
            if line.startswith(b"-> "):
                stanzas.append((line[3:], []))
            else:
                stanzas[-1][1].append(line)
        hello = None
        for kind, body in stanzas:
            ends = [len(x) for x in body]
            good = all(n == 64 for n in ends[:-1]) and ends[-1] < 64
            check(good, MALFORMED, "lines of a body")
            body = unbase64(b"".join(body))
            if kind == b"wax/hello":
                check(hello is None, MALFORMED, "two hellos")
                check(len(body) == HELLO_SIZE, MALFORMED, "a hello's length")
                hello = body
            else:
                check(kind == b"wax/ratchet", MALFORMED, "another stanza")
                good = SIZES.get(len(body), 3) < (1 if hello else 3)
                check(good, MALFORMED, "a length")
                self.pairs.append((hello, body))
                hello = None
        check(hello is None, MALFORMED, "a hello at the end")
        check(0 < len(self.pairs) <= STANZAS_MAX, MALFORMED, "stanzas")

    def check_mac(self, key):
        text, _, tag = self.header[:-1].rpartition(b" ")
        good = unbase64(tag) == mac(hkdf(key, "header"), text)
        check(good, MALFORMED, "the MAC of the header")


CHUNK = 65536


def make_payload(key, data):
    nonce = random(16, "nonce of payload")
    key, out = hkdf(key, "payload", nonce), nonce
    count = max(1, -(-len(data) // CHUNK))
    for i in range(count):
        number = big(i, 11) + bytes([i == count - 1])
        part = data[i * CHUNK : (i + 1) * CHUNK]
        out += f.aead_seal(key, number, b"", part)
    return out


def open_payload(key, payload):
    key = hkdf(key, "payload", payload[:16])
    rest, out, i = payload[16:], b"", 0
    while True:
        part, rest = rest[: CHUNK + 16], rest[CHUNK + 16 :]
        number = big(i, 11) + bytes([not rest])
        data = f.aead_open(key, number, b"", part)
        check(data is not None, MALFORMED, "a chunk")
        check(data or not i, MALFORMED, "an empty chunk")
        out, i = out + data, i + 1
        if not rest:
            return out


MAGIC = bytes.fromhex("572a4d18")
RAW = bytes.fromhex("28b52ffd0038")
BLOCK = 131072


def frame(content):
    return MAGIC + struct.pack("<I", len(content)) + content


def make_data(data):
    """A zstd frame of raw blocks."""
    out, count = RAW, max(1, -(-len(data) // BLOCK))
    for i in range(count):
        part = data[i * BLOCK : (i + 1) * BLOCK]
        out += struct.pack("<I", len(part) * 8 + (i == count - 1))[:3] + part
    return out


def take_data(data, at):
    """What is in a frame of raw blocks, and its end."""
    check(data[at : at + 6] == RAW, MALFORMED, "only raw blocks are known")
    at, out, last = at + 6, b"", 0
    while not last:
        n = little(data[at : at + 3])
        check(n >> 1 & 3 == 0, MALFORMED, "only raw blocks are known")
        out += data[at + 3 : at + 3 + (n >> 3)]
        at, last = at + 3 + (n >> 3), n & 1
    return out, at


def signature(kind, seed, header, before):
    public = f.public_of(seed)
    text = b"wax/v1 sealed\0" + bytes([kind]) + public + header
    text += f.pieces(before)
    digest = hashlib.sha512(text).digest()
    signed = f.sign(seed, digest, f.PREHASHED)
    return frame(b"waxs" + bytes([kind]) + public + signed)


def make_envelope(data, header, kind=None, seed=None, sender=None, pad=True):
    lines = "wax1\nkind data\n"
    if sender:
        lines += "sender " + f.bech32("wax", sender) + "\n"
    out = frame(lines.encode()) + make_data(data)
    if kind:
        out += signature(kind, seed, header, out)
    if pad:
        size = len(out) + 8
        out += frame(bytes(f.padme(size)[2] - size))
    return out


class Envelope:
    """A payload, taken apart."""

    def __init__(self, data):
        self.sender = self.kind = self.key = None
        self.is_one = data[:4] == MAGIC and data[8:13] == b"wax1\n"
        if not self.is_one:
            self.data = data
            return
        at = 8 + little(data[4:8])
        for line in data[8:at].decode().split("\n")[1:-1]:
            word, _, rest = line.partition(" ")
            check(word in ("kind", "name", "sender"), MALFORMED, "a line")
            if word == "sender":
                self.sender = f.unbech32(rest)
        self.data, at = take_data(data, at)
        if data[at : at + 12] == MAGIC + b"e\0\0\0waxs":
            self.before = data[:at]
            self.kind = data[at + 12]
            self.key = data[at + 13 : at + 45]
            self.signed = data[at + 45 : at + 109]
            at += 109
        if at < len(data):
            check(data[at : at + 4] == MAGIC, MALFORMED, "a frame")
            size = f.padme(at + 8)[2]
            good = little(data[at + 4 : at + 8]) == size - at - 8
            good = good and data[at + 8 :] == bytes(size - at - 8)
            check(good, MALFORMED, "the padding")

    def check(self, header, signer, identity):
        """What a message with this signer demands."""
        if signer == bytes(32):
            check(self.sender is None, TRUST, "a sender without a signer")
            check(self.kind is None, MALFORMED, "a signature")
            return
        check(self.kind is not None, TRUST, "no signature")
        if self.sender is not None:
            check(self.kind == 1, MALFORMED, "another kind")
            check(self.sender == signer == identity, TRUST, "another sender")
        else:
            check(self.kind == 2, MALFORMED, "another kind")
        check(self.key == signer, TRUST, "another key")
        text = b"wax/v1 sealed\0" + bytes([self.kind]) + self.key
        digest = hashlib.sha512(text + header + f.pieces(self.before)).digest()
        good = f.is_signed(self.key, self.signed, digest, f.PREHASHED)
        check(good, TRUST, "the signature is wrong")


# A malicious peer, who knows all keys of its own sessions.


class Twist:
    """Nothing is wrong."""

    def before(self, way):
        """Changes the chain before a message."""

    def header(self, header):
        """Changes the fields of a header."""

    signer = staticmethod(lambda signer: signer)
    hello = staticmethod(lambda hello: hello)

    def envelope(self, data, header, kind, seed, sender):
        return make_envelope(data, header, kind, seed, sender)


def skipping(count):
    class Skips(Twist):
        def before(self, way):
            for _ in range(count):
                way.message_key()

    return Skips


def changed(**fields):
    class Changes(Twist):
        def header(self, header):
            for name, change in fields.items():
                header[name] = change(header[name])

    return Changes


class NoSigner(Twist):
    signer = staticmethod(lambda signer: bytes(32))

    def envelope(self, data, header, kind, seed, sender):
        return make_envelope(data, header)


class Stranger(Twist):
    """Another identity is named, which has signed."""

    def envelope(self, data, header, kind, seed, sender):
        other = hkdf(b"somebody else", "wax/v1 identity")
        return make_envelope(data, header, 1, other, f.public_of(other))


class StrangerNamed(Stranger):
    """And its key is the signer's, too."""

    signer = staticmethod(
        lambda signer: f.public_of(hkdf(b"somebody else", "wax/v1 identity"))
    )


class OtherKey(Twist):
    """An S of kind 2 with a key that the stanzas do not name."""

    def envelope(self, data, header, kind, seed, sender):
        return make_envelope(data, header, 2, bytes(32))


class Unsigned(Twist):
    def envelope(self, data, header, kind, seed, sender):
        return make_envelope(data, header)


class Dropped(Twist):
    """The sender is named, but the signature is gone."""

    def envelope(self, data, header, kind, seed, sender):
        return make_envelope(data, header, sender=sender)


class NoEnvelope(Twist):
    def envelope(self, data, header, kind, seed, sender):
        return data


class OtherKind(Twist):
    """Kind 2 with a sender, kind 1 without."""

    def envelope(self, data, header, kind, seed, sender):
        return make_envelope(data, header, 3 - kind, seed, sender)


class OnlySender(Twist):
    """A sender with a good signature, but no signer in the stanza."""

    signer = staticmethod(lambda signer: bytes(32))


class OnlySignature(OnlySender):
    """A signature of kind 2 that nothing asks for."""

    def envelope(self, data, header, kind, seed, sender):
        return make_envelope(data, header, 2, bytes(32))


def another_key(offer):
    """The same offer with another pk that can be encapsulated to."""
    return offer[:1184] + NINE + offer[1216:]


def hello_with(at, data):
    class Changes(Twist):
        hello = staticmethod(lambda h: h[:at] + data + h[at + len(data) :])

    return Changes


TWISTS = {
    "none": Twist,
    "version": changed(version=lambda v: 2),
    "n": changed(n=lambda n: n + 1),
    "n-far": changed(n=lambda n: n + 2),
    "N": changed(N=lambda n: n + 1),
    "N-last": changed(N=lambda n: 2**32 - 1),
    "PN": changed(PN=lambda n: n + 1),
    "PN-less": changed(PN=lambda n: n - 1),
    "PN-far": changed(PN=lambda n: n + 10001),
    "pk": changed(offer=another_key),
    "pk-bad": changed(offer=lambda o: b"\xff" * 1184 + o[1184:]),
    "pk-zero": changed(offer=lambda o: o[:1184] + bytes(32) + o[1216:]),
    "ct": changed(offer=lambda o: o[:1216] + bytes([o[1216] ^ 1]) + o[1217:]),
    "ct-zero": changed(offer=lambda o: o[:2304] + bytes(32) + o[2336:]),
    "skip-10000": skipping(10000),
    "skip-10001": skipping(10001),
    "signer-zero": NoSigner,
    "stranger": Stranger,
    "stranger-named": StrangerNamed,
    "other-key": OtherKey,
    "unsigned": Unsigned,
    "dropped": Dropped,
    "no-envelope": NoEnvelope,
    "other-kind": OtherKind,
    "only-sender": OnlySender,
    "only-signature": OnlySignature,
    "hello-version": hello_with(0, b"\2"),
    "hello-prekey": hello_with(1, b"\xff\xff\xff\xff"),
    "hello-late": hello_with(5, big(TIME_MAX, 8)),
    "hello-never": hello_with(5, big(TIME_MAX + 1, 8)),
    "hello-small": hello_with(13, b"\1" + bytes(31)),
    "hello-E": hello_with(1261, bytes(32)),
    "hello-c1": hello_with(1293, bytes(32)),
}


# A device.


class Device:
    """An identity, its prekeys, and what it knows of its peers."""

    def __init__(self, name, seed=None):
        self.name = name
        self.seed = seed or os.urandom(32)
        self.signing = hkdf(self.seed, "wax/v1 identity")
        self.scalar = hashlib.sha512(self.signing).digest()[:32]
        self.I, self.R = f.public_of(self.signing), xwing_public(self.seed)
        self.prekeys, self.hellos, self.peers = {}, set(), {}

    def add_prekey(self, number, x, seed):
        self.prekeys[number] = Prekey(number, x, seed)

    def card(self):
        prekey = next(iter(self.prekeys.values()))
        now = time.time()
        days = [
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))
            for t in (now - 60, now + 30 * DAY)
        ]
        keys = [b64(k).decode() for k in (prekey.x_public, prekey.public)]
        lines = (
            "wax/card/v1",
            "name " + self.name,
            "identity " + f.bech32("wax", self.I),
            "recipient " + f.bech32("age1pq", self.R),
            "minisign " + f.minisign(self.seed)[2],
            "prekey " + " ".join([str(prekey.number), *keys]),
            "issued " + days[0],
            "expires " + days[1],
        )
        return f.note(self.seed, self.name, "\n".join(lines) + "\n")

    def meet(self, card):
        peer = self.peers.setdefault(card.I, Peer(card.I, card.R))
        check(peer.R == card.R, TRUST, "another recipient")
        peer.card = card

    def peer(self, name):
        for peer in self.peers.values():
            if name in (f.bech32("wax", peer.I), peer.card and peer.card.name):
                return peer
        raise Refused(2, "no peer " + name)

    # Sending.

    def session_for(self, peer, new, now):
        def latest(sessions):
            return max(sessions, key=lambda s: (s.t, s.T), default=None)

        session = None
        if not new:
            session = latest(s for s in peer.sessions if s.opened)
            session = session or latest(s for s in peer.sessions if s.begun)
        if session is None:
            peer.t = max(now, peer.t + 1)
            session = call(self, peer, peer.t)
            peer.sessions.append(session)
        return session

    def seal(self, data, peers, signed=False, new=False, twist=None, plain=0):
        """A file for the sessions with the peers."""
        twist = twist or Twist()
        now = SOURCE[-1].now()
        key, seed, signer, kind = self.signer(len(peers), signed)
        pairs = []
        for peer in peers:
            session = self.session_for(peer, new, now)
            hello = None
            if session.hello:
                hello = wrap_hello(twist.hello(session.hello), peer.R)
            mark = twist.signer(signer)
            pairs.append((hello, session.write(key, mark, peer.R, twist)))
        pairs = SOURCE[-1].shuffle(pairs)
        header = make_header(pairs, key)
        if not plain:
            sender = self.I if signed else None
            data = twist.envelope(data, header, kind, seed, sender)
        return header + make_payload(key, data)

    def signer(self, count, signed):
        """The file's key; who signs it, as a seed and in public; and how."""
        key = random(16, "file key")
        if signed:
            return key, self.signing, self.I, 1
        if count == 1:
            return key, None, bytes(32), None
        seed = random(32, "signer")
        return key, seed, f.public_of(seed), 2

    # Opening.

    def open(self, file):
        """(data, peer, session, whether it is new); changes the device."""
        sealed = Sealed(file)
        found = self.find(sealed)
        new = found is None
        if new:
            found = self.answer(sealed)
        peer, session, how, header, body = found
        key, signer = session.read(how, header, body, self)
        if len(sealed.pairs) > 1:
            check(signer != bytes(32), TRUST, "no signer")
        sealed.check_mac(key)
        envelope = Envelope(open_payload(key, sealed.payload))
        envelope.check(sealed.header, signer, peer.I)
        self.key = key
        return envelope.data, peer, session, new

    def find(self, sealed):
        for _, body in sealed.pairs:
            for peer in self.peers.values():
                for session in peer.sessions:
                    found = session.find(body[:-88])
                    if found:
                        return peer, session, *found, body
        return None

    def answer(self, sealed):
        """A session of the first hello that opens."""
        for wrapped, body in sealed.pairs:
            hello = wrapped and open_hello(self, wrapped)
            if hello:
                return self.take(hello, body)
        raise Refused(NO_KEY, "of no session")

    def take(self, hello, body):
        good = hello.version == 1 and hello.t <= TIME_MAX
        check(good and is_valid(hello.I), MALFORMED, "a hello")
        check(hello.I != self.I, TRUST, "one's own hello")
        check(hello.p in self.prekeys, NO_KEY, "the prekey")
        prekey = self.prekeys[hello.p]
        T = hello_hash(
            (hello.I, hello.R),
            (self.I, self.R),
            *(hello.p, hello.t, prekey.x_public, prekey.public),
            *(hello.E, hello.c1, hello.c2),
        )
        check(T not in self.hellos, REPLAYED, "a known hello")
        check(hello.t <= SOURCE[-1].now() + DAY, TRUST, "from the future")
        peer = self.peers.setdefault(hello.I, Peer(hello.I, hello.R))
        good = peer.R == hello.R and can_encap(hello.R)
        check(good, TRUST, "another recipient")
        secrets = [
            x25519(prekey.x, image(hello.I)),
            x25519(self.scalar, hello.E),
            x25519(prekey.x, hello.E),
            decap(prekey.seed, hello.c1),
            decap(self.seed, hello.c2),
        ]
        check(None not in secrets, TRUST, "the agreement")
        session = Session(T, hello.t, hello.I, self.I, False)
        session.start(first_keys(secrets, T))
        header = unseal(session.receiving.head, session.AD, body[:-88])
        check(header is not None, TRUST, "the message of the hello")
        peer.sessions.append(session)
        peer.t = max(peer.t, hello.t)
        self.hellos.add(T)
        return peer, session, "current", header, body


class Forger:
    """What one of the recipients of a file can make of it. It knows the file's
    key, and has to leave the stanzas for the others as they are."""

    def __init__(self, device, file, other):
        self.sealed = Sealed(file)
        self.data = device.open(file)[0]
        self.key = device.key
        self.other = other

    def made(self, header, payload):
        return header + make_payload(self.key, payload)

    def replaced(self):
        """Other data, signed with a key of its own."""
        header = self.sealed.header
        other = make_envelope(b"forged\n", header, 2, bytes(32))
        return self.made(header, other)

    def kept(self):
        """Other data before the signature of the old ones."""
        old = open_payload(self.key, self.sealed.payload)
        at = old.index(b"waxs") - 8
        data = make_data(b"forged\n")
        end = old.index(RAW)
        return self.made(
            self.sealed.header, old[:end] + data + old[at : at + 109]
        )

    def bare(self):
        """Other data without an envelope."""
        return self.made(self.sealed.header, b"forged\n")

    def unsigned(self):
        """The same data, without the signature."""
        header = self.sealed.header
        return self.made(header, make_envelope(self.data, header))

    def fewer(self):
        """The same payload behind fewer stanzas, with a new MAC."""
        for i in range(len(self.sealed.pairs)):
            pairs = list(self.sealed.pairs)
            del pairs[i]
            header = make_header(pairs, self.key)
            yield header + self.sealed.payload

    def spliced(self):
        """The stanzas of another file before its own payload."""
        pairs = self.sealed.pairs + Sealed(self.other).pairs
        return make_header(pairs, self.key) + self.sealed.payload

    def swapped(self):
        """Only those, so that the MAC is of another file's key."""
        pairs = Sealed(self.other).pairs
        return make_header(pairs, self.key) + self.sealed.payload


# Files of the tools' state.


class Reader:
    """Numbers, little-endian, and bytes of a file."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, n):
        self.at += n
        assert self.at <= len(self.data)
        return self.data[self.at - n : self.at]

    def number(self, n):
        return little(self.bytes(n))

    def numbers(self, *sizes):
        return [self.number(n) for n in sizes]

    def many(self, one):
        return [one() for _ in range(self.number(4))]


class Record:
    """Fields, by name."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


def read_fields(reader, text):
    """Fields as the page writes them: "flags:4 T:32"; names in upper case, and
    those of keys, are bytes."""
    record = Record()
    for word in text.split():
        name, size = word.split(":")
        plain = name.islower() and int(size) <= 8
        take = reader.number if plain else reader.bytes
        setattr(record, name, take(int(size)))
    return record


def read_way(reader):
    way = read_fields(
        reader, "flags:4 epoch:4 n:4 before:4 CK:32 HK:32 next:32"
    )
    way.digest = reader.bytes(32) if way.flags & 2 else None
    assert way.flags < 4
    if not way.flags & 1:
        assert way.epoch == 1 and way.CK == way.HK == bytes(32)
    return way


def read_session(reader):
    s = read_fields(
        reader,
        "serial:4 flags:4 prekey:4 t:8 expires:8 made:8 used:8 touched:8 "
        "sent:8 opened:8 T:32 AD:32 RK:32",
    )
    assert s.flags < 16
    s.sending, s.receiving = read_way(reader), read_way(reader)
    s.seed = s.offer = s.pk = s.E = None
    sending, receiving = s.sending, s.receiving
    heard = receiving.epoch if receiving.flags & 1 else -1
    if sending.flags & 1 and sending.epoch > heard:
        s.seed = reader.bytes(32)
        s.offer = reader.bytes(offer_size(sending.epoch))
    elif receiving.flags & 2:
        s.pk = reader.bytes(1216)
    if s.flags & 1 and not s.flags & 4:
        s.E = reader.bytes(32)
        s.c1, s.c2 = reader.bytes(1120), reader.bytes(1120)
    return s


def read_peer(data):
    reader = Reader(data)
    peer = read_fields(
        reader,
        "version:4 file:8 born:8 changes:8 I:32 R:1216 serials:4 t:8",
    )
    assert peer.version == 1
    lists = (
        "serial:4 epoch:4 n:4 before:4 since:8 HK:32 digest:32",
        "serial:4 epoch:4 n:4 since:8 mk:32",
        "serial:4 epoch:4 n:4 when:8",
    )
    peer.sessions = reader.many(lambda: read_session(reader))
    peer.old, peer.skipped, peer.opened = (
        reader.many(lambda text=text: read_fields(reader, text))
        for text in lists
    )
    assert reader.at == len(data)
    return peer


def read_hellos(data):
    reader = Reader(data)
    assert reader.number(4) == 1
    known = reader.many(lambda: read_fields(reader, "T:32 until:8"))
    spent = reader.many(
        lambda: read_fields(reader, "id:4 until:8 x25519:32 xwing:1216")
    )
    assert reader.at == len(data)
    return known, spent


class Home:
    """A home of the tools, whose identity needs no passphrase."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "identity"), encoding="utf-8") as file:
            line = [x for x in file if not x.startswith("#")][0].strip()
        self.seed = f.unbech32(line.lower())
        self.key = hkdf(self.seed, "wax/v1 state")
        self.key = self.read("state.key")

    def read(self, name):
        return f.open_state(self.folder, name, self.key, self.seed)

    def peer(self, I):
        name = mac(hkdf(self.key, "wax/v1 session peer"), I)[:16].hex()
        path = os.path.join(self.folder, "sessions", "l-" + name)
        with open(path, "rb") as file:
            lock = file.read()
        status = os.stat(os.path.join(self.folder, "sessions", "s-" + name))
        peer = read_peer(self.read("sessions/s-" + name))
        assert peer.file == status.st_ino and peer.I == I
        assert len(lock) == 16 and little(lock[:8]) == peer.changes
        assert little(lock[8:]) == peer.t
        return peer


def same_way(theirs, ours, sends):
    """What the tools send in, we receive in, or the other way round."""
    assert theirs.flags & 1 == (ours.epoch is not None)
    assert theirs.next == ours.next
    if not theirs.flags & 1:
        return
    assert (theirs.epoch, theirs.HK) == (ours.epoch, ours.head)
    if theirs.n == ours.n and theirs.CK != bytes(32) and ours.chain:
        assert theirs.CK == ours.chain
    assert theirs.n >= ours.n if sends else theirs.n <= ours.n


def check_state(folder, device, name):
    home, peer = Home(folder), device.peer(name)
    theirs = home.peer(device.I)
    assert theirs.R == device.R and theirs.t == peer.t
    hellos = {h.T for h in home_hellos(home)}
    known = {s.T: s for s in theirs.sessions}
    for ours in peer.sessions:
        s = known.pop(ours.T)
        assert s.AD == ours.AD and s.t == ours.t
        assert s.flags & 1 != ours.begun
        if not s.flags & 1:
            assert s.T in hellos
        same_way(s.sending, ours.receiving, True)
        same_way(s.receiving, ours.sending, False)
        even = s.sending.n == ours.receiving.n
        if even and s.RK == ours.RK and s.pk:
            assert s.pk == xwing_public(ours.sk)
        print(
            f"session {s.serial}: sending {s.sending.epoch}.{s.sending.n}, "
            f"receiving {s.receiving.epoch}.{s.receiving.n}, "
            f"sent {s.sent}, opened {s.opened}, "
            f"root key {'same' if s.RK == ours.RK else 'other'}"
        )
    assert not known
    skipped = " ".join(f"{k.epoch}.{k.n}" for k in theirs.skipped)
    old = " ".join(f"{k.epoch}:{k.n}" for k in theirs.old)
    opened = " ".join(f"{k.epoch}.{k.n}" for k in theirs.opened)
    print(f"skipped: {skipped}\nold: {old}\nopened: {opened}")


def home_hellos(home):
    if not os.path.exists(os.path.join(home.folder, "hellos")):
        return []
    return read_hellos(home.read("hellos"))[0]


# The known conversation.


class Known(Source):
    """Draws from the stream of a file, which has to be as it is listed."""

    def __init__(self, name, draws, now):
        self.name, self.draws, self.time = name.encode(), draws, now
        self.at, self.got = 0, {}

    def draw(self, size, what):
        first, last = self.at // 32, (self.at + size - 1) // 32
        label = b"wax/v1 vector " + self.name
        blocks = [hash_(label + big(i, 4)) for i in range(first, last + 1)]
        start = self.at % 32
        self.at += size
        data = b"".join(blocks)[start : start + size]
        assert self.draws.pop(0) == (what, data.hex()), what
        return data

    def shuffle(self, pairs):
        return pairs

    def now(self):
        return self.time


class KnownFile:
    """A file of the conversation, and what is said of it."""

    def __init__(self, name):
        self.name, self.sender, self.to = name, None, []
        self.draws, self.sessions, self.lines = [], [], []

    def take(self, word, rest):
        if word == "from":
            self.sender = rest
        elif word == "to":
            self.to.append(rest)
            self.sessions.append({})
        elif word == "draw":
            self.draws.append(tuple(rest.rsplit(" ", 1)))
        elif rest and word != "-----BEGIN" and word != "-----END":
            self.sessions[-1][word] = rest
        elif not rest:
            self.lines.append(word)

    def bytes(self):
        return base64.b64decode("".join(self.lines))


def read_known(path):
    """The time, the devices, and the files."""
    now, devices, files, fields = 0, {}, [], None
    with open(path, encoding="ascii") as file:
        for line in file.read().split("\n"):
            word, _, rest = line.partition(" ")
            if word == "t":
                now = int(rest)
            elif word == "device":
                fields = devices[rest] = {}
            elif word == "file":
                files.append(KnownFile(rest))
            elif files and word:
                files[-1].take(word, rest)
            elif word and word != "#":
                fields[word] = rest
    return now, devices, files


def known_devices(fields):
    devices = {}
    for name, field in fields.items():
        device = devices[name] = Device(name, bytes.fromhex(field["seed"]))
        assert device.I.hex() == field["I"]
        secrets = [bytes.fromhex(field[x]) for x in ("sp", "kp")]
        device.add_prekey(int(field["p"]), *secrets)
    for device in devices.values():
        for other in devices.values():
            if other is not device:
                device.peers[other.I] = Peer(other.I, other.R)
                device.peers[other.I].card = KnownCard(other)
    return devices


class KnownCard:
    """What a caller needs of a card."""

    def __init__(self, device):
        prekey = next(iter(device.prekeys.values()))
        self.name, self.I, self.R = device.name, device.I, device.R
        self.prekey = prekey.number
        self.SP, self.KP = prekey.x_public, prekey.public


# What is opened after each file, by whom: a1 is late.
DELIVERED = {
    "a0": [("bob", "a0")],
    "a1": [],
    "a2": [("bob", "a2")],
    "b0": [("alice", "b0")],
    "a3": [("bob", "a3"), ("bob", "a1")],
    "b1": [("alice", "b1")],
    "d0": [("alice", "d0")],
    "all": [("bob", "all"), ("carol", "all"), ("dave", "all")],
}


def check_file(file, devices):
    sender = devices[file.sender]
    peers = [sender.peer(name) for name in file.to]
    made = sender.seal(b"this is %s\n" % file.name.encode(), peers)
    assert not SOURCE[-1].draws
    assert made == file.bytes(), file.name
    for peer, said in zip(peers, file.sessions):
        session = peer.sessions[-1]
        way = session.sending
        got = session.T, session.AD, session.RK, way.head, way.next, way.chain
        names = ("T", "AD", "RK", "HK", "next", "CK")
        assert said == {n: x.hex() for n, x in zip(names, got)}, file.name


def check_known(path):
    now, fields, files = read_known(path)
    devices = known_devices(fields)
    known = {file.name: file for file in files}
    assert list(known) == list(DELIVERED)
    for file in files:
        SOURCE.append(Known(file.name, file.draws, now))
        check_file(file, devices)
        for name, which in DELIVERED[file.name]:
            data, peer, *_ = devices[name].open(known[which].bytes())
            assert data == b"this is %s\n" % which.encode()
            assert peer.card.name == known[which].sender


def check_examples(path):
    """Those of wax-protocol(7)."""
    page = f.Page(path)

    def shown(start):
        lines = page.one(start)
        return [bytes.fromhex(line.split()[-1]) for line in lines]

    ids, secrets = bytes(range(32)), bytes(range(0x20, 0xC0))
    keys = first_keys([secrets], ids)
    assert shown("RK_0") == keys
    way = Way(None)
    way.chain = keys[1]
    assert shown("mk_0") == [way.message_key(), way.message_key()]
    caller, called = b"\xaa" * 32, b"\xbb" * 32
    session = Session(ids, 0, caller, called, True)
    assert shown("AD") == [session.AD]
    session.RK, session.sending = keys[0], Way(None)
    offer = b"\1" * 1216 + b"\2" * 1120 + b"\3" * 1120
    session.step(session.sending, 1, 0, offer, b"\4" * 32 + b"\5" * 32)
    way = session.sending
    assert shown("RK_1") == [session.RK, way.chain, way.next]
    key = hkdf(ids, "wax/v1 session peer")
    assert shown("2e47c920") == [mac(key, called)[:16]]


# The command line.


def load(folder):
    with open(os.path.join(folder, "state"), "rb") as file:
        return pickle.load(file)


def store(folder, device):
    with open(os.path.join(folder, "state"), "wb") as file:
        pickle.dump(device, file)


def run_new(args):
    device = Device(args.name)
    device.add_prekey(7, os.urandom(32), os.urandom(32))
    os.mkdir(args.dir)
    store(args.dir, device)
    with open(os.path.join(args.dir, "card"), "w", encoding="utf-8") as file:
        file.write(device.card())
    print(f.bech32("wax", device.I))


def run_meet(args):
    device = load(args.dir)
    with open(args.card, encoding="utf-8") as file:
        device.meet(Card(file.read()))
    store(args.dir, device)


def run_seal(args):
    device = load(args.dir)
    file = device.seal(
        sys.stdin.buffer.read(),
        [device.peer(name) for name in args.peers],
        args.sign,
        args.new,
        TWISTS[args.twist](),
        plain=args.plain,
    )
    sys.stdout.buffer.write(file)
    if args.twist == "none":
        store(args.dir, device)


def run_open(args):
    device = load(args.dir)
    data, peer, session, new = device.open(sys.stdin.buffer.read())
    name = peer.card.name if peer.card else f.bech32("wax", peer.I)
    word = "a new session" if new else "the session"
    epoch = session.receiving.epoch
    print(f"{word} with {name}, epoch {epoch}", file=sys.stderr)
    store(args.dir, device)
    sys.stdout.buffer.write(data)


def run_forge(args):
    other = None
    if args.other:
        with open(args.other, "rb") as file:
            other = file.read()
    forger = Forger(load(args.dir), sys.stdin.buffer.read(), other)
    made = getattr(forger, args.how)()
    if args.how == "fewer":
        for i, file in enumerate(made):
            with open(f"fewer.{i}", "wb") as out:
                out.write(file)
    else:
        sys.stdout.buffer.write(made)


def run_state(args):
    check_state(args.home, load(args.dir), args.peer)


def run_vectors(args):
    check_known(args.file)
    print("all is as it says")


def run_examples(args):
    check_examples(args.page)
    print("all is as it says")


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)

    def command(name, run, *words):
        one = commands.add_parser(name)
        one.set_defaults(run=run)
        for word in words:
            one.add_argument(word)
        return one

    command("new", run_new, "dir", "name")
    command("meet", run_meet, "dir", "card")
    sealing = command("seal", run_seal, "dir")
    for flag in "--new", "--sign", "--plain":
        sealing.add_argument(flag, action="store_true")
    sealing.add_argument("--twist", choices=TWISTS, default="none")
    sealing.add_argument("peers", nargs="+")
    command("open", run_open, "dir")
    forging = command("forge", run_forge, "how", "dir")
    forging.add_argument("other", nargs="?")
    command("state", run_state, "home", "dir", "peer")
    command("vectors", run_vectors, "file")
    command("examples", run_examples, "page")
    args = parser.parse_args()
    try:
        args.run(args)
    except Refused as refused:
        print(f"protocol.py: {refused}", file=sys.stderr)
        sys.exit(refused.status)


if __name__ == "__main__":
    main()
