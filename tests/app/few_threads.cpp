// Loaded in front of the C library: the process gets RINGSCOPE_THREADS threads, and then EAGAIN, as where a limit on
// processes is reached.
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                              void* argument) {
    static std::atomic<int> left{std::atoi(std::getenv("RINGSCOPE_THREADS"))};
    static const auto real = reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
    if (left.fetch_sub(1) <= 0) return EAGAIN;
    return real(thread, attributes, run, argument);
}
