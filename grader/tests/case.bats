#!/usr/bin/env bats
# The tests of grader/tests/case: it finds patches whose heads are not true, in a
# copy of the workbook with lab 03 only.

setup_file() {
  local file
  BOOK=$BATS_FILE_TMPDIR/book
  export BOOK
  cd "$BATS_TEST_DIRNAME/../.." || return
  make -s tools references || return
  mkdir -p "$BOOK/grader/tests/wrong/03-daytime" "$BOOK/grader/tests/right/03-daytime" "$BOOK/build" || return
  cp -Rp Makefile solutions labs "$BOOK"
  cp -Rp build/tools build/reference "$BOOK/build"
  cp -Rp grader/03-daytime.bats grader/grade grader/lib grader/tools grader/skeleton.awk "$BOOK/grader"
  for file in case trees.bash results.awk baseline stand-in valgrind.supp; do
    cp -Rp "grader/tests/$file" "$BOOK/grader/tests"
  done
  rm -rf "$BOOK"/solutions/0[12]* "$BOOK"/labs/0[12]*
  printf '#!/bin/sh\n' >"$BOOK/grader/tests/lint"
  chmod +x "$BOOK/grader/tests/lint"
}

setup() {
  cd "$BOOK" || return
}

# patch_client KIND NAME HEAD SED-COMMAND: makes a patch of daytime_client.
patch_client() {
  local name=03-daytime/daytime_client.c
  mkdir -p "$BATS_TEST_TMPDIR/b/03-daytime"
  sed "$4" "solutions/$name" >"$BATS_TEST_TMPDIR/b/$name"
  {
    printf 'A patch for a test.\n%s\n' "$3"
    diff -U2 "solutions/$name" "$BATS_TEST_TMPDIR/b/$name" |
      sed "1s|.*|--- a/$name|; 2s|.*|+++ b/$name|"
  } >"grader/tests/$1/03-daytime/$2.patch"
}

# The change makes the client leave with status 3 when it has the wrong arguments.
readonly STATUS_3='s/exit(2)/exit(3)/'

# try KIND NAME STATUS [TEXT...]: the case ends so, and says so.
try() {
  local text
  run grader/tests/case "$1/03-daytime/$2"
  [[ $status -eq $3 ]] || {
    printf 'status %s, not %s:\n%s\n' "$status" "$3" "$output"
    return 1
  }
  for text in "${@:4}"; do
    [[ $output == *"$text"* ]] || {
      printf 'it does not say: %s\nbut: %s\n' "$text" "$output"
      return 1
    }
  done
  [[ -z $(find build -name 'check-*') ]]
}

@test "a wrong program that fails as its head says" {
  patch_client wrong true 'Fails: 14=WRONG_STATUS' "$STATUS_3"
  try wrong true 0
  patch_client wrong any 'Fails: 14' "$STATUS_3"
  try wrong any 0
  patch_client wrong either 'Fails: 14=ONE_RECV|WRONG_STATUS' "$STATUS_3"
  try wrong either 0
}

@test "a wrong program that fails otherwise" {
  patch_client wrong cause 'Fails: 14=ONE_RECV' "$STATUS_3"
  try wrong cause 1 'check 14 fails with WRONG_STATUS, not ONE_RECV'
  patch_client wrong more 'Fails: 14 13' "$STATUS_3"
  try wrong more 1 'check 13 should fail, but: pass'
  patch_client wrong less 'Fails: 13' "$STATUS_3"
  try wrong less 1 'check 14 fails (WRONG_STATUS), but should not'
  patch_client wrong beyond 'Fails: 14 15' "$STATUS_3"
  try wrong beyond 1 'names check 15'
  patch_client wrong headless 'It fails.' "$STATUS_3"
  try wrong headless 1 'has no line'
}

@test "a patch that does not fit, or does not compile" {
  patch_client wrong misfit 'Fails: 14' "$STATUS_3"
  sed 's/^ /  /' grader/tests/wrong/03-daytime/misfit.patch >"$BATS_TEST_TMPDIR/patch"
  mv "$BATS_TEST_TMPDIR/patch" grader/tests/wrong/03-daytime/misfit.patch
  try wrong misfit 1 'does not fit'
  patch_client wrong broken 'Fails: 14' 's/exit(2)/exit(2/'
  try wrong broken 1 'does not compile'
}

@test "a right program that is not right" {
  patch_client right wrong 'No word.' "$STATUS_3"
  try right wrong 1 '03-daytime check 14 has not passed'
  patch_client right points 'Score: 99/100' 's/exit(2)/exit(1 + 1)/'
  try right points 1 'the score is not 99/100'
}

@test "too few programs, and checks that nobody fails" {
  rm -f grader/tests/*/03-daytime/*
  patch_client wrong true 'Fails: 14=WRONG_STATUS' "$STATUS_3"
  run grader/tests/case kills/03-daytime
  [[ $status -eq 1 ]]
  [[ $output == *'check 1 of 03-daytime fails no wrong'*'there are 1 wrong'*'there are 0 right'* ]]
  [[ $output != *'check 14 of'* ]]
}

@test "a skeleton that scores, and a name that does not exist" {
  printf '03-daytime 5\n' >grader/tests/baseline
  run grader/tests/case skeleton/03-daytime
  [[ $status -eq 1 && $output == *'not 5'* ]]
  run grader/tests/case wrong/03-daytime/nobody
  [[ $status -eq 2 ]]
}

# plant BEFORE-MAIN IN-MAIN: puts these lines into the reference of daytime_server,
# and leaves the lab two checks.
plant() {
  cp solutions/03-daytime/daytime_server.c "$BATS_TEST_TMPDIR/reference"
  cp grader/03-daytime.bats "$BATS_TEST_TMPDIR/checks"
  awk '/^@test / && ++count > 2 { exit } { print }' "$BATS_TEST_TMPDIR/checks" >grader/03-daytime.bats
  awk -v before="$1" -v inside="$2" '
    /^int main\(/ { print before }
    { print }
    /^ *tzset\(\);/ { print inside }
  ' "$BATS_TEST_TMPDIR/reference" >solutions/03-daytime/daytime_server.c
}

# put_back: all is what it was.
put_back() {
  cp "$BATS_TEST_TMPDIR/checks" grader/03-daytime.bats
  cp "$BATS_TEST_TMPDIR/reference" solutions/03-daytime/daytime_server.c
}

@test "two threads at one variable" {
  plant '#include <pthread.h>
    static int count;
    static void *add(void *nothing) { count++; return nothing; }' \
    'pthread_t thread;
    pthread_create(&thread, NULL, add, NULL);
    count++;
    pthread_join(thread, NULL);'
  run grader/tests/case tsan/03-daytime
  put_back
  [[ $status -ne 77 ]] || skip "$output"
  [[ $status -eq 1 && $output == *'data race'*daytime_server.c* ]]
}

@test "what was never written is read" {
  local kind
  plant '' 'char *unset = malloc(8);
    if (unset[argc] == 7)
        puts("seven");
    free(unset);'
  for kind in valgrind msan; do
    run grader/tests/case "$kind/03-daytime"
    ((status == 77)) || [[ $status -eq 1 && $output == *ninitiali[sz]ed*daytime_server.c* ]] || {
      put_back
      printf '%s\n' "$kind: status $status" "$output"
      return 1
    }
  done
  put_back
}
