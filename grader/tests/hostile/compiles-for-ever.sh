# shellcheck shell=sh
# The compiler waits for ever: a header is a pipe without a writer.
# As: 02-tcp-server/hello_server
# Limit: 130
mkfifo 02-tcp-server/never
printf '#include "never"\nint main(void) { return 0; }\n' >02-tcp-server/hello_server.c
