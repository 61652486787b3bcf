# shellcheck shell=sh
# The source is empty.
# As: 02-tcp-server/echo_server
# Says: undefined reference to
# Says: echo_server does not compile
: >02-tcp-server/echo_server.c
