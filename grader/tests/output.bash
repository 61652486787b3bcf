# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output
# What a command has said, in the tests of grade and of the student's tools.

# says TEXT...: the output has it.
says() {
  local text
  for text; do
    [[ $output == *"$text"* ]] || {
      printf 'it does not say: %s\nbut: %s\n' "$text" "$output"
      return 1
    }
  done
}

# hides TEXT...: the output has it not.
hides() {
  local text
  for text; do
    [[ $output != *"$text"* ]] || {
      printf 'it says: %s\n%s\n' "$text" "$output"
      return 1
    }
  done
}
