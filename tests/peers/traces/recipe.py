"""What a producer of traces is: how to get it, its version, and the steps that make its files."""

from dataclasses import dataclass, field


@dataclass
class Recipe:
    """steps: functions of a Box, each of which keeps one file or more. venv "" takes no Python environment."""

    producer: str
    steps: list
    programs: list = field(default_factory=list)  # what must be on the path
    apt: list = field(default_factory=list)       # Debian packages
    venv: str = ""                                # Python environment; producers share them
    pip: list = field(default_factory=list)       # PyPI packages of that environment
    package: str = ""                             # the one whose version counts

    def version(self, box):
        if self.package:
            code = f"import importlib.metadata as m; print(m.version('{self.package}'))"
            return box.run(box.interpreter(), "-c", code).strip()
        return box.run("dpkg-query", "-W", "-f", "${Version}", self.apt[-1], check=False).strip()


def python_recipe(producer, environment, steps, *pip, package=""):
    """A producer from PyPI: the packages of its environment, and the one whose version counts."""
    return Recipe(producer, steps, venv=environment, pip=list(pip) or [producer], package=package or producer)


def debian_recipe(producer, program, steps, *apt):
    """A producer from Debian: a program that must be on the path, and the packages to install; the last one's version counts."""
    return Recipe(producer, steps, programs=[program], apt=list(apt) or [producer])
