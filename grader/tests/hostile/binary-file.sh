# shellcheck shell=sh
# The source is a program that has been built.
# As: 01-tcp-client/page_client
# Says: page_client does not compile
cp "$(command -v awk)" 01-tcp-client/page_client.c
