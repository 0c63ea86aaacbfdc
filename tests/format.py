#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Holds the examples of wax-format(5) against code of its own.

usage: format.py PAGE take           writes the example's sealed file, its
                                     plaintext and identities to files here
       format.py PAGE file <PAYLOAD  checks all that is said of that file
       format.py PAGE keys           checks the keys, the note, the card and the
                                     code, with the X-Wing keys in *.pub that
                                     wax-keygen -y prints; writes the cards
       format.py PAGE state HOME     opens the files of a home with one contact,
                                     bob, and checks what is in them
       format.py PAGE units FOLDER   looks for the values in the unit tests

Ed25519, Ed25519ph, HKDF, Bech32, Padme and XChaCha20-Poly1305 are written down
here once more, so that a mistake would have to be made twice.
"""
import base64
import hashlib
import hmac
import os
import re
import struct
import sys

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493
BASE = (
    0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A,
    4 * pow(5, -1, P) % P,
)
FIRST = bytes(range(32))
SECOND = bytes([255] * 32)
PREKEY = bytes(range(0x40, 0x60))
SCALAR = bytes(range(0x20, 0x40))
NAME = "Zoë Müller+1"
STATE_KEY = bytes(range(0xA0, 0xC0))


def little(data):
    return int.from_bytes(data, "little")


def add(a, b):
    k = D * a[0] * b[0] * a[1] * b[1]
    return (
        (a[0] * b[1] + a[1] * b[0]) * pow(1 + k, -1, P) % P,
        (a[1] * b[1] + a[0] * b[0]) * pow(1 - k, -1, P) % P,
    )


def times(n, a):
    """In projective coordinates, as dividing takes long."""
    x, y, z = 0, 1, 1
    for bit in bin(n)[2:]:
        x, y, z = sum_of(x, y, z, x, y, z)
        if bit == "1":
            x, y, z = sum_of(x, y, z, *a, 1)
    one = pow(z, -1, P)
    return x * one % P, y * one % P


def sum_of(x, y, z, u, v, w):
    """The law of add(), (x / z, y / z) being the point."""
    both, across, along = z * w % P, x * u % P, y * v % P
    k = D * across * along % P
    less, more = both * both - k, both * both + k
    mixed = x * v + y * u
    return (
        both * less * mixed % P,
        both * more * (along + across) % P,
        less * more % P,
    )


def point(data):
    n = little(data)
    y = n & (1 << 255) - 1
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if x * x % P != xx:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == xx
    return (x if x & 1 == n >> 255 else P - x, y)


def packed(a):
    return (a[1] | (a[0] & 1) << 255).to_bytes(32, "little")


def halves(seed):
    """The scalar and the prefix of an Ed25519 seed."""
    h = hashlib.sha512(seed).digest()
    return little(h[:32]) & (1 << 254) - 8 | 1 << 254, h[32:]


def public_of(seed):
    return packed(times(halves(seed)[0], BASE))


PREHASHED = b"SigEd25519 no Ed25519 collisions\1\0"


def sign(seed, data, dom=b""):
    """With dom, PREHASHED, data are the SHA-512 of what is signed."""
    a, prefix = halves(seed)
    r = little(hashlib.sha512(dom + prefix + data).digest()) % ORDER
    first = packed(times(r, BASE))
    k = little(hashlib.sha512(dom + first + public_of(seed) + data).digest())
    return first + ((r + k * a) % ORDER).to_bytes(32, "little")


def pieces(data):
    """The hashes of the MiB of what is sealed, which a signature covers."""
    size = 1 << 20
    return b"".join(
        hashlib.sha256(data[i : i + size]).digest()
        for i in range(0, len(data), size)
    )


def is_signed(public, signature, data, dom=b""):
    k = little(hashlib.sha512(dom + signature[:32] + public + data).digest())
    return times(little(signature[32:]), BASE) == add(
        point(signature[:32]), times(k, point(public))
    )


def x25519_base(scalar):
    """By way of the Edwards curve: u = (1 + y) / (1 - y)."""
    n = little(scalar) & (1 << 254) - 8 | 1 << 254
    y = times(n, BASE)[1]
    return ((1 + y) * pow(1 - y, -1, P) % P).to_bytes(32, "little")


def hkdf(key, info, salt=b"", size=32):
    prk = hmac.digest(salt, key, "sha256")
    info = info.encode() if isinstance(info, str) else info
    out, part = b"", b""
    for i in range(-(-size // 32)):
        part = hmac.digest(prk, part + info + bytes([i + 1]), "sha256")
        out += part
    return out[:size]


LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32(hrp, data):
    n = int.from_bytes(data, "big") << -len(data) * 8 % 5
    size = (len(data) * 8 + 4) // 5
    v = [n >> 5 * i & 31 for i in reversed(range(size))]
    head = [ord(h) >> 5 for h in hrp] + [0] + [ord(h) & 31 for h in hrp]
    c = 1
    for x in head + v + [0] * 6:
        t, c = c >> 25, (c & 0x1FFFFFF) << 5 ^ x
        for i, g in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            c ^= g if t >> i & 1 else 0
    v += [(c ^ 1) >> 5 * i & 31 for i in reversed(range(6))]
    return hrp + "1" + "".join(LETTERS[x] for x in v)


def unbech32(text):
    """The data; that the text is right is checked by making it again."""
    hrp, _, rest = text.rpartition("1")
    n = 0
    for c in rest[:-6]:
        n = n << 5 | LETTERS.index(c)
    bits = 5 * (len(rest) - 6)
    data = (n >> bits % 8).to_bytes(bits // 8, "big")
    assert bech32(hrp, data) == text
    return data


def padme(n):
    e = n.bit_length() - 1
    s = e.bit_length()
    m = 1 << e - s
    return e, s, -(-n // m) * m


def chacha_rounds(words):
    w = list(words)

    def quarter(a, b, c, d):
        steps = (a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)
        for x, y, z, n in steps:
            w[x] = (w[x] + w[y]) & 0xFFFFFFFF
            w[z] ^= w[x]
            w[z] = (w[z] << n | w[z] >> 32 - n) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return w


def chacha_words(key, rest):
    return struct.unpack("<16I", b"expand 32-byte k" + key + rest)


def chacha(key, nonce, data):
    """ChaCha20 from block 1 on, and the key of Poly1305, from block 0."""

    def block(n):
        start = chacha_words(key, struct.pack("<I", n) + nonce)
        return struct.pack(
            "<16I",
            *(
                (a + b) & 0xFFFFFFFF
                for a, b in zip(start, chacha_rounds(start))
            ),
        )

    stream = b"".join(block(1 + i) for i in range((len(data) + 63) // 64))
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(
        stream[: len(data)], "big"
    )
    return mixed.to_bytes(len(data), "big"), block(0)[:32]


def poly1305(one, ad, data):
    text = b"".join(
        x + bytes(-len(x) % 16) for x in (ad, data)
    ) + struct.pack("<QQ", len(ad), len(data))
    r = little(one[:16]) & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    sum_ = 0
    for i in range(0, len(text), 16):
        sum_ = (sum_ + little(text[i : i + 16] + b"\1")) * r % (2**130 - 5)
    tag = (sum_ + little(one[16:32])) & (1 << 128) - 1
    return tag.to_bytes(16, "little")


def aead_seal(key, nonce, ad, data):
    """ChaCha20-Poly1305 (RFC 8439)."""
    sealed, one = chacha(key, nonce, data)
    return sealed + poly1305(one, ad, sealed)


def aead_open(key, nonce, ad, sealed):
    """What is sealed, or None."""
    one = chacha(key, nonce, b"")[1]
    if poly1305(one, ad, sealed[:-16]) != sealed[-16:]:
        return None
    return chacha(key, nonce, sealed[:-16])[0]


def xchacha(key, nonce):
    """The key and the nonce that XChaCha20 has for ChaCha20."""
    w = chacha_rounds(chacha_words(key, nonce[:16]))
    return struct.pack("<8I", *w[:4], *w[12:]), bytes(4) + nonce[16:]


def xchacha_seal(key, nonce, ad, data):
    return aead_seal(*xchacha(key, nonce), ad, data)


def xchacha_open(key, nonce, ad, sealed):
    """XChaCha20-Poly1305: what is sealed, or None."""
    return aead_open(*xchacha(key, nonce), ad, sealed)


class Page:
    """The literal displays of the page, each a list of lines."""

    escapes = {"em": "—", ":e": "ë", ":u": "ü", "dq": '"'}

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.shown = [
            [self.plain(line) for line in d.split("\n")]
            for d in re.findall(
                r"^\.Bd -literal.*?\n(.*?)\n\.Ed$", self.text, re.M | re.S
            )
        ]

    def plain(self, line):
        line = re.sub(
            r"\\\((..)", lambda m: self.escapes.get(m[1], m[0]), line
        )
        return line.replace("\\&", "")

    def one(self, start, **how):
        found = [
            d
            for d in self.shown
            if (d[0] == start if how else d[0].startswith(start))
        ]
        assert len(found) == 1, start
        return found[0]

    def after(self, words):
        """The display that follows a part of the text."""
        assert self.text.count(words) == 1, words
        rest = self.text[self.text.index(words) :]
        found = re.search(
            r"^\.Bd -literal.*?\n(.*?)\n\.Ed$", rest, re.M | re.S
        )
        return [self.plain(line) for line in found[1].split("\n")]


class Sealed:
    """The example of a sealed file."""

    def __init__(self, page):
        self.page = page
        key = page.one("AGE-SECRET-KEY-PQ-1")
        self.reader = "".join(page.one("AGE-SECRET-KEY-1"))
        self.signer = "".join(key[:2])
        self.seed, self.public, self.who = key[2:]
        files = [d for d in page.shown if d[0].startswith("-----BEGIN AGE")]
        self.sealed = "\n".join(max(files, key=len)) + "\n"
        self.parts = [
            bytes.fromhex(" ".join(d))
            for d in page.shown
            if re.match("([0-9a-f]{2} ){15}", d[0])
        ]
        self.plain = b"".join(self.parts)

    def take(self):
        files = {
            "signer": self.signer + "\n",
            "who": self.who,
            "reader": self.reader + "\n",
            "note.seal": self.sealed,
            "second": identity(SECOND) + "\n",
            "prekey": identity(PREKEY) + "\n",
        }
        for name, text in files.items():
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        with open("plain", "wb") as file:
            file.write(self.plain)
        with open("state.key", "wb") as file:
            file.write(bytes.fromhex("".join(self.page.one("77617873"))))

    def check_keys(self):
        assert self.signer == identity(FIRST)
        assert self.seed == hkdf(FIRST, "wax/v1 identity").hex()
        assert self.public == public_of(bytes.fromhex(self.seed)).hex()
        assert self.who == bech32("wax", bytes.fromhex(self.public))

    def check_file(self, payload):
        assert self.plain == payload
        starts = [0, 107, 129, 238, 256]
        for part, at, end in zip(self.parts, starts, starts[1:]):
            assert len(part) == end - at
            assert at == 0 or self.page.text.count(f"at {at}") == 1, at
        m, data, s, pad = self.parts
        for frame in m, s, pad:
            assert frame[:4] == bytes.fromhex("572a4d18")
            assert little(frame[4:8]) == len(frame) - 8
        lines = "\n".join(self.page.one("wax1", exact=True)) + "\n"
        assert m[8:].decode() == lines and self.who in lines
        head = bytes.fromhex("28b52ffd0038")
        size = (13 * 8 + 1).to_bytes(3, "little")
        assert data == head + size + b"meet at nine\n"
        assert s[8:13] == b"waxs\1" and s[13:45].hex() == self.public
        assert not any(pad[8:]) and padme(246)[2] == 256
        self.check_signature(s, m + data)

    def check_signature(self, s, before):
        file = base64.b64decode("".join(self.sealed.split("\n")[1:-2]))
        header = file[: file.index(b"\n", file.index(b"\n---") + 1) + 1]
        signed = b"wax/v1 sealed\0\1" + s[13:45] + header + pieces(before)
        digest = hashlib.sha512(signed).digest()
        assert is_signed(s[13:45], s[45:], digest, PREHASHED)

    def check_lengths(self):
        rows = re.findall(
            r"^\.It (\d+) Ta (\d+) Ta (\d+) Ta (\d+)$", self.page.text, re.M
        )
        assert len(rows) == 8
        for n, *want in rows:
            assert [int(w) for w in want] == list(padme(int(n))), n
        assert padme(999424)[2] < padme(999425)[2] == 1015808
        worst = max(range(2, 20000), key=lambda n: padme(n)[2] / n)
        assert padme(worst)[2] < 1.12 * worst


def identity(seed):
    return bech32("age-secret-key-pq-", seed).upper()


def recipient(name):
    """What wax-keygen -y has printed: the text, and its 1216 bytes."""
    with open(name + ".pub", encoding="ascii") as file:
        text = file.read().rstrip("\n")
    data = unbech32(text)
    assert len(data) == 1216
    return text, data


def minisign(seed):
    """The seed of the signatures, the key's id, and the key as text."""
    secret = hkdf(seed, "wax/v1 minisign")
    public = public_of(secret)
    number = hashlib.sha256(b"wax/v1 minisign id" + public).digest()[:8]
    text = base64.b64encode(b"Ed" + number + public).decode()
    return secret, number, text


def note(seed, name, text):
    secret = hkdf(seed, "wax/v1 identity")
    for space in " +":
        name = name.replace(space, "-")
    number = hashlib.sha256(name.encode() + b"\n\1" + public_of(secret))
    blob = number.digest()[:4] + sign(secret, text.encode())
    return f"{text}\n— {name} {base64.b64encode(blob).decode()}\n"


def card(seed, pub, name, days):
    """A card with the known prekey."""
    who = bech32("wax", public_of(hkdf(seed, "wax/v1 identity")))
    keys = [x25519_base(SCALAR), recipient("prekey")[1]]
    keys = [base64.b64encode(k).decode().rstrip("=") for k in keys]
    lines = (
        "wax/card/v1",
        f"name {name}",
        f"identity {who}",
        f"recipient {recipient(pub)[0]}",
        f"minisign {minisign(seed)[2]}",
        f"prekey {0x12345678} {keys[0]} {keys[1]}",
        f"issued {days[0]}T10:00:00Z",
        f"expires {days[1]}T10:00:00Z",
    )
    return note(seed, name, "\n".join(lines) + "\n")


def half_code(seed, pub):
    key = public_of(hkdf(seed, "wax/v1 identity"))
    data = hashlib.sha512(b"wax/v1 code" + key + recipient(pub)[1]).digest()
    return " ".join(
        "%05d" % (int.from_bytes(data[i : i + 5], "big") % 100000)
        for i in range(0, 30, 5)
    )


def fits(shown, want):
    """Whether lines are those wanted, where ... stands for anything."""
    pattern = re.escape("\n".join(shown)).replace(r"\.\.\.", ".*")
    return re.fullmatch(pattern, want.rstrip("\n"))


KNOWN_DAYS = "2026-11-23", "2026-12-23"


def check_keys(page):
    sealed = Sealed(page)
    sealed.check_keys()
    text = recipient("signer")[0]
    shown = page.after(".Ss Keys")
    assert fits(shown[:1], text) and len(shown[0]) > 60
    assert shown[1:] == [
        hashlib.sha256(text.encode()).hexdigest(),
        minisign(FIRST)[0].hex(),
        hkdf(FIRST, "wax/v1 state").hex(),
        bech32("wax", public_of(hkdf(SECOND, "wax/v1 identity"))),
    ]
    assert page.one("RW") == [minisign(FIRST)[2]]
    check_minisign(page.one("untrusted comment: signature of"))
    want = note(FIRST, "Zoë", "wax/test/v1\nhello\n")
    assert "\n".join(page.after(".Ss A note")) + "\n" == want
    check_card(page)
    codes = sorted((half_code(FIRST, "signer"), half_code(SECOND, "second")))
    shown = page.after(".Ss A verification code")
    assert shown == [half_code(FIRST, "signer"), half_code(SECOND, "second")]
    with open("code", "w", encoding="ascii") as file:
        file.write(" ".join(codes) + "\n")


def check_minisign(lines):
    secret, number, _ = minisign(FIRST)
    blob = base64.b64decode(lines[1])
    assert blob[:10] == b"ED" + number
    digest = hashlib.blake2b(b"hello\n").digest()
    assert blob[10:] == sign(secret, digest)
    comment = lines[2].removeprefix("trusted comment: ").encode()
    both = sign(secret, blob[10:] + comment)
    assert lines[3] == base64.b64encode(both).decode()
    with open("hello.minisig", "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


def check_card(page):
    text = card(FIRST, "signer", NAME, KNOWN_DAYS)
    assert fits(page.after(".Ss A card"), text)
    size = len(text.encode())
    shown = page.after(f"\nIt has {size} bytes; their SHA-256 is")
    assert shown == [hashlib.sha256(text.encode()).hexdigest()]
    days = "2020-01-01", "2020-01-31"
    cards = {
        "known.card": text,
        "first.card": card(FIRST, "signer", "Zoë", days),
        "second.card": card(SECOND, "second", "Bob", days),
    }
    for name, content in cards.items():
        with open(name, "w", encoding="utf-8") as file:
            file.write(content)


def open_state(home, name, key, seed=FIRST):
    with open(os.path.join(home, name), "rb") as file:
        data = file.read()
    head = b"waxstate\1"
    assert data.startswith(head)
    owner = public_of(hkdf(seed, "wax/v1 identity"))
    ad = head + name.encode() + b"\0" + owner
    data = xchacha_open(key, data[9:33], ad, data[33:])
    assert data is not None, name
    return data


def hidden(kind, text):
    key = hkdf(STATE_KEY, "wax/v1 contact " + kind)
    return hmac.digest(key, text.encode(), "sha256")[:16].hex()


def check_state(page, home):
    key = open_state(home, "state.key", hkdf(FIRST, "wax/v1 state"))
    assert key == STATE_KEY
    who = bech32("wax", public_of(hkdf(SECOND, "wax/v1 identity")))
    links = ["n-" + hidden("name", "bob"), "i-" + hidden("identity", who)]
    assert page.after("contact named bob") == links
    folder = os.path.join(home, "contacts")
    names = sorted(os.listdir(folder))
    assert len(names) == 3 and re.fullmatch("c-[0-9a-f]{32}", names[0])
    assert names[1:] == sorted(links)
    for name in links:
        assert os.readlink(os.path.join(folder, name)) == names[0]
    data = open_state(home, "contacts/" + names[0], STATE_KEY)
    assert data[:15] == struct.pack("<II", 1, 3) + b"bob" + b"\1\0\0\0"
    added, verified, size = struct.unpack("<qqI", data[15:35])
    assert added > 1700000000 and verified >= added
    with open("second.card", "rb") as file:
        assert file.read() == data[35:]
    assert len(data) == 35 + size


def check_units(page, folder):
    """The tests in C say the same; their strings are put together here."""

    def strings(name):
        with open(os.path.join(folder, name), encoding="ascii") as file:
            text = re.sub(r'"[\s\\]*"', "", file.read())
        text = text.replace("\\n", "\n")
        return re.sub(
            r"((?:\\x[0-9a-f]{2})+)",
            lambda m: bytes.fromhex(m[1].replace("\\x", "")).decode(
                errors="replace"
            ),
            text,
        )

    with open("known.card", encoding="utf-8") as file:
        assert file.read() in strings("known.c")
    assert page.after(".Ss A note")[3].split()[2] in strings("t-note.c")
    state = strings("t-state.c")
    for value in page.after(".Ss Keys")[2:4]:
        assert value in state
    assert "".join(page.one("77617873")) in state
    for value in page.one("untrusted comment: signature of")[1::2]:
        assert value in strings("t-minisign.c"), value


def main(path, what, folder=None):
    page = Page(path)
    if what == "take":
        Sealed(page).take()
        return
    if what == "file":
        sealed = Sealed(page)
        sealed.check_keys()
        sealed.check_file(sys.stdin.buffer.read())
        sealed.check_lengths()
    elif what == "keys":
        check_keys(page)
    elif what == "state":
        check_state(page, folder)
    elif what == "units":
        check_units(page, folder)
    else:
        sys.exit(__doc__)
    print("all is as it says")


if __name__ == "__main__":
    main(*sys.argv[1:])
