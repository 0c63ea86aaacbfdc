#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The packages for Debian: built, looked over by lintian, installed into a root
# of their own by dpkg, and removed. One to two minutes, most of them compiling.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2030,SC2031

load ../helpers

setup_file() {
	wax_environment
	! command -v dh >/dev/null ||
		"$top/scripts/deb.sh" >"$BATS_FILE_TMPDIR/log" 2>&1 ||
		mv "$BATS_FILE_TMPDIR/log" "$BATS_FILE_TMPDIR/failed"
}

setup() {
	wax_setup
	needs dh dpkg dpkg-buildpackage
	[ ! -e "$keys/failed" ] || fail "$(cat "$keys/failed")"
	debs=("$top"/build/deb/*.deb)
}

# new_root: an empty system. What the packages depend on is that of the host.
new_root() {
	root=$work/root
	mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" \
		"$root/var/lib/dpkg/triggers" "$root/var/log"
	touch "$root/var/lib/dpkg/status" "$root/var/lib/dpkg/available"
}

# dpkg_there ARGUMENT...: without the chroot that scripts of packages run in.
dpkg_there() {
	dpkg --root="$root" --force-depends --force-not-root --force-bad-path \
		--force-script-chrootless --log=/dev/null "$@" \
		>"$io/out" 2>"$io/err" || fail "dpkg $*"
}

@test "there are three packages, and no trace of where they were built" {
	[ "$(printf '%s\n' "${debs[@]##*/}" | sed 's/_.*//' | xargs)" = \
		'libwax-dev libwax0 wax' ]
	local deb
	for deb in "${debs[@]}"; do
		dpkg-deb -x "$deb" all
	done
	run ! grep -rqF "$top" all
	[ -z "$(find all -type f -perm /022)" ]
	dpkg-deb -f "$top"/build/deb/wax_*.deb Depends | grep -q libarchive
}

@test "lintian has nothing to say" {
	needs lintian
	lintian --allow-root --fail-on error,warning "$top"/build/deb/*.changes \
		>"$io/out" 2>"$io/err" || fail "$(cat "$io/out")"
	[ ! -s "$io/out" ] || fail "$(cat "$io/out")"
}

@test "dpkg installs them; tools, manual, completions and library work" {
	needs pkg-config cc bash
	local triplet
	triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
	new_root
	dpkg_there -i "${debs[@]}"
	[ "$(dpkg-query --admindir="$root/var/lib/dpkg" -W \
		-f '${Package} ${db:Status-Status}\n' | sort | xargs)" = \
		'libwax-dev installed libwax0 installed wax installed' ]

	export PATH=$root/usr/bin:/usr/bin:/bin
	wax keygen -n ada 2>/dev/null
	wax-card -o card
	wax-contact add -q me card
	mkdir folder
	echo hello >folder/file
	wax seal -s -r me -o m folder
	call 0 wax-open -C in m
	diff -r folder in/folder

	local page
	for page in wax-seal.1 wax-format.5 wax.7; do
		gunzip -c "$root/usr/share/man/man${page##*.}/$page.gz" |
			cmp - "$top/man/$page"
	done
	# shellcheck disable=SC1091 # as installed
	. "$root/usr/share/bash-completion/completions/wax-seal"
	complete -p wax-seal | grep -q _wax
	cmp "$root/usr/share/zsh/vendor-completions/_wax" "$top/completions/_wax"
	cmp "$root/usr/share/fish/vendor_completions.d/wax-seal.fish" \
		"$top/completions/wax.fish"

	export PKG_CONFIG_SYSROOT_DIR=$root
	export PKG_CONFIG_LIBDIR=$root/usr/lib/$triplet/pkgconfig
	PKG_CONFIG_LIBDIR+=:/usr/lib/$triplet/pkgconfig
	# shellcheck disable=SC2046 # flags
	cc -o embed "$top/tests/embed.c" $(pkg-config --cflags --libs wax)
	LD_LIBRARY_PATH=$root/usr/lib/$triplet ./embed <card >out
	cmp card out
}

@test "dpkg removes them, and nothing stays" {
	new_root
	find "$root" | sort >before
	dpkg_there -i "${debs[@]}"
	dpkg_there -P wax libwax-dev libwax0
	find "$root" -not -path '*/var/lib/dpkg/*' | sort |
		diff <(grep -v '/var/lib/dpkg/' before) -
}
