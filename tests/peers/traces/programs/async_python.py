"""Coroutines that overlap, for tracers that show tasks as tracks."""
import asyncio


async def fetch(n):
    await asyncio.sleep(0.002 * n)
    return n


async def main():
    print(sum(await asyncio.gather(*(fetch(n) for n in range(3)))))

asyncio.run(main())
