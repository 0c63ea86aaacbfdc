# SPDX-License-Identifier: ISC
"""What wax-seal and wax-open do with threads when faults strike: commands on a
payload that is just large enough for a crew of them, two besides the first."""

import random

from scenarios import Open, Seal, environment, run, tool, write_file

# More than the first 4 batches of 256 KiB, and than what zstd begins with; it
# cannot be compressed.
LARGE = random.Random(1).randbytes(1_600_000)
# More than 16 batches, so that libcrypto comes to it.
LARGER = LARGE * 3
MAP_ANONYMOUS = 0x20


class Crew:
    """Of the calls, those count that come when there is room for the batches;
    before that, all is as with a small payload."""

    threads = True
    plain = LARGE
    options = ()        # of wax-seal
    env = {"WAX_THREADS": "3"}

    @staticmethod
    def begins(name, args):
        return name == "mmap" and args[1] > 1 << 20 and \
            bool(args[3] & MAP_ANONYMOUS)

    def seal(self):
        return ["wax-seal", "-R", self.common + "/pub", "-i",
                self.common + "/key", *self.options]

    def make(self):
        """What all runs read, the first time."""
        write_file(self.common + "/large", self.plain)
        argv = self.seal()
        run(tool(argv[0]), *argv[1:], "-o", self.common + "/large.seal",
            self.common + "/large", env=environment(self.common)
            ).check_returncode()


class SealCrew(Crew, Seal):
    @property
    def argv(self):
        return self.seal() + ["-o", "out", self.common + "/large"]


class SealCrewSigned(SealCrew):
    """A second crew hashes."""

    options = ("-s",)

    @property
    def check(self):
        with open(self.common + "/who", encoding="ascii") as f:
            return ("--from", f.read().strip())


class SealCrewZstd(SealCrew):
    """libzstd has threads of its own."""

    options = ("-z",)


class SealCrewPipe(SealCrew):
    """What comes is not there yet, and is not kept waiting for what is not."""

    @property
    def feed(self):
        return self.common + "/large"

    @property
    def argv(self):
        return self.seal() + ["-o", "out"]


class SealCrewEngine(SealCrew):
    """libcrypto is loaded amid the work."""

    plain = LARGER


class OpenCrew(Crew, Open):
    @property
    def argv(self):
        return ["wax-open", "-i", self.common + "/key", "-o", "out",
                self.common + "/large.seal"]

    def whole(self, data):
        return data == self.plain


class OpenCrewZstd(OpenCrew):
    options = ("-z",)


class OpenCrewEngine(OpenCrew):
    plain = LARGER


class OpenCrewOut(OpenCrew):
    """To standard output: what is there is the plaintext's beginning."""

    stdout = True

    @property
    def argv(self):
        return ["wax-open", "-i", self.common + "/key",
                self.common + "/large.seal"]

    def is_part(self, data):
        return self.plain.startswith(data)


class OpenCrewSigned(OpenCrewOut):
    """All of it waits in a temporary file, sealed by a crew, too."""

    options = ("-s",)


class OpenCrewPipe(OpenCrewOut):
    @property
    def feed(self):
        return self.common + "/large.seal"

    @property
    def argv(self):
        return ["wax-open", "-i", self.common + "/key"]


CREWS = {
    "seal-crew": SealCrew,
    "seal-crew-signed": SealCrewSigned,
    "seal-crew-zstd": SealCrewZstd,
    "seal-crew-pipe": SealCrewPipe,
    "seal-crew-engine": SealCrewEngine,
    "open-crew": OpenCrew,
    "open-crew-signed": OpenCrewSigned,
    "open-crew-zstd": OpenCrewZstd,
    "open-crew-pipe": OpenCrewPipe,
    "open-crew-engine": OpenCrewEngine,
}
