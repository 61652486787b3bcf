# shellcheck shell=sh
# In the place of the source there is a link to an endless device.
# As: 02-tcp-server/hello_server
# Says: hello_server.c is not a plain file
ln -sf /dev/zero 02-tcp-server/hello_server.c
