# SPDX-License-Identifier: ISC
#
# make deps, make, make check, make install: give the same variables to all of
# them. FLAVOUR=asan builds with sanitizers, in build/asan; V=1 shows commands.

VERSION := $(shell sed -n 's/^\#define WAX_VERSION "\(.*\)"$$/\1/p' include/wax.h)
SOVERSION := 0
TOOLS := wax wax-keygen wax-seal wax-open wax-inspect wax-pack wax-unpack \
	wax-extract wax-sign wax-verify wax-card wax-contact wax-session

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
# fish looks in no folder under /usr/local; /etc is the machine's own as well.
FISHCOMPDIR ?= $(if $(filter /usr/local,$(PREFIX)),/etc/fish/completions,$\
	$(PREFIX)/share/fish/vendor_completions.d)

CFLAGS ?= -O2 -g
OBJCOPY ?= objcopy
PKG_CONFIG ?= pkg-config
FUZZ_SECONDS ?= 60

# The flavours, each in a folder of its own; "warn-" ones only look for what the
# compilers warn of: gcc finds some of it while it optimises, clang all before.
B := build$(addprefix /,$(FLAVOUR))
ERRORS := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
SANITIZE_asan := $(ERRORS) -O1 -g1
SANITIZE_fuzz := $(ERRORS) -fsanitize=fuzzer-no-link
SANITIZE_tsan := -fsanitize=thread -fno-omit-frame-pointer -O1 -g1
OUTPUT_warn-gcc := -g0 -S
OUTPUT_warn-clang := -fsyntax-only
OUTPUT := $(or $(OUTPUT_$(FLAVOUR)),-c)
SANITIZE := $(SANITIZE_$(FLAVOUR))

# libsodium: the system's, or else the one that make deps fetched, linked
# statically, so that what is installed runs without build/.
SODIUM := 1.0.22
ifeq ($(shell $(PKG_CONFIG) --atleast-version=$(SODIUM) libsodium 2>&1 || echo no),)
SODIUM_CFLAGS := $(shell $(PKG_CONFIG) --cflags libsodium)
SODIUM_LIBS := $(shell $(PKG_CONFIG) --libs libsodium)
PC_REQUIRES := libsodium >= $(SODIUM)
else
SODIUM_CFLAGS := -isystem build/deps/root/include
SODIUM_A := build/deps/root/lib/libsodium.a
endif

ZSTD_LIBS := $(shell $(PKG_CONFIG) --libs libzstd 2>/dev/null || echo -lzstd)
PC_REQUIRES += libzstd
ARCHIVE_LIBS := $(shell $(PKG_CONFIG) --libs libarchive 2>/dev/null || \
	echo -larchive)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wundef -Wpointer-arith -Wcast-align -Wcast-qual -Wwrite-strings \
	-Wimplicit-fallthrough -Wdouble-promotion

# Those of the flags that the compiler has for this machine.
known = $(foreach f,$(1),$(shell $(CC) -Werror $(f) -x c -c -o /dev/null \
	/dev/null 2>/dev/null && echo $(f)))
HARDEN := -fstack-protector-strong \
	$(call known,-fstack-clash-protection -fcf-protection)
# glibc warns of fortification without optimisation; sanitizers replace it.
ifeq ($(SANITIZE)$(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),)
ifneq ($(filter-out -O0,$(lastword $(filter -O%,$(CFLAGS)))),)
HARDEN += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
endif

# -fno-lto, as objcopy needs real objects to hide the private names in.
COMPILE = $(CC) -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iinclude \
	$(ROOM) $(WARN) $(HARDEN) -fvisibility=hidden -ffunction-sections \
	-fdata-sections -ffile-prefix-map=$(CURDIR)=. $(CPPFLAGS) $(CFLAGS) \
	-fno-lto $(SANITIZE) $(WERROR) -MMD -MP
LINK = $(CC) $(CFLAGS) $(SANITIZE) -Wl,-z,relro,-z,now,-z,noexecstack \
	-Wl,--gc-sections,--as-needed $(LDFLAGS)

objects = $(patsubst %.c,$(B)/obj/%.o,$(wildcard $(1)))
# Two rooms are no part of the library: archive, which brings libarchive, and
# extract, which is for a process without keys.
ROOMS := $(call objects,lib/*.c lib/*/*.c)
LIB := $(filter-out $(B)/obj/lib/archive/% $(B)/obj/lib/extract/%,$(ROOMS))
CMD := $(call objects,cmd/*.c)
# libFuzzer, too, has a main.
TEST_OBJ := $(filter-out $(if $(filter fuzz,$(FLAVOUR)),%/fuzz/replay.o), \
	$(call objects,tests/*.c tests/*/*.c))
SHELLS := $(patsubst %,$(B)/obj/cmd/%.o,completions bash zsh fish)
SHARED := $(filter-out $(TOOLS:wax-%=$(B)/obj/cmd/%.o) $(SHELLS) \
	$(B)/obj/cmd/wax.o $(B)/obj/cmd/jail.o,$(CMD))
UNIT := $(filter $(B)/obj/tests/unit/t-%,$(TEST_OBJ))
FUZZ := $(filter $(B)/obj/tests/fuzz/fuzz-%,$(TEST_OBJ))
MAN := $(wildcard man/*.[1-9])
C := $(wildcard $(foreach d,include lib cmd tests,$d/*.[ch] $d/*/*.[ch]))

comma := ,
say = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@echo "  $(1)" $@;)

all: $(TOOLS:%=$(B)/bin/%) $(B)/lib/libwax.a \
	$(if $(SANITIZE),,$(B)/lib/libwax.so.$(VERSION))

# The tools see the public headers, some the rooms as well; tests everything.
$(B)/obj/lib/%: private ROOM := -Ilib $(SODIUM_CFLAGS) -fPIC
$(B)/obj/cmd/%: private ROOM := -fPIE
$(patsubst %,$(B)/obj/cmd/%.o,pack unpack jail extract): private ROOM := -Ilib -fPIE
$(B)/obj/tests/%: private ROOM := -Ilib -I. $(SODIUM_CFLAGS) -fPIE

$(B)/obj/%.o: %.c $(B)/flags $(SODIUM_A)
	@mkdir -p $(@D)
	$(call say,CC)$(COMPILE) $(OUTPUT) -o $@ $<
	$(if $(OUTPUT_$(FLAVOUR)),@touch $@)

# Everything is made anew when the flags are others than the last time.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@
FLAGS = $(COMPILE) $(OUTPUT) $(LINK) $(SODIUM_CFLAGS) $(SODIUM_LIBS)

# The whole library as one object, in which all but the public names (those
# with WAX_API) is local: to both libraries, nothing else is there.
$(B)/obj/libwax.o: $(LIB) $(SODIUM_A)
	$(call say,LD)$(CC) $(CFLAGS) -fno-lto -r -nostdlib -o $@.all $^ \
		-Wl,--exclude-libs,ALL
	@$(OBJCOPY) --localize-hidden $@.all $@
	@rm $@.all

$(B)/lib/libwax.so.$(VERSION): $(B)/obj/libwax.o
	@mkdir -p $(@D)
	$(call say,LD)$(LINK) -shared -Wl,-z,defs \
		-Wl,-soname,libwax.so.$(SOVERSION) -o $@ $< $(SODIUM_LIBS) \
		$(ZSTD_LIBS)

$(B)/lib/libwax.a: $(B)/obj/libwax.o
$(B)/cmd.a: $(SHARED)
$(B)/private.a: $(ROOMS)
%.a:
	@mkdir -p $(@D)
	$(call say,AR)rm -f $@ && $(AR) rcD $@ $^

build/deps/root/%:
	@echo "libsodium >= $(SODIUM) is missing; 'make deps' gets it" >&2
	@false

# Links a program of the prerequisites.
define program
@mkdir -p $(@D)
$(call say,LD)$(LINK) -pie -o $@ $(filter %.o,$^) \
	$(filter %.a,$^) $(SODIUM_LIBS) $(ZSTD_LIBS) $(LDLIBS)
endef

# From the rooms and not the library, so that each links only what it needs.
$(B)/bin/wax: $(B)/obj/cmd/wax.o $(B)/cmd.a $(B)/private.a $(SODIUM_A)
	$(program)
$(B)/bin/wax-%: $(B)/obj/cmd/%.o $(B)/cmd.a $(B)/private.a $(SODIUM_A)
	$(program)
$(B)/gen-completions: $(SHELLS) $(B)/cmd.a $(B)/private.a $(SODIUM_A)
	$(program)
$(B)/bin/wax-unpack: $(B)/obj/cmd/jail.o
$(B)/bin/wax-pack $(B)/bin/wax-unpack: private LDLIBS := $(ARCHIVE_LIBS)

# tests/unit/t-*.c and tests/fuzz/fuzz-*.c are a program each; the other files
# beside them are linked to each. Fuzz targets replay their corpus, or, in the
# fuzz flavour, are driven by libFuzzer.
$(B)/unit/%: $(B)/obj/tests/unit/%.o \
	$(filter-out $(UNIT),$(filter $(B)/obj/tests/unit/%,$(TEST_OBJ))) \
	$(B)/cmd.a $(B)/private.a $(SODIUM_A)
	$(program)
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o \
	$(filter-out $(FUZZ),$(filter $(B)/obj/tests/fuzz/%,$(TEST_OBJ))) \
	$(B)/cmd.a $(B)/private.a $(SODIUM_A)
	$(program)
$(B)/unit/% $(B)/fuzz/%: private LDLIBS := $(ARCHIVE_LIBS)
$(B)/unit/t-ct-ratchet: private LDLIBS := $(ARCHIVE_LIBS) \
	$(patsubst %,-Wl$(comma)--wrap=wax_%,random x25519 x25519_base \
	xwing_public xwing_encap xwing_decap xaead_seal xaead_open)
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(B)/private.a $(SODIUM_A)
	$(program)
build/fuzz/fuzz/%: private LDLIBS := $(ARCHIVE_LIBS) -fsanitize=fuzzer

programs: all $(B)/gen-completions $(UNIT:$(B)/obj/tests/%.o=$(B)/%) \
	$(if $(SANITIZE),fuzzers)
# What has threads of its own.
threaded: $(patsubst %,$(B)/unit/t-%,crew parallel prehash)
fuzzers: $(FUZZ:$(B)/obj/tests/%.o=$(B)/%)
objects: $(ROOMS) $(CMD) $(TEST_OBJ)

# Compiles everything under both compilers; a warning is an error.
warn: warn-gcc warn-clang
warn-gcc warn-clang:
	+@$(MAKE) FLAVOUR=$@ CC=$(@:warn-%=%) WERROR=-Werror objects

deps:
	@scripts/deps.sh build
	@scripts/libsodium.sh $(SODIUM)
check-deps: deps
	@scripts/deps.sh check

# Sub-makes, as dependencies that were just installed change the rules above.
demo: deps
	+@$(MAKE) all
	@tests/demo.sh
check check-long: check-deps
	@$(if $(filter %-long,$@),scripts/deps.sh deb)
	@# 300 MB, without which a test is skipped.
	-@$(if $(filter %-long,$@),scripts/deps.sh browser)
	@# Nor without a mail server.
	-@$(if $(filter %-long,$@),scripts/deps.sh postfix)
	+@$(MAKE) all
	@tests/run $(if $(filter %-long,$@),long)
bench: all $(addprefix $(B)/bench/,contacts turns callers keys)
	@tests/bench/run $(BENCH)
fuzz:
	+@$(MAKE) FLAVOUR=fuzz CC=clang fuzzers
	@scripts/fuzz.sh $(FUZZ_SECONDS)

completions: $(B)/gen-completions
	@mkdir -p $@
	$< bash >$@/wax.bash
	$< zsh >$@/_wax
	$< fish >$@/wax.fish

# The session that the README begins with, as the tools show it now.
readme: all
	@tests/readme.sh >build/README.md
	@mv build/README.md README.md

format:
	clang-format -i $(C)
lint:
	clang-format --dry-run -Werror $(C)
	shellcheck .ci/run scripts/*.sh tests/run $(wildcard tests/*.sh tests/*/run)

# bash and fish look for a file of the command's name.
relative = $(patsubst $(PREFIX)/%,$${prefix}/%,$(1))
install: all
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBDIR)/pkgconfig \
		$(INCLUDEDIR)/wax $(BASHCOMPDIR) $(ZSHCOMPDIR) $(FISHCOMPDIR))
	install -m 755 $(TOOLS:%=$(B)/bin/%) $(DESTDIR)$(BINDIR)
	install -m 644 include/wax.h $(DESTDIR)$(INCLUDEDIR)
	install -m 644 include/wax/*.h $(DESTDIR)$(INCLUDEDIR)/wax
	install -m 644 $(B)/lib/libwax.a $(B)/lib/libwax.so.$(VERSION) \
		$(DESTDIR)$(LIBDIR)
	ln -sf libwax.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libwax.so.$(SOVERSION)
	ln -sf libwax.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libwax.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' \
		-e 's|@LIBDIR@|$(call relative,$(LIBDIR))|' \
		-e 's|@INCLUDEDIR@|$(call relative,$(INCLUDEDIR))|' \
		-e 's|@REQUIRES@|$(PC_REQUIRES)|' \
		lib/wax.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/wax.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/wax.pc
	for page in $(MAN); do \
		install -D -m 644 $$page -t \
			$(DESTDIR)$(MANDIR)/man$${page##*.} || exit; \
	done
	install -m 644 completions/wax.bash $(DESTDIR)$(BASHCOMPDIR)/wax
	install -m 644 completions/_wax $(DESTDIR)$(ZSHCOMPDIR)
	install -m 644 completions/wax.fish $(DESTDIR)$(FISHCOMPDIR)
	for tool in $(filter-out wax,$(TOOLS)); do \
		ln -sf wax $(DESTDIR)$(BASHCOMPDIR)/$$tool && \
		ln -sf wax.fish $(DESTDIR)$(FISHCOMPDIR)/$$tool.fish || exit; \
	done
	$(ldconfig)
# The loader finds a new library by its cache, which is root's.
ldconfig = [ "$(DESTDIR)" ] || PATH=$$PATH:/sbin ldconfig 2>/dev/null || :

INSTALLED = $(TOOLS:%=$(BINDIR)/%) $(addprefix $(INCLUDEDIR)/,wax.h \
	$(patsubst include/%,%,$(wildcard include/wax/*.h))) \
	$(addprefix $(LIBDIR)/,libwax.a libwax.so libwax.so.$(SOVERSION) \
	libwax.so.$(VERSION) pkgconfig/wax.pc) \
	$(foreach m,$(MAN),$(MANDIR)/man$(subst .,,$(suffix $m))/$(notdir $m)) \
	$(TOOLS:%=$(BASHCOMPDIR)/%) $(ZSHCOMPDIR)/_wax \
	$(TOOLS:%=$(FISHCOMPDIR)/%.fish)
# Folders go when they are empty, but not those that a system has anyway: under
# these prefixes, or where the folder is under no prefix of ours.
up = $(patsubst %/,%,$(dir $(1)))
FOLDERS = $(INCLUDEDIR)/wax $(LIBDIR)/pkgconfig \
	$(sort $(foreach m,$(MAN),$(MANDIR)/man$(subst .,,$(suffix $m)))) \
	$(foreach d,$(BASHCOMPDIR) $(ZSHCOMPDIR) $(FISHCOMPDIR),$d $(call up,$d)) \
	$(if $(filter /usr /usr/local,$(PREFIX)),,$(MANDIR) $(call up,$(MANDIR)) \
	$(BINDIR) $(LIBDIR) $(INCLUDEDIR))
# Where fish is not installed, /etc has had no folder of it before.
FISH = $(DESTDIR)$(FISHCOMPDIR)
uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	for folder in $(addprefix $(DESTDIR),$(filter $(PREFIX)/%,$(FOLDERS)) \
		$(filter-out /usr /usr/local,$(PREFIX))); do \
		[ ! -d $$folder ] || \
			rmdir --ignore-fail-on-non-empty $$folder || exit; \
	done
	[ "$$(ls -A $(call up,$(FISH)) 2>/dev/null)" != completions ] || \
		rmdir --ignore-fail-on-non-empty $(FISH) $(call up,$(FISH))
	$(ldconfig)

# Packages for Debian, in build/deb.
deb: deps
	@scripts/deps.sh deb
	@scripts/deb.sh

# The same commit gives the same bytes.
dist:
	git -c tar.umask=022 -c tar.tar.gz.command='gzip -9cn' archive \
		--prefix=wax-$(VERSION)/ -o wax-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(filter-out build/deps build/peers,$(wildcard build/*))
distclean:
	rm -rf build wax-*.tar.gz

FORCE:
.PHONY: all programs threaded fuzzers objects warn warn-gcc warn-clang deps \
	check-deps demo check check-long bench fuzz completions readme format \
	lint install uninstall deb dist clean distclean
.DELETE_ON_ERROR:
-include $(patsubst %.o,%.d,$(ROOMS) $(CMD) $(TEST_OBJ))
