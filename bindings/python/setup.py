# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension, built against the libtrygg that pkg-config finds, or that TRYGG_CFLAGS and TRYGG_LIBS name."""

import glob
import os
import shlex
import subprocess

from setuptools import Extension, setup


def flags(variable: str, what: str) -> list[str]:
    """The flags in an environment variable, else those of pkg-config."""
    if variable in os.environ:
        return shlex.split(os.environ[variable])
    command = [os.environ.get("PKG_CONFIG", "pkg-config"), what, "trygg"]
    try:
        return shlex.split(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(
            "libtrygg (trygg.pc) is not found by pkg-config: install it first, or name the folder of its trygg.pc in "
            "PKG_CONFIG_PATH"
        ) from error


setup(
    ext_modules=[
        Extension(
            "trygg._trygg",
            sorted(glob.glob("src/*.c")),
            depends=glob.glob("src/*.h"),
            extra_compile_args=flags("TRYGG_CFLAGS", "--cflags") + ["-std=c11", "-fvisibility=hidden"],
            extra_link_args=flags("TRYGG_LIBS", "--libs"),
            define_macros=[("Py_LIMITED_API", "0x030b0000")],
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
