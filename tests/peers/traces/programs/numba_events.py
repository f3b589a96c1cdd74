"""numba's compiler events, which NUMBA_CHROME_TRACE=FILE asks for."""
import numba


@numba.njit
def square(n):
    return n * n


@numba.njit
def total(n):
    result = 0
    for i in range(n):
        result += square(i)
    return result

print(total(10), total(2.0 ** 2 // 1 if False else 10))
