"""The demonstration: one lesson's whole way, on a sample class, with the same commands an operator types."""

from hocvuso.demo.run import run_demo

__all__ = ["run_demo"]
