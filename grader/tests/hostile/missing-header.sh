# shellcheck shell=sh
# net.h is missing, which one of the two programs includes.
# As: 02-tcp-server/echo_server
# Says: net.h
# Says: echo_server does not compile
rm net.h
