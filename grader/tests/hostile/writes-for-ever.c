/* Fills a file without end.
 * As: 02-tcp-server/echo_server
 */
#include <stdio.h>

int main(void)
{
    static char much[1 << 20];
    FILE *file = fopen("much", "w");
    for (;;)
        fwrite(much, 1, sizeof much, file);
}
