"""Every refusal has one stable code, named by its room, and a sentence in both languages."""

import importlib
import pkgutil
import re

import kefu
from kefu.cli.messages import found_messages, placeholders, problems, read_catalogue
from kefu.core.refusal import REFUSALS


def load_all() -> None:
    for module in pkgutil.walk_packages(kefu.__path__, "kefu."):
        if "migrations" not in module.name and "__main__" not in module.name and ".config." not in module.name:
            importlib.import_module(module.name)


def test_codes_are_named_by_their_room() -> None:
    load_all()
    wrong = []
    for code, refusal in REFUSALS.items():
        room = refusal.__module__.split(".")[1]
        if not re.fullmatch(r"[a-z_]+\.[a-z_]+\.[a-z_]+", code) or not code.startswith(room + "."):
            wrong.append((code, refusal.__module__))
    assert wrong == []
    assert len(REFUSALS) > 40


def test_every_refusal_speaks_to_both_readers() -> None:
    load_all()
    catalogue = read_catalogue()
    for code, refusal in REFUSALS.items():
        text = getattr(refusal.text, "_proxy____args", (str(refusal.text),))[0]
        assert re.search(r"[一-鿿]", text), f"{code} has no Chinese sentence"
        entry = catalogue.get(text)
        assert entry is not None and entry.string, f"{code} has no English sentence"
        assert placeholders(text) == placeholders(str(entry.string)), code
        assert refusal.operator, f"{code} tells the operator nothing"
        assert 400 <= refusal.status < 600, code


def test_catalogue_is_complete() -> None:
    assert len(found_messages()) > 100
    assert problems() == []
