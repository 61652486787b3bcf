# shellcheck shell=sh
# The compiler has 3,000 things to say, escape sequences among them.
# As: 02-tcp-server/hello_server
# Says: hello_server does not compile
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "int x%d = \033[31m\"\302\233 %d;\n", i, i }' >02-tcp-server/hello_server.c
