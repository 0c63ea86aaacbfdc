#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Has libsodium >= VERSION at hand, for the Makefile:
#
#	libsodium.sh VERSION
#
# Where pkg-config finds it, nothing is done. Otherwise the one of a newer
# Debian goes to build/deps/root, with links to its headers and its archive,
# whatever the machine: include/ and lib/libsodium.a. The last of these links
# tells that all is there.
set -eu
cd "$(dirname "$0")/.."

root=build/deps/root
version=${1:?usage: libsodium.sh VERSION}

PKG_CONFIG_PATH=$root/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH} \
	${PKG_CONFIG:-pkg-config} --atleast-version="$version" libsodium 2>&- &&
	exit

rm -rf $root
scripts/debs.sh $root "libsodium-dev>=$version" || {
	cat >&2 <<-EOF
	libsodium.sh: wax needs libsodium >= $version. Install it so that
	libsodium.sh: 'pkg-config --modversion libsodium' says so (its source
	libsodium.sh: is at libsodium.org; PKG_CONFIG_PATH=PREFIX/lib/pkgconfig
	libsodium.sh: finds it under another prefix), or mend what stands above.
	EOF
	exit 1
}
cd $root
for archive in usr/lib/*/libsodium.a; do
	ln -sfn usr/include include
	ln -sfn "${archive%/*}" lib
done
[ -e lib/libsodium.a ] || {
	echo "libsodium.sh: the package has no libsodium.a" >&2
	exit 1
}
