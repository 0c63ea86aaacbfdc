#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What make install leaves behind: tools that run without the build folder, and
# a library that an application can be built with, shared and static.
# shellcheck disable=SC2154 # helpers.bash sets what is shared
# shellcheck disable=SC2030,SC2031 # each test has an environment of its own

load helpers

setup_file() {
	wax_environment
	export prefix=$BATS_FILE_TMPDIR/prefix
	is_sanitized || make_it install PREFIX="$prefix"
}

setup() {
	wax_setup
	! is_sanitized || skip 'what is installed has no sanitizers'
	cc=${CC:-cc}
	export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
}

# The programs of the default flavour are there, so that nothing is compiled.
make_it() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		"${MAKE:-make}" --no-print-directory -s -C "$top" "$@"
}

# build_embed LIBRARY FLAG...: with the flags of pkg-config, -lwax replaced.
build_embed() {
	local flags library=$1
	shift
	flags=$(pkg-config "$@" --cflags --libs wax)
	# shellcheck disable=SC2086
	"$cc" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -o embed \
		"$top/tests/embed.c" ${flags/-lwax/$library}
}

@test "an application seals and opens with the shared library" {
	needs "$cc" pkg-config
	build_embed -lwax
	export LD_LIBRARY_PATH=$prefix/lib
	ldd embed | grep -q "libwax\.so\.0 => $prefix/lib/libwax\.so\.0"
	random 200000 in
	timeout 20 ./embed <in >out
	cmp in out
	run timeout 20 ./embed <.
	[ "$status" -eq 1 ]
	[ "$output" = 'embed: the input: Is a directory' ]
}

@test "an application seals and opens with the static library" {
	needs "$cc" pkg-config
	build_embed -l:libwax.a --static
	run ! grep -q libwax <(ldd embed)
	random 200000 in
	timeout 20 ./embed <in >out
	cmp in out
}

@test "pkg-config knows the version of the header and the library" {
	needs pkg-config
	local version
	version=$(sed -n 's/^#define WAX_VERSION "\(.*\)"$/\1/p' \
		"$prefix/include/wax.h")
	[ "$(pkg-config --modversion wax)" = "$version" ]
	[ "$("$prefix/bin/wax" --version)" = "wax $version" ]
	[ -f "$prefix/lib/libwax.so.$version" ]
	pkg-config --validate wax
}

@test "the shared library has its soname, and links that lead to it" {
	needs readelf
	readelf -d "$prefix/lib/libwax.so" |
		grep -qF 'Library soname: [libwax.so.0]'
	[ "$(readlink "$prefix/lib/libwax.so")" = libwax.so.0 ]
	[ -f "$prefix/lib/libwax.so.0" ]
}

@test "the libraries export what the headers declare, and nothing else" {
	needs nm
	nm -D --defined-only "$prefix"/lib/libwax.so |
		awk '{ print $3 }' | sort >shared
	nm -g --defined-only "$prefix/lib/libwax.a" |
		awk 'NF == 3 { print $3 }' | sort >static
	run ! grep -qv '^wax_' shared
	cmp shared static
	# A declaration may break after its type, hence without line ends.
	cat "$prefix"/include/wax/*.h | tr '\n' ' ' |
		grep -oE 'WAX_API [^(]*\(' | grep -oE 'wax_[a-z0-9_]+\($' |
		tr -d '(' | sort >declared
	[ "$(wc -l <declared)" -gt 40 ]
	diff declared shared
}

@test "the installed tools run alone, elsewhere, without the build folder" {
	cp -r "$prefix/bin" tools
	run ! grep -rqF "$top" tools
	run ! grep -q 'build/' <(ldd tools/wax-seal)
	export PATH=$work/tools:/usr/bin:/bin
	call 0 env -i "HOME=$HOME" "$work/tools/wax" keygen
	echo hello | call 0 wax seal -i "$HOME/.local/share/wax/identity" \
		-o sealed
	call 0 wax-open sealed
	out_is hello
	call 0 wax inspect sealed
	call 0 wax-keygen -y
}

@test "the tools link only what they need" {
	needs readelf
	local tool
	local -A also=([wax-keygen]='|libzstd' [wax-seal]='|libzstd'
		[wax-open]='|libzstd' [wax-pack]='|libzstd|libarchive'
		[wax-unpack]='|libzstd|libarchive')
	for tool in wax wax-keygen wax-seal wax-open wax-inspect wax-extract \
		wax-pack wax-unpack; do
		readelf -d "$prefix/bin/$tool" | sed -n 's/.*(NEEDED).*\[//p' |
			grep -vE "^(libc|libsodium|ld-linux.*${also[$tool]-})\.so" \
				>others || true
		[ ! -s others ] || fail "$tool needs $(cat others)"
		# Position-independent, and with what the linker can protect.
		readelf -h "$prefix/bin/$tool" | grep -q 'Type: *DYN'
		readelf -d "$prefix/bin/$tool" | grep -q 'BIND_NOW\|FLAGS.*NOW'
		readelf -lW "$prefix/bin/$tool" | grep -q GNU_RELRO
		readelf -lW "$prefix/bin/$tool" | grep 'GNU_STACK' |
			grep -q 'RW '
	done
}

@test "install goes below DESTDIR only, and uninstall leaves no file" {
	make_it install DESTDIR="$work/root" PREFIX=/usr
	[ -x root/usr/bin/wax-seal ]
	[ -f root/usr/lib/pkgconfig/wax.pc ]
	[ -f root/usr/share/man/man1/wax-seal.1 ]
	run ! grep -qF "$work" root/usr/lib/pkgconfig/wax.pc
	holds root
	folder_holds root usr
	# The modes of all, whatever the umask.
	[ -z "$(find root -type f -perm /022)" ]
	[ -z "$(find root -type f ! -perm -444)" ]
	echo other >root/usr/bin/other
	make_it uninstall DESTDIR="$work/root" PREFIX=/usr
	[ "$(find root ! -type d)" = root/usr/bin/other ]
	# What is no folder of the system's goes, too.
	[ "$(find root -type d | sort | xargs)" = "root root/usr $(echo \
		root/usr/{bin,include,lib,share,share/man})" ]
	# Once more, with nothing left to do.
	make_it uninstall DESTDIR="$work/root" PREFIX=/usr
	make_it uninstall DESTDIR="$work/nowhere" PREFIX=/usr
	[ ! -e nowhere ]
}

@test "install with umask 077 is readable by all the same" {
	umask 077
	make_it install DESTDIR="$work/root" PREFIX=/opt/wax
	[ -z "$(find root -type f ! -perm -444)" ]
	[ -z "$(find root/opt/wax/* -type d ! -perm -555)" ]
}

@test "uninstall leaves nothing in a prefix of its own" {
	local p=$work/opt/wax
	make_it install PREFIX="$p"
	[ -f "$p/share/man/man7/wax.7" ]
	[ -f "$p/share/bash-completion/completions/wax-seal" ]
	[ -f "$p/share/fish/vendor_completions.d/wax-seal.fish" ]
	[ -f "$p/share/zsh/site-functions/_wax" ]
	make_it uninstall PREFIX="$p"
	folder_holds opt
	# What others put there stays, with its folders.
	make_it install PREFIX="$p"
	touch "$p/share/zsh/site-functions/_other" "$p/lib/pkgconfig/other.pc"
	make_it uninstall PREFIX="$p"
	[ "$(find opt ! -type d | sort | xargs)" = "$(echo \
		opt/wax/{lib/pkgconfig/other.pc,share/zsh/site-functions/_other})" ]
}

@test "uninstall leaves no folder of fish's, nor a library with the loader" {
	local etc=$work/root/etc/fish
	make_it install DESTDIR="$work/root"
	[ -f "$etc/completions/wax-seal.fish" ]
	make_it uninstall DESTDIR="$work/root"
	[ "$(find root | sort | xargs)" = "$(echo root root/{etc,usr} \
		root/usr/local{,/bin,/include,/lib,/share,/share/man})" ]
	# fish has its folders, empty or not.
	mkdir -p "$etc/completions"
	touch "$etc/config.fish"
	make_it install DESTDIR="$work/root"
	make_it uninstall DESTDIR="$work/root"
	folder_holds "$etc" completions config.fish

	# Here it is told of both, but not of what is not installed yet.
	mkdir bin
	printf '#!/bin/sh\ntest -e %s; echo $? >>%s\n' \
		"$work/p/lib/libwax.so.0" "$work/told" >bin/ldconfig
	chmod +x bin/ldconfig
	PATH=$work/bin:$PATH
	make_it install DESTDIR="$work/root"
	[ ! -e told ]
	make_it install PREFIX="$work/p"
	make_it uninstall PREFIX="$work/p"
	[ "$(cat told)" = $'0\n1' ]
}

@test "the packages for Debian have all that is installed, each file once" {
	make_it install DESTDIR="$work/root" PREFIX=/usr \
		LIBDIR=/usr/lib/triplet ZSHCOMPDIR=/usr/share/zsh/vendor-completions
	local file line list n
	find root ! -type d -printf '%P\n' >files
	[ "$(wc -l <files)" -gt 50 ]
	while read -r file; do
		n=0
		for list in "$top"/debian/*.install; do
			while read -r line; do
				# shellcheck disable=SC2053 # patterns
				[[ $file != $line && $file != $line/* ]] ||
					n=$((n + 1))
			done <"$list"
		done
		[ "$n" -eq 1 ] || fail "$file is in $n packages"
	done <files
	[ "$(sed -n '1s/^wax (\(.*\)) .*/\1/p' "$top/debian/changelog")" = \
		"$(sed -n 's/^#define WAX_VERSION "\(.*\)"$/\1/p' \
			"$top/include/wax.h")" ]
}

@test "a package is built twice from one folder" {
	[ -e /usr/share/dpkg/architecture.mk ] || skip 'dpkg-dev is not there'
	mkdir build
	ln -s "$WAX_BIN" build/bin
	cp "$top/Makefile" .
	export TMPDIR=$work/tmp
	mkdir tmp
	call 0 make -f "$top/debian/rules" override_dh_auto_test
	call 0 make -f "$top/debian/rules" override_dh_auto_test
	[ -z "$(ls tmp)" ]
}
