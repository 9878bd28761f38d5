# SPDX-License-Identifier: MIT
# Documents: docs/man/*.1 as they are, a page in section 3 for each public
# header (docs/man/header.sh), and the headers as HTML.

MAN1  := $(wildcard docs/man/*.1)
MAN3  := $(B)/man/zoryx.3 $(patsubst include/zoryx/%.h,$(B)/man/zoryx_%.3,\
	$(wildcard include/zoryx/*.h))
D_MAN := $(DESTDIR)$(MANDIR)

.PHONY: man doc install-man uninstall-man
man: $(MAN3)
$(B)/man/zoryx.3: include/zoryx.h
$(B)/man/zoryx_%.3: include/zoryx/%.h docs/man/header.sh include/zoryx/version.h
	$(say) MAN $@
	$(q)mkdir -p $(@D)
	$(q)sh docs/man/header.sh $< >$@
$(B)/man/zoryx.3: docs/man/header.sh include/zoryx/version.h
	$(say) MAN $@
	$(q)mkdir -p $(@D)
	$(q)sh docs/man/header.sh include/zoryx.h >$@

install-man: man
	$(INSTALL) -d '$(D_MAN)/man1' '$(D_MAN)/man3'
	$(INSTALL) -m 644 $(MAN1) '$(D_MAN)/man1'
	$(INSTALL) -m 644 $(MAN3) '$(D_MAN)/man3'
uninstall-man:
	rm -f $(MAN1:docs/man/%='$(D_MAN)/man1/%') \
		$(MAN3:$(B)/man/%='$(D_MAN)/man3/%')

doc:
	@mkdir -p $(B)/doc
	@{ cat docs/doxygen/Doxyfile; echo 'PROJECT_NUMBER=$(VERSION)'; \
		echo 'OUTPUT_DIRECTORY=$(B)/doc'; } | doxygen -
	@echo '$(B)/doc/html/index.html'
