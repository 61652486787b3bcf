# shellcheck shell=sh
# A program is missing.
# As: 02-tcp-server/hello_server
# Says: there is no
# Says: hello_server.c
rm 02-tcp-server/hello_server.c
