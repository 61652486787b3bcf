#!/usr/bin/env bats
# The tests of grader/tests/lint: a small workbook without a fault, and what
# each lint says of it when it has one.

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkdir -p grader/tests grader/tools grader/lib handouts labs/01-one solutions/01-one
  cp "$BATS_TEST_DIRNAME/lint" "$BATS_TEST_DIRNAME"/*.awk grader/tests
  cp "$BATS_TEST_DIRNAME/../skeleton.awk" grader
  cp "$BATS_TEST_DIRNAME"/../lib/*.awk grader/lib
  cat >handouts/01-one.md <<'END'
# One, and "two" (`three_four`)

See [above](#one-and-two-three_four), [below](#end), [the start](00-start.md#start) and
[the folder](../labs/01-one), but not `[this](nowhere.md)` nor <https://example.org/#x>.

- **R1.1** It is.
- **R1.2** It says so (R1.1).

## End

```
[not a link](nowhere.md)
# not a heading
```
END
  cat >handouts/00-start.md <<'END'
# Start

| code | what |
| --- | --- |
| `ONE_RECV` | one recv |
| `SPINS` | a loop |
END
  cat >grader/tools/cause.c <<'END'
extern const char *const causes[];
const char *const causes[] = {"ONE_RECV", "SPINS"};
END
  cat >solutions/01-one/one.c <<'END'
#include <stdio.h>

int main(void)
{
    /* TODO 1: speak
     * Say it.
     * | puts("TODO 1: speak is not written yet");
     */
    puts("one");
    /* END TODO 1 */
    return 0;
}
END
  awk -f grader/skeleton.awk solutions/01-one/one.c >labs/01-one/one.c
  printf '// nothing\n' | tee solutions/net.h >labs/net.h
  write_checks 10 >grader/01-one.bats
}

# write_checks N: a file of N checks of 10 points each.
write_checks() {
  local number
  printf '#!/usr/bin/env bats\n# Programs: one\n\n'
  for ((number = 1; number <= $1; number++)); do
    printf '# 10 points · R1.1 R1.2\n# Try: ./one\n# Hint: It is so.\n'
    printf '# Ask: What does it say?\n# See: puts(3), write(2) ERRORS\n'
    printf '# Read: #end\n# Sketch: say it\n'
    printf '@test "one is %d" {\n  true\n}\n\n' "$number"
  done
}

# clean NAME: this lint finds nothing.
clean() {
  run grader/tests/lint "$1"
  [[ $status -eq 0 && -z $output ]] || {
    printf '%s: %s\n' "$status" "$output"
    return 1
  }
}

# finds NAME TEXT: this lint fails and says this.
finds() {
  run grader/tests/lint "$1"
  [[ $status -eq 1 && $output == *"$2"* ]] || {
    printf '%s: %s\nand not: %s\n' "$status" "$output" "$2"
    return 1
  }
}

@test "a workbook without a fault" {
  local name
  for name in skeletons links requirements checks hints causes strays; do
    clean "$name"
  done
}

@test "an unknown lint is wrong usage" {
  run grader/tests/lint linkz
  [ "$status" -eq 2 ]
  [[ $output == *"NAME is one of: shellcheck shfmt"* ]]
}

@test "a tool that is missing is skipped by name" {
  local tool
  mkdir bin
  for tool in bash dirname sed tr grep mktemp rm; do
    ln -s "$(type -P "$tool")" bin
  done
  run env PATH="$PWD/bin" grader/tests/lint shfmt
  [ "$status" -eq 77 ]
  [ "$output" = "skipped: shfmt is not installed" ]
}

@test "links: no such file" {
  echo '[x](../labs/nothing.c)' >>handouts/01-one.md
  finds links 'there is no labs/nothing.c'
}

@test "links: no such heading, here and there" {
  echo '[x](#nowhere) ![y](00-start.md#end)' >>handouts/01-one.md
  finds links '#nowhere: no such heading'
  finds links '00-start.md#end: no such heading'
}

@test "links: out of the workbook" {
  echo '[x](../../grader)' >>handouts/01-one.md
  finds links 'there is no ../grader'
}

@test "links: the second heading of a name has a number" {
  printf '\n## End\n\n[x](#end-1)\n' >>handouts/01-one.md
  clean links
  printf '[x](#end-2)\n' >>handouts/01-one.md
  finds links '#end-2'
}

@test "requirements: one that no check names" {
  sed -i.old 's/ R1.2$//' grader/01-one.bats
  finds requirements 'no check names R1.2'
}

@test "requirements: one that does not exist" {
  sed -i.old 's/R1.2$/R1.2 R1.3/' grader/01-one.bats
  finds requirements 'there is no R1.3'
}

@test "requirements: numbered with a gap" {
  sed -i.old 's/^- \*\*R1.2/- **R1.3/' handouts/01-one.md
  finds requirements 'R1.3 follows R1.1'
}

@test "requirements: a handout without checks" {
  cp handouts/01-one.md handouts/02-two.md
  finds requirements 'handouts/02-two.md has no grader/02-two.bats'
}

@test "checks: too few, and too few points" {
  write_checks 9 >grader/01-one.bats
  finds checks '9 checks; 10 to 15 are wanted'
  finds checks 'the points sum to 90, not to 100'
}

@test "checks: stretch points are not part of the 100" {
  # The first check's comment is in line 4.
  sed '4s/10 points/10 stretch points/' <(write_checks 11) >grader/01-one.bats
  clean checks
}

@test "checks: a title with a slash, and one that is there twice" {
  sed -i.old 's/one is 2/one is 1/; s/one is 3/one and\/or 3/' grader/01-one.bats
  finds checks 'a title for the second time: one is 1'
  finds checks 'a slash in the title: one and/or 3'
}

# shellcheck disable=SC2016 # backquotes of Markdown
@test "checks: without points, requirement, try or hint" {
  sed -i.old '4d' grader/01-one.bats
  finds checks 'no `# N points` above: one is 1'
  write_checks 10 | sed 's/ · .*//' >grader/01-one.bats
  finds checks 'no requirement above: one is 1'
  write_checks 10 | sed '/Try/d' >grader/01-one.bats
  finds checks 'no `# Try:` above: one is 1'
  write_checks 10 | sed '/Hint/d' >grader/01-one.bats
  finds checks 'no `# Hint:` above: one is 1'
}

@test "causes: one without a word in the handout, and one that none names" {
  sed -i.old 's/SPINS/SPIN/' grader/tools/cause.c
  finds causes 'handouts/00-start.md lacks SPIN'
  finds causes 'grader/tools names no SPINS'
}

@test "skeletons: changed, missing, too many, unbalanced marks" {
  echo '// changed' >>labs/01-one/one.c
  finds skeletons 'labs/01-one/one.c is not what solutions/01-one/one.c yields'
  rm labs/01-one/one.c
  finds skeletons 'labs/01-one/one.c'
  echo '// extra' >labs/01-one/two.c
  finds skeletons 'labs/01-one/two.c has no solutions/01-one/two.c'
  sed -i.old '/END TODO/d' solutions/01-one/one.c
  finds skeletons 'solutions/01-one/one.c yields no skeleton'
}

@test "warnings: a program that a compiler warns of" {
  type -P gcc >/dev/null || skip "gcc is not installed"
  clean warnings-gcc
  sed -i.old 's/puts("one");/int unused;/' solutions/01-one/one.c
  finds warnings-gcc 'unused'
}

@test "strays: a path of another machine" {
  echo "see /wor""k/main" >>handouts/01-one.md
  finds strays 'handouts/01-one.md:'
}

@test "hints: one that is missing" {
  local word
  cp grader/01-one.bats all
  for word in Ask See Read Sketch; do
    awk -v word="# $word:" 'index($0, word) != 1 || done++' all >grader/01-one.bats
    finds hints "grader/01-one.bats: check 1: no \`# $word: "
  done
}

@test "hints: a question that is none, a page of no section" {
  sed -i.old 's/^# Ask: .*/# Ask: Say it./; s/write(2)/write/' grader/01-one.bats
  finds hints 'asks no question'
  finds hints 'not: write ERRORS'
}

@test "hints: pages, their sections, and RFCs" {
  sed -i.old 's/^# See: .*/# See: socket(7) SO_REUSEADDR, recv(2) RETURN VALUE, RFC 9112 §2.2, RFC 768/' grader/01-one.bats
  clean hints
}

@test "hints: a heading that is not there, here and in another handout" {
  sed -i.old 's/^# Read: .*/# Read: #end, 00-start.md#start/' grader/01-one.bats
  clean hints
  sed -i.old 's/^# Read: .*/# Read: #start, 00-start.md#end, end/' grader/01-one.bats
  finds hints 'there is no: #start'
  finds hints 'there is no: 00-start.md#end'
  finds hints 'there is no: end'
}

@test "hints: a sketch that gives a line of the answer away" {
  sed -i.old 's/^    puts("one");/    write(1, "one\\n", 4);/' solutions/01-one/one.c
  clean hints
  sed -i.old 's/^# Sketch: .*/# Sketch: then write (1,"one\\n", 4);/' grader/01-one.bats
  finds hints 'gives away solutions/01-one/one.c:9'
}
