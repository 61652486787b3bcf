/* Prints what a terminal would obey, bytes of every value and a very long line.
 * As: 01-tcp-client/hello_client
 */
#include <err.h>
#include <stdio.h>

int main(void)
{
    fputs("\033]0;title\007\033[2J\033[31mred\r\n", stdout);
    fputs("\033[2J\302\233"
          "31m\b\b\b\n",
          stderr);
    for (int i = 0; i < 100000; i++) {
        putchar(i & 255);
        putc("\200\377\0\033"[i & 3], stderr);
    }
    errx(1, "connect to \033[5m\xff\xfe: \033[0m");
}
