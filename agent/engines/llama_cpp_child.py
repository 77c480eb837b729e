"""The llama.cpp server's own process: reads its settings from one argument, serves until it is told to stop.

Run as ``python -m agent.engines.llama_cpp_child '{"model": "….gguf", "port": 8081, …}'``; the API key comes in the
environment so that no process list shows it.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
from typing import Any


def parameters(settings: dict[str, Any], api_key: str) -> Any:
    """Translate our settings into llama.cpp's (``xllamacpp.CommonParams``). Loopback only, no web page, no warm-up of its own."""
    xllamacpp: Any = importlib.import_module("xllamacpp")  # an extension without type stubs
    params = xllamacpp.CommonParams()
    params.model.path = settings["model"]
    params.model_alias = {settings["alias"]}
    params.hostnames = ["127.0.0.1"]
    params.port = settings["port"]
    params.api_keys = [api_key]
    params.n_parallel = settings["parallel"]
    params.n_ctx = settings["context_tokens"] * settings["parallel"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings["threads"]
    params.n_gpu_layers = 999 if settings["gpu"] else 0
    params.endpoint_metrics = params.endpoint_props = params.endpoint_slots = True
    params.ui = False
    params.cache_ram_mib = 256  # prompts parked outside the slots; the default of 8 GiB would break the plan
    params.offline = True
    if settings.get("adapter"):  # loaded at scale 0: a request that wants it says so, all others get the plain model
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(settings["adapter"], 0.0)]
    return params


def main() -> None:
    """Serve until SIGTERM."""
    xllamacpp: Any = importlib.import_module("xllamacpp")
    settings = json.loads(sys.argv[1])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = xllamacpp.Server(parameters(settings, os.environ["LODGER_ENGINE_KEY"]))
    print(f"listening on {server.listening_address}", flush=True)
    stop.wait()
    os._exit(0)  # the server has no stop of its own; the operating system takes the memory back at once


if __name__ == "__main__":
    main()
