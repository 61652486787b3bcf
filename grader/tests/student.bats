#!/usr/bin/env bats
# The tests of grader/student, on a small workbook in a folder with an odd name:
# lab 01 has a program with two parts to write, and three checks, one of them for
# extra points; lab 02 is right as it is.

load output

setup_file() {
  HOME_BOOK=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  MASTER="$BATS_FILE_TMPDIR/master"
  export HOME_BOOK MASTER
  unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES LAB PROGRAM ARGS CHECK WORK SEED JOBS VERBOSE NO_COLOR
  make -s -C "$HOME_BOOK" tools || return
  make_book "$MASTER"
}

setup() {
  BOOK="$BATS_TEST_TMPDIR/a \"book's\" \$x"
  cp -Rp "$MASTER" "$BOOK" && cd "$BOOK" || return
}

# Nothing that a failed test has left goes on.
teardown() {
  [[ -z ${GROUP:-} ]] || kill -KILL -- "-$GROUP" 2>/dev/null || :
}

# make_book DIR: the grader, with small labs.
make_book() {
  mkdir -p "$1/grader" "$1/build" "$1/solutions/01-one" "$1/solutions/02-two" "$1/handouts" || return
  cp -Rp "$HOME_BOOK"/grader/{grade,student,skeleton.awk,lib,tools} "$1/grader"
  cp -Rp "$HOME_BOOK/build/tools" "$1/build"
  cp -p "$HOME_BOOK/Makefile" "$1"
  # (bats would take a line that begins with @test for one of this file.)
  sed 's/^@check/@test/' >"$1/grader/01-one.bats" <<'END'
# Programs: one
load lib/check

# 60 points · R1.1
# Try: ./one
# Hint: Print it.
# Ask: What is it that one says?
# See: puts(3), write(2) ERRORS, RFC 9112 §7.1
# Read: #how-to-say-it, 00-start.md#start
# Sketch: open the mouth
#     say it
@check "one says one" {
  play <<'CONVERSATION'
start p one
prints p "one\n"
CONVERSATION
}

# 40 points · R1.2
# Try: ./one 3; echo $?
# Hint: Return it.
# Ask: How does one end?
# See: exit(3)
# Read: #the-end
# Sketch: end
@check "one ends as it is told" {
  needs 1
  play <<'CONVERSATION'
start p one 3
exits p 3
CONVERSATION
}

# 5 stretch points · R1.3
# Try: ./one loud
# Hint: Shout.
# Ask: Can it be louder?
# See: toupper(3)
# Read: #the-end
# Sketch: louder
@check "one shouts" {
  needs 1 2
  play <<'CONVERSATION'
start p one loud
prints p "ONE\n"
CONVERSATION
}
END
  sed 's/^@check/@test/' >"$1/grader/02-two.bats" <<'END'
# Programs: two
load lib/check

# 100 points · R2.1
# Try: ./two
# Hint: End.
# Ask: How?
# See: exit(3)
# Read: 01-one.md#the-end
# Sketch: end
@check "two ends" {
  play <<'CONVERSATION'
start p two
exits p 0
CONVERSATION
}
END
  cat >"$1/handouts/01-one.md" <<'END'
# Lab 01

## Requirements

- **R1.1** It says.
- **R1.2** It ends.
- **R1.3** It shouts.

### How to say it

Some words about
speaking.

```mermaid
a diagram
```

```
# an example
```

### The end

All ends.
END
  printf '# Start\n\nBegin here.\n' >"$1/handouts/00-start.md"
  printf '# Lab 02\n\n- **R2.1** It ends.\n' >"$1/handouts/02-two.md"
  cat >"$1/solutions/01-one/one.c" <<'END'
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include "../net.h"

int main(int argc, char *argv[])
{
    const char *word = argc > 1 && argv[1][0] == 'l' ? "ONE" : WORD;
    /* TODO 1: speak
     * Say the word.
     * | (void)word;
     * | errx(1, "TODO 1: speak is not written yet");
     */
    puts(word);
    /* END TODO 1 */
    return argc > 1 ? atoi(argv[1]) : 0;
}
END
  printf '#define WORD "one"\n' >"$1/solutions/net.h"
  printf 'int main(void) { return 0; }\n' >"$1/solutions/02-two/two.c"
  cp -R "$1/solutions" "$1/labs"
  awk -f "$HOME_BOOK/grader/skeleton.awk" "$1/solutions/01-one/one.c" >"$1/labs/01-one/one.c"
  make -s -C "$1" references
}

# student WORD...: what it says is expected by `ends`, `says` and `hides`.
student() {
  run grader/student "$@"
}

# change FILE SED-COMMAND: changes a file of labs/.
change() {
  sed "$2" "labs/$1" >changed && mv changed "labs/$1"
}

# write_one [SED-COMMAND]: the program of lab 01 as the reference has it, changed.
write_one() {
  sed "${1-}" solutions/01-one/one.c >labs/01-one/one.c
}

# ends STATUS: how it has ended.
ends() {
  [[ $status -eq $1 ]] || {
    printf 'expected status %s, got %s:\n%s\n' "$1" "$status" "$output"
    return 1
  }
}

# wait_for FILE TEXT [COUNT]: until TEXT stands so many times in FILE, or 30 seconds.
wait_for() {
  local round
  for ((round = 0; round < 300; round++)); do
    (($(grep -cF -e "$2" "$1") >= ${3:-1})) && return
    sleep 0.1
  done
  printf 'this did not come: %s\nbut: %s\n' "$2" "$(<"$1")"
  return 1
}

@test "make alone, before anything was graded" {
  run make -s
  ends 0
  says '01-one' '0/3' 'not graded yet' 'Next: read handouts/00-start.md and handouts/01-one.md' \
    'make grade LAB=01' 'make watch' 'make reset'
}

@test "progress: the next step at each stage" {
  grader/grade || :
  student progress
  ends 0
  says '0/200' 'TODO 1 speak' 'Next: write TODO 1 speak in labs/01-one/one.c:9' 'make hint LAB=01'
  write_one 's/WORD;/"eins";/'
  student progress
  says 'changed since' 'make grade LAB=01'
  grader/grade LAB=1 || :
  student progress
  says 'see check 1' 'Next: check 1 of 01-one: one says one'
  write_one 's/"ONE"/"Two"/'
  grader/grade LAB=1 || :
  student progress
  says '2/3' '100/100' 'All that counts has passed' '200/200'
  rm labs/02-two/two.c
  grader/grade LAB=2 || :
  student progress
  says 'there is no labs/02-two/two.c' 'make reset PROGRAM=two'
  echo 'int main(void {' >labs/02-two/two.c
  grader/grade LAB=2 || :
  student progress
  says 'two does not compile' 'Next: make two compile'
}

@test "progress: results that are none, broken or of another kind" {
  grader/grade >/dev/null || :
  cp build/labs/results.json whole
  broken_results() {
    : >build/labs/results.json
    broken_says 'not graded yet'
    head -c 20000 /dev/urandom >build/labs/results.json
    broken_says 'not graded yet'
    sed 's/"schema": 1/"schema": 2/' whole >build/labs/results.json
    broken_says 'not graded yet'
    head -n 30 whole >build/labs/results.json
    broken_says 'not graded yet'
    tr -d '\n' <whole >build/labs/results.json
    broken_says 'not graded yet'
    sed $'s/"title": ".*/"title": "\033[31m\033]0;x\007",/' whole >build/labs/results.json
    broken_says 'not graded yet'
    sed $'s/"todo": "TODO 1: speak"/"todo": "\033[31m\033]0;x\007"/' whole >build/labs/results.json
    broken_says ']0;x'
    sed 's/"points": [0-9]*/"points": 99999999999999999999/; s/"number": /"number": -/' whole >build/labs/results.json
    broken_says '01-one'
    rm build/labs/results.json
    mkdir build/labs/results.json
    broken_says 'not graded yet'
  }
  broken_says() {
    student progress
    ends 0
    says "$1" 'Next: '
    hides $'\033' $'\007'
  }
  broken_results
}

@test "progress: results of checks that have changed since" {
  grader/grade >/dev/null || :
  sed -i.old 's/two ends"/two ends well"/' grader/02-two.bats
  student progress
  says 'TODO 1' 'not graded yet'
}

@test "progress: nothing to compile with" {
  mkdir bin
  for tool in bash awk sed cksum; do
    ln -s "$(type -P "$tool")" bin
  done
  PATH=$PWD/bin run bin/bash grader/student progress
  ends 0
  says 'sudo grader/setup' 'cc bats'
}

@test "progress: no colours but in a terminal" {
  grader/grade >/dev/null || :
  student progress
  hides $'\033'
}

@test "hint: grades first, names the TODO, then one hint more at each call" {
  student hint LAB=1
  ends 0
  says '01-one, check 1: one says one' 'TODO 1 speak in labs/01-one/one.c:9' 'make hint LAB=01'
  hides 'What is it' puts
  student hint LAB=01
  says 'What is it that one says?' 'Hint 1 of 4'
  hides 'man 3' speaking 'say it'
  student hint LAB=01-one
  says 'man 3 puts, man 2 write (ERRORS), RFC 9112 §7.1' 'Hint 2 of 4'
  hides 'What is it' speaking 'say it'
  student hint LAB=1
  says 'From handouts/01-one.md#how-to-say-it' 'Some words about speaking.' '# an example' 'Begin here.' 'Hint 3'
  hides 'a diagram' 'All ends' 'say it'
  student hint LAB=1
  says $'open the mouth\n      say it' 'There are no more'
  hides speaking
  student hint LAB=1
  says 'What is it' 'man 3 puts' 'handouts/00-start.md#start' 'say it'
}

@test "hint: another fault begins anew, a change that does not help goes on" {
  write_one 's/WORD;/"eins";/'
  student hint LAB=1
  says 'Hint 1 of 4'
  write_one 's/WORD;/"uno";/'
  student hint LAB=1
  says 'check 1' 'Hint 2 of 4'
  write_one 's/atoi(argv.1.)/5/'
  student hint LAB=1
  says 'check 2: one ends as it is told' 'How does one end?' 'Hint 1 of 4'
  write_one 's/WORD;/"uno";/'
  student hint LAB=1
  says 'check 1' 'Hint 1 of 4'
}

@test "hint: without LAB the first that is not done; the stretch checks last; all passed" {
  write_one
  student hint LAB=1
  ends 0
  says 'All passed' '100/100 +5'
  student hint
  says 'All passed in 02-two'
  student hint
  says 'in every lab'
  write_one 's/"ONE"/"Two"/'
  student hint LAB=1
  says 'All that counts has passed' 'check 3: one shouts' 'Can it be louder?'
}

@test "hint: what does not compile, what is not there" {
  echo 'int main(void {' >labs/01-one/one.c
  student hint LAB=1
  ends 0
  says 'one does not compile' 'labs/01-one/one.c:1:'
  rm labs/01-one/one.c
  student hint LAB=1
  says 'there is no labs/01-one/one.c' 'make reset PROGRAM=one'
  student hint LAB=7
  ends 2
  says "there is no lab '7'; there are: 01-one 02-two"
}

@test "hint: broken results, a state that cannot be kept or is rubbish" {
  grader/grade >/dev/null || :
  echo '{' >build/labs/results.json
  student hint LAB=1
  ends 0
  says 'TODO 1'
  head -c 3000 /dev/urandom >build/labs/01-one/hints
  student hint LAB=1
  ends 0
  says 'TODO 1' 'For a first hint'
  rm build/labs/01-one/hints
  mkdir build/labs/01-one/hints
  student hint LAB=1
  ends 0
  says 'TODO 1' 'cannot write'
}

@test "hint: the grader cannot work" {
  mkdir bin
  for tool in bash awk sed cksum cat mktemp mkdir rm cc make; do
    ln -s "$(type -P "$tool")" bin
  done
  PATH=$PWD/bin run bin/bash grader/student hint LAB=1
  ends 2
  says 'lacks: bats'
  [[ -z $(find build -name 'student-*') ]]
}

# show_words: labs/02-two/two.c prints its arguments, its folder and its input.
show_words() {
  cat >labs/02-two/two.c <<'END'
#include <stdio.h>
#include <unistd.h>
int main(int argc, char *argv[])
{
    char folder[4096] = "?";
    for (int i = 1; i < argc; i++)
        printf("[%s]", argv[i]);
    printf(" in %s, %s\n", getcwd(folder, sizeof folder), isatty(0) ? "terminal" : "none");
    for (int c; (c = getchar()) != EOF;)
        putchar(c);
    return argc;
}
END
}

@test "run: words with blanks, quotes and what a shell or make would expand" {
  show_words
  # shellcheck disable=SC2016 # no shell should expand these
  run make -s run PROGRAM=two ARGS='a "b  c" '\''d"e'\'' \" f\ g "" $HOME $(shell touch gone) `touch gone` ; touch gone * ü' </dev/null
  ends 2
  # shellcheck disable=SC2016
  says '[a][b  c][d"e]["][f g][][$HOME][$(shell][touch][gone)][`touch][gone`][;][touch][gone][*][ü]'
  says 'in '"$BOOK/labs/02-two" 'two ended with status 18'
  [[ ! -e gone && ! -e labs/02-two/gone ]]
  run make -s run PROGRAM=two ARGS="it's"
  ends 2
  says "without its end: 's"
}

@test "run: standard input, the exit status, a signal" {
  show_words
  run grader/student run PROGRAM=two <<<'typed'
  ends 1
  says typed 'ended with status 1'
  write_one
  student run PROGRAM=one.c
  ends 0
  says 'one'
  hides ended
  student run PROGRAM=labs/01-one/one ARGS=3
  ends 3
  printf '#include <signal.h>\nint main(void) { return raise(SIGTERM); }\n' >labs/02-two/two.c
  student run PROGRAM=two
  ends 143
  says 'two was ended by the signal SIGTERM'
}

@test "run: a program that is not there, or does not compile, or no compiler" {
  student run
  ends 2
  says 'which program?' 'there are: one two'
  student run PROGRAM=three
  ends 2
  says "no program 'three'" 'there are: one two'
  rm labs/01-one/one.c
  student run PROGRAM=one
  ends 2
  says 'there is no labs/01-one/one.c' 'make reset PROGRAM=one'
  echo 'int main(void {' >labs/02-two/two.c
  student run PROGRAM=two
  ends 1
  says 'labs/02-two/two.c:1:' 'two.c does not compile'
  CC=no-such-compiler student run PROGRAM=two
  ends 2
  says 'lacks no-such-compiler' grader/setup
  [[ -z $(find build/labs/run -type f -name 'two*') ]]
}

@test "run: warnings, sanitizers where there are any, CC and CFLAGS" {
  cat >labs/02-two/two.c <<'END'
#include <limits.h>
int main(int argc, char *argv[])
{
    int unused;
    volatile int large = INT_MAX;
    (void)argv;
    return large + argc > 0;
}
END
  student run PROGRAM=two
  says 'unused variable' -Wall
  [[ $output != *-fsanitize* ]] || says 'runtime error'
  # shellcheck disable=SC2016 # the script's own $@
  printf '#!/bin/sh\ncase "$*" in *-fsanitize*) exit 1 ;; esac\nexec cc "$@"\n' >plain-cc
  chmod +x plain-cc
  CC="$PWD/plain-cc"
  [[ $CC == *' '* ]] && ln -sf "$PWD/plain-cc" "$BATS_TEST_TMPDIR/plain-cc" && CC=$BATS_TEST_TMPDIR/plain-cc
  CC=$CC CFLAGS=-DX=1 student run PROGRAM=two
  says 'plain-cc -g -Wall -Wextra -pthread -DX=1 -o two'
  hides -fsanitize
}

@test "run: Ctrl-C ends the program, and make says no more than that" {
  cat >labs/02-two/two.c <<'END'
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    printf("ready\n");
    fflush(stdout);
    return (int)sleep(60);
}
END
  set -m
  make run PROGRAM=two >said 2>&1 </dev/null 3>&- 4>&- &
  GROUP=$!
  set +m
  wait_for said ready
  kill -INT -- "-$GROUP"
  wait "$GROUP" || :
  run cat said
  says ready
  hides ended SIGINT
}

@test "run: the terminal is the program's" {
  [[ $(uname) == Linux ]] && type -P script >/dev/null || skip 'no script(1) that we know'
  show_words
  run timeout 30 script -qec 'make run PROGRAM=two ARGS=word' /dev/null < <(printf 'typed\n\004')
  says '[word]' 'terminal' 'typed'
}

# start_watch WORD...: in a group of its own, as from a terminal.
start_watch() {
  set -m
  grader/student watch "$@" >said 2>&1 </dev/null 3>&- 4>&- &
  GROUP=$!
  set +m
}

# end_watch SIGNAL: ends it; nothing is left.
end_watch() {
  kill -s "$1" -- "-$GROUP"
  wait "$GROUP" || :
  [[ -z $(find build -name 'student-*') ]] || return
  ! kill -0 -- "-$GROUP" 2>/dev/null
}

@test "watch: the first failure only, again at each save, until Ctrl-C" {
  start_watch LAB=1
  wait_for said 'waiting for the next save'
  grep -qF 'Next: write TODO 1 speak in labs/01-one/one.c:9' said
  write_one 's/WORD;/"eins";/; s/atoi(argv.1.)/5/'
  wait_for said '-- 01 check 1: one says one'
  wait_for said 'waiting for' 2
  ! grep -qF 'check 2' said || false
  # An editor that saves by another name.
  sed 's/WORD;/WORD/' solutions/01-one/one.c >labs/01-one/.one.c.swp
  mv labs/01-one/.one.c.swp labs/01-one/one.c
  wait_for said 'one does not compile'
  wait_for said 'labs/01-one/one.c:8:'
  wait_for said 'waiting for' 3
  write_one
  wait_for said 'All passed: 100/100 +5'
  wait_for said 'waiting for' 4
  # Saved as it was.
  touch labs/01-one/one.c
  wait_for said 'waiting for' 5
  sleep 0.7
  [[ $(grep -cF 'All passed' said) -eq 2 ]]
  end_watch INT
}

@test "watch: a save during a run makes another; a signal during a run leaves nothing" {
  write_one 's/puts(word)/for (;;) puts(word)/'
  start_watch LAB=1
  wait_for said 'waiting for'
  change 01-one/one.c 's/for (;;) //'
  sleep 0.7
  write_one 's/WORD;/"eins";/'
  wait_for said '"eins'
  write_one 's/puts(word)/for (;;) puts(word)/'
  sleep 0.6
  end_watch TERM
}

@test "watch: without LAB, a wrong one, and a machine that cannot" {
  write_one
  grader/grade >/dev/null || :
  printf 'int main(void) { return 1; }\n' >labs/02-two/two.c
  grader/grade LAB=2 >/dev/null || :
  start_watch
  wait_for said '02-two: 0/100'
  end_watch HUP
  student watch LAB=9
  ends 2
  says "there is no lab '9'"
}

@test "reset: the skeleton again, and the old work beside it, each time" {
  student reset LAB=1
  ends 0
  says 'one.c: it is the skeleton'
  cp labs/01-one/one.c skeleton
  write_one
  student reset LAB=01
  ends 0
  says 'your work is in labs/01-one/one.c.old-1'
  cmp labs/01-one/one.c skeleton
  cmp labs/01-one/one.c.old-1 solutions/01-one/one.c
  echo 'mine' >labs/01-one/one.c
  ln -s nowhere labs/01-one/one.c.old-2
  student reset PROGRAM=one
  says 'one.c.old-3'
  [[ $(<labs/01-one/one.c.old-3) == mine ]]
  cmp labs/01-one/one.c.old-1 solutions/01-one/one.c
  [[ $(find labs -name '*.new*') == '' ]]
}

@test "reset: what is missing, a folder, a link" {
  rm -r labs/01-one
  student reset LAB=1
  ends 0
  [[ -f labs/01-one/one.c && ! -e labs/01-one/one.c.old-1 ]]
  rm labs/01-one/one.c
  mkdir labs/01-one/one.c
  student reset LAB=1
  [[ -f labs/01-one/one.c && -d labs/01-one/one.c.old-1 ]]
  echo 'elsewhere' >elsewhere
  ln -sf "$PWD/elsewhere" labs/01-one/one.c
  student reset LAB=1
  [[ ! -L labs/01-one/one.c && -L labs/01-one/one.c.old-2 && $(<elsewhere) == elsewhere ]]
}

@test "reset: net.h only when it is named" {
  echo '/* mine */' >>labs/net.h
  student reset LAB=1
  says 'make reset PROGRAM=net.h'
  grep -q mine labs/net.h
  student reset PROGRAM=net.h
  ends 0
  cmp labs/net.h solutions/net.h
  grep -q mine labs/net.h.old-1
}

@test "reset: wrong words" {
  student reset
  ends 2
  says 'which lab?'
  student reset LAB=5
  ends 2
  student reset PROGRAM=three
  ends 2
  says 'there are: one two'
  student reset LAB=2 PROGRAM=one
  ends 2
  [[ -z $(find labs -name '*.old*') ]]
}

@test "reset: a release without solutions, and one without skeletons too" {
  mkdir grader/skeletons
  cp -R labs/. grader/skeletons
  mv solutions away
  echo 'mine' >labs/01-one/one.c
  student reset LAB=1
  ends 0
  cmp labs/01-one/one.c grader/skeletons/01-one/one.c
  rm -r grader/skeletons
  echo 'mine' >labs/01-one/one.c
  student reset LAB=1
  ends 2
  says 'cannot make the skeleton of labs/01-one/one.c'
  [[ $(<labs/01-one/one.c) == mine ]]
}

@test "wrong words, and help" {
  student
  ends 2
  says usage
  student dance
  ends 2
  student hint WORK=solutions
  ends 2
  says WORK=solutions
  student --help
  ends 0
  says 'grader/student hint'
}

@test "words of the environment are not taken for those of the command line" {
  LAB=9 PROGRAM=nothing run make -s reset LAB=1
  ends 0
  says 'one.c: it is the skeleton'
}
