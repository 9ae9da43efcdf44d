"""The embedded engine: llama.cpp's low-level functions behind one thread. Nothing outside `quarry.runtime` knows it."""
