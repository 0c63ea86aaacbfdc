#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""npm's age-encryption in a page of a headless Chromium.

usage: browser.py [SECONDS] <JOBS

Each line of JOBS is one, in the words of a shell:

  seal [-a] -r RECIPIENT... | -p PASSPHRASE-FILE INPUT OUTPUT
  open -i IDENTITY-FILE | -p PASSPHRASE-FILE INPUT OUTPUT
  meet INPUT OUTPUT

meet has the page make a key of WebCrypto that no script can read, seals INPUT
to its recipient with wax-seal, and has the page open that. For each job there
is a line, "ok" or "failed: " and what the page said; then there is no OUTPUT.

page.html is served on a port of the loopback interface, with the packages in
PEERS_NPM, which scripts/peers.sh has installed. The server, the browser and
its profile are gone when this ends. The exit status is 1 when the page did not
do all jobs, for a browser that ended or said nothing for SECONDS (300).
"""
import argparse
import http.server
import json
import mimetypes
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
NPM = Path(os.environ.get("PEERS_NPM", HERE / "../../build/peers/npm"))
MODULES = (NPM / "node_modules").resolve()


def read_jobs(lines):
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["seal", "open", "meet"])
    parser.add_argument("-a", dest="armor", action="store_true")
    parser.add_argument("-r", dest="recipients", action="append", default=[])
    parser.add_argument("-i", dest="identities")
    parser.add_argument("-p", dest="passphrase")
    parser.add_argument("input")
    parser.add_argument("output")
    return [vars(parser.parse_args(shlex.split(line))) for line in lines]


def for_page(job):
    """The job with what is in its files."""
    identities, passphrase = [], None
    if job["identities"]:
        lines = Path(job["identities"]).read_text().splitlines()
        identities = [line for line in lines
                      if line and not line.startswith("#")]
    if job["passphrase"]:
        passphrase = Path(job["passphrase"]).read_text().removesuffix("\n")
    return job | {"identities": identities, "passphrase": passphrase}


class Handler(http.server.BaseHTTPRequestHandler):
    """What the page asks for. The server has the jobs, of which the first is
    at work, and the end, where they are told."""

    def log_message(self, *args):
        pass

    def answer(self, body, kind="application/octet-stream", status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        jobs = self.server.jobs
        if self.path == "/":
            self.answer((HERE / "page.html").read_bytes(), "text/html")
        elif self.path == "/job":
            job = for_page(jobs[0]) if jobs else None
            self.answer(json.dumps(job).encode(), "application/json")
        elif self.path == "/input":
            self.answer(Path(jobs[0]["input"]).read_bytes())
        else:
            self.module()

    def module(self):
        path = (NPM / self.path[1:]).resolve()
        if MODULES not in path.parents or not path.is_file():
            self.answer(b"", status=404)
            return
        kind = mimetypes.guess_type(path.name)[0] or "text/plain"
        if path.suffix in (".js", ".mjs"):
            kind = "text/javascript"
        self.answer(path.read_bytes(), kind)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        jobs = self.server.jobs
        if self.path == "/sealed":
            done = subprocess.run(
                ["wax-seal", "-r", body.decode(), "-o", "-",
                 jobs[0]["input"]], stdout=subprocess.PIPE, check=False)
            self.answer(done.stdout, status=502 if done.returncode else 200)
            return
        said = None
        if self.path == "/output":
            Path(jobs.pop(0)["output"]).write_bytes(body)
            said = "ok"
        elif self.path == "/error":
            jobs.pop(0)
            said = "failed: " + body.decode()
        self.answer(b"")
        self.server.said.put(said)


def start_browser(program, profile, port):
    """In a session of its own, to be ended with all its processes."""
    flags = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage",
             "--disable-background-networking", "--disable-component-update",
             "--disable-extensions", "--disable-sync", "--disable-breakpad",
             "--no-first-run", "--no-default-browser-check",
             f"--user-data-dir={profile}"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    log = open(Path(profile) / "log", "wb")
    # It writes there whatever the profile is.
    environment = dict(os.environ)
    for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        environment[name] = profile
    with log:
        return subprocess.Popen(
            [program, *flags, f"http://127.0.0.1:{port}/"], stdout=log,
            stderr=log, stdin=subprocess.DEVNULL, env=environment,
            start_new_session=True)


def wait(browser, server, seconds):
    """Tells what is said of each job; returns why the others were not done."""
    left = seconds
    count = len(server.jobs)
    while count and left > 0:
        try:
            said = server.said.get(timeout=0.5)
            if said is None:
                return "the page cannot be used"
            print(said, flush=True)
            count -= 1
            left = seconds
        except queue.Empty:
            left -= 0.5
            if browser.poll() is not None:
                return f"the browser ended, with {browser.returncode}"
    return "the browser says nothing" if count else None


def run(server, program, seconds):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = start_browser(program, profile, server.server_address[1])
        try:
            return wait(browser, server, seconds)
        finally:
            try:
                os.killpg(browser.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            browser.wait()


def main():
    program = shutil.which("chromium")
    if not program:
        sys.exit("browser.py: no chromium in PATH")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.jobs = read_jobs(sys.stdin)
    server.said = queue.Queue()
    # When the last job is done the browser is ended, whatever it asks for.
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    why = run(server, program,
              float(sys.argv[1]) if len(sys.argv) > 1 else 300)
    server.shutdown()
    if why:
        sys.exit(f"browser.py: {why}")


if __name__ == "__main__":
    # A signal, too, ends the browser.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
