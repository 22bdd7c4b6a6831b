/* Makes every fdatasync take SLOW_FDATASYNC_MS milliseconds longer, as on a disk that many share. Only fdatasync: that is
 * how the log of a PostgreSQL with wal_sync_method = fdatasync reaches the disk. fsync, by which a recovery goes through
 * every file of the cluster, keeps its speed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

int fdatasync(int file) {
    static int (*real)(int);
    const char *told = getenv("SLOW_FDATASYNC_MS");
    long milliseconds = told ? strtol(told, NULL, 10) : 0;
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};

    if (real == NULL) {
        real = (int (*)(int)) dlsym(RTLD_NEXT, "fdatasync");
    }
    while (nanosleep(&pause, &pause) == -1 && errno == EINTR) {
    }
    return real(file);
}
