#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Mangles sealed messages as mail and people do, and has them found again.

usage: mangle.py random SEED COUNT IDENTITY FILE...
       mangle.py mails FOLDER ARMORED BINARY

random takes COUNT times one of the armored files, mangles it, and every third
time damages it as well. wax-extract must give it back to the byte, or, where
it is damaged, fail; where the damage cannot be seen without a key, wax-open
must fail. Prints a line for each time that this is not so.

mails writes mails that Python's email package makes, with an armored and a
binary message in them, in every transfer encoding.
"""
import email.message
import email.policy
import os
import random
import subprocess
import sys

BEGIN = "-----BEGIN AGE ENCRYPTED FILE-----"
END = "-----END AGE ENCRYPTED FILE-----"
WORDS = "Dear all, see below - what Bob <bob@example.org> wrote & sent.".split()


def prose(rng):
    lines = [" ".join(rng.choices(WORDS, k=rng.randint(0, 12)))
             for _ in range(rng.randint(1, 6))]
    return lines


# What changes lines, and can be undone in any combination.

def quote(lines, rng):
    mark = rng.choice(["> ", ">", "| ", " > ", "> > ", ">> ", "\t> "])
    return [mark + line for line in lines]


def indent(lines, rng):
    space = rng.choice([" ", "    ", "\t", "\u00a0\u00a0", "\u2003"])
    return [space + line for line in lines]


def rewrap(lines, rng):
    """One width for all of it, as an editor's fill."""
    if any(line != line.strip(" >|\t\u00a0\u2003\u200b") for line in lines):
        return lines
    width = rng.choice([35, 40, 60, 66, 70, 72, 76, 80, 100])
    text = "".join(lines[1:-1])
    return [lines[0], *(text[i:i + width] for i in range(0, len(text), width)),
            lines[-1]]


def fold(lines, rng):
    """Each line that is too long is broken, as a mail program's wrapping."""
    width = rng.choice([50, 60, 65, 72])
    return [line[i:i + width] for line in lines
            for i in range(0, max(len(line), 1), width)]


def join(lines, rng):
    n = rng.choice([2, 3, len(lines)])
    space = rng.choice([" ", "  ", "\t"])
    return [space.join(lines[i:i + n]) for i in range(0, len(lines), n)]


def space_out(lines, rng):
    blank = rng.choice(["", "  ", ">"])
    return [other for line in lines for other in (line, blank)]


def trail(lines, rng):
    return [line + rng.choice(["", " ", "  ", "\t", "\u00a0"])
            for line in lines]


def hide(lines, rng):
    """Characters of no width, anywhere but within BEGIN and END."""
    what = rng.choice(["\u200b", "\u00ad", "\ufeff", "\u2060"])
    out = []
    for line in lines:
        at = rng.randint(0, len(line))
        out.append(line if "AGE" in line else line[:at] + what + line[at:])
    return out


def unpad(lines, _):
    return [line.replace("=", "") for line in lines]


def qp_pad(lines, _):
    return [line.replace("=", "=3D") for line in lines]


def html(lines, rng):
    escaped = [line.replace("&", "&amp;").replace("<", "&lt;")
               .replace(">", "&gt;").replace("\u00a0", "&nbsp;")
               for line in lines]
    end = rng.choice(["<br>", "<br />", "</p>\n<p class=\"x\">"])
    return [line + end for line in escaped]


MANGLES = [quote, quote, indent, rewrap, fold, join, space_out, trail, hide,
           unpad, qp_pad, html]
# These look at the lines as they were; and tags are not broken.
ORDER = {rewrap: 0, unpad: 1, qp_pad: 1, html: 3}


def mangle(lines, rng):
    chosen = rng.sample(MANGLES, rng.choice([0, 1, 1, 2, 2, 3, 4]))
    chosen.sort(key=lambda f: ORDER.get(f, 2))
    if qp_pad in chosen and {unpad, fold} & {*chosen}:
        chosen.remove(qp_pad)
    for change in chosen:
        lines = change(lines, rng)
    return lines, [f.__name__ for f in chosen]


# Damage: what it was, and whether wax-extract has to see it.

def lose_line(lines, rng):
    at = rng.randrange(1, len(lines) - 1)
    return lines[:at] + lines[at + 1:], False


def double_line(lines, rng):
    at = rng.randrange(1, len(lines) - 1)
    return lines[:at + 1] + lines[at:], len(lines[at]) >= 32


def swap_lines(lines, rng):
    at = rng.randrange(1, max(len(lines) - 2, 2))
    lines = list(lines)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return lines, at == 1 or (at > 3 and len(lines[at]) < len(lines[at + 1]))


def lose_characters(lines, rng):
    at = rng.randrange(1, len(lines) - 1)
    n = rng.randrange(1, 5)
    line = lines[at]
    return lines[:at] + [line[n:]] + lines[at + 1:], 2 < at < len(lines) - 2


def lose_end(lines, rng):
    at = rng.randrange(2, len(lines))
    return lines[:at], True


def change_character(lines, rng):
    at = rng.randrange(1, len(lines) - 1)
    line = list(lines[at])
    i = rng.randrange(len(line))
    line[i] = rng.choice("ABab09+/=!*")
    return lines[:at] + ["".join(line)] + lines[at + 1:], False


DAMAGES = [lose_line, double_line, swap_lines, lose_characters, lose_end,
           change_character]


# Around it.

def as_text(lines, rng):
    end = rng.choice(["\n", "\n", "\r\n"])
    before = prose(rng) + [""] if rng.random() < 0.6 else []
    after = ["", *prose(rng)] if rng.random() < 0.6 else []
    bom = "\ufeff" if rng.random() < 0.2 else ""
    text = bom + end.join(before + lines + after)
    return (text + rng.choice(["", end])).encode()


def as_mail(lines, rng):
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = "ada@example.org"
    message["Subject"] = "a message"
    text = "\n".join([*prose(rng), "", *lines, "", *prose(rng)]) + "\n"
    cte = rng.choice(["quoted-printable", "base64", "8bit"])
    # What is longer than SMTP's lines cannot be 8bit.
    if cte == "8bit" and max(map(len, text.encode().split(b"\n"))) > 900:
        cte = "base64"
    message.set_content(text, cte=cte)
    if rng.random() < 0.4:
        message.add_attachment(b"another part", maintype="image",
                               subtype="png")
    return message.as_bytes()


def call(tool, data, *args):
    done = subprocess.run([tool, *args], input=data, capture_output=True,
                          check=False, timeout=60)
    if done.returncode not in (0, 1, 3) or b"runtime error" in done.stderr:
        print(f"{tool}: exit status {done.returncode}: {done.stderr!r}")
    return done


def judge(data, armored, must_fail, damaged, identity):
    """Returns what is wrong, or None."""
    done = call("wax-extract", data)
    if not damaged:
        if done.returncode:
            return f"not found: {done.stderr.decode()}"
        return None if done.stdout == armored else "another message"
    if done.returncode:
        return None if done.stderr.startswith(b"wax-extract: ") else "no word"
    if done.stdout == armored:
        return None
    if must_fail:
        return "damage that was not seen"
    opened = call("wax-open", done.stdout, "-i", identity)
    return None if opened.returncode else "damage that opens"


def run(seed, count, identity, *files):
    messages = []
    for name in files:
        with open(name, encoding="ascii") as file:
            messages.append(file.read())
    for number in range(int(count)):
        rng = random.Random(f"{seed} {number}")
        armored = rng.choice(messages)
        lines = armored.splitlines()
        damage, must_fail = None, False
        if number % 3 == 2 and len(lines) > 3:
            damage = rng.choice(DAMAGES)
            lines, must_fail = damage(lines, rng)
        # Other lines show less.
        changes = []
        if not damage or not must_fail or rng.random() < 0.5:
            lines, changes = mangle(lines, rng)
            must_fail = must_fail and not {
                "rewrap", "fold", "join", "space_out"} & {*changes}
        put = rng.choice([as_text, as_text, as_mail])
        data = put(lines, rng)
        wrong = judge(data, armored.encode(), must_fail, damage, identity)
        if wrong:
            what = damage.__name__ if damage else "no damage"
            print(f"{number}: {put.__name__}, {changes}, {what}: {wrong}")
            if "MANGLE_KEEP" in os.environ:
                with open(f"{os.environ['MANGLE_KEEP']}/{number}", "wb") as f:
                    f.write(data)


def write(folder, name, message, policy=email.policy.SMTP):
    message["From"] = "Ada <ada@example.org>"
    message["To"] = "bob@example.org"
    message["Subject"] = "Gr\u00fc\u00dfe"
    with open(os.path.join(folder, name + ".eml"), "wb") as file:
        file.write(message.as_bytes(policy=policy))


def text_mail(text, subtype="plain", **more):
    message = email.message.EmailMessage()
    message.set_content(text, subtype=subtype, **more)
    return message


def attached(data, cte, subtype="octet-stream"):
    message = text_mail("See what is attached.\n")
    message.add_attachment(data, maintype="application", subtype=subtype,
                           cte=cte, filename="message.age")
    return message


def html_of(armored):
    lines = armored.replace("+", "&#43;").splitlines()
    return ("<html><head><style>p { a: b }</style></head><body><p>Hello,"
            "</p>\n<blockquote>" + "<br/>\n".join(lines) +
            "</blockquote><p>bye</p></body></html>\n")


def flowed(armored):
    """RFC 3676: lines broken with a space that goes, and quoted ones."""
    lines = ["> " + line[i:i + 30] + (" " if i + 30 < len(line) else "")
             for line in armored.splitlines()
             for i in range(0, len(line), 30)]
    return "> Hello\n>\n" + "\n".join(lines) + "\n"


def mails(folder, armored_name, binary_name):
    with open(armored_name, encoding="ascii") as file:
        armored = file.read()
    with open(binary_name, "rb") as file:
        binary = file.read()
    greeting = "Gr\u00fc\u00dfe\n\n"
    for policy, name in ((email.policy.SMTP, ""), (email.policy.default, "-lf")):
        for cte, short in (("7bit", "7bit"), ("8bit", "8bit"),
                           ("quoted-printable", "qp"), ("base64", "base64")):
            text = (greeting if cte != "7bit" else "Hi\n\n") + armored
            write(folder, f"armor-{short}{name}",
                  text_mail(text, cte=cte), policy)
            write(folder, f"html-{short}{name}",
                  text_mail(html_of(armored), "html", cte=cte), policy)
        write(folder, f"binary-base64{name}", attached(binary, "base64"),
              policy)
        write(folder, f"armor-base64-attached{name}",
              attached(armored.encode(), "base64"), policy)
        write(folder, f"armor-qp-attached{name}",
              attached(armored.encode(), "quoted-printable"), policy)
    nested(folder, armored, binary)


def nested(folder, armored, binary):
    alternative = text_mail("Hi\n\n" + armored)
    alternative.add_alternative(html_of(armored), subtype="html")
    write(folder, "alternative", alternative)
    deep = text_mail("Forwarded.\n")
    deep.add_attachment(attached(binary, "base64"))
    deep.add_attachment(b"\x89PNG" * 1000, maintype="image", subtype="png")
    write(folder, "binary-base64-forwarded", deep)
    deeper = text_mail("Forwarded again.\n")
    deeper.add_attachment(deep)
    write(folder, "binary-base64-forwarded-twice", deeper)
    last = text_mail("An image, and then what counts.\n")
    last.add_attachment(b"\x89PNG" * 1000, maintype="image", subtype="png")
    last.add_attachment(armored, subtype="plain", cte="base64")
    write(folder, "armor-base64-last", last)
    message = text_mail("x")
    message.set_payload(flowed(armored))
    message.replace_header("Content-Type",
                           "text/plain; format=flowed; delsp=yes")
    write(folder, "flowed", message)
    with open(os.path.join(folder, "binary-raw.eml"), "wb") as file:
        file.write(b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n"
                   b"--b\nContent-Transfer-Encoding: binary\n\n" + binary +
                   b"\n--b--\n")
    # Binary in quoted-printable, and folded fields with odd spellings.
    with open(os.path.join(folder, "binary-qp.eml"), "wb") as file:
        file.write(b"from: a\nCONTENT-TYPE:\n multipart/MIXED;\n\t"
                   b"BOUNDARY = \"a b=\\\"c\" ; x=y\n\n--a b=\"c\n"
                   b"Content-Transfer-Encoding: Quoted-Printable\n\n" +
                   b"".join(b"=%02X" % c + (b"" if i % 20 else b"=\n")
                            for i, c in enumerate(binary)) +
                   b"\n--a b=\"c--  \n")


def main():
    verb, *args = sys.argv[1:]
    if verb == "random":
        run(*args)
    elif verb == "mails":
        mails(*args)


if __name__ == "__main__":
    main()
