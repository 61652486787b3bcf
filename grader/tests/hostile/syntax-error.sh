# shellcheck shell=sh
# The last brace is missing.
# As: 02-tcp-server/hello_server
# Says: hello_server.c:
# Says: error:
sed '$d' 02-tcp-server/hello_server.c >mistake
mv mistake 02-tcp-server/hello_server.c
