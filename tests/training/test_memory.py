"""Freed memory stays with the process, so that a step does not get it anew."""

import ctypes
import platform
import subprocess
import sys

import pytest

MAPPED = """
import ctypes
import torch
from lossviz.training.memory import keep_freed_memory

FIELDS = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in FIELDS.split()]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Info

def mapped():
    return library.mallinfo2().hblkhd

start = mapped()
first = torch.empty(31 << 20, dtype=torch.uint8)
before = mapped()
keep_freed_memory()
second = torch.empty(31 << 20, dtype=torch.uint8)
print(before - start, mapped() - before)
"""


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or not hasattr(ctypes.CDLL(None), "mallinfo2"),
    reason="needs glibc from 2.33 on, which tells what it has mapped",
)
def test_large_blocks_come_from_memory_that_is_kept():
    done = subprocess.run([sys.executable, "-c", MAPPED], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split())
    assert before >= 31 << 20, "as it is, the system maps such a block and takes it back when freed"
    assert after == 0
