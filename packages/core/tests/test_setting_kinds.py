from __future__ import annotations

import pytest

from cruse_core import App
from cruse_core.setting_kinds import SETTING_KINDS


class TestSettingKinds:
    def test_has_every_setting(self) -> None:
        assert set(SETTING_KINDS) == set(App.default_config)

    @pytest.mark.parametrize("key", SETTING_KINDS)
    def test_accepts_the_default(self, key: str) -> None:
        assert SETTING_KINDS[key].accepts(App("shop", static_folder=None).config[key])

    @pytest.mark.parametrize("key", SETTING_KINDS)
    def test_refuses_what_no_setting_is(self, key: str) -> None:
        assert not SETTING_KINDS[key].accepts(object())
