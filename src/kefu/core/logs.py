"""Logs as JSON lines, with secrets masked before they are written."""

import json
import logging
from datetime import UTC, datetime

from kefu.core.redaction import redact


class JsonFormatter(logging.Formatter):
    """One object a line: at (UTC), level, logger, message, and the traceback without local values."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()).text,
        }
        if record.exc_info:
            line["traceback"] = redact(self.formatException(record.exc_info)).text
        return json.dumps(line, ensure_ascii=False)


class TroubleOnly(logging.Filter):
    """Lets through warnings and whatever carries an exception: a job that failed and is tried again says why."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or bool(record.exc_info)
