"""Metadata of the package; the tools are set up in pyproject.toml."""

import pathlib
import re

from setuptools import find_packages, setup

here = pathlib.Path(__file__).parent
version = re.search(
    r'__version__ = "(.+)"', (here / "lightrnn_tf" / "_version.py").read_text()
)[1]

setup(
    name="lightrnn-tf",
    version=version,
    description="LightRNN language models for Keras: large vocabularies in a megabyte",
    long_description=(here / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11,<3.14",
    # `export/` is installed as `lightrnn_tf_export`: a global package called `export`
    # would be in everybody's way.
    packages=[
        *find_packages(include=["lightrnn_tf", "lightrnn_tf.*"]),
        "lightrnn_tf_export",
        *(f"lightrnn_tf_export.{name}" for name in find_packages("export")),
    ],
    package_dir={"lightrnn_tf_export": "export"},
    package_data={
        "lightrnn_tf": ["py.typed", "pretrained/*"],
        "lightrnn_tf.demo": ["page/*", "page/litert/*"],
        "lightrnn_tf.tables": ["*.html"],
        "lightrnn_tf_export": ["py.typed"],
    },
    install_requires=[
        "tensorflow>=2.18",
        "keras>=3.8",
        "numpy>=1.26",
        "scipy>=1.11",
        "ai-edge-litert>=1.4",
        "filelock>=3.13",
        "h5py>=3.10",
        "regex>=2023.12",
        "rich>=13",
    ],
    extras_require={
        "datasets": ["tensorflow-datasets"],
        "beam": ["apache-beam"],
        "browser": ["playwright"],
        "plots": ["adjustText>=1.3", "matplotlib>=3.8"],
        "workers": ["jax>=0.10"],
        "dev": [
            "adjustText>=1.3",
            "apache-beam",
            "codespell",
            "jax>=0.10",
            "matplotlib>=3.8",
            "mypy",
            "pytest>=8",
            "pytest-xdist",
            "ruff",
            "setuptools>=77",
            "tensorboard",
            "tensorflow-datasets",
            "wordfreq",
        ],
        "english": ["codespell", "spylls", "wordfreq"],
        "tensorboard": ["tensorboard"],
    },
    entry_points={"console_scripts": ["lightrnn = lightrnn_tf.cli:main"]},
)
