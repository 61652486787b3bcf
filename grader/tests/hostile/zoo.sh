# shellcheck shell=sh
# Several at once: one program is missing, one has a syntax error, one loops, one
# prints 200 MB, one leaves 100 processes; the one that is right keeps its points.
# As: 01-tcp-client/hello_client 01-tcp-client/page_client 02-tcp-server/hello_server 02-tcp-server/echo_server 03-daytime/daytime_client
# Says: no hello_client.c
# Says: page_client does not compile
# Limit: 90
rm 01-tcp-client/hello_client.c
sed '$d' 01-tcp-client/page_client.c >mistake
mv mistake 01-tcp-client/page_client.c
cp "$HOSTILE/loops-at-start.c" 02-tcp-server/hello_server.c
mv 02-tcp-server/echo_server.c 02-tcp-server/echo_server-original.c
sed 's/ORIGINAL/echo_server-original.c/' "$HOSTILE/prints-200mb.c" >02-tcp-server/echo_server.c
mv 03-daytime/daytime_client.c 03-daytime/daytime_client-original.c
sed 's/ORIGINAL/daytime_client-original.c/' "$HOSTILE/leaves-100.c" >03-daytime/daytime_client.c
