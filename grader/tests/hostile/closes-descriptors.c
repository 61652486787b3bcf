/* Closes its standard input, output and error, then serves in silence.
 * As: 02-tcp-server/hello_server
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    close(0);
    close(1);
    close(2);
    return original_main(argc, argv);
}
