/* A disk that is full for some files, as soon as a link named FLAG says which: part of their path is what it points to.
   What has its place already can still be written; nothing grows. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_full(int file, off_t end)
{
    char kind[256], name[64], path[4096];
    struct stat status;
    ssize_t length = readlink(FLAG, kind, sizeof kind - 1);
    if (length < 0)
        return 0;
    kind[length] = 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    length = readlink(name, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return strstr(path, kind) && fstat(file, &status) == 0 && end > status.st_size;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real)
        real = dlsym(RTLD_NEXT, "pwrite");
    if (is_full(file, at + (off_t) count))
        return errno = ENOSPC, -1;
    return real(file, bytes, count, at);
}

ssize_t pwritev(int file, const struct iovec *parts, int number, off_t at)
{
    static ssize_t (*real)(int, const struct iovec *, int, off_t);
    off_t end = at;
    if (!real)
        real = dlsym(RTLD_NEXT, "pwritev");
    for (int part = 0; part < number; part++)
        end += (off_t) parts[part].iov_len;
    if (is_full(file, end))
        return errno = ENOSPC, -1;
    return real(file, parts, number, at);
}

int posix_fallocate(int file, off_t at, off_t count)
{
    static int (*real)(int, off_t, off_t);
    if (!real)
        real = dlsym(RTLD_NEXT, "posix_fallocate");
    return is_full(file, at + count) ? ENOSPC : real(file, at, count);
}
