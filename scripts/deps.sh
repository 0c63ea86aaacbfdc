#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Installs the Debian packages that are missing: deps.sh SET..., where a set is
# build, check, deb, browser or postfix. When all are there it needs neither root nor the
# network.
set -eu

build='gcc libc6-dev make binutils pkg-config libzstd-dev libarchive-dev
	zstd age debian-archive-keyring'
check='bats procps clang libclang-rt-dev clang-format shellcheck
	valgrind libc6-dbg strace gdb mandoc bash-completion zsh fish python3 jq
	minisign libarchive-tools openssh-client xz-utils xfsprogs git
	netcat-openbsd dosfstools fusefat openssh-server mutt s-nail
	msmtp nmh python3-aiosmtpd dpkg-dev npm'
deb='build-essential debhelper lintian'
browser='chromium'
postfix='postfix'

say() { echo "deps.sh: $*" >&2; }

wanted=
for set; do
	case $set in
	build) wanted="$wanted $build" ;;
	check) wanted="$wanted $check" ;;
	deb) wanted="$wanted $deb" ;;
	browser) wanted="$wanted $browser" ;;
	postfix) wanted="$wanted $postfix" ;;
	*)
		say "no set '$set'; there are build, check, deb, browser, postfix"
		exit 2
		;;
	esac
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	# shellcheck disable=SC2086 # a list of words
	say "this is no Debian; have what it calls:" $wanted
	exit 0
fi

# No check is worth a server that listens from then on, as systemd starts it:
# the tests that want an sshd or Postfix are skipped there, unless it is installed.
is_unwelcome() {
	case $1 in
	openssh-server | postfix) [ -d /run/systemd/system ] ;;
	*) false ;;
	esac
}

# npm comes with Node.js where that is not Debian's, and then excludes it.
is_there() { [ "$1" = npm ] && command -v npm >/dev/null; }

missing=
for package in $wanted; do
	if is_unwelcome "$package" || is_there "$package"; then
		continue
	fi
	case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
	installed) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0
say "installing$missing"

# In this runlevel no package starts a server, and none takes another's place.
root() {
	if [ "$(id -u)" = 0 ]; then
		env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 "$@"
	elif command -v sudo >/dev/null; then
		sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 "$@"
	else
		say "neither root nor sudo; as root: apt-get install$missing"
		return 1
	fi
}
install() {
	# shellcheck disable=SC2086 # a list of words
	root apt-get -qq -o Dpkg::Use-Pty=0 install -y \
		--no-remove --no-install-recommends $missing
}

# A fresh system has no lists, and old ones name packages that are gone.
for package in $missing; do
	apt-cache show "$package" >/dev/null 2>&1 || {
		root apt-get -qq update
		install
		exit
	}
done
install || {
	root apt-get -qq update
	install
}
