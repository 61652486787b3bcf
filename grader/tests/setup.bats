#!/usr/bin/env bats
# The tests of grader/setup. Each runs it with a PATH of its own, in which the
# package manager, sudo and every tool it looks for are stand-ins.

# shellcheck disable=SC2016 # the stand-ins expand their own variables
setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkdir bin pool
  local tool
  for tool in awk bash cat env mktemp rm sed sh tr; do
    ln -s "$(command -v "$tool")" "bin/$tool"
  done
  # What an installation brings: everything that is looked for.
  for tool in cc make cmp find git patch clang clang-format clang-tidy cppcheck \
    shellcheck shfmt valgrind musl-gcc curl chromium; do
    stand_in "pool/$tool" 'exit 0'
  done
  stand_in pool/bats 'echo "Bats 1.8.2"'
  stand_in bin/id 'echo "${USER_ID:-0}"'
}

# stand_in FILE LINE...: makes FILE a shell script of these lines.
stand_in() {
  local file=$1
  shift
  printf '%s\n' '#!/bin/sh' "$@" >"$file"
  chmod +x "$file"
}

# manager NAME: a manager that notes how it was called and installs the pool.
manager() {
  stand_in "bin/$1" 'echo "$(basename "$0") $*" >>log' \
    'case " $* " in *" install "* | *" -S "* | *" add "*) mv pool/* bin ;; esac'
  ln -s "$(command -v basename)" "$(command -v mv)" bin
  if [ "$1" = apt-get ]; then
    stand_in bin/apt-cache 'exit 0'
  fi
}

# broken_manager NAME: a manager without a network.
broken_manager() {
  stand_in "bin/$1" 'echo "$(basename "$0") $*" >>log' 'echo "no network" >&2' 'exit 100'
  ln -s "$(command -v basename)" bin
  if [ "$1" = apt-get ]; then
    stand_in bin/apt-cache 'exit 0'
  fi
}

# with_all: a machine that lacks nothing.
with_all() {
  mv pool/* bin
}

run_setup() {
  local home=$BATS_TEST_DIRNAME
  run env -i PATH="$PWD/bin" USER_ID="${USER_ID:-0}" SUDO_USER="${SUDO_USER-}" "$home/../setup" "$@"
}

# says TEXT: the output has this text.
says() {
  [[ $output == *"$1"* ]] || {
    printf 'no "%s" in:\n%s\n' "$1" "$output"
    return 1
  }
}

# called TEXT...: the manager was called in just these ways.
called() {
  printf '%s\n' "$@" >expected
  diff expected log
}

@test "nothing missing: says so and asks no manager" {
  with_all
  USER_ID=1000
  broken_manager apt-get
  run_setup --developer
  [ "$status" -eq 0 ]
  [ "$output" = "Nothing is missing." ]
  [ ! -e log ]
}

@test "an unknown option is wrong usage" {
  run_setup --develop
  [ "$status" -eq 2 ]
  says "unknown argument '--develop'"
  says "usage: grader/setup"
}

@test "--help is the usage" {
  run_setup --help
  [ "$status" -eq 0 ]
  says "usage: grader/setup"
}

@test "a dry run names the command and runs nothing" {
  manager apt-get
  run_setup -n
  [ "$status" -eq 0 ]
  says "Missing: compiler make bats cmp find"
  says "Would run: env DEBIAN_FRONTEND=noninteractive apt-get"
  [ ! -e log ]
}

@test "apt: what is needed to grade" {
  manager apt-get
  run_setup
  [ "$status" -eq 0 ]
  says "All is there."
  called "apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends gcc libc6-dev make bats diffutils findutils"
}

@test "apt: and to test" {
  manager apt-get
  run_setup --developer
  [ "$status" -eq 0 ]
  says "+ env DEBIAN_FRONTEND=noninteractive apt-get"
  called "apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends gcc libc6-dev make bats diffutils findutils git patch clang libclang-rt-dev clang-format clang-tidy cppcheck shellcheck shfmt valgrind musl-tools curl chromium"
}

@test "apt: and to measure" {
  manager apt-get
  with_all
  run_setup --bench
  says "Missing: wrk"
  [[ $(<log) == *" install -y --no-install-recommends wrk "*" busybox netcat-openbsd python3"* ]]
}

@test "apt: only what is missing" {
  manager apt-get
  mv pool/cc pool/make pool/cmp pool/find bin
  run_setup
  [ "$status" -eq 0 ]
  called "apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends bats"
}

@test "apt: fetches the lists first where they lack a package" {
  manager apt-get
  stand_in bin/apt-cache 'grep -q update log 2>/dev/null'
  ln -s "$(command -v grep)" bin
  run_setup
  [ "$status" -eq 0 ]
  called "apt-get update" \
    "apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends gcc libc6-dev make bats diffutils findutils"
}

@test "apt: goes on without a package that this release lacks" {
  manager apt-get
  stand_in bin/apt-cache 'test "$2" != libclang-rt-dev'
  run_setup --developer
  [ "$status" -eq 0 ]
  says "This system has no package libclang-rt-dev."
  run grep -q libclang-rt-dev log
  [ "$status" -eq 1 ]
}

@test "apt: old lists are fetched again when the first try fails" {
  manager apt-get
  stand_in bin/apt-get 'echo "apt-get $*" >>log' \
    'case $* in *install*) grep -q update log || exit 100; mv pool/* bin ;; esac'
  ln -s "$(command -v grep)" bin
  run_setup
  [ "$status" -eq 0 ]
  [ "$(grep -c install log)" -eq 2 ]
}

@test "dnf" {
  manager dnf
  run_setup
  [ "$status" -eq 0 ]
  called "dnf install -y --setopt=install_weak_deps=False gcc glibc-devel libasan libubsan make bats diffutils findutils"
}

@test "dnf: and to test" {
  manager dnf
  run_setup --developer
  [ "$status" -eq 0 ]
  called "dnf install -y --setopt=install_weak_deps=False gcc glibc-devel libasan libubsan make bats diffutils findutils git patch clang compiler-rt clang-tools-extra cppcheck ShellCheck shfmt valgrind musl-gcc curl chromium"
}

@test "dnf: a compiler whose sanitizers are missing" {
  manager dnf
  with_all
  stand_in bin/cc 'case $* in *sanitize*) test -e sanitized ;; esac'
  stand_in bin/dnf 'echo "dnf $*" >>log'
  run_setup
  [ "$status" -eq 0 ]
  says "still missing: sanitizers"
  called "dnf install -y --setopt=install_weak_deps=False libasan libubsan"
}

@test "pacman" {
  manager pacman
  run_setup
  [ "$status" -eq 0 ]
  called "pacman -S --noconfirm --needed gcc make bats diffutils findutils"
}

@test "pacman: and to test" {
  manager pacman
  run_setup --developer
  [ "$status" -eq 0 ]
  called "pacman -S --noconfirm --needed gcc make bats diffutils findutils git patch clang cppcheck shellcheck shfmt valgrind musl curl chromium"
}

@test "pacman: brings the system up to date where its lists are missing" {
  manager pacman
  stand_in bin/pacman 'echo "pacman $*" >>log' \
    'case $* in -S\ *) grep -q Syu log || exit 1; mv pool/* bin ;; esac'
  ln -s "$(command -v grep)" bin
  run_setup
  [ "$status" -eq 0 ]
  [ "$(sed -n 2p log)" = "pacman -Syu --noconfirm" ]
}

@test "apk" {
  manager apk
  run_setup
  [ "$status" -eq 0 ]
  called "apk add --no-cache gcc musl-dev linux-headers make bats diffutils findutils"
}

@test "apk: and to test" {
  manager apk
  run_setup --developer
  [ "$status" -eq 0 ]
  called "apk add --no-cache gcc musl-dev linux-headers make bats diffutils findutils git patch clang clang-extra-tools cppcheck shellcheck shfmt valgrind curl chromium"
}

@test "apk: a compiler without sanitizers is said and is no failure" {
  manager apk
  with_all
  stand_in bin/cc 'case $* in *sanitize*) exit 1 ;; esac'
  run_setup
  [ "$status" -eq 0 ]
  says "No sanitizers for the C compiler here: programs are graded without them."
  says "Nothing to install."
  [ ! -e log ]
}

@test "apk: the system's compiler is the musl compiler" {
  manager apk
  with_all
  rm bin/musl-gcc
  stand_in bin/cc 'echo x86_64-alpine-linux-musl'
  run_setup --developer
  [ "$output" = "Nothing is missing." ]
}

@test "zypper" {
  manager zypper
  run_setup
  [ "$status" -eq 0 ]
  called "zypper --non-interactive install --no-recommends gcc make bats diffutils findutils"
}

@test "zypper: and to test" {
  manager zypper
  run_setup --developer
  [ "$status" -eq 0 ]
  called "zypper --non-interactive install --no-recommends gcc make bats diffutils findutils git patch clang cppcheck ShellCheck shfmt valgrind musl-devel curl chromium"
}

@test "brew: as the user, without sudo" {
  manager brew
  mv pool/cc pool/make bin
  USER_ID=501
  run_setup
  [ "$status" -eq 0 ]
  says "+ brew install bats-core diffutils findutils"
  called "brew install bats-core diffutils findutils"
}

@test "brew: an old bash is replaced" {
  manager brew
  with_all
  ln -sf "$(command -v bash)" pool/bash
  rm bin/bash
  stand_in bin/bash 'echo 3.2.57'
  USER_ID=501
  run_setup
  [ "$status" -eq 0 ]
  called "brew install bash"
}

@test "brew: under sudo, as the user who typed it" {
  manager brew
  mv pool/cc pool/make bin
  stand_in bin/sudo 'echo "sudo $1 $2 $3" >>log' 'shift 3' 'exec "$@"'
  SUDO_USER=ada
  run_setup
  [ "$status" -eq 0 ]
  called "sudo -H -u ada" "brew install bats-core diffutils findutils"
}

@test "brew: refuses as root" {
  manager brew
  mv pool/cc pool/make bin
  run_setup
  [ "$status" -eq 1 ]
  says "Homebrew does not run as root"
  [ ! -e log ]
}

@test "brew: tools it lacks are named, and it goes on" {
  manager brew
  with_all
  rm bin/valgrind bin/musl-gcc
  USER_ID=501
  run_setup --developer
  [ "$status" -eq 0 ]
  says "No package for valgrind here: 'make check' skips what needs it."
  says "No package for musl-gcc here: 'make check' skips what needs it."
  [ ! -e log ]
}

@test "brew: a Mac without a compiler is told how to get one" {
  manager brew
  with_all
  rm bin/cc
  USER_ID=501
  run_setup
  [ "$status" -eq 1 ]
  says "xcode-select --install"
}

@test "not root: sudo" {
  manager apt-get
  stand_in bin/sudo 'echo sudo >>log' 'exec "$@"'
  USER_ID=1000
  run_setup
  [ "$status" -eq 0 ]
  says "+ sudo env DEBIAN_FRONTEND=noninteractive apt-get"
  [ "$(sed -n 1p log)" = sudo ]
}

@test "not root and no sudo: the packages and the command" {
  manager apt-get
  USER_ID=1000
  run_setup
  [ "$status" -eq 1 ]
  says "only root may install"
  says "Packages: gcc libc6-dev make bats diffutils findutils"
  says "Command:  env DEBIAN_FRONTEND=noninteractive apt-get"
  [ ! -e log ]
}

@test "no network: the packages and the command" {
  local name
  for name in apt-get dnf pacman apk zypper; do
    broken_manager "$name"
    run_setup
    [ "$status" -eq 1 ]
    says "could not install them"
    says "Missing:  compiler"
    says "Packages: gcc"
    says "Command:  "
    rm "bin/$name" bin/basename
  done
}

@test "an old bats that stays old: where to get a newer one" {
  manager apt-get
  with_all
  stand_in pool/unused 'exit 0'
  stand_in bin/bats 'echo "Bats 1.2.1"'
  run_setup
  [ "$status" -eq 1 ]
  says "bats 1.8 or newer is needed"
  says "still missing: bats"
}

@test "bats 1.10 is newer than 1.8" {
  with_all
  stand_in bin/bats 'echo "Bats 1.10.0"'
  run_setup
  [ "$output" = "Nothing is missing." ]
}

@test "no package manager: what is missing, by name" {
  with_all
  rm bin/bats
  run_setup
  [ "$status" -eq 1 ]
  says "no package manager known here"
  says "Install by hand: bats"
}

@test "leaves nothing behind" {
  manager apt-get
  mkdir scratch
  export TMPDIR=$PWD/scratch
  run env -i PATH="$PWD/bin" TMPDIR="$TMPDIR" "$BATS_TEST_DIRNAME/../setup"
  [ "$status" -eq 0 ]
  [ -z "$(ls scratch)" ]
}
