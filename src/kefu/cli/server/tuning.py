"""The server's settings, from what this machine has. Given on the command line: the same at every start."""

import os

MIB = 1024 * 1024


def server_settings(*, durable: bool, host: str, memory: int | None = None) -> dict[str, str]:
    """Settings for `postgres -c`. `memory` in bytes; `host`: a socket folder or 127.0.0.1."""
    total = memory if memory is not None else os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    shared = max(64, min(total // MIB // 8, 1024)) if durable else 128
    local = host.startswith("/")
    settings = {
        "listen_addresses": "" if local else host,
        "unix_socket_directories": host if local else "",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(128, total // MIB // 2)}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": "128MB",
        "max_connections": "150",
        "jit": "off",
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "10min",
        "autovacuum_naptime": "20s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_checkpoints": "off",
        "default_toast_compression": "pglz",
    }
    if not durable:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
        }
    return settings
