# SPDX-License-Identifier: ISC
"""What the tools do when faults strike: commands, each with what it makes.

The tools are in $WAX_BIN. A command is run in an empty folder, where prepare()
makes what is there before. read() is what is at the target afterwards, others()
what is beside it and should not be."""

import functools
import os
import shutil
import stat
import subprocess
import tempfile

BIN = os.environ.get("WAX_BIN", "")
# Larger than what is read and written at once.
PLAIN = bytes(i * 7 % 251 for i in range(150_000))
OLD = b"what was there before\n"


def tool(name):
    return os.path.join(BIN, name)


def environment(folder):
    env = {k: v for k, v in os.environ.items() if not k.startswith("WAX_")}
    env.update(WAX_HOME=os.path.join(folder, "home", "wax"), LC_ALL="C",
               TMPDIR=folder)
    return env


def run(*argv, env=None, cwd=None):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, env=env, cwd=cwd,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def write_file(path, data):
    with open(path, "wb") as f:
        f.write(data)


class Scenario:
    """A command that makes the file target in an empty folder."""

    target = "out"
    old = None          # what the target holds before
    folder = "."        # where the target is, and may be the only one
    stdout = False      # what it writes there is the target
    mover = "wax-unpack"        # the tool that may be killed amid its moves
    env = {}            # what is in its environment, too
    feed = None         # the file that comes through a pipe, its standard input
    threads = False     # whether it must have some

    def __init__(self, common):
        self.common = common

    def make(self):
        """What of the common folder only this one needs."""

    @staticmethod
    def begins(_name, _args):
        """Whether faults strike from this call on."""
        return True

    def prepare(self, folder):
        if self.old is not None:
            write_file(os.path.join(folder, self.target), self.old)

    def path(self, folder):
        return os.path.join(folder, self.folder, self.target)

    def read(self, folder):
        try:
            with open(self.path(folder), "rb") as f:
                return f.read()
        except FileNotFoundError:
            return None

    def others(self, folder):
        """The names beside the target."""
        try:
            names = os.listdir(os.path.join(folder, self.folder))
        except FileNotFoundError:
            return []
        return sorted(n for n in names if n not in (self.target, "home"))

    def before(self):
        return self.old

    def lost(self, _folder, data):
        """Whether something is lost that was there before."""
        return data is None and self.old is not None

    def is_part(self, _data):
        """Whether the target may be like this when the process that puts it
        there is killed."""
        return False


class Keygen(Scenario):
    argv = ["wax-keygen", "-o", "out"]

    def whole(self, data):
        lines = data.decode("ascii").split("\n")
        public = [l[14:] for l in lines if l.startswith("# public key: ")]
        secret = [l for l in lines if l.startswith("AGE-SECRET-KEY-PQ-1")]
        if len(public) != 1 or lines[-2:] != [*secret, ""] or \
                not all(l.startswith("# ") for l in lines[:-2]):
            return False
        with tempfile.NamedTemporaryFile(dir=self.common) as f:
            f.write(data)
            f.flush()
            p = run(tool("wax-keygen"), "-y", f.name)
            q = run(tool("wax-keygen"), "-w", f.name)
        who = [l[12:] for l in lines if l.startswith("# identity: ")]
        return p.returncode == 0 and q.returncode == 0 and \
            p.stdout.decode() == public[0] + "\n" and \
            who in ([], [q.stdout.decode().strip()])


class KeygenHome(Keygen):
    argv = ["wax-keygen"]
    folder = os.path.join("home", "wax")
    target = "identity"


class Seal(Scenario):
    plain = PLAIN
    check = ()      # what wax-open is to be told

    @property
    def argv(self):
        return ["wax-seal", "-R", self.common + "/pub", "-o", "out",
                self.common + "/plain"]

    def whole(self, data):
        with tempfile.NamedTemporaryFile(dir=self.common) as f:
            f.write(data)
            f.flush()
            p = run(tool("wax-open"), "-i", self.common + "/key", *self.check,
                    f.name)
        return p.returncode == 0 and p.stdout == self.plain


class SealOver(Seal):
    old = OLD

    @property
    def argv(self):
        return super().argv + ["-f"]


class SealSigned(Seal):
    @property
    def check(self):
        with open(self.common + "/who", encoding="ascii") as f:
            return ("--from", f.read().strip())

    @property
    def argv(self):
        return ["wax-seal", "-R", self.common + "/pub", "-o", "out", "-s",
                "-i", self.common + "/key", self.common + "/plain"]


class SealFolder(Seal):
    """Two processes: wax-pack writes what wax-seal seals."""

    @property
    def plain(self):
        with open(self.common + "/tree.tar", "rb") as f:
            return f.read()

    @property
    def argv(self):
        return ["wax-seal", "-R", self.common + "/pub", "-o", "out",
                self.common + "/tree"]


class Open(Scenario):
    @property
    def argv(self):
        return ["wax-open", "-i", self.common + "/key", "-o", "out",
                self.common + "/sealed"]

    def whole(self, data):
        return data == PLAIN


class OpenOver(Open):
    old = OLD

    @property
    def argv(self):
        return super().argv + ["-f"]


class OpenSigned(Open):
    """To standard output, by way of a temporary file in TMPDIR, which is the
    folder itself here."""

    stdout = True

    @property
    def argv(self):
        return ["wax-open", "-i", self.common + "/key",
                self.common + "/signed"]

    def is_part(self, data):
        return PLAIN.startswith(data)


class Pack(Scenario):
    @property
    def argv(self):
        return ["wax-pack", "-o", "out", self.common + "/tree"]

    def whole(self, data):
        with open(self.common + "/tree.pack", "rb") as f:
            return data == f.read()


def snapshot(path):
    """All that is in a folder: the kind, mode, and content of each path."""
    found = {}
    for folder, folders, files in os.walk(path):
        for name in folders + files:
            at = os.path.join(folder, name)
            st = os.lstat(at)
            what = None
            if stat.S_ISLNK(st.st_mode):
                what = os.readlink(at)
            elif stat.S_ISREG(st.st_mode):
                with open(at, "rb") as f:
                    what = (int(st.st_mtime), f.read())
            found[os.path.relpath(at, path)] = (st.st_mode, what)
    return found


def is_fresh(path):
    """A path in the folder that wax-unpack fills."""
    return path.startswith(".wax-")


class UnpackNew(Scenario):
    """A folder that appears."""

    target = "new"

    @property
    def argv(self):
        return ["wax-unpack", "-C", self.target, self.common + "/archive"]

    def read(self, folder):
        try:
            os.lstat(self.path(folder))
        except FileNotFoundError:
            return None
        return snapshot(self.path(folder))

    def whole(self, data):
        return data == snapshot(self.common + "/tree")


def writable(paths):
    """With the folders at the top writable, as they are while they are moved;
    a fault then may leave them so."""
    return {k: (v[0] | 0o200, v[1]) if stat.S_ISDIR(v[0]) and "/" not in k
            else v for k, v in paths.items()}


class UnpackInto(UnpackNew):
    """A folder that holds something else gets more entries."""

    target = "there"
    mine = {"mine": OLD, "my folder/mine, too": OLD}

    def prepare(self, folder):
        for name, data in self.mine.items():
            path = os.path.join(folder, self.target, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write_file(path, data)
            os.utime(path, (0, 0))

    def read(self, folder):
        return {k: v for k, v in super().read(folder).items()
                if not is_fresh(k)}

    def others(self, folder):
        return super().others(folder) + [
            n for n in os.listdir(self.path(folder)) if is_fresh(n)]

    @functools.cache
    def before(self):
        with tempfile.TemporaryDirectory() as folder:
            self.prepare(folder)
            return self.read(folder)

    @functools.cache
    def after(self):
        return {**self.before(), **snapshot(self.common + "/tree")}

    def whole(self, data):
        return writable(data) == writable(self.after())

    def lost(self, folder, data):
        """What is not at its place is in the fresh folder."""
        for fresh in self.others(folder):
            aside = snapshot(os.path.join(self.path(folder), fresh))
            data = {**aside, **{k: v for k, v in data.items()
                                if v == self.before().get(k) or k not in aside}}
        return any(data.get(k) != v for k, v in self.before().items()
                   if not stat.S_ISDIR(v[0]))

    def is_part(self, data):
        """Each entry is as before, or as it is to be."""
        data, before, after = map(writable, (data, self.before(),
                                             self.after()))

        def entry(paths, name):
            return {k: v for k, v in paths.items()
                    if k.split("/")[0] == name}
        return all(entry(data, name) in (entry(before, name),
                                         entry(after, name))
                   for name in {k.split("/")[0] for k in {**data, **after}})


class UnpackOver(UnpackInto):
    """Files and a link are replaced."""

    mine = {"mine": OLD, "large": OLD, "link": OLD, "small": OLD}

    @property
    def argv(self):
        return super().argv + ["-f"]

    def lost(self, folder, data):
        # What was replaced may go when everything is in its place.
        return not self.whole(data) and super().lost(folder, data)


class OpenNew(UnpackNew):
    @property
    def argv(self):
        return ["wax-open", "-i", self.common + "/key", "-C", self.target,
                self.common + "/tree.seal"]


class OpenInto(UnpackInto):
    @property
    def argv(self):
        return ["wax-open", "-i", self.common + "/key", "-C", self.target,
                self.common + "/tree.seal"]


class OpenData(UnpackNew):
    """A file that goes into a new folder, under the name that it has."""

    mover = "wax-open"

    @property
    def argv(self):
        return ["wax-open", "-i", self.common + "/key", "-C", self.target,
                self.common + "/padded"]

    def whole(self, data):
        return [(k, v[1][1]) for k, v in data.items()] == [("plain", PLAIN)]

    def is_part(self, data):
        return not data


SCENARIOS = {
    "keygen": Keygen,
    "keygen-home": KeygenHome,
    "seal": Seal,
    "seal-over": SealOver,
    "seal-signed": SealSigned,
    "seal-folder": SealFolder,
    "open": Open,
    "open-over": OpenOver,
    "open-signed": OpenSigned,
    "open-new": OpenNew,
    "open-into": OpenInto,
    "open-data": OpenData,
    "pack": Pack,
    "unpack-new": UnpackNew,
    "unpack-into": UnpackInto,
    "unpack-over": UnpackOver,
}


def make_tree(tree):
    """A folder of each kind of entry, several at the top."""
    for folder in ("closed", "deep/er", "empty"):
        os.makedirs(os.path.join(tree, folder))
    for name in ("small", "closed/in it", "deep/er/in it", "grün"):
        write_file(os.path.join(tree, name), name.encode())
    write_file(os.path.join(tree, "large"), PLAIN)
    os.symlink("small", tree + "/link")
    os.symlink("../../small", tree + "/deep/er/link")
    os.chmod(tree + "/small", 0o640)
    os.chmod(tree + "/closed", 0o555)
    for folder, _, files in os.walk(tree):
        for name in files:
            os.utime(os.path.join(folder, name), (1e9, 1e9),
                     follow_symlinks=False)


def make_common(folder):
    """The key and the files that all runs read."""
    common = os.path.join(folder, "common")
    os.mkdir(common)
    env = environment(common)

    def make(*argv, to=None, cwd=common):
        p = run(tool(argv[0]), *argv[1:], cwd=cwd, env=env)
        if p.returncode:
            raise SystemExit(f"{argv} exits {p.returncode}: {p.stderr}")
        if to:
            write_file(os.path.join(common, to), p.stdout)

    make("wax-keygen", "-o", "key")
    make("wax-keygen", "-y", "key", to="pub")
    make("wax-keygen", "-w", "key", to="who")
    write_file(common + "/plain", PLAIN)
    make_tree(common + "/tree")
    make("wax-pack", common + "/tree", "--tar", to="tree.tar")
    make("wax-pack", common + "/tree", to="tree.pack")
    # The contents, for several entries at the top.
    make("wax-pack", "-o", "../archive", ".", cwd=common + "/tree")
    make("wax-seal", "-R", "../pub", "-o", "../tree.seal", ".",
         cwd=common + "/tree")
    make("wax-seal", "-R", "pub", "-o", "sealed", "plain")
    make("wax-seal", "-R", "pub", "-o", "signed", "-s", "-i", "key", "plain")
    make("wax-seal", "-R", "pub", "-o", "padded", "--pad", "plain")
    return common


def remove(folder):
    """Removes a folder, closed ones in it, too."""
    if not os.path.lexists(folder):
        return
    for at, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(at, name)
            if not os.path.islink(path):
                os.chmod(path, 0o700)
    shutil.rmtree(folder)
