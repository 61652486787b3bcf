# shellcheck shell=sh
# The source may not be read.
# As: 02-tcp-server/hello_server
# Needs: user
# Says: Permission denied
chmod 0 02-tcp-server/hello_server.c
