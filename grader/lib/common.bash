# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for who sources it
# What grader/grade and grader/student have in common. Source it with ROOT set.

# What a program is linked with besides libc: macOS has iconv apart.
LIBRARIES=()
[[ $OSTYPE == darwin* ]] && LIBRARIES=(-liconv)

# Sets what is to be known of the terminal: TERMINAL (standard error is one),
# COLOR (standard output shall have colours), UTF8 (it shows other characters than
# ASCII); empty for no.
know_terminal() {
  TERMINAL='' COLOR='' UTF8=''
  [[ -t 2 && ${TERM:-dumb} != dumb ]] && TERMINAL=1
  [[ -t 1 && ${TERM:-dumb} != dumb && -z ${NO_COLOR:-} ]] && COLOR=1
  [[ $USER_LOCALE == *[Uu][Tt][Ff]*8* ]] && UTF8=1
  return 0
}

# Sets ALL_LABS to the names of the labs that have checks, and LABS to those that
# $1 (3, 03 or 03-daytime; empty: all) means: none where it means nothing.
find_labs() {
  local file name digits=''
  ALL_LABS=() LABS=()
  [[ $1 =~ ^0*([0-9]{1,2})$ ]] && digits=$((10#${BASH_REMATCH[1]}))
  for file in "$ROOT"/grader/[0-9][0-9]-*.bats; do
    [[ -f $file ]] || continue
    name=${file##*/} name=${name%.bats}
    ALL_LABS+=("$name")
    [[ -z $1 || $name == "$1" || $((10#${name%%-*})) == "$digits" ]] && LABS+=("$name")
  done
}

# Prints the sums of the sources of lab $1 in labs/: other sums, other sources.
sum_sources_of() {
  local file files=()
  for file in "$ROOT"/labs/*.h "$ROOT/labs/$1"/*.[ch]; do
    [[ -f $file ]] && files+=("${file#"$ROOT"/}")
  done
  (cd "$ROOT" && cksum -- ${files[@]+"${files[@]}"} 2>/dev/null </dev/null)
}
