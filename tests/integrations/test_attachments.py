"""The sources' files: fetched later, judged by their content, stored by digest; refused ones say why."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from integrations import attachments, pull
from integrations.models import Lease
from tests.integrations.exchange import Clock, PlainPlatform, dispatch
from tests.tickets.making import NOW, make_ticket
from tickets.actions import files
from tickets.domain.actors import SYSTEM
from tickets.models import Attachment, Event, FileState

pytestmark = [pytest.mark.everywhere, pytest.mark.django_db]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..."
JPG = b"\xff\xd8\xff\xe0" + b"a picture" * 20


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    settings.ATTACHMENTS_FOLDER = tmp_path
    return tmp_path


def office(folder: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/main.xml", "<x/>")
    return raw.getvalue()


def test_a_waiting_file_is_fetched_stored_and_journalled(platform: PlainPlatform, clock: Clock, folder: Path) -> None:
    platform.feed, platform.files = [dispatch("260302091200000001", files={"F1": "现场照片1.jpg"})], {"F1": JPG}
    pull.pull("hotline", clock=clock)
    assert Attachment.objects.get().state == FileState.WAITING
    assert attachments.fetch_files("hotline", clock=clock) == {"stored": 1}
    file = Attachment.objects.get()
    digest = hashlib.sha256(JPG).hexdigest()
    assert (file.state, file.sha256, file.size, file.name) == (FileState.STORED, digest, len(JPG), "现场照片1.jpg")
    assert (folder / digest[:2] / digest).read_bytes() == JPG
    assert Event.objects.filter(ticket=file.ticket, action="file_fetched").count() == 1
    assert attachments.fetch_files("hotline", clock=clock) == {}


def test_a_file_still_being_copied_is_tried_later_and_given_up_after_a_week(
    platform: PlainPlatform, clock: Clock
) -> None:
    platform.feed = [dispatch("260302091200000001", files={"F1": "现场.jpg"})]
    pull.pull("hotline", clock=clock)
    assert attachments.fetch_files("hotline", clock=clock) == {"later": 1}
    assert attachments.fetch_files("hotline", clock=clock) == {}, "not again at once"
    clock.move(seconds=61)
    assert attachments.fetch_files("hotline", clock=clock) == {"later": 1}
    clock.move(days=8)
    assert attachments.fetch_files("hotline", clock=clock) == {"refused": 1}
    assert Attachment.objects.get().trouble


def test_a_new_file_does_not_wait_for_an_old_one(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed = [dispatch("260302091200000001", files={"F1": "现场.jpg"})]
    pull.pull("hotline", clock=clock)
    attachments.fetch_files("hotline", clock=clock)
    platform.feed.append(dispatch("260302091200000002", files={"F2": "现场.jpg"}))
    platform.files["F2"] = JPG
    pull.pull("hotline", clock=clock)
    assert attachments.fetch_files("hotline", clock=clock) == {"stored": 1}
    assert Lease.objects.filter(name="files-again:hotline").exists()


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [("病毒.exe", b"MZ", "不收此类附件"), ("假照片.jpg", b"<html>", "不符"), ("空.jpg", b"", "空文件")],
)
def test_an_unfit_file_is_refused_with_the_reason(
    platform: PlainPlatform, clock: Clock, name: str, content: bytes, word: str
) -> None:
    platform.feed, platform.files = [dispatch("260302091200000001", files={"F1": name})], {"F1": content}
    pull.pull("hotline", clock=clock)
    assert attachments.fetch_files("hotline", clock=clock) == {"refused": 1}
    file = Attachment.objects.get()
    assert (file.state, word in file.trouble) == (FileState.REFUSED, True)
    assert Event.objects.filter(ticket=file.ticket, action="file_refused").exists()


def test_another_digest_than_the_source_gave_is_refused(platform: PlainPlatform, clock: Clock) -> None:
    platform.feed, platform.files = [dispatch("260302091200000001", files={"F1": "现场.jpg"})], {"F1": JPG}
    pull.pull("hotline", clock=clock)
    Attachment.objects.update(sha256="0" * 64)
    assert attachments.fetch_files("hotline", clock=clock) == {"refused": 1}
    assert "摘要" in Attachment.objects.get().trouble


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.JPG", JPG), ("a.png", b"\x89PNG\r\n\x1a\n..."), ("a.pdf", b"%PDF-1.7 ..."), ("a.doc", OLE), ("a.xls", OLE),
        ("a.docx", office("word")), ("a.xlsx", office("xl")), ("a.mp3", b"ID3..."), ("a.mp4", b"\0\0\0\x18ftypmp42"),
    ],
)  # fmt: skip
def test_the_types_of_the_wire_are_taken(name: str, content: bytes) -> None:
    file = files.store(content=content, name=name, ticket=make_ticket(), role="handling", actor=SYSTEM, now=NOW)
    assert file.path.read_bytes() == content


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("a.docx", office("xl"), "content"), ("a.xlsx", b"PK\x03\x04", "content"), ("a", JPG, "type"), ("..", JPG, "name"),
        ("a.jpg", JPG + b"x" * files.LARGEST, "size"),
    ],
)  # fmt: skip
def test_what_a_file_is_not_is_said(name: str, content: bytes, field: str) -> None:
    with pytest.raises(files.UnableToStore) as refusal:
        files.store(content=content, name=name, ticket=make_ticket(), role="handling", actor=SYSTEM, now=NOW)
    assert refusal.value.field == field
    assert refusal.value.zh
    assert refusal.value.en


def test_ten_files_of_a_kind_and_no_path_in_a_name() -> None:
    ticket = make_ticket()
    stored = [
        files.store(content=JPG, name=f"../..\\现场{n}.jpg", ticket=ticket, role="handling", actor=SYSTEM, now=NOW)
        for n in range(10)
    ]
    assert stored[0].name == "现场0.jpg"
    with pytest.raises(files.UnableToStore, match="10"):
        files.store(content=JPG, name="现场.jpg", ticket=ticket, role="handling", actor=SYSTEM, now=NOW)
    files.store(content=JPG, name="现场.jpg", ticket=ticket, role="contact", actor=SYSTEM, now=NOW)


def test_a_write_that_fails_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        files._write(folder / "ab" / "abc", JPG, sync=full)
    assert not list((folder / "ab").iterdir())
