#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Unpacks packages of a newer Debian into a folder, and touches nothing else:
#
#	debs.sh DIR PACKAGE[>=VERSION]...
#
# A private apt, with one source and Debian's own keyring, fetches them, so
# that the signatures are checked and the system's apt is only read (for its
# mirror, proxy and the like). DIR appears whole or not at all; when it is
# there already, nothing is done. No root needed.
#
# SUITES         Debian suites to try, in this order ("forky sid")
# DEBIAN_MIRROR  where to fetch from; the system's mirror, if it has one
set -eu

suites=${SUITES:-forky sid}
keyring=${DEBIAN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}

say() { echo "debs.sh: $*" >&2; }
die() { say "$*"; exit 1; }

[ $# -ge 2 ] || die "usage: debs.sh DIR PACKAGE[>=VERSION]..."
dir=$1
shift
[ ! -d "$dir" ] || exit 0

for tool in apt-get apt-config dpkg dpkg-deb; do
	command -v $tool >/dev/null || die "needs $tool, which Debian has"
done
[ -r "$keyring" ] || die "no '$keyring';" \
	"install debian-archive-keyring, or set DEBIAN_KEYRING"

# Without downloaded lists apt does not know whose archive a source is.
# shellcheck disable=SC2016 # apt expands these
mirror=${DEBIAN_MIRROR:-$({
	apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian'
	apt-get indextargets --no-release-info --format '$(REPO_URI)'
} 2>/dev/null | grep -m 1 '/debian/$' || :)}
[ -n "$mirror" ] || die "apt has no mirror of Debian;" \
	"set DEBIAN_MIRROR to the address of one"

mkdir -p "$(dirname "$dir")"
tmp=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
tmp=$(cd "$tmp" && pwd)

# The configuration of the private apt, for the environment's APT_CONFIG.
configure() {
	apt-config dump |
		grep -E '^Acquire::(Check-Valid-Until|Check-Date|https?|Retries)[: ]' ||
		:
	cat <<-EOF
	Dir::Etc::main "/dev/null";
	Dir::Etc::parts "/dev/null";
	Dir::Etc::sourcelist "$tmp/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::Etc::preferences "/dev/null";
	Dir::Etc::preferencesparts "/dev/null";
	Dir::State "$tmp/state";
	Dir::State::status "$tmp/status";
	Dir::Cache "$tmp/cache";
	Dir::Cache::pkgcache "";
	Dir::Cache::srcpkgcache "";
	Acquire::AllowInsecureRepositories "false";
	Acquire::GzipIndexes "true";
	Acquire::Languages "none";
	APT::Sandbox::User "";
	EOF
}

# fetch SUITE PACKAGE[>=VERSION]...: unpack them into $tmp/root
fetch() {
	suite=$1
	shift
	rm -rf "$tmp/state" "$tmp/cache" "$tmp/debs" "$tmp/root"
	mkdir -p "$tmp/state/lists/partial" "$tmp/cache/archives/partial" \
		"$tmp/debs" "$tmp/root"
	: >"$tmp/status"
	echo "deb [signed-by=$keyring] $mirror $suite main" >"$tmp/sources.list"
	apt-get -qq update || return
	for want; do
		rm -f "$tmp"/debs/*
		(cd "$tmp/debs" && apt-get -qq download "${want%%>=*}") || return
		version=$(dpkg-deb -f "$tmp"/debs/*.deb Version) || return
		case $want in *'>='*)
			dpkg --compare-versions "$version" ge "${want##*>=}" || {
				say "$suite has ${want%%>=*} $version only"
				return 1
			} ;;
		esac
		dpkg-deb -x "$tmp"/debs/*.deb "$tmp/root" || return
		say "${want%%>=*} $version from $suite"
	done
}

configure >"$tmp/apt.conf"
export APT_CONFIG="$tmp/apt.conf"
for suite in $suites; do
	if fetch "$suite" "$@"; then
		chmod 755 "$tmp/root"
		mv -T "$tmp/root" "$dir"
		exit 0
	fi
done
die "could not get $* from $mirror, suites: $suites." \
	"Is the network up? DEBIAN_MIRROR and SUITES choose others"
