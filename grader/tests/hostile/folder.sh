# shellcheck shell=sh
# In the place of the source there is a folder.
# As: 02-tcp-server/hello_server
# Says: hello_server.c is not a plain file
rm 02-tcp-server/hello_server.c
mkdir 02-tcp-server/hello_server.c
