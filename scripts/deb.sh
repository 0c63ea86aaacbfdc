#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Builds the packages for Debian into build/deb, by debian/rules, from a copy of
# the sources, so that nothing is left beside them. Needs no root.
#
# Where the system's libsodium is too old, the one that 'make deps' got is linked
# statically, which is the build profile pkg.wax.static-sodium.
set -eu
cd "$(dirname "$0")/.."

out=build/deb
source=$out/wax
rm -rf $out
mkdir -p $source
tar -c --exclude=./build --exclude=./.git . | tar -x -C $source

sodium=$(sed -n 's/^SODIUM := //p' Makefile)
profile=
if ! ${PKG_CONFIG:-pkg-config} --atleast-version="$sodium" libsodium 2>&-; then
	profile=--build-profiles=pkg.wax.static-sodium
	mkdir $source/build
	ln -s "$PWD/build/deps" $source/build
fi

# What make was called with is not for the make that builds the package.
unset MAKEFLAGS MFLAGS MAKELEVEL
log=$PWD/$out/log
(
	cd $source
	# shellcheck disable=SC2086 # an option, or nothing
	DEB_BUILD_OPTIONS="noautodbgsym ${DEB_BUILD_OPTIONS-}" \
		dpkg-buildpackage --build=binary --no-sign --jobs=auto $profile
) >"$log" 2>&1 || {
	tail -n 30 "$log" >&2
	echo "deb.sh: failed; all that was said is in '$log'" >&2
	exit 1
}
rm -rf $source
ls $out/*.deb
