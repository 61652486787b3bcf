# shellcheck shell=sh
# The source includes itself.
# As: 02-tcp-server/hello_server
# Says: hello_server does not compile
printf '#include "hello_server.c"\n' >02-tcp-server/hello_server.c
