# SPDX-License-Identifier: ISC
"""The address books that faults strike: whom they hold, what is done to them,
and whether all that reads one gets along with what is there.

A state says who is in a book: names, and for each the devices, in order, as
(person, card, whether verified). Each person has a home of their own in the
common folder, and each device is a person here."""

import hashlib
import json
import os
import re
import shutil
import stat
import time

from scenarios import environment, run, tool, write_file

PEOPLE = ("ann", "bob", "bob2", "cy", "dan", "eve")
ANN = {"Ann": (("ann", "card", False),)}
BOTH = {**ANN, "Bob": (("bob", "card", True), ("bob2", "card", False))}
CARDS = {n.title(): ((n, "card", False),) for n in ("cy", "dan", "eve")}
TEXT = b"from a friend\n"


class Change:
    """A command that makes one state of another. again is its exit status when
    it was done already; book is a home that is in the first state."""

    def __init__(self, argv, before, after, again=0, book=None):
        self.argv, self.before, self.after = argv, before, after
        self.again, self.book = again, book or ("both" if before else "me")
        self.states = [before, after]

    def allows(self, state, _done):
        return state in self.states


class AddAll(Change):
    """Many cards: a killed process has added the first of them, and one that
    cannot read some says which it has skipped."""

    def __init__(self, argv, before, new):
        super().__init__(argv, before, {**before, **new})
        names = list(new)
        self.states = [{**before, **{n: new[n] for n in names[:i]}}
                       for i in range(len(names) + 1)]

    def allows(self, state, done):
        skipped = re.findall(rb"skipped: '[^']*/(\w+)\.card'", done.said)
        names = [n.decode().title() for n in skipped]
        return any(state == {k: v for k, v in s.items() if k not in names}
                   for s in self.states)


def without(state, *names):
    return {k: v for k, v in state.items() if k not in names}


# With links that killed processes have left: of what is now Anna's name, and
# of Cy, who is gone.
STRAY = {**without(BOTH, "Ann"), "Anna": ANN["Ann"]}
# Who has called, and has a name since.
NO_CARD = {"Cy": (("cy", None, False),)}
VERIFIED = {"Ann": (("ann", "card", True),)}
CHANGES = {
    "first": Change(["add", "Cy", "cy.card"], {}, {"Cy": CARDS["Cy"]}),
    "begun": Change(["add", "Cy", "cy.card"], {}, {"Cy": CARDS["Cy"]}, 0,
                    "begun"),
    "add": Change(["add", "Cy", "cy.card"], BOTH,
                  {**BOTH, "Cy": CARDS["Cy"]}),
    "renew": Change(["add", "Ann", "ann.newer"], BOTH,
                    {**BOTH, "Ann": (("ann", "newer", False),)}),
    "same": Change(["add", "Ann", "ann.card"], BOTH, BOTH),
    "caller": Change(["add", "Cy", "%cy"], BOTH,
                     {**BOTH, "Cy": NO_CARD["Cy"]}, 0, "called"),
    "first-card": Change(["add", "Cy", "cy.card"], {**BOTH, **NO_CARD},
                         {**BOTH, "Cy": CARDS["Cy"]}, 0, "named"),
    "device": Change(["add", "--device", "Ann", "cy.card"], BOTH,
                     {**BOTH, "Ann": ANN["Ann"] + CARDS["Cy"]}),
    "verify": Change(["verify", "Ann", "--code", "@ann"], BOTH,
                     {**BOTH, **VERIFIED}),
    "rename": Change(["rename", "Ann", "Anna"], BOTH,
                     {**without(BOTH, "Ann"), "Anna": ANN["Ann"]}, 2),
    "rm": Change(["rm", "Ann"], BOTH, without(BOTH, "Ann"), 2),
    "rm-device": Change(["rm", "%bob"], BOTH,
                        {**ANN, "Bob": BOTH["Bob"][1:]}, 2),
    "stray": Change(["add", "Ann", "cy.card"], STRAY,
                    {**STRAY, "Ann": CARDS["Cy"]}, 0, "stray"),
    "add-all": AddAll(["add", "--all", "cards"], BOTH, CARDS),
    "first-all": AddAll(["add", "--all", "cards"], {}, CARDS),
}

# Commands that only read, in the book BOTH or one where nobody is.
READINGS = {
    "list": ["wax-contact", "list"],
    "list-json": ["wax-contact", "list", "--json"],
    "show": ["wax-contact", "show", "Ann"],
    "show-identity": ["wax-contact", "show", "--json", "%bob2"],
    "codes": ["wax-contact", "verify", "Bob"],
    "export": ["wax-contact", "export", "--all"],
    "list-none": ["wax-contact", "list"],
    "seal": ["wax-seal", "-r", "Bob", "-o", "out", "plain"],
    "open": ["wax-open", "--from", "Ann", "ann.signed"],
}


class Common:
    """The homes and the files that all runs read: in $FAULTS_BOOK if that is
    set, so that they are made once only."""

    def __init__(self):
        self.folder = os.environ.get("FAULTS_BOOK") or \
            os.path.join(os.getcwd(), "common")
        self.identity, self.codes, self.issued = {}, {}, {}
        if not os.path.exists(self.path("about")):
            os.mkdir(self.folder)
            self.make_people()
            self.make_books()
            about = [self.identity, self.codes, list(self.issued.items())]
            write_file(self.path("about"), json.dumps(about).encode())
        with open(self.path("about"), encoding="ascii") as f:
            self.identity, self.codes, issued = json.load(f)
        self.issued = {tuple(k): v for k, v in issued}

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, home, *argv):
        env = dict(environment(self.folder), WAX_HOME=self.path(home))
        p = run(tool(argv[0]), *argv[1:], cwd=self.folder, env=env)
        if p.returncode:
            raise SystemExit(f"{argv} exits {p.returncode}: {p.stderr}")
        return p.stdout

    def make_card(self, person, kind):
        """As from a home whose prekeys were lost: a card that is newer."""
        if os.path.exists(self.path(person) + "/prekeys"):
            os.remove(self.path(person) + "/prekeys")
        card = self.call(person, "wax-card")
        issued = re.search(rb"\nissued (.*)\n", card).group(1).decode()
        self.issued[person, kind] = issued
        write_file(self.path(f"{person}.{kind}"), card)

    def make_people(self):
        for person in ("me", *PEOPLE):
            self.call(person, "wax-keygen", "-n", person.title())
            self.identity[person] = self.call(person, "wax-keygen",
                                              "-w").decode().strip()
        write_file(self.path("pub"), self.call("me", "wax-keygen", "-y"))
        write_file(self.path("plain"), TEXT)
        for person in PEOPLE:
            self.make_card(person, "card")
            write_file(self.path(person + ".signed"), self.call(
                person, "wax-seal", "-s", "-R", "pub", "plain"))
        while self.issued.get(("ann", "newer")) in \
                (None, self.issued["ann", "card"]):
            time.sleep(0.2)
            self.make_card("ann", "newer")
        os.mkdir(self.path("cards"))
        for person in ("cy", "dan", "eve"):
            shutil.copy(self.path(person + ".card"), self.path("cards"))

    def make_books(self):
        def add(home, name, person):
            self.call(home, "wax-contact", "add", "--device", name,
                      person + ".card")
        shutil.copytree(self.path("me"), self.path("all"))
        for person in PEOPLE:
            add("all", person, person)
            self.codes[person] = self.call("all", "wax-contact", "verify",
                                           person).decode().strip()
        shutil.copytree(self.path("me"), self.path("both"))
        add("both", "Ann", "ann")
        add("both", "Bob", "bob")
        self.call("both", "wax-contact", "verify", "Bob", "--code",
                  self.codes["bob"])
        add("both", "Bob", "bob2")
        self.make_called()
        # All but the contact.
        shutil.copytree(self.path("me"), self.path("begun"))
        add("begun", "Cy", "cy")
        self.call("begun", "wax-contact", "rm", "Cy")
        shutil.copytree(self.path("both"), self.path("stray"), symlinks=True)
        add("stray", "Cy", "cy")
        folder = self.path("stray/contacts/")
        links = {n: os.readlink(folder + n) for n in os.listdir(folder)
                 if n[:2] != "c-"}
        self.call("stray", "wax-contact", "rm", "Cy")
        self.call("stray", "wax-contact", "rename", "Ann", "Anna")
        for name, to in links.items():
            if not os.path.lexists(folder + name):
                os.symlink(to, folder + name)

    def make_called(self):
        """Books whose owner has opened what Cy sealed, unknown."""
        for book, other in ("called", "both"), ("caller", "cy"):
            shutil.copytree(self.path(other), self.path(book), symlinks=True)
        write_file(self.path("me.card"), self.call("called", "wax-card"))
        self.call("caller", "wax-contact", "add", "me", "me.card")
        write_file(self.path("called.seal"), self.call(
            "caller", "wax-seal", "-c", "me", "plain"))
        self.call("called", "wax-open", "called.seal")
        shutil.copytree(self.path("called"), self.path("named"), symlinks=True)
        self.call("named", "wax-contact", "add", "Cy", self.identity["cy"])

    def argv(self, words):
        """@PERSON is a code, %PERSON an identity, and files are here."""
        for word in words:
            if word[0] == "@":
                word = self.codes[word[1:]]
            elif word[0] == "%":
                word = self.identity[word[1:]]
            elif re.search(r"\.(card|newer|signed)$|^cards$|^plain$", word):
                word = self.path(word)
            yield word

    def prepare(self, work, book):
        home = environment(work)["WAX_HOME"]
        # Without locks, which no reading takes.
        shutil.copytree(self.path(book), home, symlinks=True,
                        ignore=shutil.ignore_patterns("*.lock"))
        return home


def snapshot(home, times=False):
    """All that is in a home but the locks: with times, them too, and when each
    was changed."""
    found = {}
    for folder, folders, files in os.walk(home):
        for name in [".", *folders, *files]:
            at = os.path.join(folder, name)
            st = os.lstat(at)
            what = st.st_mtime_ns if times else None
            if stat.S_ISLNK(st.st_mode):
                what = (what, os.readlink(at))
            elif stat.S_ISREG(st.st_mode):
                if name.endswith(".lock") and not times:
                    continue
                with open(at, "rb") as f:
                    what = (what, hashlib.sha256(f.read()).hexdigest())
            found[os.path.relpath(at, home)] = (st.st_mode, what)
    return found


def temporary(home):
    return [n for n in snapshot(home) if "/.wax-" in "/" + n]


def strays(home, state):
    """What of the folder of the book no contact has a use for."""
    folder = os.path.join(home, "contacts")
    names = os.listdir(folder) if os.path.isdir(folder) else []
    want = {"c-": len(state), "n-": len(state),
            "i-": sum(len(devices) for devices in state.values())}
    wrong = [f"{len(found)} entries {prefix}, not {n}"
             for prefix, n in want.items()
             for found in [[x for x in names if x.startswith(prefix)]]
             if len(found) != n]
    return wrong + [n for n in names if n[:2] not in want or
                    not os.path.exists(os.path.join(folder, n))]


class Reader:
    """Reads the book of a home by all the ways there are."""

    def __init__(self, common, work):
        self.common, self.work = common, work
        self.person = {v: k for k, v in common.identity.items()}

    def call(self, *argv):
        return run(tool(argv[0]), *argv[1:], cwd=self.work,
                   env=environment(self.work))

    def device(self, d):
        person = self.person[d["identity"]]
        card = [k for (p, k), t in self.common.issued.items()
                if (p, t) == (person, d["issued"])]
        return (person, card[0] if card else None, bool(d.get("verified")))

    def contact(self, c):
        return c["name"], tuple(map(self.device, c["devices"]))

    def state(self):
        """What the list says, or why there is none."""
        p = self.call("wax-contact", "list", "--json")
        if p.returncode:
            return f"list exits {p.returncode}: {p.stderr}"
        return dict(map(self.contact, json.loads(p.stdout)))

    def shown(self, who):
        p = self.call("wax-contact", "show", "--json", who)
        return self.contact(json.loads(p.stdout)) if not p.returncode else None

    def read(self, state):
        """A list of what is wrong with what reads the book."""
        wrong = []
        for name, devices in state.items():
            whos = [name, *(self.common.identity[p] for p, _, _ in devices)]
            wrong += [f"'{who}' is not found, or another" for who in whos
                      if self.shown(who) != (name, devices)]
            codes = self.call("wax-contact", "verify", name).stdout.decode()
            if [c[:71] for c in codes.splitlines()] != \
                    [self.common.codes[p] for p, _, _ in devices]:
                wrong.append(f"not the codes of '{name}'")
            for person, _, _ in devices:
                p = self.call("wax-open", "--from", name,
                              self.common.path(person + ".signed"))
                if p.returncode or p.stdout != TEXT:
                    wrong.append(f"--from '{name}': {p.stderr}")
        others = [n for n in ("Ann", "Anna", "Cy") if n not in state]
        others += [self.common.identity[p] for p in ("bob", "cy")
                   if p not in {p for d in state.values() for p, _, _ in d}]
        wrong += [f"'{who}' is found" for who in others if self.shown(who)]
        return wrong + self.seal(state)

    def seal(self, state):
        """All at once."""
        if not state:
            return []
        out = os.path.join(self.work, "sealed")
        p = self.call("wax-seal", *(w for n in state for w in ("-r", n)),
                      "-f", "-o", out, self.common.path("plain"))
        if p.returncode:
            return [f"wax-seal -r exits {p.returncode}: {p.stderr}"]
        return [f"not sealed for {person}" for devices in state.values()
                for person, _, _ in devices
                if self.call("wax-open", "-i", self.common.path(person) +
                             "/identity", out).stdout != TEXT]
