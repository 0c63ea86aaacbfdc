#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes tar archives that no honest program would, block by block.

usage: tarcraft.py hostile DIR OUTSIDE
                                    archives that are to be refused, each as
                                    NAME.tar and, in an envelope, NAME.env; a
                                    line for each: its name, who refuses it (all
                                    or unpack, which -t cannot see), the reason;
                                    absolute names are of files in OUTSIDE
       tarcraft.py honest DIR       archives that are odd, and to be unpacked
       tarcraft.py count N          an archive of N empty files, all of one name
"""
import bz2
import gzip
import io
import lzma
import os
import sys
import zipfile

MIB = 1 << 20
TIB = 1 << 40
END = bytes(1024)


def octal(n, width):
    return b"%0*o\0" % (width - 1, n)


def binary(n, width):
    """A number in GNU's base 256."""
    number = (n & ((1 << (8 * width)) - 1)).to_bytes(width, "big")
    return bytes([number[0] | 0x80]) + number[1:]


def checked(block):
    total = sum(block[:148]) + sum(block[156:]) + 8 * 32
    return block[:148] + b"%06o\0 " % total + block[156:]


# pylint: disable=too-many-arguments
def header(name, kind=b"0", size=0, link=b"", mode=b"0000644\0", mtime=1,
           magic=b"ustar\00000", prefix=b"", owner=b"", rest=b""):
    """A header; sizes and times are numbers, or bytes as they are to be."""
    block = name[:100].ljust(100, b"\0") + mode
    block += octal(1234, 8) * 2
    block += size if isinstance(size, bytes) else octal(size, 12)
    block += mtime if isinstance(mtime, bytes) else octal(mtime, 12)
    block += bytes(8) + kind + link[:100].ljust(100, b"\0") + magic
    block += owner.ljust(32, b"\0") * 2 + octal(1, 8) + octal(3, 8)
    block += prefix[:155].ljust(155, b"\0")
    block = (block[:512 - len(rest)] if rest else block) + rest
    return checked(block.ljust(512, b"\0"))


def padded(data):
    return data + bytes(-len(data) % 512)


def file(name, data=b"evil\n", **fields):
    fields.setdefault("size", len(data))
    return header(name, **fields) + padded(data)


def folder(name, **fields):
    return header(name, b"5", mode=b"0000755\0", **fields)


def link(name, target, kind=b"2", **fields):
    return header(name, kind, link=target, **fields)


def gnu(kind, text):
    """A long name or target, for the entry behind it."""
    return file(b"././@LongLink", text + b"\0", kind=kind,
                magic=b"ustar  \0")


def record(key, value):
    body = b" " + key + b"=" + value + b"\n"
    n = len(body)
    while len(b"%d" % n) + len(body) != n:
        n = len(b"%d" % n) + len(body)
    return b"%d" % n + body


def pax(*records, kind=b"x"):
    """Records as (key, value), or as the bytes that stand there."""
    data = b"".join(r if isinstance(r, bytes) else record(*r)
                    for r in records)
    return file(b"PaxHeaders/x", data, kind=kind)


def long(name, entry=None):
    """A file with any name, the two ways there are."""
    return ((gnu(b"L", name) + (entry or file(b"short"))),
            (pax((b"path", name)) + (entry or file(b"short"))))


# zstd, by hand: a frame of raw and of repeated bytes.

def zstd_head(window_log=17):
    return b"\x28\xb5\x2f\xfd\x00" + bytes([(window_log - 10) << 3])


def zstd_block(kind, size, data, last=False):
    return (int(last) | kind << 1 | size << 3).to_bytes(3, "little") + data


def zstd(data, window_log=17, zeros=0):
    """A frame of data and then so many zeros."""
    step = 1 << 17
    out = [zstd_head(window_log)]
    for at in range(0, len(data), step):
        piece = data[at:at + step]
        out.append(zstd_block(0, len(piece), piece))
    out.append(zstd_block(1, step, b"\0") * (zeros // step))
    return b"".join(out) + zstd_block(0, 0, b"", True)


def envelope(data):
    meta = b"wax1\nkind archive\n"
    if data[:4] != zstd_head()[:4]:
        data = zstd(data)
    return (0x184D2A57).to_bytes(4, "little") + \
        len(meta).to_bytes(4, "little") + meta + data


OUT = "the name leads out of the folder"
TEXT = "the name has control characters or is not UTF-8"
LONG = "the name is too long"
DEEP = "it is nested too deep"
NONE = "it has no name"
TWICE = "it is there twice"
LINK = "the link leads out of the folder"
TARGET = "the link's target is no name"
HARD = "it is a hard link"
DEVICE = "it is a device"
BITS = "it has a set-user-ID or set-group-ID bit"
GROWS = "grows to more than 1000 times its size"
CUT = "the archive is cut short"
FOLLOWS = "something follows the archive"
BAD = "bad tar data"
OTHER = "this is no tar archive"


def names(outside):
    for n, name in enumerate((b"../evil", b"..", b"a/../evil", b"a/..",
                              b"./../evil", b"a/./../../evil", b"a//..//b")):
        yield f"dots-{n}", file(name), OUT
    yield "dots-folder", folder(b"../evil/"), OUT
    yield "dots-link", link(b"../evil", b"x"), OUT
    yield "dots-gnu", long(b"../evil")[0], OUT
    yield "dots-pax", long(b"../evil")[1], OUT
    yield "dots-prefix", file(b"evil", prefix=b".."), OUT
    yield "dots-prefix-middle", file(b"../../evil", prefix=b"a/b"), OUT
    for n, name in enumerate((b"/evil", b"//evil", b"/./evil")):
        name = outside + name
        yield f"absolute-{n}", file(name), "the name is absolute"
    yield "absolute-root", file(b"/"), "the name is absolute"
    yield "absolute-folder", folder(outside + b"/e/"), "the name is absolute"
    yield "absolute-prefix", file(b"evil", prefix=outside), \
        "the name is absolute"
    yield "absolute-pax", long(outside + b"/evil")[1], "the name is absolute"
    for n, name in enumerate((b"", b".", b"./.")):
        yield f"nameless-{n}", file(name), NONE
    yield "nameless-link", link(b".", b"x"), NONE
    # As a terminal, a list in lines or a reader from right to left takes it.
    bad = [b"a\x1b[2Jb", b"a\x1b]0;evil\x07", b"a\nb", b"a\rb", b"a\tb",
           b"a\x01", b"a\x7f", b"a\xc2\x9b2J", b"a\xe2\x80\xaegpj.exe",
           b"a\xe2\x81\xa6b", b"a\xe2\x80\x8fb", b"a\xd8\x9cb",
           b"a\xe2\x80\xa8b", b"a\xff", b"a\xc0\x80", b"a\xc0\xafb",
           b"a\xed\xa0\x80", b"a\xf4\x90\x80\x80", b"a\xe2\x82", b"a\x80b",
           b"a\xe9", b"a\xf8\x88\x80\x80\x80"]
    for n, name in enumerate(bad):
        yield f"text-ustar-{n}", file(name), TEXT
        if n not in (0, 2, 8, 13, 17):
            continue
        yield f"text-gnu-{n}", long(name)[0], TEXT
        # What is not UTF-8 in a pax header, libarchive refuses before us.
        yield f"text-pax-{n}", long(name)[1], TEXT if n < 13 else BAD
        yield f"text-binary-{n}", pax(
            (b"hdrcharset", b"BINARY"), (b"path", name)) + file(b"s"), TEXT
    yield "text-folder", folder(b"a\x1b[2Jb/"), TEXT
    yield "text-above", file(b"a\nb/c"), TEXT
    for n, entry in enumerate(long(b"x" * 5000)):
        yield f"long-{n}", entry, LONG
    for n, entry in enumerate(long(b"x/" * 2500 + b"x")):
        yield f"long-path-{n}", entry, LONG
    for n, entry in enumerate(long(b"a/" + b"x" * 300 + b"/b")):
        yield f"long-part-{n}", entry, LONG
    for n, entry in enumerate(long(b"a/" * 2000 + b"b")):
        yield f"deep-{n}", entry, DEEP
    for n, entry in enumerate(long(b"a/" * 256 + b"b")):
        yield f"deep-by-one-{n}", entry, DEEP


def links(outside):
    yield "link-there", link(b"l", outside) + file(b"l/evil"), LINK
    yield "link-absolute", link(b"l", b"/etc"), LINK
    for n, (name, to) in enumerate((
            (b"l", b".."), (b"l", b"../x"), (b"l", b"./../x"), (b"l", b"a/.."),
            (b"l", b"a/../.."), (b"l", b"a/../x"), (b"l", b"../../../etc"),
            (b"d/l", b"../.."), (b"d/l", b"../../x"), (b"d/l", b".././../x"),
            (b"d/l", b"..//../x"), (b"d/l", b"../d/../.."),
            (b"d/e/l", b"../../../x"))):
        yield f"link-out-{n}", link(name, to), LINK
    # One that is inside, and one that leads out of what it leads to.
    yield "link-chain", folder(b"d/e/") + link(b"l", b"d/e") + \
        link(b"m", b"l/../.."), LINK
    yield "link-gnu", gnu(b"K", b"../x") + link(b"l", b"short"), LINK
    yield "link-pax", pax((b"linkpath", b"/x")) + link(b"l", b"short"), LINK
    yield "link-empty", link(b"l", b""), TARGET
    yield "link-text", link(b"l", b"a\x1b[2J"), TARGET
    yield "link-not-utf8", link(b"l", b"a\xff"), TARGET
    yield "link-long", gnu(b"K", b"x" * 5000) + link(b"l", b"s"), TARGET
    yield "link-pax-not-utf8", pax((b"linkpath", b"a\xff")) + \
        link(b"l", b"short"), BAD
    for n, to in enumerate((b"good", b"../good", b"/etc/passwd", b"l",
                            b"missing")):
        yield f"hard-{n}", link(b"l", to, b"1"), HARD
    yield "hard-data", file(b"l", kind=b"1", link=b"good"), HARD
    yield "hard-pax", pax((b"linkpath", b"/etc/passwd")) + \
        link(b"l", b"good", b"1"), HARD
    # libarchive takes these for anything; that they are refused is enough.
    yield "hard-empty", link(b"l", b"", b"1"), ""
    yield "hard-not-utf8", pax((b"hdrcharset", b"BINARY"),
                               (b"linkpath", b"a\xff")) + \
        file(b"l", kind=b"1", link=b"good"), HARD


def kinds(_):
    yield "char-device", header(b"d", b"3"), DEVICE
    yield "block-device", header(b"d", b"4"), DEVICE
    yield "fifo", header(b"d", b"6"), "it is a FIFO"
    yield "fifo-terminal", header(b"d\x1b[2J", b"6"), TEXT
    yield "setuid", file(b"f", mode=b"0004755\0"), BITS
    yield "setgid", file(b"f", mode=b"0002755\0"), BITS
    yield "setuid-binary", file(b"f", mode=binary(0o4755, 8)), BITS
    yield "setgid-folder", header(b"f/", b"5", mode=b"0002755\0"), BITS


def twice(_):
    """What only the folder can tell, as it takes no memory."""
    f, d = file(b"e"), folder(b"e/")
    sym = link(b"e", b"good")
    yield "twice-file", f + f, TWICE
    yield "twice-spelled", f + file(b".//e"), TWICE
    yield "twice-below", file(b"d/e") + file(b"d/x") + file(b"d/e"), TWICE
    yield "twice-folder-file", d + f, TWICE
    yield "twice-file-folder", f + d, "'e' is there already, and no folder"
    yield "twice-file-below", f + file(b"e/x"), \
        "'e' is there already, and no folder"
    yield "twice-link", sym + sym, TWICE
    yield "twice-link-file", sym + f, TWICE
    yield "twice-file-link", f + sym, TWICE
    yield "twice-folder-link", d + sym, TWICE
    yield "link-through", folder(b"d/") + link(b"e", b"d") + file(b"e/x"), \
        "'e' is there already, and no folder"
    yield "link-through-folder", folder(b"d/") + link(b"e", b"d") + \
        folder(b"e/x/"), "'e' is there already, and no folder"
    yield "link-through-link", folder(b"d/") + link(b"e", b"d") + \
        link(b"e/l", b"x"), "'e' is there already, and no folder"
    yield "link-as-folder", folder(b"d/") + link(b"e", b"d") + d, \
        "'e' is there already, and no folder"
    yield "link-dangling", link(b"e", b"new") + f, TWICE


def gnu_sparse(size, at, data=b"evil\n", used=None):
    """GNU's oldest form: a map of one piece in the header itself."""
    tail = bytes(41) + octal(at, 12) + octal(len(data), 12) + bytes(72) + \
        bytes(1) + (octal(size, 12) if size < TIB // 16 else
                    binary(size, 12)) + bytes(17)
    return file(b"s", data, kind=b"S", magic=b"ustar  \0", rest=tail,
                size=len(data) if used is None else used)


def sizes(_):
    key = b"GNU.sparse."
    yield "sparse-gnu", gnu_sparse(TIB // 2, 0), GROWS
    yield "sparse-gnu-large", gnu_sparse(2 * TIB, 0), \
        f"the files are larger than {TIB} bytes"
    yield "sparse-gnu-beyond", gnu_sparse(10, 1 << 30), "more data than it says"
    yield "sparse-0.0", pax(
        (key + b"size", b"%d" % (TIB // 2)), (key + b"numblocks", b"1"),
        (key + b"offset", b"0"), (key + b"numbytes", b"5")) + file(b"s"), GROWS
    yield "sparse-0.1", pax(
        (key + b"size", b"%d" % (TIB // 2)), (key + b"numblocks", b"1"),
        (key + b"map", b"0,5")) + file(b"s"), GROWS
    yield "sparse-1.0", pax(
        (key + b"major", b"1"), (key + b"minor", b"0"),
        (key + b"name", b"s"), (key + b"realsize", b"%d" % (TIB // 2))) + \
        file(b"x", padded(b"1\n0\n5\n") + b"evil\n"), GROWS
    yield "sparse-1.0-name", pax(
        (key + b"major", b"1"), (key + b"minor", b"0"),
        (key + b"name", b"../s"), (key + b"realsize", b"5")) + \
        file(b"x", padded(b"1\n0\n5\n") + b"evil\n"), OUT
    yield "sparse-map", pax(
        (key + b"major", b"1"), (key + b"minor", b"0"),
        (key + b"realsize", b"5")) + \
        file(b"x", padded(b"9999999999999999999\n") + b"evil\n"), BAD
    yield "size-large", header(b"f", size=binary(1 << 50, 12)), \
        f"the files are larger than {TIB} bytes"
    yield "size-pax-large", pax((b"size", b"%d" % (1 << 50))) + file(b"f"), \
        f"the files are larger than {TIB} bytes"
    yield "size-negative", header(b"f", size=binary(-512, 12)), BAD
    yield "size-pax-negative", pax((b"size", b"-512")) + file(b"f"), ""
    yield "size-pax-overflow", pax((b"size", b"9" * 30)) + file(b"f"), ""
    yield "size-binary-overflow", header(b"f", size=b"\xbf" + b"\xff" * 11), ""
    yield "pax-huge", file(b"x", b"", kind=b"x", size=1 << 30), BAD
    yield "pax-no-number", pax(b"path=evil\n") + file(b"f"), BAD
    yield "pax-zero", pax(b"0 path=evil\n") + file(b"f"), BAD
    yield "pax-beyond", pax(b"999 path=evil\n") + file(b"f"), BAD
    yield "pax-number-overflow", pax(b"9" * 30 + b" path=e\n") + file(b"f"), BAD
    yield "pax-no-value", pax(b"8 path\n\n") + file(b"f"), BAD
    yield "gnu-huge", file(b"x", b"", kind=b"L", size=1 << 30), BAD
    yield "special-many", gnu(b"L", b"x") * 100 + file(b"f"), BAD
    yield "checksum", b"X" + file(b"f")[1:], BAD


def whole():
    """Archives that are wrong in their end, or as a whole."""
    good = file(b"good", b"good\n")
    yield "end-missing", good, CUT
    yield "end-one-block", good + bytes(512), CUT
    yield "end-then-text", good + END + b"evil", FOLLOWS
    yield "end-then-late-text", good + END + bytes(MIB) + b"evil", FOLLOWS
    yield "end-twice", (good + END) * 2, FOLLOWS
    yield "end-one-block-then-entry", good + bytes(512) + good + END, FOLLOWS
    yield "end-one-block-then-text", bytes(512) + b"evil" + bytes(MIB), FOLLOWS
    yield "end-only-one-block", bytes(512), CUT
    yield "nothing", b"", "it is empty"
    yield "text", b"This is no archive.\n" * 100, OTHER
    yield "other-gzip", gzip.compress(good + END), OTHER
    yield "other-xz", lzma.compress(good + END), OTHER
    yield "other-bzip2", bz2.compress(good + END), OTHER
    yield "other-gzip-in-zstd", zstd(gzip.compress(good + END)), OTHER
    yield "other-zstd-in-zstd", zstd(zstd(good + END)), OTHER
    # Filters that run a program, by what they begin with.
    yield "other-lrzip", b"LRZI\0\6" + bytes(1024), OTHER
    yield "other-lzop", b"\x89LZO\0\r\n\x1a\n" + bytes(1024), OTHER
    yield "other-grzip", b"GRZipII\0\2\4:)" + bytes(1024), OTHER
    yield "other-compress", b"\x1f\x9d\x90" + bytes(1024), OTHER
    yield "other-uu", b"begin 644 evil\n#979I\n`\nend\n" * 20, OTHER
    yield "other-rpm", b"\xed\xab\xee\xdb\3" + bytes(1024), OTHER
    yield "other-7z", b"7z\xbc\xaf\x27\x1c\0\4" + bytes(1024), OTHER
    yield "other-ar", b"!<arch>\n" + b"evil/".ljust(16) + b"0".ljust(12) + \
        b"0".ljust(6) * 2 + b"644".ljust(8) + b"5".ljust(10) + b"`\nevil\n", OTHER
    yield "other-mtree", b"#mtree\nevil type=file mode=644\n" * 20, OTHER
    yield "other-cpio", cpio(b"evil", b"evil\n") + cpio(b"TRAILER!!!", b""), OTHER
    yield "other-warc", b"WARC/1.0\r\nWARC-Type: x\r\n\r\n" * 20, OTHER
    yield "other-iso", bytes(32768) + b"\1CD001\1\0" + bytes(4096), FOLLOWS
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("evil", "evil")
        yield "other-zip", out.getvalue(), OTHER


def cpio(name, data):
    fields = [1, 0o100644, 0, 0, 1, 1, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    out = b"070701" + b"".join(b"%08X" % f for f in fields) + name + b"\0"
    out += bytes(-len(out) % 4) + data
    return out + bytes(-len(out) % 4)


def compressed():
    good = file(b"good", b"good\n")
    large = header(b"f", size=binary(10 << 30, 12))
    yield "bomb-file", zstd(good + large, zeros=10 << 30), GROWS
    yield "bomb-skipped", zstd(
        good + folder(b"f/", size=binary(10 << 30, 12)), zeros=10 << 30), GROWS
    yield "bomb-behind", zstd(good + END, zeros=10 << 30), GROWS
    yield "window", zstd(good + END, 24), "a window above 8 MiB"
    yield "window-huge", zstd(good + END, 41), "a window above 8 MiB"
    yield "window-single", b"\x28\xb5\x2f\xfd\xa0" + \
        (16 * MIB).to_bytes(4, "little") + \
        zstd_block(0, 1536, good + END[:512]), "a window above 8 MiB"
    yield "dictionary", b"\x28\xb5\x2f\xfd\x01\x38\x07" + \
        zstd_block(0, 2048, good + END, True), "dictionary"
    yield "frame-then-text", zstd(good + END) + b"evil", \
        "something that is not zstd's follows"
    yield "frame-cut", zstd(good + END)[:-1], "the zstd data are cut short"
    yield "frame-half", zstd(good + END)[:1200], "the zstd data are cut short"


def hostile(outside):
    """Yields name, archive, who refuses, reason."""
    good = file(b"good", b"good\n") + folder(b"dir/") + \
        file(b"dir/good", b"good\n")
    for part in (names, links, kinds, sizes):
        for name, entry, why in part(outside):
            yield name, good + entry + file(b"more") + END, "all", why
    for name, entry, why in twice(outside):
        yield name, good + entry + file(b"more") + END, "unpack", why
    for part in (whole, compressed):
        for name, data, why in part():
            yield name, data, "all", why


def honest():
    """Yields name, archive. Each makes one file, of 5 bytes."""
    yield "v7", file(b"f", magic=bytes(8))
    yield "gnu", file(b"f", magic=b"ustar  \0")
    yield "global", pax((b"comment", b"0123456789abcdef"), kind=b"g") + \
        file(b"f")
    yield "global-path", pax((b"path", b"../evil"), kind=b"g") + file(b"f")
    yield "contiguous", file(b"f", kind=b"7")
    yield "old-kind", file(b"f", kind=b"\0")
    yield "hdrcharset", pax((b"hdrcharset", b"BINARY"),
                            (b"path", b"f")) + file(b"x")
    yield "xattr", pax((b"SCHILY.xattr.user.evil", b"1"),
                       (b"LIBARCHIVE.xattr.user.evil", b"MQ"),
                       (b"SCHILY.fflags", b"uchg,nodump"),
                       (b"SCHILY.acl.access", b"user::rwx,user:nobody:rwx:1"),
                       (b"uname", b"nobody"), (b"uid", b"65534")) + file(b"f")
    yield "unknown-key", pax((b"EVIL.path", b"../evil")) + file(b"f")
    yield "mtime-odd", pax((b"mtime", b"-1.999999999999")) + file(b"f")
    yield "mtime-huge", file(b"f", mtime=binary((1 << 62), 12))
    yield "mtime-negative", file(b"f", mtime=binary(-(1 << 62), 12))
    yield "sparse", pax(
        (b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"),
        (b"GNU.sparse.name", b"f"), (b"GNU.sparse.realsize", b"5")) + \
        file(b"x", padded(b"1\n0\n5\n") + b"evil\n")
    yield "dots", file(b"././/f")
    yield "root", folder(b"./") + file(b"./f")
    # A name ends at a NUL, whatever is behind it.
    yield "nul-ustar", file(b"f\0/../../evil")
    yield "nul-gnu", long(b"f\0/../../evil")[0]
    yield "nul-pax", long(b"f\0/../../evil")[1]
    yield "record", file(b"f") + bytes(9216)


def put(path, data):
    with open(path, "wb") as out:
        out.write(data)


def main():
    verb, *args = sys.argv[1:]
    if verb == "hostile":
        for name, data, who, why in hostile(os.fsencode(args[1])):
            put(f"{args[0]}/{name}.tar", data)
            # Of what an envelope holds, frames are its own.
            put(f"{args[0]}/{name}.env", envelope(
                zstd(data) if name == "other-zstd-in-zstd" else data))
            print(name, who, why, sep="\t")
    elif verb == "honest":
        for name, data in honest():
            put(f"{args[0]}/{name}.tar", data + END)
    elif verb == "count":
        for _ in range(int(args[0]) // 1000):
            sys.stdout.buffer.write(file(b"f", b"") * 1000)
        sys.stdout.buffer.write(file(b"f", b"") * (int(args[0]) % 1000))
        sys.stdout.buffer.write(END)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
