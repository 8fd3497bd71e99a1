/* Preloaded into a writer and its git children, this ends them at one chosen moment.
 *
 * It numbers every libc call that changes a file under SHIM_ROOT, across all processes that share the counter file
 * SHIM_COUNTER (eight zero bytes), and at call SHIM_AT does what SHIM_MODE says:
 *
 *   all     SIGKILL to the writer and all its children
 *   one     SIGKILL to the process at the call alone: git dies, the writer lives on
 *   full    the call fails with ENOSPC, this once
 *   broken  the call fails with EIO, this once
 *
 * Without SHIM_AT it only counts. SHIM_LEADER, set by the first process, is whose process group to end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *root, *mode;
static volatile long *counter;
static long at;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("SHIM_COUNTER"), *moment = getenv("SHIM_AT");
    root = getenv("SHIM_ROOT");
    mode = getenv("SHIM_MODE");
    at = moment ? atol(moment) : 0;
    if (!getenv("SHIM_LEADER")) {
        char pid[32];
        snprintf(pid, sizeof pid, "%d", (int)getpid());
        setenv("SHIM_LEADER", pid, 1);
    }
    if (!file || !root || !mode) return;
    int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int fd = real_open(file, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *page = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page != MAP_FAILED) counter = page;
}

static int inside(const char *path) { return !strncmp(path, root, strlen(root)); }

static int link_inside(const char *link) {
    char path[PATH_MAX];
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    return inside(path);
}

static int counts_at(int directory, const char *path) {
    char link[64];
    if (!counter || !path) return 0;
    if (path[0] == '/') return inside(path);
    if (directory == AT_FDCWD) return link_inside("/proc/self/cwd");
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    return link_inside(link);
}

static int counts_fd(int fd) {
    char link[64];
    if (!counter || fd < 3) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return link_inside(link);
}

/* Number one call; true when it shall fail. */
static int fails(int counted) {
    if (!counted || __sync_add_and_fetch(counter, 1) != at) return 0;
    if (!strcmp(mode, "all")) kill(-atoi(getenv("SHIM_LEADER")), SIGKILL);
    if (!strcmp(mode, "all") || !strcmp(mode, "one")) {
        kill(getpid(), SIGKILL);
        pause();
    }
    errno = !strcmp(mode, "full") ? ENOSPC : EIO;
    return 1;
}

#define REAL(type, name, ...)                        \
    static type (*real)(__VA_ARGS__);                \
    if (!real) real = dlsym(RTLD_NEXT, name);

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t)
    return fails(counts_fd(fd)) ? -1 : real(fd, data, size);
}
ssize_t writev(int fd, const struct iovec *data, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int)
    return fails(counts_fd(fd)) ? -1 : real(fd, data, count);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)
    return fails(counts_fd(fd)) ? -1 : real(fd, data, size, offset);
}
int ftruncate64(int fd, off64_t size) {
    REAL(int, "ftruncate64", int, off64_t)
    return fails(counts_fd(fd)) ? -1 : real(fd, size);
}
int fsync(int fd) {
    REAL(int, "fsync", int)
    return fails(counts_fd(fd)) ? -1 : real(fd);
}
int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *)
    return fails(counts_at(AT_FDCWD, to)) ? -1 : real(from, to);
}
int link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *)
    return fails(counts_at(AT_FDCWD, to)) ? -1 : real(from, to);
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *)
    return fails(counts_at(AT_FDCWD, path)) ? -1 : real(path);
}
int unlinkat(int directory, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int)
    return fails(counts_at(directory, path)) ? -1 : real(directory, path, flags);
}
int mkdir(const char *path, mode_t rights) {
    REAL(int, "mkdir", const char *, mode_t)
    return fails(counts_at(AT_FDCWD, path)) ? -1 : real(path, rights);
}
int rmdir(const char *path) {
    REAL(int, "rmdir", const char *)
    return fails(counts_at(AT_FDCWD, path)) ? -1 : real(path);
}

#define RIGHTS                                       \
    mode_t rights = 0;                               \
    if (flags & (O_CREAT | O_TMPFILE)) {             \
        va_list rest;                                \
        va_start(rest, flags);                       \
        rights = va_arg(rest, mode_t);               \
        va_end(rest);                                \
    }
#define OPEN(name)                                                                          \
    int name(const char *path, int flags, ...) {                                            \
        REAL(int, #name, const char *, int, ...)                                            \
        RIGHTS                                                                              \
        return fails((flags & O_CREAT) && counts_at(AT_FDCWD, path)) ? -1 : real(path, flags, rights); \
    }
#define OPENAT(name)                                                                        \
    int name(int directory, const char *path, int flags, ...) {                             \
        REAL(int, #name, int, const char *, int, ...)                                       \
        RIGHTS                                                                              \
        return fails((flags & O_CREAT) && counts_at(directory, path)) ? -1                  \
                                                                      : real(directory, path, flags, rights); \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
