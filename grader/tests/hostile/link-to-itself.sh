# shellcheck shell=sh
# In the place of the source there is a link that leads to itself.
# As: 02-tcp-server/hello_server
# Says: hello_server.c is a link to nothing
ln -sf hello_server.c 02-tcp-server/hello_server.c
