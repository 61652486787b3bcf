# shellcheck shell=sh
# Names with a line end, a blank, a quote, a star and an escape sequence lie about.
# As: 02-tcp-server/hello_server
# Loses: nothing
# shellcheck disable=SC2016 # no shell should expand this
name=$(printf 'a b\n"c'\''\033[31m*$(touch d)\\;&')
mkdir "$name" "02-tcp-server/$name" "04-$name"
for file in "$name.h" "02-tcp-server/$name.h" "02-tcp-server/$name.c" ./-o.h 02-tcp-server/-x.h; do
  : >"$file"
done
