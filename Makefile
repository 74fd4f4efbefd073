# SPDX-License-Identifier: GPL-2.0-only
# One makefile for everything; `make help` explains it.

VERSION  := 0.1.0
O        ?= build
V        ?= 0
CLANG    ?= clang
LLVM_STRIP ?= llvm-strip
RST2MAN  ?= rst2man
BPFTOOL  ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)
PKG_CONFIG ?= pkg-config
prefix   ?= /usr/local
bindir   ?= $(prefix)/bin
datadir  ?= $(prefix)/share
mandir   ?= $(datadir)/man
docdir   ?= $(datadir)/doc/gfptrace
bashcompdir ?= $(datadir)/bash-completion/completions
zshcompdir  ?= $(datadir)/zsh/site-functions
unitdir  ?= $(prefix)/lib/systemd/system
SANITIZE ?=
WERROR   ?= 0

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2);)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Wundef -Wformat=2 $(if $(filter 1,$(WERROR)),-Werror)
CFLAGS   ?= -O2 -g
LIBS     := libbpf libelf zlib jansson libseccomp libcap ncursesw
# Loaded at run time, by `gfptrace serve` alone: user/serve/http.c says why.
LOADED   := libmicrohttpd
# Only goals that compile ask for the libraries, so that `make help` and set-up need none.
LIB_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(LIBS) $(LOADED))
LIB_LDLIBS = $(shell $(PKG_CONFIG) --libs $(LIBS)) -lm -ldl
ALL_CFLAGS = -std=gnu17 $(WARNINGS) -fno-common -Iinclude -Iuser -isystem $(O)/bpf \
             -D_GNU_SOURCE -DGFPTRACE_VERSION='"$(VERSION)"' $(CPPFLAGS) \
             $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer) \
             $(LIB_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

ARCH := $(shell uname -m)
BPF_ARCH := $(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(ARCH)))
BPF_CFLAGS := -target bpf -D__TARGET_ARCH_$(BPF_ARCH) -D__bpf__ -g -O2 -mcpu=v3 -std=gnu17 \
              $(WARNINGS) -Wno-unused-parameter -Wno-unused-function -Wno-missing-prototypes \
              -Iinclude -Ivmlinux -ffile-prefix-map=$(CURDIR)=.

BPF_SOURCES  := $(wildcard bpf/*.bpf.c)
BPF_OBJECTS  := $(BPF_SOURCES:%.bpf.c=$(O)/%.bpf.o)
# Objects of their own; all others are linked into one.
BPF_ALONE    := $(O)/bpf/calibrate.bpf.o $(O)/bpf/zone_pages.bpf.o
SKELETONS    := $(O)/bpf/gfptrace.skel.h $(BPF_ALONE:%.bpf.o=%.skel.h)
USER_SOURCES := $(wildcard user/*/*.c user/*/*/*.c)
USER_HEADERS := $(wildcard user/*/*.h user/*/*/*.h)
USER_OBJECTS := $(USER_SOURCES:%.c=$(O)/%.o)
LIBRARY      := $(O)/libgfptrace.a
GENERATE_SOURCES := $(wildcard doc/generate/*.c)
# gfptrace.1 and the pages of the commands that are there.
MAN_SOURCES  := doc/man/gfptrace.1.rst $(wildcard \
                $(patsubst user/cmd/%.c,doc/man/gfptrace-%.1.rst,$(wildcard user/cmd/*.c)))
MAN_PAGES    := $(MAN_SOURCES:%.rst=$(O)/%)
COMPLETIONS  := $(O)/doc/completion/gfptrace $(O)/doc/completion/_gfptrace
UNITS        := $(wildcard doc/systemd/*.service)
UNIT_SOURCES := $(wildcard tests/unit/*/test_*.c)
UNIT_TESTS   := $(UNIT_SOURCES:%.c=$(O)/%)
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_TARGETS := $(FUZZ_SOURCES:tests/fuzz/%.c=$(O)/fuzz/%)
MINUTES      ?= 5
SECONDS      ?= 60

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all help setup run check check-fast check-vm check-live unit unit-programs cli lint bench \
        budgets headers fuzz fuzz-programs man completion install \
        install-module deb check-packages check-long check-matrix soak clean
export O

all: $(O)/gfptrace ## build build/gfptrace (after tools/setup)

help: ## this text
	@printf 'gfptrace %s\n\n' '$(VERSION)'
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20
	@printf '\n  V=1 shows commands; O=DIR builds elsewhere; SANITIZE=address,undefined; WERROR=1;\n'
	@printf '  make install DESTDIR= prefix=/usr/local\n'

setup: ## install what building needs (tools/setup)
	$(Q)tools/setup build

$(O)/%.bpf.o: %.bpf.c | check-tools
	$(call say,BPF,$@)mkdir -p $(@D) && $(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@ && \
		$(LLVM_STRIP) -g $@

# The definitions of the maps first: bpftool resolves what was declared before only in part.
$(O)/bpf/gfptrace.linked.o: $(O)/bpf/maps.bpf.o \
		$(filter-out $(BPF_ALONE) $(O)/bpf/maps.bpf.o,$(BPF_OBJECTS))
	$(call say,LINK,$@)$(BPFTOOL) gen object $@ $^

$(O)/bpf/gfptrace.skel.h: $(O)/bpf/gfptrace.linked.o
	$(call say,SKEL,$@)$(BPFTOOL) gen skeleton $< name gfptrace > $@

$(O)/bpf/%.skel.h: $(O)/bpf/%.bpf.o
	$(call say,SKEL,$@)$(BPFTOOL) gen skeleton $< name $* > $@

$(O)/user/%.o: user/%.c | check-tools
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# The only files that know the skeletons.
$(O)/user/trace/programs.o $(O)/user/trace/attach.o $(O)/user/trace/programs_view.o \
	$(O)/user/trace/locate.o $(O)/user/trace/frames.o $(O)/user/trace/sight.o \
	$(O)/user/trace/programs_check.o: $(SKELETONS)

$(LIBRARY): $(filter-out $(O)/user/cmd/main.o,$(USER_OBJECTS))
	$(call say,AR,$@)rm -f $@ && $(AR) rcsD $@ $^

$(O)/gfptrace: $(O)/user/cmd/main.o $(LIBRARY)
	$(call say,LD,$@)$(CC) $(ALL_LDFLAGS) $^ $(LIB_LDLIBS) -o $@

$(O)/tests/unit/%: tests/unit/%.c $(LIBRARY)
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP $< $(LIBRARY) \
		$(ALL_LDFLAGS) $(LIB_LDLIBS) $(shell $(PKG_CONFIG) --libs cmocka) -o $@

# What tests/live/footprint.t measures.
$(O)/tests/bench/merge: tests/bench/merge.c $(LIBRARY)
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP $< $(LIBRARY) $(ALL_LDFLAGS) \
		$(LIB_LDLIBS) -o $@

.PHONY: check-tools
check-tools:
	@$(PKG_CONFIG) --exists $(LIBS) $(LOADED) 2>/dev/null && command -v $(CLANG) >/dev/null && \
	 command -v $(BPFTOOL) >/dev/null || \
	 { echo "gfptrace: clang, bpftool or a library ($(LIBS) $(LOADED)) is missing: run tools/setup" >&2; exit 1; }

# Written while building, from the option table. It runs here, not where gfptrace will.
$(O)/doc/generate: $(GENERATE_SOURCES) $(wildcard doc/generate/*.h) $(LIBRARY)
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(GENERATE_SOURCES) $(LIBRARY) \
		$(ALL_LDFLAGS) $(LIB_LDLIBS) -o $@

# A page is doc/man/gfptrace-COMMAND.1.rst and includes what is generated beside it.
$(O)/doc/man/%.synopsis $(O)/doc/man/%.options: $(O)/doc/generate
	$(call say,GEN,$(O)/doc/man/$*.options)mkdir -p $(O)/doc/man && \
		$< rst synopsis $* > $(O)/doc/man/$*.synopsis && \
		$< rst options $* > $(O)/doc/man/$*.options

$(O)/doc/man/commands: $(O)/doc/generate
	$(call say,GEN,$@)mkdir -p $(@D) && $< rst commands > $@

$(O)/doc/man/cost: doc/man/cost.awk README.md
	$(call say,GEN,$@)mkdir -p $(@D) && awk -f $^ > $@

$(filter $(O)/doc/man/gfptrace-%,$(MAN_PAGES)): $(O)/doc/man/gfptrace-%.1: \
	$(O)/doc/man/%.synopsis $(O)/doc/man/%.options
$(O)/doc/man/%.1: doc/man/%.1.rst $(O)/doc/man/commands $(O)/doc/man/cost
	$(Q)command -v $(RST2MAN) >/dev/null || \
		{ echo "gfptrace: $(RST2MAN) is missing: run tools/setup" >&2; exit 1; }
	$(call say,MAN,$@)sed 's/@VERSION@/$(VERSION)/' $< > $@.rst && \
		$(RST2MAN) --strict --no-generator --no-datestamp --no-source-link $@.rst $@

man: $(MAN_PAGES) ## the man pages, from doc/man/*.rst and the option table

$(O)/doc/completion/gfptrace: $(O)/doc/generate doc/completion/gfptrace.bash
	$(call say,GEN,$@)mkdir -p $(@D) && { $< bash && cat doc/completion/gfptrace.bash; } > $@

$(O)/doc/completion/_gfptrace: $(O)/doc/generate doc/completion/gfptrace.zsh
	$(call say,GEN,$@)mkdir -p $(@D) && { $< zsh && cat doc/completion/gfptrace.zsh; } > $@

completion: $(COMPLETIONS) ## the completions for bash and zsh, from the option table

run: ## install, build, trace this machine for 10 s (and a 6.12 VM where requests cannot be timed here)
	$(Q)tools/run

unit-programs: $(UNIT_TESTS)

unit: ## unit tests under ASan and UBSan (no root)
	$(Q)tools/check unit

cli: ## command line tests under ASan and UBSan (no root)
	$(Q)tools/check cli

check-fast: ## unit, CLI and lint: no root, no VM
	$(Q)tools/check fast

# One parser a file: tests/fuzz/fuzz_NAME.c. The library is built anew, instrumented.
FUZZ_CFLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -O1 -g

.PHONY: FORCE
$(O)/fuzz/libgfptrace.a: FORCE
	$(Q)$(MAKE) --no-print-directory O=$(O)/fuzz CC=$(CLANG) CFLAGS='$(FUZZ_CFLAGS)' $@

$(O)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(O)/fuzz/libgfptrace.a
	$(call say,FUZZ,$@)$(CLANG) $(ALL_CFLAGS) -fsanitize=fuzzer,address,undefined -O1 $^ \
		$(LIB_LDLIBS) -o $@

fuzz-programs: $(FUZZ_TARGETS)

fuzz: ## fuzz one parser with libFuzzer: make fuzz TARGET=klog SECONDS=60
	$(Q)test -f tests/fuzz/fuzz_$(TARGET).c || \
		{ echo "make fuzz: TARGET= one of: $(FUZZ_SOURCES:tests/fuzz/fuzz_%.c=%)" >&2; exit 2; }
	$(Q)$(MAKE) --no-print-directory $(O)/fuzz/fuzz_$(TARGET)
	$(Q)tests/fuzz/run.sh $(O)/fuzz/fuzz_$(TARGET) $(SECONDS)

check-live: ## tests on the running kernel (root)
	$(Q)tools/check live

check-vm: ## tests in VMs: every kernel, against the module's truth
	$(Q)tools/check vm

check-packages: ## Debian's packages: the same bytes twice, lintian, in a fresh system, under systemd (root; minutes)
	$(Q)tools/setup build vm check package && tools/check packages

check-long: ## what check leaves out: deterministic runs, the gate, the noise, real drivers, the other kernels (hours)
	$(Q)tools/setup build vm check && tools/check long

# Architectures, nodes, CPUs, kinds of preemption: a boot each.
check-matrix: ## the same requests on many machines, arm64 too (half an hour)
	$(Q)tools/setup build vm cross check && tools/cross arm64 && tools/check matrix

soak: ## random scenarios against tracers that start, stop and die: make soak MINUTES=30
	$(Q)tools/setup build vm check && MINUTES=$(MINUTES) tools/check soak

check: ## every test; installs what it needs
	$(Q)tools/check all

bench: $(O)/gfptrace ## instructions per request in the deterministic VM, beside other tracers
	$(Q)tools/setup build vm bench && tools/bench

budgets: $(O)/gfptrace ## measure anew what tests/budgets/ allows
	$(Q)tools/setup build vm && tests/budgets/renew.sh

lint: ## static checks of C, BPF, shell and of the includes' direction
	$(Q)tools/check lint

headers: | check-tools ## every shared header compiles alone, for BPF and for user space
	$(Q)for h in include/gfptrace/*.h; do \
		$(CLANG) $(BPF_CFLAGS) -Werror -fsyntax-only -x c $$h && \
		$(CC) -std=gnu17 $(WARNINGS) -Werror -Iinclude -fsyntax-only -x c $$h || exit 1; done
	$(Q)for h in $(filter-out user/trace/programs_internal.h,$(USER_HEADERS)); do \
		$(CC) $(ALL_CFLAGS) -Werror -fsyntax-only -x c $$h || exit 1; done

# Manual pages are compressed without name and time, so that they are the same each time.
install: $(O)/gfptrace $(MAN_PAGES) $(COMPLETIONS) ## install to DESTDIR and prefix: command, manual, completions, documents
	install -D -m 755 $(O)/gfptrace $(DESTDIR)$(bindir)/gfptrace
	install -d $(DESTDIR)$(mandir)/man1
	for page in $(MAN_PAGES); do \
		gzip -9n < $$page > $(DESTDIR)$(mandir)/man1/$${page##*/}.gz || exit 1; done
	chmod 644 $(DESTDIR)$(mandir)/man1/gfptrace*.gz
	install -D -m 644 $(O)/doc/completion/gfptrace $(DESTDIR)$(bashcompdir)/gfptrace
	install -D -m 644 $(O)/doc/completion/_gfptrace $(DESTDIR)$(zshcompdir)/_gfptrace
	install -d $(DESTDIR)$(docdir)/examples
	install -m 644 README.md $(wildcard doc/*.md doc/*.json) $(DESTDIR)$(docdir)
	install -m 644 tests/module/README.md $(DESTDIR)$(docdir)/allocpage.md
	install -m 644 doc/examples/* $(DESTDIR)$(docdir)/examples
	for unit in $(UNITS); do install -d $(DESTDIR)$(unitdir) && \
		sed 's|^ExecStart=[^ ]*/gfptrace|ExecStart=$(bindir)/gfptrace|' $$unit > $(DESTDIR)$(unitdir)/$${unit##*/} && \
		chmod 644 $(DESTDIR)$(unitdir)/$${unit##*/} || exit 1; done

# What DKMS needs to build allocpage.
install-module:
	for file in $(wildcard include/gfptrace/*.h tests/module/*.[ch] tests/module/Kbuild \
		tests/module/Makefile); do \
		install -D -m 644 $$file $(DESTDIR)$(prefix)/src/gfptrace-$(VERSION)/$$file || exit 1; done

deb: ## the packages gfptrace and gfptrace-dkms, in $(O)/deb
	$(Q)tools/deb

clean: ## remove what was built
	rm -rf $(O)

-include $(BPF_OBJECTS:.o=.d) $(USER_OBJECTS:.o=.d) $(UNIT_TESTS:=.d)
