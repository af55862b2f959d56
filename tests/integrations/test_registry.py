"""Which platforms there are, and the rows that name them to the tickets."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import override_settings

from integrations import registry
from tests.integrations.exchange import PlainPlatform
from tickets.domain.messages import Telling
from tickets.models import Source

pytestmark = pytest.mark.everywhere


def test_every_adapter_stands_behind_its_code() -> None:
    for code in registry.codes():
        adapter = registry.adapter(code)
        assert adapter.code == code
        assert adapter is registry.adapter(code), "one object a process: its connections are kept alive"


def test_a_platform_without_an_address_is_off() -> None:
    given = {code: facts for code, facts in settings.INTEGRATIONS.items() if code != "petition"}
    with override_settings(INTEGRATIONS=given | {"business": {"url": ""}}):
        assert registry.codes() == ["hotline", "inspection"]
        with pytest.raises(registry.UnknownPlatform, match="petition"):
            registry.adapter("petition")


@pytest.mark.django_db
def test_migrating_writes_the_sources_and_a_second_time_changes_nothing(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    sources = Source.objects.in_bulk()
    assert set(sources) == {"hotline", "business", "petition", "inspection", "radio", "disclosure", "opinion", "direct"}
    assert set(sources["petition"].tells) >= {Telling.ACCEPT, Telling.REPLY, Telling.EXTENSION}
    assert sources["petition"].is_platform
    assert not sources["direct"].tells
    assert not sources["direct"].is_platform
    with django_assert_num_queries(3):  # the transaction's ends, and one look
        registry.sync_sources()


@pytest.mark.django_db
def test_a_source_follows_its_adapter() -> None:
    Source.objects.filter(pk="hotline").update(tells=[], name_zh="旧名")
    registry.sync_sources()
    hotline = Source.objects.get(pk="hotline")
    assert hotline.name_zh == "宿事速办"
    assert hotline.tells
    with override_settings(INTEGRATIONS={}):
        registry.sync_sources()
    assert not Source.objects.get(pk="hotline").is_active


def test_settings_changed_build_another_adapter(platform: PlainPlatform) -> None:
    assert type(registry.adapter("hotline")).__name__ == "PlainAdapter"
