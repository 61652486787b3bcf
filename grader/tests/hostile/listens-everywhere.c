/* Listens on 20 ports besides its own.
 * As: 02-tcp-server/echo_server
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    for (int i = 0; i < 20; i++)
        open_listener("127.0.0.1", "0");
    return original_main(argc, argv);
}
