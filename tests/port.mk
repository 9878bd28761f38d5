# SPDX-License-Identifier: MIT
# Other machines, compilers and C libraries, each in a build of its own. What a
# target needs besides its compiler is unpacked by .ci/root; the compilers are
# Debian's gcc-12-multilib, gcc-s390x-linux-gnu with qemu-user, musl-tools.
#
#   port-32     all modules as 32-bit x86, all test programs
#   port-be     ring 0, state and the sandbox for s390x, whose bytes stand the
#               other way round, under qemu
#   port-musl   ring 0 and the sandbox with musl, all static
#   port-clang  everything with clang, WERROR=1
#   tsan        the programs with threads, under the thread sanitizer

PORT_GOALS := port-32 port-be port-musl port-clang tsan
.PHONY: $(PORT_GOALS)

# $1: a folder of $(B)/tests, $2: programs left out
programs = $(filter-out $2,$(patsubst %.c,%,$(wildcard $(1:%=tests/%/test_*.c))))
PORT_RING0 := base $(RING0)
PORT_FLAGS := -O1 -g
PORT_WERROR ?= 1

# $1: build folder, $2: how to start a program, $3: programs, $4: settings. What
# cannot be built is a program that is not there, so a failure of the run.
define port_run
	+-$(q)$(MAKE) -k --no-print-directory B=$1 CFLAGS='$(PORT_FLAGS)' WERROR=$(PORT_WERROR) $4 \
		$(addprefix $1/,$3)
	$(q)B=$1 WRAP='$2' LIMIT=$(if $2,3000) sh tests/run.sh $(addprefix $1/,$3)
endef

# $1: architecture, $2: triplet, $3: compiler
define port_debian
	$(q)sh .ci/root $1 $(CURDIR)/build/root-$1
	$(q)mkdir -p build/$@
	$(q)CC='$3' PKG_CONFIG_SYSROOT_DIR='$(CURDIR)/build/root-$1' \
		PKG_CONFIG_LIBDIR='$(CURDIR)/build/root-$1/usr/lib/$2/pkgconfig' \
		sh .ci/config $(PKGS) cmocka >build/$@/config.mk
endef

I386    := $(CURDIR)/build/root-i386
port-32: CC := gcc -m32 --sysroot=$(I386)
port-32: ALL := $(call programs,*) $(ALONE:$(B)/%=%)
port-32:
	$(call port_debian,i386,i386-linux-gnu,$(CC))
	$(call port_run,build/$@,,$(ALL),CC='$(CC)' CONFIG=build/$@/config.mk \
		LDFLAGS='-Wl$(comma)--disable-new-dtags \
		-Wl$(comma)--dynamic-linker=$(I386)/lib/ld-linux.so.2 \
		-Wl$(comma)-rpath$(comma)$(I386)/lib/i386-linux-gnu:$(I386)/usr/lib/i386-linux-gnu')

S390X   := $(CURDIR)/build/root-s390x
port-be: CC := s390x-linux-gnu-gcc --sysroot=$(S390X)
port-be: ALL := $(call programs,$(PORT_RING0) state sandbox) \
	$(PORT_RING0:%=tests/alone/%)
port-be:
	$(call port_debian,s390x,s390x-linux-gnu,$(CC))
	$(call port_run,build/$@,qemu-s390x -L $(S390X),$(ALL),\
		CC='$(CC)' CONFIG=build/$@/config.mk \
		MODULES='$(PORT_RING0) state')

MUSL_PKGS := libcjson libzstd mbedtls mbedcrypto zlib
port-musl: ALL := $(call programs,$(PORT_RING0) sandbox) \
	$(PORT_RING0:%=tests/alone/%)
port-musl:
	$(q)sh .ci/root musl build/root-musl
	$(call port_run,build/$@,,$(ALL),CC='musl-gcc' LDFLAGS=-static \
		MODULES='$(PORT_RING0)' PKGS='$(MUSL_PKGS)' \
		CONFIG=build/root-musl/config.mk \
		HELPERS='zx_test fail_alloc golden peer ws_client mem_store trace_run')

port-clang:
	$(call port_run,build/$@,,$(call programs,*) $(ALONE:$(B)/%=%),\
		CC='$(CLANG)' B=build/$@)

TSAN_TESTS := tests/bot/test_threads tests/bot/test_bot tests/net/test_loop \
	tests/sandbox/test_sandbox tests/sandbox/test_wire_live
tsan:
	$(call port_run,build/$@,,$(TSAN_TESTS),TSAN=1)
