"""Three processes of a pool, for tracers that follow children."""
import multiprocessing


def square(n):
    return sum(n * n for _ in range(10))


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(square, range(4)))
