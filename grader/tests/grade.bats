#!/usr/bin/env bats
# The tests of grader/grade, on a small workbook with labs of its own: lab 01 has
# two checks, one that needs the other, and a stretch check; lab 02 has one, and
# one that says that the machine cannot do it when NO_SNOW is set.

load output

setup_file() {
  BOOK=$BATS_FILE_TMPDIR/book
  HOME_BOOK=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export BOOK HOME_BOOK
  unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES LAB CHECK WORK SEED JOBS VERBOSE NO_COLOR
  make -s -C "$HOME_BOOK" tools references || return
  make_book "$BOOK"
}

setup() {
  cd "$BOOK" || return
}

# make_book DIR: the grader, with small labs.
make_book() {
  mkdir -p "$1/grader" "$1/build" "$1/solutions/01-one" "$1/solutions/02-two" "$1/handouts" || return
  cp -Rp "$HOME_BOOK/grader/grade" "$HOME_BOOK/grader/lib" "$HOME_BOOK/grader/tools" "$1/grader"
  cp -Rp "$HOME_BOOK/build/tools" "$1/build"
  cp -p "$HOME_BOOK/Makefile" "$1"
  # (bats would take a line that begins with @test for one of this file.)
  sed 's/^@check/@test/' >"$1/grader/01-one.bats" <<'END'
# Programs: one
load lib/check

# 60 points · R1.1
# Try: ./one
# Hint: Print it.
@check "one says one" {
  play <<'CONVERSATION'
start p one
prints p "one\n"
exits p 0
CONVERSATION
}

# 40 points · R1.2
# Try: ./one 3; echo $?
# Hint: Return it.
@check "one ends as it is told (with 3, [say])" {
  needs 1
  play <<'CONVERSATION'
start p one 3
exits p 3
CONVERSATION
}

# 5 stretch points · R1.3
# Try: ./one loud
# Hint: Shout.
@check "one shouts" {
  play <<'CONVERSATION'
start p one loud
prints p "ONE\n"
CONVERSATION
}
END
  sed 's/^@check/@test/' >"$1/grader/02-two.bats" <<'END'
# Programs: two
load lib/check

# 70 points · R2.1
# Try: ./two
# Hint: Wait for the end of standard input.
@check "two waits" {
  play <<'CONVERSATION'
start p two
noinput p
exits p 0
CONVERSATION
}

# 30 points · R2.2
# Try: ./two
# Hint: Wait for the end of standard input.
@check "two likes snow" {
  [[ -z ${NO_SNOW:-} ]] || skip "environment: there is no snow"
  play <<'CONVERSATION'
start p two
noinput p
exits p 0
CONVERSATION
}
END
  printf -- '- **R1.1** It says.\n- **R1.2** It ends.\n- **R1.3** It shouts.\n' >"$1/handouts/01-one.md"
  printf -- '- **R2.1** It waits.\n- **R2.2** Snow.\n' >"$1/handouts/02-two.md"
  cat >"$1/solutions/01-one/one.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include "../net.h"
int main(int argc, char *argv[])
{
    puts(argc > 1 && argv[1][0] == 'l' ? "ONE" : WORD);
    return argc > 1 ? atoi(argv[1]) : 0;
}
END
  printf '#define WORD "one"\n' >"$1/solutions/net.h"
  cat >"$1/solutions/02-two/two.c" <<'END'
#include <stdio.h>
int main(void)
{
    while (getchar() != EOF)
        ;
    return 0;
}
END
  cp -R "$1/solutions" "$1/labs"
}

# new_tree NAME: TREE is a copy of the references in a folder of this test.
new_tree() {
  TREE=$BATS_TEST_TMPDIR/$1
  cp -R "$BOOK/solutions" "$TREE"
}

# spoil FILE SED-COMMAND: changes a file of TREE.
spoil() {
  sed "$2" "$TREE/$1" >"$TREE/spoilt"
  mv "$TREE/spoilt" "$TREE/$1"
}

# grade WORD...: STATUS is expected by `ends`.
grade() {
  run "$BOOK/grader/grade" "$@"
}

# ends STATUS [LAST-LINE]: how grade has ended.
ends() {
  if [[ $status -ne $1 || (${2+set} && ${lines[${#lines[@]} - 1]} != "${2-}") ]]; then
    printf 'expected status %s, last line: %s\ngot %s:\n%s\n' "$1" "${2-any}" "$status" "$output"
    return 1
  fi
}

# results NAME: prints the file of results of the tree of that name.
results() {
  cat "$BOOK/build/$1"*/results.json
}

# checks NAME: prints its checks, `lab number verdict cause`, a line each.
checks() {
  results "$1" >"$BATS_TEST_TMPDIR/results.json"
  awk -f "$BATS_TEST_DIRNAME/results.awk" "$BATS_TEST_TMPDIR/results.json" |
    awk '$2 != "score" { print $1, $2, $3, $4 }'
}

# no_process TIMES: nothing that start_grade has started runs any more, or will in
# so many tenths of a second.
no_process() {
  local count left
  [[ -d /proc/self ]] || return 0
  for ((count = 0; count <= $1; count++)); do
    ((count == 0)) || sleep 0.1
    left=$(grep -slF GRADE_TEST=1 /proc/[0-9]*/environ) || return 0
  done
  printf 'left: %s\n' "$left"
  return 1
}

@test "what is right gets all points, status 0 and a last line that says so" {
  grade WORK=solutions
  ends 0 'Score: 200/200 +5'
  says 'All passed.'
}

@test "without words it grades labs/" {
  grade
  ends 0 'Score: 200/200 +5'
  [[ -f build/labs/results.json ]]
}

@test "one lab: 1, 01 and 01-one" {
  local lab
  for lab in 1 01 001 01-one; do
    grade WORK=solutions LAB="$lab"
    ends 0 'Score: 100/100 +5'
    says 'one ends as it is told (with 3, [say])'
    hides 'two waits'
  done
}

@test "a lab that is not there: what there is" {
  local lab
  for lab in 3 0 one 01-on 1x 01-one/ ' ' '*' -1; do
    grade WORK=solutions LAB="$lab"
    ends 2
    says 01-one 02-two "'$lab'"
  done
}

@test "a failed check costs its points and what builds on it; the others stay" {
  new_tree fails
  spoil net.h 's/one/eins/'
  grade WORK="$TREE"
  ends 1 'Score: 100/200 +5'
  says 'eins' 'R1.1' 'make replay LAB=01 CHECK=1' 'Print it.'
  [[ $(checks fails) == *'01-one 1 fail'*'01-one 2 blocked'*'01-one 3 pass'*'02-two 1 pass'* ]]
}

@test "a stretch check does not count" {
  new_tree stretch
  spoil 01-one/one.c 's/ONE/Two/'
  grade WORK="$TREE"
  ends 0 'Score: 200/200'
  hides 'All passed'
  grade WORK="$TREE" LAB=1
  ends 0 'Score: 100/100'
}

@test "one check alone, with its conversation; the results stay" {
  local before
  grade WORK=solutions
  before=$(results solutions)
  grade WORK=solutions LAB=1 CHECK=2 SEED=7
  ends 0
  says './one 3' 'ends with status 3'
  hides 'one says one'
  [[ $(results solutions) == "$before" ]]
  new_tree alone
  spoil 01-one/one.c 's/atoi(argv\[1\])/5/'
  grade WORK="$TREE" LAB=01 CHECK=02
  ends 1
  says 'ends with status 5' 'exit status 3'
}

@test "a check that is not there, or of no lab" {
  grade WORK=solutions LAB=1 CHECK=4
  ends 2
  says '1 to 3'
  grade WORK=solutions LAB=1 CHECK=0
  ends 2
  grade WORK=solutions CHECK=1
  ends 2
  says LAB=
  grade WORK=solutions LAB=1 CHECK=x
  ends 2
}

@test "wrong words" {
  local word
  for word in lab=1 LAB grade -x --x SEED=x SEED=-1 SEED=1234567890 JOBS=0 JOBS=x JOBS=-2 VERBOSE=2; do
    grade "$word"
    ends 2
    hides Score
  done
}

@test "help" {
  local word
  for word in -h --help; do
    grade "$word"
    ends 0
    says usage: LAB= WORK= SEED=
  done
}

@test "WORK: from here, from the clone, absolute, with a slash behind" {
  new_tree here
  cd "$BATS_TEST_TMPDIR"
  grade WORK=here
  ends 0 'Score: 200/200 +5'
  grade WORK=./here/
  ends 0 'Score: 200/200 +5'
  grade WORK="$TREE/"
  ends 0 'Score: 200/200 +5'
  [[ $(printf '%s\n' "$BOOK"/build/here-*/ | wc -l) -eq 1 ]]
  cd /
  grade WORK=solutions
  ends 0 'Score: 200/200 +5'
}

@test "WORK: blanks, quotes, and what a shell or make would expand" {
  local name
  # shellcheck disable=SC2016 # no shell should expand these
  for name in 'it is' "o'clock" 'a"b' 'a$b' 'a*[b]' 'a;b&c' '-x' 'a\b' $'gr\303\274n' $'line\nend'; do
    new_tree "$name"
    grade WORK="$TREE" LAB=1
    ends 0 'Score: 100/100 +5'
    rm -rf "$TREE"
  done
}

@test "WORK that is not there, no folder, empty, or one lab only" {
  grade WORK=nowhere
  ends 2
  says nowhere
  : >"$BATS_TEST_TMPDIR/file"
  grade WORK="$BATS_TEST_TMPDIR/file"
  ends 2
  says 'file is not a folder'
  mkdir "$BATS_TEST_TMPDIR/empty"
  grade WORK="$BATS_TEST_TMPDIR/empty"
  ends 1 'Score: 0/200'
  says 'there is no lab in'
  grade WORK=solutions/01-one
  ends 2
  says LAB=01-one
}

@test "a tree within the tree that was meant" {
  mkdir "$BATS_TEST_TMPDIR/outer"
  cp -R solutions "$BATS_TEST_TMPDIR/outer/inner"
  grade WORK="$BATS_TEST_TMPDIR/outer"
  ends 1 'Score: 0/200'
  says outer/inner
}

@test "a lab, a program or net.h that is missing" {
  new_tree parts
  rm -r "$TREE/02-two"
  grade WORK="$TREE"
  ends 1 'Score: 100/200 +5'
  says 'no two.c'
  rm "$TREE/net.h"
  grade WORK="$TREE"
  ends 1 'Score: 0/200'
  says 'one does not compile' 'net.h'
}

@test "what does not compile is shown, and costs its own points" {
  new_tree broken
  spoil 02-two/two.c 's/return 0;/return 0/'
  grade WORK="$TREE"
  ends 1 'Score: 100/200 +5'
  says 'two.c:6:' 'error:' 'two does not compile'
  grade WORK="$TREE" LAB=2
  ends 1 'Score: 0/100'
  says 'two.c:6:' 'error:'
}

@test "only what has changed is compiled again" {
  new_tree again
  grade WORK="$TREE" VERBOSE=1
  ends 0
  says 'one.c' 'two.c' '-Wall'
  grade WORK="$TREE" VERBOSE=1
  ends 0
  hides '-Wall'
  spoil 01-one/one.c 's/"ONE"/"one"/'
  grade WORK="$TREE" VERBOSE=1
  ends 0 'Score: 200/200'
  [[ $output == *-Wall*one.c* && $output != *-Wall*two.c* ]]
  spoil net.h 's/one/eins/'
  grade WORK="$TREE" LAB=1
  ends 1 'Score: 0/100'
  grade WORK="$TREE" LAB=1 CFLAGS=-DUNUSED VERBOSE=1
  ends 1
  says '-DUNUSED'
}

@test "what the machine cannot do costs nothing, and is said" {
  NO_SNOW=1 grade WORK=solutions
  ends 0 'Score: 170/170 +5'
  says 'there is no snow' '30 points'
  hides 'All passed'
  NO_SNOW=1 grade WORK=solutions LAB=2
  ends 0 'Score: 70/70'
  NO_SNOW=1 grade WORK=solutions LAB=2 CHECK=2
  ends 2
  says 'there is no snow'
}

@test "a machine without bats, or with a compiler that does nothing" {
  local tool
  mkdir "$BATS_TEST_TMPDIR/bin"
  for tool in bash awk cc make sed cksum ls cat mkdir rm mv nproc flock env gcc as ld collect2; do
    tool=$(command -v "$tool") && ln -s "$tool" "$BATS_TEST_TMPDIR/bin"
  done
  PATH=$BATS_TEST_TMPDIR/bin run bash "$BOOK/grader/grade" WORK=solutions
  ends 2
  says 'bats' 'grader/setup'
  grade WORK=solutions CC=no-such-compiler
  ends 2
  says no-such-compiler grader/setup
  grade WORK=solutions CC=false
  ends 2
  grade WORK=solutions CFLAGS=-no-such-option
  ends 2
  says no-such-option
}

@test "the results are JSON, whatever the programs say" {
  new_tree noise
  spoil net.h 's/"one"/"\\"q\\\\\\t\\001\\033[31m\\377\\303("/'
  grade WORK="$TREE"
  ends 1
  results noise >"$BATS_TEST_TMPDIR/json"
  if python3 -c '' 2>/dev/null; then
    python3 -c '
import json, sys
results = json.load(open(sys.argv[1], encoding="utf-8"))
assert results["schema"] == 1
assert results["score"] == {"points": 100, "max": 200, "stretch": 5, "stretch_max": 5}, results["score"]
one, two = results["labs"]
assert one["name"] == "01-one" and two["name"] == "02-two"
assert [check["verdict"] for check in one["checks"]] == ["fail", "blocked", "pass"]
assert one["checks"][0]["requirements"] == ["R1.1"]
assert "replay" in one["checks"][0]["replay"]
' "$BATS_TEST_TMPDIR/json"
  fi
  # No byte that JSON forbids, and as many brackets open as close.
  [[ $(LC_ALL=C tr -d '\n' <"$BATS_TEST_TMPDIR/json" | LC_ALL=C grep -c '[[:cntrl:]]') -eq 0 ]]
  awk '{ gsub(/\\./, ""); gsub(/"[^"]*"/, "") ; o += gsub(/[{[]/, ""); c += gsub(/[]}]/, "") }
    END { exit o != c || o < 10 }' "$BATS_TEST_TMPDIR/json"
}

@test "the results of the other labs stay" {
  new_tree stays
  grade WORK="$TREE"
  spoil 02-two/two.c 's/return 0/return 1/'
  grade WORK="$TREE" LAB=2
  ends 1 'Score: 0/100'
  [[ $(checks stays) == *'01-one 1 pass'*'02-two 1 fail'* ]]
  [[ $(results stays) == *'"points": 100, "max": 200'* ]]
}

@test "a log stays when a check fails, and goes when it passes" {
  new_tree logs
  spoil net.h 's/one/eins/'
  grade WORK="$TREE" LAB=1
  grep -q eins "$BOOK"/build/logs-*/01-one/log/1.log
  spoil net.h 's/eins/one/'
  grade WORK="$TREE" LAB=1
  ends 0
  [[ -z $(find "$BOOK"/build/logs-*/ -name '*.log') ]]
}

@test "the settings of the user's shell do not matter" {
  printf 'exit 9\n' >"$BATS_TEST_TMPDIR/rc"
  CDPATH=/:/tmp GREP_OPTIONS=-v POSIXLY_CORRECT=1 LC_ALL=C.UTF-8 MAKEFLAGS=-n TMPDIR=/nowhere \
    run env ENV="$BATS_TEST_TMPDIR/rc" grader/grade WORK=solutions LAB=1
  ends 0 'Score: 100/100 +5'
}

@test "make passes the words on" {
  # The bats in there must be the one that people start.
  PATH=${PATH//"$BATS_LIBEXEC:"/}
  new_tree "it's here"
  run make -s grade WORK="$TREE" LAB=1 SEED=5
  ends 0 'Score: 100/100 +5'
  says 'seed 5'
  run make -s replay LAB=1 CHECK=1 SEED=5 WORK=solutions
  ends 0
  says './one'
  run make -s replay LAB=1
  [[ $status -ne 0 ]]
  says CHECK=
  LAB=9 CHECK=9 WORK=nowhere run make -s grade
  ends 0 'Score: 200/200 +5'
}

# start_grade WORD...: in the background, as a terminal would, with its own process
# group, GROUP.
start_grade() {
  set -m
  GRADE_TEST=1 "$BOOK/grader/grade" "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 </dev/null 3>&- &
  GROUP=$!
  set +m
}

# await_file FILE: waits until it is there.
await_file() {
  local count
  for ((count = 0; count < 600; count++)); do
    [[ -e $1 ]] && return
    sleep 0.05
  done
  printf 'there is no %s\n' "$1"
  return 1
}

# interrupt SIGNAL: stops the grading of a program that never ends; sets `status`,
# `output` and `took`, in microseconds (a quiet machine needs 200,000).
interrupt() {
  local started
  new_tree never
  cat >"$TREE/01-one/one.c" <<END
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    fclose(fopen("$BATS_TEST_TMPDIR/runs", "w"));
    fork();
    for (;;)
        ;
}
END
  start_grade WORK="$TREE"
  await_file "$BATS_TEST_TMPDIR/runs"
  started=${EPOCHREALTIME:-0} started=${started/./}
  kill -s "$1" -- "-$GROUP"
  status=0
  wait "$GROUP" || status=$?
  took=${EPOCHREALTIME:-0} took=$((${took/./} - started))
  output=$(cat "$BATS_TEST_TMPDIR/out")
  hides Score
}

@test "Ctrl-C ends everything within a second" {
  interrupt INT
  [[ $status -eq 130 && $took -lt 3000000 ]]
  no_process 0
  [[ ! -e $(printf '%s' "$BOOK"/build/never-*/tmp) ]]
}

@test "so does SIGTERM" {
  interrupt TERM
  [[ $status -eq 143 && $took -lt 3000000 ]]
  no_process 0
}

@test "so does the end of the terminal" {
  interrupt HUP
  [[ $status -eq 129 && $took -lt 3000000 ]]
  no_process 0
}

@test "grade killed outright leaves no process" {
  [[ $(uname) == Linux ]] || skip 'needs Linux'
  interrupt KILL
  [[ $status -eq 137 ]]
  no_process 100
}

@test "two at once on one tree, and on two" {
  local pids=() pid
  new_tree first
  cp -R "$TREE" "$BATS_TEST_TMPDIR/second"
  for pid in 1 2 3; do
    grader/grade WORK="$TREE" >"$BATS_TEST_TMPDIR/out$pid" 2>&1 </dev/null 3>&- &
    pids+=("$!")
  done
  grade WORK="$BATS_TEST_TMPDIR/second"
  ends 0 'Score: 200/200 +5'
  for pid in "${pids[@]}"; do
    wait "$pid"
  done
  [[ $(tail -qn 1 "$BATS_TEST_TMPDIR"/out? | sort | uniq -c) == *3' Score: 200/200 +5' ]]
}

@test "as an ordinary user, in a clone of one's own" {
  local folder
  [[ $EUID -eq 0 ]] || skip 'these tests run as an ordinary user already'
  command -v setpriv >/dev/null || skip 'needs setpriv'
  folder=$(mktemp -d /tmp/workbook-XXXXXX)
  make_book "$folder/book"
  chmod 755 "$folder"
  chown -R 65534:65534 "$folder/book"
  cd "$folder/book"
  local user=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ TMPDIR=/tmp)
  run "${user[@]}" grader/grade WORK=solutions
  ends 0 'Score: 200/200 +5'
  # Root may read everything; this user may not.
  chmod 0 labs/02-two/two.c
  run "${user[@]}" grader/grade
  cd /
  rm -rf "$folder"
  ends 1 'Score: 100/200 +5'
  says 'two.c' 'Permission denied'
}

@test "where it may not write, it says so" {
  local folder
  [[ $EUID -eq 0 ]] || skip 'needs root, to be another user'
  command -v setpriv >/dev/null || skip 'needs setpriv'
  folder=$(mktemp -d /tmp/workbook-XXXXXX)
  make_book "$folder/book"
  chmod 755 "$folder"
  cd "$folder/book"
  run setpriv --reuid=65534 --regid=65534 --clear-groups grader/grade WORK=solutions
  cd /
  rm -rf "$folder"
  ends 2
  says 'cannot write' build
}
