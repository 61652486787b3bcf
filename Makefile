# make alone says what there is to do.

CFLAGS ?= -O2
SHELL = /bin/sh

# Words for grader/grade, from the command line of make only (some machines have
# a WORK in the environment). The shell, not make, puts the values in: no quote in
# one can do harm.
pass = $(if $(filter command override,$(origin $1)),$1="$$$1")
words = $(foreach name,LAB CHECK WORK SEED JOBS VERBOSE,$(call pass,$(name)))
bench_words = $(foreach name,ONLY RIVALS ROUNDS TIME SIZE,$(call pass,$(name)))
student_words = $(foreach name,LAB PROGRAM ARGS,$(call pass,$(name)))

# A $ in the arguments of a program is not for make either.
ifeq ($(origin ARGS),command line)
override ARGS := $(value ARGS)
export ARGS
endif

warnings = -Wall -Wextra
tools = build/tools/launch build/tools/play build/tools/shim.o
play_objects = $(patsubst grader/%.c,build/%.o,$(filter-out %/launch.c %/load.c %/shim.c,$(wildcard grader/tools/*.c)))
references = $(patsubst solutions/%.c,build/reference/%,$(wildcard solutions/[0-9][0-9]-*/*.c))
# macOS has iconv in a library of its own. (Asked for only when something is linked.)
iconv = $(if $(filter Darwin,$(shell uname)),-liconv)
skeletons = $(patsubst solutions/%,build/skeletons/%,$(wildcard solutions/net.h solutions/[0-9][0-9]-*/*.c))

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help grade hint watch run reset replay check check-flaky bench bench-grader tools references skeletons format lint clean

help: ## how far you are, what to do next, and this list
	@grader/student progress || :
	@echo
	@awk -F ':.*## ' '/^#: / { print "\n" substr($$0, 4) } \
	  /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'Words: LAB=03 (or 3, or 03-daytime) CHECK=5 SEED=7 WORK=dir (instead of labs/)'
	@echo '       JOBS=2 VERBOSE=1 CC=clang CFLAGS=-O2.  More: grader/grade --help'

#: For students:

grade: ## build and grade labs/; LAB=03: that lab in detail; WORK=dir: another tree
	@grader/grade $(words)

hint: ## LAB=03: one hint more about the first check that fails, at each call
	@grader/student hint $(student_words)

watch: ## LAB=03: grade at each save, and show the first failure only
	@grader/student watch $(student_words)

run: ## build and run a program of labs/: PROGRAM=hello_client ARGS='::1 8888'
	@grader/student run $(student_words)

reset: ## LAB=03 or PROGRAM=hello_client: the skeleton again; your work is kept beside it
	@grader/student reset $(student_words)

replay: ## one check alone, with its whole transcript: LAB=03 CHECK=5 SEED=7
	@$(if $(and $(filter LAB=%,$(words)),$(filter CHECK=%,$(words))),grader/grade $(words),echo 'usage: make replay LAB=03 CHECK=5 SEED=7' >&2; exit 2)

clean: ## remove build/, which holds programs, logs and results
	rm -rf build

#: For those who maintain the workbook:

check: ## test the workbook itself
	@grader/tests/check

check-flaky: ## every check N=50 times under load
	@grader/tests/flaky $(call pass,N)

bench: ## the speed of the references beside nginx, nc, Python …: ONLY=web ROUNDS=5
	@grader/bench $(bench_words)

bench-grader: ## how long the grader takes, next to its floor
	@grader/bench-grader

skeletons: $(skeletons) ## make labs/ from solutions/; what was changed there is kept as FILE.orig-1
	@grader/lib/put-skeletons $(skeletons)

format: ## give C and shell files their form
	clang-format -i grader/tools/*.[ch] solutions/*.h solutions/*/*.c
	shfmt -i 2 -ci -w grader .ci

lint: ## look for mistakes in every file
	@failed=0; for name in `grader/tests/lint --list`; do \
	  grader/tests/lint $$name || [ $$? = 77 ] || failed=1; \
	done; exit $$failed

tools: $(tools) ## build the grader's own programs

references: $(references) ## build solutions/, the counterparts in the checks

build/tools/launch: build/tools/launch.o
build/tools/load: build/tools/load.o
build/tools/load: LDLIBS += -pthread
build/tools/play: $(play_objects)
build/tools/launch build/tools/load build/tools/play:
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(iconv)

build/tools/%.o: grader/tools/%.c $(wildcard grader/tools/*.h)
	@mkdir -p $(@D)
	$(CC) $(warnings) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

build/reference/%: solutions/%.c $(wildcard solutions/*.h)
	@mkdir -p $(@D)
	$(CC) $(warnings) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) -pthread -o $@ $< $(LDLIBS) $(iconv)

build/skeletons/%.c: solutions/%.c grader/skeleton.awk
	@mkdir -p $(@D)
	awk -f grader/skeleton.awk $< >$@

build/skeletons/%.h: solutions/%.h
	@mkdir -p $(@D)
	cp $< $@
