# SPDX-License-Identifier: MIT
# What is installed: headers, archives, shared libraries, and how other builds
# find them. Included by the Makefile.
#
# One shared library per module, so that a program that wants cluster messages
# does not load SQLite, curl and libwebsockets: a shared library brings along
# all it was linked with, whether a program calls that part or not, and
# --as-needed on the program's own command line does not change it. libzoryx.so
# is no library but a line for the linker, which picks those a program calls.
# libzoryx.a is all modules in one archive: of an archive only what is called
# comes along anyway.

SHARED   := $(MODULES) sandbox
L        := $(B)/lib
SO       := so
so_name   = libzoryx_$1.$(SO).$(SOVERSION)
so_file   = libzoryx_$1.$(SO).$(VERSION)
so_flags  = -shared -Wl,-soname,$(call so_name,$1) \
	-Wl,--version-script=$(L)/zoryx.map -Wl,--as-needed \
	$(if $(SAN)$(TSAN),,-Wl,-z,defs)
ifeq ($(shell uname -s),Darwin)
SO       := dylib
so_name   = libzoryx_$1.$(SOVERSION).$(SO)
so_file   = libzoryx_$1.$(VERSION).$(SO)
so_flags  = -dynamiclib -install_name $(LIBDIR)/$(call so_name,$1)
endif
so_objs   = $(if $(filter sandbox,$1),$(SANDBOX_OBJS),$(call objs,$1))

# a module, and all below it, each before what it uses
closure   = $(filter $1 $(call below,$1),cogs bot net state $(RING0) sandbox \
	base)
below     = $(call uses,$1) $(foreach u,$(call uses,$1),$(call below,$u))
packages  = $(filter $(foreach m,$(call closure,$1),$(PKGS_$m)),$(PKGS))
ALL_PKGS := $(call packages,cogs)

SHARED_LIBS := $(foreach m,$(SHARED),$(L)/$(call so_file,$m))
ARCHIVES    := $(SHARED:%=$(L)/libzoryx_%.a)
MODULE_PCS  := $(SHARED:%=$(L)/zoryx-%.pc)
CMAKE_FILES := $(L)/zoryxConfig.cmake $(L)/zoryxConfigVersion.cmake
modules: $(SHARED_LIBS) $(ARCHIVES) $(MODULE_PCS) $(L)/zoryx.pc \
	$(L)/zoryx-static.pc $(L)/libzoryx.so $(CMAKE_FILES)

# Files that are remade when what they say changes: PREFIX is often given to
# install only.
fill = @mkdir -p $(@D); sed -e 's|@PREFIX@|$(PREFIX)|' \
	-e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	-e 's|@VERSION@|$(VERSION)|' -e 's|@SOVERSION@|$(SOVERSION)|' \
	-e 's|@MODULES@|$(SHARED)|' $1 $< >$@.tmp; \
	cmp -s $@.tmp $@ || cp $@.tmp $@; rm -f $@.tmp

$(L)/zoryx.map: src/install/zoryx.map.in FORCE
	$(call fill)

define shared_rule
$(L)/$(call so_file,$1): $(call so_objs,$1) $(L)/zoryx.map \
		$(foreach u,$(call uses,$1),$(L)/$(call so_file,$u))
	$$(say) LD $$@
	$$(q)$$(link) $$(call so_flags,$1) -o $$@ $$(filter %.o,$$^) \
		$(foreach u,$(call uses,$1),$(L)/$(call so_file,$u)) \
		$(foreach p,$(PKGS_$1),$(LIBS_$p)) -lm \
		$(if $(filter sandbox,$1),-pthread)
	$$(q)ln -sf $$(@F) $(L)/$(call so_name,$1)
	$$(q)ln -sf $$(@F) $(L)/libzoryx_$1.$(SO)
$(L)/libzoryx_$1.a: $(call so_objs,$1)
	$$(say) AR $$@
	$$(q)mkdir -p $$(@D) && rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach m,$(SHARED),$(eval $(call shared_rule,$m)))

# A package with a .pc is named as that; mbedTLS before 3.6 has none.
comma    := ,
spaced    = $(subst $(subst ,, ),$(comma) ,$(strip $1))
pc_names  = $(call spaced,$(foreach p,$1,$(if $(PC_$p),$p)))
pc_libs   = $(strip $(foreach p,$1,$(if $(PC_$p),,$(LIBS_$p))))
$(MODULE_PCS): $(L)/zoryx-%.pc: src/install/module.pc.in FORCE
	$(call fill,-e 's|@MODULE@|$*|' \
		-e 's|@USES@|$(call spaced,$(patsubst %,zoryx-%,\
			$(call uses,$*)))|' \
		-e 's|@PACKAGES@|$(call pc_names,$(PKGS_$*))|' \
		-e 's|@LIBS@|$(strip $(call pc_libs,$(PKGS_$*)) -lm \
			$(if $(filter sandbox,$*),-pthread))|')
$(L)/zoryx.pc $(L)/zoryx-static.pc: $(L)/%.pc: src/install/%.pc.in FORCE
	$(call fill,-e 's|@PACKAGES@|$(call pc_names,$(ALL_PKGS))|' \
		-e 's|@LIBS@|$(strip $(call pc_libs,$(ALL_PKGS)) -lm)|' \
		-e 's|@ALL_LIBS@|$(strip $(foreach p,$(ALL_PKGS),\
			$(LIBS_$p))) -lm|')

$(L)/libzoryx.so: Makefile src/install/rules.mk
	@mkdir -p $(@D)
	@echo 'INPUT(AS_NEEDED($(patsubst %,-lzoryx_%,\
		$(call closure,cogs))))' >$@

# zoryxConfig.cmake: src/install/zoryxConfig.cmake.in with a line per module
cmake_libs = $(patsubst -l%,%,$(filter -l%,$(foreach p,$(PKGS_$1),$(LIBS_$p))))
cmake_part = zoryx_module($1 "$(call uses,$1)" \
	"$(strip $(call cmake_libs,$1) m $(if $(filter sandbox,$1),pthread))")
$(L)/zoryxConfigVersion.cmake: src/install/zoryxConfigVersion.cmake.in FORCE
	$(call fill)
$(L)/zoryxConfig.cmake: src/install/zoryxConfig.cmake.in FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(foreach m,base $(RING0) state net bot cogs sandbox,\
		'$(call cmake_part,$m)') >$@.parts
	$(call fill,-e 's|@SO_FILE@|$(call so_file,NAME)|' \
		-e 's|@SO_NAME@|$(call so_name,NAME)|' \
		-e '/@PARTS@/r $@.parts' -e '/@PARTS@/d')

# Installing -----------------------------------------------------------------

HEADERS := $(wildcard include/zoryx/*.h)
D_INC   := $(DESTDIR)$(INCLUDEDIR)
D_LIB   := $(DESTDIR)$(LIBDIR)
D_BIN   := $(DESTDIR)$(BINDIR)
INSTALL ?= install

install: all install-man
	$(INSTALL) -d '$(D_INC)/zoryx' '$(D_BIN)' '$(D_LIB)/pkgconfig' \
		'$(D_LIB)/cmake/zoryx'
	$(INSTALL) -m 644 include/zoryx.h '$(D_INC)'
	$(INSTALL) -m 644 $(HEADERS) '$(D_INC)/zoryx'
	$(INSTALL) -m 644 $(LIB_A) $(ARCHIVES) $(L)/libzoryx.so '$(D_LIB)'
	$(INSTALL) -m 755 $(SHARED_LIBS) '$(D_LIB)'
	cd '$(D_LIB)' && $(foreach m,$(SHARED),\
		ln -sf $(call so_file,$m) $(call so_name,$m) && \
		ln -sf $(call so_name,$m) libzoryx_$m.$(SO) &&) :
	$(INSTALL) -m 644 $(MODULE_PCS) $(L)/zoryx.pc $(L)/zoryx-static.pc \
		'$(D_LIB)/pkgconfig'
	$(INSTALL) -m 644 $(CMAKE_FILES) '$(D_LIB)/cmake/zoryx'
	$(INSTALL) -m 755 $(B)/zoryx-bot $(B)/zoryx-sandbox '$(D_BIN)'

uninstall: uninstall-man
	rm -rf '$(D_INC)/zoryx' '$(D_LIB)/cmake/zoryx'
	rm -f '$(D_INC)/zoryx.h' '$(D_LIB)/libzoryx.a' '$(D_LIB)/libzoryx.so' \
		$(foreach m,$(SHARED),'$(D_LIB)/libzoryx_$m.a' \
			'$(D_LIB)/libzoryx_$m.$(SO)' \
			'$(D_LIB)/$(call so_name,$m)' \
			'$(D_LIB)/$(call so_file,$m)' \
			'$(D_LIB)/pkgconfig/zoryx-$m.pc') \
		'$(D_LIB)/pkgconfig/zoryx.pc' \
		'$(D_LIB)/pkgconfig/zoryx-static.pc' \
		'$(D_BIN)/zoryx-bot' '$(D_BIN)/zoryx-sandbox'

# The binary interface under review -------------------------------------------

abi: $(SHARED_LIBS)
	$(q)mkdir -p docs/abi
	$(q)for m in $(SHARED); do \
		sh src/install/abi.sh $(L)/libzoryx_$$m.$(SO) >docs/abi/$$m.txt || exit 1; \
	done

# Sizes -----------------------------------------------------------------------

size: $(ARCHIVES) $(MODULE_PCS)
	@B='$(B)' CC='$(CC)' CFLAGS='$(CFLAGS)' sh tests/size/table.sh \
		base $(RING0) state net bot cogs sandbox >docs/SIZES.md.tmp
	@mv docs/SIZES.md.tmp docs/SIZES.md && cat docs/SIZES.md

# Debian packages ---------------------------------------------------------------
# The recipe is docs/packaging/debian; dpkg-buildpackage wants it at the top of a
# tree, so it gets a copy of this one.

DEB     := $(B)/deb/zoryx-$(VERSION)
DEB_WHO ?= The zoryx authors <zoryx@users.noreply.github.com>
deb:
	rm -rf $(DEB) && mkdir -p $(DEB)
	cp -r Makefile .ci include src examples tests bench docs README.md \
		CHANGELOG.md LICENSE .env.example $(DEB)
	rm -rf $(DEB)/tests/*/node_modules
	cp -r docs/packaging/debian $(DEB)/debian
	cd $(DEB)/debian && for f in control changelog; do \
		sed -e 's/@VERSION@/$(VERSION)/' -e 's/@MAINTAINER@/$(DEB_WHO)/' \
			$$f.in >$$f && rm $$f.in || exit 1; \
	done
	cd $(DEB) && dpkg-buildpackage -us -uc -b
	ls $(B)/deb/*.deb
