# SPDX-License-Identifier: MIT
# zoryx: `make help` lists the targets. No recursion, but for other compilers
# (tests/port.mk): one graph for everything.

.DEFAULT_GOAL := all
SHELL         := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:

# Variables a user may set --------------------------------------------------

PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
DESTDIR    ?=
ifeq ($(origin CC),default)
CC := cc
endif
CXX        ?= c++
AR         ?= ar
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
WERROR     ?=
QUICK      ?=

# What is built -------------------------------------------------------------

# module, ring and packages; a later module may use the earlier ones' ring
MODULES      := base gateway rest metrics guild command ipc state net bot cogs
PKGS_gateway := zlib libzstd
PKGS_guild   := mbedcrypto
PKGS_ipc     := mbedtls mbedcrypto
PKGS_state   := sqlite3 libzstd
PKGS_net     := libwebsockets libcurl
PKGS_bot     := mbedcrypto
PKGS_sandbox := libcjson zlib libzstd
PKGS         := libcjson libcurl libwebsockets libzstd mbedtls mbedcrypto \
	sqlite3 zlib
# the modules that a module calls; all of ring 0 calls base only
RING0        := gateway rest metrics guild command ipc
USES_base    :=
USES_net     := ipc rest gateway base
USES_bot     := net state command rest gateway base
USES_cogs    := bot net state ipc command guild metrics gateway base
uses          = $(if $(filter base,$1),,$(or $(USES_$1),base))

version_of = $(shell sed -n 's/^\#define $(1) "*\([0-9.]*\)"*/\1/p' \
	include/zoryx/version.h)
VERSION   := $(call version_of,ZX_VERSION)
SOVERSION := $(call version_of,ZX_SOVERSION)

B := $(if $(SAN),build/san,build)

# Packages: build/config.mk is remade (and make starts over) when it is missing,
# or when `test` finds it without cmocka, which nothing else needs. `run`, `test`
# and `bench` install what is missing; other targets name it.

GOALS := $(or $(MAKECMDGOALS),all)
ifdef CONFIG # made by somebody else, for another machine
include $(CONFIG)
else
ifneq ($(filter-out clean help deps deps-test deps-bench format uninstall,\
	$(GOALS)),)
include build/config.mk
endif
UNIT := $(if $(filter test crash fuzz sim restore-sim,$(GOALS)),test)
ifneq ($(UNIT),)
ifeq ($(shell grep -s LIBS_cmocka build/config.mk),)
build/config.mk: FORCE
endif
endif
build/config.mk: .ci/deps .ci/config
	@$(if $(filter run test bench,$(GOALS)),CC='$(CC)' CXX='$(CXX)' \
		PKG_CONFIG='$(PKG_CONFIG)' sh .ci/deps build $(UNIT:test=unit),:)
	@mkdir -p build
	@PKG_CONFIG='$(PKG_CONFIG)' CC='$(CC)' sh .ci/config $(PKGS) \
		$(UNIT:test=cmocka) >$@.tmp
	@mv $@.tmp $@
endif

say = @printf '  %-4s %s\n'
q   = @
ifdef V
say = @:
q   =
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wvla -Wformat=2 -Wundef
ZX_CPPFLAGS := -Iinclude -Isrc -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
	$(foreach p,$(PKGS),$(CFLAGS_$(p)))
ZX_CFLAGS   := -std=c11 -fPIC -fvisibility=hidden \
	-ffunction-sections -fdata-sections $(WARN) \
	$(if $(WERROR),-Werror)
ifdef SAN
ZX_CFLAGS  += -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
ZX_LDFLAGS += -fsanitize=address,undefined
endif
ifdef TSAN
ZX_CFLAGS  += -fsanitize=thread -fno-omit-frame-pointer
ZX_LDFLAGS += -fsanitize=thread
endif
ZX_LIBS     := $(foreach p,$(PKGS),$(LIBS_$(p))) -lm
# OPTFLAGS: what a build of ours adds when the user says nothing
compile = $(CC) $(ZX_CPPFLAGS) $(CPPFLAGS) $(ZX_CFLAGS) $(CFLAGS) -MMD -MP
link    = $(CC) $(ZX_LDFLAGS) $(LDFLAGS)

objs = $(patsubst %.c,$(B)/%.o,$(wildcard src/$(1)/*.c))
LIB_OBJS     := $(foreach m,$(MODULES),$(call objs,$(m)))
SANDBOX_OBJS := $(call objs,sandbox) $(B)/gen/page.o
BOT_OBJS     := $(patsubst %.c,$(B)/%.o,$(wildcard examples/bot/*.c))
BOX_OBJS     := $(patsubst %.c,$(B)/%.o,$(wildcard examples/sandbox/*.c))
EXAMPLES     := $(patsubst %.c,$(B)/%,$(wildcard examples/*.c))
EXAMPLES_CXX := $(patsubst %.cpp,$(B)/%,$(wildcard examples/[0-9]*.cpp))
LIB_A  := $(B)/libzoryx.a
BOX_A  := $(B)/libzoryx_sandbox.a

.PHONY: all modules run test crash fuzz sim restore-sim bench install uninstall abi size deb deps \
	deps-test deps-bench format \
	clean help FORCE
all: $(LIB_A) $(BOX_A) modules $(B)/zoryx-bot $(B)/zoryx-sandbox \
	$(EXAMPLES)

$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(compile) $(link)' | cmp -s - $@ || \
		echo '$(compile) $(link)' >$@

$(B)/%.o: %.c $(B)/flags
	$(say) CC $<
	$(q)mkdir -p $(@D)
	$(q)$(compile) -c -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c $(B)/flags
	$(say) CC $<
	$(q)$(compile) -c -o $@ $<

$(LIB_A): $(LIB_OBJS)
$(BOX_A): $(SANDBOX_OBJS)
$(LIB_A) $(BOX_A):
	$(say) AR $@
	$(q)rm -f $@ && $(AR) rcs $@ $^

$(B)/zoryx-bot: $(BOT_OBJS) $(LIB_A)
$(B)/zoryx-sandbox: $(BOX_OBJS) $(BOX_A) $(LIB_A)
$(EXAMPLES): %: %.o $(BOX_A) $(LIB_A)
$(B)/zoryx-bot $(B)/zoryx-sandbox $(EXAMPLES):
	$(say) LD $@
	$(q)$(link) -o $@ $^ $(ZX_LIBS) -pthread

# Nothing else needs C++: `make test` builds these where there is a compiler.
$(EXAMPLES_CXX): $(B)/%: %.cpp $(BOX_A) $(LIB_A) $(wildcard include/zoryx/*.h)
	$(say) CXX $@
	$(q)mkdir -p $(@D)
	$(q)$(CXX) -std=c++17 -Wall -Wextra -Wpedantic $(ZX_CPPFLAGS) \
		$(CPPFLAGS) $(CXXFLAGS) $(ZX_LDFLAGS) $(LDFLAGS) -o $@ $< \
		$(BOX_A) $(LIB_A) $(ZX_LIBS) -pthread

PAGE := $(sort $(wildcard src/sandbox/page/*))
$(B)/gen/page.c: $(PAGE) src/sandbox/embed.sh
	$(say) GEN $@
	$(q)mkdir -p $(@D)
	$(q)sh src/sandbox/embed.sh $(PAGE) >$@

include src/install/rules.mk
include src/install/docs.mk

# Running --------------------------------------------------------------------
# Heartbeats more often than Discord's, so that a latency is there soon.

SANDBOX_FLAGS ?= --heartbeat 5000

# 130 is Ctrl-C twice, which is no failure; every other code is passed on.
run: $(B)/zoryx-bot $(B)/zoryx-sandbox
	@trap : INT; if $(B)/zoryx-bot --token-set; then $(B)/zoryx-bot; \
	else $(B)/zoryx-sandbox $(SANDBOX_FLAGS) --run $(B)/zoryx-bot; fi; \
	code=$$?; [ $$code -eq 130 ] || exit $$code

# Tests ----------------------------------------------------------------------
# tests/MODULE/test_*.c   one program each      tests/MODULE/*.sh  scripts
# tests/alone/MODULE.c    links with that module, what it uses, and their
#                         packages only

TEST_SRC  := $(wildcard tests/*/test_*.c)
TEST_BIN  := $(TEST_SRC:%.c=$(B)/%)
HELPERS   ?= $(basename $(notdir $(wildcard tests/helper/*.c)))
TEST_HELP := $(HELPERS:%=$(B)/tests/helper/%.o)
ALONE     := $(patsubst %.c,$(B)/%,$(wildcard tests/alone/*.c))
TEST_SH   := $(sort $(wildcard tests/*/test_*.sh))

$(B)/tests/%.o: ZX_CPPFLAGS += -Itests

# The simulation that the tests of restores share.
RESTORE_SIM := $(patsubst %.c,$(B)/%.o,$(wildcard tests/guild/restore_sim*.c))
$(filter $(B)/tests/guild/test_restore%,$(TEST_BIN)): $(RESTORE_SIM)
$(B)/tests/guild/test_plan_twice: $(RESTORE_SIM)

# Snapshots made of single items, for the tests of plans.
$(filter $(B)/tests/guild/test_plan%,$(TEST_BIN)): $(B)/tests/guild/plan_desk.o
$(B)/tests/cogs/test_restore_show $(B)/tests/guild/test_restore_eta: $(B)/tests/guild/plan_desk.o

$(TEST_BIN): %: %.o $(TEST_HELP) $(BOX_A) $(LIB_A)
	$(say) LD $@
	$(q)$(link) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(ZX_LIBS) \
		$(LIBS_cmocka) -pthread

.SECONDEXPANSION:
$(ALONE): %: %.o $$(foreach m,$$(call closure,$$(notdir $$*)),$$(call so_objs,$$m))
	$(say) LD $@
	$(q)$(link) -o $@ $(sort $^) \
		$(foreach p,$(call packages,$(notdir $@)),$(LIBS_$(p))) -lm \
		$(if $(filter sandbox,$(notdir $@)),-pthread)

HAVE_CXX = $(shell command -v $(firstword $(CXX)))
test: all $(TEST_BIN) $(ALONE) $$(if $$(HAVE_CXX),$(EXAMPLES_CXX))
	@B='$(B)' CC='$(CC)' CXX='$(CXX)' SAN='$(SAN)' \
		OBJS='$(LIB_OBJS)' LIB_A='$(LIB_A)' MODULES='$(MODULES)' \
		sh tests/run.sh $(ALONE) $(TEST_BIN) $(TEST_SH)

include tests/port.mk

# Accidents ------------------------------------------------------------------
# The same tests as in `make test`, with many more kills and power cuts.

crash: $(B)/tests/state/test_crash $(B)/tests/state/test_cut \
		$(B)/tests/state/test_journal
	$(q)ZX_KILLS=1000 CMOCKA_MESSAGE_OUTPUT=TAP $(B)/tests/state/test_crash
	$(q)ZX_CUTS=10000 CMOCKA_MESSAGE_OUTPUT=TAP $(B)/tests/state/test_cut
	$(q)ZX_KILLS=1000 ZX_CUTS=10000 CMOCKA_MESSAGE_OUTPUT=TAP \
		$(B)/tests/state/test_journal

# Fuzzing --------------------------------------------------------------------
# tests/fuzz/fuzz_MODULE.c with that module and base; what it begins with is in
# tests/fuzz/corpus/MODULE, which `make test` goes through as well.

CLANG      ?= clang
FUZZ_TIME  ?= 60
FUZZ_FLAGS := -g -O1 -std=c11 -DZX_LIBFUZZER -Itests \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZ       := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

# The module of a target of another name.
FUZZ_OF_restore := guild
fuzz_of = $(or $(FUZZ_OF_$(1)),$(1))
$(FUZZ:%=$(B)/fuzz/%): $(B)/fuzz/%: tests/fuzz/fuzz_%.c \
		$$(wildcard src/$$(call fuzz_of,$$*)/*.c)
	$(say) FUZZ $@
	$(q)mkdir -p $(@D)
	$(q)$(CLANG) $(FUZZ_FLAGS) $(ZX_CPPFLAGS) -o $@ $^ \
		$(wildcard src/base/*.c tests/helper/zx_test.c \
		tests/helper/fail_alloc.c) \
		$(foreach p,$(PKGS_$(call fuzz_of,$*)),$(LIBS_$(p))) \
		$(LIBS_cmocka) -lm

fuzz: $(FUZZ:%=$(B)/fuzz/%)
	$(q)for f in $(FUZZ); do \
		mkdir -p $(B)/fuzz/found-$$f && $(B)/fuzz/$$f \
			-max_total_time=$(FUZZ_TIME) -timeout=10 -max_len=8192 \
			-artifact_prefix=$(B)/fuzz/ -print_final_stats=1 \
			$(B)/fuzz/found-$$f \
			$$(ls -d tests/fuzz/corpus/$$f 2>/dev/null) || exit 1; \
	done

# The simulations of `make test` for many seeds: shards, identify queue and REST
# through simulated hours with a fault every few minutes.
SEEDS ?= 200
HOURS ?= 24
sim: $(B)/tests/bot/test_fleet_sim $(B)/tests/gateway/test_sim
	@for p in $^; do \
		printf '  SIM  %s: %s seeds, %s h\n' $$p $(SEEDS) $(HOURS); \
		$$p 1 $(SEEDS) $(HOURS) >$(B)/sim.log 2>&1 || \
			{ tail -n 5 $(B)/sim.log; exit 1; }; \
		grep "^seed" $(B)/sim.log | tail -n 1; \
	done

# Restores that are killed at random instants, in bad weather, and one that is
# killed at each instant once.
RESTORES ?= 1000
restore-sim: $(B)/tests/guild/test_restore_sim
	$(q)$(B)/tests/guild/test_restore_sim 1 $(RESTORES)

# Benchmarks -----------------------------------------------------------------

BENCH_BIN := $(patsubst %.c,$(B)/%,$(wildcard bench/bench_*.c))
$(BENCH_BIN): %: %.o $(B)/bench/report.o $(BOX_A) $(LIB_A)
	$(say) LD $@
	$(q)$(link) -o $@ $^ $(ZX_LIBS) -pthread

bench: $(BENCH_BIN) $(B)/zoryx-sandbox $(B)/zoryx-bot
	@B='$(B)' QUICK='$(QUICK)' sh bench/run.sh $(BENCH_BIN)

deps:
	@sh .ci/deps build
deps-test:
	@sh .ci/deps build test
deps-bench:
	@sh .ci/deps build bench

format:
	clang-format -i $(shell find include src examples bench tests \
		-name node_modules -prune -o -name '*.[ch]' -print)

clean:
	rm -rf build

help:
	@sed -n 's/^#: //p' Makefile
#: make            build everything under build/
#: make run        build and run the bot: against Discord with DISCORD_TOKEN in
#:                 .env, in the bundled sandbox without (prints its page)
#: make test       build and run all tests
#: make crash      kill the state file 1,000 times, cut its power 10,000 times
#: make fuzz       run the fuzzers for FUZZ_TIME=60 s each; needs clang
#: make sim        simulated days of faults; SEEDS=200 HOURS=24
#: make restore-sim  1,000 restores killed at random, one at each instant
#: make port-32    all as 32-bit programs; port-be big-endian, port-musl,
#:                 port-clang: see tests/port.mk
#: make tsan       the programs with threads under the thread sanitizer
#: make bench      measure; QUICK=1 for less than a minute
#: make deps       install the packages needed to build
#: make deps-test  and those for the interop and browser tests
#: make deps-bench and those `make bench` compares with: ZeroMQ, NATS, Redis
#: make man        the manual pages, in build/man; make doc: HTML (doxygen)
#: make install    to PREFIX (/usr/local), below DESTDIR; make uninstall
#: make deb        Debian packages, in build/deb; recipe: docs/packaging/debian
#: make size       text bytes per module, to docs/SIZES.md
#: make abi        write what the libraries export to docs/abi, for review
#: make format     run clang-format 14 over the sources
#: make clean      remove build/
#: Variables: CC, CFLAGS, LDFLAGS, V=1 (show commands), SAN=1 (address and
#: undefined behaviour sanitizers, in build/san), WERROR=1

# not what .ci/deps unpacks under build/tools
-include $(shell find $(B) -path '*/tools' -prune -o -name '*.d' -type f \
	-print 2>/dev/null)
